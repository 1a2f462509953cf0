"""The OpenAPI 3.1 description of /api/v1/: written once, served, shown to people, and held against every answer."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from voting.count.grading import Grade
from voting.domain.after.lights import Light
from voting.states import Became, DeliveryStatus, Stage

VERSION = "1.0.0"
#: The words that a filter takes.
WORDS: dict[str, list[str]] = {
    "became": list(Became.values),
    "status": list(DeliveryStatus.values),
    "light": [light.value for light in Light],
}
_TEXT: dict[str, Any] = {"type": "string"}
_WHOLE: dict[str, Any] = {"type": "integer", "minimum": 0}
_MONEY: dict[str, Any] = {"type": ["string", "null"], "pattern": r"^\d+\.\d\d$", "description": "10 000 yuan"}
_DAY: dict[str, Any] = {"type": ["string", "null"], "format": "date"}
_PERCENT: dict[str, Any] = {"type": "string", "pattern": r"^\d{1,3}\.\d$"}
_LINK: dict[str, Any] = {"type": ["string", "null"], "description": "path on this server"}
_POSITION: dict[str, Any] = {
    "type": "integer",
    "minimum": 1,
    "description": "place among the targets, or the milestones, of the project; reports name them by it",
}
_REPORT: dict[str, Any] = {
    "type": ["integer", "null"],
    "description": "id of the report that this one corrects",
}
_FIGURE: dict[str, Any] = {"type": ["string", "null"], "pattern": r"^\d+(\.\d+)?$"}


def _words(values: list[str]) -> dict[str, Any]:
    return {"type": "string", "enum": values}


def _object(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object with exactly these properties, all of them there."""
    named = {name.rstrip("_"): schema for name, schema in properties.items()}
    return {
        "type": "object",
        "properties": named,
        "required": sorted(named),
        "additionalProperties": False,
    }


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


_DISCLOSURE = _object(
    index=_TEXT, document_number=_TEXT, mode=_TEXT, scope=_TEXT, term=_TEXT, publisher=_TEXT, generated=_TEXT,
    published=_TEXT, source=_TEXT,
)  # fmt: skip
SCHEMAS: dict[str, dict[str, Any]] = {
    "Error": _object(error=_TEXT),
    "Root": _object(version={"const": 1}, openapi=_TEXT, cycles=_TEXT),
    "Cycle": _object(
        slug=_TEXT, kind=_words(["official", "demo"]), year=_WHOLE, place=_TEXT, congress=_TEXT,
        stage=_words(list(Stage.values)), seats=_WHOLE, candidates=_WHOLE, page=_TEXT, projects=_TEXT, result=_LINK,
        disclosure=_DISCLOSURE,
    ),
    "Project": _object(
        number=_WHOLE, name=_TEXT, name_en=_TEXT, became=_words(WORDS["became"]), status=_words(WORDS["status"]),
        light=_words(WORDS["light"]), due_percent=_PERCENT, done_percent=_PERCENT, leader=_TEXT, lead_unit=_TEXT,
        responsible_units=_TEXT, supporting_units=_TEXT, content=_TEXT, stage_goal=_TEXT, investment=_MONEY,
        spent=_MONEY,
        targets=_list(_object(position=_POSITION, text=_TEXT, unit=_TEXT, planned=_FIGURE, reached=_FIGURE)),
        milestones=_list(
            _object(
                position=_POSITION, month={"type": "string", "pattern": r"^\d{4}-\d\d$"}, text=_TEXT, reached=_DAY
            )
        ),
        last_report=_DAY, open_findings=_WHOLE,
        report_overdue={"type": "boolean"}, report_escalated={"type": "boolean"},
        grades=_list(
            _object(assessment=_TEXT, name=_TEXT, grade={"enum": [*map(str, Grade), None]})
        ),
        survey=_object(satisfied=_WHOLE, basically=_WHOLE, unsatisfied=_WHOLE),
        page=_TEXT, reports=_TEXT,
    ),
    "Report": _object(
        id=_WHOLE, day=_DAY, text=_TEXT, delay=_TEXT, spent=_MONEY, corrects=_REPORT,
        figures=_list(_object(position=_POSITION, figure=_FIGURE)),
        milestones=_list(_object(position=_POSITION, reached=_DAY)), files=_list(_TEXT),
    ),
    "Votes": _object(
        number=_WHOLE, name=_TEXT,
        became=_words(["chosen", "annual_task", "left_over", "open", "not_chosen"]), round=_WHOLE, for_=_WHOLE,
        against=_WHOLE, abstain=_WHOLE, not_pressed=_WHOLE,
    ),
}  # fmt: skip


def page_of(name: str) -> dict[str, Any]:
    """Return the schema of one page of such records."""
    items = {"$ref": f"#/components/schemas/{name}"}
    return _object(count=_WHOLE, next=_LINK, previous=_LINK, results=_list(items))


_SLUG = {
    "name": "slug",
    "in": "path",
    "required": True,
    "schema": _TEXT,
    "description": "address of the year",
}
_NUMBER = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}
_PAGES = [
    {
        "name": "page",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 999999, "default": 1},
    },
    {
        "name": "page_size",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
    },
]
_FILTERS = [{"name": name, "in": "query", "schema": _words(words)} for name, words in WORDS.items()]
#: Address, what it gives, the record, whether it comes in pages, its parameters.
_PATHS: list[tuple[str, str, str, bool, list[dict[str, Any]]]] = [
    ("/api/v1/", gettext_noop("Where to begin"), "Root", False, []),
    ("/api/v1/cycles/", gettext_noop("The years, newest first"), "Cycle", True, []),
    ("/api/v1/cycles/{slug}/", gettext_noop("One year"), "Cycle", False, [_SLUG]),
    ("/api/v1/cycles/{slug}/votes/", gettext_noop("The votes of every project"), "Votes", True, [_SLUG]),
    (
        "/api/v1/cycles/{slug}/projects/",
        gettext_noop("What became of every project"),
        "Project",
        True,
        [_SLUG, *_FILTERS],
    ),
    (
        "/api/v1/cycles/{slug}/projects/{number}/",
        gettext_noop("One project"),
        "Project",
        False,
        [_SLUG, _NUMBER],
    ),
    (
        "/api/v1/cycles/{slug}/projects/{number}/reports/",
        gettext_noop("What was reported of a project, newest first"),
        "Report",
        True,
        [_SLUG, _NUMBER],
    ),
]


def document() -> dict[str, Any]:
    """Return the whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Livelihood project votes",
            "version": VERSION,
            "description": "Read-only. Every answer carries an ETag and may be kept for 60 seconds.",
        },
        "paths": {
            path: {"get": _operation(summary, name, pages, parameters)}
            for path, summary, name, pages, parameters in _PATHS
        },
        "components": {"schemas": SCHEMAS},
    }


def _operation(summary: str, name: str, pages: bool, parameters: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: FBT001
    schema = page_of(name) if pages else {"$ref": f"#/components/schemas/{name}"}
    error = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    return {
        "summary": summary,
        "parameters": [*parameters, *(_PAGES if pages else [])],
        "responses": {
            "200": {"description": "Found", "content": {"application/json": {"schema": schema}}},
            "304": {"description": "Not changed since the ETag that was sent"},
            "400": {"description": "A parameter means nothing", **error},
            "404": {"description": "There is nothing at this address", **error},
        },
    }


#: What each column of the open data's CSV and XLSX means, in the order of the columns.
_COLUMNS: dict[str, str] = {
    "year": gettext_noop("Year of the projects"),
    "place": gettext_noop("The place"),
    "kind": gettext_noop("Official, or a demo whose data are made up"),
    "as_of": gettext_noop("The day of which everything on the row speaks"),
    "number": gettext_noop("Number of the project"),
    "name": gettext_noop("Its name, in Chinese"),
    "name_en": gettext_noop("Its name in English"),
    "became": gettext_noop("What became of it in the vote"),
    "status": gettext_noop("Where it stands"),
    "light": gettext_noop("Its light today, by the rule that stands on the pages"),
    "due_percent": gettext_noop("Milestones whose month has ended, per cent of all"),
    "done_percent": gettext_noop("Milestones reached, per cent of all"),
    "leader": gettext_noop("Leader in charge"),
    "lead_unit": gettext_noop("Lead unit"),
    "responsible_units": gettext_noop("Responsible units"),
    "supporting_units": gettext_noop("Supporting units"),
    "content": gettext_noop("Work content"),
    "stage_goal": gettext_noop("Goal of this year, where the project takes more than one"),
    "investment": gettext_noop("Planned investment, 10 000 yuan"),
    "spent": gettext_noop("Spent so far, 10 000 yuan"),
    "last_report": gettext_noop("Day of the newest report"),
    "report_overdue": gettext_noop("1 where a report is overdue, otherwise 0"),
    "report_escalated": gettext_noop("1 where an overdue report is escalated, otherwise 0"),
    "open_findings": gettext_noop("How many findings of inspections are not closed"),
    "targets": gettext_noop("Targets, divided by semicolons: what, reached/planned, unit"),
    "milestones": gettext_noop(
        "Milestones, divided by semicolons: month, what, the day on which it was reached"
    ),
    "grades": gettext_noop("Published assessments, divided by semicolons: address of the assessment, grade"),
    "index": gettext_noop("Index number"),
    "document_number": gettext_noop("Document number"),
    "mode": gettext_noop("Mode of disclosure"),
    "scope": gettext_noop("Scope of disclosure"),
    "term": gettext_noop("Term of disclosure"),
    "publisher": gettext_noop("Publisher"),
    "generated": gettext_noop("Date generated"),
    "published": gettext_noop("Date published"),
    "source": gettext_noop("Source of the candidate projects"),
}


def columns() -> list[tuple[str, str, str]]:
    """Return the open data's columns: name, what it means, the words that it may hold."""
    return [(name, _(said), ", ".join(WORDS.get(name, []))) for name, said in _COLUMNS.items()]


def for_people() -> list[tuple[str, str, list[str]]]:
    """Return address, summary and the parameters' names, for the page that explains the interface."""
    return [
        (path, _(summary), [each["name"] for each in [*parameters, *(_PAGES if pages else [])]])
        for path, summary, _name, pages, parameters in _PATHS
    ]

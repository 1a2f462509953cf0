"""责任分解表, 进度表, 通报, 半年报告 and 图解 as blocks: page, print and PDF say the same (F22)."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.names import NamesShown
from voting.count.formats.breakdown import BREAKDOWN, BreakdownDelivery
from voting.domain.after.lights import Light
from voting.domain.core.sentences import english, in_a_row
from voting.models import Breakdown, Cycle
from voting.printing.blocks import Bars, Block, Document, Facts, Figures, Heading, Table, Text, Tile, Tiles
from voting.read_models.after.lines import Line
from voting.read_models.after.overview import Overview, as_data
from voting.read_models.core.days import (
    amount_text,
    day_words,
    half_words,
    milestone_words,
    money_words,
    month_words,
)
from voting.read_models.core.letterhead import Letterhead
from voting.states import Became

QUARTERS = 4
#: Targets in a tile of the 图解; the rest are counted.
MOST_BARS = 3
_LAMPS = {Light.DONE: "√", Light.GREEN: "●", Light.YELLOW: "▲", Light.RED: "■", Light.NONE: "○"}


def quarter_end(year: int, quarter: int) -> date:
    """Return the last day of a quarter, 1 to 4. Raises ValueError."""
    if not 1 <= quarter <= QUARTERS:
        raise ValueError(quarter)
    return month_end(year, 3 * quarter)


def month_end(year: int, month: int) -> date:
    """Return the last day of a month. Raises ValueError."""
    return date(year, month, calendar.monthrange(year, month)[1])


def breakdown_document(breakdown: Breakdown, units: NamesShown) -> Document:
    """Return the 责任分解 of an issued version, from its frozen text."""
    body = BREAKDOWN.read(breakdown.body)
    letterhead = Letterhead.of(breakdown.cycle, body["cycle"])
    rows = [_breakdown_row(each, units) for each in body["deliveries"]]
    head = [
        _("No."), _("Project"), _("Work content and targets"), _("Leader in charge"), _("Lead unit"),
        _("Responsible and supporting units"), _("Milestones"),
    ]  # fmt: skip
    return Document(
        title=_("Breakdown of the livelihood projects of %(year)s") % {"year": body["cycle"]["year"]},
        **_frame(letterhead),
        blocks=[
            Text(
                _("Version %(number)s, issued on %(day)s.")
                % {"number": body["version"], "day": day_words(breakdown.issued_at)}
            ),
            Table(_("Breakdown"), head, rows, frozenset({0}), shares=(3, 7, 13, 5, 6, 7, 10)),
        ],
        digests=[
            (_("Hash of the breakdown, version %(number)s") % {"number": body["version"]}, breakdown.digest)
        ],
        sealed_by=[letterhead.sealed, day_words(breakdown.issued_at)],
        dated=breakdown.issued_at,
        landscape=True,
    )


def breakdown_letterhead(breakdown: Breakdown) -> Letterhead:
    """Return the names on an issued version. Raises UnreadableRecord."""
    return Letterhead.of(breakdown.cycle, BREAKDOWN.read(breakdown.body)["cycle"])


def breakdown_rows(breakdown: Breakdown, units: NamesShown) -> list[list[str | int]]:
    """Return the issued breakdown for a workbook: a row for each target and milestone, a header first."""
    head: list[str | int] = [
        _("No."), _("Project"), _("became"), _("Leader in charge"), _("Lead unit"), _("Responsible units"),
        _("Supporting units"), _("Work content"), _("Investment, 10 000 yuan"), _("Goal of this year"), _("Item"),
        _("What"), _("Planned"),
    ]  # fmt: skip
    rows = [head]
    for each in BREAKDOWN.read(breakdown.body)["deliveries"]:
        plan_cells: list[str | int] = [
            each["number"], _name(each), str(Became(each["became"]).label), each["leader"],
            units.of(each["lead_unit"]), units.of(each["responsible_units"]), units.of(each["supporting_units"]),
            each["content"], amount_text(each["investment"]), each["stage_goal"],
        ]  # fmt: skip
        items = [(_("target"), t["text"], f"{t['number']} {t['unit']}") for t in each["targets"]]
        items += [(_("milestone"), m["text"], m["month"]) for m in each["milestones"]]
        rows += [[*plan_cells, *item] for item in items or [("", "", "")]]
    return rows


def _name(each: BreakdownDelivery) -> str:
    return str((english() and each["name_en"]) or each["name"])


def _breakdown_row(each: BreakdownDelivery, names: NamesShown) -> list[str]:
    targets = [f"{t['text']} {t['number']} {t['unit']}" for t in each["targets"]]
    money = [_("Planned investment: %s") % money_words(each["investment"])] if each["investment"] else []
    units = [names.of(each["responsible_units"]), names.of(each["supporting_units"])]
    return [
        str(each["number"]),
        _in_brackets(_name(each), Became(each["became"]).label),
        "\n".join(filter(None, [each["content"], *targets, each["stage_goal"], *money])) or _("not stated"),
        each["leader"] or _("not stated"),
        names.of(each["lead_unit"]) or _("not stated"),
        "\n".join(filter(None, units)) or _("not stated"),
        "\n".join(milestone_words(m["month"], m["text"]) for m in each["milestones"]) or _("not stated"),
    ]


def quarterly(shown: Overview, *, quarter: int) -> Document:
    """Return the public 进度表 of a quarter in the columns of PROCEDURE.md §4."""
    return Document(
        title=_("Progress of the livelihood projects of %(year)s, quarter %(quarter)d")
        % {"year": shown.cycle.year, "quarter": quarter},
        **_frame(Letterhead.of(shown.cycle)),
        blocks=[
            Text(_("As of %(day)s.") % {"day": day_words(shown.on)}),
            Table(
                _("Progress"),
                quarterly_head(),
                [quarterly_row(each) for each in shown.lines],
                frozenset({0}),
                shares=(4, 11, 18, 8, 17),
            ),
            Text(_("What a unit did not report is not filled in."), small=True),
        ],
        digests=[(_("As of"), day_words(shown.on))],
        sealed_by=[Letterhead.of(shown.cycle).sealed],
        dated=_midnight(shown.on),
    )


def lamp(line: Line) -> str:
    """Return the light as a sign and a word: told apart without colours, on paper too."""
    return f"{_LAMPS[line.light]} {line.light_word}"


def quarterly_head() -> list[str]:
    return [_("No."), _("Project"), _("Main work content"), _("Lead unit"), _("Reached so far")]


def quarterly_row(line: Line) -> list[str]:
    """Return 序号, 项目名称, 主要工作内容, 牵头单位, 累计完成情况."""
    targets = [str(each.target) for each in line.targets]
    content = line.plan.content or "\n".join(line.delivery.candidate.target or targets)
    return [
        str(line.number),
        line.name,
        content or _("not stated"),
        line.units.of(line.lead) or _("not stated"),
        _("%(light)s. %(state)s") % {"light": lamp(line), "state": line.state},
    ]


def bulletin(shown: Overview, *, month: date) -> Document:
    """Return the monthly 通报: the lights, what was reported in the month, what is late."""
    first, last = month.replace(day=1), month_end(month.year, month.month)
    reported = [
        (line, report)
        for line in shown.lines
        for report in reversed(line.reports)
        if first <= report.day <= last
    ]
    late = [line for line in shown.lines if line.is_overdue]
    findings = [line for line in shown.lines if line.open_findings]
    blocks: list[Block] = [
        Text(_("As of %(day)s.") % {"day": day_words(shown.on)}),
        Bars(_("How the projects stand"), shown.counts[1:]),
        _lights(shown),
        Heading(_("Reported this month")),
        *(_report(line, report.day, report.text, report.delay) for line, report in reported),
    ]
    if not reported:
        blocks.append(Text(_("Nothing was reported this month.")))
    if late:
        blocks.append(Heading(_("Overdue reports")))
        blocks += [_of_line(each, each.overdue_word) for each in late]
    if findings:
        blocks += [Heading(_("Open findings")), *(_findings(line) for line in findings)]
    return Document(
        title=_("Bulletin on the livelihood projects, %(month)s") % {"month": month_words(month)},
        **_frame(Letterhead.of(shown.cycle)),
        blocks=[*blocks, *(Text(each, small=True) for each in shown.rule_words)],
        digests=[(_("As of"), day_words(shown.on))],
        sealed_by=[Letterhead.of(shown.cycle).sealed],
        dated=_midnight(shown.on),
    )


def half_year(shown: Overview, *, half: int) -> Document:
    """Return the half-year report: the whole picture, then every project by itself."""
    blocks: list[Block] = [
        Text(_("As of %(day)s.") % {"day": day_words(shown.on)}),
        Bars(_("How the projects stand"), shown.counts[1:]),
        _lights(shown),
    ]
    for line in shown.lines:
        blocks += [Heading(f"{line.number}. {line.name}"), _facts(line)]
    return Document(
        title=_("Half-year report on the livelihood projects of %(year)s, %(half)s")
        % {"year": shown.cycle.year, "half": half_words(half)},
        **_frame(Letterhead.of(shown.cycle)),
        blocks=[*blocks, *(Text(each, small=True) for each in shown.rule_words)],
        digests=[(_("As of"), day_words(shown.on))],
        sealed_by=[Letterhead.of(shown.cycle).sealed],
        dated=_midnight(shown.on),
    )


def glance(shown: Overview) -> Document:
    """Return the 图解: the twelve at a glance, on one page."""
    return Document(
        title=_("The livelihood projects of %(year)s at a glance") % {"year": shown.cycle.year},
        **_frame(Letterhead.of(shown.cycle)),
        blocks=[
            Figures(shown.counts),
            Tiles(_("The projects"), [_tile(line) for line in shown.lines]),
            *(Text(each, small=True) for each in shown.rule_words),
        ],
        digests=[(_("As of"), day_words(shown.on))],
        dated=_midnight(shown.on),
        one_page=True,
    )


def _tile(line: Line) -> Tile:
    shown, left = line.targets[:MOST_BARS], len(line.targets) - MOST_BARS
    bars = [(each.target.text, each.of_planned, each.percent) for each in shown]
    more = ngettext("and %(count)d more target", "and %(count)d more targets", left) % {"count": left}
    state = "" if line.targets else line.state
    reached = sum(each.reached is not None for each in line.milestones)
    steps = _("milestones %(reached)d of %(all)d") % {"reached": reached, "all": len(line.milestones)}
    return Tile(
        number=line.number,
        name=line.name,
        tag=line.became,
        is_chosen=line.is_chosen,
        light=line.light.value,
        word=line.light_word,
        bars=bars,
        steps=["reached" if each.reached else "late" if each.late else "to-come" for each in line.milestones],
        steps_word=steps if line.milestones else "",
        notes=[
            *([state] if state else []),
            *([more] if left > 0 else []),
            *([_("assessed: %(grade)s") % {"grade": line.grade}] if line.grades else []),
        ],
        address=reverse("voting:delivery", args=[line.delivery.cycle.slug, line.number]),
    )


def _lights(shown: Overview) -> Table:
    head = [_("No."), _("Project"), _("Lead unit"), _("Light"), _("From what")]
    rows = [
        [str(each.number), each.name, each.units.of(each.lead) or _("not stated"), lamp(each), each.working]
        for each in shown.lines
    ]
    return Table(_("Lights"), head, rows, frozenset({0}), shares=(4, 16, 10, 11, 16))


def _report(line: Line, day: date, text: str, delay: str) -> Text:
    sentence = _("%(number)d. %(name)s, %(day)s: %(text)s") % {
        "number": line.number,
        "name": line.name,
        "day": day_words(day),
        "text": text,
    }
    return Text(in_a_row([sentence, _("Reason for the delay: %s") % delay if delay else ""]))


def _findings(line: Line) -> Text:
    words = ngettext("%(open)d open finding", "%(open)d open findings", line.open_findings)
    findings = words % {"open": line.open_findings}
    if line.late_findings:
        findings = _("%(said)s, %(late)d of them overdue") % {"said": findings, "late": line.late_findings}
    return _of_line(line, findings)


def _of_line(line: Line, state: str) -> Text:
    words = {"number": line.number, "name": line.name, "said": state}
    return Text(_("%(number)d. %(name)s: %(said)s") % words)


def _facts(line: Line) -> Facts:
    unknown = _("not stated")
    spent = line.progress.spent
    money = [
        "" if line.plan.investment is None else _("planned %s") % money_words(line.plan.investment),
        "" if spent is None else _("spent %s") % money_words(spent),
    ]
    last = line.last_report
    return Facts(
        [
            (_("Light"), _("%(light)s. %(state)s") % {"light": lamp(line), "state": line.working}),
            (_("Lead unit"), line.units.of(line.lead) or unknown),
            (_("Reached so far"), line.state),
            (_("Money"), _(", ").join(filter(None, money)) or unknown),
            (
                _("Last report"),
                _("%(day)s: %(text)s") % {"day": day_words(last.day), "text": last.text}
                if last
                else _("nothing reported yet"),
            ),
        ]
    )


def _frame(head: Letterhead) -> dict[str, Any]:
    kinds = {"demo": _("Demonstration"), "rehearsal": _("Rehearsal")}
    return {"overline": head.overline, "note": str(kinds.get(head.cycle.kind, ""))}


def _in_brackets(what: object, more: object) -> str:
    return _("%(what)s (%(more)s)") % {"what": what, "more": more}


def _midnight(day: date) -> datetime:
    """Return when the day begins: what shows how things stood that day is dated so."""
    return timezone.make_aware(datetime.combine(day, time()))


#: The columns of the open data, in English in every language: programs read them.
_OPEN = (
    "number", "name", "name_en", "became", "status", "light", "due_percent", "done_percent", "leader", "lead_unit",
    "responsible_units", "supporting_units", "content", "stage_goal", "investment", "spent", "last_report",
    "report_overdue", "report_escalated", "open_findings",
)  # fmt: skip


def open_records(shown: Overview) -> list[dict[str, Any]]:
    """Return every project as plain data, the same that the pages show."""
    return [as_data(line) for line in shown.lines]


def open_rows(shown: Overview) -> list[list[str | int]]:
    """Return every project as a row, targets and milestones with their figures in two cells; a header first.

    The disclosure fields stand on every row: so a CSV is one table that says where it comes from.
    """
    about, fields = of_what(shown), dict(disclosure(shown.cycle))
    rows: list[list[str | int]] = [[*about, *_OPEN, "targets", "milestones", "grades", *fields]]
    for record in open_records(shown):
        cells: list[str | int] = [_cell(record[name]) for name in _OPEN]
        targets = [f"{t['text']} {t['reached'] or ''}/{t['planned']} {t['unit']}" for t in record["targets"]]
        milestones = [f"{m['month']} {m['text']} {m['reached'] or ''}".strip() for m in record["milestones"]]
        grades = [f"{g['assessment']}: {g['grade'] or ''}" for g in record["grades"]]
        lists = ("; ".join(each) for each in (targets, milestones, grades))
        rows.append([*about.values(), *cells, *lists, *fields.values()])
    return rows


def of_what(shown: Overview) -> dict[str, str | int]:
    """Return of which year and place the data are, whether they are a demo's, and of which day they speak."""
    cycle = shown.cycle
    return {"year": cycle.year, "place": cycle.place, "kind": cycle.kind, "as_of": shown.on.isoformat()}


def _cell(value: object) -> str | int:
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, int) else str(value if value is not None else "")


def disclosure(cycle: Cycle) -> list[tuple[str, str]]:
    """Return the disclosure fields of the source document (PROCEDURE.md §1), with what is not stated left empty."""
    days = {"generated": cycle.disclosure_generated, "published": cycle.disclosure_published}
    names = ("index", "document_number", "mode", "scope", "term", "publisher")
    return [
        *((name, str(getattr(cycle, f"disclosure_{name}"))) for name in names),
        *((name, day.isoformat() if day else "") for name, day in days.items()),
        ("source", cycle.source),
    ]

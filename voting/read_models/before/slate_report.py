"""候选项目形成情况的报告 as blocks: from the frozen text of an issued version, or from the draft as it would be."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from accounts.names import NamesShown
from voting.count.formats.slate_report import ReportedCandidate, SlateReportBody
from voting.domain.before.funnel import Funnel, of_data
from voting.domain.before.slates import differences
from voting.models import Candidate, CandidateVersion, Cycle
from voting.printing.blocks import Bars, Block, Document, Facts, Heading, Listing, Table, Text
from voting.read_models.core.days import day_words, milestone_words, money_words
from voting.read_models.core.letterhead import Letterhead
from voting.states import Outcome, Source

#: The places of the candidates in the page, before their numbers.
_PROJECT = "project-"
#: The narrowing, in the order of ``Funnel.steps``.
STEPS: dict[str, Promise] = {
    "received": gettext_lazy("Proposals received"),
    "matters": gettext_lazy("Matters, when what says the same counts once"),
    "adopted": gettext_lazy("Adopted matters"),
    "candidates": gettext_lazy("Candidate projects"),
}


def slate_document(
    body: SlateReportBody,
    cycle: Cycle,
    units: NamesShown,
    *,
    digest: str = "",
    issued_at: datetime | None = None,
) -> Document:
    """Return the report whose content is ``body`` (``slate_reports.body_of``); without a hash it is a draft."""
    written = body["cycle"]
    head = Letterhead.of(cycle, written)
    kinds = {"demo": _("Demonstration"), "rehearsal": _("Rehearsal")}
    notes = [kinds.get(body["kind"], ""), "" if digest else _("Draft, not issued")]
    day = day_words(issued_at)
    return Document(
        title=_("Report on how the candidate livelihood projects of %(year)s came about")
        % {"year": written["year"]},
        overline=head.overline,
        note=" · ".join(filter(None, notes)),
        blocks=[
            *_paragraphs(body["opening"]),
            *_solicitation(body),
            *_criteria(body),
            Heading(_("Candidate projects")),
            Text(
                _("%(seats)s of these %(candidates)s projects will be chosen by vote of the delegates.")
                % {"seats": body["seats"], "candidates": len(body["candidates"])}
            ),
            Listing([(each["number"], shown_name(each)) for each in body["candidates"]], to=_PROJECT),
            *(block for each in body["candidates"] for block in _candidate(each, units)),
            *_paragraphs(body["closing"]),
        ],
        digests=[(_("Hash of the report, version %(number)s") % {"number": body["version"]}, digest or "–")],
        sealed_by=[head.sealed, day] if digest else [],
        dated=issued_at,
    )


def funnel_rows(funnel: Funnel) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return the tables of the funnel, each with its caption: the narrowing, the sources, the fields, the outcomes."""
    sources = [(str(source.label), funnel.by_source.get(source, 0)) for source in Source]
    most_first = sorted(funnel.by_field.items(), key=lambda each: (each[0] == "", -each[1], each[0]))
    fields = [(name or _("no field given"), number) for name, number in most_first]
    outcomes = [(str(outcome.label), funnel.by_outcome.get(outcome, 0)) for outcome in Outcome]
    total = (_("together"), funnel.received)
    return [
        (_("How the proposals narrowed"), [(str(STEPS[name]), number) for name, number in funnel.steps]),
        (_("From whom the proposals came"), [*sources, total]),
        (_("Fields of work"), [*fields, total]),
        (_("What became of the proposals"), [*outcomes, total]),
    ]


def shown_name(candidate: Mapping[str, Any]) -> str:
    """Return the name in the reader's language; the Chinese name where there is no English one."""
    english = str(candidate["name_en"])
    return english if english and not (get_language() or "").startswith("zh") else str(candidate["name"])


def _paragraphs(text: str) -> list[Block]:
    return [Text(line.strip()) for line in text.splitlines() if line.strip()]


def _solicitation(body: SlateReportBody) -> list[Block]:
    funnel = of_data(body["funnel"])
    narrowing, *tables = funnel_rows(funnel)
    number = _("Number")
    blocks: list[Block] = [Heading(_("Proposals"))]
    if body["solicited_from"]:
        who = pgettext("list", ", ").join(body["solicited_from"])
        blocks.append(Text(f"{_('Asked for suggestions')}{_(': ')}{who}"))
    blocks.append(Bars(*narrowing))
    blocks += [
        Table(
            caption, [caption, number], [[label, str(count)] for label, count in rows], frozenset({1}), wide=0
        )
        for caption, rows in [narrowing, *tables]
    ]
    if funnel.candidates:
        grew = _("The candidate projects grew from %(behind)s proposals, those counted that were merged.")
        blocks.append(Text(grew % {"behind": funnel.behind}, small=True))
    return blocks


def _criteria(body: SlateReportBody) -> list[Block]:
    return [Heading(_("Criteria")), *_paragraphs(body["criteria"])] if body["criteria"] else []


def _candidate(candidate: ReportedCandidate, units: NamesShown) -> list[Block]:
    rows = [(label, text) for label, text in candidate_facts(candidate, units) if text]
    origins = [behind_words(candidate["proposals"]), *map(origin, candidate["proposals"])]
    rows.append((_("Grew from"), "\n".join(origins) if candidate["proposals"] else _("not stated")))
    heading = f"{candidate['number']}. {shown_name(candidate)}"
    return [Heading(heading, anchor=f"{_PROJECT}{candidate['number']}"), Facts(rows)]


def candidate_facts(candidate: Mapping[str, Any], units: NamesShown) -> list[tuple[str, str]]:
    """Return the dossier as labels and texts, lists a line each; empty where nothing is stated."""
    return [(field_label(name), _text(name, candidate.get(name), units)) for name in _SHOWN]


_SHOWN = (
    "content", "background", "targets", "site", "scale", "period", "investment_total", "funds", "milestones",
    "lead_unit", "responsible_units", "supporting_units", "leader", "deadline", "beneficiaries", "field",
)  # fmt: skip


def targets_text(targets: Any) -> str:
    return "\n".join(f"{each['text']} {each['number']} {each['unit']}" for each in targets)


def funds_text(funds: Any) -> str:
    return "\n".join(f"{each['source']} {money_words(each['amount'])}" for each in funds)


def milestones_text(milestones: Any) -> str:
    return "\n".join(milestone_words(each["month"], each["text"]) for each in milestones)


def lines_text(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value)


#: What of a dossier or a plan names units.
NAME_UNITS = frozenset({"lead_unit", "responsible_units", "supporting_units"})
_READ: dict[str, Callable[[Any], str]] = {
    "targets": targets_text, "funds": funds_text, "milestones": milestones_text,
    "target": lines_text, "done_last_year": lines_text, "investment_total": money_words,
}  # fmt: skip


def origin(proposal: Mapping[str, Any]) -> str:
    """Return a proposal in one line: its number and title, from whom, and which others were merged into it."""
    name = _("proposal %(number)s") % {"number": proposal["number"]}
    parts = [f"{name} {proposal['title']}".strip(), str(Source(proposal["source"]).label)]
    if proposal["merged"]:
        numbers = pgettext("list", ", ").join(map(str, proposal["merged"]))
        parts.append(_("with what was merged into it: %(numbers)s") % {"numbers": numbers})
    if seconds := proposal.get("seconds"):
        parts.append(
            ngettext("seconded %(count)d time", "seconded %(count)d times", seconds) % {"count": seconds}
        )
    return " · ".join(parts)


def behind_words(proposals: Sequence[Mapping[str, Any]]) -> str:
    """Return in one line from how many proposals a candidate grew, and how often they were seconded."""
    number = sum(1 + len(each["merged"]) for each in proposals)
    seconds = sum(each.get("seconds", 0) for each in proposals)
    words = ngettext("from %(count)d proposal", "from %(count)d proposals", number) % {"count": number}
    if not seconds:
        return words
    times = ngettext("seconded %(count)d time", "seconded %(count)d times", seconds) % {"count": seconds}
    return f"{words}{pgettext('list', ', ')}{times}"


@dataclass(frozen=True)
class CandidateChange:
    """One change: the version that it made, and every field as (label, before, after)."""

    version: CandidateVersion
    fields: list[tuple[str, str, str]]


def changes_of(versions: Sequence[CandidateVersion], units: NamesShown) -> list[CandidateChange]:
    """Return what each of a candidate's versions, in their order, changed of the one before."""
    return [
        CandidateChange(
            new,
            [
                (field_label(name), _text(name, was, units), _text(name, now, units))
                for name, was, now in differences(old.data, new.data)
            ],
        )
        for old, new in itertools.pairwise(versions)
    ]


def _text(name: str, value: Any, units: NamesShown) -> str:
    text = _READ.get(name, str)(value) if value else ""
    return units.of(text) if name in NAME_UNITS else text


def field_label(name: str) -> str:
    """Return the name of a candidate's field; an amount is shown with its unit, so that its name has none."""
    if name == "investment_total":
        return _("total investment")
    return str(Candidate._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # noqa: SLF001 Django's documented interface

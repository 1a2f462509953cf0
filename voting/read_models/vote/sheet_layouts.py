"""The paper ballots of a round as they are printed to the millimetre, and as a scanner's reader knows them."""

from __future__ import annotations

from dataclasses import replace

from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.roles import Kind
from voting.count.definition import Definition
from voting.count.measures import BallotType
from voting.domain.vote.definitions import definition_of
from voting.models import Cycle, Round
from voting.printing.sheets import PrintedSheet, drawn_layout
from voting.read_models.vote.ballot_sheet import BallotSheet, ballot_sheet
from voting.read_models.vote.rule_words.thresholds import joined
from voting.scan.layout import Layout, NoLayout, layout_of, make_layout

#: The languages in which a sheet is printed; each is a layout of its own.
LANGUAGES = ("zh-hans", "en")


def sheet_layouts(round_: Round) -> list[Layout]:
    """Return every sheet of the round with its print, which is what ``pages_of`` takes: in each language, and for each
    body that votes.

    Raises NoLayout, NoTurn and Undrawable.
    """
    bodies = (False, True) if definition_of(round_).rule.group_floor else (False,)
    drawn = []
    for language in LANGUAGES:
        with translation.override(language):
            drawn += [drawn_layout(printed_sheet(round_.cycle, round_, in_group=body)) for body in bodies]
    return drawn


def has_layout(sheet: BallotSheet) -> bool:
    """Tell whether so many projects and places stand on one sheet that a scanner can read."""
    try:
        make_layout(sheet.kind, _numbers(sheet), places=sheet.places)
    except NoLayout:
        return False
    return True


def printed_sheet(
    cycle: Cycle, round_: Round | None, *, in_group: bool = False, is_specimen: bool = False
) -> PrintedSheet:
    """Return the sheet of a round in the reader's language, ready to be drawn.

    A specimen, or one from before there is a round, has markers that are no round's. Raises NoLayout.
    """
    sheet = ballot_sheet(cycle, round_)
    language = "zh-hans" if (get_language() or "").startswith("zh") else "en"
    definition = definition_of(round_) if round_ and not is_specimen else None
    if definition is None:
        layout = make_layout(
            sheet.kind, _numbers(sheet), places=sheet.places, language=language, in_group=in_group
        )
    else:
        layout = layout_of(definition, language=language, in_group=in_group)
    printed = PrintedSheet(
        layout=layout,
        overline=_overline(cycle, is_specimen=definition is None),
        title=f"{cycle.place_shown}\n{_title(cycle, sheet)}",
        below=_below(sheet, in_group=in_group),
        headings=tuple(_headings(sheet).items()),
        names=tuple(
            (number, _with_cost(name, sheet, number)) for number, name in _names(sheet, definition, language)
        ),
        question=_("Do you approve the whole list of %(count)s projects?") % {"count": sheet.count},
        note=f"{_how(sheet)}\n{_rest(sheet)}",
        seal=_("Official seal"),
        stamp=_("Place in the stack (stamped after the box is opened)"),
        code="",
        code_alt=_("Vote, round and layout of this sheet"),
    )
    return replace(printed, code=_code(cycle, sheet, layout))


def _numbers(sheet: BallotSheet) -> list[int]:
    return [candidate.number for candidate in sheet.candidates]


def _names(sheet: BallotSheet, definition: Definition | None, language: str) -> tuple[tuple[int, str], ...]:
    """Return the names as they were frozen; of a specimen, as they are now."""
    if definition is None:
        return tuple((each.number, each.shown_name) for each in sheet.candidates)
    lines = definition.data["items"]
    return tuple(
        (each["number"], (each["name_en"] if language == "en" else "") or each["name"]) for each in lines
    )


def _with_cost(name: str, sheet: BallotSheet, number: int) -> str:
    """Return the name, and below it what the project costs, where money is shared out."""
    cost = sheet.costs.get(number, "")
    return f"{name}\n{cost}" if cost else name


def _overline(cycle: Cycle, *, is_specimen: bool) -> str:
    parts = [_("Specimen, not a ballot")] if is_specimen else []
    return " · ".join([*parts, *([] if cycle.kind == Kind.OFFICIAL else [str(cycle.get_kind_display())])])


def _title(cycle: Cycle, sheet: BallotSheet) -> str:
    if sheet.graded:
        return _("Assessment ballot on the livelihood projects of %(year)s") % {"year": cycle.year}
    return _("Ballot on the livelihood projects of %(year)s") % {"year": cycle.year}


def _below(sheet: BallotSheet, *, in_group: bool) -> str:
    parts = [_("round %(number)s") % {"number": sheet.number}] if sheet.number > 1 else []
    return " ".join([*parts, *([sheet.group] if in_group else [])])


def _headings(sheet: BallotSheet) -> dict[str, str]:
    numbered = sheet.kind.numbered
    places = {str(place): str(place) for place in range(1, sheet.places + 1)} if numbered else {}
    return {
        "number": _("No."),
        "name": _("Project") if sheet.graded else _("Candidate project"),
        "for": _("For"),
        "against": _("Against"),
        "abstain": _("Abstain"),
        "satisfied": _("Satisfied"),
        "basically": _("Basically satisfied"),
        "unsatisfied": _("Unsatisfied"),
        **places,
    }


def _how(sheet: BallotSheet) -> str:
    """Return how this ballot is marked."""
    if sheet.kind is BallotType.WHOLE_REPORT:
        return _("Put one circle ○ below your answer.")
    if sheet.kind.numbered:
        return points_how_on_paper(sheet) if sheet.pointed else _ranked_on_paper(sheet)
    if not sheet.kind.per_item:
        return _marked_on_paper(sheet)
    lines = [_("Put one circle ○ in each line.")]
    if sheet.limited and not sheet.any_number:
        limit = _("At most %(seats)s circles may stand under “for”; more make the ballot void.")
        lines.append(limit % {"seats": sheet.seats})
    if sheet.all_needed:
        lines.append(_("A line without a circle makes the ballot void."))
    return " ".join(lines)


def _ranked_on_paper(sheet: BallotSheet) -> str:
    how = _("Put a circle ○ under 1 in the line of the most important project, under 2 in that of the next.")
    some = _(
        "Places are given once and without a gap, at most up to %(seats)s; otherwise the ballot is void."
    )
    every = _("Every place up to %(seats)s is given, and once; otherwise the ballot is void.")
    return f"{how} {(every if sheet.all_needed else some) % {'seats': sheet.seats}}"


def _marked_on_paper(sheet: BallotSheet) -> str:
    seats = {"seats": sheet.seats}
    if sheet.single:
        return _("Put a circle ○ beside one project; more circles make the ballot void.")
    if sheet.all_needed:
        return (
            _("Put a circle ○ beside exactly %(seats)s projects; more or fewer make the ballot void.") % seats
        )
    how = (
        _("Put a circle ○ beside the projects you vote for, as many as you like.")
        if sheet.any_number
        else _(
            "Put a circle ○ beside the projects you vote for, at most %(seats)s; more make the ballot void."
        )
        % seats
    )
    if not sheet.most_cost:
        return how
    limit = _("Together they may cost at most %(most_cost)s; more makes the ballot void.")
    return joined(how, limit % {"most_cost": sheet.most_cost})


def points_how_on_paper(sheet: BallotSheet) -> str:
    """Say how points are given on paper."""
    words = {"points": sheet.points, "most": sheet.places}
    some = _(
        "Put a circle ○ under the number of points in the line of a project: in all at most %(points)s points, for one "
        "project at most %(most)s; more make the ballot void. A line without a circle gives none."
    )
    every = _(
        "Put a circle ○ under the number of points in the line of a project: in all exactly %(points)s points, for one "
        "project at most %(most)s; more or fewer make the ballot void. A line without a circle gives none."
    )
    return (every if sheet.all_needed else some) % words


def _rest(sheet: BallotSheet) -> str:
    inside = _("Draw each circle inside its box, and make no other mark on the sheet.")
    if sheet.blank_is_void:
        blank = _("A blank ballot is void.")
    elif sheet.whole:
        blank = _("A blank ballot is valid and counts as an abstention.")
    else:
        blank = _("A blank ballot is valid and counts as abstaining on every project.")
    return f"{inside} {blank}"


def _code(cycle: Cycle, sheet: BallotSheet, layout: Layout) -> str:
    """Return what the QR code says: the same on every sheet of the round."""
    return f"{cycle.place} {cycle.slug} {sheet.number} {layout.digest}"

"""Which settings a vote can be held under; every other combination is refused on its field, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voting.count import counting
from voting.count.definition import counting_rule, floor_of

Sentences = dict[str, str | Promise]


def require_possible(settings: Mapping[str, Any], *, candidates: int) -> None:
    """Raise ValidationError with a sentence on the field of each setting that contradicts another.

    ``candidates`` is how many stand on the slate so far, 0 before there is one: then nothing is held against it.
    """
    errors = _fractions(settings) | _group(settings) | _by_letter(settings)
    if not errors:
        errors |= _contradiction(settings) | _against_the_slate(settings, candidates)
    if errors:
        raise ValidationError({field: [sentence] for field, sentence in errors.items()})


def whole_list(candidates: int) -> str:
    """Say why a vote on the whole list chooses as many as there are."""
    return str(_WHOLE_SEATS) % {"candidates": candidates}


def _fractions(settings: Mapping[str, Any]) -> Sentences:
    """A threshold that is in use must be reachable; one that is not must still be a fraction."""
    errors: Sentences = {}
    for part in ("quorum", "floor", "group", *(("satisfied",) if "satisfied_base" in settings else ())):
        used = settings.get(f"{part}_base", "all")
        numerator, denominator = settings[f"{part}_numerator"], settings[f"{part}_denominator"]
        if denominator < 1:
            errors[f"{part}_denominator"] = _NO_DENOMINATOR
        elif numerator > denominator or (used and not _reachable(settings, part)):
            errors[f"{part}_numerator"] = _UNREACHABLE
    return errors


def _reachable(settings: Mapping[str, Any], part: str) -> bool:
    try:
        floor = floor_of({**settings, f"{part}_base": "all"}, part)
    except counting.ImpossibleRule:
        return False
    return floor is not None and floor.numerator > 0


def _group(settings: Mapping[str, Any]) -> Sentences:
    if settings["group_base"] and not settings["group_name"]:
        return {"group_name": _UNNAMED}
    if settings["group_name"] and not settings["group_base"]:
        return {"group_base": _UNMEASURED}
    return {}


def _by_letter(settings: Mapping[str, Any]) -> Sentences:
    """Nobody is checked in where residents vote by letter, and nobody of a sub-group is known among them."""
    if not settings.get("residents"):
        return {}
    errors: Sentences = {"floor_base": _NOBODY_PRESENT} if settings["floor_base"] == "present" else {}
    if settings["group_base"]:
        errors["group_base"] = _NO_GROUP
    if "satisfied_base" in settings:
        errors["residents"] = _NO_GRADES
    return errors


def _contradiction(settings: Mapping[str, Any]) -> Sentences:
    try:
        counting_rule(settings, seats=settings["seats"])
    except counting.ImpossibleRule as error:
        field, sentence = _CONTRADICTIONS[error.code]
        return {field: sentence}
    return {}


def _against_the_slate(settings: Mapping[str, Any], candidates: int) -> Sentences:
    seats = settings["seats"]
    if candidates and settings["ballot_type"] in {"whole_report", "grades"} and seats != candidates:
        return {"seats": whole_list(candidates)}
    if candidates and seats > candidates:
        return {"seats": str(_TOO_MANY_SEATS) % {"candidates": candidates}}
    return {}


_NO_DENOMINATOR = _("The lower number of a fraction is at least 1.")
_UNREACHABLE = _("Nobody could reach this fraction: it must lie above 0, and “more than” needs it below 1.")
_UNNAMED = _("A second threshold needs the name of the sub-group whose members it is measured against.")
_UNMEASURED = _(
    "A sub-group is named, so say what its threshold is measured against. Without a second threshold, leave the "
    "name empty."
)
_NOBODY_PRESENT = _(
    "Residents vote by letter and nobody is checked in, so a threshold can't be measured against those present. Choose "
    "everyone on the roll, the ballots returned or the valid ballots."
)
_NO_GROUP = _("Residents vote by letter, and the roll has no sub-group. Leave the second threshold out.")
_NO_GRADES = _(
    "An assessment is made by delegates or the standing committee. Leave the residents' letters empty."
)
_WHOLE_SEATS = _(
    "A vote on the whole list chooses all of it or nothing, so as many projects are to be chosen as there are "
    "candidates: %(candidates)d."
)
_TOO_MANY_SEATS = _("There are only %(candidates)d candidate projects to choose from.")
#: Settings that contradict each other: the field that the sentence stands at, and why they cannot go together.
_CONTRADICTIONS: dict[str, tuple[str, Promise]] = {
    "no_seats": ("seats", _("At least one project must be chosen.")),
    "up_to_under_void": (
        "under_vote",
        _(
            "With “up to N” fewer marks are allowed, so a ballot with fewer cannot be void. "
            "If it shall be void, choose “exactly N”."
        ),
    ),
    "exactly_under_valid": (
        "under_vote",
        _("With “exactly N” a ballot with fewer marks is void. If it shall be valid, choose “up to N”."),
    ),
    "ranking_unscored": (
        "scoring",
        _("A ranking needs a rule by which it is read: points by place, or first places first."),
    ),
    "scoring_without_ranking": (
        "scoring",
        _("Only a ranking is read by places. Choose “nothing is ranked”, or the ballot type that ranks."),
    ),
    "report_without_floor": (
        "floor_base",
        _(
            "A vote on the whole list needs a majority to pass, and the rules must say of what: "
            "without one, a single vote would carry it."
        ),
    ),
    "grades_without_floors": (
        "floor_base",
        _("An assessment needs a share for each of the two grades, of one body; say of what it is measured."),
    ),
    "satisfied_without_grades": (
        "satisfied_base",
        _("Only an assessment has grades. Choose “no assessment” here."),
    ),
    "item_without_rows": (
        "double_mark",
        _(
            "Only a ballot with a row of boxes for each project can have two marks in one. For this ballot type choose "
            "“the whole ballot is void”."
        ),
    ),
    "no_money": ("budget", _("Say how much money is shared out.")),
    "money_for_a_list": (
        "method",
        _("A whole list shares out no money. Choose another ballot type, or “the highest” here."),
    ),
    "money_tie": (
        "tie_rule",
        _(
            "Where a sum of money does not reach for all projects with equal votes, only another ballot among them "
            "settles it. Choose that here."
        ),
    ),
    "shares_ballot": (
        "method",
        _(
            "Equal shares are counted from ballots that mark projects, and nothing else. Choose “up to N” or “exactly "
            "N” as the ballot type, or another way to share the money out."
        ),
    ),
    "shares_group": (
        "method",
        _(
            "Equal shares publish the single ballots, and beside a sub-group's own votes these could name its members. "
            "Leave the second threshold out, or choose another way to share the money out."
        ),
    ),
    "one_under_void": (
        "under_vote",
        _("A ballot that chooses one has one mark or none. Choose “valid” here."),
    ),
    "points_unset": (
        "points",
        _("Say how many points a ballot has, and how many of them one project may get."),
    ),
    "points_elsewhere": ("points", _("Only a ballot with points gives any. Leave both numbers empty.")),
    "points_range": (
        "most_points",
        _("One project may get at least 1 point, at most 20, and no more than a ballot has."),
    ),
    "cost_elsewhere": (
        "most_cost",
        _(
            "What the projects of a ballot cost is limited only where “up to N” are marked and money is shared out."
        ),
    ),
    "no_cost": ("most_cost", _("A ballot must be able to vote for a project that costs something.")),
    "report_under_void": (
        "under_vote",
        _(
            "A ballot on the whole list has one mark or none. Whether one without a mark is void is said "
            "under “a blank ballot”; choose “valid” here."
        ),
    ),
}

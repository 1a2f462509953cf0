"""The adopted rules in words: short sentences in the reader's language, with this roll's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from voting.domain.counting import Base, Comparator, Floor

_HALF = (1, 2)


def sentences(rules: Mapping[str, Any], *, candidates: int, roll: int | None = None) -> list[str]:
    """Return the settings of the rules as sentences, in the order of a 票决办法.

    ``roll`` is the number of delegates on the roll; with it, a majority of all delegates is worked out in votes.
    Source of the rules themselves: PROCEDURE.md §3.4.
    """
    said = [
        _quorum(rules, roll),
        _("%(seats)d of %(candidates)d candidate projects are chosen.")
        % {"seats": rules["seats"], "candidates": candidates},
        _ballot(rules),
        _blank(rules),
        _floor(rules, roll),
        _("Of the projects that reach this, the %(seats)d with the most votes for are chosen.")
        % {"seats": rules["seats"]}
        if rules["floor_base"]
        else _("The %(seats)d projects with the most votes for are chosen.") % {"seats": rules["seats"]},
        _TIES[rules["tie_rule"]](),
        _SHORTFALLS[rules["shortfall_rule"]](),
    ]
    return [sentence for sentence in said if sentence]


def _ballot(rules: Mapping[str, Any]) -> str:
    if rules["ballot_type"] == "per_item":
        return _("Each project is voted on by itself: for, against or abstain.")
    return _("A ballot may mark at most %(seats)d projects; a ballot with more marks is void.") % {
        "seats": rules["seats"]
    }


def _blank(rules: Mapping[str, Any]) -> str:
    if rules["blank_ballot"] == "valid":
        return _("A blank ballot is valid and counts as abstaining on every project.")
    return _("A blank ballot is void.")


def _fraction(rules: Mapping[str, Any], part: str) -> str:
    """Return “more than half”, “at least 2/3” and the like."""
    numerator, denominator = rules[f"{part}_numerator"], rules[f"{part}_denominator"]
    more = rules[f"{part}_comparator"] == "gt"
    if (numerator, denominator) == _HALF:
        return _("more than half") if more else _("at least half")
    words = _("more than %(fraction)s") if more else _("at least %(fraction)s")
    return words % {"fraction": f"{numerator}/{denominator}"}


def _least(rules: Mapping[str, Any], part: str, size: int) -> int:
    return Floor(
        base=Base.ALL,
        numerator=rules[f"{part}_numerator"],
        denominator=rules[f"{part}_denominator"],
        comparator=Comparator(rules[f"{part}_comparator"]),
    ).least(size)


def _quorum(rules: Mapping[str, Any], roll: int | None) -> str:
    sentence = _("The vote is held when %(fraction)s of all delegates are present.") % {
        "fraction": _fraction(rules, "quorum")
    }
    if roll is None:
        return sentence
    worked = _("Of %(roll)d that is %(least)d.") % {"roll": roll, "least": _least(rules, "quorum", roll)}
    return _join(sentence, worked)


def _floor(rules: Mapping[str, Any], roll: int | None) -> str:
    if not rules["floor_base"]:
        return _("No smallest number of votes is asked for.")
    sentence = _("To be chosen, a project needs the votes of %(fraction)s of %(base)s.") % {
        "fraction": _fraction(rules, "floor"),
        "base": _BASES[rules["floor_base"]](),
    }
    if roll is None or rules["floor_base"] != "all":
        return sentence
    worked = _("Of %(roll)d delegates that is %(least)d votes.") % {
        "roll": roll,
        "least": _least(rules, "floor", roll),
    }
    return _join(sentence, worked)


def _join(first: str, second: str) -> str:
    return _("%(first)s %(second)s") % {"first": first, "second": second}


_BASES = {
    "all": lambda: _("all delegates on the roll"),
    "present": lambda: _("the delegates present"),
    "returned": lambda: _("the ballots returned"),
    "valid": lambda: _("the valid ballots"),
}
_TIES = {
    "further_ballot": lambda: _(
        "Equal votes at the last place: another ballot is held among those projects."
    ),
    "presidium": lambda: _("Equal votes at the last place: the presidium decides and records its reason."),
    "lot": lambda: _("Equal votes at the last place: a public lot decides and is recorded."),
    "admit_all": lambda: _("Equal votes at the last place: all of those projects are chosen."),
}
_SHORTFALLS = {
    "further_round": lambda: _(
        "Fewer projects reach it than are to be chosen: another round is held among the rest."
    ),
    "stay_empty": lambda: _("Fewer projects reach it than are to be chosen: the places stay empty."),
    "next_session": lambda: _(
        "Fewer projects reach it than are to be chosen: the rest is left to the next session."
    ),
}

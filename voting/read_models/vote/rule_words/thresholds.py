"""Fractions in words, and worked out in people and votes: the quorum and what it takes to be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from voting.count.definition import floor_of
from voting.domain.vote.rules import SMALLEST_GROUP
from voting.read_models.vote.rule_words import residents
from voting.read_models.vote.rule_words.numerals import share_word

_HALF = (1, 2)
_WHOLE = "whole_report"


def fraction(rules: Mapping[str, Any], part: str) -> str:
    """Return “more than half”, “at least 2/3” and the like."""
    numerator, denominator = rules[f"{part}_numerator"], rules[f"{part}_denominator"]
    more = rules[f"{part}_comparator"] == "gt"
    if (numerator, denominator) == _HALF:
        return _("more than half") if more else _("at least half")
    words = _("more than %(fraction)s") if more else _("at least %(fraction)s")
    return words % {"fraction": share_word(numerator, denominator)}


def least(rules: Mapping[str, Any], part: str, size: int) -> int:
    """Return how many people or votes pass the quorum, floor or second threshold in a base of that size."""
    floor = floor_of({**rules, f"{part}_base": "all"}, part)
    return floor.least(size) if floor else 1


def quorum(rules: Mapping[str, Any], roll: int | None) -> str:
    sentence = _("The vote is held when %(fraction)s of all delegates are present.") % {
        "fraction": fraction(rules, "quorum")
    }
    if roll is None:
        return sentence
    worked = _("Of %(roll)d that is %(least)d.") % {"roll": roll, "least": least(rules, "quorum", roll)}
    return joined(sentence, worked)


def floor(rules: Mapping[str, Any], roll: int | None) -> str:
    """Say how many votes a project, or the whole list, needs."""
    if not rules["floor_base"]:
        return _("No smallest number of votes is asked for.")
    everybody = rules["floor_base"] == "all" and residents.by_letter(rules)
    base = residents.base() if everybody else BASES[rules["floor_base"]]()
    words = {"fraction": fraction(rules, "floor"), "base": base}
    if rules["ballot_type"] == _WHOLE:
        sentence = _("The whole list is chosen if %(fraction)s of %(base)s vote for it, else none of it.")
    else:
        sentence = _("To be chosen, a project needs the votes of %(fraction)s of %(base)s.")
    if roll is None or rules["floor_base"] != "all":
        return sentence % words
    votes = least(rules, "floor", roll)
    worked = (
        residents.votes_needed(roll, votes)
        if everybody
        else _("Of %(roll)d delegates that is %(least)d votes.") % {"roll": roll, "least": votes}
    )
    return joined(sentence % words, worked)


def floor_notes(rules: Mapping[str, Any]) -> list[str]:
    """Say what the floor means where people ask: is half enough, who stays in the total, what is a vote."""
    base, ranking = rules["floor_base"], rules["ballot_type"] == "ranking"
    half = (rules["floor_numerator"], rules["floor_denominator"]) == _HALF
    notes = [
        (base and half and rules["floor_comparator"] == "gt", _("Exactly half is not more than half.")),
        (
            base == "all",
            residents.stays_in_total()
            if residents.by_letter(rules)
            else _(
                "Whoever is absent, abstains or casts a void ballot stays in the total and is no vote for it."
            ),
        ),
        (
            rules["ballot_type"] == "points",
            _("A ballot that gives a project any points is a vote for it, however many they are."),
        ),
        (ranking, _("A ballot that ranks a project is a vote for it, whatever the place.")),
        (not base, _("A project without a single vote for it is not chosen.")),
    ]
    return [sentence for applies, sentence in notes if applies]


def group(rules: Mapping[str, Any], group_roll: int | None) -> str:
    """Say what the sub-group's own threshold asks for; nothing where there is none."""
    if not rules["group_base"]:
        return ""
    words = {
        "fraction": fraction(rules, "group"),
        "base": GROUP_BASES[rules["group_base"]]() % {"group": rules["group_name"]},
    }
    if rules["ballot_type"] == _WHOLE:
        sentence = _(
            "Besides, the list needs the votes of %(fraction)s of %(base)s; both are needed at once."
        )
    else:
        sentence = _(
            "Besides, a project needs the votes of %(fraction)s of %(base)s; both are needed at once."
        )
    if group_roll is None or rules["group_base"] != "all":
        return sentence % words
    worked = _("Of %(roll)d members that is %(least)d votes.") % {
        "roll": group_roll,
        "least": least(rules, "group", group_roll),
    }
    return joined(sentence % words, worked)


def group_secrecy(rules: Mapping[str, Any]) -> str:
    """Say how large the sub-group and the others must be (TRUST.md F27)."""
    return _(
        "So that nobody's vote can be told, the sub-group has at least %(least)d members, and the others are "
        "at least %(least)d or none."
    ) % {"least": SMALLEST_GROUP}


def joined(first: str, second: str) -> str:
    """Put two sentences behind each other."""
    return _("%(first)s %(second)s") % {"first": first, "second": second}


BASES = {
    "all": lambda: _("all delegates on the roll"),
    "present": lambda: _("the delegates present"),
    "returned": lambda: _("the ballots returned"),
    "valid": lambda: _("the valid ballots"),
}
GROUP_BASES = {
    "all": lambda: _("all members of the sub-group “%(group)s” on the roll"),
    "present": lambda: _("the members of the sub-group “%(group)s” present"),
    "returned": lambda: _("the ballots returned by the sub-group “%(group)s”"),
    "valid": lambda: _("the valid ballots of the sub-group “%(group)s”"),
}

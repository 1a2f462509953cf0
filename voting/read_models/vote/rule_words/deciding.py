"""What is chosen, and what follows where that is not clear (PROCEDURE.md §3.4 (6)-(8))."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from voting.read_models.vote.rule_words import budget, residents
from voting.read_models.vote.rule_words.thresholds import joined

_WHOLE = "whole_report"
_LEAST_FOR_A_LAST_PLACE = 3


def order(rules: Mapping[str, Any]) -> str:
    """Say which of the projects that pass are chosen; nothing for the whole list."""
    if rules["ballot_type"] == _WHOLE:
        return ""
    floored, read = bool(rules["floor_base"] or rules["group_base"]), rules["scoring"]
    if rules["ballot_type"] == "points":
        read = "points"
    if rules.get("method"):
        return budget.money_order(rules, floored=floored)
    return _ORDERS[read, floored]() % {"seats": rules["seats"]}


def scoring(rules: Mapping[str, Any]) -> list[str]:
    """Say how a ranking is read, with an example in figures; nothing where nothing is ranked."""
    if rules["scoring"] == "points":
        return _points(rules["seats"])
    return _first_places(rules["seats"]) if rules["scoring"] == "first_preferences" else []


def _points(seats: int) -> list[str]:
    sentences = [
        _(
            "On each valid ballot the first place is worth %(seats)d points, every later place one point less, "
            "and place %(seats)d one point; a project without a place gets none."
        )
        % {"seats": seats},
        _("A project's points are added up over all valid ballots."),
    ]
    if seats >= _LEAST_FOR_A_LAST_PLACE:
        worked = {"seats": seats, "second": seats - 1, "sum": 3 * seats + 2 * (seats - 1) + 1}
        example = _(
            "For example, a project that 3 ballots put first, 2 second and 1 at place %(seats)d gets "
            "3 × %(seats)d + 2 × %(second)d + 1 × 1 = %(sum)d points."
        )
        sentences.append(example % worked)
    return [*sentences, _("Where these rules speak of most votes or equal votes, points are meant.")]


def _first_places(seats: int) -> list[str]:
    sentences = [
        _(
            "The projects are compared by how many ballots put them first; where that is equal, by how many put them "
            "second, and so on."
        )
    ]
    if seats > 1:
        sentences.append(
            _(
                "For example, project A has 5 first and 2 second places, project B 5 first and 3 second places: "
                "B stands before A."
            )
        )
    return [*sentences, _("Where these rules speak of equal votes, the same number of every place is meant.")]


def tie(rules: Mapping[str, Any], candidates: int = 0) -> str:
    """Say what follows equal votes at the last place; nothing for the whole list, which cannot have them."""
    if rules.get("method"):
        return budget.money_tie(rules, candidates)
    return "" if rules["ballot_type"] == _WHOLE else TIES[rules["tie_rule"]]()


def tie_notes(rules: Mapping[str, Any]) -> list[str]:
    notes = [
        _("Equal votes that all are in or all are out need no decision."),
        _("Neither the order of the list nor a project's number ever decides."),
    ]
    if rules["tie_rule"] == "admit_all":
        return [*notes, _("More than %(seats)d projects can then be chosen.") % {"seats": rules["seats"]}]
    if rules["tie_rule"] == "lot":
        return [*notes, _("What was drawn and who witnessed it is recorded and published.")]
    return [*notes, _("The reason is published.")] if rules["tie_rule"] == "presidium" else notes


def shortfall(rules: Mapping[str, Any]) -> str:
    """Say what follows where fewer pass than are to be chosen, or the whole list does not pass."""
    words = _REPORT_SHORTFALLS if rules["ballot_type"] == _WHOLE else SHORTFALLS
    sentence = budget.money_at_the_end() if rules.get("method") else words[rules["shortfall_rule"]]()
    if not rules.get("most_rounds"):
        return sentence
    limit = (
        _("At most %(most)d rounds are held; what then still stands equal is not chosen.")
        if rules.get("method")
        else _("At most %(most)d rounds are held; after the last one the places that are left stay empty.")
    )
    return sentence + ("" if sentence.endswith("。") else " ") + limit % {"most": rules["most_rounds"]}


def further(rules: Mapping[str, Any], candidates: int = 0) -> list[str]:
    """Say how a further ballot is held (PROCEDURE.md §3.4 (10))."""
    by_letter = residents.by_letter(rules)
    same_roll = (
        residents.same_roll()
        if by_letter
        else _("A further ballot is held on the same roll of delegates, with a new key and new ballots.")
    )
    places = _(
        "Its places are those still open, and that number stands for %(seats)d in these rules; everything "
        "else applies unchanged."
    ) % {"seats": rules["seats"]}
    unchanged = rules["ballot_type"] == _WHOLE or budget.any_number(rules, candidates)
    return [
        same_roll,
        _("These rules apply to it unchanged.") if unchanged else places,
        *([budget.money_again()] if rules.get("method") else []),
        *([] if by_letter else [_("The quorum is checked again before every round.")]),
        _("Every round is published as it came out; nothing of it is changed afterwards."),
    ]


def tie_example(rules: Mapping[str, Any], *, candidates: int, article: str) -> str:
    """Work a tie at the last place out in this vote's own figures; nothing where there can be none."""
    seats = rules["seats"]
    if rules["ballot_type"] == _WHOLE or rules.get("method") or not 1 < seats < candidates:
        return ""
    words = {"last": seats, "next": seats + 1, "above": seats - 1, "all": seats + 1, "article": article}
    tied = _(
        "Say places %(last)d and %(next)d have equal votes: the %(above)d projects above them are chosen."
    )
    if rules["tie_rule"] == "admit_all":
        follows = _("Both are chosen too under %(article)s, %(all)d in all.")
    else:
        follows = _("One place is left for the two, and %(article)s says how it is given.")
    return joined(tied % words, follows % words)


_ORDERS = {
    ("", True): lambda: _(
        "Of the projects that reach this, the %(seats)d with the most votes for are chosen."
    ),
    ("", False): lambda: _("The %(seats)d projects with the most votes for are chosen."),
    ("points", True): lambda: _(
        "Of the projects that reach this, the %(seats)d with the most points are chosen."
    ),
    ("points", False): lambda: _("The %(seats)d projects with the most points are chosen."),
    ("first_preferences", True): lambda: _(
        "Of the projects that reach this, the %(seats)d that stand highest by places are chosen."
    ),
    ("first_preferences", False): lambda: _(
        "The %(seats)d projects that stand highest by places are chosen."
    ),
}
TIES = {
    "further_ballot": lambda: _(
        "Equal votes at the last place: another ballot is held among those projects."
    ),
    "presidium": lambda: _("Equal votes at the last place: the presidium decides and records its reason."),
    "lot": lambda: _("Equal votes at the last place: a public lot decides and is recorded."),
    "admit_all": lambda: _("Equal votes at the last place: all of those projects are chosen."),
}
SHORTFALLS = {
    "further_round": lambda: _(
        "Fewer projects reach it than are to be chosen: another round is held among the rest."
    ),
    "stay_empty": lambda: _("Fewer projects reach it than are to be chosen: the places stay empty."),
    "next_session": lambda: _(
        "Fewer projects reach it than are to be chosen: the rest is left to the next session."
    ),
}
_REPORT_SHORTFALLS = {
    "further_round": lambda: _("If the list does not pass, it is voted on once more."),
    "stay_empty": lambda: _("If the list does not pass, nothing is chosen."),
    "next_session": lambda: _("If the list does not pass, it is left to the next session."),
}

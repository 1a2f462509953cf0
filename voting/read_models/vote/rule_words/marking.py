"""How a ballot is marked, and which ballots are void (PROCEDURE.md §3.2, §3.4 (3)-(5))."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from voting.read_models.vote.rule_words import asking, budget
from voting.read_models.vote.rule_words.thresholds import joined


def summary(rules: Mapping[str, Any], candidates: int = 0) -> str:
    """Say in one sentence what a ballot over that many candidates asks."""
    if rules["ballot_type"] == "ranking" and _strict(rules):
        words = _("A ballot ranks exactly %(seats)d projects by priority; one with more or fewer is void.")
    elif rules["ballot_type"] == "points":
        words = asking.points_summary(rules)
    else:
        words = _SUMMARIES[_kind(rules, candidates)]()
    sentence = words % rules
    for more in asking.cost_over(rules):
        sentence = joined(sentence, more)
    return sentence


def how(rules: Mapping[str, Any], candidates: int = 0) -> list[str]:
    """Say how a ballot over that many candidates is marked, as on the paper 表决票."""
    kind = _kind(rules, candidates)
    return [*(sentence % rules for sentence in _HOW[kind](rules)), *asking.cost_how(rules)]


def _kind(rules: Mapping[str, Any], candidates: int) -> str:
    """Return the ballot type, or the words in its place where the number of marks has no limit."""
    kind = str(rules["ballot_type"])
    return _WITHOUT_LIMIT.get(kind, kind) if budget.any_number(rules, candidates) else kind


def _strict(rules: Mapping[str, Any]) -> bool:
    return bool(rules["under_vote"] == "void")


def validity(rules: Mapping[str, Any], candidates: int = 0) -> list[str]:
    """Say which ballots are void and which are not: too many, too few, misplaced, blank, unreadable."""
    kind = _kind(rules, candidates)
    over = [sentence % rules for sentence in (_OVER[kind]() if kind in _OVER else ())]
    lines = [
        *(_UNDER[kind](rules) if kind in _UNDER else ()),
        blank(rules),
        *_unreadable(rules),
        _("Void ballots count among those returned; they are no valid ballots and no votes for any project."),
    ]
    return [*over, *asking.cost_over(rules), *(sentence % rules for sentence in lines)]


def blank(rules: Mapping[str, Any]) -> str:
    if rules["blank_ballot"] == "void":
        return _("A blank ballot is void.")
    if rules["ballot_type"] == "whole_report":
        return _("A blank ballot is valid and counts as an abstention.")
    return _("A blank ballot is valid and counts as abstaining on every project.")


def _up_to(_rules: Mapping[str, Any]) -> list[str]:
    return [
        _("Put a circle ○ beside each project you vote for, at most %(seats)d."),
        _("A project without a circle is an abstention on it."),
    ]


def _any_number(_rules: Mapping[str, Any]) -> list[str]:
    return [
        _("Put a circle ○ beside each project you vote for, as many as you like."),
        _("A project without a circle is an abstention on it."),
    ]


def _exactly(_rules: Mapping[str, Any]) -> list[str]:
    return [
        _("Put a circle ○ beside exactly %(seats)d projects, no more and no fewer."),
        _("A project without a circle is an abstention on it."),
    ]


def _per_item(rules: Mapping[str, Any]) -> list[str]:
    first, *rest = _each_item(rules)
    return [first, _("As many projects as you like may be voted for."), *rest]


def _each_item(rules: Mapping[str, Any]) -> list[str]:
    return [
        _("Vote on each project by itself: one circle ○, under “for”, “against” or “abstain”."),
        _("Every project must be marked.")
        if _strict(rules)
        else _("A project on which nothing is marked is recorded as not pressed; that is no vote for it."),
    ]


def _per_item_up_to(rules: Mapping[str, Any]) -> list[str]:
    first, *rest = _each_item(rules)
    return [first, _("At most %(seats)d projects may be voted for."), *rest]


def _ranking(rules: Mapping[str, Any]) -> list[str]:
    return [
        _("Write 1 beside the most important project, 2 beside the next, and so on, exactly to %(seats)d.")
        if _strict(rules)
        else _(
            "Write 1 beside the most important project, 2 beside the next, and so on, at most to %(seats)d."
        ),
        _("Each place is given once, and none is left out."),
        _("A project without a place is an abstention on it."),
    ]


def _whole_report(_rules: Mapping[str, Any]) -> list[str]:
    return [
        _("The list is voted on as a whole; its projects cannot be voted on one by one."),
        _("Put one circle ○, under “for”, “against” or “abstain”."),
    ]


#: The words for these ballots where as many projects may be voted for as there are.
_WITHOUT_LIMIT = {"up_to": "any_number", "per_item_up_to": "per_item"}
_HOW: dict[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "up_to": _up_to,
    "any_number": _any_number,
    "exactly": _exactly,
    "per_item": _per_item,
    "per_item_up_to": _per_item_up_to,
    "ranking": _ranking,
    "whole_report": _whole_report,
    "choose_one": asking.one_how,
    "points": asking.points_how,
}
_SUMMARIES: dict[str, Callable[[], str]] = {
    "up_to": lambda: _("A ballot may mark at most %(seats)d projects; a ballot with more marks is void."),
    "any_number": lambda: _("A ballot may mark as many projects as there are."),
    "exactly": lambda: _("A ballot marks exactly %(seats)d projects; one with more or fewer is void."),
    "per_item": lambda: _("Each project is voted on by itself: for, against or abstain."),
    "per_item_up_to": lambda: _(
        "Each project is voted on by itself: for, against or abstain. A ballot with more than %(seats)d votes for "
        "is void."
    ),
    "ranking": lambda: _("A ballot ranks at most %(seats)d projects by priority; one with more is void."),
    "whole_report": lambda: _("The whole list is voted on as one: for, against or abstain."),
    "choose_one": lambda: _("A ballot may mark one project; a ballot with more marks is void."),
}


def _over_for() -> list[str]:
    return [_("A ballot with more than %(seats)d votes for is void.")]


_OVER: dict[str, Callable[[], list[str]]] = {
    "up_to": _over_for,
    "exactly": _over_for,
    "per_item_up_to": _over_for,
    "choose_one": asking.one_over,
    "points": asking.points_over,
    "ranking": lambda: [
        _("A ballot that ranks more than %(seats)d projects, or gives a place beyond %(seats)d, is void."),
        _("A ballot that gives a place twice, or leaves one out, is void."),
    ],
}


def _under_for(rules: Mapping[str, Any]) -> list[str]:
    if _strict(rules):
        return [_("A ballot that is marked, but with fewer than %(seats)d votes for, is void.")]
    return [_("A ballot with fewer than %(seats)d votes for is valid.")]


def _under_items(rules: Mapping[str, Any]) -> list[str]:
    if _strict(rules):
        return [_("A ballot that is marked, but leaves a project without a mark, is void.")]
    return [_("A ballot that leaves some projects without a mark is valid.")]


def _under_places(rules: Mapping[str, Any]) -> list[str]:
    if _strict(rules):
        return [_("A ballot that ranks some projects, but fewer than %(seats)d, is void.")]
    return [_("A ballot that ranks fewer than %(seats)d projects is valid.")]


_UNDER: dict[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "up_to": _under_for,
    "any_number": lambda _rules: [
        _("However many projects a ballot votes for, their number does not make it void.")
    ],
    "exactly": _under_for,
    "per_item": _under_items,
    "grades": _under_items,
    "per_item_up_to": _under_items,
    "ranking": _under_places,
    "points": asking.points_under,
}


def _unreadable(rules: Mapping[str, Any]) -> list[str]:
    kind = rules["ballot_type"]
    if rules.get("double_mark") == "item":
        return [
            _("A ballot that cannot be read is void."),
            _(
                "Two marks in the row of one project of a paper ballot void that project alone: on this ballot it "
                "counts for nothing, is no vote for it, and is shown as marked twice. The rest of the ballot stands."
            ),
        ]
    return [_UNREADABLE[kind]() if kind in _UNREADABLE else _("A ballot that cannot be read is void.")]


def _contradictory() -> str:
    return _("A ballot that cannot be read, or says two things of one project, is void.")


_UNREADABLE: dict[str, Callable[[], str]] = {
    "per_item": _contradictory,
    "grades": _contradictory,
    "per_item_up_to": _contradictory,
    "ranking": _contradictory,
    "points": _contradictory,
    "whole_report": lambda: _("A ballot that cannot be read, or is marked more than once, is void."),
}

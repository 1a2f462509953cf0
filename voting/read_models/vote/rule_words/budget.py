"""What is chosen where a sum of money is shared out, and what follows where it does not reach for equal votes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from voting.count.money import Method
from voting.domain.core.amounts import yuan_words
from voting.read_models.vote.rule_words import shares


def any_number(rules: Mapping[str, Any], candidates: int) -> bool:
    """Tell whether as many may be chosen as there are candidates: the sum alone limits them.

    ``candidates`` is 0 before there is a slate: then nobody knows.
    """
    return bool(rules.get("method")) and 0 < candidates <= rules["seats"]


def money_places(rules: Mapping[str, Any], candidates: int) -> str:
    """Say how many may be chosen, and for how much."""
    words = {"seats": rules["seats"], "candidates": candidates, "sum": yuan_words(rules["budget"])}
    if any_number(rules, candidates):
        return (
            _(
                "Of %(candidates)d candidate projects as many are chosen as %(sum)s pay for; their number is not fixed."
            )
            % words
        )
    if not candidates:
        return _("At most %(seats)d of the candidate projects are chosen, for %(sum)s in all.") % words
    return _("At most %(seats)d of %(candidates)d candidate projects are chosen, for %(sum)s in all.") % words


def money_order(rules: Mapping[str, Any], *, floored: bool) -> str:
    """Say in what order the money is spent, and what becomes of a project that does not fit."""
    words = {"sum": yuan_words(rules["budget"])}
    if rules["method"] == Method.EQUAL_SHARES:
        return shares.order_by_shares(words, floored=floored)
    first = (
        _(
            "Of the projects that reach this, the one with the most votes is paid for first out of %(sum)s, then "
            "the next."
        )
        if floored
        else _("The project with the most votes is paid for first out of %(sum)s, then the next.")
    ) % words
    follows = (
        _("The first project that costs more than what is left ends it.")
        if rules["method"] == "greedy_stop"
        else _("A project that costs more than what is left is passed over, and the next is looked at.")
    )
    return first + ("" if first.endswith("。") else " ") + follows


def money_tie(rules: Mapping[str, Any], candidates: int) -> str:
    """Say what follows equal votes for which the money does not reach; nor the places, where their number is fixed."""
    if rules["method"] == Method.EQUAL_SHARES:
        return _(
            "Where projects stand equal and their supporters' shares do not reach for all of them: another ballot is "
            "held among these, for the money that is left, and it is shared out anew."
        )
    if any_number(rules, candidates):
        return _(
            "Equal votes for which the money does not reach: another ballot is held among those projects and those "
            "after them that could still be paid for, for the money that is left."
        )
    return _(
        "Equal votes for which the money or the places do not reach: another ballot is held among those projects and "
        "those after them that could still be paid for, for the money that is left."
    )


def money_at_the_end() -> str:
    """Say what becomes of money that nothing fits."""
    return _("Money that is left at the end is not shared out by this vote.")


def money_again() -> str:
    """Say what a further ballot shares out."""
    return _("The money that is left stands for the sum in these rules.")

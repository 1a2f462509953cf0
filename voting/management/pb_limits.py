"""What a .pb file allows one vote to do, as far as a vote of ours can hold it; the rest is named, never dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from voting.recount import pabulib
from voting.recount.pb_figures import read_amount

SHOWN = 20  # votes and projects that are named


def sum_of_a_ballot(election: pabulib.Election) -> dict[str, int]:
    """Return what the projects of a vote may cost together, where every vote and every project keeps to it."""
    most = _most_cost(election)
    if not most or most.denominator != 1 or election.vote_type != "approval":
        return {}
    costs = _costs_of(election)
    if max(costs.values()) > most or any(cost > most for _voter, cost in _sums(election, costs)):
        return {}
    return {"most_cost": most.numerator}


def limits_left_out(election: pabulib.Election, money: Mapping[str, Any]) -> Iterator[str]:
    """Say of each limit of the file that these settings of ``money`` do not have, why they have it not."""
    longest, projects = election.longest, len(election.projects)
    if money and election.vote_type == "approval" and longest < projects:
        yield _(
            "The file lets a vote name at most %(most)d projects. Here money is shared out among any number of them, "
            "and a ballot may name all %(projects)d."
        ) % {"most": longest, "projects": projects}
    if election.meta.get("max_sum_cost") and "most_cost" not in money:
        yield _(
            "The file limits what the projects of a vote may cost to %(most)s. No ballot is held to it here: %(why)s"
        ) % {
            "most": election.meta["max_sum_cost"],
            "why": _why_no_sum(election, money),
        }


def _why_no_sum(election: pabulib.Election, money: Mapping[str, Any]) -> str:
    most = _most_cost(election)
    if not money:
        return _("votes alone are compared.")
    if money["method"] == "equal_shares":
        return _("by equal shares amounts are taken for another unit.")
    if election.vote_type != "approval":
        return _("only a ballot that marks projects has such a limit.")
    if not most or most.denominator != 1:
        return _("it is not a whole number.")
    costs = _costs_of(election)
    if dear := [name for name, cost in costs.items() if cost > most]:
        return _("these projects cost more by themselves: %s") % _listed(dear)
    over = [voter for voter, cost in _sums(election, costs) if cost > most]
    return _("these votes of the file cost more, %(count)d in all: %(votes)s") % {
        "count": len(over),
        "votes": _listed(over),
    }


def _most_cost(election: pabulib.Election) -> Fraction | None:
    return read_amount(election.meta.get("max_sum_cost", "")).value


def _costs_of(election: pabulib.Election) -> dict[str, Fraction]:
    return {each.id: Fraction(read_amount(each.row["cost"]).value or 0) for each in election.projects}


def _sums(election: pabulib.Election, costs: Mapping[str, Fraction]) -> Iterator[tuple[str, Fraction]]:
    for vote in election.votes:
        yield vote.voter, sum((costs[each] for each in vote.projects), start=Fraction(0))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")

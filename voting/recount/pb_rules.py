"""The rules that a .pb file may name, applied to its counted votes. Pure; all money in whole parts of its unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from voting.count.budget import Funded, FundedLine, Funding, Why, fund
from voting.count.equal_shares import equal_shares
from voting.recount.pb_figures import common_unit, in_digits, read_amount
from voting.recount.pb_file import PbCount, PbFile

#: A project of this cost was withdrawn after the vote: so pabulib writes it, that no rule may fund it.
WITHDRAWN = 999_999_999
GREEDY = frozenset({"greedy", "greedy-threshold", "greedy-no-skip"})
SHARES = frozenset({"equalshares", "equalshares/add1"})
#: What equal shares can be counted from: votes that approve.
APPROVING = frozenset({"approval", "choose-1"})


@dataclass
class PbMoney:
    """The money of a file as whole numbers of ``unit`` parts, and why no rule can be applied, where none can."""

    unit: int = 1
    budget: int = 0
    costs: dict[str, int] = field(default_factory=dict)
    least: Fraction = Fraction(0)
    why_not: str = ""

    def shown(self, parts: int) -> str:
        """Return an amount as text in the file's unit."""
        return in_digits(Fraction(parts, self.unit))


def money_of(file: PbFile, note: Callable[[str], None]) -> PbMoney:
    """Read budget, costs and threshold, and note whatever is not written plainly."""
    budget = read_amount(file.meta.get("budget", ""))
    least = read_amount(file.meta.get("min_project_score_threshold", "0"))
    costs: dict[str, Fraction] = {}
    unread = []
    for row in file.projects:
        name, cost = row["project_id"], read_amount(row.get("cost", ""))
        if cost.odd:
            note(f"cost of {name}: {cost.odd}")
        if cost.value is None:
            unread.append(name)
        elif cost.value == WITHDRAWN:
            note(f"{name} is taken as withdrawn: {WITHDRAWN} is the cost that pabulib gives to such projects")
        else:
            costs[name] = cost.value
    for name, amount in [("budget", budget), ("min_project_score_threshold", least)]:
        if amount.odd:
            note(f"{name}: {amount.odd}")
    if budget.value is None or least.value is None or unread:
        return PbMoney(why_not="a budget, cost or threshold cannot be read")
    if budget.value <= 0:
        return PbMoney(why_not="there is no money to share out")
    dear = [name for name, cost in costs.items() if cost > budget.value]
    if dear:
        note(f"projects that cost more than the whole budget: {', '.join(dear)}")
    unit = common_unit([budget.value, *costs.values()])
    return PbMoney(
        unit, int(budget.value * unit), {name: int(cost * unit) for name, cost in costs.items()}, least.value
    )


def why_no_rule(file: PbFile) -> str:
    """Return why the rule that META names cannot be applied here; nothing where it can."""
    rule = file.meta.get("rule", "")
    if not rule:
        return "META names no rule"
    if rule not in GREEDY | SHARES:
        return f"the rule {rule!r} is none that is counted here"
    if rule in SHARES and file.vote_type not in APPROVING:
        return f"equal shares are counted here from approvals, not from votes of the type {file.vote_type!r}"
    if file.vote_type not in {"approval", "choose-1", "ordinal", "cumulative"}:
        return f"votes of the type {file.vote_type!r} are none that are counted here"
    return ""


def apply_rule(
    count: PbCount, money: PbMoney, *, selected: frozenset[str] | None, note: Callable[[str], None]
) -> Funding[str]:
    """Return what the rule of the file funds. Of a tie that the file settled, its order is taken, and noted.

    ``selected`` are the projects that the file says were funded, None where it says nothing.
    """
    rule = count.file.meta["rule"]

    def settle(tied: list[str], left: int) -> list[str] | None:
        if selected is None:
            return None
        taken = [name for name in tied if name in selected]
        held = f", and {money.shown(left)} is left" if rule in GREEDY else ""
        note(
            f"tie: {', '.join(tied)} stand equal{held}; nothing in the file says who goes first, so it is taken as "
            f"the file settled it: {', '.join(taken) or 'none of them'}"
        )
        # Those that were not taken come after, the dearest first: so the rule stops where it may have stopped.
        return sorted(tied, key=lambda name: (name not in selected, -money.costs[name]))

    if rule in SHARES:
        ballots: dict[tuple[str, ...], int] = {}
        for names, times in count.ballots.items():
            kept = tuple(sorted(name for name in names if name in money.costs))
            ballots[kept] = ballots.get(kept, 0) + times
        add1 = money.unit if rule == "equalshares/add1" else None
        least = max(1, -(-money.least.numerator // money.least.denominator))
        funding = equal_shares(money.costs, ballots, money.budget, add1=add1, least=least)
        if funding.tied and selected is not None:
            funding = equal_shares(money.costs, ballots, money.budget, add1=add1, least=least, settle=settle)
        return funding
    unit = common_unit([money.least, *map(Fraction, count.scores.values())])
    scores = {name: (int(score * unit),) for name, score in count.scores.items() if name in money.costs}
    return fund(
        money.costs,
        scores,
        money.budget,
        stop=rule == "greedy-no-skip",
        least=int(money.least * unit),
        settle=settle,
    )


def sentence_on(line: FundedLine[str], money: PbMoney) -> str:
    """Return why a project is in or out, in words."""
    left, cost = money.shown(line.left), money.shown(line.cost)
    paid = in_digits(Fraction(line.share[0] // line.share[1], money.unit))
    words = {
        Why.FITS: f"fits: {left} left of {money.shown(money.budget)}",
        Why.DOES_NOT_FIT: f"does not fit: {cost} needed, {left} left",
        Why.STOPPED: f"the count ended at {line.beside}, which did not fit",
        Why.BELOW_LEAST: "below the least score",
        Why.EXCLUDED: f"excluded by {line.beside}",
        Why.NO_SEAT: "no seat left",
        Why.TIED: "tied across the cut",
        Why.WAITS: "waits for the tie above it",
        Why.SUPPORTERS_PAID: f"supporters paid {paid} each, or all that they had; they are {line.supporters}",
        Why.SUPPORTERS_CANNOT: f"supporters cannot pay: {cost} needed, together they hold {left}",
    }
    return words[line.why]


def in_or_not(funding: Funding[str]) -> list[str]:
    """Return the notes on what the rule leaves open."""
    open_ = funding.those(Funded.OPEN)
    notes = (
        [f"tied, and the rule does not say who goes first: {', '.join(funding.tied)}"] if funding.tied else []
    )
    return notes + ([f"undecided before the tie is settled: {', '.join(open_)}"] if open_ else [])

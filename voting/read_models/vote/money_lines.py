"""What a vote on a sum of money shows beside the votes: each project's cost, what was left, and both in a chart."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from voting.count.formats.notice import NoticeItem, RoundPart
from voting.count.money import SHARE_STEP
from voting.domain.core.amounts import yuan_words
from voting.domain.core.sentences import english
from voting.read_models.core.days import amount_text
from voting.read_models.core.words import DECISIONS
from voting.read_models.vote.lines import tenths_of_a_percent
from voting.read_models.vote.rule_words.shares import fen_words, in_yuan
from voting.text.amounts import TEN_THOUSAND

_NONE = "–"
_FEN = 100  # of one yuan


@dataclass(frozen=True)
class MoneyLine:
    """A project's bar: it begins where the money spent before it ends, and is as long as its cost.

    ``start`` and ``width`` are in per cent of the chart, as text. What does not fit crosses the line of the sum.
    """

    number: int
    name: str
    css: str
    start: str
    width: str
    cost: str
    votes: int
    decided: str


@dataclass(frozen=True)
class MoneyChart:
    """The projects in the order of their votes over the money that they cost, with the sum as a line."""

    lines: tuple[MoneyLine, ...]
    line: str
    budget: str
    spent: str
    left: str


def of_money(part: RoundPart) -> bool:
    """Tell whether the round shared out a sum of money."""
    return any("cost" in item for item in part["items"])


def money_columns(part: RoundPart) -> list[str]:
    """Return the headings of what a project cost, in the order of ``money_cells``; none without a sum of money."""
    if not of_money(part):
        return []
    last = _("Paid each, yuan") if "raised" in part else _("Left, 10 000 yuan")
    return [_("Cost, 10 000 yuan"), last]


def money_cells(item: NoticeItem) -> list[str]:
    """Return what a project cost, and what was left then, or what each of its supporters paid."""
    if "cost" not in item:
        return []
    left, paid = item.get("money_left"), item.get("paid")
    if "paid" in item:
        last = _NONE if paid is None else in_yuan(paid)
    else:
        last = _NONE if left is None else amount_text(Decimal(left) / TEN_THOUSAND)
    return [amount_text(Decimal(item["cost"]) / TEN_THOUSAND), last]


def money_chart(part: RoundPart, budget: int) -> MoneyChart | None:
    """Return the chart of a round that shared out ``budget`` yuan; None where a round shared out none."""
    if not of_money(part):
        return None
    ordered = sorted(
        part["items"], key=lambda item: (item["place"], item["decision"] != "chosen", item["number"])
    )
    starts, spent = [], 0
    for item in ordered:
        starts.append(spent)
        spent += item["cost"] if item["decision"] == "chosen" else 0
    whole = max([budget, *(start + item["cost"] for start, item in zip(starts, ordered, strict=True))])
    lines = tuple(
        MoneyLine(
            number=item["number"],
            name=(english() and item["name_en"]) or item["name"],
            css="chosen" if item["decision"] == "chosen" else "rest",
            start=tenths_of_a_percent(start, whole),
            width=tenths_of_a_percent(item["cost"], whole),
            cost=amount_text(Decimal(item["cost"]) / TEN_THOUSAND),
            votes=item["for"],
            decided=str(DECISIONS[item["decision"]]),
        )
        for start, item in zip(starts, ordered, strict=True)
    )
    return MoneyChart(
        lines,
        tenths_of_a_percent(budget, whole),
        yuan_words(budget),
        yuan_words(spent),
        yuan_words(budget - spent),
    )


def share_sentences(part: RoundPart, budget: int) -> list[str]:
    """Say how large an equal share was, how often it was raised, and where the single ballots are; else nothing."""
    voters = part["ballots"]["valid"] - part["ballots"]["blank"]
    if "raised" not in part or not voters:
        return []
    first = budget * _FEN // voters
    words = {
        "ballots": voters,
        "sum": yuan_words(budget),
        "share": fen_words(first),
        "raised": part["raised"],
        "last": fen_words(first + part["raised"] * SHARE_STEP * _FEN),
    }
    return [
        _("%(ballots)d ballots share %(sum)s: %(share)s each at first, raised %(raised)d times to %(last)s.")
        % words,
        _("The single ballots stand in the file for the recount."),
    ]

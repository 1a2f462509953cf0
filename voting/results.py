"""A published notice, ready to be shown. Reads the frozen snapshot and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from voting.domain.counting import Base, Comparator, Floor
from voting.models import Notice

DECISIONS: dict[str, Promise] = {
    "chosen": _("chosen"),
    "tied": _("tied"),
    "not_chosen": _("not chosen"),
}
REASONS: dict[str, Promise] = {
    "above_cut": _("among the highest"),
    "below_floor": _("majority not reached"),
    "below_cut": _("fewer votes than those chosen"),
    "tied_at_cut": _("equal votes at the last place"),
    "admitted_with_tie": _("equal votes at the last place, admitted by the rules"),
    "vote_void": _("the vote is void"),
}
STATUSES: dict[str, Promise] = {
    "decided": _("The vote is decided."),
    "tie": _("Equal votes at the last place: the rules say what follows."),
    "shortfall": _("Fewer projects passed than there are to choose."),
    "void": _("More ballots were returned than issued: the vote is void."),
}


def tenths_of_a_percent(part: int, whole: int) -> str:
    """Return part ÷ whole in per cent with one decimal, rounded half up by integers alone (F18); 0.0 of nothing."""
    tenths = (2000 * part + whole) // (2 * whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10}"


@dataclass(frozen=True)
class Item:
    """A project's line of the result; ``percent`` and ``line`` are per cent of ``base``, as text."""

    number: int
    name: str
    votes: int
    against: int
    abstain: int
    not_pressed: int
    place: int
    decision: str
    decided: str
    reason: str
    percent: str
    annual_task: bool

    @property
    def chosen(self) -> bool:
        return self.decision == "chosen"

    @property
    def css(self) -> str:
        return "chosen" if self.chosen else "rest"


class Result:
    """A notice for the pages, the papers and the exports, so that all of them say the same to the digit."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        self.body: dict[str, Any] = json.loads(notice.body)

    @property
    def digest(self) -> str:
        return self.notice.digest

    @property
    def roll(self) -> int:
        return int(self.body["attendance"]["roll"])

    @property
    def base(self) -> int:
        """What the percentages are measured against: the base of the floor, or the roll where there is no floor."""
        return int(self.body["floor"]["size"] or self.roll)

    @property
    def has_floor(self) -> bool:
        return bool(self.body["floor"]["base"])

    @property
    def least(self) -> int:
        return int(self.body["floor"]["least"])

    @property
    def line(self) -> str:
        """Where the line of the majority stands in the chart, in per cent of the base; empty without a floor."""
        return tenths_of_a_percent(self.least, self.base) if self.has_floor else ""

    @property
    def per_item(self) -> bool:
        return bool(self.body["rules"]["ballot_type"] == "per_item")

    @property
    def status(self) -> str:
        return str(STATUSES[self.body["status"]])

    @property
    def items(self) -> list[Item]:
        english = not (get_language() or "").startswith("zh")
        return [self._item(item, english=english) for item in self.body["items"]]

    def _item(self, item: dict[str, Any], *, english: bool) -> Item:
        return Item(
            number=item["number"],
            name=(english and item["name_en"]) or item["name"],
            votes=item["for"],
            against=item["against"],
            abstain=item["abstain"],
            not_pressed=item["not_pressed"],
            place=item["place"],
            decision=item["decision"],
            decided=str(DECISIONS[item["decision"]]),
            reason=str(REASONS[item["reason"]]),
            percent=tenths_of_a_percent(item["for"], self.base),
            annual_task=item["number"] in self.body["annual_tasks"],
        )

    @property
    def chosen(self) -> list[Item]:
        return [item for item in self.items if item.chosen]

    @property
    def annual_tasks(self) -> list[Item]:
        return [item for item in self.items if item.annual_task]

    @property
    def tied(self) -> list[Item]:
        return [item for item in self.items if item.decision == "tied"]

    @property
    def figures(self) -> list[tuple[str, int]]:
        """Return 应到, 实到, 发出, 收回, 有效, 其中空白, 无效 with their names, in this order."""
        attendance, ballots = self.body["attendance"], self.body["ballots"]
        return [
            (str(_("Delegates on the roll")), attendance["roll"]),
            (str(_("Delegates present")), attendance["present"]),
            (str(_("Ballots issued")), ballots["issued"]),
            (str(_("Ballots returned")), ballots["returned"]),
            (str(_("Valid ballots")), ballots["valid"]),
            (str(_("Blank among the valid")), ballots["blank"]),
            (str(_("Void ballots")), ballots["void"]),
        ]

    @property
    def quorum(self) -> str:
        """Say how many delegates the quorum asks for and that they were there."""
        rules = self.body["rules"]
        floor = Floor(
            base=Base.ALL,
            numerator=rules["quorum_numerator"],
            denominator=rules["quorum_denominator"],
            comparator=Comparator(rules["quorum_comparator"]),
        )
        present, least = int(self.body["attendance"]["present"]), floor.least(self.roll)
        reached = (
            _("Quorum: %(least)d, reached.") if present >= least else _("Quorum: %(least)d, not reached.")
        )
        return str(reached) % {"least": least}

    def moment(self, text: str) -> datetime | None:
        """Return a moment of the snapshot; None where there is none."""
        return datetime.fromisoformat(text) if text else None

    @property
    def published_at(self) -> datetime | None:
        return self.moment(self.body["published_at"])

    @property
    def counted_at(self) -> datetime | None:
        return self.moment(self.body["tally"]["counted_at"])

    @property
    def certified_at(self) -> datetime | None:
        return self.moment(self.body["tally"]["certified_at"])

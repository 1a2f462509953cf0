"""One round as its notice, a later notice or a tally tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from voting.count.counting import BallotType, Base, Comparator, DoubleMark, Floor
from voting.count.definition import counting_rule
from voting.count.formats.notice import FurtherBallot, NoticeItem, RoundPart
from voting.count.formats.parts import ChannelName, GradeSettings, Settings
from voting.count.formats.working import ChannelRecord
from voting.domain.core.sentences import english
from voting.read_models.core.words import (
    CHANNELS,
    DECISIONS,
    GRADE_COLUMNS,
    MONEY_TIED,
    REASONS,
    STATUSES,
    TIES,
    UNVOTED,
    VOID_REASONS,
)
from voting.read_models.vote.grades import grade_word, grades_in_short, working
from voting.read_models.vote.imported import imported_round
from voting.read_models.vote.lines import Item, tenths_of_a_percent
from voting.read_models.vote.money_lines import (
    MoneyChart,
    money_cells,
    money_chart,
    money_columns,
    share_sentences,
)
from voting.read_models.vote.rule_words import residents
from voting.read_models.vote.samples import reading_sentences
from voting.read_models.vote.tried_ballots import TriedBallot, sealing_sentences, tried_ballots


@dataclass(frozen=True)
class RoundResult:
    """One round as a notice, a later notice or a tally tells it; every page, paper and export reads it here.

    What is worked out is worked out once, in the language of the page that asks first.
    ``rules`` are the adopted settings; ``by_channel`` is empty where the source does not tell the channels apart.
    """

    part: RoundPart
    rules: Settings | GradeSettings
    number: int
    seats: int
    annual_numbers: tuple[int, ...] = field(default=())
    by_channel: Mapping[ChannelName, ChannelRecord] = field(default_factory=dict)
    #: What the round before left of the sum; None in a first round, and where no money is shared out.
    money: int | None = None

    @cached_property
    def ballot_type(self) -> BallotType:
        return BallotType(self.rules["ballot_type"])

    @property
    def per_item(self) -> bool:
        return self.ballot_type.per_item

    @property
    def ranking(self) -> bool:
        return self.ballot_type is BallotType.RANKING

    @property
    def whole_report(self) -> bool:
        return self.ballot_type is BallotType.WHOLE_REPORT

    @property
    def graded(self) -> bool:
        """This is an assessment, not a choice."""
        return self.ballot_type is BallotType.GRADES

    @property
    def imported(self) -> str:
        """What is said of a count that came as a file; empty for one of the server's own."""
        return imported_round(self.part)

    @property
    def name_heading(self) -> str:
        """What stands above the names: an assessment has projects, a vote candidate projects."""
        return str(_("Project") if self.graded else _("Candidate project"))

    @property
    def by_points(self) -> bool:
        return self.pointed or (self.ranking and self.rules["scoring"] == "points")

    @property
    def pointed(self) -> bool:
        """The ballots give points, and no places."""
        return self.ballot_type is BallotType.POINTS

    @property
    def roll(self) -> int:
        return self.part["attendance"]["roll"]

    @property
    def valid(self) -> int:
        return self.part["ballots"]["valid"]

    @property
    def base(self) -> int:
        """What the percentages are of: the floor's base, or else the roll; of points the most that a project could
        have, of first places the valid ballots.
        """
        if self.by_points:
            return self.valid * (self.rules["most_points"] if self.pointed else self.seats)
        if self.ranking:
            return self.valid
        return self.part["floor"]["size"] or self.roll

    @property
    def has_floor(self) -> bool:
        return bool(self.part["floor"]["base"])

    @property
    def least(self) -> int:
        return self.part["floor"]["least"]

    @cached_property
    def line(self) -> str:
        """Where the line of the majority stands in the chart, in per cent of the base; empty without a floor."""
        plain = self.has_floor and not self.ballot_type.numbered and not self.graded
        return tenths_of_a_percent(self.least, self.base) if plain else ""

    @cached_property
    def group(self) -> dict[str, Any] | None:
        """The second threshold, with the sub-group's name; None where the rules have none."""
        group = self.part["group"]
        return {**group, "name": self.rules["group_name"]} if group else None

    @cached_property
    def tie(self) -> dict[str, Any] | None:
        """How a tie was decided on the record, with its ``sentence``."""
        tie = self.part["tie"]
        return {**tie, "sentence": str(TIES[tie["method"]])} if tie else None

    @property
    def following(self) -> FurtherBallot | None:
        """The further round that this one calls for."""
        return self.part["next"]

    @property
    def status(self) -> str:
        tie = self.tie
        if self.graded and self.part["status"] == "decided":
            return grades_in_short(self.part["items"])
        if self.part["status"] == "tie" and "money_left" in (self.following or {}):
            return str(MONEY_TIED)
        return tie["sentence"] if tie else str(STATUSES[self.part["status"]])

    @cached_property
    def columns(self) -> list[str]:
        """Return the headings of the numbers in a project's line, in the order of ``Item.cells``."""
        if self.pointed:
            names = [_("Points"), _("Ballots that give it points"), _("Without points")]
        elif self.by_points:
            names = [_("Points"), _("Ballots that rank it"), _("Not ranked")]
        elif self.ranking:
            names = [_("First places"), _("Ballots that rank it"), _("Not ranked")]
        elif self.graded:
            names = [*GRADE_COLUMNS]
        elif self.per_item:
            names = [_("For"), _("Against"), _("Abstain"), _("Not pressed")]
        else:
            names = [_("For"), _("Not marked")]
        headings = [str(name) for name in [*names, *([_("Marked twice")] if self.voids_items else [])]]
        if self.group:
            headings.append(str(_("For, %(group)s") % {"group": self.group["name"]}))
        return [*headings, *money_columns(self.part)]

    @property
    def voids_items(self) -> bool:
        """Two marks in a row of a paper ballot void that project alone, and have a column of their own."""
        return self.rules.get("double_mark") == DoubleMark.ITEM

    @cached_property
    def percent_heading(self) -> str:
        if self.by_points:
            return str(_("Points, per cent"))
        if self.graded:
            return str(_("Satisfied, per cent"))
        return str(_("First places, per cent") if self.ranking else _("For, per cent"))

    @cached_property
    def items(self) -> list[Item]:
        return [self._item(item) for item in self.part["items"]]

    @cached_property
    def rows(self) -> list[Item]:
        """Return the lines of the table and the chart: the projects, or the whole report as one."""
        items = self.items
        if not self.whole_report or not items:
            return items
        name = _("The whole list of %(count)d projects") % {"count": len(items)}
        return [Item(**{**vars(items[0]), "number": 1, "name": str(name)})]

    def _item(self, item: NoticeItem) -> Item:
        value = item["for"]
        if self.ballot_type.numbered:
            value = (item["points"] or 0) if self.by_points else item["places"][0]
        return Item(
            number=item["number"],
            name=(english() and item["name_en"]) or item["name"],
            votes=item["for"],
            against=item["against"],
            abstain=item["abstain"],
            not_pressed=item["not_pressed"],
            double_marked=item.get("double_marked", 0),
            value=value,
            place=item["place"],
            decision=item["decision"],
            decided=grade_word(item["grade"]) if self.graded else str(DECISIONS[item["decision"]]),
            reason=self._reason(item),
            percent=tenths_of_a_percent(value, self.base),
            annual_task=item["number"] in self.annual_numbers,
            cells=self._cells(item, value),
            places=tuple(item["places"]),
            grade=item["grade"] or "",
            headings=tuple(self.columns),
        )

    def _reason(self, item: NoticeItem) -> str:
        if self.graded and item["grade"]:
            return "; ".join(working(item, self.part, self.rules))
        if item["reason"] == "below_floor" and not self.has_floor:
            return str(UNVOTED)
        return str(REASONS[item["reason"]])

    def _cells(self, item: NoticeItem, value: int) -> tuple[int | str, ...]:
        if self.ballot_type.numbered:
            cells = [value, item["for"], item["abstain"]]
        elif self.graded:
            cells = [item["for"], item["basically"], item["against"], item["abstain"], item["not_pressed"]]
        elif self.per_item:
            cells = [item["for"], item["against"], item["abstain"], item["not_pressed"]]
        else:
            cells = [item["for"], item["abstain"]]
        if self.voids_items:
            cells.append(item.get("double_marked", 0))
        members = [item["group_for"] or 0] if self.group else []
        return (*cells, *members, *money_cells(item))

    @property
    def chosen(self) -> list[Item]:
        return [item for item in self.items if item.chosen]

    @property
    def tied(self) -> list[Item]:
        return [item for item in self.items if item.decision == "tied"]

    @property
    def figures(self) -> list[tuple[str, int]]:
        """Return 应到, 实到, 发出, 收回, 有效, 其中空白, 无效 with their names, in this order.

        Of residents the first three are one number: a letter each, and nobody is checked in.
        """
        attendance, ballots = self.part["attendance"], self.part["ballots"]
        people = (
            [(str(_("Residents on the roll, each with a letter")), attendance["roll"])]
            if self.by_letter
            else [
                (str(_("Delegates on the roll")), attendance["roll"]),
                (str(_("Delegates present")), attendance["present"]),
                (str(_("Ballots issued")), ballots["issued"]),
            ]
        )
        return [
            *people,
            (str(_("Ballots returned")), ballots["returned"]),
            (str(_("Valid ballots")), ballots["valid"]),
            (str(_("Blank among the valid")), ballots["blank"]),
            (str(_("Void ballots")), ballots["void"]),
        ]

    @property
    def sealing(self) -> list[str]:
        """Who sealed the ballots, and how many test ballots were made; nothing of rounds from before there were any."""
        return sealing_sentences(self.part, by_letter=self.by_letter)

    @property
    def readings(self) -> list[str]:
        """How the paper ballots were read, and the sample; nothing where two people read all of them."""
        paper = self.part["paper"]
        return reading_sentences(paper.get("readings"), returned=paper["returned"]) if paper else []

    @cached_property
    def tried(self) -> list[TriedBallot]:
        """The test ballots in the order of their receipts, each with what it says in words."""
        costs = [(item["number"], item["cost"]) for item in self.part["items"] if "cost" in item]
        return tried_ballots(self.part, counting_rule(self.rules, seats=self.seats, costs=costs))

    @property
    def budget(self) -> int:
        """The sum of money that the round shares out, in yuan."""
        return self.rules.get("budget", 0) if self.money is None else self.money

    @property
    def any_number(self) -> bool:
        """The sum alone limits how many are chosen."""
        return bool(self.rules.get("method")) and self.seats >= len(self.part["items"])

    @cached_property
    def money_chart(self) -> MoneyChart | None:
        """The projects over the money that they cost; None where none is shared out."""
        return money_chart(self.part, self.budget)

    @property
    def shares(self) -> list[str]:
        """How large an equal share was; nothing under other rules."""
        return share_sentences(self.part, self.budget)

    @property
    def void_reasons(self) -> list[tuple[str, int]]:
        """Return why ballots were void, and how many for each reason."""
        reasons = self.part["ballots"]["void_reasons"]
        return [(str(VOID_REASONS[name]), number) for name, number in reasons.items() if number]

    @cached_property
    def channels(self) -> list[dict[str, Any]]:
        """Return the channels apart, each with its figures; empty where all voted online."""
        paper = self.part["paper"]
        if not paper:
            return []
        issued = {"paper": paper["issued"], "online": self.part["ballots"]["issued"] - paper["issued"]}
        return [
            {
                "name": str(CHANNELS[name]),
                "issued": issued[name],
                **channel,
                "votes": {item["number"]: item for item in channel["items"]},
            }
            for name, channel in sorted(self.by_channel.items())
        ]

    @property
    def channel_votes(self) -> list[tuple[Item, list[int]]]:
        """Return each line with its votes for in every channel; empty where a channel is too small (F27)."""
        channels = self.channels
        if not channels or not all(channel["votes"] for channel in channels):
            return []
        first = self.items[0].number
        return [
            (
                item,
                [
                    channel["votes"][first if self.whole_report else item.number]["for"]
                    for channel in channels
                ],
            )
            for item in self.rows
        ]

    @property
    def by_letter(self) -> bool:
        """Residents voted, each with a letter."""
        return bool(self.rules.get("residents"))

    @property
    def quorum(self) -> str:
        """Say how many delegates the quorum asks for and that they were there; of residents, how many took part."""
        if self.by_letter:
            return residents.turnout(self.roll, self.part["ballots"]["returned"])
        floor = Floor(
            base=Base.ALL,
            numerator=self.rules["quorum_numerator"],
            denominator=self.rules["quorum_denominator"],
            comparator=Comparator(self.rules["quorum_comparator"]),
        )
        least = floor.least(self.roll)
        present = self.part["attendance"]["present"]
        words = {"roll": self.roll, "present": present, "least": least}
        if present >= least:
            return (
                _(
                    "Of %(roll)d delegates on the roll %(present)d are present; the quorum of %(least)d is met, "
                    "the vote is valid."
                )
                % words
            )
        return (
            _(
                "Of %(roll)d delegates on the roll %(present)d are present; the quorum of %(least)d is not met."
            )
            % words
        )

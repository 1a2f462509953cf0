"""``manage.py export_pb``: a counted round in the pabulib format, for research; the scrutineers decide about it."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.count.choices import Choice
from voting.count.counting import BallotType, Mark, Rule, Scoring, Validity, judge
from voting.count.formats.notice import NoticeBody, NoticeItem
from voting.count.formats.working import PATTERNS
from voting.count.money import SHARE_STEP, Method, Money
from voting.count.notice import read_notice
from voting.count.outcomes import Reason
from voting.count.working import expand
from voting.domain.vote.definitions import definition_of
from voting.management.rounds import add_round, round_of
from voting.management.terminal_language import SpeakingCommand
from voting.models import Round
from voting.recount import pabulib
from voting.recount.pb_figures import in_digits
from voting.text.amounts import TEN_THOUSAND


class Command(SpeakingCommand):
    summary = gettext_lazy(
        "Write a published round in the pabulib format. It holds whole ballots without names: a rare one can tell who "
        "cast it, so the scrutineers decide who gets the file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument("file", type=Path, help=_("the file to write; it must not exist yet"))

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_of(options)
        if not hasattr(round_, "notice"):
            raise CommandError(_("The result of this round is not published yet."))
        try:
            with options["file"].open("x", encoding="utf-8") as file:
                file.write(pabulib.write(election_of(round_)))
        except OSError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.say(_("The round is written to %s.") % options["file"])


def election_of(round_: Round) -> pabulib.Election:
    """Return a published round as pabulib knows it.

    Where no sum of money is shared out, all projects are of one cost, and the budget is as many as there are seats.
    """
    body, definition = read_notice(round_.notice.body), definition_of(round_)
    money = definition.rule.money
    kind = definition.ballot_type
    votes = tuple(
        pabulib.Vote(str(place), named, points)
        for place, (named, points) in enumerate(sorted(_named(round_)), start=1)
        if named
    )
    meta = {
        "description": f"{round_.cycle.place} {round_.cycle.year}, round {round_.number}",
        "country": "China",
        "unit": round_.cycle.place,
        "instance": str(round_.cycle.year),
        "num_projects": str(len(definition.numbers)),
        "num_votes": str(len(votes)),
        "budget": _in_units(money.budget, money) if money else str(round_.seats),
        "vote_type": _VOTE_TYPES.get(kind, "approval"),
        "rule": _RULES[money.method if money else None] if _is_named(body, definition.rule) else "unknown",
        "date_begin": f"{round_.opened_at:%d.%m.%Y}",
        "date_end": f"{round_.closed_at:%d.%m.%Y}",
        "min_length": "1",
        "max_length": str(definition.rule.most if kind.limited else len(definition.numbers)),
        **_of_ballots(definition.rule),
        "edition": str(round_.number),
        "language": "zh",
        **(_of_money(body, money) if money else {}),
    }
    projects = tuple(
        pabulib.PabulibProject(str(item["number"]), _row(item, kind, money)) for item in body["items"]
    )
    return pabulib.Election(meta, projects, votes)


#: Whatever is not named here approves.
_VOTE_TYPES = {
    BallotType.RANKING: "ordinal",
    BallotType.CHOOSE_ONE: "choose-1",
    BallotType.POINTS: "cumulative",
}


def _of_ballots(rule: Rule) -> dict[str, str]:
    """Return what META says of the ballots besides: their points, and what they may vote for together."""
    if rule.points:
        return {"max_sum_points": str(rule.points.whole), "max_points": str(rule.points.most)}
    if rule.money is None or rule.most_cost is None:
        return {}
    return {"max_sum_cost": _in_units(rule.most_cost, rule.money)}


def _is_named(body: NoticeBody, rule: Rule) -> bool:
    """Tell whether a rule of pabulib says what was chosen: of a ranking, where its points share out a sum of money.

    A threshold there is of points, and here of ballots, which is the same only where one is enough.
    """
    if rule.ballot_type is BallotType.RANKING and not (rule.money and rule.scoring is Scoring.POINTS):
        return False
    return _is_plain(body) and (not rule.ballot_type.numbered or body["floor"]["least"] == 1)


def _is_plain(body: NoticeBody) -> bool:
    """Tell whether the highest N were chosen and nothing else mattered, which is the greedy rule at one cost."""
    seats = body["round"]["seats"]
    decided = body["status"] == "decided" and not body["rules"]["group_base"]
    if body["rules"].get("method"):
        return decided and all(item["reason"] != Reason.BELOW_CUT for item in body["items"])
    return decided and len(body["chosen"]) == seats


#: Whoever needs votes at least says so with a threshold, which is what the second name means.
_RULES = {
    None: "greedy",
    Method.GREEDY: "greedy-threshold",
    Method.GREEDY_STOP: "greedy-no-skip",
    Method.EQUAL_SHARES: "equalshares/add1",
}


def _in_units(yuan: int, money: Money) -> str:
    """Return an amount exactly, in 10 000 yuan; by equal shares in what these are raised by, as pabulib has it."""
    return in_digits(Fraction(yuan, SHARE_STEP if money.by_ballot else TEN_THOUSAND))


def _of_money(body: NoticeBody, money: Money) -> dict[str, str]:
    """Return what META says of a sum of money besides: how many votes a project needs, and whether all are paid for."""
    everything = sum(cost for _number, cost in money.costs) <= money.budget
    return {
        "min_project_score_threshold": str(body["floor"]["least"]),
        "currency": "CNY",
        **({"fully_funded": "1"} if everything else {}),
        "comment": f"#1: amounts are in {SHARE_STEP if money.by_ballot else '10 000'} yuan",
    }


def _row(item: NoticeItem, kind: BallotType, money: Money | None) -> dict[str, str]:
    """Return a project's line. Points of a ranking stay out: pabulib counts them from the length of each ballot."""
    cost = _in_units(item["cost"], money) if money else "1"
    row = {"project_id": str(item["number"]), "cost": cost, "votes": str(item["for"])}
    if kind is BallotType.POINTS:
        row["score"] = str(item["points"] or 0)
    return row | {"name": item["name"], "selected": str(int(item["decision"] == "chosen"))}


def _named(round_: Round) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Yield what every valid ballot is for, in ballot order or in the order of its places, and the points it gives."""
    definition = definition_of(round_)
    patterns = PATTERNS.read(round_.tally.patterns)
    rule, numbers = definition.rule, definition.numbers
    for channel, on_paper in [(patterns["online"], False), (patterns["paper"], True)]:
        for choice in expand(channel):
            if judge(choice.marks, rule, items=len(numbers), on_paper=on_paper).validity is Validity.VALID:
                yield _projects(choice, numbers, rule.ballot_type)


def _projects(
    choice: Choice, numbers: tuple[int, ...], kind: BallotType
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    pairs = zip(choice.marks, numbers, strict=True)
    marked = [(mark, number) for mark, number in pairs if (mark if kind.numbered else mark == Mark.FOR)]
    if kind is BallotType.POINTS:
        marked.sort(key=lambda each: (-each[0], each[1]))
        return tuple(str(number) for _mark, number in marked), tuple(mark for mark, _number in marked)
    return tuple(str(number) for _mark, number in (sorted(marked) if kind.numbered else marked)), ()

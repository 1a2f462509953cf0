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
from voting.count.counting import BallotType, Mark, Validity, judge
from voting.count.formats.notice import NoticeBody, NoticeItem
from voting.count.formats.working import PATTERNS
from voting.count.money import SHARE_STEP, Method, Money
from voting.count.notice import read_notice
from voting.count.outcomes import Reason
from voting.count.working import expand
from voting.domain.vote.definitions import definition_of
from voting.domain.vote.rules import UNIT
from voting.management.rounds import add_round, round_of
from voting.management.terminal_language import SpeakingCommand
from voting.models import Round
from voting.recount import pabulib
from voting.recount.pb_figures import in_digits


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
    ranking = kind is BallotType.RANKING
    votes = tuple(
        pabulib.Vote(str(place), named)
        for place, named in enumerate(sorted(_named(round_)), start=1)
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
        "vote_type": "ordinal" if ranking else "approval",
        "rule": "unknown" if ranking or not _is_plain(body) else _RULES[money.method if money else None],
        "date_begin": f"{round_.opened_at:%d.%m.%Y}",
        "date_end": f"{round_.closed_at:%d.%m.%Y}",
        "min_length": "1",
        "max_length": str(round_.seats if kind.limited else len(definition.numbers)),
        "edition": str(round_.number),
        "language": "zh",
        **(_of_money(body, money) if money else {}),
    }
    projects = tuple(pabulib.PabulibProject(str(item["number"]), _row(item, money)) for item in body["items"])
    return pabulib.Election(meta, projects, votes)


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
    return in_digits(Fraction(yuan, SHARE_STEP if money.by_ballot else UNIT))


def _of_money(body: NoticeBody, money: Money) -> dict[str, str]:
    """Return what META says of a sum of money besides: how many votes a project needs, and whether all are paid for."""
    everything = sum(cost for _number, cost in money.costs) <= money.budget
    return {
        "min_project_score_threshold": str(body["floor"]["least"]),
        "currency": "CNY",
        **({"fully_funded": "1"} if everything else {}),
        "comment": f"#1: amounts are in {SHARE_STEP if money.by_ballot else '10 000'} yuan",
    }


def _row(item: NoticeItem, money: Money | None) -> dict[str, str]:
    """Return a project's line. Points of a ranking stay out: pabulib counts them from the length of each ballot."""
    cost = _in_units(item["cost"], money) if money else "1"
    row = {"project_id": str(item["number"]), "cost": cost, "votes": str(item["for"])}
    return row | {"name": item["name"], "selected": str(int(item["decision"] == "chosen"))}


def _named(round_: Round) -> Iterator[tuple[str, ...]]:
    """Yield what every valid ballot is for, in ballot order or in the order of its places."""
    definition = definition_of(round_)
    patterns = PATTERNS.read(round_.tally.patterns)
    rule, numbers = definition.rule, definition.numbers
    for channel, on_paper in [(patterns["online"], False), (patterns["paper"], True)]:
        for choice in expand(channel):
            if judge(choice.marks, rule, items=len(numbers), on_paper=on_paper).validity is Validity.VALID:
                yield _projects(choice, numbers, ranking=rule.ballot_type is BallotType.RANKING)


def _projects(choice: Choice, numbers: tuple[int, ...], *, ranking: bool) -> tuple[str, ...]:
    pairs = zip(choice.marks, numbers, strict=True)
    marked = [(mark, number) for mark, number in pairs if (mark if ranking else mark == Mark.FOR)]
    return tuple(str(number) for _mark, number in (sorted(marked) if ranking else marked))

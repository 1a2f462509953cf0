"""``manage.py import_pb``: play a .pb election through this application, as a rehearsal, and compare the votes."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Congress, User
from accounts.roles import Kind, Role
from voting.count.money import SHARE_STEP, Method
from voting.count.notice import read_notice
from voting.count.points import MOST_POINTS
from voting.domain.core import cycles
from voting.domain.core.congresses import open_congress
from voting.domain.core.refusals import Refused
from voting.domain.vote import casting, counts, keys, notices, rolls, rounds, rules
from voting.management.ceremonies import play_ceremony, typed_mark
from voting.management.pb_limits import SHOWN, limits_left_out, sum_of_a_ballot
from voting.management.people import Taken, enter_delegates, enter_delegations, enter_staff
from voting.management.seeds.loading import sentence_of
from voting.management.terminal_language import SpeakingCommand
from voting.models import Cycle, Notice, Round
from voting.recount import pabulib
from voting.recount.pb_figures import read_amount
from voting.states import Presence, Stage
from voting.text.amounts import TEN_THOUSAND
from voting.text.numbers import small_whole

MOST_VOTES = 100_000
_YEAR = 2000
_MOST_SUM = 10_000  # points of a vote


class Command(SpeakingCommand):
    summary = gettext_lazy(
        "Play a .pb election as a rehearsal: its projects become candidates, its votes are cast, sealed and counted "
        "by the verbs of a real vote. The exit status is 1 where the votes differ from those of the file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=_("the .pb file"))
        parser.add_argument("--slug", required=True, help=_("the address of the rehearsal, for example pb-1"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            election = pabulib.read(options["file"].read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, pabulib.NotPabulib) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        if not ballot_settings(election):
            raise CommandError(
                _("Votes of the type “%s” say here what no ballot of ours can say.") % election.vote_type
            )
        if not 0 < len(election.votes) <= MOST_VOTES:
            raise CommandError(_("The file has no votes, or too many."))
        stated = election.meta.get("num_votes", str(len(election.votes)))
        if stated != str(len(election.votes)):
            raise CommandError(
                _("The file says that it has %(stated)s votes, and has %(votes)d; it is not whole.")
                % {"stated": stated, "votes": len(election.votes)}
            )
        self.name(election)
        try:
            round_ = self.play(election, options["slug"])
        except (Refused, Taken) as refusal:
            raise CommandError(str(refusal)) from refusal
        except ValidationError as error:
            raise CommandError(sentence_of(error)) from error
        self.compare(election, round_)

    def name(self, election: pabulib.Election) -> None:
        """Say what of the file is written oddly, and what of it no vote of ours has."""
        if election.repeated:
            self.say(
                _("Votes that name a project more than once; it counts once: %s")
                % ", ".join(election.repeated[:SHOWN])
            )
        if election.odd:
            self.say(
                _("Votes that name what is no project of the file; it does not count: %s")
                % ", ".join(election.odd[:SHOWN])
            )
        money = money_settings(election)
        if not money:
            self.say(
                _("Its rule of money is not one that can be voted under here; votes alone are compared.")
            )
        for sentence in limits_left_out(election, money):
            self.say(sentence)

    def play(self, election: pabulib.Election, slug: str) -> Round:
        """Bring the election to its publication through the verbs, in one transaction."""
        at = timezone.now()
        with transaction.atomic():
            place = election.meta.get("unit", "")[:60] or slug
            congress = open_congress(kind=Kind.REHEARSAL, slug=slug, name=place, place=place)
            clerk, scrutineer, other = _staff(congress)
            voters = _voters(election, congress)
            cycle = _cycle(election, congress, by=clerk)
            round_ = _roll(cycle, voters, by=clerk)
            holders = (scrutineer, other)
            slips = play_ceremony(round_=round_, needed=2, holders=holders, by=clerk, at=at)
            keys.try_unsealing(round_=round_, slips=slips, by=clerk, at=at)
            rounds.open_round(round_=round_, mark=typed_mark(round_), by=clerk, at=at, second=scrutineer)
            self.cast(election, round_)
            rounds.close_round(round_=round_, by=clerk, at=at)
            counts.count_round(round_=round_, slips=slips, by=clerk, at=at)
            counts.certify_tally(round_=round_, by=scrutineer, at=at)
            notices.publish_notice(round_=round_, by=clerk, at=at)
            congress.users.update(is_active=False)
            congress.delegates.update(is_active=False)
        return round_

    def cast(self, election: pabulib.Election, round_: Round) -> None:
        number = {project.id: place for place, project in enumerate(election.projects, start=1)}
        entries = round_.roll.order_by("number").values_list("pk", flat=True)
        for done, (entry, vote) in enumerate(zip(entries, election.votes, strict=True), start=1):
            marks: Sequence[int] = [1] * len(vote.projects)
            if election.vote_type == "ordinal":
                marks = range(1, len(vote.projects) + 1)
            if election.vote_type == "cumulative":
                marks = [int(points) for points in vote.points]
            chosen = {number[project]: mark for project, mark in zip(vote.projects, marks, strict=True)}
            casting.cast_ballot(entry_id=entry, round_id=round_.pk, chosen=chosen)
            if not done % 1000:
                self.say(_("%(done)d of %(all)d ballots cast") % {"done": done, "all": len(election.votes)})

    def compare(self, election: pabulib.Election, round_: Round) -> None:
        """Print the votes of every project. Raises CommandError where they differ from the file's."""
        body = read_notice(Notice.objects.get(round=round_).body)
        differing = 0
        for project, item in zip(election.projects, body["items"], strict=True):
            votes, score = project.row.get("votes", ""), project.row.get("score", "")
            other = bool(votes) and votes != str(item["for"])
            if election.vote_type == "cumulative":
                other |= bool(score) and score != str(item["points"])
            differing += other
            self.say(f"{project.id:>12}  {item['for']:>7}  {votes:>7}  {project.name}")
        if differing:
            raise CommandError(_("%d projects have other votes here than in the file.") % differing)
        self.say(_("The votes are those of the file."))
        if "method" not in body["rules"] or not any("selected" in each.row for each in election.projects):
            return
        pairs = zip(election.projects, body["items"], strict=True)
        others = [each.id for each, item in pairs if each.selected is not (item["decision"] == "chosen")]
        if body["tied"]:
            self.say(
                _("Here a tie is to be voted on again, which the file has settled: %s") % ", ".join(others)
            )
        elif others:
            raise CommandError(_("Chosen here and in the file are not the same: %s") % ", ".join(others))
        else:
            self.say(_("The projects chosen are those of the file."))


def _staff(congress: Congress) -> list[User]:
    people = {"clerk": Role.CLERK, "scrutineer": Role.SCRUTINEER, "scrutineer-2": Role.SCRUTINEER}
    return [
        enter_staff(congress=congress, username=username, name=username, role=role)[0]
        for username, role in ((f"{congress.slug}-{part}", role) for part, role in people.items())
    ]


def _cycle(election: pabulib.Election, congress: Congress, *, by: User) -> Cycle:
    """Lay out the rehearsal: candidates in the file's order, and rules that fit its votes."""
    at, items = timezone.now(), len(election.projects)
    money = money_settings(election)
    seats = items if money else max(1, min(election.longest, items))
    year = small_whole(election.meta.get("instance", "")[:4]) or _YEAR
    cycle = cycles.create_cycle(
        by=by, at=at, congress=congress, slug=str(year), year=year, seats=seats,
        source=election.meta.get("description", "")[:200],
    )  # fmt: skip
    for stage in (Stage.SCREENING, Stage.DELIBERATION):
        cycles.move_cycle(cycle, to=stage, by=by, at=at)
    for number, project in enumerate(election.projects, start=1):
        name = f"{project.id} {project.name}"[:120]
        cost = {"investment_total": _in_ten_thousands(project.row["cost"], money["method"])} if money else {}
        cycles.add_candidate(cycle=cycle, by=by, at=at, number=number, name=name, **cost)
    cycles.freeze_slate(cycle=cycle, by=by, at=at)
    draft = rules.PRESETS["binjiang"] | {"shortfall_rule": "stay_empty", "tie_rule": "admit_all"}
    draft |= ballot_settings(election) | money
    rules.draft_rules(cycle=cycle, by=by, at=at, seats=seats, **draft)
    rules.adopt_rules(cycle=cycle, by=by, at=at)
    return cycle


#: The rules of pabulib that a vote can be held under, and how they are adopted.
_METHODS = {"greedy": "greedy", "greedy-no-skip": "greedy_stop", "equalshares/add1": "equal_shares"}


def _in_ten_thousands(amount: str, method: str) -> Decimal:
    """Return an amount of the file in 10 000 yuan.

    By equal shares its unit is taken for what shares are raised by, so that they are raised as in the file.
    """
    parts = TEN_THOUSAND // SHARE_STEP if method == Method.EQUAL_SHARES else 1
    value = read_amount(amount).value or Fraction(0)
    return Decimal(value.numerator) / (value.denominator * parts)


def money_settings(election: pabulib.Election) -> dict[str, Any]:
    """Return the settings of the file's rule of money; nothing where none can be adopted.

    A project needs a cost that the budget could pay, in whole hundredths of 10 000 yuan, and a vote; a threshold is
    none of ours. Equal shares need as many voters as there have to be for single ballots to be published.
    """
    method = _METHODS.get(election.meta.get("rule", ""))
    parts = TEN_THOUSAND // SHARE_STEP if method == Method.EQUAL_SHARES else 1
    whole = read_amount(election.meta.get("budget", "")).value
    budget = whole / parts if whole else None
    costs = [read_amount(project.row.get("cost", "")) for project in election.projects]
    fitting = all(
        not cost.odd
        and cost.value
        and budget
        and cost.value <= budget * parts
        and (cost.value * 100 / parts).denominator == 1
        for cost in costs
    )
    plain = "min_project_score_threshold" not in election.meta and all(election.support().values())
    # Points by place are as many as there are seats, and where money is shared out that is all projects.
    named = election.vote_type != "ordinal" or election.longest == len(election.projects)
    if parts > 1:
        named = (
            election.vote_type in {"approval", "choose-1"}
            and len(election.votes) >= rules.SMALLEST_BODY
            and all(vote.projects for vote in election.votes)
        )
    if not (method and budget and budget.denominator == 1 and fitting and plain and named):
        return {}
    return {
        "method": method,
        "budget": budget.numerator,
        "tie_rule": "further_ballot",
        **(sum_of_a_ballot(election) if parts == 1 else {}),
    }


def ballot_settings(election: pabulib.Election) -> dict[str, Any]:
    """Return the settings under which the file's votes can be cast as they are; nothing where there are none."""
    if election.vote_type == "choose-1":
        return {"ballot_type": "choose_one"}
    if election.vote_type == "ordinal":
        return {"ballot_type": "ranking", "scoring": "points"}
    if election.vote_type == "approval":
        return {"ballot_type": "up_to"}
    of_votes = [[Fraction(points) for points in vote.points] for vote in election.votes]
    every = [points for vote in of_votes for points in vote]
    fitting = all(points.denominator == 1 and 0 < points <= MOST_POINTS for points in every)
    whole = small_whole(election.meta.get("max_sum_points", ""), most=_MOST_SUM)
    if (
        election.vote_type != "cumulative"
        or not every
        or not fitting
        or not whole
        or max(map(sum, of_votes)) > whole
    ):
        return {}
    most = small_whole(election.meta.get("max_points", ""), most=_MOST_SUM) or min(whole, MOST_POINTS)
    return {"ballot_type": "points", "points": whole, "most_points": min(most, whole, MOST_POINTS)}


def _voters(election: pabulib.Election, congress: Congress) -> list[str]:
    """Enter a delegate for every vote; return their numbers."""
    (delegation,) = enter_delegations(congress=congress, names=[congress.place])
    people = {f"{place:06d}": (f"{place}", delegation) for place in range(1, len(election.votes) + 1)}
    enter_delegates(congress=congress, people=people)
    return [*people]


def _roll(cycle: Cycle, voters: Sequence[str], *, by: User) -> Round:
    """Freeze the roll and check everybody in."""
    round_ = rolls.freeze_roll(cycle=cycle, by=by, at=timezone.now())
    rolls.set_presence(round_=round_, numbers=voters, presence=Presence.PRESENT, by=by, at=timezone.now())
    return round_

"""应到、实到、请假: the roll of a round, the check-in desk, the quorum."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from datetime import datetime
from typing import cast

from django.db import transaction
from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Delegate, User
from voting.count.formats.definition import Previous
from voting.domain.before.conditions import begins_here
from voting.domain.before.rosters import hold_list
from voting.domain.core.cycles import move_cycle
from voting.domain.core.journal import record
from voting.domain.core.refusals import Condition, Refused, require
from voting.domain.vote.definitions import definition_of, write_definition
from voting.domain.vote.letter_rolls import NobodyCheckedIn, enter_letters
from voting.domain.vote.roll_numbers import on_roll
from voting.domain.vote.rules import group_conditions
from voting.models import BallotItem, Candidate, Cycle, JournalEntry, RollEntry, Round, VotingRules
from voting.states import CHECK_IN_STATUSES, Act, Body, Presence, RoundStatus, Stage


class CheckInClosed(Refused):
    """Presence is recorded until the vote is closed, not after."""

    def __str__(self) -> str:
        return _("The vote is closed; who was present can no longer be changed.")


class StaysPresent(Refused):
    """While the vote is open nobody leaves the hall in the books, voted or not: the answer tells nobody which."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return _(
            "The vote is open and delegate %(number)s is recorded as present. This stays so until the close, whether "
            "the delegate has voted or leaves without voting. What was entered by mistake is taken back at the desk."
        ) % {"number": self.number}


class HasPaper(Refused):
    """A delegate with a paper ballot in hand is present."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return _(
            "Delegate %(number)s was handed a paper ballot. Take it back first if the delegate leaves without voting."
        ) % {"number": self.number}


class NothingToUndo(Refused):
    """The desk has entered nothing that could be taken back."""

    def __str__(self) -> str:
        return _("There is no entry of the desk left to take back.")


def eligible(cycle: Cycle) -> QuerySet[Delegate]:
    """Return the delegates in office of the cycle's congress, or those of its standing committee.

    Nobody where residents vote: their letters are made when the roll is frozen.
    """
    if cycle.by_letter:
        return Delegate.objects.none()
    delegates = Delegate.objects.filter(congress=cycle.congress_id, is_active=True).select_related(
        "delegation"
    )
    return delegates.filter(in_group=True) if cycle.body == Body.COMMITTEE else delegates


def roll_conditions(cycle: Cycle) -> list[Condition]:
    """What freezing the roll needs."""
    there = gettext_lazy("there are delegates in office")
    none = gettext_lazy("Enter the delegates first: the roll is empty.")
    rules = VotingRules.objects.filter(cycle=cycle).first()
    return [
        Condition(
            rules is not None and rules.is_adopted,
            gettext_lazy("the voting rules are adopted"),
            gettext_lazy("Adopt the voting rules first."),
        ),
        Condition(
            cycle.stage == Stage.DELIBERATION,
            gettext_lazy("the roll is not yet frozen"),
            gettext_lazy("The roll has been frozen already.")
            if cycle.stage not in {Stage.SOLICITATION, Stage.SCREENING}
            else gettext_lazy("The slate of candidate projects is frozen first, then the roll."),
        ),
        *(
            [
                Condition(
                    cycle.list_confirmed_at is not None,
                    gettext_lazy("the official list is confirmed"),
                    gettext_lazy("The presidium confirms the official list of candidate projects first."),
                )
            ]
            if begins_here(cycle)
            else []
        ),
        *([] if cycle.by_letter else [Condition(eligible(cycle).exists(), there, none)]),
        *group_conditions(cycle, rules),
    ]


def freeze_roll(*, cycle: Cycle, by: User, at: datetime) -> Round:
    """Freeze the roll and with it create the first round; the cycle enters voting. Raises ConditionsUnmet.

    Where the vote is prepared anew after rounds were annulled, the round goes on with their numbers.

    The roll is a copy: deleting, merging or renaming a delegate later changes no total (F17).
    """
    parts = freeze_roll_in_parts(cycle=cycle, by=by, at=at)
    while True:
        try:
            next(parts)
        except StopIteration as stop:
            return cast("Round", stop.value)


def freeze_roll_in_parts(*, cycle: Cycle, by: User, at: datetime) -> Generator[int, None, Round]:
    """Freeze the roll as ``freeze_roll`` does, in one transaction; yield after each part how many are on it."""
    with transaction.atomic():
        # before the cycle's row: else whoever proposes would wait with us for an import
        hold_list(cycle.congress_id)
        cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        require(roll_conditions(cycle))
        rules = VotingRules.objects.get(cycle=cycle)
        annulled = Round.objects.filter(cycle=cycle).order_by("-number").first()
        round_ = lay_out_round(
            cycle=cycle,
            number=annulled.number + 1 if annulled else 1,
            rules=rules,
            seats=rules.seats,
            candidates=cycle.candidates.all(),
            previous=previous_annulled(annulled) if annulled else None,
        )
        roll = 0
        for roll in enter_letters(round_, rules.residents) if cycle.by_letter else _enter_delegates(round_):
            yield roll
        data = {"round": round_.number, "roll": roll, "definition": round_.definition_digest}
        record(cycle=cycle, act=Act.ROLL_FROZEN, by=by, at=at, data=data)
        move_cycle(cycle, to=Stage.VOTING, by=by, at=at)
    return round_


def _enter_delegates(round_: Round) -> Iterator[int]:
    """Put whoever is entitled on the roll; yield how many."""
    entries = RollEntry.objects.bulk_create(
        [
            RollEntry(
                round=round_,
                delegate=d,
                number=d.number,
                name=d.name,
                delegation=d.delegation.name,
                in_group=d.in_group,
            )
            for d in eligible(round_.cycle)
        ],
        batch_size=5000,
    )
    yield len(entries)


def previous_annulled(round_: Round) -> Previous:
    """Return how a definition names the round before it that was annulled: it has no notice."""
    before = definition_of(round_).data["previous"]
    previous: Previous = {
        "round": round_.number,
        "because": "annulled",
        "notice": round_.definition_digest,
    }
    return previous | {"money_left": before["money_left"]} if before and "money_left" in before else previous


def lay_out_round(
    *,
    cycle: Cycle,
    number: int,
    rules: VotingRules,
    seats: int,
    candidates: Iterable[Candidate],
    previous: Previous | None = None,
) -> Round:
    """Save a new round with its frozen definition and its ballot; its roll is still empty.

    ``previous`` says which round it follows and why; None for the first.
    """
    listed = sorted(candidates, key=lambda candidate: candidate.number)
    definition = write_definition(
        cycle=cycle, number=number, rules=rules, seats=seats, candidates=listed, previous=previous
    )
    round_ = Round.objects.create(
        cycle=cycle,
        number=number,
        rules=rules,
        seats=seats,
        definition=definition.text,
        definition_digest=definition.digest,
    )
    BallotItem.objects.bulk_create([BallotItem(round=round_, candidate=c, number=c.number) for c in listed])
    return round_


@transaction.atomic
def set_presence(*, round_: Round, numbers: Iterable[str], presence: Presence, by: User, at: datetime) -> int:
    """Record delegates as present, on leave or not checked in; return how many changed.

    Once the vote is open, whoever is present stays so: who has voted must not show in what the desk is answered. All or
    none: raises NotOnRoll, SeveralFit, StaysPresent, HasPaper or CheckInClosed and then nothing has changed.
    """
    locked = at_the_desk(round_)
    wanted = on_roll(locked, numbers)
    entries = {e.number: e for e in locked.roll.select_for_update().filter(number__in=wanted, excluded=False)}
    if presence != Presence.PRESENT:
        here = sorted(number for number, entry in entries.items() if entry.presence == Presence.PRESENT)
        if here and locked.status == RoundStatus.OPEN:
            raise StaysPresent(here[0])
        if with_paper := sorted(number for number, entry in entries.items() if entry.paper):
            raise HasPaper(with_paper[0])
    before = {n: e.presence for n, e in entries.items() if e.presence != presence}
    locked.roll.filter(number__in=before).update(presence=presence)
    if before:
        data = {
            "round": locked.number,
            "presence": presence,
            "delegates": sorted(before),
            "before": dict(sorted(before.items())),
        }
        record(cycle=locked.cycle, act=Act.PRESENCE_SET, by=by, at=at, data=data)
    return len(before)


def at_the_desk(round_: Round) -> Round:
    """Lock the round while the desk writes. Raises CheckInClosed, or NobodyCheckedIn where residents vote by letter."""
    locked = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=round_.pk)
    if locked.status not in CHECK_IN_STATUSES:
        raise CheckInClosed
    if locked.cycle.by_letter:
        raise NobodyCheckedIn
    return locked


def _presence_entries(round_: Round) -> QuerySet[JournalEntry]:
    """Return the desk's entries since the roll was last frozen; once the vote is open, those since the opening."""
    journal = JournalEntry.objects.filter(cycle_id=round_.cycle_id, data__round=round_.number)
    marks = journal.filter(act__in=(Act.ROLL_FROZEN, Act.ROUND_OPENED)).order_by("-sequence")
    since = Q(sequence__gt=Coalesce(Subquery(marks.values("sequence")[:1]), 0))
    return journal.filter(since, act=Act.PRESENCE_SET)


def not_known_to_have_voted(round_: Round) -> int:
    """Return how many were in the hall since the opening and have no ballot in the urn (F39).

    Whoever holds paper counts among them, and whoever the desk took back since: else one person could empty the hall
    in the books and close the vote alone.
    """
    undone = _presence_entries(round_).filter(data__has_key="undoes", data__presence=Presence.PRESENT)
    numbers = {number for data in undone.values_list("data", flat=True) for number in data["delegates"]}
    waiting = round_.roll.filter(excluded=False, voted=False)
    return waiting.filter(Q(presence=Presence.PRESENT) | Q(number__in=numbers)).count()


def last_presence(round_: Round) -> JournalEntry | None:
    """Return the desk's last entry, the one that ``undo_presence`` takes back; None where there is none left.

    Once the vote is open, what was entered before stays.
    """
    entries = _presence_entries(round_)
    undone = set(entries.filter(data__has_key="undoes").values_list("data__undoes", flat=True))
    plain = entries.exclude(data__has_key="undoes").filter(data__has_key="before")
    return plain.exclude(sequence__in=undone).order_by("-sequence").first()


@transaction.atomic
def undo_presence(*, round_: Round, by: User, at: datetime) -> list[str]:
    """Take the desk's last entry back and return the numbers it concerned; the journal keeps both.

    Delegates whose presence was changed again since, or who hold or cast a ballot, stay as they are; which they are,
    the journal doesn't say. Raises NothingToUndo or CheckInClosed.
    """
    locked = at_the_desk(round_)
    entry = last_presence(locked)
    if entry is None:
        raise NothingToUndo
    before: dict[str, str] = {}
    concerned = locked.roll.select_for_update().filter(
        number__in=entry.data["before"],
        presence=entry.data["presence"],
        voted=False,
        paper=False,
        excluded=False,
    )
    for line in concerned:
        before[line.number] = line.presence
        locked.roll.filter(pk=line.pk).update(presence=entry.data["before"][line.number])
    data = {
        "round": locked.number,
        "presence": entry.data["presence"],
        "delegates": sorted(entry.data["before"]),
        "undoes": entry.sequence,
    }
    record(cycle=locked.cycle, act=Act.PRESENCE_SET, by=by, at=at, data=data)
    return sorted(before)


@transaction.atomic
def set_rest_present(*, round_: Round, by: User, at: datetime) -> int:
    """Record everyone who is neither present nor on leave as present; return how many."""
    Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)
    numbers = list(
        round_.roll.filter(presence=Presence.ABSENT, excluded=False).values_list("number", flat=True)
    )
    return set_presence(round_=round_, numbers=numbers, presence=Presence.PRESENT, by=by, at=at)

"""The running order (议程): the steps of a vote, which are done, which is next, what it needs and who takes it.

A read model: it changes nothing and decides nothing. What a step needs is asked of the verb's own conditions, who may
take it of ``voting.permissions``, and what was done of the journal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import SCRUTINEERS, Role
from voting import permissions
from voting.domain.before.conditions import begins_here, screened
from voting.domain.core.refusals import Condition
from voting.domain.vote.further_rounds import ballot_called_for, further_conditions
from voting.domain.vote.paper_ballots import PaperNotReady, agreed
from voting.domain.vote.rolls import Attendance, attendance
from voting.domain.vote.rounds import opening_conditions
from voting.domain.vote.steps import (
    ALLOWED,
    BEFORE,
    DONE_AT,
    EXCEPTIONS,
    OF_THE_CYCLE,
    OF_THE_CYCLE_CONDITIONS,
    ORDER,
    RUNNING,
    STAFF,
    STARTS_AT,
    TITLES,
    TRACES,
    Standing,
    StepKey,
)
from voting.domain.vote.ties import open_tie
from voting.models import Cycle, JournalEntry, Round, VotingRules
from voting.states import CHECK_IN_STATUSES, Act, RoundStatus, Stage

__all__ = [
    "ALLOWED",
    "RUNNING",
    "TITLES",
    "TRACES",
    "RunningOrder",
    "Standing",
    "Step",
    "StepKey",
    "running_cycles",
]


@dataclass(frozen=True)
class Step:
    """One step: where it stands, what it needs, who may take it, and what it left in the journal."""

    key: StepKey
    place: int
    standing: Standing
    conditions: tuple[Condition, ...]
    people: tuple[User, ...]
    mine: bool
    entry: JournalEntry | None

    @property
    def title(self) -> str:
        return str(TITLES[self.key])

    @property
    def is_done(self) -> bool:
        return self.standing is Standing.DONE

    @property
    def is_current(self) -> bool:
        return self.standing is Standing.CURRENT

    @property
    def possible(self) -> bool:
        """The moment is right: everything the step needs is there."""
        return all(condition.met for condition in self.conditions)

    @property
    def unmet(self) -> tuple[Condition, ...]:
        return tuple(condition for condition in self.conditions if not condition.met)

    @property
    def digest(self) -> str:
        """The hash that the step fixed, 64 hexadecimal digits, or nothing."""
        name = TRACES[self.key][1]
        return str(self.entry.data.get(name, "")) if self.entry and name else ""


class RunningOrder:
    """A vote's steps for one person. Every part is read once, when it is first asked for."""

    def __init__(self, cycle: Cycle, *, user: User) -> None:
        self.cycle = cycle
        self.user = user

    @cached_property
    def round(self) -> Round | None:
        """The newest round, with what it hangs on; None before the roll is frozen."""
        return (
            Round.objects.filter(cycle=self.cycle)
            .select_related("cycle", "rules", "seal", "tally__counted_by", "tie_decision", "notice")
            .order_by("-number")
            .first()
        )

    @cached_property
    def rules(self) -> VotingRules | None:
        return VotingRules.objects.filter(cycle=self.cycle).first()

    @cached_property
    def attendance(self) -> Attendance | None:
        return attendance(self.round) if self.round else None

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        keys = [key for key in StepKey if self._concerns(key)]
        current = next((key for key in keys if not self._is_done(key)), None)
        return tuple(self._step(place, key, current) for place, key in enumerate(keys, start=1))

    @property
    def current(self) -> Step | None:
        """The one next step; None when the result is published."""
        return next((step for step in self.steps if step.is_current), None)

    def step(self, key: StepKey) -> Step:
        """Return a step; one that this vote does not have (yet) stands at no place, and says what it needs."""
        listed = next((step for step in self.steps if step.key == key), None)
        return listed or self._step(0, key, None)

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    def people(self, key: StepKey) -> tuple[User, ...]:
        """Return who may take the step; the person who counted does not certify."""
        counter = self._counter if key == StepKey.CERTIFY else None
        return tuple(user for user in self._staff if user.pk != counter and ALLOWED[key](user, self.cycle))

    def _step(self, place: int, key: StepKey, current: StepKey | None) -> Step:
        done = self._is_done(key)
        standing = Standing.DONE if done else Standing.CURRENT if key == current else Standing.LATER
        people = self.people(key)
        return Step(
            key=key,
            place=place,
            standing=standing,
            conditions=tuple(self._conditions(key)),
            people=people,
            mine=self.user in people,
            entry=self._entries.get(TRACES[key][0]),
        )

    def _concerns(self, key: StepKey) -> bool:
        """Tell whether this vote has the step at all: paper, a tie to decide and a further round are exceptions."""
        if key in BEFORE:
            return self._begins_here
        if key == StepKey.PAPER:
            return bool(self.attendance and self.attendance.paper)
        if key == StepKey.DECIDE:
            return bool(self.round and open_tie(self.round))
        if key == StepKey.FURTHER:
            return ballot_called_for(self.round) is not None
        return True

    @cached_property
    def _begins_here(self) -> bool:
        return begins_here(self.cycle)

    def _reached(self, status: RoundStatus) -> bool:
        return self.round is not None and ORDER.index(RoundStatus(self.round.status)) >= ORDER.index(status)

    def _is_done(self, key: StepKey) -> bool:
        if key in DONE_AT:
            return self._reached(DONE_AT[key])
        return bool(self._signs[key]())

    @cached_property
    def _signs(self) -> dict[StepKey, Callable[[], object]]:
        """Say, for the steps that leave no status behind, by what it is seen that they are done.

        The slips of the first round are good for all rounds; a further round that has begun is the newest round.
        """
        opened = self._reached(RoundStatus.OPEN)
        return {
            StepKey.CALL: lambda: self.cycle.stage != Stage.SOLICITATION,
            StepKey.SCREENING: lambda: self.cycle.slate_frozen_at or screened(self.cycle),
            StepKey.SLATE: lambda: self.cycle.slate_frozen_at,
            StepKey.REPORT: lambda: self.cycle.stage not in {Stage.SOLICITATION, Stage.SCREENING},
            StepKey.CONFIRM: lambda: self.cycle.list_confirmed_at or self.round,
            StepKey.RULES: lambda: self.rules and self.rules.is_adopted,
            StepKey.ROLL: lambda: self.round,
            StepKey.SLIPS: lambda: (
                opened or Act.CODES_ISSUED in self._entries or (self.round and self.round.number > 1)
            ),
            StepKey.CHECK_IN: lambda: opened or (self.attendance and self.attendance.quorum_met),
            StepKey.PAPER: lambda: self._reached(RoundStatus.COUNTED) or self._paper_agreed,
            StepKey.DECIDE: lambda: hasattr(self.round, "tie_decision"),
            StepKey.FURTHER: lambda: False,
        }

    def _conditions(self, key: StepKey) -> list[Condition]:
        if key in OF_THE_CYCLE_CONDITIONS:
            return OF_THE_CYCLE_CONDITIONS[key](self.cycle)
        if key in {StepKey.SLIPS, StepKey.CHECK_IN}:
            return [self._roll_frozen, self._before_close]
        if key == StepKey.KEY:
            return [self._roll_frozen, self._before_open]
        if key == StepKey.FURTHER:
            return further_conditions(self.cycle, self.round)
        if key == StepKey.OPEN:
            return opening_conditions(self.round) if self.round else [self._roll_frozen]
        status, text, help_ = STARTS_AT[key]
        met = self.round is not None and self.round.status == status
        return [Condition(met, text, help_), *self._exceptions(key)]

    def _exceptions(self, key: StepKey) -> list[Condition]:
        """What a step needs beyond the status: of people, and in a vote that took an exceptional step before."""
        if key in EXCEPTIONS:
            return [Condition(self._concerns(key), EXCEPTIONS[key])]
        if key == StepKey.COUNT and self._concerns(StepKey.PAPER):
            agreed = self._reached(RoundStatus.COUNTED) or self._paper_agreed
            text = _("the paper ballots were read twice and agree")
            return [Condition(agreed, text, _("Read the paper ballots first, and settle the differences."))]
        if key == StepKey.PUBLISH and self._concerns(StepKey.DECIDE):
            decided = hasattr(self.round, "tie_decision")
            text = _("the decision of the tie is recorded")
            return [Condition(decided, text, _("Record how the tie was decided first."))]
        if key == StepKey.CERTIFY:
            other = any(user.role in SCRUTINEERS for user in self.people(key))
            text = _("there is a scrutineer who did not run the count")
            return [Condition(other, text, _("Let the account keeper enter another scrutineer."))]
        return []

    @cached_property
    def _paper_agreed(self) -> bool:
        if self.round is None or self.round.status != RoundStatus.CLOSED:
            return False
        try:
            agreed(self.round)
        except PaperNotReady:
            return False
        return True

    @property
    def _roll_frozen(self) -> Condition:
        return Condition(self.round is not None, _("the roll is frozen"), _("Freeze the roll first."))

    @property
    def _before_close(self) -> Condition:
        met = self.round is None or self.round.status in CHECK_IN_STATUSES
        return Condition(met, _("the vote is not yet closed"), _("The vote is closed."))

    @property
    def _before_open(self) -> Condition:
        met = not self._reached(RoundStatus.OPEN)
        return Condition(met, _("the vote is not yet open"), _("The vote has been opened; its key is fixed."))

    @cached_property
    def _entries(self) -> dict[str, JournalEntry]:
        """The last entry of every act that a step leaves behind, in this round or for the whole cycle."""
        number = self.round.number if self.round else 0
        entries = (
            JournalEntry.objects.filter(cycle=self.cycle, act__in=[act for act, _name in TRACES.values()])
            .filter(Q(act__in=OF_THE_CYCLE) | Q(data__round=number))
            .order_by("act", "-sequence")
            .distinct("act")
            .select_related("actor")
        )
        return {entry.act: entry for entry in entries}

    @cached_property
    def _staff(self) -> list[User]:
        staff = User.objects.filter(kind=self.cycle.kind, is_active=True, role__in=STAFF)
        return sorted(staff, key=lambda user: (STAFF.index(Role(user.role)), user.username))

    @property
    def _counter(self) -> int | None:
        tally = getattr(self.round, "tally", None)
        return tally.counted_by_id if tally else None


def running_cycles(user: User) -> list[Cycle]:
    """Return the cycles of the person's own kind whose vote is still to come, under way or just published."""
    cycles = Cycle.objects.filter(kind=user.kind, stage__in=RUNNING)
    return [cycle for cycle in cycles if permissions.can_watch(user, cycle)]

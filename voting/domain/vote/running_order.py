"""The running order (议程): the steps of a vote, which are done, which is next, what it needs and who takes it.

A read model: it changes nothing and decides nothing. What a step needs is asked of the verb's own conditions, who may
take it of ``voting.permissions``, and what was done of the journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import cast

from django.db.models import OneToOneRel, Q
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from voting import permissions
from voting.domain.before.conditions import begins_here
from voting.domain.core.cycles import may_correct_session
from voting.domain.core.refusals import Condition
from voting.domain.core.undrawn import undrawn
from voting.domain.vote.attendance import Attendance, attendance
from voting.domain.vote.daybook import Daybook
from voting.domain.vote.paper_ballots import PaperNotReady, agreed
from voting.domain.vote.step_keys import StepKey, StepState
from voting.domain.vote.steps import RUNNING, STAFF, STEPS, StepSpec
from voting.domain.vote.tried_keys import DOUBT, is_tried_key
from voting.models import Cycle, JournalEntry, Round, VotingRules
from voting.states import ANNULLABLE, CHECK_IN_STATUSES, PREPARING_STAGES, RoundStatus

__all__ = ["RUNNING", "STEPS", "RunningOrder", "Step", "StepKey", "StepState", "running_cycles"]

_STATUSES = list(RoundStatus)
#: What hangs on a round from its close on.
_OF_THE_URN = ("seal", "tally", "tie_decision", "notice", "first_count", "sample_draw")


@dataclass(frozen=True)
class Step:
    """One step of a vote: where it stands, what it needs, who may take it, and what it left in the journal.

    Each of these is asked for when a page first shows it: most pages show one step, and a vote has twenty.
    """

    spec: StepSpec
    order: RunningOrder

    @cached_property
    def place(self) -> int:
        """Its place among the steps of this vote; 0 where the vote does not have it (yet)."""
        listed = self.order.listed
        return listed.index(self.spec) + 1 if self.spec in listed else 0

    @cached_property
    def is_done(self) -> bool:
        return bool(self.spec.done(self.order))

    @property
    def state(self) -> StepState:
        if self.is_done:
            return StepState.DONE
        return StepState.CURRENT if self.spec is self.order.current_spec else StepState.LATER

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """What must be there before the step can be taken."""
        return tuple(self.spec.needs(self.order))

    @cached_property
    def people(self) -> tuple[User, ...]:
        """Who may take it."""
        return self.order.people(self.key)

    @property
    def mine(self) -> bool:
        return self.order.user in self.people

    @property
    def entry(self) -> JournalEntry | None:
        """What it left in the journal."""
        return self.order.entries.get(self.spec.act)

    @property
    def planned(self) -> date | None:
        """By when it is planned; a plan binds nobody."""
        return self.order.daybook.dates.get(self.key.value)

    @property
    def is_late(self) -> bool:
        """Its planned day is over and it is not done."""
        return self.planned is not None and not self.is_done and self.planned < timezone.localdate()

    @property
    def key(self) -> StepKey:
        return self.spec.key

    @property
    def title(self) -> str:
        return str(self.spec.title)

    @property
    def purpose(self) -> str:
        return str((self.order.cycle.by_letter and self.spec.of_residents) or self.spec.purpose)

    @property
    def is_current(self) -> bool:
        return self.state is StepState.CURRENT

    @property
    def possible(self) -> bool:
        """The moment is right: everything the step needs is there."""
        return not any(condition.holds_up for condition in self.conditions)

    @property
    def told(self) -> str:
        """What hinders nobody, but should be known before the step is taken: letters that no font here has."""
        return undrawn(self.spec.paper(self.order)) if self.possible and not self.is_done else ""

    @property
    def unmet(self) -> tuple[Condition, ...]:
        return tuple(condition for condition in self.conditions if condition.holds_up)

    @property
    def digest(self) -> str:
        """The hash that the step fixed, 64 hexadecimal digits, or nothing."""
        name = self.spec.digest
        return str(self.entry.data.get(name, "")) if self.entry and name else ""


class RunningOrder:
    """A vote's steps for one person. Every part is read once, when it is first asked for."""

    def __init__(self, cycle: Cycle, *, user: User) -> None:
        self.cycle = cycle
        self.user = user
        self._made: dict[StepKey, Step] = {}

    @cached_property
    def round(self) -> Round | None:
        """The newest round with its count; None before the roll is frozen, or while it is prepared anew.

        What else hangs on it is read when it is asked for: to join five wide tables takes longer than to read the one
        that a page shows. Before the close nothing of it is there.
        """
        if self.cycle.stage in PREPARING_STAGES:
            return None
        rounds = Round.objects.filter(cycle=self.cycle).select_related("tally__counted_by")
        round_ = rounds.order_by("-number").first()
        if round_ is not None and round_.status in CHECK_IN_STATUSES:
            for name in _OF_THE_URN:
                cast("OneToOneRel", Round._meta.get_field(name)).set_cached_value(round_, None)  # noqa: SLF001 Django's interface
        if round_ is not None:
            round_.cycle = self.cycle
            if self.rules is not None and self.rules.pk == round_.rules_id:
                round_.rules = self.rules
        return round_

    @property
    def key_doubt(self) -> str:
        """What is said of an open vote whose key nothing vouches for; empty where all is well."""
        doubted = self.round and self.round.status == RoundStatus.OPEN and not is_tried_key(self.round)
        return str(DOUBT) if doubted else ""

    @cached_property
    def rules(self) -> VotingRules | None:
        return VotingRules.objects.filter(cycle=self.cycle).first()

    @cached_property
    def attendance(self) -> Attendance | None:
        return attendance(self.round) if self.round else None

    @cached_property
    def listed(self) -> list[StepSpec]:
        """The steps that this vote has (so far)."""
        return [spec for spec in STEPS.values() if spec.listed(self)]

    @cached_property
    def current_spec(self) -> StepSpec | None:
        return next((spec for spec in self.listed if not self.step(spec.key).is_done), None)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return tuple(self.step(spec.key) for spec in self.listed)

    @property
    def current(self) -> Step | None:
        """The one next step; None when the result is published."""
        return self.step(self.current_spec.key) if self.current_spec else None

    def step(self, key: StepKey) -> Step:
        """Return a step; one that this vote does not have (yet) stands at no place, and says what it needs."""
        return self._made.setdefault(key, Step(STEPS[key], self))

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    def people(self, key: StepKey) -> tuple[User, ...]:
        """Return who may take the step; the person who counted does not certify."""
        spec = STEPS[key]
        other = spec.apart_from(self)
        return tuple(user for user in self._staff if user.pk != other and spec.who(user, self.cycle))

    @property
    def certifiers(self) -> tuple[User, ...]:
        return self.people(StepKey.CERTIFY)

    @property
    def may_correct_year(self) -> bool:
        """What was entered of the year, its session at least, may still be corrected."""
        return may_correct_session(self.cycle)

    @property
    def may_annul(self) -> bool:
        """The round stands between its opening and the certified count, and the person may record its annulment."""
        at_hand = self.round is not None and self.round.status in ANNULLABLE
        return at_hand and permissions.can_annul(self.user, self.cycle)

    @cached_property
    def daybook(self) -> Daybook:
        """What the staff wrote down beside the steps."""
        return Daybook.of(self.cycle)

    @property
    def own_later(self) -> Step | None:
        """The first step after the current one that this person may take."""
        later = (step for step in self.steps if step.state is StepState.LATER and step.mine)
        return next(later, None)

    @cached_property
    def begins_here(self) -> bool:
        return begins_here(self.cycle)

    def reached(self, status: RoundStatus) -> bool:
        """Tell whether the round stands at that status or is past it."""
        if self.round is None:
            return False
        return _STATUSES.index(RoundStatus(self.round.status)) >= _STATUSES.index(status)

    @cached_property
    def paper_agreed(self) -> bool:
        if self.round is None or self.round.status != RoundStatus.CLOSED:
            return False
        try:
            agreed(self.round)
        except PaperNotReady:
            return False
        return True

    @property
    def first_counted(self) -> bool:
        """The urn was opened and counted with the first readings, and the sample decides whether that stands."""
        return hasattr(self.round, "first_count")

    @cached_property
    def entries(self) -> dict[str, JournalEntry]:
        """The last entry of every act that a step leaves behind, in this round or for the whole cycle."""
        number = self.round.number if self.round else 0
        of_cycle = [spec.act for spec in STEPS.values() if spec.of_cycle]
        entries = (
            JournalEntry.objects.filter(cycle=self.cycle, act__in=[spec.act for spec in STEPS.values()])
            .filter(Q(act__in=of_cycle) | Q(data__round=number))
            .order_by("act", "-sequence")
            .distinct("act")
            .select_related("actor")
        )
        return {entry.act: entry for entry in entries}

    @cached_property
    def _staff(self) -> list[User]:
        staff = User.objects.filter(congress=self.cycle.congress_id, is_active=True, role__in=STAFF)
        return sorted(staff, key=lambda user: (STAFF.index(Role(user.role)), user.username))

    @property
    def counter(self) -> int | None:
        tally = getattr(self.round, "tally", None)
        return tally.counted_by_id if tally else None


def running_cycles(user: User) -> list[Cycle]:
    """Return the cycles of the person's own congress whose vote is still to come, under way or just published."""
    cycles = Cycle.objects.select_related("congress").filter(congress=user.congress_id)
    return [cycle for cycle in cycles.filter(stage__in=RUNNING) if permissions.can_watch(user, cycle)]

"""The running order (议程): the steps of a vote, which are done, which is next, what it needs and who takes it.

A read model: it changes nothing and decides nothing. What a step needs is asked of the verb's own conditions, who may
take it of ``voting.permissions``, and what was done of the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q
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
from voting.states import ANNULLABLE, PREPARING_STAGES, RoundStatus

__all__ = ["RUNNING", "STEPS", "RunningOrder", "Step", "StepKey", "StepState", "running_cycles"]

_STATUSES = list(RoundStatus)


@dataclass(frozen=True)
class Step:
    """One step: where it stands, what it needs, who may take it, and what it left in the journal."""

    spec: StepSpec
    place: int
    state: StepState
    conditions: tuple[Condition, ...]
    people: tuple[User, ...]
    mine: bool
    entry: JournalEntry | None
    #: The dates that are planned; read when one is asked for.
    dates: Callable[[], Mapping[str, date]] = dict
    #: Residents vote, each with a letter.
    by_letter: bool = False
    #: What is written on the paper that it leaves, likewise.
    paper: Callable[[], Iterable[object]] = tuple

    @property
    def planned(self) -> date | None:
        """By when it is planned; a plan binds nobody."""
        return self.dates().get(self.key.value)

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
        return str((self.by_letter and self.spec.of_residents) or self.spec.purpose)

    @property
    def is_done(self) -> bool:
        return self.state is StepState.DONE

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
        return undrawn(self.paper()) if self.possible and not self.is_done else ""

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

    @cached_property
    def round(self) -> Round | None:
        """The newest round, with what it hangs on; None before the roll is frozen, or while it is prepared anew."""
        if self.cycle.stage in PREPARING_STAGES:
            return None
        return (
            Round.objects.filter(cycle=self.cycle)
            .select_related(
                "cycle__congress",
                "rules",
                "seal",
                "tally__counted_by",
                "tie_decision",
                "notice",
                "first_count",
                "sample_draw",
            )
            .order_by("-number")
            .first()
        )

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
    def steps(self) -> tuple[Step, ...]:
        listed = [spec for spec in STEPS.values() if spec.listed(self)]
        current = next((spec for spec in listed if not spec.done(self)), None)
        return tuple(self._step(place, spec, current) for place, spec in enumerate(listed, start=1))

    @property
    def current(self) -> Step | None:
        """The one next step; None when the result is published."""
        return next((step for step in self.steps if step.is_current), None)

    def step(self, key: StepKey) -> Step:
        """Return a step; one that this vote does not have (yet) stands at no place, and says what it needs."""
        listed = next((step for step in self.steps if step.key == key), None)
        return listed or self._step(0, STEPS[key], None)

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

    def _step(self, place: int, spec: StepSpec, current: StepSpec | None) -> Step:
        state = StepState.CURRENT if spec is current else StepState.LATER
        people = self.people(spec.key)
        return Step(
            spec=spec,
            place=place,
            state=StepState.DONE if spec.done(self) else state,
            conditions=tuple(spec.needs(self)),
            people=people,
            mine=self.user in people,
            entry=self.entries.get(spec.act),
            dates=lambda: self.daybook.dates,
            by_letter=self.cycle.by_letter,
            paper=lambda: spec.paper(self),
        )

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

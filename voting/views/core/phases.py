"""Where a vote stands, in one heading and one sentence, for the public pages and the hall screen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voting import queries
from voting.domain.vote.attendance import Attendance, attendance
from voting.models import Call, Cycle, Round
from voting.states import RoundStatus, Stage


class Phase(StrEnum):
    """What people in the hall are waiting for."""

    PLANNED = "planned"
    CALL = "call"
    SCREENING = "screening"
    DELIBERATION = "deliberation"
    BEFORE = "before"
    CHECK_IN = "check-in"
    VOTING = "voting"
    COUNTING = "counting"
    ANNULLED = "annulled"
    RESULT = "result"
    DELIVERY = "delivery"
    ASSESSMENT = "assessment"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"


PHASES: dict[str, Phase] = {
    RoundStatus.PREPARING: Phase.CHECK_IN,
    RoundStatus.KEYED: Phase.CHECK_IN,
    RoundStatus.READY: Phase.CHECK_IN,
    RoundStatus.OPEN: Phase.VOTING,
    RoundStatus.CLOSED: Phase.COUNTING,
    RoundStatus.COUNTED: Phase.COUNTING,
    RoundStatus.CERTIFIED: Phase.COUNTING,
    RoundStatus.PUBLISHED: Phase.RESULT,
    RoundStatus.ANNULLED: Phase.ANNULLED,
}
AFTER: dict[Stage, Phase] = {
    Stage.DELIVERY: Phase.DELIVERY,
    Stage.ASSESSMENT: Phase.ASSESSMENT,
    Stage.ARCHIVED: Phase.ARCHIVED,
    Stage.WITHDRAWN: Phase.WITHDRAWN,
}
HEADINGS: dict[Phase, Promise] = {
    Phase.PLANNED: _("The year is being planned"),
    Phase.CALL: _("Proposals are being collected"),
    Phase.SCREENING: _("The proposals are being screened"),
    Phase.DELIBERATION: _("The delegations deliberate"),
    Phase.BEFORE: _("The vote is being prepared"),
    Phase.CHECK_IN: _("Delegates are checking in"),
    Phase.VOTING: _("Voting is open"),
    Phase.COUNTING: _("Voting is closed, the ballots are being counted"),
    Phase.ANNULLED: _("The round was annulled"),
    Phase.RESULT: _("The result is published"),
    Phase.DELIVERY: _("The projects are under way"),
    Phase.ASSESSMENT: _("The projects are assessed"),
    Phase.ARCHIVED: _("The year is concluded"),
    Phase.WITHDRAWN: _("The assessment was withdrawn"),
}
NOTES: dict[Phase, Promise] = {
    Phase.PLANNED: _("The call for proposals stands here as soon as it is published."),
    Phase.CALL: _(
        "Residents, delegates and units say what should be done; the candidate projects are chosen from it."
    ),
    Phase.SCREENING: _(
        "They are compared, put to the units and decided; everybody who proposed reads the answer."
    ),
    Phase.DELIBERATION: _("The report on the candidate projects is issued; delegations ask, units answer."),
    Phase.BEFORE: _("The candidate projects are set; the delegates vote in plenary."),
    Phase.CHECK_IN: _("The vote opens when the quorum is present and the urn has been tried."),
    Phase.VOTING: _("The delegates present are voting by secret ballot; only how many have voted is known."),
    Phase.COUNTING: _("The urn is sealed. The result appears here as soon as it is certified."),
    Phase.ANNULLED: _(
        "The presidium decided so. The urn stays sealed and is not counted; the vote is held again."
    ),
    Phase.RESULT: _("It is frozen: every page, paper and download says the same."),
    Phase.DELIVERY: _("Units report what is done; the delegates supervise it."),
    Phase.ASSESSMENT: _("The delegates or the standing committee grade them by secret ballot."),
    Phase.ARCHIVED: _("Nothing of it changes any more; everything stays here to be read."),
    Phase.WITHDRAWN: _("It was withdrawn before its roll was frozen; nobody voted."),
}


#: What is said instead where residents vote by letter.
OF_RESIDENTS: dict[Phase, Promise] = {
    Phase.BEFORE: _("The candidate projects are set; residents vote by letter."),
    Phase.CHECK_IN: _("The letters are on their way; the vote opens when the urn has been tried."),
    Phase.VOTING: _("Residents are voting by secret ballot; only how many have voted is known."),
}


@dataclass(frozen=True)
class Moment:
    """Where the vote stands; the newest round and its ``attendance`` from the check-in on, before it its ``call``."""

    phase: Phase
    attendance: Attendance | None
    round: Round | None = None
    call: Call | None = None
    #: Residents vote, each with a letter.
    by_letter: bool = False

    @property
    def heading(self) -> str:
        if self.by_letter and self.phase is Phase.CHECK_IN:
            return str(HEADINGS[Phase.BEFORE])
        return str(HEADINGS[self.phase])

    @property
    def note(self) -> str:
        notes = OF_RESIDENTS if self.by_letter else NOTES
        return str(notes.get(self.phase, NOTES[self.phase]))


def moment_of(cycle: Cycle) -> Moment:
    """Return where the cycle's newest round stands; at most one query."""
    return moments_of([cycle])[cycle.pk]


def moments_of(cycles: Sequence[Cycle]) -> dict[int, Moment]:
    """Return by their keys where the cycles stand; one query for each kind of step and each round that is held."""
    known = _Known.of(cycles)
    return {each.pk: _moment(each, known) for each in cycles}


@dataclass(frozen=True)
class _Known:
    """The calls, and which cycles have an issued report, of cycles that stand before the vote."""

    calls: Mapping[int, Call]
    reported: Collection[int]

    @classmethod
    def of(cls, cycles: Sequence[Cycle]) -> _Known:
        called = [each for each in cycles if _waits_for_call(each)]
        discussed = [each for each in cycles if _is_discussed(each)]
        return cls(
            calls=queries.calls_of(called) if called else {},
            reported=queries.reported(discussed) if discussed else (),
        )


def _waits_for_call(cycle: Cycle) -> bool:
    return cycle.stage == Stage.SOLICITATION and not cycle.slate_frozen_at and not queries.newest_round(cycle)


def _is_discussed(cycle: Cycle) -> bool:
    is_deliberated = cycle.stage == Stage.DELIBERATION and not cycle.list_confirmed_at
    return is_deliberated and not queries.newest_round(cycle)


def _moment(cycle: Cycle, known: _Known) -> Moment:
    round_ = queries.newest_round(cycle)
    if cycle.stage in AFTER:
        return Moment(AFTER[Stage(cycle.stage)], None, round_)
    phase = PHASES[round_.status] if round_ else _before(cycle, known)
    if phase is Phase.ANNULLED and cycle.stage == Stage.PUBLICATION:
        phase = Phase.RESULT  # no further round is held
    call = known.calls.get(cycle.pk)
    return Moment(phase, attendance(round_) if round_ else None, round_, call, cycle.by_letter)


def _before(cycle: Cycle, known: _Known) -> Phase:
    if _is_discussed(cycle):
        return Phase.DELIBERATION if cycle.pk in known.reported else Phase.BEFORE
    if _waits_for_call(cycle):
        return _of_the_call(known.calls.get(cycle.pk))
    return Phase.SCREENING if cycle.stage == Stage.SCREENING else Phase.BEFORE


def _of_the_call(call: Call | None) -> Phase:
    """Tell by the clock: proposals are taken, or not yet, or no more."""
    now = timezone.now()
    if call is None or now < call.opens_at:
        return Phase.PLANNED
    return Phase.CALL if call.is_open(now) else Phase.SCREENING

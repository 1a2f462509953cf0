"""初选: proposals are compared, merged, put to the units and decided. Every proposer reads the public reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from voting.domain.before.proposals import NoPublicReason, require_seen
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.models import Cycle, Decision, Opinion, Proposal
from voting.states import Act, Criterion, Outcome, Stage
from voting.text.search import likeness, terms

SCREENS = frozenset({Stage.SOLICITATION, Stage.SCREENING})
#: Below this nothing is called alike.
ALIKE = 0.08
DECISIONS = frozenset({Outcome.ADOPTED, Outcome.ORDINARY, Outcome.RESERVE, Outcome.DECLINED})


class CannotMerge(Refused):
    def __str__(self) -> str:
        return _(
            "A proposal is merged with another one of this year that stands for itself and is not yet decided."
        )


class DecidedBefore(Refused):
    def __str__(self) -> str:
        return _("This proposal is part of a candidate project; take it out there first.")


class UnitMissing(Refused):
    def __str__(self) -> str:
        return _("Choose the unit that the proposal is passed to.")


class NotYourUnit(Refused):
    def __str__(self) -> str:
        return _("This question is put to another unit.")


class DueInThePast(Refused):
    def __str__(self) -> str:
        return _("The day by which the answer is due lies in the past.")


class DecidedMeanwhile(Refused):
    """Somebody else decided on the proposal after the person had opened it."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision)
        self.decision = decision

    def __str__(self) -> str:
        decision = self.decision
        return _(
            "%(name)s decided on this proposal on %(at)s, while you had it open: %(outcome)s. Answer to the proposer: "
            "“%(reason)s” Nothing of yours was recorded. Sent once more, your decision takes the place of that one."
        ) % {
            "name": decision.decided_by,
            "at": f"{timezone.localtime(decision.decided_at):%Y-%m-%d %H:%M}",
            "outcome": decision.get_outcome_display(),
            "reason": decision.public_reason,
        }


class NotAllUndecided(Refused):
    """Several are decided at once only where none of them is decided or merged already."""

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(numbers)
        self.numbers = tuple(numbers)

    def __str__(self) -> str:
        return _(
            "Nothing was recorded: these proposals are decided or merged already, or there are none of these "
            "numbers: %s. Leave them out, or open them one by one."
        ) % ", ".join(map(str, self.numbers))


class NoDecisionStands(Refused):
    def __str__(self) -> str:
        return _("There is no decision on this proposal that could be taken back.")


def standing_decision(proposal: Proposal) -> Decision | None:
    """Return the decision that stands: the last one, unless it was taken back."""
    if proposal.outcome not in DECISIONS:
        return None
    decisions = proposal.decisions.select_related("unit", "decided_by")
    return decisions.order_by("decided_at", "pk").last()


def _screened(cycle: Cycle) -> Cycle:
    """Lock the cycle for a step of the screening. Raises StepNotAllowed once the slate is frozen."""
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if locked.slate_frozen_at or locked.stage not in SCREENS:
        raise StepNotAllowed
    return locked


def similar(proposal: Proposal, *, most: int = 8) -> list[tuple[Proposal, float]]:
    """Return proposals of the cycle that are most alike, with how much of their words they share; a person decides.

    Candidates share two terms of the title; one query however many proposals there are.
    """
    title = terms(proposal.title)
    if not title:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM voting_proposal WHERE cycle_id = %s AND id <> %s AND merged_into_id IS NULL"
            " AND terms && %s::varchar[]"
            " ORDER BY cardinality(ARRAY(SELECT unnest(terms) INTERSECT SELECT unnest(%s::varchar[]))) DESC, id"
            " LIMIT %s",
            [proposal.cycle_id, proposal.pk, title, title, most * 5],
        )
        keys = [key for (key,) in cursor.fetchall()]
    scored = [
        (other, likeness(title, terms(other.title)) * 0.5 + likeness(proposal.terms, other.terms) * 0.5)
        for other in Proposal.objects.filter(pk__in=keys)
    ]
    alike = sorted((each for each in scored if each[1] >= ALIKE), key=lambda each: (-each[1], each[0].number))
    return alike[:most]


@transaction.atomic
def merge(*, cycle: Cycle, into: int, numbers: Sequence[int], by: User, at: datetime) -> int:
    """Merge proposals into another one; their proposers read its answer. Return how many. Raises CannotMerge.

    What was merged into one of them goes along, so that every thread leads to a proposal that stands for itself.
    """
    _screened(cycle)
    merged = {
        each.number: each
        for each in Proposal.objects.select_for_update(of=("self",)).filter(
            cycle=cycle, number__in=[into, *numbers]
        )
    }
    main = merged.pop(into, None)
    if main is None or main.merged_into_id or not merged or len(merged) != len(set(numbers) - {into}):
        raise CannotMerge
    if any(each.outcome != Outcome.OPEN for each in merged.values()):
        raise CannotMerge
    pks = [each.pk for each in merged.values()]
    Proposal.objects.filter(pk__in=pks).update(merged_into=main, outcome=Outcome.MERGED)
    Proposal.objects.filter(merged_into__in=pks).update(merged_into=main)
    record(cycle=cycle, act=Act.PROPOSAL_MERGED, by=by, at=at, data={"into": into, "numbers": sorted(merged)})
    return len(merged)


@transaction.atomic
def take_out(*, cycle: Cycle, number: int, by: User, at: datetime) -> None:
    """Let a merged proposal stand for itself again. Raises CannotMerge where it is not merged."""
    _screened(cycle)
    proposal = Proposal.objects.select_for_update().filter(cycle=cycle, number=number).first()
    if proposal is None or proposal.merged_into_id is None:
        raise CannotMerge
    Proposal.objects.filter(pk=proposal.pk).update(merged_into=None, outcome=Outcome.OPEN)
    record(cycle=cycle, act=Act.PROPOSAL_SPLIT, by=by, at=at, data={"number": number})


@transaction.atomic
def ask_opinion(*, proposal: Proposal, unit: Unit, due: date, by: User, at: datetime) -> Opinion:
    """Ask a unit for its opinion until a day. Raises DueInThePast or StepNotAllowed (also where it was asked)."""
    _screened(proposal.cycle)
    if due < timezone.localdate(at):
        raise DueInThePast
    if Opinion.objects.filter(proposal=proposal, unit=unit).exists():
        raise StepNotAllowed
    opinion = Opinion.objects.create(proposal=proposal, unit=unit, due=due, asked_by=by, asked_at=at)
    data = {"number": proposal.number, "unit": unit.name, "due": due.isoformat()}
    record(cycle=proposal.cycle, act=Act.OPINION_ASKED, by=by, at=at, data=data)
    return opinion


@transaction.atomic
def give_opinion(*, opinion: Opinion, feasible: str, text: str, by: User, at: datetime) -> None:
    """Answer for the officer's own unit, once; a late answer is still taken. Raises NotYourUnit, NoPublicReason."""
    opinion = (
        Opinion.objects.select_for_update(of=("self",))
        .select_related("proposal__cycle__congress")
        .get(pk=opinion.pk)
    )
    if by.unit_id != opinion.unit_id:
        raise NotYourUnit
    if opinion.answered_at:
        raise StepNotAllowed
    _screened(opinion.proposal.cycle)
    if not text.strip():
        raise NoPublicReason
    opinion.feasible, opinion.text, opinion.answered_by, opinion.answered_at = feasible, text.strip(), by, at
    opinion.full_clean()
    opinion.save()
    data = {"number": opinion.proposal.number, "unit": by.unit.name if by.unit else "", "feasible": feasible}
    record(cycle=opinion.proposal.cycle, act=Act.OPINION_GIVEN, by=by, at=at, data=data)


@transaction.atomic
def decide(
    *,
    proposal: Proposal,
    outcome: str,
    checklist: dict[str, bool],
    public_reason: str,
    by: User,
    at: datetime,
    note: str = "",
    unit: Unit | None = None,
    knowing: int | None = None,
    seen: int | None = None,
) -> Decision:
    """Decide on a proposal with a reason that everybody reads; a later decision is added, the earlier one stays.

    ``checklist`` tells of each ``Criterion`` whether it is met; ``knowing`` is the key of the decision that the person
    had before their eyes, 0 for none; ``seen`` is how often the text had been corrected then. Raises NoPublicReason,
    UnitMissing, CannotMerge for a merged proposal, DecidedBefore while it is part of a candidate project,
    DecidedMeanwhile, CorrectedMeanwhile, StepNotAllowed.
    """
    cycle = _screened(proposal.cycle)
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    require_seen(cycle, [proposal.number], seen)
    _require_sound(outcome, public_reason, unit)
    if proposal.merged_into_id:
        raise CannotMerge
    if outcome != Outcome.ADOPTED and proposal.led_to.exists():
        raise DecidedBefore
    standing = standing_decision(proposal)
    if knowing is not None and standing is not None and standing.pk != knowing:
        raise DecidedMeanwhile(standing)
    words: dict[str, Any] = {
        "checklist": checklist,
        "public_reason": public_reason,
        "note": note,
        "unit": unit,
    }
    decision = _decided(proposal, outcome, by=by, at=at, **words)
    data = {"number": proposal.number, "outcome": outcome}
    record(cycle=cycle, act=Act.PROPOSAL_DECIDED, by=by, at=at, data=data)
    return decision


@transaction.atomic
def decide_together(
    *,
    cycle: Cycle,
    numbers: Sequence[int],
    outcome: str,
    checklist: dict[str, bool],
    public_reason: str,
    by: User,
    at: datetime,
    note: str = "",
    unit: Unit | None = None,
) -> int:
    """Decide on several proposals alike, all of them or none; return how many.

    Raises NotAllUndecided, NoPublicReason, UnitMissing, StepNotAllowed.
    """
    cycle = _screened(cycle)
    _require_sound(outcome, public_reason, unit)
    waiting = Proposal.objects.select_for_update(of=("self",)).filter(
        cycle=cycle, number__in=numbers, outcome=Outcome.OPEN, merged_into=None
    )
    undecided = {each.number: each for each in waiting.order_by("number")}
    if others := sorted(set(numbers) - set(undecided)):
        raise NotAllUndecided(others)
    words: dict[str, Any] = {
        "checklist": checklist,
        "public_reason": public_reason,
        "note": note,
        "unit": unit,
    }
    for proposal in undecided.values():
        _decided(proposal, outcome, by=by, at=at, **words)
    data = {"numbers": sorted(undecided), "outcome": outcome}
    record(cycle=cycle, act=Act.PROPOSAL_DECIDED, by=by, at=at, data=data)
    return len(undecided)


@transaction.atomic
def undo_decision(*, proposal: Proposal, by: User, at: datetime) -> None:
    """Take a decision back until the slate is frozen; it stays in the record and is public no more.

    Raises NoDecisionStands, DecidedBefore while the proposal is part of a candidate project, StepNotAllowed.
    """
    cycle = _screened(proposal.cycle)
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if standing_decision(proposal) is None:
        raise NoDecisionStands
    if proposal.led_to.exists():
        raise DecidedBefore
    data = {"number": proposal.number, "outcome": proposal.outcome}
    Proposal.objects.filter(pk=proposal.pk).update(outcome=Outcome.OPEN)
    record(cycle=cycle, act=Act.DECISION_UNDONE, by=by, at=at, data=data)


def _require_sound(outcome: str, public_reason: str, unit: Unit | None) -> None:
    if outcome not in DECISIONS:
        raise StepNotAllowed
    if not public_reason.strip():
        raise NoPublicReason
    if outcome == Outcome.ORDINARY and unit is None:
        raise UnitMissing


def _decided(
    proposal: Proposal,
    outcome: str,
    *,
    checklist: dict[str, bool],
    public_reason: str,
    note: str,
    unit: Unit | None,
    by: User,
    at: datetime,
) -> Decision:
    decision = Decision(
        proposal=proposal,
        outcome=outcome,
        checklist={name: bool(checklist.get(name)) for name in Criterion.values},
        unit=unit if outcome == Outcome.ORDINARY else None,
        public_reason=public_reason.strip(),
        note=note.strip(),
        decided_by=by,
        decided_at=at,
    )
    decision.full_clean()
    decision.save(force_insert=True)
    Proposal.objects.filter(pk=proposal.pk).update(outcome=outcome)
    return decision

"""验收: a delivery is handed in with evidence, and accepted or sent back; one that takes years goes on next year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from voting.domain.after.light_settings import rule_of
from voting.domain.after.progress import Progress, lock_running, may_report, progress_of
from voting.domain.before.screening import NotYourUnit
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.models import Completion, Delivery
from voting.states import DELIVERY_STEPS, Act, DeliveryStatus


class NoEvidence(Refused):
    def __str__(self) -> str:
        return _("Say what was done and where it can be seen.")


class TargetsOpen(Refused):
    """Targets are not reached by what was reported."""

    def __init__(self, targets: list[str]) -> None:
        super().__init__(targets)
        self.targets = targets

    def __str__(self) -> str:
        return _("These targets are not reached by what was reported: %s.") % "; ".join(self.targets)


class HandInDecided(Refused):
    def __str__(self) -> str:
        return _("This hand-in was decided meanwhile; the page shows what waits now, if anything does.")


class OwnHandIn(Refused):
    """A project is accepted by another person than the one who handed it in, as a count is certified by another."""

    def __str__(self) -> str:
        return _("You handed this project in; another person must accept it.")


class ChangeWaits(Refused):
    """A completed project is not changed any more, so what was asked for is decided first."""

    def __str__(self) -> str:
        return _(
            "A change of this project waits for its decision. It is decided first; then the project can be completed."
        )


@dataclass(frozen=True)
class Unreached:
    """The targets and milestones of a delivery that are not reached by what was reported."""

    targets: list[str]
    milestones: list[str]


def unreached(delivery: Delivery, progress: Progress) -> Unreached:
    """Return what is not reached; give the delivery with its targets and milestones prefetched."""
    return Unreached(
        [str(each) for each in delivery.targets.all() if progress.figures.get(each.pk, 0) < each.number],
        [str(each) for each in delivery.milestones.all() if not progress.reached.get(each.pk)],
    )


@transaction.atomic
def hand_in(*, delivery: Delivery, evidence: str, by: User, at: datetime) -> Completion:
    """Hand a delivery in.

    Raises NotYourUnit, ChangeWaits, NoEvidence, TargetsOpen, StepNotAllowed while one waits already.
    """
    delivery = lock_running(delivery)
    if not may_report(by, delivery):
        raise NotYourUnit
    if delivery.completions.filter(accepted=None).exists():
        raise StepNotAllowed
    _refuse_while_a_change_waits(delivery)
    if not evidence.strip():
        raise NoEvidence
    if missing := _open_targets(delivery, at):
        raise TargetsOpen(missing)
    made = Completion(delivery=delivery, evidence=evidence.strip(), handed_in_by=by, handed_in_at=at)
    made.full_clean()
    made.save(force_insert=True)
    data = {"number": delivery.number, "completion": made.pk}
    record(cycle=delivery.cycle, act=Act.HANDED_IN, by=by, at=at, data=data)
    return made


@transaction.atomic
def decide(*, completion: Completion, accepted: bool, note: str, by: User, at: datetime) -> Completion:
    """Accept what was handed in, or send it back with the reason; it is this hand-in, not whichever waits now.

    Raises HandInDecided, NoEvidence, StepNotAllowed; for an acceptance also OwnHandIn, ChangeWaits.
    """
    delivery = lock_running(completion.delivery)
    if by.role != Role.CLERK or by.congress_id != delivery.cycle.congress_id:
        raise StepNotAllowed
    waiting = Completion.objects.select_for_update().get(pk=completion.pk)
    if waiting.accepted is not None:
        raise HandInDecided
    if accepted and by.pk == waiting.handed_in_by_id:
        raise OwnHandIn
    if accepted:
        _refuse_while_a_change_waits(delivery)
    if not note.strip():
        raise NoEvidence
    waiting.accepted, waiting.note, waiting.decided_by, waiting.decided_at = accepted, note.strip(), by, at
    waiting.full_clean()
    waiting.save()
    if accepted:
        _move(delivery, DeliveryStatus.COMPLETED)
    data = {"number": delivery.number, "completion": waiting.pk, "accepted": accepted}
    record(cycle=delivery.cycle, act=Act.COMPLETION_DECIDED, by=by, at=at, data=data)
    return waiting


def _refuse_while_a_change_waits(delivery: Delivery) -> None:
    if delivery.changes.filter(approved=None).exists():
        raise ChangeWaits


def _open_targets(delivery: Delivery, at: datetime) -> list[str]:
    delivery = Delivery.objects.prefetch_related(
        "targets", "milestones", "reports__figures", "reports__milestones"
    ).get(pk=delivery.pk)
    rule, _days = rule_of(delivery.cycle)
    return unreached(delivery, progress_of(delivery, on=timezone.localdate(at), rule=rule)).targets


def _move(delivery: Delivery, to: DeliveryStatus) -> None:
    if to not in DELIVERY_STEPS[DeliveryStatus(delivery.status)]:
        raise StepNotAllowed
    Delivery.objects.filter(pk=delivery.pk).update(status=to)

"""验收: a delivery is handed in with evidence, and accepted or sent back; one that takes years goes on next year."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from voting.domain.journal import record
from voting.domain.progress import lock_running, may_report, progress_of, rule_of
from voting.domain.refusals import Refused, StepNotAllowed
from voting.domain.screening import NotYourUnit
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


class NotHandedIn(Refused):
    def __str__(self) -> str:
        return _("The unit has not handed this project in, or it is decided already.")


@transaction.atomic
def hand_in(*, delivery: Delivery, evidence: str, by: User, at: datetime) -> Completion:
    """Hand a delivery in. Raises NotYourUnit, NoEvidence, TargetsOpen, StepNotAllowed while one waits already."""
    delivery = lock_running(delivery)
    if not may_report(by, delivery):
        raise NotYourUnit
    if delivery.completions.filter(accepted=None).exists():
        raise StepNotAllowed
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
def decide(*, delivery: Delivery, accepted: bool, note: str, by: User, at: datetime) -> Completion:
    """Accept what was handed in, or send it back with the reason. Raises NotHandedIn, NoEvidence, StepNotAllowed."""
    delivery = lock_running(delivery)
    if by.role != Role.CLERK or by.kind != delivery.cycle.kind:
        raise StepNotAllowed
    waiting = delivery.completions.select_for_update().filter(accepted=None).first()
    if waiting is None:
        raise NotHandedIn
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


def _open_targets(delivery: Delivery, at: datetime) -> list[str]:
    delivery = Delivery.objects.prefetch_related(
        "targets", "milestones", "reports__figures", "reports__milestones"
    ).get(pk=delivery.pk)
    rule, _days = rule_of(delivery.cycle)
    figures = progress_of(delivery, on=timezone.localdate(at), rule=rule).figures
    return [str(each) for each in delivery.targets.all() if figures.get(each.pk, 0) < each.number]


def _move(delivery: Delivery, to: DeliveryStatus) -> None:
    if to not in DELIVERY_STEPS[DeliveryStatus(delivery.status)]:
        raise StepNotAllowed
    Delivery.objects.filter(pk=delivery.pk).update(status=to)

"""What a unit waits for, or is waited for: changes asked, hand-ins, findings and orders, in words for its pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Role
from voting.domain.after.supervision import act_of, is_answered
from voting.models import ChangeRequest, Completion, Delivery, Finding, Rectification
from voting.read_models.core.days import day_words
from voting.states import DeliveryStatus


@dataclass(frozen=True)
class Pending:
    """Where a matter stands, and the words that were written of it."""

    title: str
    words: str


@dataclass(frozen=True)
class StepWords:
    """One step of a finding: when, who by the role, what it was and in which words."""

    day: date
    role: str
    what: str
    words: str


def pending(delivery: Delivery) -> list[Pending]:
    """Return where the newest change and the newest hand-in of a project stand; two queries."""
    change = ChangeRequest.objects.filter(delivery=delivery).order_by("-asked_at", "-pk").first()
    handed_in = Completion.objects.filter(delivery=delivery).order_by("-handed_in_at", "-pk").first()
    waiting = [_of_the_change(change)] if change else []
    if handed_in and not (handed_in.accepted and delivery.status == DeliveryStatus.RUNNING):
        waiting.append(_of_the_hand_in(handed_in))
    return waiting


def _of_the_change(change: ChangeRequest) -> Pending:
    if change.approved is None:
        words = _("A change was asked for on %s; it waits for the decision of the standing committee.")
        return Pending(words % _day(change.asked_at), change.reason)
    days = {"asked": _day(change.asked_at), "day": str(change.decided_on)}
    if change.approved:
        words = _("The change asked for on %(asked)s was approved on %(day)s.")
    else:
        words = _("The change asked for on %(asked)s was not approved on %(day)s.")
    return Pending(words % days, change.decision)


def _of_the_hand_in(handed_in: Completion) -> Pending:
    if handed_in.accepted is None or handed_in.decided_at is None:
        words = _("Handed in as completed on %s; it waits for the acceptance.")
        return Pending(words % _day(handed_in.handed_in_at), handed_in.evidence)
    words = (
        _("Accepted as completed on %s.") if handed_in.accepted else _("Sent back on %s, with this reason:")
    )
    return Pending(words % _day(handed_in.decided_at), handed_in.note)


def where_it_stands(finding: Finding) -> str:
    """Say whether a finding waits for its unit or for the group; give it with its steps prefetched."""
    steps = list(finding.steps.all())
    if is_answered(finding):
        return _("Answered on %s; it waits for the supervision group.") % _day(steps[-1].at)
    if steps:
        return _("Waits for the unit's answer since %s.") % _day(steps[-1].at)
    return _("Waits for the unit's answer.")


def step_words(finding: Finding) -> list[StepWords]:
    """Return what was said of a finding, with the role of who said it; give it with its steps and people prefetched."""
    return [
        StepWords(
            timezone.localdate(step.at), str(Role(step.by.role).label), str(act_of(step).label), step.text
        )
        for step in finding.steps.all()
    ]


def unit_notes(orders: Iterable[Rectification], deliveries: Iterable[Delivery]) -> dict[int, list[str]]:
    """Return by the key of a delivery what waits for its unit: orders, and hand-ins that came back; one query."""
    notes: dict[int, list[str]] = {}
    for order in orders:
        words = _("To be put right by %(due)s") % {"due": day_words(order.due)}
        notes.setdefault(order.delivery_id, []).append(words)
    newest: dict[int, Completion] = {}
    for each in Completion.objects.filter(delivery__in=deliveries).order_by("handed_in_at", "pk"):
        newest[each.delivery_id] = each
    for key, each in newest.items():
        if each.accepted is False and each.decided_at:
            words = _("Handed in and sent back on %s") % _day(each.decided_at)
            notes.setdefault(key, []).append(words)
    return notes


def _day(at: datetime) -> str:
    return day_words(at)

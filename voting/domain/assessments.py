"""满意度测评: deliveries graded by secret ballot, through the same urn; a poor one is put right and graded again.

An assessment is a cycle of its own that points to the one it assesses: its candidates are deliveries, or the parts that
single units did of them. From the adoption of its rules to the notice every step is that of a vote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from voting.domain.cycles import add_candidate, create_cycle, freeze_slate, move_cycle
from voting.domain.grading import Grade
from voting.domain.journal import record
from voting.domain.presets import ASSESSMENTS
from voting.domain.progress import may_report
from voting.domain.refusals import Refused, StepNotAllowed
from voting.domain.rules import draft_rules
from voting.domain.screening import DueInThePast, NotYourUnit
from voting.models import Candidate, Cycle, Delivery, Notice, Rectification
from voting.states import Act, Body, Stage

FIRST_RULES = "zhenhai"
#: More than half of the members is what a standing committee needs to sit; two thirds is the plenary's (art. 14).
QUORUM: dict[str, dict[str, Any]] = {
    Body.DELEGATES: {"quorum_comparator": "ge", "quorum_numerator": 2, "quorum_denominator": 3},
    Body.COMMITTEE: {"quorum_comparator": "gt", "quorum_numerator": 1, "quorum_denominator": 2},
}
_BETWEEN_UNITS = re.compile(r"[、,，;；/]+")


class NothingToAssess(Refused):
    def __str__(self) -> str:
        return _(
            "There is no project to assess: choose at least one that was not graded yet or was put right."
        )


class AssessmentRunning(Refused):
    def __str__(self) -> str:
        return _("An assessment is under way. Publish its result first.")


class NotPoor(Refused):
    def __str__(self) -> str:
        return _("Only a project that was graded “unsatisfied” is put right, once for each assessment.")


class NothingOrdered(Refused):
    def __str__(self) -> str:
        return _("Write what is to be done, or what was done.")


@dataclass(frozen=True)
class Graded:
    """What one published assessment says of a delivery, or of one unit's part in it."""

    assessment: Cycle
    delivery: int
    number: int
    name: str
    grade: Grade | None
    body: dict[str, Any]

    @property
    def item(self) -> dict[str, Any]:
        """The line of the notice."""
        found: dict[str, Any] = next(each for each in self.body["items"] if each["number"] == self.number)
        return found


def published_grades(*cycles: Cycle) -> list[Graded]:
    """Return every published grade of the cycles' deliveries, the first assessment first; two queries."""
    notices = Notice.objects.filter(round__cycle__assesses__in=cycles).select_related("round__cycle")
    assessed = Candidate.objects.filter(cycle__assesses__in=cycles)
    deliveries = {
        (assessment, number): delivery
        for assessment, number, delivery in assessed.values_list("cycle_id", "number", "assesses_id")
    }
    found = []
    for notice in sorted(notices, key=lambda each: (each.round.cycle_id, each.round.number)):
        body = json.loads(notice.body)
        if body["final"]:
            assessment = notice.round.cycle
            found += [
                Graded(
                    assessment=assessment,
                    delivery=deliveries[assessment.pk, item["number"]],
                    number=item["number"],
                    name=item["name"],
                    grade=Grade(item["grade"]) if item["grade"] else None,
                    body=body,
                )
                for item in body["items"]
            ]
    return found


def assessable(cycle: Cycle) -> list[Delivery]:
    """Return what can be assessed now: what was never graded, and what was put right after a poor grade."""
    graded = published_grades(cycle)
    last = {each.delivery: each.assessment.pk for each in graded}
    replied = set(
        Rectification.objects.filter(assessment__assesses=cycle)
        .exclude(replied_at=None)
        .values_list("assessment_id", "delivery_id")
    )
    deliveries = Delivery.objects.filter(cycle=cycle).select_related("candidate", "lead_unit")
    return [each for each in deliveries if each.pk not in last or (last[each.pk], each.pk) in replied]


@transaction.atomic
def open_assessment(
    *,
    cycle: Cycle,
    body: str,
    numbers: Sequence[int],
    by: User,
    at: datetime,
    by_unit: bool = False,
    vote_at: str = "",
) -> Cycle:
    """Lay out an assessment of these deliveries, with the rules of the preset as its draft.

    ``body`` says who votes. ``by_unit`` makes every unit's part an item of its own (湖州). Raises StepNotAllowed
    outside the delivery, AssessmentRunning, or NothingToAssess where a number is not to be assessed.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    if cycle.stage not in {Stage.DELIVERY, Stage.ASSESSMENT} or cycle.assesses_id:
        raise StepNotAllowed
    if cycle.assessments.exclude(stage__in=[Stage.PUBLICATION, Stage.ARCHIVED]).exists():
        raise AssessmentRunning
    known = {each.number: each for each in assessable(cycle)}
    if not numbers or set(numbers) - set(known):
        raise NothingToAssess
    items = _items([known[number] for number in sorted(set(numbers))], by_unit=by_unit)
    place = cycle.assessments.count() + 1
    acting: dict[str, Any] = {"by": by, "at": at}
    assessment = create_cycle(
        kind=cycle.kind, slug=f"{cycle.slug}-assessment" + (f"-{place}" if place > 1 else ""), year=cycle.year,
        place=cycle.place, congress=cycle.congress, vote_at=vote_at, seats=len(items), assesses=cycle, body=body,
        **acting,
    )  # fmt: skip
    for fields in items:
        add_candidate(cycle=assessment, **fields, **acting)
    freeze_slate(cycle=assessment, **acting)
    assessment.refresh_from_db()
    for stage in (Stage.SCREENING, Stage.DELIBERATION):
        move_cycle(assessment, to=stage, **acting)
    draft_rules(cycle=assessment, seats=len(items), **ASSESSMENTS[FIRST_RULES] | QUORUM[body], **acting)
    if cycle.stage == Stage.DELIVERY:
        move_cycle(cycle, to=Stage.ASSESSMENT, **acting)
    data = {"assessment": assessment.slug, "numbers": sorted(set(numbers)), "body": body, "by_unit": by_unit}
    record(cycle=cycle, act=Act.ASSESSMENT_OPENED, data=data, **acting)
    return assessment


def _items(deliveries: Sequence[Delivery], *, by_unit: bool) -> list[dict[str, Any]]:
    if not by_unit:
        return [_item(each, number=each.number, unit="") for each in deliveries]
    parts = [(each, unit) for each in deliveries for unit in units_of(each)]
    return [_item(each, number=number, unit=unit) for number, (each, unit) in enumerate(parts, start=1)]


def _item(delivery: Delivery, *, number: int, unit: str) -> dict[str, Any]:
    candidate = delivery.candidate
    part = f" · {unit}" if unit else ""
    return {
        "number": number,
        "name": f"{candidate.name}{part}"[:120],
        "name_en": f"{candidate.name_en}{part}"[:200] if candidate.name_en else "",
        "target": candidate.target,
        "content": delivery.content,
        "lead_unit": unit or (delivery.lead_unit.name if delivery.lead_unit else ""),
        "assesses": delivery,
    }


def units_of(delivery: Delivery) -> list[str]:
    """Return the units whose parts are graded apart: the lead unit, then the responsible ones, each once."""
    lead = [delivery.lead_unit.name] if delivery.lead_unit else []
    others = [each.strip() for each in _BETWEEN_UNITS.split(delivery.responsible_units)]
    return list(dict.fromkeys(each for each in (*lead, *others) if each)) or [
        delivery.candidate.lead_unit or "—"
    ]


@transaction.atomic
def order_rectification(
    *, assessment: Cycle, delivery: Delivery, text: str, due: date, by: User, at: datetime
) -> Rectification:
    """Order a poor project to be put right. Raises NotPoor, NothingOrdered, DueInThePast."""
    poor = {
        each.delivery
        for each in published_grades(delivery.cycle)
        if each.assessment.pk == assessment.pk and each.grade is Grade.UNSATISFIED
    }
    there = Rectification.objects.filter(assessment=assessment, delivery=delivery).exists()
    if delivery.pk not in poor or there:
        raise NotPoor
    if not text.strip():
        raise NothingOrdered
    if due < timezone.localdate(at):
        raise DueInThePast
    made = Rectification(
        assessment=assessment, delivery=delivery, text=text.strip(), due=due, ordered_by=by, ordered_at=at
    )
    made.full_clean()
    made.save(force_insert=True)
    data = {"number": delivery.number, "assessment": assessment.slug, "due": due.isoformat()}
    record(cycle=delivery.cycle, act=Act.RECTIFICATION_ORDERED, by=by, at=at, data=data)
    return made


@transaction.atomic
def reply_rectification(*, rectification: Rectification, text: str, by: User, at: datetime) -> Rectification:
    """The unit says what it did; then the project can be assessed again. Raises NotYourUnit, NothingOrdered.

    Raises StepNotAllowed where it was answered already.
    """
    made = Rectification.objects.select_for_update(of=("self",)).get(pk=rectification.pk)
    if made.replied_at:
        raise StepNotAllowed
    if by.role != Role.UNIT or not may_report(by, made.delivery):
        raise NotYourUnit
    if not text.strip():
        raise NothingOrdered
    made.reply, made.replied_by, made.replied_at = text.strip(), by, at
    made.full_clean()
    made.save()
    data = {"number": made.delivery.number, "assessment": made.assessment.slug}
    record(cycle=made.delivery.cycle, act=Act.RECTIFIED, by=by, at=at, data=data)
    return made

"""满意度测评: deliveries graded by secret ballot, through the same urn; a poor one is put right and graded again.

An assessment is a cycle of its own that points to the one it assesses: its candidates are deliveries, or the parts that
single units did of them. From the adoption of its rules to the notice every step is that of a vote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import Delegate, Unit, User
from accounts.written import Statement, among
from voting.count.formats import UnreadableRecord
from voting.count.formats.notice import NOTICE, NoticeBody, NoticeItem
from voting.count.grading import Grade
from voting.count.notice import read_notice
from voting.count.presets import ASSESSMENTS
from voting.domain.after.light_settings import GOING_ON
from voting.domain.after.locks import lock_cycle
from voting.domain.before.rosters import hold_list
from voting.domain.core.cycles import add_candidate, create_cycle, freeze_slate, move_cycle
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.vote.rules import draft_rules
from voting.models import Candidate, Completion, Cycle, Delivery, Notice, Rectification
from voting.states import Act, Body, DeliveryStatus, Stage

FIRST_RULES = "zhenhai"
#: More than half of the members is what a standing committee needs to sit; two thirds is the plenary's (art. 14).
QUORUM: dict[str, dict[str, Any]] = {
    Body.DELEGATES: {"quorum_comparator": "ge", "quorum_numerator": 2, "quorum_denominator": 3},
    Body.COMMITTEE: {"quorum_comparator": "gt", "quorum_numerator": 1, "quorum_denominator": 2},
}
#: An assessment that stands here is under way no more.
OVER = frozenset({Stage.PUBLICATION, Stage.ARCHIVED, Stage.WITHDRAWN})
_BETWEEN_UNITS = re.compile(r"[、,，;；/]+")


class NothingToAssess(Refused):
    def __str__(self) -> str:
        return _(
            "There is no project to assess: choose at least one that was not graded yet or was put right."
        )


class NotAssessable(NothingToAssess):
    """Some numbers are of no project that can be assessed now."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(numbers)
        self.numbers = numbers

    def __str__(self) -> str:
        return _(
            "No project that can be assessed now has these numbers: %s. It was graded already, is being put right, or "
            "is not there."
        ) % ", ".join(map(str, self.numbers))


class AssessmentRunning(Refused):
    def __str__(self) -> str:
        return _("An assessment is under way. Publish its result first.")


class NoCommittee(Refused):
    """A roll of nobody could neither be frozen nor be voted from."""

    def __str__(self) -> str:
        return _(
            "No delegate in office is marked as a member of the standing committee. Mark the members first, in the "
            "list of delegates or in the column 分组 of its file."
        )


class NotWithdrawn(Refused):
    def __str__(self) -> str:
        return _("An assessment can be withdrawn until its roll is frozen; this one cannot any more.")


@dataclass(frozen=True)
class Graded:
    """What one published assessment says of a delivery, or of one unit's part in it."""

    assessment: Cycle
    delivery: int
    number: int
    name: str
    #: The unit whose part it is, or that leads the whole.
    unit: str
    grade: Grade | None
    body: NoticeBody

    @property
    def item(self) -> NoticeItem:
        """The line of the notice."""
        return next(each for each in self.body["items"] if each["number"] == self.number)


_NOTICES = Statement(
    lambda: Notice.objects.filter(among("round__cycle__assesses", "cycles")).select_related(
        "round__cycle__congress"
    )
)
_ASSESSED = Statement(
    lambda: (
        Candidate.objects.filter(among("cycle__assesses", "cycles"))
        .order_by()
        .values_list("cycle_id", "number", "assesses_id", "lead_unit")
    )
)


def published_grades(*cycles: Cycle) -> list[Graded]:
    """Return every published grade of the cycles' deliveries, the first assessment first; one or two queries.

    Raises UnreadableRecord.
    """
    keys = [each.pk for each in cycles]
    notices = _NOTICES.rows(cycles=keys)
    if not notices:
        return []
    parts = {
        (assessment, number): (delivery, unit)
        for assessment, number, delivery, unit in _ASSESSED.rows(cycles=keys)
    }
    grades = []
    for notice in sorted(notices, key=lambda each: (each.round.cycle_id, each.round.number)):
        body = read_notice(notice.body)
        if body["final"]:
            assessment = notice.round.cycle
            if unknown := [
                item["number"] for item in body["items"] if (assessment.pk, item["number"]) not in parts
            ]:
                raise UnreadableRecord(
                    NOTICE.name, place="items", why=f"nothing assessed has the numbers {unknown}"
                )
            grades += [
                Graded(
                    assessment=assessment,
                    delivery=parts[assessment.pk, item["number"]][0],
                    number=item["number"],
                    name=item["name"],
                    unit=parts[assessment.pk, item["number"]][1],
                    grade=item["grade"],
                    body=body,
                )
                for item in body["items"]
            ]
    return grades


def assessable(cycle: Cycle, grades: Sequence[Graded] | None = None) -> list[Delivery]:
    """Return what can be assessed now: what was never graded, and what was put right after a poor grade.

    What was completed and is reopened to be put right is completed again first. ``grades`` are the published ones,
    the first assessment of a delivery before its later ones, where they are at hand.
    """
    grades = published_grades(cycle) if grades is None else grades
    last = {each.delivery: each.assessment.pk for each in grades}
    replied = set(
        Rectification.objects.filter(assessment__assesses=cycle)
        .exclude(replied_at=None)
        .values_list("assessment_id", "delivery_id")
    )
    accepted = Completion.objects.filter(delivery=OuterRef("pk"), accepted=True)
    reopened = Q(Exists(accepted), status=DeliveryStatus.RUNNING)
    deliveries = Delivery.objects.filter(~reopened, cycle=cycle).select_related("candidate", "lead_unit")
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
    outside the delivery, AssessmentRunning, NothingToAssess, NotAssessable where a number is not to be assessed, or
    NoCommittee where nobody would be on its roll.
    """
    cycle = lock_cycle(cycle)
    if cycle.stage not in GOING_ON or cycle.assesses_id:
        raise StepNotAllowed
    if cycle.assessments.exclude(stage__in=OVER).exists():
        raise AssessmentRunning
    known = {each.number: each for each in assessable(cycle)}
    if not numbers:
        raise NothingToAssess
    if unknown := sorted(set(numbers) - set(known)):
        raise NotAssessable(unknown)
    if body == Body.COMMITTEE and not has_committee(cycle):
        raise NoCommittee
    items = _items([known[number] for number in sorted(set(numbers))], by_unit=by_unit)
    place = cycle.assessments.count() + 1
    acting: dict[str, Any] = {"by": by, "at": at}
    assessment = create_cycle(
        congress=cycle.congress, slug=f"{cycle.slug}-assessment" + (f"-{place}" if place > 1 else ""),
        year=cycle.year, session=cycle.session, session_en=cycle.session_en, vote_at=vote_at, seats=len(items),
        assesses=cycle, body=body,
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


def has_committee(cycle: Cycle) -> bool:
    """Tell whether any delegate in office is a member of the standing committee."""
    return Delegate.objects.filter(congress=cycle.congress_id, is_active=True, in_group=True).exists()


def withdrawable(cycle: Cycle) -> Cycle | None:
    """Return the assessment of a cycle that can still be withdrawn, or None."""
    return cycle.assessments.filter(stage=Stage.DELIBERATION).first()


@transaction.atomic
def withdraw_assessment(*, assessment: Cycle, by: User, at: datetime) -> Cycle:
    """Withdraw an assessment before its roll is frozen; it stays to be read, and another can be laid out.

    Its cycle goes back to the delivery where no other assessment was held. Raises NotWithdrawn, or StepNotAllowed
    where the cycle is no assessment or its year is over.
    """
    if assessment.assesses is None:
        raise StepNotAllowed
    hold_list(assessment.congress_id)
    cycle = lock_cycle(assessment.assesses)
    assessment = Cycle.objects.select_for_update(no_key=True).get(pk=assessment.pk)
    if cycle.stage not in GOING_ON:
        raise StepNotAllowed
    if assessment.stage != Stage.DELIBERATION:
        raise NotWithdrawn
    acting: dict[str, Any] = {"by": by, "at": at}
    move_cycle(assessment, to=Stage.WITHDRAWN, **acting)
    if not cycle.assessments.exclude(stage=Stage.WITHDRAWN).exists():
        move_cycle(cycle, to=Stage.DELIVERY, **acting)
    record(cycle=cycle, act=Act.ASSESSMENT_WITHDRAWN, data={"assessment": assessment.slug}, **acting)
    return assessment


def _items(deliveries: Sequence[Delivery], *, by_unit: bool) -> list[dict[str, Any]]:
    if not by_unit:
        return [_item(each, number=each.number) for each in deliveries]
    congress = deliveries[0].cycle.congress_id
    units = Unit.objects.filter(congress=congress).exclude(name_en="")
    english = dict(units.values_list("name", "name_en"))
    parts = [(each, unit) for each in deliveries for unit in units_of(each)]
    return [
        _item(each, number=number, unit=unit, unit_en=english.get(unit, unit))
        for number, (each, unit) in enumerate(parts, start=1)
    ]


def _item(delivery: Delivery, *, number: int, unit: str = "", unit_en: str = "") -> dict[str, Any]:
    candidate = delivery.candidate
    return {
        "number": number,
        "name": _named(candidate.name, unit, most=120),
        "name_en": _named(candidate.name_en, unit_en, most=200) if candidate.name_en else "",
        "target": candidate.target,
        "content": delivery.content,
        "lead_unit": unit or (delivery.lead_unit.name if delivery.lead_unit else ""),
        "assesses": delivery,
    }


def _named(name: str, unit: str, *, most: int) -> str:
    """Return a project's name with the unit; where both are too long the name is cut and not the unit."""
    if not unit:
        return name
    part = f" · {unit}"
    room = max(most - len(part), 2)
    return f"{name if len(name) <= room else name[: room - 1] + '…'}{part}"[:most]


def units_of(delivery: Delivery) -> list[str]:
    """Return the units whose parts are graded apart: the lead unit, then the responsible ones, each once."""
    lead = [delivery.lead_unit.name] if delivery.lead_unit else []
    others = [each.strip() for each in _BETWEEN_UNITS.split(delivery.responsible_units)]
    return list(dict.fromkeys(each for each in (*lead, *others) if each)) or [
        delivery.candidate.lead_unit or "—"
    ]

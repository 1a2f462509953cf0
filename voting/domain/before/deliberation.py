"""审议: delegations ask and comment, units answer. Everything stands in the record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from voting.domain.before.screening import NotYourUnit
from voting.domain.before.slate_reports import latest
from voting.domain.core.cycles import move_cycle
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.models import Candidate, Cycle, Question
from voting.states import Act, Stage


class NothingSaid(Refused):
    def __str__(self) -> str:
        return _("Write what you want to ask or say.")


class NoReport(Refused):
    def __str__(self) -> str:
        return _("Issue the report first: the delegates deliberate on it.")


@transaction.atomic
def begin_deliberation(*, cycle: Cycle, by: User, at: datetime) -> None:
    """Go on from the screening to the deliberation. Raises NoReport or StepNotAllowed."""
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if latest(locked) is None:
        raise NoReport
    move_cycle(cycle, to=Stage.DELIBERATION, by=by, at=at)


def is_open(cycle: Cycle) -> bool:
    return cycle.stage == Stage.DELIBERATION and cycle.list_confirmed_at is None


@transaction.atomic
def ask(
    *,
    cycle: Cycle,
    candidate: Candidate | None,
    text: str,
    wants_answer: bool,
    unit: Unit | None,
    by: User,
    at: datetime,
) -> Question:
    """Record a question or opinion of a delegation, by one of its delegates. Raises NothingSaid, StepNotAllowed."""
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    delegate = by.as_delegate
    if delegate is None or not is_open(locked):
        raise StepNotAllowed
    if not text.strip():
        raise NothingSaid
    question = Question(
        cycle=cycle, candidate=candidate, delegation=delegate.delegation, wants_answer=wants_answer, text=text.strip(),
        asked_by=by, asked_at=at, unit=unit,
    )  # fmt: skip
    question.full_clean()
    question.save(force_insert=True)
    data = {"delegation": delegate.delegation.name, "candidate": candidate.number if candidate else None}
    record(cycle=cycle, act=Act.QUESTION_ASKED, by=by, at=at, data=data)
    return question


@transaction.atomic
def answer(*, question: Question, text: str, by: User, at: datetime) -> None:
    """Answer for the officer's own unit, or as the clerk for any. Raises NotYourUnit, NothingSaid, StepNotAllowed."""
    question = (
        Question.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=question.pk)
    )
    if by.unit_id and question.unit_id and by.unit_id != question.unit_id:
        raise NotYourUnit
    if question.answered_at or not is_open(question.cycle):
        raise StepNotAllowed
    if not text.strip():
        raise NothingSaid
    question.answer, question.answered_by, question.answered_at = text.strip(), by, at
    if by.unit_id:
        question.unit_id = by.unit_id
    question.full_clean()
    question.save()
    record(cycle=question.cycle, act=Act.QUESTION_ANSWERED, by=by, at=at, data={"question": question.pk})

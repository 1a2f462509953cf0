"""The cycle: its creation, its slate, and the one writer of its stage."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.congresses import RESERVED
from accounts.models import Congress, User
from voting.domain.core.journal import record
from voting.domain.core.refusals import Condition, Refused, StepNotAllowed, require
from voting.models import Candidate, Cycle
from voting.states import STAGE_STEPS, Act, Stage


class SlateFrozen(Refused):
    """The slate is frozen: no candidate project may be added, changed or taken away."""

    def __str__(self) -> str:
        return str(_("The slate of candidate projects is frozen and cannot be changed any more."))


@transaction.atomic
def create_cycle(*, by: User, at: datetime, **fields: Any) -> Cycle:
    """Create a cycle at its first stage. Raises ValidationError with a sentence per field."""
    cycle = Cycle(**fields)
    cycle.full_clean()
    if cycle.slug in RESERVED or Congress.objects.filter(slug=cycle.slug).exists():
        raise ValidationError({"slug": _("The site itself uses this address; choose another.")})
    cycle.save(force_insert=True)
    record(
        cycle=cycle,
        act=Act.CYCLE_CREATED,
        by=by,
        at=at,
        data={"kind": cycle.kind, "congress": cycle.congress.slug, "year": cycle.year},
    )
    return cycle


@transaction.atomic
def move_cycle(cycle: Cycle, *, to: Stage, by: User, at: datetime) -> None:
    """Move the cycle one stage on: the only writer of ``Cycle.stage``.

    Raises StepNotAllowed where the table has no such step, or where somebody was faster.
    """
    since = Stage(cycle.stage)
    if to not in STAGE_STEPS[since]:
        raise StepNotAllowed
    if not Cycle.objects.filter(pk=cycle.pk, stage=since).update(stage=to):
        raise StepNotAllowed
    cycle.stage = to
    record(cycle=cycle, act=Act.STAGE_CHANGED, by=by, at=at, data={"from": since, "to": to})


@transaction.atomic
def add_candidate(*, cycle: Cycle, by: User, at: datetime, **fields: Any) -> Candidate:
    """Put a candidate project on the slate. Raises SlateFrozen, or ValidationError with a sentence per field."""
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if locked.slate_frozen_at:
        raise SlateFrozen
    candidate = Candidate(cycle=cycle, **fields)
    candidate.full_clean()
    candidate.save(force_insert=True)
    data = {"number": candidate.number, "name": candidate.name}
    record(cycle=cycle, act=Act.CANDIDATE_ADDED, by=by, at=at, data=data)
    return candidate


def slate_conditions(cycle: Cycle) -> list[Condition]:
    """What freezing the slate needs."""
    count = cycle.candidates.count()
    return [
        Condition(
            cycle.slate_frozen_at is None,
            _("the slate is not yet frozen"),
            _("The slate of candidate projects is frozen already."),
        ),
        Condition(
            count >= cycle.seats,
            _("at least as many candidate projects as there are to choose"),
            _("There are fewer candidate projects than projects to choose."),
        ),
    ]


@transaction.atomic
def freeze_slate(*, cycle: Cycle, by: User, at: datetime) -> None:
    """Fix the numbered slate; from here on candidates cannot change (F16). Raises ConditionsUnmet."""
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    require(slate_conditions(cycle))
    Cycle.objects.filter(pk=cycle.pk).update(slate_frozen_at=at)
    numbers = list(cycle.candidates.order_by("number").values_list("number", flat=True))
    record(cycle=cycle, act=Act.SLATE_FROZEN, by=by, at=at, data={"numbers": numbers})

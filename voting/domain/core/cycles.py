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
from voting.domain.core.refusals import Condition, ReasonMissing, Refused, StepNotAllowed, require
from voting.models import Call, Candidate, Cycle, Notice
from voting.states import PREPARING_STAGES, STAGE_STEPS, Act, Stage


class SlateFrozen(Refused):
    """The slate is frozen: no candidate project may be added, changed or taken away."""

    def __str__(self) -> str:
        return str(_("The slate of candidate projects is frozen and cannot be changed any more."))


class YearBegun(Refused):
    """The call is published: what people have read of the year stays."""

    def __str__(self) -> str:
        return str(
            _(
                "The call of this year is published: its address, its year and whom it asks stay as they are, and it "
                "can no longer be given up. Nothing was changed."
            )
        )


#: What may be corrected of a year: the first three only before its call is published, the seats until the slate is
#: frozen, the session and its meeting until a result is published that names them.
OF_A_YEAR = ("year", "slug", "solicited_from", "seats", "session", "session_en", "vote_at")
READ_IN_THE_CALL = frozenset(OF_A_YEAR[:3])
OF_THE_SESSION = frozenset(OF_A_YEAR[4:])


def is_before_its_call(cycle: Cycle) -> bool:
    """Tell whether nothing of the year is public yet."""
    published = Call.objects.filter(cycle=cycle).exclude(published_at=None)
    return cycle.stage == Stage.SOLICITATION and not cycle.rounds.exists() and not published.exists()


def may_correct_session(cycle: Cycle) -> bool:
    """Tell whether the session and its meeting may be corrected: no notice names them yet."""
    early = cycle.stage in PREPARING_STAGES | {Stage.VOTING, Stage.COUNTING}
    return early and not Notice.objects.filter(round__cycle=cycle).exists()


class ResultPublished(Refused):
    """A public notice names the session and its meeting."""

    def __str__(self) -> str:
        return str(_("A result is published that names the session; it stays as it is. Nothing was changed."))


@transaction.atomic
def correct_year(*, cycle: Cycle, by: User, at: datetime, reason: str = "", **values: Any) -> list[str]:
    """Correct what was entered of a year, any of ``OF_A_YEAR``; return the names of what changed.

    After the call a reason is said. Raises SlateFrozen, ResultPublished, YearBegun, ReasonMissing, or ValidationError
    with a sentence per field.
    """
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    before = {name: getattr(locked, name) for name in OF_A_YEAR if name in values}
    after = {name: value for name, value in values.items() if before[name] != value}
    if not after:
        return []
    if locked.slate_frozen_at and not set(after) <= OF_THE_SESSION:
        raise SlateFrozen
    if not may_correct_session(locked):
        raise ResultPublished
    if not (early := is_before_its_call(locked)) and READ_IN_THE_CALL & set(after):
        raise YearBegun
    if not early and not reason.strip():
        raise ReasonMissing
    if "slug" in after:
        locked.first_slug = locked.journal_slug
    for name, value in after.items():
        setattr(locked, name, value)
    _require_right(locked)
    locked.save(update_fields=[*after, "first_slug"])
    data: dict[str, Any] = {"before": {name: before[name] for name in after}, "after": after}
    if reason.strip():
        data["reason"] = reason.strip()
    record(cycle=locked, act=Act.YEAR_CORRECTED, by=by, at=at, data=data)
    return list(after)


@transaction.atomic
def give_up_year(*, cycle: Cycle, reason: str, by: User, at: datetime) -> None:
    """Give a year up before its call is published: it is out of the way, and its address is free again.

    It is never deleted; its journal stays. Raises YearBegun or ReasonMissing.
    """
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if not is_before_its_call(locked):
        raise YearBegun
    if not reason.strip():
        raise ReasonMissing
    data = {"slug": locked.slug, "year": locked.year, "reason": reason.strip()}
    away = f"{locked.slug[:20]}-given-up-{locked.pk}"
    locked.first_slug, locked.slug = locked.journal_slug, away
    locked.save(update_fields=["slug", "first_slug"])
    record(cycle=locked, act=Act.YEAR_GIVEN_UP, by=by, at=at, data=data)
    move_cycle(locked, to=Stage.GIVEN_UP, by=by, at=at)


def _require_right(cycle: Cycle) -> None:
    """Raise ValidationError with a sentence per field; whoever takes an address in the same congress waits.

    An address is free where no year has it, given up or not, and neither the site itself nor a congress.
    """
    Congress.objects.select_for_update(no_key=True).filter(pk=cycle.congress_id).first()
    cycle.full_clean()
    if cycle.slug in RESERVED or Congress.objects.filter(slug=cycle.slug).exists():
        raise ValidationError({"slug": _("The site itself uses this address; choose another.")})
    if Cycle.every.filter(congress=cycle.congress_id, slug=cycle.slug).exclude(pk=cycle.pk).exists():
        raise ValidationError({"slug": _("Another year of this congress has this address.")})


@transaction.atomic
def create_cycle(*, by: User, at: datetime, **fields: Any) -> Cycle:
    """Create a cycle at its first stage. Raises ValidationError with a sentence per field."""
    cycle = Cycle(**fields)
    _require_right(cycle)
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
            _(
                "There are fewer candidate projects (%(candidates)d) than projects to choose (%(seats)d). Draft more, "
                "or correct the number to choose on the page of the year's data."
            )
            % {"candidates": count, "seats": cycle.seats},
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

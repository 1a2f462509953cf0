"""A people's congress, opened and corrected: the world that people, units and years belong to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.congresses import RESERVED, forget
from accounts.models import Congress, Delegation, User
from voting.domain.core.people import InitialPassword, Newcomer, enter_people
from voting.models import Cycle, Round
from voting.states import OVER_STATUSES


@transaction.atomic
def open_congress(*, delegations: Sequence[str] = (), **fields: Any) -> Congress:
    """Open a congress with its delegations in their order. Raises ValidationError with a sentence per field."""
    congress = Congress(**fields)
    _save(congress, force_insert=True)
    if len(set(delegations)) < len(delegations):
        raise ValidationError({"delegations": _("Each delegation stands here once.")})
    for place, name in enumerate(delegations, start=1):
        delegation = Delegation(congress=congress, name=name, position=place)
        try:
            delegation.clean_fields()
        except ValidationError as error:
            raise ValidationError({"delegations": [f"{name}: {each}" for each in error.messages]}) from error
        delegation.save(force_insert=True)
    return congress


@transaction.atomic
def open_with_keeper(
    *, keeper: Newcomer, by: User | None, at: datetime, **fields: Any
) -> tuple[Congress, InitialPassword]:
    """Open a congress together with its first keeper.

    Raises ValidationError or UserNameTaken; then there is neither.
    """
    congress = open_congress(**fields)
    return congress, enter_people(congress=congress, people=[keeper], by=by, at=at)[0]


@transaction.atomic
def change_congress(congress: Congress, **fields: Any) -> None:
    """Correct names and what else a congress is known by. Raises ValidationError with a sentence per field.

    What is frozen or published keeps the names of its time.
    """
    held = Congress.objects.select_for_update(of=("self",)).get(pk=congress.pk)
    slips_out = Round.objects.filter(cycle__congress=held).exclude(status__in=OVER_STATUSES)
    if fields.get("slug", held.slug) != held.slug and slips_out.exists():
        raise ValidationError(
            {
                "slug": _(
                    "A vote is on its way, and its slips bear this address. Change it once the result is published."
                )
            }
        )
    for name, value in fields.items():
        setattr(held, name, value)
    _save(held)


def _save(congress: Congress, **how: Any) -> None:
    congress.edition += 1
    congress.full_clean()
    if congress.slug in RESERVED:
        raise ValidationError({"slug": _("The site itself uses this address; choose another.")})
    if Cycle.objects.filter(slug=congress.slug).exists():
        raise ValidationError({"slug": _("A year on this server has this address; choose another.")})
    try:
        with transaction.atomic():
            congress.save(**how)
    except IntegrityError as error:  # Somebody took it between the look and the saving.
        raise ValidationError({"slug": _("Another congress has this address.")}) from error
    transaction.on_commit(forget)

"""The targets and milestones of a plan: what may stand in one, and how one is written so that no figure moves.

A target is the same while its words and its unit are, a milestone while its words are: their number, their month and
their place may change, and what was reported of them stays with them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from voting.domain.core.refusals import Refused
from voting.domain.core.sentences import in_a_row
from voting.models import Delivery, DeliveryMilestone, DeliveryTarget

Row = DeliveryTarget | DeliveryMilestone
#: A milestone lies from so many years before the first year of its project to so many after the year of its plan.
YEARS_BEFORE, YEARS_AFTER = 1, 5
MOST_ROWS = 200
#: Where rows stand aside while they are put into another order: a place is taken once only.
_ASIDE = 10_000


class PlanReported(Refused):
    """Rows with reports would go: ``field`` is targets or milestones, ``rows`` names them."""

    def __init__(self, field: str, rows: Sequence[str]) -> None:
        super().__init__(field, rows)
        self.field = field
        self.rows = list(rows)

    def __str__(self) -> str:
        return _(
            "Reported on already: %s. The number or the month may change; the words and the unit stay as they are, "
            "and none of these may be left out."
        ) % "; ".join(self.rows)


@dataclass(frozen=True)
class _Kind:
    """Targets or milestones: how a row is read from plain data, what makes it the same, what is reported of it."""

    field: str
    model: Any
    read: Callable[[Mapping[str, str]], dict[str, Any]]
    identity: Callable[[Any], Hashable]
    reports: str


_TARGETS = _Kind(
    field="targets",
    model=DeliveryTarget,
    read=lambda each: {
        "text": each["text"].strip(),
        "number": _plain(each["number"]),
        "unit": each["unit"].strip(),
    },
    identity=lambda row: (row.text, row.unit),
    reports="figures",
)
_MILESTONES = _Kind(
    field="milestones",
    model=DeliveryMilestone,
    read=lambda each: {"month": f"{_plain(each['month'])}-01", "text": each["text"].strip()},
    identity=lambda row: row.text,
    reports="states",
)


def _plain(text: str) -> str:
    """Return digits as ASCII has them: full-width ones are typed too."""
    return unicodedata.normalize("NFKC", text).strip()


@transaction.atomic
def set_targets(delivery: Delivery, targets: Sequence[Mapping[str, str]]) -> None:
    """Write the targets. Raises ValidationError on ``targets``, and PlanReported."""
    _write(_TARGETS, delivery, targets)


@transaction.atomic
def set_milestones(delivery: Delivery, milestones: Sequence[Mapping[str, str]]) -> None:
    """Write the milestones. Raises ValidationError on ``milestones``, and PlanReported."""
    _write(_MILESTONES, delivery, milestones)


def set_what_fits(
    delivery: Delivery, targets: Sequence[Mapping[str, str]], milestones: Sequence[Mapping[str, str]]
) -> list[str]:
    """Write what of a dossier a plan can hold; return the words of what was left out."""
    left_out: list[str] = []
    for kind, entries in ((_TARGETS, targets), (_MILESTONES, milestones)):
        faults = dict(_faults(kind, delivery, _rows(kind, delivery, entries)))
        left_out += [entries[place - 1]["text"] for place in faults]
        _write(kind, delivery, [each for place, each in enumerate(entries, start=1) if place not in faults])
    return left_out


def _rows(kind: _Kind, delivery: Delivery, entries: Sequence[Mapping[str, str]]) -> list[Any]:
    return [
        kind.model(delivery=delivery, position=place, **kind.read(each))
        for place, each in enumerate(entries, start=1)
    ]


def _write(kind: _Kind, delivery: Delivery, entries: Sequence[Mapping[str, str]]) -> None:
    """Find every row again by what it is, drop what is gone, and give out the places last."""
    rows = _rows(kind, delivery, entries)
    if faults := dict(_faults(kind, delivery, rows)):
        raise ValidationError({kind.field: list(faults.values())})
    old = kind.model.objects.filter(delivery=delivery)
    known = {kind.identity(row): row.pk for row in old.order_by("-position")}
    for row in rows:
        row.pk = known.get(kind.identity(row))
    gone = old.exclude(pk__in=[row.pk for row in rows if row.pk])
    if reported := gone.filter(**{f"{kind.reports}__isnull": False}).distinct().order_by("position"):
        raise PlanReported(kind.field, [str(row) for row in reported])
    gone.delete()
    old.update(position=F("position") + _ASIDE)
    for row in rows:
        row.save()


def _faults(kind: _Kind, delivery: Delivery, rows: Sequence[Any]) -> Iterator[tuple[int, str]]:
    """Yield the place of every row that a plan cannot hold, with the sentence that says why."""
    first, last = _first_year(delivery) - YEARS_BEFORE, delivery.cycle.year + YEARS_AFTER
    seen: set[Hashable] = set()
    for place, row in enumerate(rows, start=1):
        why = _fault(row, first, last)
        if not why and place > MOST_ROWS:
            why = _("A plan has at most %d targets and as many milestones.") % MOST_ROWS
        if not why and kind.identity(row) in seen:
            why = _("the same stands in the plan already; tell the two apart by their words.")
        if why:
            yield place, _("Line %(place)d: %(why)s") % {"place": place, "why": why}
        else:
            seen.add(kind.identity(row))


def _fault(row: Row, first: int, last: int) -> str:
    faults: dict[str, Any] = {}
    try:
        row.clean_fields(exclude=["delivery", "position"])
    except ValidationError as refusal:
        faults = refusal.message_dict
    if isinstance(row, DeliveryMilestone) and ("month" in faults or not first <= row.month.year <= last):
        between = {"first": first, "last": last}
        faults["month"] = [_("the month lies between January %(first)d and December %(last)d.") % between]
    return in_a_row(sentence for sentences in faults.values() for sentence in sentences)


def _first_year(delivery: Delivery) -> int:
    """Return the year in which the project began: it may have come over from earlier years."""
    earliest = delivery
    while earliest.continues:
        earliest = earliest.continues
    return earliest.cycle.year

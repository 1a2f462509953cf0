"""What the candidate projects look like: their own pictures, then the public ones of the proposals they grew from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, IntegerField, QuerySet, Value

from accounts.written import Statement, among
from voting.models import MOST_PICTURES, CandidatePicture, Provenance
from voting.states import Visibility


@dataclass(frozen=True)
class SourcePicture:
    """A picture by where it stands: the project's or, where it came with a proposal, that one's number, and its place.

    ``alt`` says what it shows, in the words of whoever added it to the project; empty where it came with a proposal.
    """

    number: int
    position: int
    alt: str = ""


def _pictures() -> QuerySet[Any, Any]:
    own = CandidatePicture.objects.filter(among("candidate", "candidates")).order_by()
    came = Provenance.objects.filter(
        among("candidate", "candidates"),
        proposal__standing=Visibility.SHOWN,
        proposal__attachments__content_type__startswith="image/",
    ).order_by()
    first, then, unsaid = Value(0, IntegerField()), Value(1, IntegerField()), Value("", CharField())
    rows = own.values_list("candidate", first, "candidate__number", "position", "alt")
    others = came.values_list(
        "candidate", then, "proposal__number", "proposal__attachments__position", unsaid
    )
    return rows.union(others, all=True)


_PICTURES = Statement(_pictures)


def pictures_of(candidates: Iterable[int]) -> dict[int, list[SourcePicture]]:
    """Return the pictures of the candidates with these keys, four at most of each, their own first. One query.

    A proposal that the public does not see shows nothing.
    """
    pictures: dict[int, list[SourcePicture]] = defaultdict(list)
    for candidate, _rank, number, position, alt in sorted(_PICTURES.rows(candidates=list(candidates))):
        if len(pictures[candidate]) < MOST_PICTURES:
            pictures[candidate].append(SourcePicture(number, position, alt))
    return pictures

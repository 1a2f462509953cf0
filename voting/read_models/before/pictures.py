"""What the candidate projects look like: the public pictures of the proposals that each of them grew from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from voting.models import Provenance
from voting.states import Visibility

#: So many of one project; the proposals themselves show all.
MOST = 4


@dataclass(frozen=True)
class SourcePicture:
    """A picture by where it stands: the proposal's number, and its place among the proposal's files."""

    proposal: int
    position: int


def pictures_of(candidates: Iterable[int]) -> dict[int, list[SourcePicture]]:
    """Return the pictures of the candidates with these keys, four at most of each. One query.

    A proposal that the public does not see shows nothing.
    """
    pictures: dict[int, list[SourcePicture]] = defaultdict(list)
    shown = Provenance.objects.filter(
        candidate__in=list(candidates),
        proposal__standing=Visibility.SHOWN,
        proposal__attachments__content_type__startswith="image/",
    )
    order = ("proposal__number", "proposal__attachments__position")
    for candidate, number, position in shown.order_by(*order).values_list("candidate", *order):
        if len(pictures[candidate]) < MOST:
            pictures[candidate].append(SourcePicture(number, position))
    return pictures

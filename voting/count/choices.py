"""A ballot as bytes of one width, whatever it says: what is sealed into the urn. Pure: no Django.

Version, ballot type with one bit for the sub-group, one byte per item, zeros up to a multiple of 64. The sealed length
depends on the plain length alone, so no choice shows in it (TRUST.md §2, S3). Whether the marks are a valid ballot is
the count's to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from voting.count.measures import BallotType

VERSION = 1
HEADER = 2
STEP = 64

#: Written into sealed ballots; a number is never given to another type.
_CODES = {
    BallotType.UP_TO: 1,
    BallotType.PER_ITEM: 2,
    BallotType.EXACTLY: 3,
    BallotType.PER_ITEM_UP_TO: 4,
    BallotType.RANKING: 5,
    BallotType.WHOLE_REPORT: 6,
    BallotType.GRADES: 7,
    BallotType.CHOOSE_ONE: 8,
    BallotType.POINTS: 9,
}
#: Set in the type's byte of a ballot that the sub-group with its own threshold cast.
_IN_GROUP = 0x80


class Choice(NamedTuple):
    """One ballot as it is counted: a mark for each item, and whether a member of the sub-group cast it."""

    marks: tuple[int, ...]
    in_group: bool = False


class MalformedChoice(ValueError):
    """Bytes that are no ballot, or marks that fit no ballot of this round. Nothing in it quotes the choice.

    ``code`` is stable: ``items``, ``marks``, ``width``, ``version``, ``ballot_type``, ``padding``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"malformed choice: {code}")
        self.code = code


def width(items: int) -> int:
    """Return the bytes that a ballot over so many items takes. Raises MalformedChoice ``items`` below one."""
    if items < 1:
        raise MalformedChoice("items")
    return -(-(HEADER + items) // STEP) * STEP


def encode(marks: Sequence[int], *, ballot_type: BallotType, items: int, in_group: bool = False) -> bytes:
    """Return the marks as exactly ``width(items)`` bytes.

    Raises MalformedChoice: ``items``, or ``marks`` unless there is one mark of 0 to 255 for each item.
    """
    size = width(items)
    try:
        body = bytes(tuple(marks))
    except (TypeError, ValueError):
        raise MalformedChoice("marks") from None
    if len(body) != items:
        raise MalformedChoice("marks")
    kind = _CODES[ballot_type] | (_IN_GROUP if in_group else 0)
    return bytes((VERSION, kind)) + body + bytes(size - HEADER - items)


def decode(data: bytes, *, ballot_type: BallotType, items: int) -> Choice:
    """Return the marks and the sub-group that ``encode`` was given.

    Raises MalformedChoice with the first that applies of ``items``, ``width``, ``version``, ``ballot_type``
    and ``padding``.
    """
    end = HEADER + items
    if len(data) != width(items):
        raise MalformedChoice("width")
    if data[0] != VERSION:
        raise MalformedChoice("version")
    if data[1] & ~_IN_GROUP != _CODES[ballot_type]:
        raise MalformedChoice("ballot_type")
    if any(data[end:]):
        raise MalformedChoice("padding")
    return Choice(tuple(data[HEADER:end]), bool(data[1] & _IN_GROUP))

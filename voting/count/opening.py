"""What a sealed ballot says once it is opened: the same in the hall, offline and again. Pure: no Django, no database.

The server never saw what is in it, and the delegate's own device may have sealed anything. So nothing that is found
stops a count: what does not open with the round's key, or is no ballot of this round, is a ballot that cannot be read,
void and counted as such. That the urn itself is whole, its root has told before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from voting.count import choices, sealing
from voting.count.choices import Choice
from voting.count.definition import Definition
from voting.count.formats.working import OpenedTest
from voting.count.judging import UNREADABLE


class Opener:
    """Opens the ballots of one round with the key that its scrutineers' slips give."""

    def __init__(self, definition: Definition, seed: bytes, *, info: bytes) -> None:
        self._definition, self._key, self._info = definition, sealing.private_key(seed), info

    def ballot(self, blob: bytes, *, in_group: bool | None) -> Choice:
        """Return what a ballot says; ``UNREADABLE`` marks where it cannot be read.

        ``in_group`` is the roll's word on the sub-group with its own threshold. Where it has none (None), the ballot
        says it itself, as all did before the roll's word stood beside them, and only where the rules have such a
        sub-group. A ballot that says it without being asked is none.
        """
        try:
            choice = self._definition.decode(sealing.unseal(self._key, blob, info=self._info))
        except (sealing.CannotUnseal, choices.MalformedChoice):
            return Choice(UNREADABLE, bool(in_group))
        is_asked = in_group is None and self._definition.rule.group_floor is not None
        if choice.in_group and not is_asked:
            return Choice(UNREADABLE, bool(in_group))
        return choice if is_asked else Choice(choice.marks, bool(in_group))

    def tests(self, blobs: Iterable[bytes], *, urn: Iterable[bytes]) -> Iterator[OpenedTest]:
        """Yield what test ballots say, in their order. ``urn`` are the hashes of the ballots that were cast.

        Bytes that lie in the urn are never opened here: beside their receipt they would tell somebody's vote. They are
        passed over, as the seal does.
        """
        cast = set(urn)
        for blob in blobs:
            digest = hashlib.sha256(blob)
            if digest.digest() not in cast:
                marks = self.ballot(blob, in_group=False).marks
                yield {"hash": digest.hexdigest(), "marks": list(marks) if marks != UNREADABLE else None}

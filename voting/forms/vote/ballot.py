"""What a ballot form carries: the marks, and a signed ticket that says whose form it is and for which round.

Where a device seals, no choice leaves it. Where the server seals, it travels in the form alone (TRUST.md §2): what is
read here lives in local variables and goes back into hidden fields, never into a session, a message, an address or a
log.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.core import signing
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voting.count.counting import BallotType, Mark
from voting.models import RollEntry
from voting.text.numbers import small_whole

_SALT = "voting.ballot-ticket"
_PREFIX, _PLACE, _POINTS = "mark-", "place-", "points-"
_MOST = 99_999  # of a number on a ballot
#: The words in the form for the marks of a per-item ballot.
WORDS = {Mark.FOR: "for", Mark.BASICALLY: "basically", Mark.AGAINST: "against", Mark.ABSTAIN: "abstain"}
LABELS: dict[Mark, Promise] = {
    Mark.FOR: _("For"),
    Mark.AGAINST: _("Against"),
    Mark.ABSTAIN: _("Abstain"),
}
GRADES: dict[Mark, Promise] = {
    Mark.FOR: _("Satisfied"),
    Mark.BASICALLY: _("Basically satisfied"),
    Mark.AGAINST: _("Unsatisfied"),
    Mark.ABSTAIN: _("Abstain"),
}
_MARKS = {word: int(mark) for mark, word in WORDS.items()}


def mark_labels(ballot_type: BallotType) -> dict[Mark, Promise]:
    """Return the marks of a line in their order, with what they are called on this ballot."""
    return GRADES if ballot_type is BallotType.GRADES else LABELS


@dataclass(frozen=True)
class Ticket:
    """Whose form this is: user, roll entry, round, the kind and the congress of its cycle, and whether residents vote.

    It lets a second submit be answered truthfully after the session has ended (F6), and keeps the next person
    on the same device from casting the form of the one before (F8). No time is in it.
    """

    user: int
    entry: int
    round: int
    kind: str
    congress: int
    by_letter: bool = False

    def __str__(self) -> str:
        return signing.Signer(salt=_SALT).sign_object(vars(self))


def make_ticket(entry: RollEntry) -> Ticket:
    """Return the ticket for the forms of this delegate in this round."""
    return Ticket(
        user=entry.delegate.user_id,
        entry=entry.pk,
        round=entry.round_id,
        kind=entry.round.cycle.kind,
        congress=entry.round.cycle.congress_id,
        by_letter=entry.round.cycle.by_letter,
    )


def read_ticket(text: str) -> Ticket | None:
    """Return the ticket, or None where it is missing, damaged or not ours."""
    try:
        return Ticket(**signing.Signer(salt=_SALT).unsign_object(text))
    except (signing.BadSignature, TypeError, ValueError):
        return None


@dataclass(frozen=True)
class BallotForm:
    """A submitted ballot form: number → mark, or number → place or points where the form has fields for these.

    ``foreign``: it also says something that no ballot of ours can say.
    """

    #: The page that shows it again.
    page = "voting:ballot"

    ticket: Ticket | None
    chosen: Mapping[int, int] = field(repr=False)
    #: What the names of the fields begin with that carry places or points.
    numbered: str = ""
    foreign: bool = False

    @classmethod
    def read(cls, post: QueryDict) -> BallotForm:
        """Read ``mark=7`` (for), ``mark-7=against``, ``place-7=1`` and ``points-7=3``; a repeated mark counts once."""
        chosen: dict[int, int] = {}
        foreign = False
        prefix = next((each for each in (_PLACE, _POINTS) if any(name.startswith(each) for name in post)), "")
        typed_in = {name.removeprefix(prefix): str(p) for name, p in post.items() if name.startswith(prefix)}
        for name, word in _marks_in(post):
            number = small_whole(name, most=_MOST)
            if number is not None and word in _MARKS:
                chosen[number] = _MARKS[word]
            else:
                foreign = True
        for name, typed in (typed_in if prefix else {}).items():
            number, place = small_whole(name, most=_MOST), small_whole(typed or "0", most=_MOST)
            if number is None or place is None:
                foreign = True
            elif place:
                chosen[number] = place
        return cls(
            ticket=read_ticket(post.get("ticket", "")),
            chosen=chosen,
            numbered=prefix,
            foreign=foreign,
        )

    @property
    def is_blank(self) -> bool:
        return not self.chosen

    def fields(self) -> list[dict[str, str]]:
        """Return the hidden fields that carry the marks on, in ballot order."""
        return [self._field(number, mark) for number, mark in sorted(self.chosen.items())]

    def _field(self, number: int, mark: int) -> dict[str, str]:
        if self.numbered:
            return {"name": f"{self.numbered}{number}", "value": str(mark)}
        if mark == Mark.FOR and number:
            return {"name": "mark", "value": str(number)}
        return {"name": f"{_PREFIX}{number}", "value": WORDS[Mark(mark)]}


#: Who sealed: the delegate's device, or the server for want of one that can.
DEVICE, SERVER = "device", "server"


@dataclass(frozen=True)
class CastForm:
    """A sealed ballot on its way to the urn, or to the test ballots: sealed bytes, and whose form it is.

    ``sealed`` is empty where what came is no base64. How long it must be, the round says.
    """

    page = "voting:ballot-kept"
    #: Nobody can tell here what is marked; whoever sends one wants it counted.
    is_blank = False

    ticket: Ticket | None
    sealed: bytes = field(repr=False)
    by_server: bool = False

    @classmethod
    def read(cls, post: QueryDict) -> CastForm:
        """Read ``sealed`` (base64) and ``sealer``; nothing else of the form is looked at."""
        return cls(
            ticket=read_ticket(post.get("ticket", "")),
            sealed=_unpacked(post.get("sealed", "")),
            by_server=post.get("sealer") == SERVER,
        )

    def fields(self) -> list[dict[str, str]]:
        """Return the hidden fields that carry the sealed ballot on."""
        sealer = SERVER if self.by_server else DEVICE
        return [{"name": "sealed", "value": packed(self.sealed)}, {"name": "sealer", "value": sealer}]


def packed(sealed: bytes) -> str:
    """Return sealed bytes as the form carries them."""
    return base64.b64encode(sealed).decode()


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def carried_form(post: QueryDict) -> BallotForm | CastForm:
    """Return what a form carries on: its marks where it has any, else the sealed ballot."""
    form = BallotForm.read(post)
    return form if form.chosen or form.foreign or "sealed" not in post else CastForm.read(post)


def _marks_in(post: QueryDict) -> Iterator[tuple[str, str]]:
    for number in post.getlist("mark"):
        yield number, WORDS[Mark.FOR]
    for name, word in post.items():
        if name.startswith(_PREFIX):
            yield name.removeprefix(_PREFIX), str(word)

"""The slips of a round's key: each taken by its holder, proven by typing it back, and recognised when it is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from accounts.codes import MistypedCode, digits_of
from accounts.models import User
from voting.count import sealing
from voting.count.key_marks import KeyMark
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.core.sentences import in_a_row
from voting.models import JournalEntry, KeySlip, Round
from voting.states import Act, RoundStatus


class CeremonyCodeMistyped(Refused):
    """The digits cannot be the code of a ceremony: a slip of the finger."""

    def __str__(self) -> str:
        return _("The code of the ceremony has 20 digits, and at least one is missing or mistyped.")


class WrongCeremonyCode(Refused):
    """A whole code, and not that of this ceremony."""

    def __str__(self) -> str:
        return _("This is not the code of this key ceremony. Take it from the page of whoever leads it.")


class HoldsNoSlip(Refused):
    """The ceremony gave this person no slip, or there was none."""

    def __str__(self) -> str:
        return _("No key slip waits for you: the ceremony was held with other scrutineers, or not yet.")


class SlipTaken(Refused):
    """The slip was taken before; nobody can show it again."""

    def __str__(self) -> str:
        return _(
            "You have taken your key slip; it was shown that once and is stored nowhere. If it is lost, or if it was "
            "not you who took it, tell the chief scrutineer: the ceremony must be held anew."
        )


class SlipNotTaken(Refused):
    """A slip that waits for its holder cannot be proven."""

    def __str__(self) -> str:
        return _("Take your key slip first.")


class SlipOfAnother(Refused):
    """A slip of this ceremony, typed at the sign-in of another holder."""

    def __init__(self, slip: KeySlip, own: KeySlip) -> None:
        super().__init__(slip.place, own.place)
        self.slip, self.own = slip, own

    def __str__(self) -> str:
        return _("This is key slip %(place)d, of %(name)s. Yours is key slip %(own)d.") % {
            "place": self.slip.place,
            "name": self.slip.holder.name,
            "own": self.own.place,
        }


class SlipsOutstanding(Refused):
    """Not every slip was taken and typed back by its holder."""

    def __init__(self, slips: Sequence[KeySlip]) -> None:
        super().__init__([slip.place for slip in slips])
        self.slips = tuple(slips)

    def __str__(self) -> str:
        typed_back = _("%(name)s (slip %(place)d, not typed back)")
        taken = _("%(name)s (slip %(place)d, not taken)")
        names = _(", ").join(
            (typed_back if slip.taken else taken) % {"name": slip.holder.name, "place": slip.place}
            for slip in self.slips
        )
        return _(
            "Every key slip must be taken and typed back once before the vote is ready. Still missing: %(names)s. "
            "If somebody is not here, hold the ceremony anew with those who are."
        ) % {"names": names}


@dataclass(frozen=True)
class SlipFault:
    """What is wrong with a slip that was typed; ``place`` is its field, 1-based, or None where it is all of them."""

    place: int | None
    say: Callable[[], str]

    @property
    def sentence(self) -> str:
        """What is wrong, in the language of whoever reads it."""
        return self.say()


class SlipsRefused(Refused):
    """The slips typed do not give this round's key; every fault is named with its field."""

    def __init__(self, faults: Sequence[SlipFault]) -> None:
        super().__init__(faults)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return in_a_row(fault.sentence for fault in self.faults)


_SENTENCES = {
    sealing.SlipsTooFew: gettext_lazy("%(needed)d different key slips are needed together."),
    sealing.SlipIncomplete: gettext_lazy("Field %(slip)d: %(words)d words; a key slip has 20."),
    sealing.SlipDigitsMissing: gettext_lazy("Field %(slip)d: %(digits)d digits; a key slip has 80."),
    sealing.SlipMistyped: gettext_lazy(
        "Field %(slip)d: the words do not fit together; at least one is mistyped or in the wrong place."
    ),
    sealing.SlipRepeated: gettext_lazy("Field %(slip)d: this key slip was already typed above."),
    sealing.SlipForeign: gettext_lazy("Field %(slip)d: this key slip belongs to another key ceremony."),
}


def _sentence(error: sealing.SlipError) -> str:
    if isinstance(error, sealing.SlipWordUnknown):
        sentence = _("Field %(slip)d: word %(place)d, “%(word)s”, is not a word of the list.")
        group = _("Field %(slip)d: group %(place)d, “%(word)s”, is not four digits from 0000 to 1023.")
        return in_a_row(
            (group if word.isdecimal() else sentence) % {"slip": error.slip, "place": place, "word": word}
            for place, word in error.unknown
        )
    if isinstance(error, sealing.SlipForeign) and error.slip is None:
        return not_of_this_round()
    return _SENTENCES[type(error)] % vars(error)


def fault_of(error: sealing.SlipError) -> SlipFault:
    """Return in words what the slips themselves show to be wrong."""
    return SlipFault(error.slip, partial(_sentence, error))


def not_of_this_round() -> str:
    """Return what is said of slips that are whole and give another key."""
    return _("These slips do not belong to the key of this round.")


def last_ceremony(round_: Round) -> JournalEntry | None:
    """Return the journal's entry of the ceremony that made the round's key, or took it from offline."""
    entries = JournalEntry.objects.filter(cycle=round_.cycle_id, act=Act.KEY_SPLIT, data__round=round_.number)
    return entries.order_by("-sequence").first()


def slips_of(round_: Round) -> list[KeySlip]:
    """Return the slips of the ceremony that holds, with their holders; none where the key was made offline."""
    entry = last_ceremony(round_)
    ceremony = entry.data.get("ceremony") if entry else None
    if ceremony is None:
        return []
    return list(
        KeySlip.objects.select_related("holder").filter(round=round_, ceremony=ceremony).order_by("place")
    )


def outstanding(slips: Sequence[KeySlip]) -> list[KeySlip]:
    """Return the slips that were not taken and typed back."""
    return [slip for slip in slips if not slip.proven]


@sensitive_variables()
def commitment_of(round_id: int, ceremony: int, place: int, mnemonic: str) -> str:
    """Return what is kept of a slip: HMAC-SHA-256 under SECRET_KEY over its round, ceremony, place and words."""
    value = f"{round_id}|{ceremony}|{place}|{mnemonic}"
    return salted_hmac("voting.key-slip", value, algorithm="sha256").hexdigest()


@sensitive_variables()
def lay_slip_by(slip: KeySlip, mnemonic: str, *, code: str) -> None:
    """Fill in a new slip: sealed until its holder comes with the code, and recognisable ever after."""
    slip.sealed = sealing.lay_by(mnemonic, secret=_secret(code), info=_waiting(slip))
    slip.commitment = commitment_of(slip.round_id, slip.ceremony, slip.place, mnemonic)


def _waiting(slip: KeySlip) -> bytes:
    return f"round {slip.round_id}|ceremony {slip.ceremony}|slip {slip.place}".encode()


@sensitive_variables()
def _secret(code: str) -> bytes:
    """Return what seals the waiting slips: neither the code alone opens them, nor what the server has."""
    return salted_hmac("voting.waiting-slip", digits_of(code), algorithm="sha256").digest()


@sensitive_variables()
def recognised(round_: Round, mnemonic: str) -> KeySlip | None:
    """Return the slip that was typed, of any ceremony of this vote; None where it is of none."""
    slips = KeySlip.objects.select_related("holder", "round").filter(round__cycle=round_.cycle_id)
    for slip in slips.filter(place=sealing.place_of_slip(mnemonic)):
        if slip.commitment == commitment_of(slip.round_id, slip.ceremony, slip.place, mnemonic):
            return slip
    return None


@dataclass(frozen=True)
class TypedSlips:
    """What was typed: the slips that are good by the field they were typed in, their rows, and what is wrong."""

    good: dict[int, str]
    rows: dict[int, KeySlip]
    faults: list[SlipFault]


@sensitive_variables()
def read_typed(round_: Round, texts: Sequence[str], *, held: Sequence[KeySlip]) -> TypedSlips:
    """Read slips as they were typed, each by itself, against the slips of the ceremony that holds (``held``)."""
    read, errors = sealing.read_slips(texts)
    rows = {place: row for place, mnemonic in read.items() if (row := recognised(round_, mnemonic))}
    current = {row.pk for row in held}
    faults = [
        fault_of(error)
        for error in errors
        if not isinstance(error, sealing.SlipForeign) or not (held or error.slip in rows)
    ]
    for place in read:
        row = rows.get(place)
        if row is not None and row.pk not in current:
            faults.append(SlipFault(place, partial(_replaced, round_, row, place)))
        elif row is None and held:
            faults.append(fault_of(sealing.SlipForeign(place)))
    wrong = {fault.place for fault in faults}
    good = {place: mnemonic for place, mnemonic in read.items() if place not in wrong}
    return TypedSlips(
        good,
        {place: row for place, row in rows.items() if place in good},
        sorted(faults, key=lambda fault: fault.place or 0),
    )


def _replaced(round_: Round, slip: KeySlip, field: int) -> str:
    """Return the name of a slip that is known and opens nothing here, with its mark and what came after it."""
    held = JournalEntry.objects.filter(cycle=round_.cycle_id, act=Act.KEY_SPLIT)
    its_own = (
        held.filter(data__round=slip.round.number, data__ceremony=slip.ceremony).order_by("-sequence").first()
    )
    newest = last_ceremony(round_)
    names = {
        "mark": str(KeyMark.of(its_own.data["key"])) if its_own else "—",
        "now": date_format(timezone.localtime(newest.at), "Y-m-d H:i") if newest else "—",
        "field": field,
        "place": slip.place,
        "name": slip.holder.name,
        "at": date_format(timezone.localtime(slip.held_at), "Y-m-d H:i"),
        "round": slip.round.number,
    }
    if slip.round_id != round_.pk:
        return (
            _(
                "Field %(field)d: this is slip %(place)d (%(name)s) of round %(round)d, from the ceremony of %(at)s, "
                "mark %(mark)s. The slips of this round are those of the ceremony of %(now)s."
            )
            % names
        )
    return (
        _(
            "Field %(field)d: this is slip %(place)d (%(name)s) of the key ceremony of %(at)s, mark %(mark)s; a new "
            "ceremony was held at %(now)s, and this slip opens nothing any more."
        )
        % names
    )


@dataclass(frozen=True)
class HandedOver:
    """A slip in its holder's hands: shown once."""

    slip: KeySlip
    words: list[str]

    @property
    def digits(self) -> str:
        return sealing.digits_of_slip(" ".join(self.words))


@transaction.atomic
@sensitive_variables()
def take_slip(*, round_: Round, holder: User, code: str, at: datetime) -> HandedOver:
    """Hand the holder's own slip over, this once: nothing of it stays but its commitment.

    Raises StepNotAllowed, HoldsNoSlip, SlipTaken, CeremonyCodeMistyped or WrongCeremonyCode.
    """
    round_, slip = _own(round_, holder)
    if slip.taken:
        raise SlipTaken
    try:
        mnemonic = sealing.hand_over(bytes(slip.sealed), secret=_secret(code), info=_waiting(slip))
    except MistypedCode as error:
        raise CeremonyCodeMistyped from error
    except sealing.CannotUnseal as error:
        raise WrongCeremonyCode from error
    slip.sealed, slip.taken = b"", True
    slip.save(update_fields=["sealed", "taken"])
    data = {"round": round_.number, "ceremony": slip.ceremony, "slip": slip.place, "holder": holder.name}
    record(cycle=round_.cycle, act=Act.KEY_TAKEN, by=holder, at=at, data=data)
    return HandedOver(slip, mnemonic.split())


@transaction.atomic
@sensitive_variables()
def prove_slip(*, round_: Round, holder: User, text: str, at: datetime) -> KeySlip:
    """Take the holder's word for what stands on the own paper: it is their slip, to the last digit.

    Raises StepNotAllowed, HoldsNoSlip, SlipNotTaken, SlipsRefused or SlipOfAnother.
    """
    round_, slip = _own(round_, holder)
    if not slip.taken:
        raise SlipNotTaken
    typed = read_typed(round_, [text], held=slips_of(round_))
    if typed.faults:
        raise SlipsRefused(typed.faults)
    if not typed.good:
        raise SlipsRefused([fault_of(sealing.SlipIncomplete(slip.place, 0))])
    if typed.rows[1].pk != slip.pk:
        raise SlipOfAnother(typed.rows[1], slip)
    if not slip.proven:
        slip.proven = True
        slip.save(update_fields=["proven"])
        data = {"round": round_.number, "ceremony": slip.ceremony, "slip": slip.place, "holder": holder.name}
        record(cycle=round_.cycle, act=Act.KEY_PROVEN, by=holder, at=at, data=data)
    return slip


def _own(round_: Round, holder: User) -> tuple[Round, KeySlip]:
    """Lock the round between ceremony and trial and return it with the holder's own slip."""
    round_ = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=round_.pk)
    if round_.status != RoundStatus.KEYED:
        raise StepNotAllowed
    slip = next((slip for slip in slips_of(round_) if slip.holder_id == holder.pk), None)
    if slip is None:
        raise HoldsNoSlip
    return round_, slip

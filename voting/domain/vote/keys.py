"""The scrutineers' key ceremony: split the key of a round, and try it before the vote opens."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.codes import new_code
from accounts.models import User
from accounts.roles import SCRUTINEERS
from voting import permissions
from voting.count import sealing
from voting.count.formats.files import TRIAL
from voting.domain.core.refusals import ReasonMissing, Refused, StepNotAllowed
from voting.domain.core.second_person import second_person
from voting.domain.vote.definitions import definition_of, sealing_info
from voting.domain.vote.key_slips import (
    SlipFault,
    SlipsOutstanding,
    SlipsRefused,
    TypedSlips,
    fault_of,
    last_ceremony,
    lay_slip_by,
    not_of_this_round,
    outstanding,
    read_typed,
    slips_of,
)
from voting.domain.vote.rounds import move_round
from voting.domain.vote.tried_keys import KeySwapped, key_mac
from voting.models import KeySlip, Round
from voting.states import Act, RoundStatus

DEFAULT_NEEDED = 3
DEFAULT_ISSUED = 5


class BadSplit(Refused):
    """k and n do not make a split."""

    def __str__(self) -> str:
        return _(
            "At least 2 slips must be needed, not more than are issued, and at most %(most)d can be issued."
        ) % {"most": sealing.MOST_ISSUED}


class NotAKey(Refused):
    """The file is no public key of the offline ceremony."""

    def __str__(self) -> str:
        return _("This file is no public key of an offline key ceremony.")


class WrongWord(Refused):
    """Not the word that was sealed into the trial ballot."""

    def __str__(self) -> str:
        return _("This is not the word of the trial ballot. Open the trial ballot of this page once more.")


class NotAHolder(Refused):
    """Somebody who may not hold a slip of this vote, or the same person twice."""

    def __str__(self) -> str:
        return _(
            "A key slip is held by a scrutineer of this congress who may sign in, and each holds one. "
            "Choose the scrutineers who are here."
        )


class NoSlipToSpare(Refused):
    """Every slip issued would be needed, and nobody said that this is wanted."""

    def __str__(self) -> str:
        return _(
            "If all slips are needed, one that is lost loses the whole vote. Let fewer be enough, or tick that "
            "every slip shall be needed."
        )


@dataclass(frozen=True)
class HeldCeremony:
    """A ceremony just held: its code is known to whoever leads it and is stored nowhere."""

    code: str
    slips: tuple[KeySlip, ...]


@transaction.atomic
@sensitive_variables()
def hold_ceremony(
    *,
    round_: Round,
    needed: int,
    holders: Sequence[User],
    by: User,
    at: datetime,
    all_needed: bool = False,
    reason: str = "",
) -> HeldCeremony:
    """Make the round's key and lay a slip by for each holder, sealed to the code that is returned, this once.

    Nobody sees a slip but its holder, who takes it with ``take_slip``. Holding the ceremony again before the vote
    opens makes a new key, and the old slips are worth nothing: that has a reason. Raises BadSplit, NotAHolder,
    NoSlipToSpare, ReasonMissing or StepNotAllowed.
    """
    if not sealing.FEWEST_NEEDED <= needed <= len(holders) <= sealing.MOST_ISSUED:
        raise BadSplit
    if needed == len(holders) and not all_needed:
        raise NoSlipToSpare
    round_ = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=round_.pk)
    if len({holder.pk for holder in holders}) != len(holders):
        raise NotAHolder
    if not all(permissions.can_hold_slip(holder, round_.cycle) for holder in holders):
        raise NotAHolder
    code, seed = new_code(), sealing.new_seed()
    key = sealing.public_key(seed)
    ceremony = 1 + KeySlip.objects.filter(round=round_).aggregate(last=Max("ceremony", default=0))["last"]
    data = {
        "key": key.fingerprint,
        "needed": needed,
        "issued": len(holders),
        "ceremony": ceremony,
        "holders": [holder.name for holder in holders],
        **_replacing(round_, reason),
    }
    _take_key(round_, key, data, by=by, at=at)
    slips = []
    for place, (holder, mnemonic) in enumerate(
        zip(holders, sealing.split(seed, needed=needed, issued=len(holders)), strict=True), start=1
    ):
        slip = KeySlip(round=round_, ceremony=ceremony, place=place, holder=holder, held_at=at)
        lay_slip_by(slip, mnemonic, code=code)
        slips.append(slip)
    return HeldCeremony(code, tuple(KeySlip.objects.bulk_create(slips)))


def _replacing(round_: Round, reason: str) -> dict[str, str]:
    """Return what the journal says where a ceremony was held before this one. Raises ReasonMissing."""
    if not round_.key_fingerprint:
        return {}
    if not reason.strip():
        raise ReasonMissing
    return {"reason": reason.strip(), "replaces": round_.key_fingerprint}


def _take_key(round_: Round, key: sealing.PublicKey, data: dict[str, Any], *, by: User, at: datetime) -> None:
    """Give the round its new key; what waits of earlier ceremonies can be taken no more."""
    move_round(
        round_,
        to=RoundStatus.KEYED,
        act=Act.KEY_SPLIT,
        by=by,
        at=at,
        data=data,
        public_key=key.raw,
        key_fingerprint=key.fingerprint,
        key_mac="",
        slips_needed=data["needed"],
        slips_issued=data["issued"],
    )
    KeySlip.objects.filter(round=round_, taken=False).update(sealed=b"")


@transaction.atomic
def register_key(
    *,
    round_: Round,
    raw: bytes,
    needed: int,
    issued: int,
    by: User,
    at: datetime,
    reason: str = "",
    second: User | None = None,
) -> sealing.PublicKey:
    """Take the public half of a key that was made offline: its private half never touches the server.

    Nothing here shows who holds its slips, so a scrutineer stands by it as second person. Where there is a key already,
    its slips become worthless, with a reason. Raises BadSplit, NotAKey, SecondPersonNeeded, SamePersonTwice,
    ReasonMissing or StepNotAllowed.
    """
    if not sealing.FEWEST_NEEDED <= needed <= issued <= sealing.MOST_ISSUED:
        raise BadSplit
    try:
        sealing.load_public_key(raw)
    except ValueError as error:
        raise NotAKey from error
    key = sealing.PublicKey(raw)
    round_ = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=round_.pk)
    beside = second_person(second, by=by, congress=round_.cycle.congress, roles=SCRUTINEERS)
    data = {
        "key": key.fingerprint, "needed": needed, "issued": issued, "offline": True,
        **_replacing(round_, reason), **beside,
    }  # fmt: skip
    _take_key(round_, key, data, by=by, at=at)
    return key


def trial_file(round_: Round, *, word: str) -> str:
    """Return a trial ballot with a word sealed in it, to be opened offline. Raises StepNotAllowed."""
    if round_.status != RoundStatus.KEYED or round_.slips_needed is None:
        raise StepNotAllowed
    info = sealing_info(round_)
    plain = word.encode().ljust(
        len(definition_of(round_).encode((0,) * len(definition_of(round_).numbers))), b"\0"
    )
    blob = sealing.seal(sealing.load_public_key(bytes(round_.public_key or b"")), plain, info=info)
    return TRIAL.write(
        {
            "format": "piaojue-trial/1",
            "info": info.decode(),
            "key": round_.key_fingerprint,
            "slips_needed": round_.slips_needed,
            "ballot": base64.b64encode(blob).decode(),
        }
    )


@transaction.atomic
def pass_trial(
    *, round_: Round, word: str, expected: str, by: User, at: datetime, second: User | None = None
) -> None:
    """Take the word that was found in the trial ballot offline: the gate before a round may open.

    A scrutineer stands by it as second person. Raises WrongWord, SlipsOutstanding, KeySwapped, SecondPersonNeeded,
    SamePersonTwice or StepNotAllowed.
    """
    round_ = _keyed(round_)
    beside = second_person(second, by=by, congress=round_.cycle.congress, roles=SCRUTINEERS)
    if not hmac.compare_digest(word.strip().upper().encode(), expected.encode()):
        raise WrongWord
    if missing := outstanding(slips_of(round_)):
        raise SlipsOutstanding(missing)
    _be_ready(round_, {"key": round_.key_fingerprint, "offline": True, **beside}, by=by, at=at)


def _keyed(round_: Round) -> Round:
    """Lock a round between ceremony and trial, whose key is the journal's. Raises StepNotAllowed or KeySwapped."""
    round_ = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=round_.pk)
    if round_.status != RoundStatus.KEYED:
        raise StepNotAllowed
    entry = last_ceremony(round_)
    raw = sealing.PublicKey(bytes(round_.public_key or b"")).fingerprint
    if entry is None or not entry.data["key"] == round_.key_fingerprint == raw:
        raise KeySwapped
    return round_


def _be_ready(round_: Round, data: dict[str, Any], *, by: User, at: datetime) -> None:
    mac = key_mac(round_)
    move_round(round_, to=RoundStatus.READY, act=Act.KEY_TRIED, by=by, at=at, data=data, key_mac=mac)


@sensitive_variables()
def _seed_of(round_: Round, typed: TypedSlips) -> bytes:
    """Return the seed of the round's key. Raises SlipsRefused, or KeySwapped where slips of its own give another."""
    if typed.faults:
        raise SlipsRefused(typed.faults)
    try:
        seed = sealing.combine(list(typed.good.values()), needed=round_.slips_needed or 0)
    except sealing.SlipError as error:
        raise SlipsRefused([fault_of(error)]) from error
    if sealing.public_key(seed).fingerprint != round_.key_fingerprint:
        raise KeySwapped if typed.rows else SlipsRefused([SlipFault(None, not_of_this_round)])
    return seed


@sensitive_variables()
def rebuild_seed(*, round_: Round, slips: Sequence[str]) -> bytes:
    """Return the seed of the round's key from the typed slips.

    Where not one of them is recognised, what recognises slips may itself be lost (SECRET_KEY): then the words alone
    are asked, and the key's fingerprint decides. Raises SlipsRefused, KeySwapped or StepNotAllowed.
    """
    if round_.slips_needed is None:
        raise StepNotAllowed
    typed = read_typed(round_, slips, held=slips_of(round_))
    if typed.faults and not typed.rows:
        try:
            return _seed_of(round_, read_typed(round_, slips, held=()))
        except SlipsRefused:
            pass  # They are not the round's: what was wrong with each is said below.
    return _seed_of(round_, typed)


@transaction.atomic
@sensitive_variables()
def try_unsealing(*, round_: Round, slips: Sequence[str], by: User, at: datetime) -> None:
    """Unseal a dummy ballot with the slips: the gate before a round may open.

    The dummy is sealed exactly as a ballot of this round will be, and never enters the urn. A slip that is typed here
    is proven with it, and in the end every slip of the ceremony must be. Raises SlipsRefused, SlipsOutstanding,
    KeySwapped or StepNotAllowed.
    """
    round_ = _keyed(round_)
    held = slips_of(round_)
    typed = read_typed(round_, slips, held=held)
    seed = _seed_of(round_, typed)
    definition, info = definition_of(round_), sealing_info(round_)
    dummy = definition.encode((0,) * len(definition.numbers))
    blob = sealing.seal(sealing.load_public_key(bytes(round_.public_key or b"")), dummy, info=info)
    if sealing.unseal(sealing.private_key(seed), blob, info=info) != dummy:
        raise SlipsRefused([SlipFault(None, not_of_this_round)])
    here = {row.pk for row in typed.rows.values()}
    newly = [slip for slip in held if slip.pk in here and slip.taken and not slip.proven]
    if missing := [slip for slip in outstanding(held) if slip not in newly]:
        raise SlipsOutstanding(missing)
    KeySlip.objects.filter(pk__in=[slip.pk for slip in newly]).update(proven=True)
    data: dict[str, Any] = {"key": round_.key_fingerprint}
    if newly:
        data["proven"] = [slip.place for slip in newly]
    _be_ready(round_, data, by=by, at=at)

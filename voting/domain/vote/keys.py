"""The scrutineers' key ceremony: split the key of a round, and try it before the vote opens."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from voting.count import sealing
from voting.count.formats.files import TRIAL
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.vote.definitions import definition_of, sealing_info
from voting.domain.vote.rounds import move_round
from voting.models import Round
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


class SlipsRefused(Refused):
    """The slips typed do not give this round's key; the sentence names the slip concerned."""

    def __init__(self, error: sealing.SlipError | None) -> None:
        super().__init__(error)
        self.error = error

    @property
    def slip(self) -> int | None:
        """The place of the slip concerned, 1-based, or None."""
        return self.error.slip if self.error else None

    def __str__(self) -> str:
        if self.slip is None and not isinstance(self.error, sealing.SlipsTooFew):
            return _("These slips do not belong to the key of this round.")
        return _SENTENCES[type(self.error)] % vars(self.error)


_SENTENCES = {
    sealing.SlipsTooFew: gettext_lazy("%(needed)d different key slips are needed together."),
    sealing.SlipIncomplete: gettext_lazy("Key slip %(slip)d has %(words)d words; a key slip has 20."),
    sealing.SlipWordUnknown: gettext_lazy(
        "Key slip %(slip)d: word %(place)d, “%(word)s”, is not a word of the list."
    ),
    sealing.SlipMistyped: gettext_lazy(
        "Key slip %(slip)d: the words do not fit together; at least one is mistyped or in the wrong place."
    ),
    sealing.SlipRepeated: gettext_lazy("Key slip %(slip)d is one that was already typed above."),
    sealing.SlipForeign: gettext_lazy("Key slip %(slip)d belongs to another key ceremony."),
}


@transaction.atomic
def hold_ceremony(*, round_: Round, needed: int, issued: int, by: User, at: datetime) -> list[str]:
    """Make the round's key and return its slips, this once; only the public key is kept.

    Holding it again before the vote opens makes a new key, and the old slips are worth nothing. Raises BadSplit or
    StepNotAllowed.
    """
    if not sealing.FEWEST_NEEDED <= needed <= issued <= sealing.MOST_ISSUED:
        raise BadSplit
    seed = sealing.new_seed()
    key = sealing.public_key(seed)
    round_ = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=round_.pk)
    data = {"key": key.fingerprint, "needed": needed, "issued": issued}
    move_round(
        round_,
        to=RoundStatus.KEYED,
        act=Act.KEY_SPLIT,
        by=by,
        at=at,
        data=data,
        public_key=key.raw,
        key_fingerprint=key.fingerprint,
        slips_needed=needed,
        slips_issued=issued,
    )
    return sealing.split(seed, needed=needed, issued=issued)


@transaction.atomic
def register_key(
    *, round_: Round, raw: bytes, needed: int, issued: int, by: User, at: datetime
) -> sealing.PublicKey:
    """Take the public half of a key that was made offline: its private half never touches the server.

    Raises BadSplit, NotAKey or StepNotAllowed.
    """
    if not sealing.FEWEST_NEEDED <= needed <= issued <= sealing.MOST_ISSUED:
        raise BadSplit
    try:
        sealing.load_public_key(raw)
    except ValueError as error:
        raise NotAKey from error
    key = sealing.PublicKey(raw)
    round_ = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=round_.pk)
    data = {"key": key.fingerprint, "needed": needed, "issued": issued, "offline": True}
    move_round(
        round_,
        to=RoundStatus.KEYED,
        act=Act.KEY_SPLIT,
        by=by,
        at=at,
        data=data,
        public_key=key.raw,
        key_fingerprint=key.fingerprint,
        slips_needed=needed,
        slips_issued=issued,
    )
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
def pass_trial(*, round_: Round, word: str, expected: str, by: User, at: datetime) -> None:
    """Take the word that was found in the trial ballot offline: the gate before a round may open.

    Raises WrongWord or StepNotAllowed.
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=round_.pk)
    if round_.status != RoundStatus.KEYED:
        raise StepNotAllowed
    if not hmac.compare_digest(word.strip().upper().encode(), expected.encode()):
        raise WrongWord
    data = {"key": round_.key_fingerprint, "offline": True}
    move_round(round_, to=RoundStatus.READY, act=Act.KEY_TRIED, by=by, at=at, data=data)


def rebuild_seed(*, round_: Round, slips: Sequence[str]) -> bytes:
    """Return the seed of the round's key from the typed slips. Raises SlipsRefused."""
    if round_.slips_needed is None:
        raise StepNotAllowed
    try:
        seed = sealing.join(slips, needed=round_.slips_needed)
    except sealing.SlipError as error:
        raise SlipsRefused(error) from error
    if sealing.public_key(seed).fingerprint != round_.key_fingerprint:
        raise SlipsRefused(None)
    return seed


@transaction.atomic
def try_unsealing(*, round_: Round, slips: Sequence[str], by: User, at: datetime) -> None:
    """Unseal a dummy ballot with the slips: the gate before a round may open. Raises SlipsRefused, StepNotAllowed.

    The dummy is sealed exactly as a ballot of this round will be, and never enters the urn.
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=round_.pk)
    if round_.status != RoundStatus.KEYED:
        raise StepNotAllowed
    seed = rebuild_seed(round_=round_, slips=slips)
    definition, info = definition_of(round_), sealing_info(round_)
    dummy = definition.encode((0,) * len(definition.numbers))
    blob = sealing.seal(sealing.load_public_key(bytes(round_.public_key or b"")), dummy, info=info)
    if sealing.unseal(sealing.private_key(seed), blob, info=info) != dummy:
        raise SlipsRefused(None)
    data = {"key": round_.key_fingerprint}
    move_round(round_, to=RoundStatus.READY, act=Act.KEY_TRIED, by=by, at=at, data=data)

"""The key that the scrutineers tried is the one that is voted to: a mark on the round that a database can't make."""

from __future__ import annotations

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.count.key_marks import KeyMark
from voting.count.sealing import PublicKey
from voting.domain.core.refusals import Refused
from voting.models import Round


class KeySwapped(Refused):
    """The round's key is not the one that was made and tried (TRUST.md F32)."""

    def __str__(self) -> str:
        return _(
            "The key of this vote is not the one that the scrutineers made and tried: somebody changed it in the "
            "database, or this server runs with another SECRET_KEY than at the trial. Nothing was opened, cast or "
            "counted now. Tell the chief scrutineer and the presidium at once, and keep the database as it is."
        )


#: Said while the vote is open and its key is another one: that stops every ballot, not the close.
DOUBT = gettext_lazy(
    "The key of this vote is not the one that the scrutineers made and tried: somebody changed it in the database, "
    "or this server runs with another SECRET_KEY than at the trial. No ballot can be cast any more. Tell the chief "
    "scrutineer and the presidium. The vote can be closed all the same: the count takes no slips but those of its "
    "key, and the journal records the doubt."
)


def key_mac(round_: Round) -> str:
    """Return what vouches for the round's key: HMAC-SHA-256 under SECRET_KEY over round, definition and key."""
    raw = PublicKey(bytes(round_.public_key or b"")).fingerprint
    value = f"{round_.pk}|{round_.definition_digest}|{round_.key_fingerprint}|{raw}"
    return salted_hmac("voting.tried-key", value, algorithm="sha256").hexdigest()


def is_tried_key(round_: Round) -> bool:
    """Tell whether the key is the one whose trial was passed: a whole one, or nothing would vouch for it."""
    return constant_time_compare(round_.key_mac, key_mac(round_))


def require_tried_key(round_: Round) -> None:
    """Raises KeySwapped where the key is not the one whose trial was passed."""
    if not is_tried_key(round_):
        raise KeySwapped


def mark_of(round_: Round | None) -> KeyMark | None:
    """Return the mark of a round's key; None before there is a key."""
    return KeyMark.of(round_.key_fingerprint) if round_ and round_.key_fingerprint else None

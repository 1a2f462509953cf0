"""The one statement by which a ballot comes into the urn."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import timezone

from accounts.prepared import change
from accounts.roles import Role
from voting.models.vote.urn import random_id
from voting.states import Presence, RoundStatus


@dataclass(frozen=True)
class Sealed:
    """A sealed ballot, whose line on the roll it is for, and what it is sealed to."""

    round: int
    definition: str
    key: str
    mac: str
    entry: int
    blob: bytes = field(repr=False)


@dataclass(frozen=True)
class Leaving:
    """The session in which a ballot is cast, and which ends with it: its key, whose it is, and what proves that."""

    session: str
    user: int
    proof: str


#: First the round's row is taken shared, so that the close waits for this and nothing lands after the close (F2): a
#: cast that had to wait for the close finds the round no longer open. Hash, fingerprint and what vouches for the key
#: say that the ballot is sealed to what stands in the database now. Then the entry is marked, once and for all, and
#: only with it, and in the same transaction, comes the ballot.
_CAST = """
WITH opened AS (
    SELECT id FROM voting_round
    WHERE id = %(round)s AND status = %(open)s AND NOT paper_only
        AND definition_digest = %(definition)s AND key_fingerprint = %(key)s AND key_mac = %(mac)s
    FOR SHARE
), marked AS (
    UPDATE voting_rollentry SET voted = true FROM opened
    WHERE voting_rollentry.id = %(entry)s AND voting_rollentry.round_id = opened.id
        AND NOT voting_rollentry.voted AND NOT voting_rollentry.paper AND voting_rollentry.presence = %(present)s
    RETURNING voting_rollentry.round_id
)
INSERT INTO voting_sealedballot (id, round_id, blob) SELECT %(ballot)s, round_id, %(blob)s FROM marked
"""
#: The same, of whoever is signed in by that session: where the account was shut, the role changed or the code voided
#: since it began, nobody is, also if its row should still be there. With the ballot goes the session.
_CAST_AND_LEAVE = """
WITH opened AS (
    SELECT id FROM voting_round
    WHERE id = %(round)s AND status = %(open)s AND NOT paper_only
        AND definition_digest = %(definition)s AND key_fingerprint = %(key)s AND key_mac = %(mac)s
    FOR SHARE
), voter AS (
    SELECT d.id FROM accounts_session s
    JOIN accounts_user u ON u.id = s.user_id JOIN accounts_delegate d ON d.user_id = u.id
    WHERE s.session_key = %(session)s AND s.user_id = %(user)s AND s.proof = %(proof)s AND s.expire_date > %(now)s
        AND s.secret <> '' AND u.password = s.secret AND u.is_active AND u.role = %(role)s
), marked AS (
    UPDATE voting_rollentry SET voted = true FROM opened, voter
    WHERE voting_rollentry.id = %(entry)s AND voting_rollentry.round_id = opened.id
        AND voting_rollentry.delegate_id = voter.id
        AND NOT voting_rollentry.voted AND NOT voting_rollentry.paper AND voting_rollentry.presence = %(present)s
    RETURNING voting_rollentry.round_id
), ended AS (
    DELETE FROM accounts_session USING marked WHERE session_key = %(session)s
)
INSERT INTO voting_sealedballot (id, round_id, blob) SELECT %(ballot)s, round_id, %(blob)s FROM marked
"""


def put_into_urn(sealed: Sealed, *, leaving: Leaving | None) -> bool:
    """Return whether the ballot is in the urn, its delegate marked and the session over; else nothing has changed."""
    values = {
        "round": sealed.round,
        "open": RoundStatus.OPEN.value,
        "definition": sealed.definition,
        "key": sealed.key,
        "mac": sealed.mac,
        "entry": sealed.entry,
        "present": Presence.PRESENT.value,
        "ballot": random_id(),
        "blob": sealed.blob,
    }
    if leaving is None:
        return change(_CAST, values) == 1
    values |= {"now": timezone.now(), "role": Role.DELEGATE.value}
    values |= {"session": leaving.session, "user": leaving.user, "proof": leaving.proof}
    return change(_CAST_AND_LEAVE, values) == 1

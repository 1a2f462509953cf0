"""The one statement by which a ballot comes into the urn, and the one by which it becomes a test ballot instead."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from accounts.prepared import ask, change
from accounts.roles import VOTERS
from voting.domain.vote.ballots import MOST_TESTS_A_DELEGATE
from voting.models.vote.urn import SHELVES, random_id
from voting.states import Presence, RoundStatus


@dataclass(frozen=True)
class Sealed:
    """Sealed bytes with their SHA-256, and what they are sealed to."""

    round: int
    definition: str
    key: str
    mac: str
    blob: bytes = field(repr=False)
    hash: bytes = field(repr=False)

    @property
    def values(self) -> dict[str, Any]:
        """What the statements below ask by."""
        return {
            "round": self.round,
            "open": RoundStatus.OPEN.value,
            "definition": self.definition,
            "key": self.key,
            "mac": self.mac,
            "ballot": random_id(),
            "blob": self.blob,
            "hash": self.hash,
        }


@dataclass(frozen=True)
class Leaving:
    """The session in which a ballot is cast, and which ends with it: its key, whose it is, and what proves that."""

    session: str
    user: int
    proof: str


#: First the round's row is taken shared, so that the close waits for this and nothing lands after the close (F2): a
#: cast that had to wait for the close finds the round no longer open. Hash, fingerprint and what vouches for the key
#: say that the ballot is sealed to what stands in the database now.
_OPENED = """opened AS (
    SELECT id FROM voting_round
    WHERE id = %(round)s AND status = %(open)s AND NOT paper_only
        AND definition_digest = %(definition)s AND key_fingerprint = %(key)s AND key_mac = %(mac)s
    FOR SHARE
)"""
#: Whoever is signed in by that session: where the account was shut, the role changed or the code voided since it began,
#: nobody is, also if its row should still be there.
_VOTER = """, voter AS (
    SELECT d.id FROM accounts_session s
    JOIN accounts_user u ON u.id = s.user_id JOIN accounts_delegate d ON d.user_id = u.id
    WHERE s.session_key = %(session)s AND s.user_id = %(user)s AND s.proof = %(proof)s AND s.expire_date > %(now)s
        AND s.secret <> '' AND u.password = s.secret AND u.is_active AND u.role = ANY(%(roles)s::text[])
)"""
#: The same bytes are in an urn once, and what was made a test ballot is never cast (F43).
_NEW = """NOT EXISTS (SELECT FROM voting_sealedballot WHERE round_id = %(round)s AND sha256(blob) = %(hash)s)
        AND NOT EXISTS (SELECT FROM voting_testballot WHERE round_id = %(round)s AND sha256(blob) = %(hash)s)"""
#: The round takes a test ballot more.
_ROOM = """(SELECT count(*) FROM voting_testballot WHERE round_id = %(round)s)
        < %(most)s * (SELECT count(*) FROM voting_rollentry WHERE round_id = %(round)s)"""
#: The entry is marked, once and for all, and only with it, and in the same transaction, comes the ballot.
_MARKED = f""", marked AS (
    UPDATE voting_rollentry SET voted = true FROM opened{{voter}}
    WHERE voting_rollentry.id = %(entry)s AND voting_rollentry.round_id = opened.id{{own}}
        AND NOT voting_rollentry.voted AND NOT voting_rollentry.paper AND voting_rollentry.presence = %(present)s
        AND {_NEW}
    RETURNING voting_rollentry.round_id, voting_rollentry.in_group
)"""  # noqa: S608 of our own words only
#: With the ballot goes the session.
_ENDED = """, ended AS (
    DELETE FROM accounts_session USING marked WHERE session_key = %(session)s
)"""
#: One more that the server sealed, on any of the shelves.
_COUNTED = """, counted AS (
    INSERT INTO voting_serversealed AS s (round_id, shelf, ballots) SELECT round_id, %(shelf)s, 1 FROM marked
    ON CONFLICT (round_id, shelf) DO UPDATE SET ballots = s.ballots + 1
)"""
_PUT = """
INSERT INTO voting_sealedballot (id, round_id, blob, in_group)
SELECT %(ballot)s, round_id, %(blob)s, CASE WHEN %(grouped)s THEN in_group END FROM marked"""


def _cast_statement(*, by_server: bool, leaving: bool) -> str:
    voter, own = (", voter", " AND voting_rollentry.delegate_id = voter.id") if leaving else ("", "")
    parts = ["WITH ", _OPENED, _VOTER if leaving else "", _MARKED.format(voter=voter, own=own)]
    parts += [_ENDED if leaving else "", _COUNTED if by_server else "", _PUT]
    return "".join(parts)


_CASTS = {
    (by_server, leaving): _cast_statement(by_server=by_server, leaving=leaving)
    for by_server in (False, True)
    for leaving in (False, True)
}
_TEST = f"""
WITH {_OPENED}
INSERT INTO voting_testballot (id, round_id, blob) SELECT %(ballot)s, id, %(blob)s FROM opened WHERE {_NEW} AND {_ROOM}
ON CONFLICT DO NOTHING
"""  # noqa: S608 of our own words only
_IN_URN = "SELECT true FROM voting_sealedballot WHERE round_id = %(round)s AND sha256(blob) = %(hash)s"
_HAS_ROOM = f"SELECT {_ROOM}"
_IS_TEST = "SELECT true FROM voting_testballot WHERE round_id = %(round)s AND sha256(blob) = %(hash)s"


def put_into_urn(
    sealed: Sealed, *, entry: int, grouped: bool, by_server: bool, leaving: Leaving | None
) -> bool:
    """Return whether the ballot is in the urn, its delegate marked and the session over; else nothing has changed.

    Raises IntegrityError where the same bytes come at the same moment, and nothing has changed either.
    """
    values = sealed.values | {"entry": entry, "grouped": grouped, "present": Presence.PRESENT.value}
    if by_server:
        values["shelf"] = secrets.randbelow(SHELVES)
    if leaving is not None:
        values |= {"now": timezone.now(), "roles": [role.value for role in VOTERS]}
        values |= {"session": leaving.session, "user": leaving.user, "proof": leaving.proof}
    return change(_CASTS[by_server, leaving is not None], values) == 1


def put_among_tests(sealed: Sealed) -> bool:
    """Return whether the bytes are a test ballot of the open round now; else nothing has changed."""
    return change(_TEST, sealed.values | {"most": MOST_TESTS_A_DELEGATE}) == 1


def has_room_for_tests(round_id: int) -> bool:
    """Tell whether the round takes a test ballot more."""
    row = ask(_HAS_ROOM, {"round": round_id, "most": MOST_TESTS_A_DELEGATE})
    return row is not None and bool(row[0])


def is_in_urn(sealed: Sealed) -> bool:
    """Tell whether the same bytes are in the round's urn."""
    return ask(_IN_URN, {"round": sealed.round, "hash": sealed.hash}) is not None


def is_test(sealed: Sealed) -> bool:
    """Tell whether the same bytes are among the round's test ballots."""
    return ask(_IS_TEST, {"round": sealed.round, "hash": sealed.hash}) is not None

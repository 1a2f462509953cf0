"""Who may vote now: found by what a request shows, in one plain statement. Where nobody is, others say why."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.prepared import ask
from accounts.roles import VOTERS
from accounts.sessions import Shown
from voting.states import Body, Presence, RoundStatus


@dataclass(frozen=True)
class Elector:
    """A delegate or resident who is signed in and on the roll of the open round, and what all their pages go by.

    ``definition`` and ``key`` are the digest and the fingerprint; ``may_vote`` is false where there is a reason to say.
    """

    user: int
    proof: str
    congress: int
    kind: str
    by_letter: bool
    round: int
    definition: str
    key: str
    entry: int
    number: str
    name: str
    delegation: str
    delegation_now: str
    delegation_en: str
    may_vote: bool


#: From the session to the roll of the open round, of several the newest (``voting.views.vote.elector``).
_ELECTOR = """
SELECT s.user_id, s.proof, u.congress_id, k.kind, y.body = %(residents)s, r.id, r.definition_digest, r.key_fingerprint,
    e.id, e.number, e.name, e.delegation, g.name, g.name_en,
    NOT e.voted AND NOT e.paper AND NOT r.paper_only AND e.presence = %(present)s
FROM accounts_session s
JOIN accounts_user u ON u.id = s.user_id
JOIN accounts_delegate d ON d.user_id = u.id
JOIN accounts_delegation g ON g.id = d.delegation_id
JOIN voting_rollentry e ON e.delegate_id = d.id
JOIN voting_round r ON r.id = e.round_id
JOIN voting_cycle y ON y.id = r.cycle_id
JOIN accounts_congress k ON k.id = y.congress_id
WHERE s.session_key = %(session)s AND s.expire_date > %(now)s AND s.secret <> '' AND u.password = s.secret
    AND u.is_active AND u.role = ANY(%(roles)s::text[]) AND NOT e.excluded AND r.status = %(open)s
ORDER BY y.year DESC, r.number DESC LIMIT 1
"""


def elector_now(shown: Shown | None) -> Elector | None:
    """Return the delegate whose session that is and who may vote now; None where there is more to say about it."""
    if shown is None:
        return None
    row = ask(
        _ELECTOR,
        {
            "session": shown.key,
            "now": timezone.now(),
            "roles": [role.value for role in VOTERS],
            "open": RoundStatus.OPEN.value,
            "present": Presence.PRESENT.value,
            "residents": Body.RESIDENTS.value,
        },
    )
    elector = Elector(*row) if row else None
    if elector is None or not constant_time_compare(elector.proof, shown.proof(elector.user)):
        return None
    return elector if elector.may_vote else None

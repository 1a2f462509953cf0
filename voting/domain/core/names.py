"""The names that stand on a paper of a year, which a record freezes in both languages."""

from __future__ import annotations

from voting.models import Cycle


def names_of(cycle: Cycle) -> dict[str, str]:
    """Return the names as they are now, by the keys of a record; ``congress`` is the session, ``name`` the congress."""
    congress = cycle.congress
    return {
        "place": congress.place,
        "place_en": congress.place_en,
        "congress": cycle.session,
        "congress_en": cycle.session_en,
        "name": congress.name,
        "name_en": congress.name_en,
        "issuer": congress.issuer,
        "issuer_en": congress.issuer_en,
        "seal": congress.seal,
    }

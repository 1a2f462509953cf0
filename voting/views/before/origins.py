"""Where a candidate project came from, for its page."""

from __future__ import annotations

from accounts.written import Statement, among, later
from voting.models import Candidate, Proposal, Provenance

_LINKS = Statement(
    lambda: (
        Provenance.objects.filter(candidate=later("candidate"))
        .select_related("proposal")
        .order_by("proposal__number")
    )
)
_MERGED = Statement(
    lambda: (
        Proposal.objects.filter(among("merged_into", "proposals"))
        .defer("content", "terms")
        .order_by("number")
    )
)


def origins_of(candidate: Candidate) -> list[Proposal]:
    """Return the proposals that the candidate grew from, merged ones after theirs, in two queries."""
    direct = [link.proposal for link in _LINKS.rows(candidate=candidate.pk)]
    if not direct:
        return []
    merged = _MERGED.rows(proposals=[each.pk for each in direct])
    place = {proposal.pk: proposal.number for proposal in direct}
    return sorted(
        [*direct, *merged], key=lambda each: (place.get(each.merged_into_id or each.pk, 0), each.number)
    )

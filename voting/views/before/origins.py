"""Where a candidate project came from, for its page."""

from __future__ import annotations

from voting.models import Candidate, Proposal


def origins_of(candidate: Candidate) -> list[Proposal]:
    """Return the proposals that the candidate grew from, merged ones after theirs, in two queries."""
    links = candidate.provenance.select_related("proposal").order_by("proposal__number")
    direct = [link.proposal for link in links]
    if not direct:
        return []
    merged = Proposal.objects.filter(merged_into__in=direct).defer("content", "terms").order_by("number")
    place = {proposal.pk: proposal.number for proposal in direct}
    return sorted(
        [*direct, *merged], key=lambda each: (place.get(each.merged_into_id or each.pk, 0), each.number)
    )

"""Where a candidate project came from, and what the deliberation changed of it, for its page."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from voting.domain.slates import differences
from voting.models import Candidate, CandidateVersion, Proposal
from voting.slate_document import field_label, version_text


@dataclass(frozen=True)
class Change:
    """One change in deliberation: when, why, and every field as (label, before, after)."""

    version: CandidateVersion
    fields: list[tuple[str, str, str]]


def origins_of(candidate: Candidate) -> list[Proposal]:
    """Return the proposals that the candidate grew from, merged ones after theirs, in two queries."""
    links = candidate.provenance.select_related("proposal").order_by("proposal__number")
    direct = [link.proposal for link in links]
    merged = Proposal.objects.filter(merged_into__in=direct).defer("content", "terms").order_by("number")
    return (
        sorted([*direct, *merged], key=lambda each: (each.merged_into_id or each.pk, each.number))
        if direct
        else []
    )


def changes_of(candidate: Candidate) -> list[Change]:
    """Return what was changed in deliberation, each beside the version before it, in one query."""
    versions = list(candidate.versions.order_by("number"))
    return [
        Change(
            new,
            [
                (field_label(name), version_text(name, was), version_text(name, now))
                for name, was, now in differences(old.data, new.data)
            ],
        )
        for old, new in itertools.pairwise(versions)
        if new.in_deliberation
    ]

"""How many proposals came, from whom, and what became of them: one model for page, print, PDF and export."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from voting.count.formats.slate_report import FunnelRecord
from voting.models import Candidate, Cycle, Proposal, Provenance
from voting.states import Outcome, Source


@dataclass(frozen=True)
class Funnel:
    """Numbers of proposals, and at the end of candidates. ``by_outcome`` and ``by_source`` add up to ``received``.

    ``matters`` are what is left when merged proposals count once; ``behind`` are the proposals, merged ones included,
    that candidates grew from.
    """

    received: int
    by_source: dict[str, int]
    by_field: dict[str, int]
    by_outcome: dict[str, int]
    matters: int
    behind: int
    candidates: int
    candidates_by_source: dict[str, int]

    @property
    def steps(self) -> list[tuple[str, int]]:
        """Return the narrowing: received, matters, adopted, candidates."""
        return [
            ("received", self.received),
            ("matters", self.matters),
            ("adopted", self.by_outcome[Outcome.ADOPTED]),
            ("candidates", self.candidates),
        ]

    def as_data(self) -> FunnelRecord:
        return {
            "received": self.received,
            "by_source": self.by_source,
            "by_field": self.by_field,
            "by_outcome": self.by_outcome,
            "matters": self.matters,
            "behind": self.behind,
            "candidates": self.candidates,
            "candidates_by_source": self.candidates_by_source,
        }


def funnel_of(cycle: Cycle) -> Funnel:
    """Count in six queries, however many proposals there are."""
    proposals = Proposal.objects.filter(cycle=cycle)

    def counted(name: str) -> dict[str, int]:
        rows = proposals.order_by().values_list(name).annotate(number=Count("pk"))
        return {str(value): number for value, number in rows}

    sources, fields, outcomes = counted("source"), counted("field"), counted("outcome")
    received = sum(sources.values())
    links = Provenance.objects.filter(candidate__cycle=cycle)
    direct = links.values("proposal").distinct().count()
    merged = proposals.filter(merged_into__led_to__candidate__cycle=cycle).distinct().count()
    kinds = (
        links.order_by().values_list("proposal__source").annotate(number=Count("candidate", distinct=True))
    )
    return Funnel(
        received=received,
        by_source={source: sources.get(source, 0) for source in Source.values},
        by_field=dict(sorted(fields.items(), key=lambda each: (-each[1], each[0]))),
        by_outcome={outcome: outcomes.get(outcome, 0) for outcome in Outcome.values},
        matters=received - outcomes.get(Outcome.MERGED, 0),
        behind=direct + merged,
        candidates=Candidate.objects.filter(cycle=cycle).count(),
        candidates_by_source={str(source): number for source, number in kinds},
    )


def of_data(data: FunnelRecord) -> Funnel:
    """Return the funnel that an issued report keeps."""
    return Funnel(**data)

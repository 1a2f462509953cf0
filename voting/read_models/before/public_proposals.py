"""What everybody may read of the proposals: those like a title that somebody types, and all of them as open data."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from voting.models import Cycle, Decision, Proposal
from voting.printing.tables import Cell
from voting.states import Outcome, Visibility
from voting.text.search import part_in_common, terms

#: From here on a title is called like another one, and its person is asked before theirs is sent.
LIKE = 0.5
MOST_LIKE = 3
_LOOKED_AT = 15


def alike_shown(cycle: Cycle, title: str) -> list[Proposal]:
    """Return the public proposals that a title says again, most alike first: what stands for itself, three at most.

    One that shares few words of its title may share them in what it says of it. Two queries, however many there are.
    """
    words = terms(title)
    if len(words) < 2:  # noqa: PLR2004 one pair of characters says nothing
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM voting_proposal WHERE cycle_id = %s AND standing = %s AND merged_into_id IS NULL"
            " AND terms && %s::varchar[]"
            " ORDER BY cardinality(ARRAY(SELECT unnest(terms) INTERSECT SELECT unnest(%s::varchar[]))) DESC, id"
            " LIMIT %s",
            [cycle.pk, Visibility.SHOWN, words, words, _LOOKED_AT],
        )
        keys = [key for (key,) in cursor.fetchall()]
    scored = [
        (max(part_in_common(words, terms(each.title)), _all_said(words, each.terms)), each)
        for each in Proposal.objects.filter(pk__in=keys).defer("content", "reason")
    ]
    like = [each for each in scored if each[0] >= LIKE]
    return [
        each for _part, each in sorted(like, key=lambda pair: (-pair[0], -pair[1].seconds, pair[1].number))
    ][:MOST_LIKE]


def _all_said(words: list[str], text: list[str]) -> float:
    """Return 1 where a longer title is in the other's text, nearly all of it; 0 otherwise."""
    shared = len(set(words) & set(text))
    return 1.0 if len(words) > 3 and shared >= 0.8 * len(words) else 0.0  # noqa: PLR2004


@dataclass(frozen=True)
class OpenProposal:
    """A public proposal and the answer to it."""

    proposal: Proposal
    decision: Decision | None

    @property
    def received(self) -> str:
        return f"{timezone.localtime(self.proposal.submitted_at):%Y-%m-%d}"

    @property
    def merged_into(self) -> int | None:
        main = self.proposal.merged_into
        return main.number if main else None

    @property
    def answer(self) -> str:
        return self.decision.public_reason if self.decision else ""


def open_proposals(cycle: Cycle) -> list[OpenProposal]:
    """Return what the public sees of a cycle's proposals, by their numbers. Two queries."""
    rows = (
        Proposal.objects.filter(cycle=cycle, standing=Visibility.SHOWN)
        .defer("terms")
        .select_related("merged_into")
        .prefetch_related(Prefetch("decisions", Decision.objects.order_by("decided_at", "pk")))
        .order_by("number")
    )
    return [OpenProposal(each, _standing(each)) for each in rows]


def _standing(proposal: Proposal) -> Decision | None:
    """Return the decision that stands, from what was fetched before."""
    decisions = list(proposal.decisions.all())
    return decisions[-1] if decisions and proposal.outcome not in {Outcome.OPEN, Outcome.MERGED} else None


def open_proposal_rows(cycle: Cycle) -> list[list[Cell]]:
    """Return the open data's table: a header, then a row for each public proposal."""
    header: list[Cell] = [
        _("No."), _("Title"), _("What should be done"), _("Where"), _("Field of work"), _("Why it is needed"),
        _("Who benefits"), _("Estimated cost"), _("From"), _("Received on"), _("Seconded, times"),
        _("What became of it"), _("Answer to the proposer"), _("Merged into"),
    ]  # fmt: skip
    return [header, *(_open_row(each) for each in open_proposals(cycle))]


def _open_row(row: OpenProposal) -> list[Cell]:
    proposal = row.proposal
    return [
        proposal.number,
        proposal.title,
        proposal.content,
        proposal.place,
        proposal.field,
        proposal.reason,
        proposal.beneficiaries,
        proposal.cost,
        proposal.get_source_display(),
        row.received,
        proposal.seconds,
        proposal.get_outcome_display(),
        row.answer,
        row.merged_into or "",
    ]

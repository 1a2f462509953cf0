"""The queue of the screening: searched and filtered, who comes next, and 建议汇总表, the summary for the offices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from voting.models import Cycle, Decision, Opinion, Proposal, Provenance
from voting.printing.tables import Cell
from voting.queries import MOST_SECONDED
from voting.states import Criterion, Outcome
from voting.text.search import terms

#: How the filter calls what is not yet decided; the state itself has an empty code.
UNDECIDED = "open"


def queue(cycle: Cycle, asked: Mapping[str, Any], *, on: date) -> QuerySet[Proposal]:
    """Return the proposals of a cycle that fit what is asked for, by their numbers or most seconded first.

    ``asked`` may have ``sort``, ``q`` (words), ``source``, ``field``, ``unit`` (its key), ``standing``, ``outcome`` and
    ``overdue``. Every row knows whether a unit's opinion is ``awaited`` and whether one is ``overdue``.
    """
    unanswered = Opinion.objects.filter(proposal=OuterRef("pk"), answered_at=None)
    rows = (
        Proposal.objects.filter(cycle=cycle)
        .annotate(awaited=Exists(unanswered), overdue=Exists(unanswered.filter(due__lt=on)))
        .defer("content", "terms")
        .order_by(*(["-seconds"] if asked.get("sort") == MOST_SECONDED else []), "number")
    )
    for name in ("source", "field", "standing"):
        if value := asked.get(name):
            rows = rows.filter(**{name: value})
    if outcome := asked.get("outcome"):
        rows = rows.filter(outcome=Outcome.OPEN if outcome == UNDECIDED else outcome)
    if unit := asked.get("unit"):
        put_to_it = Opinion.objects.filter(proposal=OuterRef("pk"), unit=unit)
        rows = rows.filter(Q(unit=unit) | Q(Exists(put_to_it)))
    if asked.get("overdue"):
        rows = rows.filter(overdue=True)
    if words := terms(asked.get("q") or ""):
        rows = rows.filter(terms__contains=words)
    return rows


def next_undecided(cycle: Cycle, asked: Mapping[str, Any], *, after: int, on: date) -> int | None:
    """Return the number of the next proposal of this queue that waits for a decision, from the top after the last."""
    waiting = queue(cycle, {**asked, "outcome": UNDECIDED}, on=on).exclude(number=after)
    numbers = list(waiting.values_list("number", flat=True))
    if asked.get("sort") == MOST_SECONDED:
        return numbers[0] if numbers else None
    return next((number for number in numbers if number > after), numbers[0] if numbers else None)


def proposals_summary(cycle: Cycle, asked: Mapping[str, Any], *, on: date) -> list[list[Cell]]:
    """Return 建议汇总表: a header, then a row for each proposal of the queue. Who a resident is stays out of it."""
    header: list[Cell] = [
        _("No."), _("Title"), _("What should be done"), _("Where"), _("Field of work"), _("From"), _("Proposed by"),
        _("Came by"), _("Received on"), _("Why it is needed"), _("Who benefits"), _("Estimated cost"),
        _("Merged into"), _("Merged with it"), _("Opinions of units"), _("What became of it"),
        _("Criteria that are met"), _("Passed to"), _("Answer to the proposer"), _("Decided on"), _("Decided by"),
        _("Candidate project"), _("Shown to the public"), _("Seconded, times"),
    ]  # fmt: skip
    rows = (
        queue(cycle, asked, on=on)
        .defer(None)
        .defer("terms")
        .select_related("merged_into", "delegate__delegation", "unit")
        .prefetch_related(
            "merged",
            Prefetch("opinions", Opinion.objects.select_related("unit").order_by("asked_at", "pk")),
            Prefetch(
                "decisions",
                Decision.objects.select_related("unit", "decided_by").order_by("decided_at", "pk"),
            ),
            Prefetch("led_to", Provenance.objects.select_related("candidate__cycle__congress")),
        )
    )
    return [header, *(_row(each, on) for each in rows)]


def _row(proposal: Proposal, on: date) -> list[Cell]:
    decision = list(proposal.decisions.all())[-1] if _is_decided(proposal) else None
    return [
        proposal.number,
        proposal.title,
        proposal.content,
        proposal.place,
        proposal.field,
        proposal.get_source_display(),
        _proposer(proposal),
        proposal.get_channel_display(),
        f"{timezone.localtime(proposal.submitted_at):%Y-%m-%d}",
        proposal.reason,
        proposal.beneficiaries,
        proposal.cost,
        str(proposal.merged_into or ""),
        "\n".join(str(each) for each in proposal.merged.all()),
        "\n".join(_opinion(each, on) for each in proposal.opinions.all()),
        proposal.get_outcome_display(),
        _criteria(decision),
        str(decision.unit) if decision and decision.unit else "",
        decision.public_reason if decision else "",
        f"{timezone.localtime(decision.decided_at):%Y-%m-%d}" if decision else "",
        str(decision.decided_by) if decision else "",
        "\n".join(str(link.candidate) for link in proposal.led_to.all()),
        proposal.get_standing_display(),
        proposal.seconds,
    ]


def _is_decided(proposal: Proposal) -> bool:
    return proposal.outcome not in {Outcome.OPEN, Outcome.MERGED}


def _proposer(proposal: Proposal) -> str:
    delegate = proposal.delegate
    if delegate is not None:
        return f"{delegate.number} {delegate.name} · {delegate.delegation}"
    return str(proposal.unit or "")


def _opinion(opinion: Opinion, on: date) -> str:
    if opinion.answered_at:
        return f"{opinion.unit}{_(': ')}{opinion.get_feasible_display()} – {opinion.text}"
    words = _("%(unit)s: overdue since %(due)s") if opinion.due < on else _("%(unit)s: due on %(due)s")
    return words % {"unit": opinion.unit, "due": f"{opinion.due:%Y-%m-%d}"}


def _criteria(decision: Decision | None) -> str:
    met = decision.checklist if decision else {}
    return pgettext("list", ", ").join(str(label) for value, label in Criterion.choices if met.get(value))

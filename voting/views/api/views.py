"""The addresses of the interface. Everything they say comes from the same read models as the pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop
from ninja import P, PathEx, Query

from accounts.congresses import here, shown_here
from voting import queries
from voting.models import Cycle, ProgressReport
from voting.read_models.after.documents import disclosure
from voting.read_models.after.lines import Line
from voting.read_models.after.lines import number as plain_number
from voting.read_models.after.overview import Overview, as_data, overview
from voting.read_models.before.public_proposals import OpenProposal, open_proposals
from voting.read_models.vote.results import Result
from voting.views.api import records
from voting.views.api.answers import address, page_of
from voting.views.api.parameters import Filters, Paging

Slug = PathEx[str, P(description="address of the year")]


@address("", answer=records.Root, summary=gettext_noop("Where to begin"))
def root(request: HttpRequest) -> records.Root:
    return records.Root(version=1, openapi=reverse("api:openapi"), cycles=reverse("api:cycles"))


def _cycle(cycle: Cycle) -> records.Cycle:
    published = queries.newest_published(cycle)
    return records.Cycle(
        slug=cycle.slug,
        kind=cycle.kind,
        year=cycle.year,
        place=cycle.place,
        congress=cycle.session,
        stage=cycle.stage,
        seats=cycle.seats,
        candidates=len(cycle.candidates.all()) if cycle.slate_frozen_at else 0,
        page=reverse("voting:cycle", args=[cycle.slug]),
        projects=reverse("api:projects", args=[cycle.slug]),
        proposals=reverse("api:proposals", args=[cycle.slug]),
        result=reverse("voting:result-json", args=[cycle.slug]) if published else None,
        disclosure=records.Disclosure(**dict(disclosure(cycle))),
    )


@address("cycles/", answer=records.Page[records.Cycle], summary=gettext_noop("The years, newest first"))
def cycles(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    return page_of(request, paging, list(queries.shown_cycles(shown_here(request))), _cycle)


@address("cycles/{slug:slug}/", answer=records.Cycle, summary=gettext_noop("One year"))
def cycle(request: HttpRequest, slug: Slug) -> records.Cycle:
    return _cycle(_shown(request, slug))


def _shown(request: HttpRequest, slug: str) -> Cycle:
    shown = queries.shown_cycles(here(request)).filter(slug=slug).order_by("congress_id").first()
    if shown is None:
        raise Http404
    return shown


@address(
    "cycles/{slug:slug}/proposals/",
    answer=records.Page[records.Proposal],
    summary=gettext_noop("The public proposals, with what became of them"),
)
def proposals(request: HttpRequest, slug: Slug, paging: Query[Paging]) -> dict[str, Any]:
    """The proposals that the public sees, by their numbers."""
    shown = _shown(request, slug)
    return page_of(request, paging, open_proposals(shown), lambda row: _proposal(shown, row))


def _proposal(cycle: Cycle, row: OpenProposal) -> records.Proposal:
    proposal = row.proposal
    return records.Proposal(
        number=proposal.number,
        title=proposal.title,
        content=proposal.content,
        place=proposal.place,
        field=proposal.field,
        reason=proposal.reason,
        beneficiaries=proposal.beneficiaries,
        cost=proposal.cost,
        source=proposal.source,
        received=timezone.localdate(proposal.submitted_at),
        seconds=proposal.seconds,
        outcome=proposal.outcome,
        answer=row.answer,
        merged_into=row.merged_into,
        page=reverse("voting:proposal", args=[cycle.slug, proposal.number]),
    )


@address(
    "cycles/{slug:slug}/votes/",
    answer=records.Page[records.Votes],
    summary=gettext_noop("The votes of every project"),
)
def votes(request: HttpRequest, slug: Slug, paging: Query[Paging]) -> dict[str, Any]:
    """The votes over all rounds, as the notice says them; before a result is published there is nothing here."""
    published = queries.newest_published(_shown(request, slug))
    if published is None:
        raise Http404
    return page_of(request, paging, Result(published.notice).standings, _votes)


def _votes(standing: dict[str, Any]) -> records.Votes:
    line = standing["line"]
    return records.Votes(
        number=standing["number"],
        name=standing["name"],
        became=standing["became"],
        round=standing["round"],
        for_=line.votes,
        against=line.against,
        abstain=line.abstain,
        not_pressed=line.not_pressed,
        double_marked=line.double_marked,
    )


def _overview(request: HttpRequest, slug: str) -> tuple[Cycle, Overview | None]:
    shown = _shown(request, slug)
    return shown, overview(shown, on=timezone.localdate())


def _project(cycle: Cycle, line: Line) -> records.Project:
    return records.Project(
        **as_data(line),
        page=reverse("voting:delivery", args=[cycle.slug, line.number]),
        reports=reverse("api:reports", args=[cycle.slug, line.number]),
    )


@address(
    "cycles/{slug:slug}/projects/",
    answer=records.Page[records.Project],
    summary=gettext_noop("What became of every project"),
)
def projects(
    request: HttpRequest, slug: Slug, filters: Query[Filters], paging: Query[Paging]
) -> dict[str, Any]:
    """The projects of a year after the vote; before there are any, an empty page."""
    shown, seen = _overview(request, slug)
    lines = seen.lines if seen else ()
    if wanted := filters.model_dump(exclude_none=True):
        lines = tuple(each for each in lines if wanted.items() <= as_data(each).items())
    return page_of(request, paging, lines, lambda line: _project(shown, line))


def _line(request: HttpRequest, slug: str, number: int) -> tuple[Cycle, Line]:
    shown, seen = _overview(request, slug)
    line = seen.line(number) if seen else None
    if line is None:
        raise Http404
    return shown, line


@address(
    "cycles/{slug:slug}/projects/{int:number}/", answer=records.Project, summary=gettext_noop("One project")
)
def project(request: HttpRequest, slug: Slug, number: int) -> records.Project:
    return _project(*_line(request, slug, number))


@address(
    "cycles/{slug:slug}/projects/{int:number}/reports/",
    answer=records.Page[records.Report],
    summary=gettext_noop("What was reported of a project, newest first"),
)
def reports(request: HttpRequest, slug: Slug, number: int, paging: Query[Paging]) -> dict[str, Any]:
    """What was reported, the newest first; a correction names what it corrects.

    Figures and milestones are named by their positions in the project's own answer.
    """
    shown, line = _line(request, slug, number)
    return page_of(request, paging, line.reports, lambda report: _report(shown, line, report))


def _report(cycle: Cycle, line: Line, report: ProgressReport) -> records.Report:
    targets = {each.pk: each.position for each in line.delivery.targets.all()}
    milestones = {each.pk: each.position for each in line.delivery.milestones.all()}
    figures = sorted((targets[each.target_id], plain_number(each.figure)) for each in report.figures.all())
    reached = sorted((milestones[each.milestone_id], each.reached_on) for each in report.milestones.all())
    return records.Report(
        id=report.pk,
        day=report.day,
        text=report.text,
        delay=report.delay,
        spent=None if report.spent is None else f"{report.spent:.2f}",
        corrects=report.corrects_id,
        figures=[records.ReportedFigure(position=place, figure=figure) for place, figure in figures],
        milestones=[records.ReportedMilestone(position=place, reached=day) for place, day in reached],
        files=[
            reverse("voting:report-file", args=[cycle.slug, line.number, report.pk, file.position])
            for file in report.files.all()
        ],
    )

"""What citizens read after the vote: the twelve at a glance, one project with its timeline, years compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import PurePath

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from accounts.congresses import here, shown_here
from voting import queries
from voting.count.grading import Grade
from voting.domain.after.supervision import is_watcher, may_remark
from voting.forms.after.supervision import RemarkForm
from voting.models import Cycle, ReportFile
from voting.read_models.after.documents import month_end, quarter_end
from voting.read_models.after.lines import Line
from voting.read_models.after.overview import Overview, group_of, overview, overviews, survey_lines
from voting.read_models.after.plan_words import decided_changes
from voting.read_models.after.timeline import events
from voting.read_models.vote.grades import grade_word
from voting.states import DELIVERED_STAGES
from voting.views.core.files import FRESH, download

DAY = 24 * 60 * 60  # seconds
MOST_YEARS = 20


def shown(request: HttpRequest, slug: str, *, numbers: Iterable[int] | None = None) -> tuple[Cycle, Overview]:
    """Return the cycle and its deliveries, all or some, as they stand now. Raises Http404 before there are any."""
    cycle = queries.public_cycle(here(request), slug)
    return cycle, as_of(cycle, numbers=numbers)


def as_of(cycle: Cycle, *, on: date | None = None, numbers: Iterable[int] | None = None) -> Overview:
    """Return its deliveries as of the end of a day, or as of now. Raises Http404 before there are any."""
    seen = _seen(cycle, on=on, numbers=numbers)
    if seen is None:
        raise Http404
    return seen


def _seen(cycle: Cycle, *, on: date | None = None, numbers: Iterable[int] | None = None) -> Overview | None:
    today = timezone.localdate()
    day = min(on or today, today)
    return overview(cycle, on=day, ended=day < today, numbers=numbers)


@require_safe
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """Show every project of the year with its light, and the way to documents and data, or that it is too early."""
    cycle = queries.public_cycle(here(request), slug)
    seen = _seen(cycle)
    if seen is None:
        return render(request, "after/no_breakdown.html", {"cycle": cycle}, status=404)
    context = {
        "cycle": cycle,
        "overview": seen,
        "breakdown": queries.newest_breakdown(cycle),
        "quarters": [
            quarter for quarter in range(1, 5) if _has_begun(seen, quarter_end(cycle.year, quarter), 3)
        ],
        "months": list(_months(seen)),
        "halves": [half for half in (1, 2) if _has_begun(seen, month_end(cycle.year, 6 * half), 6)],
        "survey": queries.survey_of(cycle),
        "assessments": queries.assessments_of(cycle),
        "now": timezone.now(),
        "widget": request.build_absolute_uri(reverse("voting:widget", args=[slug])),
        "others": queries.are_others_delivered(cycle),
    }
    answer = render(request, "after/index.html", context)
    patch_cache_control(answer, public=True, max_age=FRESH)
    return answer


def _has_begun(seen: Overview, end: date, months: int) -> bool:
    """Tell whether a period of so many months that ends then has begun."""
    month = end.month - months + 1
    return end.replace(month=month, day=1) <= seen.on


def _months(seen: Overview) -> Iterator[date]:
    """Yield the months of the year that have begun, the newest first."""
    for month in range(12, 0, -1):
        first = date(seen.cycle.year, month, 1)
        if first <= seen.on:
            yield first


@require_safe
def delivery(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show what became of one project: light, targets, milestones, everything that happened."""
    cycle, seen = shown(request, slug, numbers=[number])
    line = seen.line(number)
    if line is None:
        raise Http404
    beside = queries.delivery_numbers(cycle)
    survey = queries.survey_of(cycle)
    may_say = may_remark(request.user, line.delivery)
    context = {
        "cycle": cycle,
        "overview": seen,
        "line": line,
        "events": events(line),
        "changes": decided_changes(line.delivery, line.units),
        "group": group_of(line.delivery),
        "survey": survey,
        "survey_lines": survey_lines(line) if survey else [],
        "survey_answers": sum(line.survey.values()),
        "may_supervise": is_watcher(request.user, line.delivery),
        "remark_form": RemarkForm() if may_say else None,
        "now": timezone.now(),
        # Half a remark stays: the page turns itself.
        "own_switch": may_say,
        "before": number - 1 if number - 1 in beside else None,
        "after": number + 1 if number + 1 in beside else None,
    }
    return render(request, "after/project.html", context)


@require_safe
def report_file(request: HttpRequest, slug: str, number: int, report: int, position: int) -> HttpResponse:
    """Return a picture or PDF of a report, as we made it anew."""
    files = ReportFile.objects.all()
    if congress := here(request):
        files = files.filter(report__delivery__cycle__congress=congress)
    file = get_object_or_404(
        files,
        report__delivery__cycle__slug=slug,
        report__delivery__number=number,
        report=report,
        position=position,
    )
    name = f"report-{number}-{report}-{position}{PurePath(file.name).suffix}"
    return download(
        request, name, bytes(file.data), kind=file.content_type, inline=file.is_picture,
        public=True, max_age=DAY, immutable=True,
    )  # fmt: skip


@require_safe
def years(request: HttpRequest) -> HttpResponse:
    """Compare the years: how many projects, how many completed, the lights, the grades; and name all others."""
    congress = shown_here(request)
    cycles = queries.delivered_cycles(congress)[:MOST_YEARS]
    seen = overviews(cycles, on=timezone.localdate()).values()
    columns = list(dict.fromkeys(name for each in seen for name, _number in each.counts))
    rows = []
    for each in seen:
        counts = dict(each.counts)
        cells = [(name, counts.get(name, 0)) for name in columns]
        rows.append((each.cycle, cells, _grades(each)))
    others = queries.undelivered_cycles(congress)
    return render(
        request, "after/years.html", {"columns": columns, "rows": rows, "others": others[:MOST_YEARS]}
    )


def _grades(seen: Overview) -> str:
    """Say how many projects got each grade; nothing before an assessment."""
    grades = Counter(_worst(line) for line in seen.lines if line.grades)
    order = [*Grade, None]
    return _(", ").join(f"{grade_word(each)} {grades[each]}" for each in order if grades[each])


def _worst(line: Line) -> Grade | None:
    """Return the worst grade that a project's units got in its newest assessment; None where a void one gave none."""
    newest = line.grades[-1].assessment
    grades = {each.grade for each in line.grades if each.assessment == newest and each.grade}
    return max(grades, key=[*Grade].index, default=None)


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # its types know no further arguments
@require_safe
def widget(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the lights of a year in a small page that other sites may embed."""
    cycle, seen = shown(request, slug)
    answer = render(request, "after/widget.html", {"cycle": cycle, "overview": seen})
    patch_cache_control(answer, public=True, max_age=FRESH)
    return answer


def is_delivered(cycle: Cycle) -> bool:
    """Tell whether the cycle's projects are on their way, or were."""
    return cycle.stage in DELIVERED_STAGES

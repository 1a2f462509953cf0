"""The delegate's own page: what there is to read, to propose, to ask and to vote on."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Delegate, User
from accounts.roles import Role
from accounts.views import to_sign_in
from voting.domain.before import deliberation, slate_reports
from voting.models import Call, Cycle, Delivery, Proposal, ReportReading, SlateReport
from voting.read_models.after.lines import Line
from voting.read_models.after.overview import overview
from voting.states import RoundStatus, Stage
from voting.text.plain import plain
from voting.views.core.refusal_page import RefusalPage, delegate_page

_OVER = frozenset({Stage.ARCHIVED, Stage.WITHDRAWN})
_PUBLISHED = frozenset({Stage.PUBLICATION, Stage.DELIVERY, Stage.ASSESSMENT})


@dataclass(frozen=True)
class Matter:
    """One year's vote, with what the delegate can do for it now."""

    cycle: Cycle
    may_propose: bool
    report: SlateReport | None
    has_read: bool
    may_ask: bool
    may_vote: bool
    has_result: bool


def signed_in_delegate(request: HttpRequest) -> Delegate:
    """Return the delegate who is signed in. Raises RefusalPage."""
    user = request.user
    way = ("accounts:enter", _("Delegate sign-in"))
    if not isinstance(user, User) or user.role != Role.DELEGATE:
        raise RefusalPage(
            _("This page is for delegates"), _("Please sign in with your slip."), status=403, way=way
        )
    delegate = Delegate.objects.select_related("delegation").filter(user=user).first()
    if delegate is None:
        sentence = _("You are on the roll of no vote. If you should be, please go to the check-in desk.")
        raise RefusalPage(_("You are not on the roll"), sentence, status=403, way=way)
    return delegate


@delegate_page
def home(request: HttpRequest) -> HttpResponse:
    """Show what there is to do; a POST opens the report and remembers that it was opened."""
    if request.method != "POST" and not request.user.is_authenticated:
        return to_sign_in(request)
    if isinstance(request.user, User) and request.user.role == Role.RESIDENT:
        return redirect("voting:ballot")  # a letter opens the ballot and nothing else
    delegate = signed_in_delegate(request)
    if request.method == "POST":
        return _open_report(request, delegate)
    mine = (
        Proposal.objects.filter(delegate=delegate)
        .select_related("cycle__congress")
        .order_by("-cycle__year", "-number")
    )
    context = {
        "delegate": delegate,
        "matters": _matters(delegate),
        "supervised": _supervised(delegate),
        "mine": mine.defer("content", "terms")[:50],
    }
    return render(request, "core/delegate/home.html", context)


def _open_report(request: HttpRequest, delegate: Delegate) -> HttpResponse:
    cycle = Cycle.objects.filter(
        slug=plain(request.POST.get("cycle", "")), congress=delegate.congress_id
    ).first()
    report = slate_reports.latest(cycle) if cycle else None
    if cycle is None or report is None:
        raise Http404
    slate_reports.opened_by(report, delegate)
    return redirect("voting:slate-report", slug=cycle.slug)


def _supervised(delegate: Delegate) -> list[tuple[Cycle, Line]]:
    """Return the projects that the delegate's groups watch over now, as they stand today, the newest year first."""
    numbers: dict[Cycle, list[int]] = {}
    deliveries = Delivery.objects.filter(
        group__delegates=delegate, cycle__stage__in=[Stage.DELIVERY, Stage.ASSESSMENT]
    )
    for each in deliveries.select_related("cycle__congress").order_by("-cycle__year", "number"):
        numbers.setdefault(each.cycle, []).append(each.number)
    today = timezone.localdate()
    seen = [(cycle, overview(cycle, on=today, numbers=mine)) for cycle, mine in numbers.items()]
    return [(cycle, line) for cycle, shown in seen if shown for line in shown.lines]


def _matters(delegate: Delegate) -> list[Matter]:
    """Return every running cycle of the delegate's congress, the open vote first, then the newest, in five queries."""
    now = timezone.now()
    own = Cycle.objects.select_related("congress").filter(congress=delegate.congress_id)
    cycles = own.exclude(stage__in=_OVER).order_by("-year", "slug")
    calls = {call.cycle_id: call for call in Call.objects.filter(cycle__in=cycles)}
    issued = (
        SlateReport.objects.filter(cycle__in=cycles).exclude(issued_at=None).defer("body").order_by("version")
    )
    reports = {report.cycle_id: report for report in issued}
    read = set(ReportReading.objects.filter(delegate=delegate).values_list("report_id", flat=True))
    voting = set(
        delegate.roll_entries.filter(round__status=RoundStatus.OPEN, excluded=False, voted=False)
        .values_list("round__cycle_id", flat=True)
    )  # fmt: skip
    matters = [
        Matter(
            cycle=cycle,
            may_propose=cycle.pk in calls and calls[cycle.pk].is_open(now),
            report=reports.get(cycle.pk),
            has_read=cycle.pk in reports and reports[cycle.pk].pk in read,
            may_ask=deliberation.is_open(cycle),
            may_vote=cycle.pk in voting,
            has_result=cycle.stage in _PUBLISHED,
        )
        for cycle in cycles
    ]
    return sorted(matters, key=lambda matter: not matter.may_vote)

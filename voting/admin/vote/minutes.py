"""The minutes for the staff, from the certified count, before the public can read them."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from voting import permissions, queries
from voting.admin.core.pages import cycle_for
from voting.admin.core.site import site
from voting.count.formats.notice import NOTICE
from voting.domain.vote.notices import notice_body
from voting.domain.vote.ties import open_tie
from voting.models import Cycle, Notice, Round
from voting.printing.files import staff_file
from voting.printing.pdf import as_pdf
from voting.read_models.vote import documents
from voting.read_models.vote.results import Result
from voting.states import RoundStatus


def minutes(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the minutes as far as a count is certified; ``?file=pdf`` gives them as PDF. Raises PermissionDenied."""
    cycle = cycle_for(request.user, slug)
    if not permissions.can_see_tally(request.user, cycle):
        raise PermissionDenied
    result = certified(cycle)
    document = None
    if result is not None:
        entries = queries.journal_until(cycle, result.number)
        document = documents.minutes(result, entries, open_to_all=False)
        if request.GET.get("file") == "pdf":
            return staff_file(f"{cycle.slug}-minutes.pdf", as_pdf(document))
    context = {
        **site.each_context(request),
        "title": _("Minutes of the vote"),
        "cycle": cycle,
        "document": document,
        "public": bool(result and result.digest),
    }
    return TemplateResponse(request, "admin/vote/minutes.html", context)


def certified(cycle: Cycle) -> Result | None:
    """Return the newest certified round's result: the published one, or what its notice would say now."""
    round_ = (
        Round.objects.filter(cycle=cycle, status__in=[RoundStatus.CERTIFIED, RoundStatus.PUBLISHED])
        .select_related(
            "cycle__congress",
            "rules",
            "seal",
            "notice",
            "tie_decision",
            "tally__counted_by",
            "tally__certification__certified_by",
        )
        .order_by("-number")
        .first()
    )
    if round_ is None:
        return None
    if notice := getattr(round_, "notice", None):
        return Result(notice)
    body = notice_body(round_=round_, at=timezone.now())
    if open_tie(round_) and not hasattr(round_, "tie_decision"):
        body["next"], body["final"] = None, False
    return Result(Notice(round=round_, body=NOTICE.write(body), digest=""))

"""The admin site: sign-in of the staff, the running order as its first page, the addresses of the steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from voting.domain.vote.running_order import RunningOrder, running_cycles
from voting.forms.core.resubmit import typed_words
from voting.models import Cycle
from voting.permissions import can_open_year, can_watch
from voting.states import Stage

#: Staff are signed out after half an hour without a page; the clerk's desk stands in a full hall.
STAFF_SESSION = 30 * 60  # seconds
#: The end of the session is moved on at most this often, so that a page does not cost a write.
TOUCH = 60  # seconds
TOUCHED = "touched"
#: Names the year whose running order stands first: where somebody comes back from a step, its next step is in view.
FIRST = "first"
#: Asked for by the page's own script only, never by a person: it keeps no session alive.
TURNOUT = "turnout"


class StaffSignIn(AdminAuthenticationForm):
    """User name and password; says plainly when a name rests after too many wrong passwords."""

    def get_invalid_login_error(self) -> ValidationError:
        if getattr(self.request, "axes_locked_out", False):
            # The answer is given here, on the form; the middleware need not replace it by a bare page.
            self.request.axes_locked_out = False  # type: ignore[union-attr]
            return ValidationError(
                _(
                    "Too many wrong passwords for this user name. Sign-in rests for 15 minutes; "
                    "nothing typed in the meantime counts."
                ),
                code="locked_out",
            )
        return super().get_invalid_login_error()


class VoteAdminSite(admin.AdminSite):
    """Stock Django admin in our look; what a person may do in a vote is asked of ``voting.permissions``."""

    site_title = gettext_lazy("Livelihood project vote")
    site_header = gettext_lazy("Livelihood project vote")
    index_title = gettext_lazy("Running order")
    enable_nav_sidebar = False
    login_form = StaffSignIn
    site_url = None

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the running order of every running cycle of the person's kind, and below it the records."""
        from voting.admin.after.unit_desk import unit_rows  # noqa: PLC0415 it names this site
        from voting.admin.before.units import desks  # noqa: PLC0415

        user = cast("User", request.user)
        at_work = request.GET.get(FIRST, "")
        cycles = sorted(running_cycles(user), key=lambda cycle: cycle.slug != at_work)
        orders = [RunningOrder(cycle, user=user) for cycle in cycles]
        context = {
            **self.each_context(request),
            "title": self.index_title,
            "orders": orders,
            "app_list": self.get_app_list(request),
            "cycle": orders[0].cycle if orders else None,
            "desks": desks(user),
            "delivering": delivering(user),
            "unit_rows": unit_rows(user),
            "may_open_year": can_open_year(user),
        }
        return TemplateResponse(request, "admin/index.html", context)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in with a fresh session key, for half an hour from the last page."""
        was = request.user
        response: HttpResponse = super().login(request, extra_context)
        if request.method == "POST" and request.user.is_authenticated and request.user is not was:
            request.session.set_expiry(STAFF_SESSION)
        return response

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:  # type: ignore[override] # noqa: FBT001, FBT002 Django's signature
        inner = super().admin_view(view, cacheable)

        def touched(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and not request.user.is_authenticated:
                return self.signed_out(request)
            keep_signed_in(request)
            response: HttpResponse = inner(request, *args, **kwargs)
            return response

        return touched

    def signed_out(self, request: HttpRequest) -> HttpResponse:
        """Say that nothing was recorded, and show what the person had written."""
        way = f"{reverse('admin:login', current_app=self.name)}?{urlencode({'next': request.path})}"
        context = {
            **self.each_context(request),
            "title": _("You were signed out"),
            "words": typed_words(request.POST),
            "way": way,
        }
        return TemplateResponse(request, "admin/signed_out.html", context, status=403)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from voting.admin.after.clerk_desk import DeliveryDesk, DeliveryPage  # noqa: PLC0415
        from voting.admin.after.unit_desk import ProgressTablePage, UnitDeliveryPage, progress_table  # noqa: PLC0415
        from voting.admin.before.proposal_list import ProposalListPage  # noqa: PLC0415
        from voting.admin.before.reading_slips import ReadingSlipsPage  # noqa: PLC0415
        from voting.admin.before.slates import CandidatePage, CandidatesPage  # noqa: PLC0415
        from voting.admin.before.solicitation import ProposalPage  # noqa: PLC0415
        from voting.admin.before.units import UnitDesk  # noqa: PLC0415
        from voting.admin.core.journal import journal  # noqa: PLC0415 it names this site
        from voting.admin.core.years import new_year  # noqa: PLC0415
        from voting.admin.step_pages import PAGES  # noqa: PLC0415
        from voting.admin.vote.minutes import minutes  # noqa: PLC0415
        from voting.admin.vote.paper_ballots import PaperDesk, ballot_sheets  # noqa: PLC0415
        from voting.admin.vote.roll_changes import RollChangesPage  # noqa: PLC0415
        from voting.admin.vote.roster import RosterPage  # noqa: PLC0415
        from voting.admin.vote.scan import DeskPage  # noqa: PLC0415

        steps = [
            path(
                f"vote/<slug:slug>/{key}/",
                self.admin_view(page.as_view(site=self)),
                name=f"step_{key.replace('-', '_')}",
            )
            for key, page in PAGES.items()
        ]
        beside = [
            ("journal", journal, "journal"),
            ("roster", RosterPage.as_view(site=self), "roster"),
            ("desk", DeskPage.as_view(site=self), "desk"),
            ("roll-changes", RollChangesPage.as_view(site=self), "roll_changes"),
            ("minutes", minutes, "minutes"),
            ("paper-ballots", PaperDesk.as_view(site=self), "paper_desk"),
            ("paper-ballots/print", ballot_sheets, "ballot_sheets"),
            ("proposals/<int:number>", ProposalPage.as_view(site=self), "proposal"),
            ("proposals/import", ProposalListPage.as_view(site=self), "proposal_list"),
            ("reading-slips", ReadingSlipsPage.as_view(site=self), "reading_slips"),
            ("candidates", CandidatesPage.as_view(site=self), "candidates"),
            ("candidates/new", CandidatePage.as_view(site=self), "candidate_new"),
            ("candidates/<int:number>", CandidatePage.as_view(site=self), "candidate"),
            ("unit", UnitDesk.as_view(site=self), "unit"),
            ("unit/<int:number>", UnitDeliveryPage.as_view(site=self), "unit_delivery"),
            ("delivery", DeliveryDesk.as_view(site=self), "delivery_desk"),
            ("delivery/<int:number>", DeliveryPage.as_view(site=self), "delivery"),
            ("delivery/table", ProgressTablePage.as_view(site=self), "progress_list"),
            ("delivery/table.xlsx", progress_table, "progress_table"),
        ]
        mine = [
            path(
                f"vote/<slug:slug>/{address}{'' if '.' in address else '/'}", self.admin_view(view), name=name
            )
            for address, view, name in beside
        ]
        first = path("new-year/", self.admin_view(new_year), name="new_year")
        return [*steps, *mine, first, *super().get_urls()]


def delivering(user: User) -> list[Cycle]:
    """Return the cycles of the person's own kind whose projects are on their way or wait to be.

    An archived year stays until its keys and urns are disposed of: nobody would find that page otherwise.
    """
    stages = [Stage.PUBLICATION, Stage.DELIVERY, Stage.ASSESSMENT]
    due = Q(stage__in=stages) | Q(stage=Stage.ARCHIVED, disposal=None)
    cycles = Cycle.objects.filter(due, kind=user.kind, assesses=None)
    return [cycle for cycle in cycles if can_watch(user, cycle)]


def keep_signed_in(request: HttpRequest) -> None:
    """Move the end of a staff session on, at most once a minute; the page that polls does not count as a person."""
    if not request.user.is_authenticated or TURNOUT in request.GET:
        return
    now = int(time.time())
    if now - request.session.get(TOUCHED, 0) >= TOUCH:
        request.session[TOUCHED] = now
        request.session.set_expiry(STAFF_SESSION)


site = VoteAdminSite(name="admin")

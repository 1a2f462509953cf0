"""The front of the admin: the running order as its first page, and the addresses of every page behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import User
from voting.admin.after.clerk_desk import DeliveryDesk
from voting.admin.after.project import DeliveryPage
from voting.admin.after.unit_desk import ProgressTablePage, UnitDeliveryPage, progress_table, unit_rows
from voting.admin.before.candidate_pictures import CandidatePicturesPage
from voting.admin.before.proposal_list import ProposalListPage, proposal_templates
from voting.admin.before.reading_slips import ReadingSlipsPage
from voting.admin.before.slates import CandidatePage, CandidatesPage
from voting.admin.before.solicitation import ProposalPage
from voting.admin.before.together import TogetherPage, summary
from voting.admin.before.units import UnitDesk, desks
from voting.admin.core import records
from voting.admin.core.accounts_record import accounts_record
from voting.admin.core.congresses import CongressPage, OpenCongressPage, OwnCongressPage, congresses
from voting.admin.core.journal import journal
from voting.admin.core.pages import FIRST
from voting.admin.core.people import PeoplePage, PersonPage
from voting.admin.core.second_factor import SecondFactorPage
from voting.admin.core.site import SECOND_FACTOR, site
from voting.admin.core.years import YearPage, new_year
from voting.admin.step_pages import PAGES
from voting.admin.vote.ceremony import KeySlipPage, check_slip
from voting.admin.vote.daybook import DaybookPage, running_sheet, script
from voting.admin.vote.minutes import minutes
from voting.admin.vote.opened_pictures import PicturesPage
from voting.admin.vote.paper_ballots import PaperDesk, ballot_sheet_pdf, ballot_sheets
from voting.admin.vote.roll_changes import RollChangesPage
from voting.admin.vote.roll_sheet import roll_sheet
from voting.admin.vote.roster import RosterPage, roster_templates
from voting.admin.vote.rounds import AnnulPage
from voting.admin.vote.scan import DeskPage
from voting.admin.vote.scanned_sheets import ScanPage, paper_picture, simulated_batch
from voting.domain.vote.running_order import RunningOrder, running_cycles
from voting.domain.vote.step_keys import StepKey
from voting.models import Cycle
from voting.permissions import (
    can_keep_accounts,
    can_open_congress,
    can_open_year,
    can_see_accounts_record,
    can_watch,
)
from voting.queries import last_verification
from voting.read_models.core.unreadable import Unread
from voting.states import Stage

_STAGES = list(Stage)


def index(request: HttpRequest) -> HttpResponse:
    """Show the running order of the year at work, the way to the others, and below it the records.

    A keeper, who takes no step of a vote, is led to what there is to keep.
    """
    user = cast("User", request.user)
    if can_open_congress(user):
        return redirect("admin:congresses")
    if can_keep_accounts(user):
        return redirect("admin:people")
    orders = [_readable(RunningOrder(cycle, user=user)) for cycle in running_cycles(user)]
    orders.sort(key=partial(_rank, asked=request.GET.get(FIRST, "")))
    shown, others = orders[:1], orders[1:]
    unread = Unread()
    context = {
        **site.each_context(request),
        "title": site.index_title,
        "orders": shown,
        "others": others,
        "waiting": [order for order, unreadable in others if not unreadable and waits_for(order)],
        "lists": site.lists_for(request),
        "cycle": shown[0][0].cycle if shown else None,
        "desks": desks(user),
        "delivering": delivering(user),
        "unit_rows": unread.read(lambda: unit_rows(user)),
        "unread": unread.sentences,
        "may_open_year": can_open_year(user),
        **_verified(orders[0] if orders else None),
        "may_see_accounts": can_see_accounts_record(user),
    }
    return TemplateResponse(request, "admin/index.html", context)


#: What the last check of the records may lie before, in the order of a vote.
_BEFORE: dict[StepKey, Promise] = {
    StepKey.OPEN: gettext_lazy("That was before the vote was opened."),
    StepKey.CLOSE: gettext_lazy("That was before the vote was closed."),
    StepKey.COUNT: gettext_lazy("That was before the count."),
    StepKey.CERTIFY: gettext_lazy("That was before the count was certified."),
}


def _verified(first: tuple[RunningOrder, list[str]] | None) -> dict[str, Any]:
    """Return when all records were last checked, and what of the first vote has been done since."""
    if first is None:
        return {}
    order, unread = first
    verified = last_verification()
    steps = [] if unread else [step for step in order.steps if step.key in _BEFORE and step.is_done]
    since = (step for step in steps if verified and step.entry and step.entry.at > verified.at)
    later = next(since, None)
    return {"verified": verified, "opened": bool(steps), "outdated": _BEFORE[later.key] if later else ""}


def _rank(each: tuple[RunningOrder, list[str]], *, asked: str) -> tuple[bool, bool, int]:
    """Put the year that was asked for first, then the one at work: where a step is due, the furthest."""
    order, unreadable = each
    over = not unreadable and order.current is None
    return order.cycle.slug != asked, over, -_STAGES.index(Stage(order.cycle.stage))


def waits_for(order: RunningOrder) -> bool:
    """Tell whether the next step of that year is the person's own."""
    return order.current is not None and order.current.mine


def _readable(order: RunningOrder) -> tuple[RunningOrder, list[str]]:
    """Return the order with its steps worked out, or with the sentence on the record of it that cannot be read."""
    unread = Unread()
    unread.read(lambda: [(step.state, step.conditions) for step in order.steps])
    return order, unread.sentences


def delivering(user: User) -> list[Cycle]:
    """Return the cycles of the person's own congress whose projects are on their way or wait to be.

    An archived year stays until its keys and urns are disposed of: nobody would find that page otherwise.
    """
    stages = [Stage.PUBLICATION, Stage.DELIVERY, Stage.ASSESSMENT]
    due = Q(stage__in=stages) | Q(stage=Stage.ARCHIVED, disposal=None)
    cycles = Cycle.objects.select_related("congress").filter(due, congress=user.congress_id, assesses=None)
    return [cycle for cycle in cycles if can_watch(user, cycle)]


#: What stands beside the steps of a year: address, page, name.
BESIDE: list[tuple[str, Callable[..., Any], str]] = [
    ("journal", journal, "journal"),
    ("year", YearPage.as_view(), "year"),
    ("roster", RosterPage.as_view(), "roster"),
    ("roster/empty.xlsx", roster_templates["xlsx"], "roster_template_xlsx"),
    ("roster/empty.csv", roster_templates["csv"], "roster_template_csv"),
    ("roll-sheet", roll_sheet, "roll_sheet"),
    ("daybook", DaybookPage.as_view(), "daybook"),
    ("running-sheet", running_sheet, "running_sheet"),
    ("script", script, "script"),
    ("desk", DeskPage.as_view(), "desk"),
    ("key/mine", KeySlipPage.as_view(), "key_slip"),
    ("key/check", check_slip, "key_slip_check"),
    ("annul", AnnulPage.as_view(), "annul"),
    ("roll-changes", RollChangesPage.as_view(), "roll_changes"),
    ("minutes", minutes, "minutes"),
    ("paper-ballots", PaperDesk.as_view(), "paper_desk"),
    ("paper-ballots/print", ballot_sheets, "ballot_sheets"),
    ("paper-ballots/sheet.pdf", ballot_sheet_pdf, "ballot_sheet_pdf"),
    ("paper/scans", ScanPage.as_view(), "scans"),
    ("paper/pictures", PicturesPage.as_view(), "pictures"),
    ("paper/simulated.pdf", simulated_batch, "simulated_sheets"),
    ("paper/picture/<small:number>", paper_picture, "paper_picture"),
    ("proposals/<small:number>", ProposalPage.as_view(), "proposal"),
    ("proposals/together", TogetherPage.as_view(), "proposals_together"),
    ("proposals/summary.xlsx", summary, "proposals_summary"),
    ("proposals/import", ProposalListPage.as_view(), "proposal_list"),
    ("proposals/empty.xlsx", proposal_templates["xlsx"], "proposal_template_xlsx"),
    ("proposals/empty.csv", proposal_templates["csv"], "proposal_template_csv"),
    ("reading-slips", ReadingSlipsPage.as_view(), "reading_slips"),
    ("candidates", CandidatesPage.as_view(), "candidates"),
    ("candidates/new", CandidatePage.as_view(), "candidate_new"),
    ("candidates/<small:number>", CandidatePage.as_view(), "candidate"),
    ("candidates/<small:number>/pictures", CandidatePicturesPage.as_view(), "candidate_pictures"),
    ("unit", UnitDesk.as_view(), "unit"),
    ("unit/<small:number>", UnitDeliveryPage.as_view(), "unit_delivery"),
    ("delivery", DeliveryDesk.as_view(), "delivery_desk"),
    ("delivery/<small:number>", DeliveryPage.as_view(), "delivery"),
    ("delivery/table", ProgressTablePage.as_view(), "progress_list"),
    ("delivery/table.xlsx", progress_table, "progress_table"),
]


def addresses() -> list[URLPattern | URLResolver]:
    """Return the addresses of the admin: ours, then those of the records."""
    steps = [(key, page.as_view(), f"step_{key.replace('-', '_')}") for key, page in PAGES.items()]
    ours = [
        path(f"vote/<slug:slug>/{address}{'' if '.' in address else '/'}", site.admin_view(page), name=name)
        for address, page, name in [*steps, *BESIDE]
    ]
    records.register()
    return [
        path("", site.admin_view(index), name="index"),
        path("new-year/", site.admin_view(new_year), name="new_year"),
        path("login/code/", site.second_step, name="second_step"),
        path("second-factor/", site.admin_view(SecondFactorPage.as_view()), name=SECOND_FACTOR),
        path("sign-ins/", site.admin_view(accounts_record), name="accounts_record"),
        path("people/", site.admin_view(PeoplePage.as_view()), name="people"),
        path("people/<small:pk>/", site.admin_view(PersonPage.as_view()), name="person"),
        path("congress/", site.admin_view(OwnCongressPage.as_view()), name="own_congress"),
        path("congresses/", site.admin_view(congresses), name="congresses"),
        path("congresses/new/", site.admin_view(OpenCongressPage.as_view()), name="open_congress"),
        path("congresses/<slug:slug>/", site.admin_view(CongressPage.as_view()), name="congress"),
        *ours,
        *site.get_urls(),
    ]


urls = (addresses(), "admin", site.name)

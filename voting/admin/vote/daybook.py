"""The daybook of a vote: planned dates, notes for whoever takes over, incidents; and the two papers for the hall."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from voting import permissions
from voting.admin.core.pages import StepPage, cycle_for
from voting.admin.core.site import site
from voting.admin.vote.minutes import certified
from voting.domain.core.refusals import Refused
from voting.domain.vote.daybook import leave_note, plan_steps, record_incident
from voting.domain.vote.running_order import RunningOrder, StepKey
from voting.forms.core.verbs import Verb
from voting.forms.vote.daybook import DatesForm, IncidentForm, NoteForm
from voting.models import Cycle
from voting.printing.blocks import Document
from voting.printing.files import staff_file
from voting.printing.pdf import as_pdf
from voting.read_models.vote import hall_papers
from voting.states import OVER_STATUSES, RoundStatus


class DaybookPage(StepPage):
    """Whoever has a part in the vote writes notes and incidents; the clerk plans the dates."""

    key = StepKey.CHECK_IN
    template = "admin/vote/daybook.html"

    def verbs(self) -> dict[str, Verb]:
        now = timezone.localtime()
        verbs = {
            "note": Verb(
                partial(NoteForm, auto_id="n_%s"),
                lambda form: leave_note(cycle=self.cycle, words=form.cleaned_data["words"], **self.acting),
                _("The note is left."),
                undo="note",
            )
        }
        round_ = self.order.round
        if round_ is not None and round_.status not in OVER_STATUSES:
            verbs["incident"] = Verb(
                partial(IncidentForm, auto_id="i_%s", initial={"happened": now}),
                lambda form: record_incident(round_=self.round, **form.words_and_time, **self.acting),
                _("The incident is recorded for the minutes."),
                undo="incident",
            )
        if permissions.can_prepare(self.user, self.cycle):
            steps = [step for step in self.order.steps if not step.is_done]
            verbs["plan"] = Verb(
                partial(DatesForm, steps=steps, dates=self.order.daybook.dates),
                lambda form: plan_steps(cycle=self.cycle, dates=form.dates, **self.acting),
                planned,
                undo="plan",
            )
        return verbs

    def bar(self) -> Refused | None:
        """Whoever sees this page has a part in the vote."""
        return None

    def page(self, sent: Any = None, *, status: int = 200, **more: Any) -> HttpResponse:
        return super().page(sent, status=status, title=_("Daybook"), daybook=self.order.daybook, **more)


def planned(changed: int) -> str:
    """Return what is said of dates that were set."""
    if not changed:
        return _("Nothing was changed: it stood so before.")
    text = ngettext("%(count)d date is set.", "%(count)d dates are set.", changed)
    return text % {"count": changed}


def running_sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the running sheet of the session; ``?file=pdf`` gives it as PDF."""
    cycle = cycle_for(request.user, slug)
    return _paper(request, "running-sheet", hall_papers.running_sheet(_order(request, cycle)), cycle=cycle)


def script(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the chairperson says, with the numbers of this roll; ``?file=pdf`` gives it as PDF."""
    cycle = cycle_for(request.user, slug)
    order = _order(request, cycle)
    # The result of a round before is no result of the one at work.
    known = (
        order.round is not None
        and order.round.status in {RoundStatus.CERTIFIED, RoundStatus.PUBLISHED}
        and permissions.can_see_tally(order.user, cycle)
    )
    document = hall_papers.script(order, result=certified(cycle) if known else None)
    return _paper(request, "script", document, cycle=cycle)


def _order(request: HttpRequest, cycle: Cycle) -> RunningOrder:
    return RunningOrder(cycle, user=cast("User", request.user))


def _paper(request: HttpRequest, name: str, document: Document, *, cycle: Cycle) -> HttpResponse:
    if request.GET.get("file") == "pdf":
        return staff_file(f"{cycle.slug}-{name}.pdf", as_pdf(document))
    context = {**site.each_context(request), "title": document.title, "cycle": cycle, "document": document}
    return TemplateResponse(request, "admin/vote/hall_paper.html", context)

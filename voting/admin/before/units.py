"""单位: what a unit is asked about proposals; its officer answers. Questions of delegations have their own page."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.generic import View

from voting import permissions
from voting.admin.core.pages import StepPage, cycle_of
from voting.domain.before import screening
from voting.domain.vote.running_order import RunningOrder, StepKey
from voting.forms.before.screening import AnswerForm
from voting.forms.core.steps import StepForm
from voting.models import Cycle, Opinion
from voting.states import Stage
from voting.text.numbers import MOST_KEY, small_whole


class UnitDesk(StepPage):
    """Opinions asked of the officer's own unit, the open ones first."""

    key = StepKey.SCREENING
    template = "admin/before/unit.html"
    undo = "ProposalPage.opinion"

    def dispatch(self, request: HttpRequest, *args: Any, slug: str, **kwargs: Any) -> HttpResponse:
        self.cycle = cycle_of(self.user, slug)
        if not permissions.can_answer(self.user, self.cycle):
            raise PermissionDenied
        self.order = RunningOrder(self.cycle, user=self.user)
        answer: HttpResponse = View.dispatch(self, request, *args, **kwargs)  # type: ignore[assignment]
        return answer

    @property
    def asked(self) -> str:
        return self.request.POST.get("opinion", "")

    def bar(self) -> None:
        """Who may answer is asked when the page is opened."""

    def form(self, data: Any = None) -> StepForm:
        return AnswerForm(data, auto_id=f"o{self.asked}_%s")

    def act(self, form: Any) -> HttpResponse:
        key = small_whole(self.asked, most=MOST_KEY) or 0
        opinion = Opinion.objects.filter(pk=key, proposal__cycle=self.cycle).first()
        if opinion is None:
            raise Http404
        screening.give_opinion(opinion=opinion, **form.cleaned_data, **self.acting)
        return self.stay(_("The opinion is given."))

    def page(self, sent: Any = None, *, status: int = 200, **more: Any) -> HttpResponse:
        asked = self.asked if isinstance(sent, AnswerForm) else ""
        opinions = Opinion.objects.filter(proposal__cycle=self.cycle, unit=self.user.unit_id)
        rows = [
            (each, sent if str(each.pk) == asked else AnswerForm(auto_id=f"o{each.pk}_%s"))
            for each in opinions.select_related("proposal").order_by("-answered_at", "due", "pk")
        ]
        rows.sort(key=lambda row: row[0].answered_at is not None)
        return super().page(
            sent,
            status=status,
            rows=rows,
            title=_("What my unit is asked"),
            unit=self.user.unit,
            **more,
        )


def desks(user: Any) -> list[tuple[Cycle, int]]:
    """Return the running cycles that the officer's unit may be asked in, with how many opinions are open."""
    if not user.unit_id:
        return []
    before = {Stage.SOLICITATION, Stage.SCREENING, Stage.DELIBERATION, Stage.VOTING}
    own = Cycle.objects.select_related("congress").filter(congress=user.congress_id, assesses=None)
    cycles = own.filter(stage__in=before).order_by("-year", "slug")
    waiting = list(
        Opinion.objects.filter(unit=user.unit_id, answered_at=None, proposal__cycle__in=cycles)
        .values_list("proposal__cycle_id", flat=True)
    )  # fmt: skip
    return [(cycle, waiting.count(cycle.pk)) for cycle in cycles if permissions.can_answer(user, cycle)]

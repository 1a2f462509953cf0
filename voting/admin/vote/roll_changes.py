"""Changes of the frozen roll: exclude a delegate or admit one, with a reason, until the vote opens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from voting import permissions
from voting.admin.core.pages import StepPage
from voting.domain.vote.roll_changes import admit, exclude
from voting.domain.vote.running_order import StepKey
from voting.forms.core.steps import StepForm
from voting.forms.vote.desk import RollChangeForm
from voting.models import JournalEntry
from voting.states import BEFORE_OPENING, Act

_ACTS = (Act.DELEGATE_EXCLUDED, Act.DELEGATE_ADMITTED)


class RollChangesPage(StepPage):
    """The two verbs, and every change that was made."""

    key = StepKey.ROLL
    template = "admin/vote/roll_changes.html"

    def form(self, data: Any = None) -> StepForm:
        return RollChangeForm(data)

    def act(self, form: Any) -> HttpResponse | None:
        verb = admit if self.request.POST.get("do") == "admit" else exclude
        number, reason = form.cleaned_data["number"], form.cleaned_data["reason"]
        verb(round_=self.round, number=number, reason=reason, **self.acting)
        said = (
            _("Delegate %s is on the roll now, not checked in yet.")
            if verb is admit
            else _("Delegate %s is excluded from the roll and counts nowhere.")
        )
        messages.success(self.request, said % number)
        return HttpResponseRedirect(reverse("admin:roll_changes", args=[self.cycle.slug]))

    def context(self) -> dict[str, Any]:
        round_ = self.order.round
        entries = JournalEntry.objects.filter(cycle=self.cycle, act__in=_ACTS).select_related("actor")
        may = permissions.can_change_roll(self.user, self.cycle)
        return {
            "changes": entries.order_by("-sequence"),
            "possible": may and round_ is not None and round_.status in BEFORE_OPENING,
            "frozen": round_ is not None,
            "may": may,
        }

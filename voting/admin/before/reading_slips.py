"""Slips with which delegates sign in before the vote: to propose, to read the report, to ask.

Codes are in the answer, this once, and nowhere else. The slips of the vote itself, printed later, replace them.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.codes import normalise
from accounts.congresses import addresses_of
from voting.admin.core.pages import StepPage
from voting.admin.core.slips import PrintedBefore
from voting.domain.before import reading_slips
from voting.domain.vote.running_order import StepKey
from voting.forms.core.verbs import Verb
from voting.models import JournalEntry
from voting.printing.qr import qr
from voting.states import Act


class ReadingSlipsPage(StepPage):
    """Print slips for every delegate in office; a form that was opened before somebody else printed is refused."""

    key = StepKey.REPORT
    template = "admin/before/reading_slips.html"
    confidential = True
    repeatable = True
    warning = gettext_lazy("All slips printed until now become worthless; every delegate gets a new one.")

    @cached_property
    def printed(self) -> str:
        last = (
            JournalEntry.objects.filter(cycle=self.cycle, act=Act.READING_SLIPS).order_by("sequence").last()
        )
        return str(last.sequence) if last else ""

    def verbs(self) -> dict[str, Verb]:
        known = self.request.POST.get("printed", "") if self.request.method == "POST" else self.printed
        return {"": Verb(self.form, self.act, undo="SlipsPage.all", final=self.warning if known else "")}

    def act(self, form: Any) -> HttpResponse | None:
        if self.request.POST.get("printed", "") != self.printed:
            raise PrintedBefore
        issued = reading_slips.issue_reading_slips(cycle=self.cycle, **self.acting)
        with addresses_of(self.cycle.congress):
            address = self.request.build_absolute_uri(reverse("accounts:enter"))
        slips = [
            {
                "entry": delegate,
                "delegation": delegate.delegation,
                "code": code,
                "qr": qr(f"{address}#{delegate.number}.{normalise(code)}"),
            }
            for delegate, code in issued
        ]
        context = {**self.frame(_("Slips")), "slips": slips, "address": address, "reading": True}
        return TemplateResponse(self.request, "admin/vote/slips.html", context)

    @cached_property
    def possible(self) -> bool:
        return reading_slips.is_possible(self.cycle)

    @property
    def usable(self) -> bool:
        return self.step.mine and self.possible

    def context(self) -> dict[str, Any]:
        return {
            "printed": self.printed,
            "possible": self.possible,
            "title": _("Slips for reading and asking"),
        }

"""Several proposals at once: their titles first, then one decision on all, a merger, or showing them to the public."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from voting import permissions
from voting.admin.before.solicitation import queue_form
from voting.admin.core.pages import StepPage, cycle_of
from voting.domain.before import proposals, screening
from voting.domain.vote.running_order import StepKey
from voting.forms.before.screening import DecideTogetherForm, MergeForm, ShowTogetherForm
from voting.forms.core.verbs import Verb
from voting.models import Proposal
from voting.printing.files import staff_file
from voting.printing.tables import rows_as_xlsx
from voting.read_models.before.queue import proposals_summary
from voting.states import Outcome
from voting.text.numbers import small_whole

#: So many fit into an address.
MOST = 200


class TogetherPage(StepPage):
    """What was ticked in the queue, title by title, and what can be done with all of it."""

    key = StepKey.SCREENING
    template = "admin/before/together.html"
    confidential = True
    repeatable = True

    @cached_property
    def numbers(self) -> list[int]:
        """The numbers that were ticked or typed, each once."""
        asked = self.request.POST if self.request.method == "POST" else self.request.GET
        words = (
            " ".join(asked.getlist("numbers")).replace(",", " ").replace("、", " ").replace("，", " ").split()
        )
        numbers = {number for word in words if (number := small_whole(word)) is not None}
        return sorted(numbers)[:MOST]

    @cached_property
    def ticked(self) -> list[Proposal]:
        rows = Proposal.objects.filter(cycle=self.cycle, number__in=self.numbers).order_by("number")
        return list(rows.defer("content", "terms").select_related("merged_into"))

    def verbs(self) -> dict[str, Verb]:
        known = {"numbers": " ".join(str(each.number) for each in self.ticked)}
        titles = [(each.number, str(each)) for each in self.ticked if not each.merged_into_id]
        first = small_whole(self.request.GET.get("into", "")) or next((number for number, _t in titles), 0)
        return {
            "decide": Verb(
                partial(
                    DecideTogetherForm, congress=self.cycle.congress_id, initial=dict(known), auto_id="d_%s"
                ),
                lambda form: screening.decide_together(cycle=self.cycle, **form.values, **self.acting),
                _decided_words,
                undo="ProposalPage.undo_decision",
            ),
            "merge": Verb(
                partial(MergeForm, titles=titles, initial={**known, "into": first}, auto_id="m_%s"),
                self._merge,
                lambda merged: _("Merged: %d") % merged,
                undo="ProposalPage.take_out",
            ),
            "show": Verb(
                partial(
                    ShowTogetherForm,
                    initial=dict(known),
                    auto_id="s_%s",
                    seen=proposals.versions_of(self.cycle, [each.number for each in self.ticked]),
                ),
                lambda form: proposals.show(cycle=self.cycle, **form.cleaned_data, **self.acting),
                lambda shown: _("Shown to the public: %d") % shown,
                undo="ProposalPage.hide",
            ),
        }

    def _merge(self, form: Any) -> int:
        into = form.cleaned_data["into"]
        others = [number for number in form.cleaned_data["numbers"] if number != into]
        return screening.merge(cycle=self.cycle, into=into, numbers=others, **self.acting)

    @property
    def address(self) -> str:
        """Back to the queue, as it was asked for."""
        query = queue_form(self.cycle, self.request.GET).query
        way = reverse("admin:step_screening", args=[self.cycle.slug])
        return f"{way}?{query}" if query else way

    @property
    def usable(self) -> bool:
        return self.step.mine and self.step.possible

    def context(self) -> dict[str, Any]:
        undecided = [each for each in self.ticked if each.outcome == Outcome.OPEN and not each.merged_into_id]
        return {
            "rows": self.ticked,
            "missing": sorted(set(self.numbers) - {each.number for each in self.ticked}),
            "all_undecided": len(undecided) == len(self.ticked),
            "back": self.address,
            "title": _("Several proposals together"),
        }


def _decided_words(decided: int) -> str:
    return ngettext("%d proposal is decided.", "%d proposals are decided.", decided) % decided


def summary(request: HttpRequest, slug: str) -> HttpResponse:
    """Return 建议汇总表 of the queue as it is asked for. Raises PermissionDenied for whoever does not screen."""
    cycle = cycle_of(request.user, slug)
    if not permissions.can_screen(request.user, cycle):
        raise PermissionDenied
    rows = proposals_summary(cycle, queue_form(cycle, request.GET).asked, on=timezone.localdate())
    return staff_file(f"{slug}-proposals.xlsx", rows_as_xlsx(rows))

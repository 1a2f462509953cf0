"""Proposals from an XLSX or CSV file: upload, preview, import."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from voting import permissions
from voting.admin.core.lists import (
    reading_form,
    remarks_and_questions,
    table_of,
    template_view,
    unsettled,
)
from voting.admin.core.pages import StepPage
from voting.domain.before import proposal_lists
from voting.domain.core.imports import choices_of
from voting.domain.vote.running_order import StepKey
from voting.foreign.tables import MOST_BYTES, OpenTable
from voting.forms.before.proposal_list import UploadListForm
from voting.forms.core.imports import ApplyForm, ReadingForm
from voting.forms.core.verbs import Verb
from voting.models import ProposalList
from voting.text.numbers import MOST_KEY, small_whole


class ProposalListPage(StepPage):
    """A file is read and shown first; nothing is taken in before it is confirmed."""

    key = StepKey.SCREENING
    template = "admin/before/proposal_list.html"
    confidential = True
    repeatable = True
    main = "upload"

    def verbs(self) -> dict[str, Verb]:
        return {
            "upload": Verb(self.with_files(UploadListForm), self._upload, undo="drop"),
            "read": Verb(self._reading_form, self._read, undo="read"),
            "apply": Verb(
                ApplyForm,
                self._apply,
                lambda count: _("Proposals imported: %d") % count,
                undo="TogetherPage.merge",
            ),
            "drop": Verb(
                ApplyForm,
                lambda form: proposal_lists.drop(staged=self.staged(form.cleaned_data["staged"])),
                _("The preview is dropped; nothing was imported."),
                undo="upload",
            ),
        }

    def _upload(self, form: Any) -> HttpResponse:
        file = form.cleaned_data["file"]
        staged = proposal_lists.stage(
            cycle=self.cycle, file_name=file.name, content=file.read(MOST_BYTES + 1), **self.acting
        )
        return HttpResponseRedirect(f"{self.address}?list={staged.pk}")

    def _apply(self, form: Any) -> int:
        data = form.cleaned_data
        staged = self.staged(data["staged"])
        return proposal_lists.apply(
            cycle=self.cycle, staged=staged, leave_out=data["leave_out"], agreed=data["agreed"], **self.acting
        )

    def _reading_form(self, data: Any) -> ReadingForm:
        return reading_form(proposal_lists.LISTS, self.table, self.asked, data)

    def _read(self, form: Any) -> HttpResponse:
        staged = self.staged(form.cleaned_data["staged"])
        proposal_lists.choose(cycle=self.cycle, staged=staged, choices=form.choices)
        return HttpResponseRedirect(f"{self.address}?list={staged.pk}")

    def staged(self, pk: int) -> ProposalList:
        staged = ProposalList.objects.filter(pk=pk, cycle=self.cycle).first()
        if staged is None:
            raise Http404
        return staged

    @property
    def asked(self) -> ProposalList | None:
        """The list that the address or the form names."""
        key = self.request.GET.get("list") or self.request.POST.get("staged", "")
        number = small_whole(key, most=MOST_KEY)
        return self.staged(number) if number is not None else None

    @cached_property
    def table(self) -> OpenTable | None:
        """The file of a preview, open as it is to be read."""
        return table_of(proposal_lists.LISTS, self.asked, self.cycle)

    def context(self) -> dict[str, Any]:
        staged, preview, table = self.asked, None, self.table
        if staged and table and not table.unsettled:
            preview = proposal_lists.preview(
                cycle=self.cycle,
                content=bytes(staged.content),
                at=timezone.now(),
                choices=choices_of(staged),
            )
        return {
            "staged": staged,
            "preview": preview,
            "title": _("Import of proposals"),
            "table": table,
            "unsettled": unsettled(proposal_lists.LISTS, table),
            "templates": "admin:proposal_template",
            **remarks_and_questions(preview),
        }


proposal_templates = {
    ending: template_view(
        proposal_lists.LISTS,
        ending=ending,
        allowed=permissions.can_screen,
        notes=proposal_lists.notes,
        name="proposals",
    )
    for ending in ("xlsx", "csv")
}

"""Proposals from an XLSX or CSV file: upload, preview, import."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from voting.admin.core.pages import StepPage
from voting.domain.before import proposal_lists
from voting.domain.vote.running_order import StepKey
from voting.foreign.tables import MOST_BYTES
from voting.forms.before.proposal_list import UploadListForm
from voting.forms.core.imports import ApplyForm
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
            "upload": Verb(self.with_files(UploadListForm), self._upload),
            "apply": Verb(ApplyForm, self._apply, lambda count: _("Proposals imported: %d") % count),
            "drop": Verb(
                ApplyForm,
                lambda form: proposal_lists.drop(staged=self.staged(form.cleaned_data["staged"])),
                _("The preview is dropped; nothing was imported."),
            ),
        }

    def _upload(self, form: Any) -> HttpResponse:
        file = form.cleaned_data["file"]
        staged = proposal_lists.stage(
            cycle=self.cycle, file_name=file.name, content=file.read(MOST_BYTES + 1), **self.acting
        )
        return HttpResponseRedirect(f"{self.address}?list={staged.pk}")

    def _apply(self, form: Any) -> int:
        staged, leave_out = self.staged(form.cleaned_data["staged"]), form.cleaned_data["leave_out"]
        return proposal_lists.apply(cycle=self.cycle, staged=staged, leave_out=leave_out, **self.acting)

    def staged(self, pk: int) -> ProposalList:
        staged = ProposalList.objects.filter(pk=pk, cycle=self.cycle).first()
        if staged is None:
            raise Http404
        return staged

    def context(self) -> dict[str, Any]:
        key = self.request.GET.get("list") or self.request.POST.get("staged", "")
        number = small_whole(key, most=MOST_KEY)
        staged = self.staged(number) if number is not None else None
        preview = None
        if staged and staged.status == ProposalList.Status.STAGED:
            preview = proposal_lists.preview(
                cycle=self.cycle, content=bytes(staged.content), at=timezone.now()
            )
        return {"staged": staged, "preview": preview, "title": _("Import of proposals")}

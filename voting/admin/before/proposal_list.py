"""Proposals from an XLSX or CSV file: upload, preview, import."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from voting.admin.before.solicitation import ManyForms
from voting.domain.before import proposal_lists
from voting.domain.vote.running_order import StepKey
from voting.forms.before.proposal_list import UploadListForm
from voting.forms.core.steps import StepForm
from voting.forms.vote.roster import ApplyForm
from voting.models import ProposalList


class ProposalListPage(ManyForms):
    """A file is read and shown first; nothing is taken in before it is confirmed."""

    key = StepKey.SCREENING
    template = "admin/before/proposal_list.html"
    confidential = True

    def form(self, data: Any = None) -> StepForm:
        if self.doing in {"apply", "drop"}:
            return ApplyForm(data)
        return UploadListForm(data, self.request.FILES or None)

    def act(self, form: Any) -> HttpResponse | None:
        if self.doing == "apply":
            staged = self.staged(form.cleaned_data["staged"])
            count = proposal_lists.apply(
                cycle=self.cycle, staged=staged, leave_out=form.cleaned_data["leave_out"], **self.acting
            )
            return self.back(_("Proposals imported: %d") % count)
        if self.doing == "drop":
            proposal_lists.drop(staged=self.staged(form.cleaned_data["staged"]))
            return self.back(_("The preview is dropped; nothing was imported."))
        file = form.cleaned_data["file"]
        staged = proposal_lists.stage(
            cycle=self.cycle, file_name=file.name, content=file.read(), **self.acting
        )
        return HttpResponseRedirect(f"{self.address}?list={staged.pk}")

    @property
    def address(self) -> str:
        return reverse("admin:proposal_list", args=[self.cycle.slug])

    def staged(self, pk: int) -> ProposalList:
        found = ProposalList.objects.filter(pk=pk, cycle=self.cycle).first()
        if found is None:
            raise Http404
        return found

    def back(self, message: str) -> HttpResponse:
        self.stay(message)
        return HttpResponseRedirect(self.address)

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        asked = self.request.GET.get("list") or self.request.POST.get("staged", "")
        staged = self.staged(int(asked)) if asked.isascii() and asked.isdigit() else None
        preview = None
        if staged and staged.status == ProposalList.Status.STAGED:
            preview = proposal_lists.preview(
                cycle=self.cycle, content=bytes(staged.content), at=timezone.now()
            )
        upload = form if isinstance(form, UploadListForm) else UploadListForm()
        return super().page(
            upload, status=status, staged=staged, preview=preview, title=_("Import of proposals"),
            refusal=None if isinstance(form, UploadListForm) else form.errors, **more,
        )  # fmt: skip

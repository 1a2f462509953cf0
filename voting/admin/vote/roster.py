"""The list of delegates from a file: upload, preview, import, undo. Long work shows its progress as it goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.models import RosterImport
from voting.admin.core.pages import StepPage
from voting.domain.before import rosters
from voting.domain.core.imports import CannotUndo
from voting.domain.core.refusals import Refused
from voting.domain.vote.running_order import StepKey
from voting.forms.core.steps import StepForm
from voting.forms.vote.roster import ApplyForm, UploadForm

#: Where the page is cut to let the progress in.
_MARK = "[[[progress]]]"


class RosterPage(StepPage):
    """It stands before the freezing of the roll, and is possible as long as that is."""

    key = StepKey.ROLL
    template = "admin/vote/roster.html"
    repeatable = True

    @property
    def doing(self) -> str:
        return self.request.POST.get("do", "")

    def form(self, data: Any = None) -> StepForm:
        if self.doing in {"apply", "drop"}:
            return ApplyForm(data)
        return StepForm(data) if self.doing == "undo" else UploadForm(data, self.request.FILES or None)

    def act(self, form: Any) -> Any:
        if self.doing == "undo":
            applied = rosters.ROSTER.last_applied(self.cycle)
            if applied is None:
                raise CannotUndo
            rosters.undo(cycle=self.cycle, applied=applied, **self.acting)
            return self.back(_("The import is undone; the delegates are as before."))
        if self.doing == "upload":
            file = form.cleaned_data["file"]
            steps = rosters.stage(
                cycle=self.cycle,
                file_name=file.name,
                content=file.read(),
                mode=form.cleaned_data["mode"],
                **self.acting,
            )
            return self.stream(steps, _("Reading the file"))
        staged = self.staged(form.cleaned_data["staged"])
        if self.doing == "drop":
            rosters.drop(cycle=self.cycle, staged=staged)
            return self.back(_("The preview is dropped; nothing was imported."))
        leave_out = form.cleaned_data["leave_out"]
        return self.stream(
            rosters.apply(cycle=self.cycle, staged=staged, leave_out=leave_out, **self.acting), _("Importing")
        )

    def staged(self, pk: int) -> RosterImport:
        """Return an import of this kind of data. Raises Http404."""
        found = RosterImport.objects.filter(pk=pk, kind=self.cycle.kind).first()
        if found is None:
            raise Http404
        return found

    def address(self, staged: RosterImport | None = None) -> str:
        address = reverse("admin:roster", args=[self.cycle.slug])
        return f"{address}?import={staged.pk}" if staged else address

    def back(self, message: str) -> HttpResponse:
        self.stay(message)
        return HttpResponseRedirect(self.address())

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        asked = self.request.GET.get("import") or self.request.POST.get("staged", "")
        shown = self.staged(int(asked)) if asked.isascii() and asked.isdigit() else None
        preview = rosters.preview_of(shown) if shown else None
        upload = form if isinstance(form, UploadForm) else UploadForm()
        return super().page(
            upload,
            status=status,
            # The list is mended before the rules are adopted too; only a frozen roll ends that.
            usable=self.step.mine and rosters.before_the_roll(self.order.cycle),
            title=_("Import of delegates"),
            staged=shown,
            summary=preview,
            faults=[(fault[0], rosters.sentence(fault)) for fault in preview["faults"]] if preview else [],
            apply_form=form if isinstance(form, ApplyForm) else ApplyForm(initial={"staged": asked}),
            last=rosters.ROSTER.last_applied(self.cycle),
            refusal=None if isinstance(form, UploadForm) else form.errors,
            **more,
        )

    def stream(self, steps: rosters.Steps[RosterImport], what: str) -> Any:
        """Answer at once and let the page grow with the work, without a script."""
        context = {**self.frame(what), "cycle": self.cycle, "mark": _MARK}
        shell = render_to_string("admin/vote/roster_progress.html", context, request=self.request)
        lines = self.lines(steps, shell.split(_MARK), get_language() or "")
        answer: HttpResponseBase = StreamingHttpResponse(lines)
        answer["X-Accel-Buffering"] = "no"  # nginx passes it on as it comes
        return answer

    def lines(self, steps: rosters.Steps[RosterImport], frame: list[str], language: str) -> Iterator[str]:
        """Yield the page in pieces: its frame, between it a line for each step; a refusal becomes the last line."""
        with override(language):
            head, ending, tail = frame
            yield head
            try:
                while True:
                    done, total = next(steps)
                    yield format_html("<li>{}</li>", self.said(done, total))
            except StopIteration as stop:
                yield ending
                yield format_html(
                    '<p class="actions"><a class="btn btn-primary" href="{}">{}</a></p>',
                    self.address(stop.value),
                    _("Go on"),
                )
            except Refused as refusal:
                yield ending
                yield format_html(
                    '<div class="alert alert-danger" role="alert"><p><b>{}</b></p></div>'
                    '<p class="actions"><a class="btn" href="{}">{}</a></p>',
                    refusal,
                    self.address(),
                    _("Back to the import"),
                )
            yield tail

    @staticmethod
    def said(done: int, total: int) -> str:
        if total:
            return _("%(done)d of %(total)d rows") % {"done": done, "total": total}
        return _("%(done)d rows") % {"done": done}

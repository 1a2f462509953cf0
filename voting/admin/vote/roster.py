"""The list of delegates from a file: upload, preview, import, undo. Long work shows its progress as it goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.models import RosterImport
from voting.admin.core.pages import StepPage
from voting.domain.before import rosters
from voting.domain.core.refusals import Refused
from voting.domain.vote.running_order import StepKey
from voting.foreign.tables import MOST_BYTES
from voting.forms.core.imports import ApplyForm
from voting.forms.core.verbs import Verb
from voting.forms.vote.roster import UndoForm, UploadForm
from voting.text.numbers import MOST_KEY, small_whole

#: Where the page is cut to let the progress in.
_MARK = "[[[progress]]]"


class RosterPage(StepPage):
    """It stands before the freezing of the roll, and is possible as long as that is."""

    key = StepKey.ROLL
    template = "admin/vote/roster.html"
    repeatable = True
    main = "upload"

    def verbs(self) -> dict[str, Verb]:
        return {
            "upload": Verb(self.with_files(UploadForm), self._upload),
            "apply": Verb(ApplyForm, self._apply),
            "drop": Verb(ApplyForm, self._drop, _("The preview is dropped; nothing was imported.")),
            "undo": Verb(UndoForm, self._undo, _("The import is undone; the delegates are as before.")),
        }

    def _upload(self, form: Any) -> HttpResponseBase:
        file = form.cleaned_data["file"]
        steps = rosters.stage(
            cycle=self.cycle,
            file_name=file.name,
            content=file.read(MOST_BYTES + 1),
            mode=form.cleaned_data["mode"],
            **self.acting,
        )
        return self.stream(steps, _("Reading the file"))

    def _apply(self, form: Any) -> HttpResponseBase:
        staged, leave_out = self.staged(form.cleaned_data["staged"]), form.cleaned_data["leave_out"]
        rosters.preview_of(staged)  # a record that cannot be read has its page, and no page follows a stream
        steps = rosters.apply(cycle=self.cycle, staged=staged, leave_out=leave_out, **self.acting)
        return self.stream(steps, _("Importing"))

    def _drop(self, form: Any) -> None:
        staged = self.staged(form.cleaned_data["staged"])
        rosters.drop(cycle=self.cycle, staged=staged)

    def _undo(self, form: Any) -> None:
        rosters.undo(cycle=self.cycle, applied=self.staged(form.cleaned_data["shown"]), **self.acting)

    def staged(self, pk: int) -> RosterImport:
        """Return an import of this congress. Raises Http404."""
        staged = RosterImport.objects.filter(pk=pk, congress=self.cycle.congress_id).first()
        if staged is None:
            raise Http404
        return staged

    @property
    def usable(self) -> bool:
        """The list is mended before the rules are adopted too; only a frozen roll ends that."""
        return self.step.mine and rosters.before_the_roll(self.order.cycle)

    def context(self) -> dict[str, Any]:
        asked = self.request.GET.get("import") or self.request.POST.get("staged", "")
        key = small_whole(asked, most=MOST_KEY)
        shown = self.staged(key) if key is not None else None
        preview = rosters.preview_of(shown) if shown else None
        return {
            "title": _("Import of delegates"),
            "staged": shown,
            "summary": preview,
            "faults": [(fault[0], rosters.sentence(fault)) for fault in preview["faults"]] if preview else [],
            "last": rosters.ROSTER.last_applied(self.cycle),
        }

    def stream(self, steps: rosters.Steps[RosterImport], what: str) -> HttpResponseBase:
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
                    yield format_html("<li>{}</li>", rows_read(done, total))
            except StopIteration as stop:
                yield ending
                yield format_html(
                    '<p class="actions"><a class="btn btn-primary" href="{}">{}</a></p>',
                    f"{self.address}?import={stop.value.pk}",
                    _("Go on"),
                )
            except Refused as refusal:
                yield ending
                yield format_html(
                    '<div class="alert alert-danger" role="alert"><p><b>{}</b></p></div>'
                    '<p class="actions"><a class="btn" href="{}">{}</a></p>',
                    refusal,
                    self.address,
                    _("Back to the import"),
                )
            yield tail


def rows_read(done: int, total: int) -> str:
    if total:
        return _("%(done)d of %(total)d rows") % {"done": done, "total": total}
    return _("%(done)d rows") % {"done": done}

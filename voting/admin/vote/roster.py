"""The list of delegates from a file: upload, preview, import, undo. Long work shows its progress as it goes."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import RosterImport
from voting import permissions
from voting.admin.core.growing import Work, growing_page, way_back, way_on
from voting.admin.core.lists import reading_form, table_of, template_view, unsettled
from voting.admin.core.pages import StepPage
from voting.domain.before import roster_previews, rosters
from voting.domain.core.refusals import Refused
from voting.domain.vote.running_order import StepKey
from voting.foreign.tables import MOST_BYTES, OpenTable
from voting.forms.core.imports import ApplyForm, ReadingForm
from voting.forms.core.verbs import Verb
from voting.forms.vote.roster import UndoForm, UploadForm
from voting.text.numbers import MOST_KEY, small_whole


class RosterPage(StepPage):
    """It stands before the freezing of the roll, and is possible as long as that is."""

    key = StepKey.ROLL
    template = "admin/vote/roster.html"
    repeatable = True
    main = "upload"

    def verbs(self) -> dict[str, Verb]:
        return {
            "upload": Verb(self.with_files(UploadForm), self._upload, undo="drop"),
            "read": Verb(self._reading_form, self._read, undo="read"),
            "apply": Verb(ApplyForm, self._apply, undo="undo"),
            "drop": Verb(
                ApplyForm, self._drop, _("The preview is dropped; nothing was imported."), undo="upload"
            ),
            "undo": Verb(
                UndoForm, self._undo, _("The import is undone; the delegates are as before."), undo="upload"
            ),
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
        data = form.cleaned_data
        staged = self.staged(data["staged"])
        # What can be said at once is said on the page, with what was ticked: no page follows a stream.
        rosters.require_ready(staged, leave_out=data["leave_out"], agreed=data["agreed"])
        steps = rosters.apply(
            cycle=self.cycle, staged=staged, leave_out=data["leave_out"], agreed=data["agreed"], **self.acting
        )
        return self.stream(steps, _("Importing"))

    def _reading_form(self, data: Any) -> ReadingForm:
        return reading_form(rosters.ROSTER, self.table, self.asked, data)

    def _read(self, form: Any) -> HttpResponseBase:
        staged = self.staged(form.cleaned_data["staged"])
        steps = rosters.choose(cycle=self.cycle, staged=staged, choices=form.choices)
        return self.stream(steps, _("Reading the file"))

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

    @property
    def asked(self) -> RosterImport | None:
        """The import that the address or the form names."""
        asked = self.request.GET.get("import") or self.request.POST.get("staged", "")
        key = small_whole(asked, most=MOST_KEY)
        return self.staged(key) if key is not None else None

    @cached_property
    def table(self) -> OpenTable | None:
        """The file of a preview, open as it is to be read."""
        return table_of(rosters.ROSTER, self.asked, self.cycle)

    def context(self) -> dict[str, Any]:
        shown = self.asked
        preview = roster_previews.preview_of(shown) if shown and shown.summary else None
        return {
            "title": _("Import of delegates"),
            "staged": shown,
            "summary": preview,
            "faults": roster_previews.faults_of(preview) if preview else [],
            "remarks": roster_previews.remarks_of(preview) if preview else [],
            "questions": roster_previews.questions_of(preview) if preview else [],
            "table": self.table,
            "unsettled": unsettled(rosters.ROSTER, self.table),
            "templates": "admin:roster_template",
            "last": rosters.ROSTER.last_applied(self.cycle),
        }

    def stream(self, steps: rosters.Steps[RosterImport], what: str) -> HttpResponseBase:
        """Answer at once and let the page grow with the work."""
        return growing_page(self.request, self.frame(what), self.work(steps))

    def work(self, steps: rosters.Steps[RosterImport]) -> Work:
        """Yield a line for each step, and return the way on; a refusal becomes the last line."""
        try:
            while True:
                done, total = next(steps)
                yield rows_read(done, total)
        except StopIteration as stop:
            return way_on(f"{self.address}?import={stop.value.pk}")
        except Refused as refusal:
            back = f"{self.address}?import={self.asked.pk}" if self.asked else self.address
            return way_back([str(refusal)], back, _("Back to the import"))


roster_templates = {
    ending: template_view(
        rosters.ROSTER,
        ending=ending,
        allowed=permissions.can_watch,
        notes=roster_previews.notes,
        name="delegates",
    )
    for ending in ("xlsx", "csv")
}


def rows_read(done: int, total: int) -> str:
    if total:
        return _("%(done)d of %(total)d rows") % {"done": done, "total": total}
    return _("%(done)d rows") % {"done": done}

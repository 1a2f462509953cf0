"""Batches of sheets from an office scanner, and the pictures that a person reads from."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.roles import Kind
from voting import permissions
from voting.admin.core.growing import Work, beating, growing_page, way_back, way_on
from voting.admin.core.pages import StepPage, cycle_for
from voting.domain.core.refusals import Refused
from voting.domain.vote import paper_ballots, scans
from voting.domain.vote.decks import ScannerNotAdopted, is_scanned
from voting.domain.vote.running_order import StepKey
from voting.domain.vote.scan_faults import BatchRefused
from voting.domain.vote.scanned_pictures import working_picture
from voting.forms.core.verbs import Verb
from voting.forms.vote.scans import ScanBatchForm
from voting.models import Round
from voting.printing.files import staff_file
from voting.read_models.vote.paper_channels import batch_lines, next_places, paper_channels
from voting.read_models.vote.sheet_layouts import sheet_layouts
from voting.read_models.vote.simulated_sheets import simulated_file
from voting.scan.layout import NoLayout

#: Where sheets that nobody marked may be scanned.
SIMULATED = frozenset({Kind.DEMO, Kind.REHEARSAL})
#: A page that is silent for a minute is given up by the proxy.
BEAT = 3.0
#: So many lines tell how far a batch is.
LINES = 10


class NoSheetToScan(Refused):
    """So many projects stand on no sheet that a scanner can read."""

    def __str__(self) -> str:
        return _("The ballots of this round are not for the scanner. Two people type them.")


class ScanPage(StepPage):
    """It stands beside the reading of the paper ballots, and is possible as long as that is."""

    key = StepKey.PAPER
    template = "admin/vote/scans.html"
    repeatable = True
    main = "scan"

    def verbs(self) -> dict[str, Verb]:
        return {
            "scan": Verb(self.with_files(self._form), self._scan, undo="PaperPage.settle"),
        }

    @cached_property
    def stack(self) -> list[paper_ballots.ReadSheet]:
        return paper_ballots.sheets(self.order.round) if self.order.round else []

    def _form(self, data: Any = None, files: Any = None) -> ScanBatchForm:
        """Return the form; it proposes the next batch."""
        round_ = self.order.round if data is None else None
        places = next_places(round_, self.stack) if round_ and self.stack else range(0)
        initial = {"first": places[0], "last": places[-1]} if places else {}
        return ScanBatchForm(data, files, initial=initial)

    def _scan(self, form: ScanBatchForm) -> HttpResponseBase:
        """Say what can be said at once on the page; then read, and let a page grow with it."""
        try:
            layouts = sheet_layouts(self.round)
        except NoLayout:
            raise NoSheetToScan from None
        run = scans.begin_scan(round_=self.round, layouts=layouts, by=self.user, **form.batch)
        return growing_page(self.request, self.frame(_("Reading the sheets")), self.work(run))

    def work(self, run: scans.ScanRun) -> Work:
        """Yield how many sheets are read, and return the way on; every fault is named by its page."""
        total = len(run.places)
        yield ngettext("%(count)d sheet is to be read.", "%(count)d sheets are to be read.", total) % {
            "count": total
        }
        every = max(1, total // LINES)
        try:
            for pages in beating(run.read(), every=BEAT):
                if pages is None:
                    yield ""
                elif pages % every == 0 or pages == total:
                    yield _("Page %(page)d is read.") % {"page": pages}
            batch = scans.keep_scan(run, at=self.acting["at"])
        except BatchRefused as refusal:
            faults = [fault.sentence for fault in refusal.faults]
            nothing = _("Nothing of this batch was taken. Put it right and send the whole batch again.")
            return way_back([*faults, nothing], self.address, _("Back to the batches"))
        except Refused as refusal:
            return way_back([str(refusal)], self.address, _("Back to the batches"))
        yield _("Batch %(number)d is taken.") % {"number": batch.number}
        # Not a place on this very page: a browser would only look for it.
        return way_on(f"{self.address}?batch={batch.number}#batches")

    def context(self) -> dict[str, Any]:
        round_ = self.order.round
        stack = self.stack
        return {
            "title": _("Sheets from a scanner"),
            "channels": paper_channels(round_, stack) if round_ and stack else None,
            "batches": batch_lines(round_) if round_ and stack else [],
            "simulated": self.cycle.kind in SIMULATED,
            "left": sum(sheet.first is None for sheet in stack),
            "barred": round_ is not None and not is_scanned(round_) and str(ScannerNotAdopted()),
        }


def paper_picture(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Return the picture of the ballot at that place, as long as the readings are not agreed."""
    cycle = cycle_for(request.user, slug)
    if not permissions.can_read_paper(request.user, cycle):
        raise PermissionDenied
    round_ = Round.objects.filter(cycle=cycle).order_by("-number").first()
    picture = working_picture(round_, number) if round_ else None
    if picture is None:
        raise Http404
    kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
    return HttpResponse(picture, content_type=kind)


def simulated_batch(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the scanner's file of the next batch, of sheets that nobody marked: for demos and rehearsals alone."""
    cycle = cycle_for(request.user, slug)
    if not permissions.can_read_paper(request.user, cycle):
        raise PermissionDenied
    round_ = (
        Round.objects.select_related("cycle__congress", "rules")
        .filter(cycle=cycle)
        .order_by("-number")
        .first()
    )
    if round_ is None or cycle.kind not in SIMULATED or not is_scanned(round_):
        raise Http404
    places = next_places(round_, paper_ballots.sheets(round_))
    if not places:
        raise Http404
    try:
        content = simulated_file(round_, places)
    except NoLayout:
        raise Http404 from None
    return staff_file(f"sheets-{places[0]}-{places[-1]}.pdf", content)

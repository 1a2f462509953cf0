"""What is wrong with a batch of scanned sheets, in words: every fault with the place where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.domain.core.refusals import Refused
from voting.domain.core.sentences import in_a_row

_PAGES: dict[str, Promise] = {
    "seen": gettext_lazy("Page %(page)d: this sheet was scanned before, as ballot %(other)d."),
    "same": gettext_lazy("Page %(page)d: the same sheet as page %(other)d."),
    "blank": gettext_lazy("Page %(page)d: a blank page, or the back of a sheet."),
    "back": gettext_lazy("Page %(page)d: the back of a sheet. Turn it over."),
    "markers": gettext_lazy(
        "Page %(page)d: the marks in the corners are not to be found. Scan it once more, or set the sheet aside."
    ),
    "half": gettext_lazy("Page %(page)d: only a part of a sheet. Scan it once more, or set the sheet aside."),
    "foreign_layout": gettext_lazy("Page %(page)d: a sheet of another vote, round or language."),
    "corner_twice": gettext_lazy("Page %(page)d: two sheets in one picture."),
    "several_sheets": gettext_lazy("Page %(page)d: two sheets in one picture."),
    "black_white": gettext_lazy(
        "Page %(page)d: scanned in black and white, where pencil vanishes. Scan in grey, 200 dots per inch."
    ),
    "jbig2": gettext_lazy(
        "Page %(page)d: packed in a way that can change what stands on it (JBIG2). Scan in grey, as plain pictures."
    ),
    "layered": gettext_lazy(
        "Page %(page)d: split into layers by the scanner. Switch the recognition of text and strong packing off."
    ),
    "group": gettext_lazy(
        "Page %(page)d: the sheet of the sub-group and its place in the stack do not fit: the sub-group's lie first."
    ),
    "number": gettext_lazy(
        "The file has %(pages)d pages, and %(sheets)d sheets lie at these places. Count the sheets of the batch again."
    ),
}
_OTHER = gettext_lazy(
    "Page %(page)d: no sheet that can be read (%(code)s). Scan it once more, or set the sheet aside."
)

_FILES: dict[str, Promise] = {
    "busy": gettext_lazy("Somebody else's file is being read; try again in a moment. Nothing was kept."),
    "much": gettext_lazy(
        "The file would take far more memory or time than scanned sheets need. Nothing was kept."
    ),
    "slow": gettext_lazy(
        "The server had so much else to do that the file could not be read in time. Nothing was kept. Try again when "
        "it is quieter, or with fewer sheets."
    ),
    "pages": gettext_lazy("The file has far too many pages. Nothing was kept."),
    "locked": gettext_lazy("The file is locked with a password. Nothing was kept."),
    "kind": gettext_lazy("The file is no PDF and no picture (JPEG, PNG, TIFF). Nothing was kept."),
    "pixels": gettext_lazy(
        "A picture in the file is far too large. Scan at 200 dots per inch. Nothing was kept."
    ),
}
_UNREADABLE = gettext_lazy("The file is no PDF and no picture of sheets, or it is damaged. Nothing was kept.")


@dataclass(frozen=True)
class PageFault:
    """What is wrong with one page of a batch; with its number as a whole where ``page`` is 0."""

    page: int
    code: str
    other: int = 0
    pages: int = 0
    sheets: int = 0

    @property
    def sentence(self) -> str:
        """What is wrong, in the language of whoever reads it."""
        return str(_PAGES.get(self.code, _OTHER) % vars(self))


class BatchRefused(Refused):
    """A batch of which nothing is taken; ``faults`` has each fault with its page."""

    def __init__(self, faults: Sequence[PageFault]) -> None:
        super().__init__(*faults)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        nothing = _("Nothing of this batch was taken.")
        return in_a_row([*(fault.sentence for fault in self.faults), nothing])


class FileUnfit(Refused):
    """A file that is opened by nobody; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(_FILES.get(self.code, _UNREADABLE))

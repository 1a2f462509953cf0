"""Open the sealed pictures of scanned sheets with the key slips, for whoever settles or recounts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting import permissions
from voting.admin.core.pages import NotYours
from voting.admin.vote.ceremony import WordsPage
from voting.domain.core.refusals import Refused
from voting.domain.vote.opened_pictures import open_pictures
from voting.domain.vote.running_order import StepKey
from voting.domain.vote.scanned_pictures import PictureDamaged
from voting.forms.core.verbs import Verb
from voting.forms.vote.pictures import PicturesForm
from voting.models import ScannedSheet
from voting.printing.files import staff_stream
from voting.printing.packed import zip_pieces
from voting.states import SEALED_STATUSES


class PicturesPage(WordsPage):
    """It stands beside the reading of the paper ballots, and stays until the pictures are destroyed with the urn."""

    key = StepKey.PAPER
    template = "admin/vote/pictures.html"
    main = "open"
    warning = gettext_lazy(
        "A picture can show a hand. The journal and the minutes say that I opened them and why; I show them to nobody "
        "but those who settle or recount, and delete the file afterwards."
    )

    @property
    def kept(self) -> int:
        """How many sealed pictures there are."""
        return ScannedSheet.objects.filter(round=self.order.round).count() if self.order.round else 0

    def bar(self) -> Refused | None:
        return None if permissions.can_count(self.user, self.cycle) else NotYours()

    @property
    def usable(self) -> bool:
        """Whoever may count opens them, from the close on, and after it as long as they are kept."""
        round_ = self.order.round
        return round_ is not None and round_.status in SEALED_STATUSES and self.bar() is None

    def verbs(self) -> dict[str, Verb]:
        return {"open": Verb(partial(PicturesForm, labels=self.labels), self._open, final=self.warning)}

    def _open(self, form: PicturesForm) -> HttpResponseBase:
        asked = {name: form.cleaned_data[name] for name in ("places", "reason")}
        pictures = open_pictures(round_=self.round, slips=form.slips, **asked, **self.acting)
        return staff_stream(f"{self.cycle.slug}-pictures.zip", zip_pieces(named(pictures)))

    def context(self) -> dict[str, Any]:
        return super().context() | {"title": _("Open the sealed pictures"), "kept": self.kept}


def named(pictures: Iterator[tuple[int, bytes | None]]) -> Iterator[tuple[str, bytes]]:
    """Yield each picture under its place; in the place of one that does not open, a sentence."""
    for place, picture in pictures:
        if picture is None:
            yield f"{place:04d}.txt", str(PictureDamaged(place)).encode()
        else:
            ending = "png" if picture.startswith(b"\x89PNG") else "jpg"
            yield f"{place:04d}.{ending}", picture

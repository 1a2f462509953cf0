"""The sample of a second reading: dice, the ballots they name, and the count that waits for them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Role
from voting.admin.core.pages import StepPage
from voting.domain.vote import paper_ballots, samples
from voting.domain.vote.definitions import definition_of
from voting.domain.vote.drawn_sheets import any_differs
from voting.domain.vote.reading_figures import reading_figures
from voting.domain.vote.running_order import StepKey
from voting.forms.core.steps import StepForm
from voting.forms.core.verbs import Verb
from voting.forms.vote.paper_ballots import column_labels
from voting.forms.vote.samples import DiceForm, ReadAgainForm
from voting.models import FirstCount, PaperReading, SampleDraw
from voting.read_models.vote.samples import draw_program, why_so_many


class SamplePage(StepPage):
    """Enter the dice, read what they drew, release the count. Never a total, and never the first reading (F14)."""

    key = StepKey.SAMPLE
    drawn_now = gettext_lazy(
        "The dice were thrown just now in public, after the first readings were fixed. A draw is not repeated."
    )
    release = gettext_lazy("The count is recorded with what is agreed on paper, and goes to be certified.")

    @property
    def first(self) -> FirstCount | None:
        return getattr(self.order.round, "first_count", None)

    @property
    def draw(self) -> SampleDraw | None:
        return getattr(self.order.round, "sample_draw", None)

    def verbs(self) -> dict[str, Verb]:
        if self.draw is None:
            return {"draw": Verb(DiceForm, self._draw, self.drawn, final=self.drawn_now)}
        if places := self.places():
            form = partial(ReadAgainForm, definition=definition_of(self.round), places=places)
            return {"read": Verb(form, self._read, _("The ballots are entered."), undo="PaperPage.settle")}
        return {
            "release": Verb(
                partial(StepForm, auto_id="r_%s"),
                lambda _form: samples.release_count(round_=self.round, **self.acting),
                _("The count is released. A scrutineer who did not run it certifies it now."),
                ends=True,
                final=self.release,
            )
        }

    def _draw(self, form: DiceForm) -> SampleDraw:
        return samples.draw_sample(round_=self.round, dice=form.cleaned_data["dice"], **self.acting)

    def drawn(self, draw: SampleDraw) -> str:
        """Say how many the dice drew."""
        number = len(draw.places)
        text = ngettext("%(count)d ballot is drawn.", "%(count)d ballots are drawn.", number)
        return text % {"count": number}

    def _read(self, form: ReadAgainForm) -> HttpResponse | None:
        paper_ballots.read_sheets(round_=self.round, reading=2, ballots=form.ballots, **self.acting)
        return None

    def unread(self) -> list[int]:
        """Return the places to be read again: the drawn ones, and all of them once one differs."""
        return samples.places_to_read(self.round, self.draw) if self.draw else []

    def places(self) -> list[int]:
        """Return the places that this person reads next; nobody reads a ballot twice, the chief scrutineer none."""
        if self.draw is None or self.user.role == Role.CHIEF:
            return []
        own = PaperReading.objects.filter(round=self.round, reading=1, read_by=self.user)
        mine = set(own.values_list("place", flat=True))
        return [place for place in self.unread() if place not in mine][: paper_ballots.BATCH]

    def context(self) -> dict[str, Any]:
        round_, first, draw = self.order.round, self.first, self.draw
        if round_ is None or first is None:
            return {}
        sheets = round_.paper_box.returned
        figures = reading_figures(round_)
        misread, _size = samples.sample_figures(first, sheets=sheets)
        unread = self.unread()
        return {
            "first": first,
            "draw": draw,
            "why": why_so_many(sheets=sheets, misread=misread),
            "program": draw_program(figures["sample"]) if figures and figures["sample"] else "",
            "unread": len(unread),
            "differs": any_differs(round_),
            "others": bool(unread) and not self.places(),
            "columns": column_labels(definition_of(round_).ballot_type),
        }

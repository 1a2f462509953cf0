"""The test deck: what is marked on it, its known result, and the scanner's try."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from voting.admin.core.pages import StepPage
from voting.domain.vote.decks import deck_passed, deck_sheets, read_deck
from voting.domain.vote.definitions import definition_of
from voting.domain.vote.running_order import StepKey
from voting.forms.core.verbs import Verb
from voting.forms.vote.decks import DeckForm
from voting.read_models.vote.decks import deck_lines, deck_mistakes, deck_result
from voting.read_models.vote.sheet_layouts import sheet_layouts

MISREAD = 409
#: A proxy gives a page up that is silent for a minute.
LONGEST = 50.0


class DeckPage(StepPage):
    """Scan the deck as often as it takes; the last try counts."""

    key = StepKey.DECK
    main = "deck"
    repeatable = True
    mistakes: tuple[str, ...] = ()

    def verbs(self) -> dict[str, Verb]:
        return {
            "deck": Verb(
                self.with_files(partial(DeckForm)), self._read, self.read_well, ends=True, undo="deck"
            )
        }

    @property
    def read_well(self) -> str:
        return _("The scanner read the test deck without a mistake.")

    def _read(self, form: DeckForm) -> HttpResponse | None:
        files = form.cleaned_data["pages"]
        layouts = sheet_layouts(self.round)
        outcome = read_deck(round_=self.round, files=files, layouts=layouts, longest=LONGEST, **self.acting)
        self.renew()
        if outcome.passed:
            return None
        self.mistakes = tuple(deck_mistakes(outcome, definition_of(self.round)))
        return self.page(status=MISREAD)

    def context(self) -> dict[str, Any]:
        round_ = self.order.round
        if round_ is None:
            return {}
        definition, sheets = definition_of(round_), deck_sheets(round_)
        return {
            "mistakes": self.mistakes,
            "passed": deck_passed(round_),
            "deck": deck_lines(sheets, definition),
            "expected": deck_result(sheets, definition),
        }

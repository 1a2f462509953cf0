"""The test deck on paper: marked sheets of a round to be printed, and the key that the scrutineers keep."""

from __future__ import annotations

from django.utils.translation import gettext as _

from voting.domain.vote.decks import deck_sheets
from voting.domain.vote.definitions import definition_of
from voting.models import Round
from voting.printing.sheets import DeckCopy, DeckKey, deck_pdf
from voting.read_models.vote.decks import DeckLine, deck_lines, deck_result, ringed_boxes
from voting.read_models.vote.sheet_layouts import printed_sheet

#: What stands on each sheet, in whatever language: nobody takes one for a ballot.
TEST = "测试卷\nTEST"


def printed_deck(round_: Round, *, in_group: bool = False) -> bytes:
    """Return the deck of a round as a PDF in the reader's language, its key as the last page; on the sheets of the
    sub-group, if that is said.

    Raises NoLayout, NoTurn and Undrawable.
    """
    definition, sheets = definition_of(round_), deck_sheets(round_)
    sheet = printed_sheet(round_.cycle, round_, in_group=in_group)
    copies = [
        DeckCopy(f"{place} / {len(sheets)}", tuple(ringed_boxes(marks, definition, sheet.layout)))
        for place, marks in enumerate(sheets, start=1)
    ]
    key = DeckKey(
        title=_("Key of the test deck"),
        note=_("For the scrutineers. This page does not go into the scanner."),
        sheets=_("How the deck is marked"),
        lines=_rows(deck_lines(sheets, definition)),
        result=_("Its known result"),
        votes=_rows(deck_result(sheets, definition)),
    )
    return deck_pdf(sheet, copies, test=TEST, key=key)


def _rows(lines: list[DeckLine]) -> tuple[tuple[int, str], ...]:
    return tuple((line.number, line.words) for line in lines)

"""The test deck as a gate: the vote opens only after the scanner read marked sheets without a mistake.

Guards ``voting.domain.vote.decks``, ``voting.read_models.vote.decks``, ``voting.read_models.vote.printed_decks`` and
``voting.admin.vote.deck``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction

from tests.factories import Vote, make_vote
from tests.integration.vote.test_admin_steps import address, desk
from tests.integration.vote.test_scans import _pages_of, file_of
from tests.pages import text_of
from tests.unit.scan.sheets import Paper, hand, printed_page
from tests.unit.scan.sheets import scanned as taken
from voting.domain.core.refusals import ConditionsUnmet, StepNotAllowed
from voting.domain.vote.decks import deck_passed, deck_sheets, read_deck
from voting.domain.vote.definitions import definition_of
from voting.domain.vote.running_order import RunningOrder, StepKey
from voting.domain.vote.scan_faults import FileUnfit
from voting.foreign import scanned
from voting.models import JournalEntry, Round
from voting.read_models.vote.sheet_layouts import sheet_layouts
from voting.states import Act, RoundStatus

pytestmark = pytest.mark.django_db

SCANNED = {"candidates": 3, "seats": 2, "first_reading": "scanner"}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the scanner's file says is written out."""
    monkeypatch.setattr(scanned, "pages_of", _pages_of)


def pages(vote: Vote, **changed: dict[str, Any]) -> list[dict[str, Any]]:
    """The deck as a scanner reads it; ``p2`` and the like say what of a page is otherwise."""
    sheets = enumerate(deck_sheets(vote.round), start=1)
    return [{"marks": marks} | changed.get(f"p{page}", {}) for page, marks in sheets]


def tried(vote: Vote, *told_pages: dict[str, Any]) -> Any:
    files = [file_of(*(told_pages or pages(vote)))]
    return read_deck(round_=vote.round, files=files, layouts=[], by=vote.clerk, at=vote.later())


def held_by_the_database(vote: Vote) -> None:
    with pytest.raises(IntegrityError, match="did not pass its test deck"), transaction.atomic():
        Round.objects.filter(pk=vote.round.pk).update(status=RoundStatus.OPEN, opened_at=vote.later())


@pytest.mark.usefixtures("told")
def test_the_vote_opens_only_after_a_deck_without_a_mistake_and_the_last_one_counts():
    vote = make_vote(until="ready", **SCANNED)
    with pytest.raises(ConditionsUnmet):
        vote.open_vote()
    assert RunningOrder(vote.cycle, user=vote.clerk).current.key == StepKey.DECK
    held_by_the_database(vote)
    for other in ({"marks": (1, 1, 1)}, {"marks": (1, 0, 0), "doubts": ("box",)}, {"why": "noisy"}):
        assert not tried(vote, *pages(vote, p2=other)).passed
        assert JournalEntry.objects.latest("sequence").act == Act.DECK_FAILED
        held_by_the_database(vote)
        with pytest.raises(ConditionsUnmet):
            vote.open_vote()
    assert tried(vote).passed
    assert deck_passed(vote.round)
    other = vote.round
    other.definition_digest = "0" * 64  # another definition needs another deck
    assert not deck_passed(other)
    assert not tried(vote, *pages(vote)[1:]).passed
    assert not deck_passed(vote.round)
    with pytest.raises(FileUnfit):
        read_deck(round_=vote.round, files=[b'"pages"'], layouts=[], by=vote.clerk, at=vote.later())
    assert tried(vote).passed
    vote.open_vote()
    with pytest.raises(StepNotAllowed):
        tried(vote)


@pytest.mark.usefixtures("told")
def test_the_page_says_how_the_deck_is_marked_and_every_mistake_of_the_scanner():
    vote = make_vote(until="rolled", preset="dongyang", candidates=3, seats=2, first_reading="scanner")

    def sent(*told_pages: dict[str, Any]) -> Any:
        file = SimpleUploadedFile("deck.pdf", file_of(*told_pages))
        return desk(vote.scrutineer).post(address("deck"), {"do": "deck", "pages": file})

    shown = text_of(desk(vote.scrutineer).get(address("deck")))
    assert "赞成：2、3；弃权：1" in shown.replace(" ", "")
    wrong = sent(*pages(vote, p2={"marks": (1, 1, 1)}))
    assert wrong.status_code == 409
    assert "项目1：应为赞成1、反对2、弃权2；读出为赞成2、反对2、弃权1。" in text_of(wrong).replace(" ", "")
    assert sent(*pages(vote)).status_code == 302
    assert "测试票无误" in text_of(desk(vote.scrutineer).get(address("deck")))


def test_the_printed_deck_is_marked_as_its_key_says_and_passes_when_it_is_scanned(tmp_path: Path):
    """Guards ``voting.read_models.vote.printed_decks``, ``voting.printing.sheets`` and the command."""
    vote = make_vote(until="rolled", preset="dongyang", candidates=3, seats=2, first_reading="scanner")
    call_command("ballot_sheet", vote.cycle.slug, deck=tmp_path / "deck.pdf")
    with pypdfium2.PdfDocument(tmp_path / "deck.pdf") as document:
        words = ["".join(page.get_textpage().get_text_range().split()) for page in document]
        # Finer than the scan, so that no letter is moved onto whole dots.
        fine = [page.render(scale=600 / 72, grayscale=True).to_numpy() for page in document]
    sheets = deck_sheets(vote.round)
    assert len(fine) == len(sheets) + 1
    assert all("测试卷TEST" in text for text in words[:-1])
    assert all(f"{place}/{len(sheets)}" in text for place, text in enumerate(words[:-1], start=1))
    assert "赞成：2、3；弃权：1" in words[-1]
    pictures = [cv2.resize(each.squeeze(), (1654, 2339), interpolation=cv2.INTER_AREA) for each in fine[:-1]]
    soft = [cv2.GaussianBlur(cv2.convertScaleAbs(each, alpha=0.9, beta=12), (0, 0), 0.5) for each in pictures]
    _done, tiff = cv2.imencodemulti(".tiff", soft)
    reading = {"layouts": sheet_layouts(vote.round), "by": vote.clerk, "at": vote.later()}
    outcome = read_deck(round_=vote.round, files=[tiff.tobytes()], **reading)
    assert outcome.passed, outcome


def test_a_real_scanner_file_of_the_printed_sheets_passes_the_deck_and_one_ring_too_many_does_not():
    vote = make_vote(until="rolled", **SCANNED)
    layouts = sheet_layouts(vote.round)
    layout, rng = layouts[0], np.random.default_rng(21)
    numbers, printed = definition_of(vote.round).numbers, printed_page(layout)

    def scan(marks: tuple[int, ...]) -> Any:
        paper = Paper(rng, layout, printed, hand(rng, "gel"))
        for box in layout.boxes:
            if marks[numbers.index(box["number"])] == box["mark"]:
                paper.mark(box, "ring")
        return taken(rng, paper.light, dpi=200, quality=90, turn=0.3)[0]

    def read(sheets: list[tuple[int, ...]]) -> Any:
        _done, tiff = cv2.imencodemulti(".tiff", [scan(marks) for marks in sheets])
        files = [tiff.tobytes()]
        return read_deck(round_=vote.round, files=files, layouts=layouts, by=vote.clerk, at=vote.later())

    sheets = deck_sheets(vote.round)
    outcome = read(sheets)
    assert outcome.passed, outcome
    assert read([(0, 1, 0)]).wrong == (1,)

"""Figures that may be meant and are more often a slip: asked about, never refused, never published in silence.

Guards ``voting.domain.after.progress_rows`` and ``voting.domain.after.progress_lists``.
"""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from tests.spring import Spring, make_spring
from tests.tables import PLACES, come_back, look, out, put, workbook
from voting.domain.after.progress_rows import FIGURES
from voting.domain.core.imports import Unanswered
from voting.domain.core.list_words import remark_sentence
from voting.foreign.tables import Observation
from voting.models import ProgressReport

pytestmark = pytest.mark.django_db
WORDS = {"text": "有进展", "delay": "雨"}


@pytest.fixture
def spring() -> Spring:
    return make_spring()


def as_percent(rows: list[list[str]], line: int, value: float) -> bytes:
    """Return the table with one figure typed into a cell of percentages."""
    book = openpyxl.load_workbook(io.BytesIO(workbook(rows)))
    cell = book.active.cell(line, PLACES["reached"] + 1)
    cell.value, cell.number_format = value, "0%"
    out_ = io.BytesIO()
    book.save(out_)
    return out_.getvalue()


def asks(spring: Spring, table: list[list[str]] | bytes, question: Observation) -> None:
    """See that it is asked, that nothing is published without a yes, and all of it with one."""
    before = ProgressReport.objects.count()
    preview = look(spring, table)
    assert (preview.questions, preview.faults) == ([question], [])
    assert question.about in remark_sentence(question, FIGURES)
    with pytest.raises(Unanswered):
        come_back(spring, table)
    assert ProgressReport.objects.count() == before
    assert come_back(spring, table, agreed=[question.code]) == 1


def test_a_percentage_is_asked_about(spring: Spring):
    rows = out(spring)
    put(rows[2], **WORDS)
    asks(spring, as_percent(rows, 3, 0.08), Observation("percent", about="3 (– → 0.08)"))


def test_a_figure_far_beyond_the_target_is_asked_about(spring: Spring):
    rows = out(spring)
    target = (
        spring.deliveries[1].targets.get(position=1).number if hasattr(spring, "deliveries") else Decimal(10)
    )
    far = target * 100
    put(rows[2], reached=f"{far:f}", **WORDS)
    asks(spring, rows, Observation("beyond", about=f"3 (– → {far.normalize():f} / {target.normalize():f})"))


def test_a_figure_below_the_last_one_is_asked_about(spring: Spring):
    spring.report(day=date(2018, 6, 20), figures={1: 7}, delay="雨")
    rows = out(spring)
    put(rows[2], reached="3", **WORDS)
    asks(spring, rows, Observation("less", about="3 (7 → 3)"))


def test_what_is_as_planned_is_not_asked_about(spring: Spring):
    rows = out(spring)
    put(rows[2], reached="5", **WORDS)
    assert look(spring, rows).questions == []
    assert come_back(spring, rows) == 1


def test_every_question_of_a_table_stands_with_all_its_lines(spring: Spring):
    rows = out(spring)
    for line in (2, 3):
        put(rows[line], reached="9999999", **WORDS)
    [question] = look(spring, rows).questions
    assert question.about.startswith("3 (– → 9999999")
    assert ", 4 (– → 9999999" in question.about

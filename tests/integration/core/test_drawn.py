"""Drawn papers are kept by what they show and drawn once; who asks for many holds no voter's thread (TRUST.md §5).

Guards ``voting.printing.drawn``, ``voting.printing.pdf``, ``voting.printing.sheets`` and ``voting.views.core.busy``.
"""

from __future__ import annotations

import ast
import os
import threading
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import override

from tests.factories import make_vote
from tests.unit.scan.forms import sheet_of
from voting.count.measures import BallotType
from voting.printing import blocks, drawn, pdf
from voting.printing.blocks import Document, Heading, Table, Text, Tile
from voting.printing.drawn import kept_pdf, key_of
from voting.printing.sheets import drawn_layout, sheet_pdf, sheet_png
from voting.text.turns import NoTurn, Turns

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def directory(settings, tmp_path: Path) -> Path:
    settings.DRAWN_PAPERS = tmp_path / "drawn"
    return settings.DRAWN_PAPERS


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the titles of the papers as they are drawn."""
    titles: list[str] = []
    built = pdf._built

    def build(document: Document) -> bytes:
        titles.append(document.title)
        return built(document)

    monkeypatch.setattr(pdf, "_built", build)
    return titles


def document_of(title: str = "公告", *parts: blocks.Block) -> Document:
    return Document(title, "上", "", [*parts, Text("字")], [("h", "abc")])


def test_the_same_paper_is_drawn_once_and_comes_back_byte_for_byte(drawings, directory):
    first = kept_pdf(document_of())
    assert kept_pdf(document_of()) == first == pdf.as_pdf(document_of())
    assert len(drawings) == 2, "as_pdf draws, kept_pdf does so once"
    assert [path.stat().st_mode & 0o77 for path in directory.iterdir()] == [0]
    assert directory.stat().st_mode & 0o77 == 0


def changed(value: object) -> object:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return datetime(2026, 1, 5, tzinfo=UTC)
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, frozenset):
        return value | {7}
    return [*value, value[0]] if value else ["x"]


TILE = Tile(1, "名", "签", True, "green", "字", [("a", "b", "c")], ["reached"], "节点", ["注"], "/1/")
EVERY = [
    Heading("甲"), Text("甲"), blocks.Listing([(1, "甲")]), Table("甲", ["a", "b"], [["1", "2"]], frozenset({1})),
    blocks.Facts([("a", "b")]), blocks.Bars("甲", [("a", 1)]), blocks.Figures([("a", 1)]), blocks.Tiles("甲", [TILE]),
    TILE,
]  # fmt: skip


def test_whatever_is_changed_in_a_paper_gives_another_name():
    assert {type(each) for each in EVERY} | {Document} == {
        kind for kind in vars(blocks).values() if isinstance(kind, type) and is_dataclass(kind)
    }
    for block in [document_of(), *EVERY]:
        whole = block if isinstance(block, Document) else document_of("题", block)
        for field in fields(block):
            other = replace(block, **{field.name: changed(getattr(block, field.name))})
            shown = other if isinstance(other, Document) else document_of("题", other)
            assert key_of(shown) != key_of(whole), (type(block), field.name)
    assert key_of(document_of("题", Heading("甲"))) != key_of(document_of("题", Text("甲")))


def test_another_language_and_other_code_give_another_name(monkeypatch: pytest.MonkeyPatch):
    chinese = key_of(document_of())
    with override("en"):
        assert key_of(document_of()) != chinese
    monkeypatch.setattr(drawn, "_code", lambda: "another")
    assert key_of(document_of()) != chinese


def test_a_kept_file_that_is_damaged_is_drawn_anew(drawings, directory):
    first = kept_pdf(document_of())
    [path] = directory.iterdir()
    for damage in (path.read_bytes()[:-5], b"", path.read_bytes() + b"x"):
        path.write_bytes(damage)
        assert kept_pdf(document_of()) == first
    assert len(drawings) == 4


def test_what_is_kept_is_bounded_and_what_was_not_asked_for_the_longest_goes_first(
    drawings, directory, monkeypatch: pytest.MonkeyPatch
):
    size = len(kept_pdf(document_of("1"))) + 1000
    monkeypatch.setattr(drawn, "MOST_KEPT", 3 * size)
    for place, title in enumerate("123"):
        kept_pdf(document_of(title))
        os.utime(directory / f"{key_of(document_of(title))}.drawn", (place, place))
    kept_pdf(document_of("1"))
    kept_pdf(document_of("4"))
    assert sum(path.stat().st_size for path in directory.iterdir()) <= drawn.MOST_KEPT
    drawings.clear()
    for title in "134":
        kept_pdf(document_of(title))
    assert drawings == []
    kept_pdf(document_of("2"))
    assert drawings == ["2"]


def test_a_disk_that_takes_nothing_costs_no_paper(settings, tmp_path: Path):
    settings.DRAWN_PAPERS = tmp_path / "file" / "drawn"
    (tmp_path / "file").write_text("")
    assert kept_pdf(document_of()).startswith(b"%PDF")


def test_one_paper_is_drawn_at_a_time_and_what_is_kept_needs_no_turn(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pdf, "DRAWING", Turns(waiting=1, patience=0.01))
    kept = kept_pdf(document_of())
    with pdf.DRAWING.turn():
        assert kept_pdf(document_of()) == kept
        with pytest.raises(NoTurn):
            kept_pdf(document_of("另一份"))
        for draw in (drawn_layout, sheet_pdf, sheet_png):  # one compiler draws all, and bears no two
            with pytest.raises(NoTurn):
                draw(sheet_of(BallotType.UP_TO, 3, 2, definition="ef" * 32))
    assert kept_pdf(document_of("另一份"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("prefix", "sentence"), [("/en", "Ask for it again in a few seconds."), ("", "稍等几秒")]
)
def test_whoever_gets_no_turn_is_told_when_to_come_again(
    monkeypatch: pytest.MonkeyPatch, prefix: str, sentence: str
):
    make_vote(until="published")
    monkeypatch.setattr(pdf, "DRAWING", Turns(waiting=1, patience=0.01))
    with pdf.DRAWING.turn():
        answer = Client().get(f"{prefix}/2018/notice.pdf")
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "no-store" in answer["Cache-Control"]
    assert sentence in answer.content.decode()
    assert Client().get(f"{prefix}/2018/notice.pdf").status_code == 200


def test_two_processes_that_keep_the_same_paper_at_once_leave_one_whole_file(directory):
    document = document_of()
    key = key_of(document)
    content = pdf.as_pdf(document)
    threads = [
        threading.Thread(target=drawn._write, args=(directory / f"{key}.drawn", content)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.name for path in directory.iterdir()] == [f"{key}.drawn"]
    assert drawn._read(directory / f"{key}.drawn") == content


def test_what_the_staff_see_before_everybody_does_is_kept_nowhere():
    """Slips are pages, never PDFs; of the papers those of the public views alone are kept, of ballots the specimen."""
    keep = {
        str(path.relative_to(ROOT))
        for room in ("accounts", "config", "voting")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("voting.printing.drawn")
    }
    assert keep == {
        "voting/views/vote/ballot_sheet.py", "voting/views/vote/documents.py", "voting/views/before/slate_report.py",
        "voting/views/after/documents.py",
    }  # fmt: skip

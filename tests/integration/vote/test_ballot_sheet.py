"""The paper ballot to the millimetre: PDF, picture and layout are one sheet, for the clerk, the reader and everybody.

Guards ``voting.management.commands.ballot_sheet``, ``voting.read_models.vote.sheet_layouts``,
``voting.printing.sheets`` and ``voting.views.vote.ballot_sheet``.
"""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image

from tests.factories import make_vote
from voting.domain.vote.definitions import definition_of
from voting.printing.sheets import sheet_pdf, sheet_png
from voting.read_models.vote.sheet_layouts import printed_sheet, sheet_layouts
from voting.scan.layout import layout_of, read_layout

pytestmark = pytest.mark.django_db


def words_of(content: bytes) -> str:
    (page,) = pypdf.PdfReader(io.BytesIO(content)).pages
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]
    return "".join(page.extract_text().split())


def test_the_command_writes_one_sheet_in_three_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    vote = make_vote(until="keyed", delegates=3)
    with pytest.raises(CommandError):
        call_command("ballot_sheet", "1999", pdf=tmp_path / "none.pdf")
    paths = {name: tmp_path / f"sheet.{name}" for name in ("pdf", "png", "layout")}
    call_command("ballot_sheet", vote.cycle.slug, **paths)
    out = capsys.readouterr().out
    assert all(str(path) in out for path in paths.values())
    layout = read_layout(paths["layout"].read_bytes())
    assert layout.digest == layout_of(definition_of(vote.round)).digest
    assert "项目表决票" in words_of(paths["pdf"].read_bytes())
    with Image.open(paths["png"]) as picture:
        assert picture.size == (2480, 3508)
        grey = picture.convert("L")
    with Image.open(io.BytesIO(base64.b64decode(layout.body["blank"]))) as blank:
        assert blank.size == (1680, 2376)
    for box in layout.boxes:
        x, y, side = (box[key] * 300 / 25.4 for key in ("x", "y", "w"))
        sides = ((0, 0.5), (1, 0.5), (0.5, 0), (0.5, 1))
        rim = [grey.getpixel((round(x + part * side), round(y + other * side))) for part, other in sides]
        assert max(rim) < 128
        assert grey.getpixel((round(x + side / 2), round(y + side / 2))) > 250
    with pytest.raises(CommandError):
        call_command("ballot_sheet", vote.cycle.slug)
    for wrong in ({"pdf": tmp_path / "no" / "where.pdf"}, {"pdf": tmp_path / "none.pdf", "group": True}):
        with pytest.raises(CommandError):
            call_command("ballot_sheet", vote.cycle.slug, **wrong)
    assert not (tmp_path / "none.pdf").exists()


@pytest.mark.parametrize(
    "title", ["演练(不是正式表决)\n2026年民生实事项目表决票", "一" * 40 + "\n" + "二" * 40]
)
def test_the_title_stays_above_the_frame(title: str):
    """Where it crossed the line, the reader took it for ink beside the headings, and every such sheet for doubtful."""
    vote = make_vote(until="keyed", delegates=3)
    sheet = replace(printed_sheet(vote.cycle, vote.round), overline="演练", title=title, below="第2轮")
    dot = 300 / 25.4
    end = next(slot["y"] + slot["h"] for slot in sheet.layout.body["slots"] if slot["kind"] == "title")
    top = min(frame["y"] for frame in sheet.layout.body["frames"])
    with Image.open(io.BytesIO(sheet_png(sheet))) as picture:
        strip = picture.convert("L").crop((300, round(end * dot) + 2, 2180, round((top - 0.4) * dot)))
    assert strip.height > 5
    assert strip.getextrema()[0] > 250


def test_each_language_and_each_body_has_its_own_sheet_and_deck_and_the_reader_knows_all(tmp_path: Path):
    """Guards ``voting.read_models.vote.printed_decks`` too."""
    vote = make_vote(until="keyed", delegates=12, group=6, preset="shigu", seats=2)
    drawn = sheet_layouts(vote.round)
    assert len({each.digest for each in drawn}) == 4
    assert [(each.body["language"], each.in_group) for each in drawn] == [
        ("zh-hans", False), ("zh-hans", True), ("en", False), ("en", True),
    ]  # fmt: skip
    assert all(each.body["blank"] for each in drawn)
    with translation.override("en"):
        sheet = printed_sheet(vote.cycle, vote.round, in_group=True)
    assert sheet.layout.digest == drawn[3].digest
    assert vote.round.rules.group_name in words_of(sheet_pdf(sheet))
    for name, group in {"all": False, "group": True}.items():
        call_command("ballot_sheet", vote.cycle.slug, deck=tmp_path / name, group=group)
        first = pypdf.PdfReader(tmp_path / name).pages[0].extract_text()
        assert (vote.round.rules.group_name in "".join(first.split())) is group


def test_the_specimen_is_no_ballot_of_the_round(client: Client):
    vote = make_vote(until="keyed", delegates=3)
    assert "/2018/ballot-paper.pdf" in client.get("/2018/ballot-paper/").content.decode()
    answer = client.get("/2018/ballot-paper.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert "样张" in words_of(answer.content)
    specimen = printed_sheet(vote.cycle, vote.round, is_specimen=True)
    assert specimen.layout.digest not in {each.digest for each in sheet_layouts(vote.round)}
    assert client.get("/2018/ballot-paper.pdf", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get("/2018/ballot-paper.pdf?round=9").status_code == 404


def test_the_clerk_prints_the_sheet_of_the_round(client: Client):
    vote = make_vote(until="keyed", delegates=3)
    client.force_login(vote.clerk)
    answer = client.get(reverse("admin:ballot_sheet_pdf", args=["2018"]))
    assert answer.status_code == 200, answer.content[:300]
    assert "no-store" in answer["Cache-Control"]
    assert "样张" not in words_of(answer.content)
    assert "sheet.pdf" in client.get(reverse("admin:ballot_sheets", args=["2018"])).content.decode()


def test_so_many_places_stand_on_no_such_sheet(client: Client, tmp_path: Path):
    vote = make_vote(until="keyed", delegates=3, preset="liyang", candidates=13, seats=11)
    assert client.get("/2018/ballot-paper.pdf").status_code == 404
    assert "ballot-paper.pdf" not in client.get("/2018/ballot-paper/").content.decode()
    with pytest.raises(CommandError):
        call_command("ballot_sheet", vote.cycle.slug, pdf=tmp_path / "a.pdf")

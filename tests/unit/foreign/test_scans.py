"""A scanner's file is opened in a process of its own: page by page, quickly, and hostile ones are refused with a word.

Guards ``voting.foreign.scan``, ``voting.foreign.scanned`` and ``voting.scan.__main__``.
"""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path

import numpy as np
import pypdf
import pytest
from PIL import Image

from tests import hostile_files
from tests.unit.scan import sheets
from tests.unit.scan.forms import form
from voting.count.measures import BallotType
from voting.foreign.scanned import pages_of
from voting.foreign.unfit import Unfit
from voting.scan.__main__ import main


@cache
def pictures() -> list[Image.Image]:
    """Two plain sheets, the first again, and an empty page."""
    layout = form(BallotType.UP_TO)
    printed, made = sheets.printed_page(layout), []
    for seed in (1, 2):
        random = np.random.default_rng(seed)
        paper, _truth = sheets.marked(random, layout, printed, pen="gel")
        made += [
            Image.fromarray(sheets.scanned(random, paper.light, dpi=200, turn=0.3)[0]) for _scan in range(2)
        ]
    return [made[0], made[2], made[1], Image.new("L", made[0].size, 235)]


def packed(pages: list[Image.Image], kind: str, **how: object) -> bytes:
    content = io.BytesIO()
    more = {"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {}
    pages[0].save(content, kind, **more, **how)
    return content.getvalue()


def pdf(*pages: Image.Image) -> bytes:
    return packed(list(pages), "PDF", resolution=200)


def layered() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(pictures()[0])))
    writer.pages[0].merge_page(pypdf.PdfReader(io.BytesIO(pdf(pictures()[3]))).pages[0])
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def many_pages(count: int = 1000) -> bytes:
    writer = pypdf.PdfWriter()
    for _page in range(count):
        writer.add_blank_page(595, 842)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def locked() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(many_pages(1)))
    writer.encrypt("word")
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def jbig2() -> bytes:
    """A page whose picture says that it is packed in a way that swaps letters that look alike."""
    content = pdf(pictures()[3].resize((80, 110)).convert("L"))
    return content.replace(b"/DCTDecode", b"/JBIG2Decode")


def test_every_page_is_read_and_what_is_there_twice_is_named():
    layout = form(BallotType.UP_TO)
    pages = list(pages_of(pdf(*pictures()), layout))
    assert [(each.reading.status, each.reading.why) for each in pages] == [
        *[("ok", "")] * 3,
        ("refused", "blank"),
    ]
    assert [each.same_as for each in pages] == [None, None, 1, None]
    assert pages[0].reading.marks == pages[2].reading.marks != pages[1].reading.marks
    for each, longest in zip(pages, (2376, 2376, 2376, 2339), strict=True):
        with Image.open(io.BytesIO(each.picture)) as picture:
            assert (picture.mode, picture.format, max(picture.size)) == ("L", "JPEG", longest)
            assert not picture.getexif()
    (again,) = pages_of(
        packed([pictures()[0]], "TIFF"), layout, earlier=[pages[1].reading.ink, pages[0].reading.ink]
    )
    assert (again.same_as, again.seen_before) == (None, 1)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (many_pages, "pages"),
        (lambda: hostile_files.scan_bomb(pages=1000), "pages"),
        (locked, "locked"),
        (lambda: hostile_files.picture_bomb(10_000, 10_000), "pixels"),
        (lambda: pdf(Image.new("L", (10_000, 10_000))), "pixels"),
        (lambda: b"%PDF-1.7 no more", "broken"),
        (lambda: b"something else", "kind"),
        (hostile_files.far_cell, "kind"),
        (lambda: packed([pictures()[3]], "PNG")[:3000], "broken"),
    ],
)
def test_a_file_that_was_made_to_stop_a_server_is_refused_with_a_word(make, code: str):  # type: ignore[no-untyped-def]
    with pytest.raises(Unfit) as refusal:
        list(pages_of(make(), form(BallotType.UP_TO)))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (layered, "layered"),
        (jbig2, "jbig2"),
        (lambda: hostile_files.scan_bomb(filters=b"/JBIG2Decode"), "jbig2"),
        (lambda: hostile_files.scan_bomb(pictures=3), "layered"),
        (lambda: many_pages(1), "blank"),
        (lambda: pdf(pictures()[0].convert("1")), "black_white"),
        (lambda: packed([pictures()[0].convert("1")], "TIFF", compression="group4"), "black_white"),
    ],
)
def test_a_page_that_is_no_grey_scan_is_refused_by_name(make, why: str):  # type: ignore[no-untyped-def]
    (only,) = pages_of(make(), form(BallotType.UP_TO))
    assert (only.reading.status, only.reading.why) == ("refused", why)


def test_the_command_answers_page_by_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    layout, scan, bad = (tmp_path / name for name in ("layout.json", "scan.png", "bad.pdf"))
    layout.write_text(form(BallotType.UP_TO).text)
    scan.write_bytes(packed([pictures()[1]], "PNG"))
    bad.write_bytes(b"%PDF-")
    assert main([str(scan), "--layout", str(layout), "--json"]) == 0
    (page,) = json.loads(capsys.readouterr().out)["files"][0]["pages"]
    assert (page["status"], page["doubt"], len(page["boxes"])) == ("ok", False, 12)
    assert {box["reading"] for box in page["boxes"]} == {"marked", "empty"}
    assert main([str(scan), str(bad), str(tmp_path / "none"), "--layout", str(layout)]) == 2
    told = capsys.readouterr()
    assert "scan.png\t1\tok\t" in told.out
    assert [line.rsplit("/", 1)[1] for line in told.err.splitlines()] == [
        "bad.pdf: it is damaged, or not what its beginning says", "none: No such file or directory",
    ]  # fmt: skip
    layout.write_text("{}")
    assert main([str(scan), "--layout", str(layout)]) == 2

"""Files from anybody: the content decides, the file is made anew, nothing hidden in it stays.

Guards ``voting.domain.core.uploads``.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import IO

import pypdf
import pytest
from PIL import Image
from pypdf.actions import JavaScript
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from voting.domain.core import uploads
from voting.domain.core.uploads import (
    MOST_BYTES,
    MOST_PAGES,
    BadFile,
    BadFiles,
    Raw,
    clean,
    clean_all,
    plain_name,
)
from voting.foreign import paper as paper_reader
from voting.foreign.picture import LONGEST_SIDE
from voting.foreign.unfit import Unfit

PLACE = 0x8825  # the EXIF tag under which a camera writes where it stood


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), **more: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "#804020").save(made, form, **more)
    return made.getvalue()


def with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-NOTE"
    exif.get_ifd(PLACE)[2] = (30.0, 19.0, 12.0)
    exif[PLACE] = exif.get_ifd(PLACE)
    exif[0x0112] = 6  # held upright: turned by a quarter
    return picture(exif=exif.tobytes())


def paper(pages: int = 1, *, script: bool = False, password: str = "", attached: bytes = b"") -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": "SECRET-NOTE"})
    if script:
        writer.add_open_action(JavaScript("app.alert(1)"))
    if attached:
        writer.add_attachment("a.exe", attached)
    if password:
        writer.encrypt(password)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def refused(name: str, data: bytes) -> str:
    with pytest.raises(BadFile) as refusal:
        clean(name, data)
    return refusal.value.why


def test_a_picture_loses_its_place_and_notes_and_stands_upright():
    given = with_place()
    assert b"SECRET-NOTE" in given
    kept = clean("照片.JPG", given)
    with Image.open(io.BytesIO(kept.data)) as image:
        assert image.size == (48, 64)
        assert dict(image.getexif()) == {}
    assert b"SECRET-NOTE" not in kept.data
    assert (kept.name, kept.content_type) == ("照片.jpg", "image/jpeg")


@pytest.mark.parametrize(
    ("form", "type_"), [("JPEG", "image/jpeg"), ("PNG", "image/jpeg"), ("WEBP", "image/jpeg")]
)
def test_what_is_taken(form: str, type_: str):
    assert clean("a", picture(form)).content_type == type_


def test_a_transparent_picture_stays_one():
    made = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(made, "PNG")
    assert clean("a.png", made.getvalue()).content_type == "image/png"


def test_a_large_picture_is_made_smaller():
    kept = clean("a.png", picture("PNG", (5000, 1000)))
    with Image.open(io.BytesIO(kept.data)) as image:
        assert max(image.size) == LONGEST_SIDE


def test_what_follows_the_picture_is_gone():
    kept = clean("a.jpg", picture() + b"PK\x03\x04<script>alert(1)</script>")
    assert b"script" not in kept.data


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "type"),
        ("a.jpg", b"<html><script>alert(1)</script></html>", "type"),
        ("a.jpg", b"MZ\x90\x00", "type"),
        ("a.gif", b"GIF89a" + bytes(20), "type"),
        ("a.jpg", b"", "empty"),
        ("a.jpg", b"\xff\xd8\xff" + bytes(MOST_BYTES), "large"),
        ("a.jpg", b"\xff\xd8\xff\xe0 nothing more", "broken"),
        ("a.pdf", b"%PDF-1.7 nothing more", "broken"),
    ],
)
def test_what_is_not_taken(name: str, data: bytes, why: str):
    assert refused(name, data) == why


def test_a_pdf_named_as_a_picture_is_judged_as_a_pdf():
    kept = clean("a.jpg", paper())
    assert (kept.name, kept.content_type) == ("a.pdf", "application/pdf")
    assert refused("a.jpg", paper(script=True)) == "active"


def test_a_bomb_is_not_unpacked():
    """A PNG that says it has 60 000 × 60 000 points, of a few hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")
    assert refused("a.png", bomb) == "pixels"


def test_a_pdf_loses_its_author():
    kept = clean("a.pdf", paper(2))
    assert b"SECRET-NOTE" not in kept.data
    assert len(pypdf.PdfReader(io.BytesIO(kept.data)).pages) == 2


def test_a_pdf_that_could_act_is_not_taken():
    assert refused("a.pdf", paper(script=True)) == "active"
    assert refused("a.pdf", paper(attached=b"MZ")) == "active"
    assert refused("a.pdf", paper(password="x")) == "locked"
    assert refused("a.pdf", paper(MOST_PAGES + 1)) == "pages"


def test_a_script_behind_a_page_is_found():
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    act = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x")}
    )
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): act})
    made = io.BytesIO()
    writer.write(made)
    assert refused("a.pdf", made.getvalue()) == "active"


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("name", ["/Launch", "/GoToR", "/L#61unch"])
def test_an_action_whose_kind_stands_elsewhere_is_found(name: str, steps: int):
    """The word Launch is an object of its own, to which the action points, or points by another."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    kind = writer._add_object(NameObject(name.replace("#61", "a")))
    for _step in range(steps - 1):
        kind = writer._add_object(kind)
    act = DictionaryObject({NameObject("/S"): kind, NameObject("/F"): TextStringObject("x.exe")})
    link = DictionaryObject({NameObject("/Type"): NameObject("/Annot"), NameObject("/A"): act})
    page[NameObject("/Annots")] = writer._add_object(ArrayObject([writer._add_object(link)]))
    made = io.BytesIO()
    writer.write(made)
    data = made.getvalue()
    if "#" in name:
        data = data.replace(b"/Launch", name.encode())
    assert b"/S /" not in data
    assert refused("a.pdf", data) == "active"


def test_a_pdf_that_opens_at_a_page_is_taken():
    """Many programs write where the file opens; the copy has nothing of it."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    writer.open_destination = page
    made = io.BytesIO()
    writer.write(made)
    assert b"/OpenAction" in made.getvalue()
    assert b"/OpenAction" not in clean("a.pdf", made.getvalue()).data


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\照片 1.jpg", "照片 1.jpg"),
        ("a\x00\r\nb<script>.png", "a_b_script_.png"),
        ("....", "file"),
        ("长" * 300 + ".jpg", "长" * 76 + ".jpg"),
    ],
)
def test_names_are_made_harmless(given: str, shown: str):
    assert plain_name(given) == shown


def test_after_a_file_that_its_reader_could_not_bear_no_other_is_opened(monkeypatch: pytest.MonkeyPatch):
    opened: list[str] = []

    def answer_of(reader: str, content: bytes) -> IO[bytes]:
        opened.append(reader)
        raise Unfit("much" if len(opened) == 2 else "broken")

    monkeypatch.setattr(uploads, "answer_of", answer_of)
    with pytest.raises(BadFiles) as refusal:
        clean_all([Raw(f"{place}.jpg", picture()) for place in range(5)])
    assert [(each.name, each.why) for each in refusal.value.refusals] == [
        ("0.jpg", "broken"),
        ("1.jpg", "much"),
    ]
    assert len(opened) == 2


def test_the_number_of_pages_that_a_sentence_names_is_the_readers():
    assert paper_reader.MOST_PAGES == MOST_PAGES

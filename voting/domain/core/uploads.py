"""Files from anybody: judged by their content, made anew, stripped of places and scripts. The name says nothing."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass

import pypdf
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from PIL import Image, ImageOps
from pypdf.generic import DictionaryObject, IndirectObject

from voting.domain.core.refusals import Refused

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2000  # pixels, of a picture as it is kept
MOST_PAGES = 50
MOST_OBJECTS = 50_000
_NAME = re.compile(r"[^\w\u3400-\u9fff .()-]+")
#: What makes a PDF do something, wherever it stands in the file.
_ACTIVE = frozenset({
    "/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/AA", "/XFA", "/RichMedia",
    "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Movie", "/Sound",
})  # fmt: skip


class BadFile(Refused):
    """A file that is not taken; ``why`` is one of the words of ``_SENTENCES``."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name, self.why = name, why

    def __str__(self) -> str:
        reason = {
            "empty": _("is empty"),
            "large": _("is larger than 5 MB"),
            "type": _("is neither a picture (JPEG, PNG, WebP) nor a PDF; its content decides, not its name"),
            "broken": pgettext("file", "cannot be read"),
            "pixels": _("has too many pixels"),
            "pages": _("has more than %d pages") % MOST_PAGES,
            "locked": _("is locked with a password"),
            "active": _("contains a script, a form or another file; save it as a plain PDF"),
        }[self.why]
        return _("“%(name)s” %(why)s. It was not kept.") % {"name": self.name, "why": reason}


@dataclass(frozen=True)
class Cleaned:
    """A file as it is kept."""

    name: str
    content_type: str
    data: bytes


def clean(name: str, data: bytes) -> Cleaned:
    """Return the file made anew. Raises BadFile."""
    shown = plain_name(name)
    if not data:
        raise BadFile(shown, "empty")
    if len(data) > MOST_BYTES:
        raise BadFile(shown, "large")
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return Cleaned(_with(shown, ".pdf"), "application/pdf", _pdf(shown, data))
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (data[:4], data[8:12]) == (
        b"RIFF",
        b"WEBP",
    ):
        return _picture(shown, data)
    raise BadFile(shown, "type")


def _require(fine: bool, name: str, why: str) -> None:  # noqa: FBT001 said in one word
    if not fine:
        raise BadFile(name, why)


def plain_name(name: str) -> str:
    """Return a file name that is safe to show and to offer: no path, no control characters, 80 characters at most."""
    last = re.split(r"[/\\]", name)[-1]
    return _NAME.sub("_", last).strip(". ")[-80:] or "file"


def _with(name: str, ending: str) -> str:
    return re.sub(r"\.\w{1,5}$", "", name) + ending


def _picture(name: str, data: bytes) -> Cleaned:
    """Decode the picture and encode it again: turned as the camera held it, without its place and its other notes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as image:
                _require(image.width * image.height <= MOST_PIXELS, name, "pixels")
                turned = ImageOps.exif_transpose(image)
                turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                keeps_alpha = turned.mode in {"RGBA", "LA", "P"} and image.format != "JPEG"
                whole = turned.convert("RGBA" if keeps_alpha else "RGB")
    except BadFile:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise BadFile(name, "pixels") from None
    except Exception:  # noqa: BLE001 a decoder may fail in any way over a hostile file
        raise BadFile(name, "broken") from None
    made = io.BytesIO()
    if keeps_alpha:
        Image.frombytes(whole.mode, whole.size, whole.tobytes()).save(made, "PNG", optimize=True)
        return Cleaned(_with(name, ".png"), "image/png", made.getvalue())
    Image.frombytes(whole.mode, whole.size, whole.tobytes()).save(made, "JPEG", quality=82)
    return Cleaned(_with(name, ".jpg"), "image/jpeg", made.getvalue())


def _pdf(name: str, data: bytes) -> bytes:
    """Write the pages into a new file, without the author, the places and the history of the old one."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        _require(not reader.is_encrypted, name, "locked")
        _require(len(reader.pages) <= MOST_PAGES, name, "pages")
        _require_passive(name, reader)
        writer = pypdf.PdfWriter()
        for page in reader.pages:
            writer.add_page(page)
        writer.metadata = None
        made = io.BytesIO()
        writer.write(made)
    except BadFile:
        raise
    except Exception:  # noqa: BLE001 a parser may fail in any way over a hostile file
        raise BadFile(name, "broken") from None
    if made.tell() > 2 * MOST_BYTES:
        raise BadFile(name, "large")
    return made.getvalue()


def _require_passive(name: str, reader: pypdf.PdfReader) -> None:
    """Walk every object once. Raises BadFile where something could act."""
    seen: set[tuple[int, int]] = set()
    waiting: list[object] = [reader.trailer]
    looked = 0
    while waiting:
        looked += 1
        if looked > MOST_OBJECTS:
            raise BadFile(name, "broken")
        here = waiting.pop()
        if isinstance(here, IndirectObject):
            key = (here.idnum, here.generation)
            if key not in seen:
                seen.add(key)
                waiting.append(here.get_object())
        elif isinstance(here, DictionaryObject):
            if _ACTIVE & set(here) or here.get("/S") in _ACTIVE:
                raise BadFile(name, "active")
            waiting += [dict.__getitem__(here, key) for key in here]
        elif isinstance(here, list):
            waiting += [list.__getitem__(here, place) for place in range(len(here))]

"""Read a scanner's file, page by page: what each says of the ballot, and its picture anew, grey and without notes.

Runs in the child process alone. What comes in is a line of JSON (the layouts, the lengths of the fingerprints that
were read before), those fingerprints, and then the file. The answer is, for each page, a line of JSON, its picture
and its fingerprint.
"""

from __future__ import annotations

import io
import json
import os
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[_name] = "1"  # the child may start no other thread

import cv2  # noqa: E402
import numpy as np  # noqa: E402
import pypdfium2  # noqa: E402
from PIL import Image, ImageSequence, UnidentifiedImageError  # noqa: E402

from voting.foreign.unfit import Unfit  # noqa: E402
from voting.scan.layout import Layout  # noqa: E402
from voting.scan.reader import read_page, same_sheet  # noqa: E402
from voting.scan.reading import PageReading  # noqa: E402
from voting.scan.registering import Grey  # noqa: E402

MOST_PAGES = 320
MOST_PIXELS = 40_000_000
MOST_OBJECTS = 5000  # of one page
_KEPT_LONG = 2400  # dots of the longer side of a picture that is kept: a sheet laid flat is a little smaller
_QUALITY = 70


def read(content: bytes, answer: IO[bytes]) -> None:
    """Read every page. Raises Unfit ``pages``, ``pixels``, ``locked``, ``kind`` or ``broken``."""
    cv2.setNumThreads(1)
    line, _end, rest = content.partition(b"\n")
    asked = json.loads(line)
    layouts = [Layout(text) for text in asked["layouts"]]
    earlier: list[bytes] = []
    for length in asked["earlier"]:
        earlier.append(rest[:length])
        rest = rest[length:]
    inks: list[bytes] = []
    for place, picture in enumerate(_pictures(rest), start=1):
        reading, kept = (
            (PageReading(place, "refused", why=picture), None)
            if isinstance(picture, str)
            else read_page(picture, layouts, page=place)
        )
        same = same_sheet(reading.ink, inks)
        before = same_sheet(reading.ink, earlier)
        inks.append(reading.ink)
        _write(answer, reading, kept, same=None if same is None else same + 1, before=before)


def _write(
    answer: IO[bytes], reading: PageReading, kept: Grey | None, *, same: int | None, before: int | None
) -> None:
    picture = b"" if kept is None else _kept(kept)
    told = {
        "reading": reading.to_dict(),
        "same_as": same,
        "seen_before": before,
        "picture": len(picture),
        "ink": len(reading.ink),
    }
    answer.write(json.dumps(told).encode() + b"\n" + picture + reading.ink)
    answer.flush()  # whoever waits sees how far it is


def _kept(picture: Grey) -> bytes:
    scale = _KEPT_LONG / max(picture.shape)
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _done, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return bytes(packed.tobytes())


def _pictures(content: bytes) -> Iterator[Grey | str]:
    """Yield every page's picture, or why it is none."""
    if b"%PDF-" in content[:1024]:
        yield from _pdf_pictures(content)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "TIFF"]) as image:
                if getattr(image, "n_frames", 1) > MOST_PAGES:
                    raise Unfit("pages")
                for frame in ImageSequence.Iterator(image):
                    yield _decoded(frame)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise Unfit("pixels") from None
        except UnidentifiedImageError:
            raise Unfit("kind") from None


def _decoded(frame: Image.Image) -> Grey | str:
    _require_size(frame.width, frame.height)
    if frame.mode == "1":
        return "black_white"
    return np.asarray(frame.convert("L"))


def _require_size(width: int, height: int) -> None:
    """Refuse a picture before it is decoded. Raises Unfit ``pixels``."""
    if width * height > MOST_PIXELS:
        raise Unfit("pixels")


def _pdf_pictures(content: bytes) -> Iterator[Grey | str]:
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Unfit("locked" if "password" in str(error).lower() else "broken") from None
    if len(document) > MOST_PAGES:
        raise Unfit("pages")
    for place in range(len(document)):
        page = document[place]
        yield _page_picture(page)
        page.close()


def _page_picture(page: Any) -> Grey | str:
    """Return the one picture of a page as it was scanned, or why it has none."""
    pictures: list[Any] = []
    drawn = 0
    for each in islice(page.get_objects(max_depth=4), MOST_OBJECTS + 1):
        if each.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE:
            pictures.append(each)
        else:
            drawn += _is_seen(each)
    if not pictures and not drawn:
        return "blank"
    if len(pictures) != 1 or drawn:
        return "layered"
    (picture,) = pictures
    if "JBIG2Decode" in picture.get_filters():
        return "jbig2"
    _require_size(*picture.get_px_size())
    if picture.get_metadata().bits_per_pixel == 1:
        return "black_white"
    return _grey(picture.get_bitmap(render=False))


def _is_seen(part: Any) -> bool:
    """Tell whether a part of a page is seen: words that a scanner recognised lie there and are not."""
    if part.type != pypdfium2.raw.FPDF_PAGEOBJ_TEXT:
        return True
    return bool(
        pypdfium2.raw.FPDFTextObj_GetTextRenderMode(part.raw) != pypdfium2.raw.FPDF_TEXTRENDERMODE_INVISIBLE
    )


def _grey(bitmap: Any) -> Grey:
    dots = bitmap.to_numpy()
    if dots.ndim == 2:  # noqa: PLR2004 grey already
        return np.ascontiguousarray(dots)
    if dots.shape[2] == 1:
        return np.ascontiguousarray(dots[:, :, 0])
    code = cv2.COLOR_BGR2GRAY if dots.shape[2] == 3 else cv2.COLOR_BGRA2GRAY  # noqa: PLR2004 colours
    grey: Grey = cv2.cvtColor(dots, code)
    return grey

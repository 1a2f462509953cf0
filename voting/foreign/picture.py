"""Read a picture and write it anew: turned as the camera held it, without its place and its other notes.

Runs in the child process alone. The answer is the kind of the new picture, a line, and then its bytes.
"""

from __future__ import annotations

import io
import warnings
from typing import IO

from PIL import Image, ImageOps

from voting.foreign.unfit import Unfit

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2000  # pixels, of a picture as it is kept


def read(content: bytes, answer: IO[bytes]) -> None:
    """Decode the picture and encode it again. Raises Unfit ``pixels`` before anything is decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise Unfit("pixels")
                # Smaller before anything else: a JPEG is then never decoded in its full size.
                image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                keeps_alpha = image.mode in {"RGBA", "LA", "P"} and image.format != "JPEG"
                turned = ImageOps.exif_transpose(image)
                whole = turned.convert("RGBA" if keeps_alpha else "RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Unfit("pixels") from None
    kind = "image/png" if keeps_alpha else "image/jpeg"
    answer.write(f"{kind}\n".encode())
    made = Image.frombytes(whole.mode, whole.size, whole.tobytes())
    if keeps_alpha:
        made.save(answer, "PNG", optimize=True)
    else:
        made.save(answer, "JPEG", quality=82)

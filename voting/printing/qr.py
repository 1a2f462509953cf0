"""QR codes of what is shown once, to be printed or photographed."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe

#: Any of the eight masks gives a valid QR code; trying them all would cost more than printing the slip.
QR_MASK = 4


def qr(text: str) -> SafeString:
    """Return the text as a QR code in inline SVG."""
    code = segno.make(text, error="l", mask=QR_MASK, boost_error=False, micro=False)
    return mark_safe(code.svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None))  # noqa: S308 drawn by segno

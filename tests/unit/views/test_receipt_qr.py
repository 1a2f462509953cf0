"""The quick QR code is the one that segno would draw.

Guards ``voting.views.vote.receipt_qr``.
"""

from __future__ import annotations

import random
import re

import pytest
import segno

from voting.domain.vote.receipts import friendly
from voting.views.vote import receipt_qr
from voting.views.vote.receipt_qr import make_ready, receipt_svg

ADDRESSES = ["", "http://127.0.0.1:8000/receipt/", "https://票决.example/en/receipt/".encode("idna").decode()]


def drawn(svg: str) -> set[tuple[int, int]]:
    """The dark modules of a drawing, without its margin of four."""
    x, y, dark = 0, 0, set()
    for step, right, down in re.findall(r"([hm])(-?\d+)(?: (\d))?", svg.partition("M4 4.5")[2]):
        if step == "h":
            dark |= {(y, x + module) for module in range(int(right))}
        x, y = x + int(right), y + int(down or 0)
    return dark


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:8000/receipt/", "https://example.org/en/receipt/"])
def test_it_is_the_code_that_a_full_encoding_gives(address):
    source = random.Random(7)
    for digest in [bytes(32), b"\xff" * 32, *(source.randbytes(32) for _ in range(30))]:
        receipt = friendly(digest.hex())
        text = f"{address}#{receipt}" if address else receipt
        full = segno.make_qr(text, error="l", mask=4, boost_error=False, mode="byte", encoding="iso-8859-1")
        dark = {(y, x) for y, row in enumerate(full.matrix) for x, module in enumerate(row) if module}
        assert drawn(receipt_svg(address, receipt)) == dark


def test_a_code_that_was_made_ready_is_drawn_without_encoding_for_its_receipt(monkeypatch):
    """The first of a hall waits for one encoding, not for two hundred. Guards ``voting.views.vote.receipt_qr``."""
    address = "https://ready.example/receipt/" + "x" * 61
    make_ready(address)
    encoded, encode = [], receipt_qr._encode

    def counted(text):
        encoded.append(text)
        return encode(text)

    monkeypatch.setattr(receipt_qr, "_encode", counted)
    receipt_svg(address, friendly(bytes(32).hex()))
    receipt_svg(address, friendly((b"\xff" * 32).hex()))
    assert len(encoded) == 1

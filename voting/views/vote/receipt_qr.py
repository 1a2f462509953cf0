"""The QR code of a receipt, drawn in a tenth of the time that encoding it afresh would take.

Of one version, one mask and one length, a QR code is an affine function of the bits of its text over GF(2): error
correction is linear, masking adds a constant (ISO/IEC 18004:2015, 7.5 and 7.8). So the code of a receipt is the
code of a template, exclusive-or one pattern for each bit in which the texts differ. The patterns come from segno
and are kept; on the evening of the vote, only exclusive-or is left to do.
"""

from __future__ import annotations

from functools import cache, lru_cache, reduce
from itertools import groupby
from operator import xor
from threading import Lock

import segno

from voting.domain.vote.receipts import ALPHABET, BITS, GROUP

_once = Lock()
#: Any of the eight masks gives a valid code; the best one is not worth its search.
_MASK = 4
_QUIET = 4  # modules of margin on every side (ISO/IEC 18004:2015, 5.3.8)
_ZERO = "-".join(["0" * GROUP] * (BITS // 5 // GROUP))
#: Digits and capital letters differ from "0" in these bits; 0x60 only as a whole.
_BITS = (0x01, 0x02, 0x04, 0x08, 0x10, 0x60)
#: So many modules are drawn at once: as steps of a pen, that draws or moves.
_CHUNK = 12


def receipt_svg(address: str, receipt: str) -> str:
    """Return the QR code of ``address#receipt`` as inline SVG; without an address, of the receipt alone.

    The receipt is in the fragment, which reaches no server and no log.
    """
    prefix = f"{address}#" if address else ""
    size, code = _template(prefix)
    patterns = _patterns(len(prefix))
    for pattern, char in zip(patterns, receipt, strict=True):
        code ^= pattern[char]
    return _svg(code, size)


def make_ready(address: str) -> None:
    """Find out, in half a second, what every receipt at this address needs: nobody waits for that with a ballot."""
    with _once:
        _patterns(len(f"{address}#" if address else ""))


@lru_cache(maxsize=8192)  # congresses in each language; some hundred bytes each
def _template(prefix: str) -> tuple[int, int]:
    """Return the size and the code of an address with the receipt of noughts."""
    return _encode(prefix + _ZERO)


@lru_cache(maxsize=128)  # lengths of addresses; some 200 KB each
def _patterns(length: int) -> list[dict[str, int]]:
    """Return what each character at each place of a receipt changes: the same behind all addresses so long."""
    _size, template = _template("0" * length)
    patterns = []
    for place, zero in enumerate(_ZERO):
        before, after = "0" * length + _ZERO[:place], _ZERO[place + 1 :]
        by_bit = {
            bit: _encode(before + chr(ord(zero) ^ bit) + after)[1] ^ template for bit in _BITS if zero == "0"
        }
        patterns.append({char: _changed(char, zero, by_bit) for char in (ALPHABET if by_bit else zero)})
    return patterns


def _changed(char: str, zero: str, by_bit: dict[int, int]) -> int:
    difference = ord(char) ^ ord(zero)
    return reduce(xor, (pattern for bit, pattern in by_bit.items() if difference & bit), 0)


def _encode(text: str) -> tuple[int, int]:
    """Return the side of the code in modules, and its modules row by row as one number."""
    code = segno.make_qr(text, error="l", mask=_MASK, boost_error=False, mode="byte", encoding="iso-8859-1")
    rows = list(code.matrix)
    return len(rows), int("".join("1" if module else "0" for row in rows for module in row), 2)


def _svg(code: int, size: int) -> str:
    bits = f"{code:0{size * size}b}"
    path = "".join([steps[bits[start:end]] for start, end, steps in _strokes(size)])
    side = size + 2 * _QUIET
    return (
        f'<svg viewBox="0 0 {side} {side}" shape-rendering="crispEdges" aria-hidden="true">'
        f'<path stroke="#000" d="M{_QUIET} {_QUIET}.5{path}"/></svg>'
    )


@cache
def _strokes(size: int) -> list[tuple[int, int, dict[str, str]]]:
    """Return which modules of a code are drawn at once, and how; behind each row the pen goes to the next one."""
    within, strokes = _steps(), []
    last = {
        row: f"{steps}m-{size} 1" for row, steps in within.items() if len(row) == ((size - 1) % _CHUNK) + 1
    }
    for row in range(0, size * size, size):
        ends = [*range(row + _CHUNK, row + size, _CHUNK), row + size]
        starts = range(row, row + size, _CHUNK)
        strokes += [
            (start, end, last if end == row + size else within)
            for start, end in zip(starts, ends, strict=True)
        ]
    return strokes


@cache
def _steps() -> dict[str, str]:
    """Return how a pen draws any row of so many modules, or of fewer."""
    rows = [f"{number:0{width}b}" for width in range(1, _CHUNK + 1) for number in range(1 << width)]
    runs = {row: ["".join(run) for _module, run in groupby(row)] for row in rows}
    return {
        row: "".join(f"h{len(run)}" if run[0] == "1" else f"m{len(run)} 0" for run in parts)
        for row, parts in runs.items()
    }

"""Room on the interpreter's stack, so that deep calls do not cost a fifth of the run.

CPython keeps frames in chunks of 16 KB, and gives a chunk back to the system as soon as its last frame is left: a loop
that happens to call across the end of a chunk maps and unmaps memory with every call. Measured on the tests of the
verbs: 250 000 times, 6 of 30 seconds. A frame that is wider than a chunk gets a chunk of its own size, rounded up to a
power of two, and what it calls finds its room in the rest of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: 40 000 names take 320 KB of 512: the rest is room for what 12 chunks would hold.
_NAMES = " = ".join(f"name_{number}" for number in range(40_000))
_made: dict[str, Callable[[Callable[[], object]], object]] = {}
exec(f"def wide(call):\n    return call()\n    {_NAMES} = 0\n", _made)  # noqa: S102 the text is ours


def in_a_wide_frame(call: Callable[[], T]) -> T:
    """Return what *call* returns, called where the stack has room."""
    return _made["wide"](call)  # type: ignore[return-value]

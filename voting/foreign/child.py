"""The child that opens one file: its limits first, then the reader, then its answer on standard output.

It is started by ``voting.foreign.apart`` alone. It imports what its reader needs and nothing of Django. Exit status: 0
the answer is whole, 3 the answer is why the file is not taken; anything else, and whatever ends it, is a file that
nobody takes.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import sys
from contextlib import suppress
from importlib import import_module
from typing import IO, NoReturn

from voting.foreign.unfit import Unfit

MEGABYTE = 1 << 20
#: Memory and seconds of computing of each reader, and the bytes that it may write.
MOST_MEMORY = {
    "sheet": 512 * MEGABYTE, "picture": 640 * MEGABYTE, "paper": 320 * MEGABYTE, "scan": 1024 * MEGABYTE,
}  # fmt: skip
MOST_SECONDS = {"sheet": 20, "picture": 6, "paper": 6, "scan": 150}
MOST_WRITTEN = {
    "sheet": 64 * MEGABYTE,
    "picture": 32 * MEGABYTE,
    "paper": 16 * MEGABYTE,
    "scan": 192 * MEGABYTE,
}
_OPEN_FILES = 16
_DEATH_OF_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
_KILL = 9
_REFUSED = 3
_OUT_OF_ROOM = frozenset({errno.EFBIG, errno.ENOMEM, errno.EMFILE, errno.ENOSPC})


def limit(reader: str, parent: int) -> None:
    """Give up what a reader does not need, for good; where the voters need the machine, they come first.

    Whose parent is another already ends at once: nobody waits for the answer.
    """
    seconds = MOST_SECONDS[reader]
    for name, most in {
        "RLIMIT_AS": MOST_MEMORY[reader],
        "RLIMIT_CPU": seconds,
        "RLIMIT_FSIZE": MOST_WRITTEN[reader],
        "RLIMIT_NOFILE": _OPEN_FILES,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": 0,
    }.items():
        if hasattr(resource, name):
            with suppress(ValueError, OSError):  # a harder limit than ours stands already
                resource.setrlimit(getattr(resource, name), (most, most))
    with suppress(OSError):
        os.nice(15)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_OF_PARENT, _KILL)
        if os.getppid() != parent:
            os._exit(1)


def main(reader: str, parent: int) -> NoReturn:
    """Answer to the process of that number for the file on standard input."""
    limit(reader, parent)
    answer = sys.stdout.buffer
    try:
        import_module(f"voting.foreign.{reader}").read(sys.stdin.buffer.read(), answer)
        answer.flush()
    except Unfit as unfit:
        _refuse(answer, f"{unfit.code} {unfit.about[:200]}".strip())
    except MemoryError:
        _refuse(answer, "much")
    except OSError as error:  # a decoder's own kind has no number
        _refuse(answer, "much" if error.errno in _OUT_OF_ROOM else "broken")
    except BaseException:  # noqa: BLE001 a reader may fail in any way over a hostile file
        _refuse(answer, "broken")
    os._exit(0)


def _refuse(answer: IO[bytes], word: str) -> NoReturn:
    """Take back what was written, and write the word instead."""
    number = sys.__stdout__.fileno() if sys.__stdout__ else 1
    with suppress(OSError, ValueError):
        answer.flush()
    os.lseek(number, 0, os.SEEK_SET)
    os.ftruncate(number, 0)
    os.write(number, word.encode("utf-8", "replace"))
    os._exit(_REFUSED)

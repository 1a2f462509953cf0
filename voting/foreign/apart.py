"""Open a file from outside in a child process, which has little memory, little time and nothing worth taking.

The child (``voting.foreign.child``) gets the file and nothing else: no secret, no address of the database, no open
file, no variable of ours. What it answers is plain lines or bytes, and is taken only where it ended well. Whatever the
file does to its reader, the process that serves the vote goes on.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal

from voting.foreign.unfit import Unfit
from voting.text.turns import NoTurn, Turns

Reader = Literal["sheet", "picture", "paper", "scan"]
#: Seconds on the clock; the child also counts its own seconds of computing, which are fewer.
LONGEST = {"sheet": 60, "picture": 15, "paper": 15, "scan": 600}
#: So long an answer that is taken piece by piece may be silent: a child gives way to the voters, and one that gets no
#: turn of the machine at all is given up with a word of its own.
STILL = 90.0
_LOOK, _PIECE = 0.1, 1 << 20  # seconds between two looks, bytes taken at once
REFUSED = 3  # exit status: the answer is one word
#: One file is read at a time, so that readers of files never take the machine from the voters.
READING = Turns(waiting=1, patience=5)
_ROOT = Path(__file__).resolve().parent.parent.parent
_START = (
    "import sys; sys.path.insert(0, sys.argv[2]); from voting.foreign.child import main; "
    "main(sys.argv[1], int(sys.argv[3]))"
)
_WORD = 1000  # bytes
_ANSWER = re.compile(r"([a-z_]{1,20})(?: (.{0,200}))?", re.DOTALL)


def answer_of(reader: Reader, content: bytes) -> IO[bytes]:
    """Return what the reader made of the file, from its beginning. Raises Unfit."""
    try:
        with READING.turn():
            return _answer(reader, content)
    except NoTurn:
        raise Unfit("busy") from None


def _answer(reader: Reader, content: bytes) -> IO[bytes]:
    answer = _unnamed()
    with _unnamed() as file:
        file.write(content)
        file.flush()
        file.seek(0)
        status = _run(reader, file, answer)
    answer.seek(0)
    if status == 0:
        return answer
    with answer:
        raise _refusal(status, answer.read(_WORD))


def _refusal(status: int, told: bytes) -> Unfit:
    """Return why a child that ended like this, and said that, took no file."""
    word = _ANSWER.fullmatch(told.decode("utf-8", "replace")) if status == REFUSED else None
    if word is None:
        return Unfit("broken" if status == 1 else "much")
    return Unfit(word[1], word[2] or "")


def pieces_of(reader: Reader, content: bytes, *, longest: float | None = None) -> Iterator[bytes]:
    """Yield what the reader makes of the file, as it comes, for ``longest`` seconds if they are said.

    Raises Unfit, also after any piece: nobody keeps one before the last. ``slow`` is a reader that the machine gave no
    turn. Whoever stops taking pieces ends the reading.
    """
    try:
        with READING.turn(), _unnamed() as answer, _unnamed() as file:
            file.write(content)
            file.flush()
            file.seek(0)
            yield from _pieces(reader, file, answer, LONGEST[reader] if longest is None else longest)
    except NoTurn:
        raise Unfit("busy") from None


def _pieces(reader: Reader, file: IO[bytes], answer: IO[bytes], longest: float) -> Iterator[bytes]:
    child, taken = _child(reader, file, answer), 0
    begun = heard = time.monotonic()
    try:
        while True:
            try:
                status: int | None = child.wait(_LOOK)
            except subprocess.TimeoutExpired:
                status = None
            while (status or 0) == 0 and (piece := os.pread(answer.fileno(), _PIECE, taken)):
                taken += len(piece)
                heard = time.monotonic()
                yield piece
            if status is not None:
                break
            now = time.monotonic()
            if now - heard > STILL or now - begun > longest:
                raise Unfit("slow")
    finally:
        _end(child)
    if status:
        raise _refusal(status, os.pread(answer.fileno(), _WORD, 0))


def _unnamed() -> IO[bytes]:
    """Return a file without a name, in memory where the system has that: it may hold names of people."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("foreign"), "w+b")
    return tempfile.TemporaryFile()


def _run(reader: Reader, file: IO[bytes], answer: IO[bytes]) -> int:
    """Return the exit status of the child, negative where a signal ended it."""
    child = _child(reader, file, answer)
    try:
        return child.wait(LONGEST[reader])
    except subprocess.TimeoutExpired:
        return -signal.SIGKILL
    finally:
        _end(child)


def _child(reader: Reader, file: IO[bytes], answer: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a child that stays in the server's session: Linux shares the machine out between sessions, and being nice
    counts within one of them alone (``sched_autogroup_enabled``). Its own group is what ends with it."""
    return subprocess.Popen(  # noqa: S603 our own program; nothing of its command line comes from outside
        [sys.executable, "-I", "-c", _START, reader, str(_ROOT), str(os.getpid())],
        stdin=file, stdout=answer, stderr=subprocess.DEVNULL, cwd="/", env={"LANG": "C.UTF-8"},
        process_group=0,
    )  # fmt: skip


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.returncode is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

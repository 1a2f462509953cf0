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
from pathlib import Path
from typing import IO, Literal

from voting.foreign.unfit import Unfit
from voting.text.turns import NoTurn, Turns

Reader = Literal["sheet", "picture", "paper", "scan"]
#: Seconds on the clock; the child also counts its own seconds of computing, which are fewer.
LONGEST = {"sheet": 60, "picture": 15, "paper": 15, "scan": 300}
REFUSED = 3  # exit status: the answer is one word
#: One file is read at a time, so that readers of files never take the machine from the voters.
READING = Turns(waiting=1, patience=5)
_ROOT = Path(__file__).resolve().parent.parent.parent
_START = (
    "import sys; sys.path.insert(0, sys.argv[2]); from voting.foreign.child import main; "
    "main(sys.argv[1], int(sys.argv[3]))"
)
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
        word = _ANSWER.fullmatch(answer.read(1000).decode("utf-8", "replace")) if status == REFUSED else None
    if word is None:
        raise Unfit("broken" if status == 1 else "much")
    raise Unfit(word[1], word[2] or "")


def _unnamed() -> IO[bytes]:
    """Return a file without a name, in memory where the system has that: it may hold names of people."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("foreign"), "w+b")
    return tempfile.TemporaryFile()


def _run(reader: Reader, file: IO[bytes], answer: IO[bytes]) -> int:
    """Return the exit status of the child, negative where a signal ended it."""
    child = subprocess.Popen(  # noqa: S603 our own program; nothing of its command line comes from outside
        [sys.executable, "-I", "-c", _START, reader, str(_ROOT), str(os.getpid())],
        stdin=file, stdout=answer, stderr=subprocess.DEVNULL, cwd="/", env={"LANG": "C.UTF-8"},
        start_new_session=True,
    )  # fmt: skip
    try:
        return child.wait(LONGEST[reader])
    except subprocess.TimeoutExpired:
        return -signal.SIGKILL
    finally:
        if child.returncode is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()

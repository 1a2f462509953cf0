"""``python -m voting.recount FILE``: recount a file; the answer is one JSON document.

Exit status: 0 if everything agrees, 1 if something does not, 2 if the file cannot be read. Of a .pb file it is the
projects that were funded: figures of the file that differ are notes, and without a verdict the status is 0.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

from voting.count import counting
from voting.count.formats import UnreadableRecord
from voting.count.formats.files import PUBLIC, RECOUNT
from voting.recount import ballots, notice, pb
from voting.recount.notice import MARK
from voting.recount.report import Report, Unreadable

MOST = 512 * 1024 * 1024  # bytes


def recount_text(text: str) -> Report:
    """Return the report on the text of any file that can be recounted. Raises Unreadable."""
    if not text.lstrip("\ufeff \r\n\t").startswith("{"):
        return pb.recount(lambda: io.StringIO(text, newline=None))
    try:
        file: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the file is no JSON: {error}") from error
    name = file.get("format")
    try:
        if name == PUBLIC.name:
            return notice.recount(PUBLIC.of(file))
        if name == RECOUNT.name:
            return ballots.recount(RECOUNT.of(file))
    except UnreadableRecord as error:
        raise Unreadable(str(error)) from error
    except (counting.ImpossibleCount, counting.CountMismatch) as error:
        report = Report(name)
        report.check("the figures are those of a vote", found=str(error), said="")
        return report
    except ValueError as error:
        raise Unreadable(f"its values are not those of a vote: {error}") from error
    raise Unreadable(
        f"its format is {name!r}; this program reads {PUBLIC.name}, {RECOUNT.name} and .pb files"
    )


def recount_path(path: Path) -> Report:
    """Return the report on a file. A .pb file is gone through line by line. Raises Unreadable, OSError."""
    if path.stat().st_size > MOST:
        raise Unreadable("the file is larger than any that this application exports")
    with path.open(encoding="utf-8") as file:
        if not file.read(64).lstrip("\ufeff \r\n\t").startswith("{"):
            return pb.recount(lambda: _from_the_start(file))
    return recount_text(path.read_text(encoding="utf-8"))


def _from_the_start(file: TextIO) -> TextIO:
    file.seek(0)
    return file


def _print(text: str) -> None:
    """Write to the standard output; a reader that stops reading, as ``head`` does, is no error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(arguments: list[str] | None = None) -> int:
    """Recount the file named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m voting.recount", description=__doc__)
    parser.add_argument("file", type=Path, help="an exported JSON file, or a .pb file")
    path: Path = parser.parse_args(arguments).file
    try:
        report = recount_path(path)
        answer = json.dumps(report.to_dict(), ensure_ascii=False, indent=2)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 2
    _print(f"{answer}\n")
    said = {True: "everything agrees", False: "the file and the recount DISAGREE", None: "no verdict"}[
        report.verdict
    ]
    other = sum(not check["agrees"] for check in report.checks)
    said += f"; figures that differ: {other}" if other and report.verdict is not False else ""
    marks = [f"; mark of the key 印记 {each['found']}" for each in report.checks if each["check"] == MARK]
    sys.stderr.write(f"{path}: {len(report.checks)} checks, {said}{''.join(marks)}\n")
    return 1 if report.verdict is False else 0


if __name__ == "__main__":
    sys.exit(main())

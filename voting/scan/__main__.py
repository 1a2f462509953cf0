"""``python -m voting.scan FILE… --layout FILE --json``: what scanned sheets say, page by page.

A FILE is a PDF, PNG, JPEG or TIFF; each is opened in a process of its own. With several layouts a page is read by the
one whose markers it has. Exit status: 0 if every file could be opened, whatever its pages say; 2 if one could not, or
the layout.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from voting.count.formats import UnreadableRecord
from voting.scan.layout import Layout, NoLayout, read_layout

MOST = 256 * 1024 * 1024  # bytes of a file
_SENTENCES = {
    "busy": "another file is being read; try again",
    "much": "it wants more memory or time than a scan needs",
    "slow": "this computer had too much else to do to read it; try again",
    "broken": "it is damaged, or not what its beginning says",
    "kind": "it is no PDF, PNG, JPEG or TIFF",
    "locked": "it is locked with a password",
    "pages": "it has more pages than are read at once",
    "pixels": "a picture in it is larger than any scan of a sheet",
}


def main(arguments: list[str] | None = None) -> int:
    """Read the files named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m voting.scan", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a scan: PDF, PNG, JPEG or TIFF")
    parser.add_argument(
        "--layout", required=True, action="append", type=Path, help="written by manage.py ballot_sheet"
    )
    parser.add_argument("--json", action="store_true", help="answer with one JSON document")
    asked = parser.parse_args(arguments)
    try:
        layouts = [read_layout(path.read_bytes()) for path in asked.layout]
    except (OSError, NoLayout, UnreadableRecord) as error:
        sys.stderr.write(f"the layout cannot be read: {error}\n")
        return 2
    told = [_told(path, layouts) for path in asked.files]
    if asked.json:
        sys.stdout.write(json.dumps({"files": told}, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for each in told for line in _lines(each))
    for each in told:
        if "error" in each:
            sys.stderr.write(f"{each['file']}: {each['sentence']}\n")
    return 2 if any("error" in each for each in told) else 0


def _told(path: Path, layouts: list[Layout]) -> dict[str, Any]:
    """Return what one file says, or why it is not read."""
    # Whoever opens files stands above the reader; only this command goes up there.
    scanned = import_module("voting.foreign.scanned")
    unfit = import_module("voting.foreign.unfit").Unfit
    try:
        if path.stat().st_size > MOST:
            return _refused(path, "much")
        pages = list(scanned.pages_of(path.read_bytes(), layouts))
    except OSError as error:
        return {"file": str(path), "error": "missing", "sentence": str(error.strerror), "pages": []}
    except unfit as refusal:
        return _refused(path, refusal.code)
    return {
        "file": str(path),
        "pages": [{**each.reading.to_dict(), "same_as": each.same_as} for each in pages],
    }


def _refused(path: Path, code: str) -> dict[str, Any]:
    sentence = _SENTENCES.get(code, _SENTENCES["broken"])
    return {"file": str(path), "error": code, "sentence": sentence, "pages": []}


def _lines(told: dict[str, Any]) -> list[str]:
    lines = []
    for page in told["pages"]:
        marked = [f"{box['number']}:{box['column']}" for box in page["boxes"] if box["reading"] == "marked"]
        state = page["status"] if page["status"] == "refused" else "doubt" if page["doubt"] else "ok"
        why = page["why"] or " ".join(page["doubts"])
        lines.append("\t".join([told["file"], str(page["page"]), state, why, " ".join(marked)]))
    return lines


if __name__ == "__main__":
    sys.exit(main())

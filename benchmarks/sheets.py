"""``python -m benchmarks.sheets 3000``: read so many generated sheets; print by kind what was read.

The sheets are those of ``tests/unit/scan/sheets.py``; each follows from the seed and its place alone. The table is
printed anew every few hundred sheets, and with ``--into`` every sheet is a line of a file as soon as it is read: a run
that ended early is gone on with by the same command, and files of several runs may be put together. Exit status 1 where
a box was read wrongly on a sheet without doubt, a strike or writing went unseen, or what is no sheet was taken for one.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SEED = 20260101
#: The table is printed so often.
EVERY = 300


@dataclass
class Outcome:
    """What became of one sheet; of its boxes, how many were read surely, how many are doubtful, which are wrong."""

    place: int
    kind: str
    seconds: float
    refused: str = ""
    doubts: list[str] = field(default_factory=list)
    sure: int = 0
    doubtful: int = 0
    wrong: list[tuple[int, str]] = field(default_factory=list)
    #: Struck or written on, and nothing of it noticed; no sheet of the round, and taken for one.
    is_unseen: bool = False
    is_taken: bool = False

    @property
    def is_plain(self) -> bool:
        """It was read, and nothing of it is in doubt."""
        return not self.refused and not self.doubts


def outcome_of(place: int, seconds: float, sheet: Any, reading: Any) -> Outcome:
    """Hold a reading against the truth about its sheet."""
    if reading.status == "refused":
        return Outcome(place, sheet.kind, seconds, refused=reading.why)
    outcome = Outcome(place, sheet.kind, seconds, doubts=[*reading.doubts], is_taken=sheet.refusal)
    outcome.is_unseen = sheet.is_foul and not reading.doubt
    for number, column, state in reading.boxes:
        truth = sheet.truth.get((number, column), "empty")
        # Whatever is no plain ring may only be doubtful; what lies near one that went astray may be empty too.
        right = {"ring": {"marked"}, "empty": {"empty"}, "near": {"empty"}}.get(truth, set())
        outcome.doubtful += state == "doubtful"
        outcome.sure += state != "doubtful"
        if state not in right | {"doubtful"}:
            outcome.wrong.append((number, column))
    return outcome


def main() -> None:
    """Make, read, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sheets", description=__doc__)
    parser.add_argument("sheets", type=int, nargs="?", default=3000)
    parser.add_argument("--kind", action="append", help="only this kind, more than once for several")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--into", type=Path, help="a file of one line a sheet, which a later run goes on with"
    )
    parser.add_argument("--keep", help="a folder for the pictures of what was read wrongly or not seen")
    asked = parser.parse_args()
    outcomes = _outcomes_in(asked.into) if asked.into else []
    try:
        for outcome in _read(asked, known={each.place for each in outcomes}):
            outcomes.append(outcome)
            if asked.into:
                with asked.into.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(outcome)) + "\n")
            if len(outcomes) % EVERY == 0 and len(outcomes) < asked.sheets:
                _print(outcomes)
    finally:
        _print(outcomes)
    bad = any(each.is_taken or each.is_unseen or (each.is_plain and each.wrong) for each in outcomes)
    sys.exit(1 if bad else 0)


def _outcomes_in(file: Path) -> list[Outcome]:
    """Return what a file tells of earlier runs."""
    if not file.exists():
        return []
    return [Outcome(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def _read(asked: argparse.Namespace, *, known: set[int]) -> Iterator[Outcome]:
    """Make and read the sheets whose place is not known yet."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import cv2
    import django
    import numpy as np

    django.setup()
    cv2.setNumThreads(1)
    from tests.unit.scan import forms, sheets
    from voting.count.measures import BallotType
    from voting.scan.reader import read_page

    rng = np.random.default_rng(asked.seed)
    layouts = [forms.form(*each[:3]) for each in forms.FORMS]
    pages = [sheets.printed_page(each) for each in layouts]
    odds = np.array([each[3] for each in forms.FORMS], float)
    foreign = sheets.printed_page(forms.form(BallotType.UP_TO, definition="cd" * 32))
    kinds = dict.fromkeys(asked.kind, 1) if asked.kind else sheets.MIX
    chance = np.array(list(kinds.values()), float)
    for place in range(asked.sheets):
        kind = str(rng.choice(list(kinds), p=chance / chance.sum()))
        which = int(rng.choice(len(layouts), p=odds / odds.sum()))
        if place in known:
            continue
        own = np.random.default_rng((asked.seed, place))
        sheet = sheets.make(own, kind, layouts[which], pages[which], foreign=foreign)
        begin = time.process_time()
        reading, _picture = read_page(sheet.picture, layouts, page=1)
        outcome = outcome_of(place, time.process_time() - begin, sheet, reading)
        if asked.keep and (outcome.wrong or outcome.is_unseen or outcome.is_taken):
            boxes = "_".join(f"{number}.{column}" for number, column in outcome.wrong[:4])
            cv2.imwrite(f"{asked.keep}/{place}-{kind.replace(' ', '_')}-{boxes}.png", sheet.picture)
        yield outcome


HEADS = {
    "kind": 16, "sheets": 7, "refused": 8, "no doubt": 9, "boxes": 8, "sure": 8, "wrong": 6, "wrong*": 7,
    "unseen": 7, "taken": 6, "ms": 5,
}  # fmt: skip


def _print(outcomes: list[Outcome]) -> None:
    """Print a line a kind, and one for all."""
    if not outcomes:
        return
    print(" ".join(f"{head:>{size}}" for head, size in HEADS.items()), " why")
    kinds = dict.fromkeys(sorted(each.kind for each in outcomes))
    for kind in kinds:
        _print_line(kind, [each for each in outcomes if each.kind == kind])
    _print_line("all", outcomes)
    times = sorted(each.seconds for each in outcomes)
    print(
        f"wrong*: on sheets without doubt. p95 {1000 * times[int(len(times) * 0.95)]:.0f} ms; "
        f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB, the generator among it",
        flush=True,
    )


def _print_line(kind: str, those: list[Outcome]) -> None:
    read = [each for each in those if not each.refused]
    plain = [each for each in read if each.is_plain]
    sure, doubtful = sum(each.sure for each in read), sum(each.doubtful for each in read)
    reasons = Counter(reason for each in those for reason in (each.doubts or [each.refused]) if reason)
    figures = (
        kind, len(those), len(those) - len(read), f"{100 * len(plain) / len(read):.0f} %" if read else "-",
        sure + doubtful, sure, sum(len(each.wrong) for each in read), sum(len(each.wrong) for each in plain),
        sum(each.is_unseen for each in read), sum(each.is_taken for each in read),
        round(1000 * sum(each.seconds for each in those) / len(those)),
    )  # fmt: skip
    why = " ".join(f"{name}:{count}" for name, count in reasons.most_common(5))
    print(
        " ".join(f"{figure:>{size}}" for figure, size in zip(figures, HEADS.values(), strict=True)), "", why
    )


if __name__ == "__main__":
    main()

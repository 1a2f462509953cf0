"""``python -m benchmarks.sheets 3000``: read so many generated sheets; print by kind what was read.

The sheets are those of ``tests/unit/scan/sheets.py``. Exit status 1 where a box was read wrongly on a sheet without
doubt, or a strike or writing went unseen.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

SEED = 20260101


@dataclass
class Tally:
    """What became of the sheets of one kind."""

    sheets: int = 0
    refused: int = 0
    plain: int = 0
    confident: int = 0
    wrong: int = 0
    wrong_plain: int = 0
    doubtful: int = 0
    unseen: int = 0
    taken: int = 0
    times: list[float] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)


def tally_sheet(tally: Tally, sheet: Any, reading: Any) -> list[tuple[int, str]]:
    """Count one reading; return the boxes that were read wrongly."""
    tally.sheets += 1
    if reading.status == "refused":
        tally.refused += 1
        tally.reasons[reading.why] += 1
        return []
    if sheet.refusal:
        tally.taken += 1
    tally.plain += not reading.doubt
    tally.unseen += sheet.is_foul and not reading.doubt
    tally.reasons.update(reading.doubts)
    wrong = []
    for number, column, state in reading.boxes:
        truth = sheet.truth.get((number, column), "empty")
        tally.doubtful += state == "doubtful"
        tally.confident += state != "doubtful"
        # Whatever is no plain ring may only be doubtful; what lies near one that went astray may be empty too.
        right = {"ring": {"marked"}, "empty": {"empty"}, "near": {"empty"}}.get(truth, set())
        if state not in right | {"doubtful"}:
            wrong.append((number, column))
    tally.wrong += len(wrong)
    tally.wrong_plain += len(wrong) if not reading.doubt else 0
    return wrong


def main() -> None:
    """Make, read, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sheets", description=__doc__)
    parser.add_argument("sheets", type=int, nargs="?", default=3000)
    parser.add_argument("--kind", action="append", help="only this kind, more than once for several")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", help="a folder for the pictures of what was read wrongly or not seen")
    asked = parser.parse_args()
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
    tallies = {kind: Tally() for kind in kinds}
    for place in range(asked.sheets):
        own = np.random.default_rng((asked.seed, place))
        kind = str(rng.choice(list(kinds), p=chance / chance.sum()))
        which = int(rng.choice(len(layouts), p=odds / odds.sum()))
        sheet = sheets.make(own, kind, layouts[which], pages[which], foreign=foreign)
        begin = time.process_time()
        reading, _picture = read_page(sheet.picture, layouts, page=1)
        tallies[kind].times.append(time.process_time() - begin)
        wrong = tally_sheet(tallies[kind], sheet, reading)
        if asked.keep and (wrong or (sheet.is_foul and reading.status == "ok" and not reading.doubt)):
            name = f"{asked.keep}/{place}-{kind.replace(' ', '_')}-{'_'.join(f'{n}.{c}' for n, c in wrong[:4])}.png"
            cv2.imwrite(name, sheet.picture)
    _print(tallies)
    bad = sum(each.wrong_plain + each.unseen + each.taken for each in tallies.values())
    sys.exit(1 if bad else 0)


def _print(tallies: dict[str, Tally]) -> None:
    heads = (
        "kind",
        "sheets",
        "refused",
        "no doubt",
        "boxes",
        "sure",
        "wrong",
        "wrong*",
        "unseen",
        "taken",
        "ms",
    )
    wide = (16, 7, 8, 9, 8, 8, 6, 7, 7, 6, 5)
    print(" ".join(f"{head:>{size}}" for head, size in zip(heads, wide, strict=True)), " why")
    whole = Tally()
    for kind, each in [*tallies.items(), ("all", whole)]:
        if kind != "all":
            for name in (
                "sheets",
                "refused",
                "plain",
                "confident",
                "wrong",
                "wrong_plain",
                "doubtful",
                "unseen",
                "taken",
            ):
                setattr(whole, name, getattr(whole, name) + getattr(each, name))
            whole.times += each.times
        if not each.sheets:
            continue
        read = each.sheets - each.refused
        milliseconds = 1000 * sum(each.times) / len(each.times)
        share = f"{100 * each.plain / read:.0f} %" if read else "-"
        why = " ".join(f"{name}:{count}" for name, count in each.reasons.most_common(5))
        figures = (
            kind, each.sheets, each.refused, share, each.confident + each.doubtful, each.confident, each.wrong,
            each.wrong_plain, each.unseen, each.taken, round(milliseconds),
        )  # fmt: skip
        print(" ".join(f"{figure:>{size}}" for figure, size in zip(figures, wide, strict=True)), "", why)
    times = sorted(whole.times)
    print(
        f"wrong*: on sheets without doubt. p95 {1000 * times[int(len(times) * 0.95)]:.0f} ms; "
        f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB, the generator among it"
    )


if __name__ == "__main__":
    main()

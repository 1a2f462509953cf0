"""``python -m benchmarks``: measure, print one table, leave nothing behind."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from types import FrameType

from benchmarks.ground import ground
from benchmarks.parts import PARTS

QUICK = 0.01


def main() -> None:
    """Measure, and leave nothing behind, however it ends."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help=f"a hundredth of the size, as BENCH_SCALE={QUICK}"
    )
    parser.add_argument(
        "--scale",
        type=float,
        default=float(os.environ.get("BENCH_SCALE") or 1),
        help="the size of the large roll and of the urn, and how often each burst is repeated (BENCH_SCALE)",
    )
    for name, words in PARTS.items():
        parser.add_argument(f"--{name}", dest="only", action="append_const", const=name, help=f"only {words}")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _leave)
    with ground() as place:
        # Only now do the settings know where they are.
        from benchmarks.bench import Bench

        with Bench(place, scale=QUICK if given.quick else given.scale) as bench:
            if given.only:
                bench.run_alone(given.only)
            else:
                bench.run()


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)

"""``python -m benchmarks``: measure, print one table, leave nothing behind."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from types import FrameType

from benchmarks.ground import ground

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
    parser.add_argument("--hostile", action="store_true", help="only a vote beside hostile files")
    parser.add_argument("--flood", action="store_true", help="only a vote beside 200 readers of public pages")
    parser.add_argument("--minute", action="store_true", help="only the delegate's minute on the real ballot")
    parser.add_argument("--public", action="store_true", help="only the pages that everybody reads")
    parser.add_argument("--money", action="store_true", help="only the rules of money, beside pabutools")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _leave)
    with ground() as place:
        # Only now do the settings know where they are.
        from benchmarks.bench import Bench

        with Bench(place, scale=QUICK if given.quick else given.scale) as bench:
            alone = {
                given.hostile: bench.run_hostile,
                given.flood: bench.run_flood,
                given.minute: bench.run_minute,
                given.public: bench.run_public,
                given.money: bench.run_money,
            }
            alone.get(True, bench.run)()


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)

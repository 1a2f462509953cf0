"""What a run found, and the table it prints of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from benchmarks import counting, report, roster, search
from benchmarks.delegates import Hall
from benchmarks.web import Burst, percentiles

MOST_STATEMENTS = 2
HALL_SECONDS = 10  # in which everyone has signed in (issue 2: 300 delegates)
MEGABYTE = 1024 * 1024


@dataclass
class Findings:
    """What was measured. A burst is a part of one turn; the parts of all contenders alternate.

    ``small_roll`` and ``large_roll`` are delegates; ``beside`` names the program that ran a cast's two
    statements alone; memory is in bytes.
    """

    small_roll: int
    large_roll: int
    beside: str
    small: list[Burst] = field(default_factory=list)
    large: list[Burst] = field(default_factory=list)
    bare: list[Burst] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    halls: list[Hall] = field(default_factory=list)
    statements: int = 0
    sign_in_bare: Burst | None = None
    worker: float = 0
    worker_bare: float = 0
    counts: list[tuple[counting.Cost, counting.Cost]] = field(default_factory=list)
    small_count: counting.Cost | None = None
    roster: dict[str, roster.Cost] = field(default_factory=dict)
    search: list[search.Cost] = field(default_factory=list)
    #: By the name of a part, what it measured.
    parts: dict[str, list[report.Row]] = field(default_factory=dict)

    def tell(self) -> None:
        """Print the table, and below it how long single casts took."""
        print(f"middle of {len(self.small)} bursts each\n")
        report.print_table(
            [
                *self._casts(),
                *self._counts(),
                *self._lists(),
                *self._searches(),
                *(row for rows in self.parts.values() for row in rows),
                *self._rest(),
            ]
        )
        print()
        for name, bursts in (("our cast", self.small), ("bare cast", self.bare)):
            latencies = [seconds for part in bursts for seconds in part.latencies]
            middle, slowest = percentiles(latencies)
            print(f"{name}: p50 {middle * 1000:.1f} ms, p99 {slowest * 1000:.1f} ms of {len(latencies)}")
        steps = (
            f"{name} {median(hall.steps[name].rate for hall in self.halls):.0f}/s"
            for name in self.halls[0].steps
        )
        print(f"each step by itself: {', '.join(steps)}")

    def _casts(self) -> list[report.Row]:
        ours, large, bare = (
            median(part.rate for part in bursts) for bursts in (self.small, self.large, self.bare)
        )
        alone = median(self.alone)
        whole = median(self.small_roll / hall.seconds for hall in self.halls)
        return [
            report.at_least(
                "a cast beside a bare Django view", f"{ours:.0f}/s", f"{bare:.0f}/s", ours / bare, 1.4
            ),
            report.Row(
                f"a cast beside {self.beside}, its two statements alone",
                f"{ours:.0f}/s",
                f"{alone:.0f}/s",
                ours / alone,
            ),
            report.Row("a bare Django view beside the same", f"{bare:.0f}/s", f"{alone:.0f}/s", bare / alone),
            report.Row(
                "sign-in, ballot, review, cast (5 requests) beside one bare request",
                f"{whole:.0f}/s",
                f"{bare:.0f}/s",
                whole / bare,
            ),
            report.at_most(
                f"a cast with {self.large_roll:,} on the roll beside {self.small_roll}",
                f"{1000 / large:.2f} ms",
                f"{1000 / ours:.2f} ms",
                ours / large,
                1.1,
            ),
            report.Row(
                "SQL statements of a cast",
                str(self.statements),
                target=f"≤ {MOST_STATEMENTS}",
                met=self.statements <= MOST_STATEMENTS,
            ),
        ]

    def _counts(self) -> list[report.Row]:
        ours, bare = (min(costs, key=lambda cost: cost.seconds) for costs in zip(*self.counts, strict=True))
        small = self.small_count
        rows = [
            report.at_most(
                f"counting {ours.ballots:,} ballots beside only unsealing them",
                f"{ours.seconds:.1f} s",
                f"{bare.seconds:.1f} s",
                ours.seconds / bare.seconds,
                1.3,
            ),
            report.Row(
                "its peak memory beside that of the loop",
                _megabytes(ours.peak),
                _megabytes(bare.peak),
                ours.peak / bare.peak,
            ),
        ]
        if small:
            rows.append(
                report.Row(
                    f"its peak memory beside counting {small.ballots} ballots",
                    _megabytes(ours.peak),
                    _megabytes(small.peak),
                    ours.peak / small.peak,
                    "flat",
                )
            )
        return rows

    def _lists(self) -> list[report.Row]:
        read, preview, whole = (self.roster[how] for how in ("read", "preview", "import"))
        name = f"{preview.rows:,} rows of XLSX, {preview.faulty} of them faulty"
        return [
            report.Row(
                f"preview of {name}, beside only reading them",
                f"{preview.seconds:.1f} s",
                f"{read.seconds:.1f} s",
                preview.seconds / read.seconds,
            ),
            report.Row(
                "its peak memory beside that of only reading",
                _megabytes(preview.peak),
                _megabytes(read.peak),
                preview.peak / read.peak,
            ),
            report.Row(
                "import of them beside their preview",
                f"{whole.seconds:.1f} s",
                f"{preview.seconds:.1f} s",
                whole.seconds / preview.seconds,
            ),
            report.Row(
                "its peak memory beside that of the preview",
                _megabytes(whole.peak),
                _megabytes(preview.peak),
                whole.peak / preview.peak,
            ),
        ]

    def _searches(self) -> list[report.Row]:
        few, many = self.search

        def beside(what: str, ours: float, other: float) -> report.Row:
            return report.Row(what, f"{ours * 1000:.1f} ms", f"{other * 1000:.1f} ms", ours / other)

        return [
            beside(
                f"a searched page of {many.proposals:,} proposals beside {few.proposals}", many.page, few.page
            ),
            beside("the same beside only reading every text", many.page, many.reading),
            beside(
                f"finding what is like one of {many.proposals:,} beside {few.proposals}",
                many.alike,
                few.alike,
            ),
        ]

    def _rest(self) -> list[report.Row]:
        slow = self.sign_in_bare.rate if self.sign_in_bare else 0
        sign_in = median(hall.steps["sign-in"].rate for hall in self.halls)
        return [
            report.Row(
                f"{self.small_roll} sign-ins with a slip beside argon2 passwords",
                f"{sign_in:.0f}/s",
                f"{slow:.0f}/s",
                sign_in / slow,
                f"{self.small_roll} in {HALL_SECONDS} s",
                sign_in * HALL_SECONDS >= self.small_roll,
            ),
            report.Row(
                "memory of a web worker beside a bare one",
                _megabytes(self.worker),
                _megabytes(self.worker_bare),
                self.worker / self.worker_bare,
            ),
        ]


def _megabytes(size: float) -> str:
    return f"{size / MEGABYTE:.0f} MB"

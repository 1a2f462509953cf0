"""Many people at once, and how long they waited."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from django.utils import translation

from voting.management.hall.browser import NoAnswer, Unexpected

#: People who wait for the server at the same moment; each is a thread and a connection here.
MOST_AT_ONCE = 300
#: Called with (people done, people in all).
Progress = Callable[[int, int], None]


@dataclass
class Measured:
    """What a crowd lived through: seconds that each waited, what went wrong, and how long it took in all."""

    waited: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def done(self) -> int:
        return len(self.waited)

    @property
    def per_second(self) -> float:
        return self.done / self.seconds if self.seconds else 0.0

    def percentile(self, percent: int) -> int:
        """Return how long at most *percent* of the people waited: nearest rank, whole milliseconds, 0 for nobody."""
        ordered = sorted(self.waited)
        rank = -(-percent * len(ordered) // 100)
        return round(ordered[max(rank, 1) - 1] * 1000) if ordered else 0


def all_at_once(
    acts: Sequence[Callable[[], float]],
    *,
    within: float = 0.0,
    most: int = MOST_AT_ONCE,
    progress: Progress | None = None,
) -> Measured:
    """Run the acts side by side, their beginnings spread evenly over *within* seconds, and measure them.

    Every act returns the seconds its person waited. What the server refuses is an error of that person, not the end.
    """
    began = time.perf_counter()
    measured = Measured()
    language = translation.get_language()

    def run(place: int, act: Callable[[], float]) -> float:
        time.sleep(max(0.0, began + within * place / len(acts) - time.perf_counter()))
        with translation.override(language):  # a thread begins with the default one
            return act()

    with ThreadPoolExecutor(max_workers=max(1, min(most, len(acts)))) as pool:
        people: list[Future[float]] = [pool.submit(run, place, act) for place, act in enumerate(acts)]
        try:
            for done, person in enumerate(as_completed(people), start=1):
                _note(measured, person)
                if progress:
                    progress(done, len(acts))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    measured.seconds = time.perf_counter() - began
    return measured


def _note(measured: Measured, person: Future[float]) -> None:
    try:
        measured.waited.append(person.result())
    except (NoAnswer, Unexpected) as problem:
        measured.errors.append(str(problem))

"""Many people at once: real threads, each with its own connection to PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_once(acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Run the acts in threads that start together; return each result, or the exception it raised."""
    gate = threading.Barrier(len(acts))
    results: list[T | Exception] = [AssertionError("did not run")] * len(acts)

    def run(place: int) -> None:
        try:
            gate.wait(timeout=30)
            results[place] = acts[place]()
        except Exception as error:  # noqa: BLE001 the test looks at it
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results

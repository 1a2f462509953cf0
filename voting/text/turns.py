"""Turns: one at a time within a process, a few who wait, and nobody for long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class NoTurn(Exception):
    """It is somebody else's turn, and enough are waiting already, or one has waited long enough."""


class Turns:
    """One place; ``waiting`` more may wait for it, each so many seconds. Everybody else is turned away at once.

    The threads of a process serve the voters too. Whatever is long must hold few of them.
    """

    def __init__(self, *, waiting: int, patience: float) -> None:
        self.patience = patience
        self._place = threading.Lock()
        self._room = threading.BoundedSemaphore(1 + waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Give the body its turn. Raises NoTurn."""
        if not self._room.acquire(blocking=False):
            raise NoTurn
        try:
            if not self._place.acquire(timeout=self.patience):
                raise NoTurn
            try:
                yield
            finally:
                self._place.release()
        finally:
            self._room.release()

"""Which parameters of an address a public page reads: whatever else somebody writes behind it makes no other page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.urls import URLPattern

View = TypeVar("View", bound=Callable[..., Any])


def reading(*names: str) -> Callable[[View], View]:
    """Declare the parameters that a view reads; those of other names are taken off before it sees them.

    ``config.kept`` takes them off, and keeps one page for all addresses that differ in them alone.
    """

    def declared(view: View) -> View:
        view.reads = frozenset(names)  # type: ignore[attr-defined]
        return view

    return declared


def reading_nothing_else(patterns: Iterable[URLPattern]) -> None:
    """Declare that the views of these addresses read no parameters but those that they declare."""
    for each in patterns:
        if not hasattr(each.callback, "reads"):
            reading()(each.callback)

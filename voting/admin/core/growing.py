"""A page that grows with long work, without a script: it answers at once, and a line comes with each step."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from contextvars import Context, copy_context
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

#: Yields a line for each step, or nothing to say that it goes on; returns what stands below the lines at the end.
Work = Generator[str, None, SafeString]
Step = TypeVar("Step")
#: Said where the server fails while the page grows.
BROKEN_OFF = gettext_lazy(
    "This did not come to its end: the server or its database gave up. Go back and see what was done, before you begin "
    "anew."
)
#: Where the page is cut to let the lines in.
_MARK = "[[[progress]]]"


def growing_page(request: HttpRequest, frame: dict[str, Any], work: Work) -> HttpResponseBase:
    """Return the answer that grows; ``frame`` is what the page around the lines needs.

    The work waits for the database no longer than the page itself would. Where it fails, the page says so at its end.
    """
    shell = render_to_string("admin/core/growing.html", {**frame, "mark": _MARK}, request=request)
    # Whoever answers the request has said how long it waits: that would be over before the first line comes.
    lines = _lines(work, shell.split(_MARK), get_language() or "", back=request.path, context=copy_context())
    answer: HttpResponseBase = StreamingHttpResponse(lines)
    answer["X-Accel-Buffering"] = "no"  # nginx passes it on as it comes
    return answer


def _lines(work: Work, frame: list[str], language: str, *, back: str, context: Context) -> Iterator[str]:
    with override(language):
        head, ending, tail = frame
        yield head
        try:
            while True:
                line = context.run(next, work)
                yield format_html("<li>{}</li>", line) if line else "<!-- -->"
        except StopIteration as stop:
            yield ending
            yield stop.value
        except Exception:
            yield ending
            yield way_back([str(BROKEN_OFF)], back, _("Back"))
            yield tail
            raise
        yield tail


def way_on(address: str) -> SafeString:
    """Return the link that follows work that went well."""
    return format_html(
        '<p class="actions"><a class="btn btn-primary" href="{}">{}</a></p>', address, _("Go on")
    )


def way_back(sentences: Sequence[str], address: str, words: str) -> SafeString:
    """Return why nothing was done, each reason in a line, and the link back."""
    lines = format_html_join("", "<p><b>{}</b></p>", [(sentence,) for sentence in sentences])
    return format_html(
        '<div class="alert alert-danger" role="alert">{}</div><p class="actions"><a class="btn" href="{}">{}</a></p>',
        lines,
        address,
        words,
    )


def beating(steps: Generator[Step, None, None], *, every: float) -> Iterator[Step | None]:
    """Yield the steps as they come, and None where none came for so many seconds: a proxy waits for no silent page.

    They are taken in a thread of their own, so that they may ask nothing of the database. Raises what they raise. Where
    nobody takes them any more, they end with the next one.
    """
    arrived: queue.Queue[tuple[bool, Any]] = queue.Queue()
    left = threading.Event()

    def take() -> None:
        try:
            with closing(steps):
                for step in steps:
                    arrived.put((True, step))
                    if left.is_set():
                        return
            arrived.put((False, None))
        except BaseException as error:  # noqa: BLE001 it is raised where the steps are waited for
            arrived.put((False, error))

    threading.Thread(target=take, daemon=True).start()
    try:
        while True:
            try:
                is_step, value = arrived.get(timeout=every)
            except queue.Empty:
                yield None
                continue
            if is_step:
                yield value
            elif value is None:
                return
            else:
                raise value
    finally:
        left.set()

"""A page that grows has an end, and says so: where its work fails, where the database is silent, where nobody looks.

Guards ``voting.admin.core.growing``.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from django.utils.safestring import SafeString, mark_safe

from config.database.patience import is_limited, waiting_at_most
from voting.admin.core import growing
from voting.admin.core.growing import BROKEN_OFF, Work, beating, growing_page


def grown(monkeypatch: pytest.MonkeyPatch, work: Work) -> Iterator[bytes]:
    """Answer as a page does that waits at most a minute for each statement."""
    monkeypatch.setattr(
        growing, "render_to_string", lambda *_a, **_k: "<ol>[[[progress]]]</ol>[[[progress]]]<end>"
    )
    with waiting_at_most(60):
        answer = growing_page(RequestFactory().get("/where/"), {}, work)
    return iter(answer)  # type: ignore[call-overload, no-any-return]


def test_work_waits_no_longer_than_its_page_and_stands_between_head_and_end(monkeypatch: pytest.MonkeyPatch):
    def work() -> Generator[str, None, SafeString]:
        yield "limited" if is_limited() else "for ever"
        yield ""
        return mark_safe("done")

    page = b"".join(grown(monkeypatch, work())).decode()
    assert page == "<ol><li>limited</li><!-- --></ol>done<end>"
    assert not is_limited()


def test_work_that_fails_says_so_on_the_page_and_to_the_server(monkeypatch: pytest.MonkeyPatch):
    def work() -> Generator[str, None, SafeString]:
        yield "first"
        raise OperationalError("no answer within 60 seconds")

    pieces: list[bytes] = []
    with pytest.raises(OperationalError):
        pieces.extend(grown(monkeypatch, work()))
    page = b"".join(pieces).decode()
    assert page.startswith("<ol><li>first</li></ol>")
    assert str(BROKEN_OFF) in page
    assert 'href="/where/"' in page
    assert page.endswith("<end>")


def test_steps_end_where_nobody_takes_them():
    ended, going = threading.Event(), threading.Event()

    def steps() -> Generator[int]:
        try:
            yield 1
            going.wait(30)
            yield 2
            pytest.fail("nobody wants a third")
        finally:
            ended.set()

    taken = beating(steps(), every=0.05)
    assert [next(taken), next(taken)] == [1, None]
    taken.close()  # type: ignore[attr-defined]
    assert not ended.is_set()
    going.set()
    assert ended.wait(30)

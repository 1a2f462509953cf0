"""Whatever is done, no page that is kept by its state differs from the page that would be made now.

After every verb of the domain that brings a year on its way, every public page is asked for; where it comes from
memory because nothing of it is said to have changed, it is rendered beside it and compared, byte for byte.

Guards ``voting.read_models.core.page_state`` and ``config.kept``.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from django.test import Client

from config import kept
from config.kept import ANSWERED_WITH, KeptPage, KeptPages
from tests.autumn import clock, make_autumn
from tests.factories import NOW, make_vote
from tests.lived import make_lived
from tests.security.test_crawl import PARAMETER
from voting import domain
from voting.read_models.core import page_state
from voting.urls import delivery, public

pytestmark = pytest.mark.django_db

#: What a reader's program draws, packs or counts by itself: the page that it is made from stands beside it.
DRAWN = (".pdf", ".png", ".xlsx", "schemas/<slug:name>/<small:version>.json")
#: Of a feed that tells nothing the library says when it was asked for.
NOW_IN_FEED = re.compile(rb"<updated>[^<]*</updated>(?=<author>.*</author></feed>$)")


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(domain.__path__, f"{domain.__name__}."):
        if not found.ispkg:
            yield importlib.import_module(found.name)


def verbs() -> Iterator[tuple[ModuleType, str, Callable[..., Any]]]:
    """Yield every verb: a public function of the domain that is told when it happens."""
    for module in modules():
        for name, function in vars(module).items():
            own = inspect.isfunction(function) and function.__module__ == module.__name__
            if own and not name.startswith("_") and "at" in inspect.signature(function).parameters:
                yield module, name, function


def written() -> list[str]:
    """Return the patterns of all public pages."""
    every = [f"/{each.pattern}" for each in (*public.urlpatterns, *delivery.urlpatterns)]
    return [each for each in every if not each.endswith(DRAWN)]


def plain(page: bytes) -> bytes:
    return NOW_IN_FEED.sub(b"", page)


class Watcher:
    """A reader who comes back after every act, and holds what comes from memory against the page of now."""

    def __init__(self, patch: pytest.MonkeyPatch, rooms: tuple[str, ...], slug: str, at: datetime) -> None:
        self.rooms = tuple(f"{domain.__name__}.{room}" for room in rooms)
        self.slug, self.at = slug, at
        self.client = Client()
        self.moment = 1000.0
        self.depth = 0
        self.seen: dict[str, Any] = {}
        self.acts = Counter[str]()
        self.held = Counter[str]()
        self.differing: list[tuple[str, str]] = []
        patch.setattr(kept.time, "monotonic", lambda: self.moment)
        patch.setattr(page_state, "MINUTE", 10**12)  # so that the clock alone makes no page anew
        for module, name, function in verbs():
            patch.setattr(module, name, self.watched(f"{module.__name__}.{name}", function))

    def watched(self, name: str, verb: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(verb)
        def act(*args: Any, **given: Any) -> Any:
            self.depth += 1
            try:
                done = verb(*args, **given)
            finally:
                self.depth -= 1
            if self.depth == 0 and not inspect.isgenerator(done):
                self.acts[name] += 1
                if self.acts[name] == 1 and name.startswith(self.rooms):
                    self.look(name)
            return done

        return act

    def paths(self) -> Iterator[str]:
        for pattern in written():
            yield PARAMETER.sub(lambda match: self.slug if (match[1] or match[2]) == "slug" else "1", pattern)
        yield from (f"/en{path}" for path in ("/", f"/{self.slug}/", f"/{self.slug}/delivery/1/"))

    def look(self, act: str) -> None:
        """Ask for every page; a page that is the same object as before the act was held to be the same."""
        self.moment += 3
        with clock(self.at):
            for path in self.paths():
                answer = self.client.get(path)
                page = answer.wsgi_request.META.get(ANSWERED_WITH)
                if page is None:
                    continue
                was, self.seen[path] = self.seen.get(path), page
                if page is was:
                    self.held[path] += 1
                    if plain(self.rendered(path, page)) != plain(page.body):
                        self.differing.append((act, path))

    def rendered(self, path: str, page: KeptPage) -> bytes:
        """Return the page as it is made now, which is kept in the place of the one that was."""
        pages = KeptPages.newest.pages
        del pages[next(key for key, each in pages.items() if each is page)]
        answer = self.client.get(path)
        self.seen[path] = answer.wsgi_request.META[ANSWERED_WITH]
        return answer.content


@pytest.fixture
def watch(settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Watcher]:
    settings.KEPT_SECONDS = 2
    return functools.partial(Watcher, monkeypatch)


def test_the_way_to_the_slate(watch: Callable[..., Watcher]):
    watcher = watch(("before", "core"), "2019", NOW + timedelta(hours=2))
    make_autumn(until="confirmed")
    assert watcher.differing == []
    assert watcher.held.total() > 150


def test_the_vote(watch: Callable[..., Watcher]):
    watcher = watch(("vote", "core"), "2018", NOW + timedelta(hours=2))
    make_vote(until="published", delegates=3, ballots=[range(1, 11)] * 3)
    assert watcher.differing == []
    assert watcher.held.total() > 60


def test_a_year_that_was_lived_in(watch: Callable[..., Watcher]):
    watcher = watch(("after",), "2018", NOW + timedelta(days=200))
    make_lived(2)
    assert watcher.differing == []
    assert watcher.held.total() > 60

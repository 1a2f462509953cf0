"""Atom feeds (RFC 4287): of everything, of one year, of one project. What a feed says stands on the pages too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.contrib.syndication.views import Feed
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.congresses import here, shown_here
from voting import queries
from voting.models import Cycle, Notice
from voting.read_models.after.overview import overviews
from voting.read_models.after.timeline import Event, events, events_of
from voting.read_models.core.unreadable import Read, Unread
from voting.read_models.vote.results import Result
from voting.text.plain import plain
from voting.views.after.deliveries import shown

T = TypeVar("T")

#: Entries of a feed, and years in the feed of everything.
MOST, YEARS = 60, 3
FRESH = 300  # seconds


@dataclass(frozen=True)
class Entry:
    """One entry: where it stands on the site, which is its identity too and never changes, and since when."""

    title: str
    page: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Told:
    """What a feed tells: its title, the page that it belongs to, its entries in any order."""

    title: str
    page: str
    entries: Iterable[Entry]


class News(Feed):  # type: ignore[type-arg]
    """The newest entries as Atom: every address absolute, every text plain, no markup but its lines."""

    feed_type = Atom1Feed
    author_name = item_author_name = gettext_lazy("Livelihood project vote")

    def title(self, told: Told) -> str:
        return plain(told.title)

    def link(self, told: Told) -> str:
        return told.page

    def items(self, told: Told) -> list[Entry]:
        return sorted(told.entries, key=lambda each: (each.at, each.page), reverse=True)[:MOST]

    def item_title(self, item: Entry) -> str:
        return plain(item.title)

    def item_description(self, item: Entry) -> str:
        # Atom's summary is HTML here (section 3.1.1.2): what people wrote is escaped, its lines stay lines.
        return linebreaks(plain(item.text), autoescape=True)

    def item_link(self, item: Entry) -> str:
        return item.page

    def item_updateddate(self, item: Entry) -> datetime:
        return item.at

    def item_pubdate(self, item: Entry) -> datetime:
        return item.at


class OfEverything(News):
    """What is new in the newest years."""

    def get_object(self, request: HttpRequest) -> Told:
        cycles = list(queries.shown_cycles(shown_here(request))[:YEARS])
        return Told(_("Livelihood project vote"), reverse("voting:home"), _news(cycles, read=Unread().read))


class OfCycle(News):
    """What is new in a year: results, reports, inspections and what came of them, changes, completions."""

    def get_object(self, request: HttpRequest, slug: str) -> Told:
        cycle = queries.public_cycle(here(request), slug)
        return Told(str(cycle), reverse("voting:cycle", args=[slug]), _news([cycle]))


class OfDelivery(News):
    """Everything that happened to one project."""

    def get_object(self, request: HttpRequest, slug: str, number: int) -> Told:
        """Raises Http404."""
        line = shown(request, slug)[1].line(number)
        if line is None:
            raise Http404
        page = reverse("voting:delivery", args=[slug, number])
        return Told(
            f"{line.number}. {line.name}", page, [_entry(event.title, page, event) for event in events(line)]
        )


def _view(feed: News) -> Callable[..., HttpResponseBase]:
    return require_safe(cache_control(public=True, max_age=FRESH)(feed))


everything, of_cycle, of_delivery = _view(OfEverything()), _view(OfCycle()), _view(OfDelivery())


def _entry(title: str, page: str, event: Event) -> Entry:
    return Entry(title, f"{page}#{event.anchor}", "\n".join([*event.texts, *event.notes]), event.at)


def _read(reader: Callable[[], T]) -> T | None:
    return reader()


def _news(cycles: Sequence[Cycle], *, read: Read = _read) -> Iterator[Entry]:
    """Yield what is new in these years; however many entries there are, it costs the same number of queries.

    Raises UnreadableRecord, unless ``read`` leaves out what cannot be read.
    """
    yield from _results(cycles, read)
    of_years = partial(overviews, on=timezone.localdate())
    seen = read(partial(of_years, cycles))
    if seen is None:  # one of these years cannot be read; the others are
        seen = {key: line for each in cycles for key, line in (read(partial(of_years, [each])) or {}).items()}
    lines = {line.delivery.pk: line for each in seen.values() for line in each.lines}
    for key, happened in events_of(list(lines.values())).items():
        line = lines[key]
        page = reverse("voting:delivery", args=[line.delivery.cycle.slug, line.number])
        for event in happened:
            if event.is_news:
                words = {"number": line.number, "name": line.name, "what": event.title}
                yield _entry(_("%(number)d. %(name)s: %(what)s") % words, page, event)


def _results(cycles: Sequence[Cycle], read: Read) -> Iterator[Entry]:
    """Yield the published results of the votes and of their assessments."""
    notices = Notice.objects.filter(Q(round__cycle__in=cycles) | Q(round__cycle__assesses__in=cycles))
    for notice in notices.select_related("round__cycle__congress"):
        cycle = notice.round.cycle
        title = _("%(cycle)s: the result is published") % {"cycle": cycle}
        page = reverse("voting:result", args=[cycle.slug])
        if result := read(partial(Result, notice)):
            yield Entry(title, f"{page}#round-{notice.round.number}", result.status, notice.published_at)

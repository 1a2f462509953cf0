"""Atom feeds: of everything, of one year, of one project. What a feed says stands on the pages too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voting import queries
from voting.delivered import overview
from voting.models import Cycle, Notice
from voting.results import Result
from voting.timeline import events
from voting.views.deliveries import shown

MOST, MOST_OF_A_PROJECT = 60, 5
FRESH = 300  # seconds


@dataclass(frozen=True)
class Entry:
    """One entry: where it stands on the site, and since when."""

    title: str
    page: str
    text: str
    at: datetime

    @property
    def key(self) -> str:
        """The entry's identity, which never changes: its page and its moment."""
        return f"{self.page}?{self.at:%Y%m%dT%H%M%S%f}"


@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    """Return what is new in the newest years: notices and reports."""
    entries = [entry for cycle in queries.shown_cycles()[:3] for entry in _of_cycle(cycle)]
    return _feed(request, _("Livelihood project vote"), reverse("voting:home"), entries)


@require_safe
def of_cycle(request: HttpRequest, slug: str) -> HttpResponse:
    cycle = queries.public_cycle(slug)
    return _feed(request, str(cycle), reverse("voting:cycle", args=[slug]), _of_cycle(cycle))


@require_safe
def of_delivery(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Return everything that happened to one project. Raises Http404."""
    line = shown(slug)[1].line(number)
    if line is None:
        raise Http404
    page = reverse("voting:delivery", args=[slug, number])
    found = [
        Entry(event.title, page, "\n".join([*event.texts, *event.notes]), event.at) for event in events(line)
    ]
    return _feed(request, f"{line.number}. {line.name}", page, found)


def _of_cycle(cycle: Cycle) -> Iterator[Entry]:
    for notice in Notice.objects.filter(round__cycle=cycle).select_related("round__cycle"):
        title = _("%(cycle)s: the result is published") % {"cycle": cycle}
        page = reverse("voting:result", args=[cycle.slug])
        yield Entry(title, page, Result(notice).status, notice.published_at)
    found = overview(cycle, on=timezone.localdate())
    for line in found.lines if found else ():
        page = reverse("voting:delivery", args=[cycle.slug, line.number])
        for report in line.reports[:MOST_OF_A_PROJECT]:
            title = f"{line.number}. {line.name}, {report.day.isoformat()}"
            yield Entry(title, page, report.text, report.reported_at)


def _feed(request: HttpRequest, title: str, page: str, entries: Iterable[Entry]) -> HttpResponse:
    author = _("Livelihood project vote")
    feed = Atom1Feed(
        title=title,
        link=request.build_absolute_uri(page),
        description="",
        language=get_language(),
        feed_url=request.build_absolute_uri(),
        author_name=author,
    )
    for entry in sorted(entries, key=lambda each: each.at, reverse=True)[:MOST]:
        feed.add_item(
            title=entry.title,
            link=request.build_absolute_uri(entry.page),
            description=entry.text,
            updateddate=entry.at,
            pubdate=entry.at,
            unique_id=request.build_absolute_uri(entry.key),
            author_name=author,
        )
    answer = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    patch_cache_control(answer, public=True, max_age=FRESH)
    return answer

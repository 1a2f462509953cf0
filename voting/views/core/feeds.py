"""Atom feeds (RFC 4287): of everything, of one year, of one project. What a feed says stands on the pages too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voting import queries
from voting.models import Cycle, Notice
from voting.read_models.after.overview import overviews
from voting.read_models.after.timeline import Event, events, events_of
from voting.read_models.vote.results import Result
from voting.text.plain import plain
from voting.views.after.deliveries import shown

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


@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    """Return what is new in the newest years."""
    cycles = list(queries.shown_cycles()[:YEARS])
    return _feed(request, _("Livelihood project vote"), reverse("voting:home"), _news(cycles))


@require_safe
def of_cycle(request: HttpRequest, slug: str) -> HttpResponse:
    """Return what is new in a year: results, reports, inspections and what came of them, changes, completions."""
    cycle = queries.public_cycle(slug)
    return _feed(request, str(cycle), reverse("voting:cycle", args=[slug]), _news([cycle]))


@require_safe
def of_delivery(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Return everything that happened to one project. Raises Http404."""
    line = shown(slug)[1].line(number)
    if line is None:
        raise Http404
    page = reverse("voting:delivery", args=[slug, number])
    found = [_entry(event.title, page, event) for event in events(line)]
    return _feed(request, f"{line.number}. {line.name}", page, found)


def _entry(title: str, page: str, event: Event) -> Entry:
    return Entry(title, f"{page}#{event.anchor}", "\n".join([*event.texts, *event.notes]), event.at)


def _news(cycles: Sequence[Cycle]) -> Iterator[Entry]:
    """Yield what is new in these years; however many entries there are, it costs the same number of queries."""
    yield from _results(cycles)
    seen = overviews(cycles, on=timezone.localdate())
    lines = {line.delivery.pk: line for each in seen.values() for line in each.lines}
    for key, happened in events_of(list(lines.values())).items():
        line = lines[key]
        page = reverse("voting:delivery", args=[line.delivery.cycle.slug, line.number])
        for event in happened:
            if event.is_news:
                words = {"number": line.number, "name": line.name, "what": event.title}
                yield _entry(_("%(number)d. %(name)s: %(what)s") % words, page, event)


def _results(cycles: Sequence[Cycle]) -> Iterator[Entry]:
    """Yield the published results of the votes and of their assessments."""
    notices = Notice.objects.filter(Q(round__cycle__in=cycles) | Q(round__cycle__assesses__in=cycles))
    for notice in notices.select_related("round__cycle"):
        cycle = notice.round.cycle
        title = _("%(cycle)s: the result is published") % {"cycle": cycle}
        page = reverse("voting:result", args=[cycle.slug])
        yield Entry(title, f"{page}#round-{notice.round.number}", Result(notice).status, notice.published_at)


def _feed(request: HttpRequest, title: str, page: str, entries: Iterable[Entry]) -> HttpResponse:
    """Return the newest entries as Atom: every address absolute, every text plain, no markup but its lines."""
    author = _("Livelihood project vote")
    feed = Atom1Feed(
        title=plain(title),
        link=request.build_absolute_uri(page),
        description="",
        language=get_language(),
        feed_url=request.build_absolute_uri(request.path),
        author_name=author,
    )
    for entry in sorted(entries, key=lambda each: (each.at, each.page), reverse=True)[:MOST]:
        address = request.build_absolute_uri(entry.page)
        feed.add_item(
            title=plain(entry.title),
            link=address,
            # Atom's summary is HTML here (section 3.1.1.2): what people wrote is escaped, its lines stay lines.
            description=linebreaks(plain(entry.text), autoescape=True),
            updateddate=entry.at,
            pubdate=entry.at,
            unique_id=address,
            author_name=author,
        )
    answer = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    patch_cache_control(answer, public=True, max_age=FRESH)
    return answer

"""Which votes the demo shows: that of its district, and beside it one of every other congress of the demo."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Congress
from accounts.roles import Kind
from voting.models import Cycle

#: The year of the district whose vote the demo is about.
SLUG = "2018"


def demo_congresses() -> QuerySet[Congress]:
    """Return the congresses of the demo in the order they were opened, its district's first."""
    return Congress.objects.filter(kind=Kind.DEMO).order_by("pk")


def vote_of_the_district() -> Cycle | None:
    """Return the vote that the demo is about; None where no demo is loaded."""
    cycles = Cycle.objects.select_related("congress").filter(slug=SLUG, congress__kind=Kind.DEMO)
    return cycles.order_by("congress").first()


def vote_of(congress: Congress) -> Cycle | None:
    """Return the vote of that congress which the demo shows; None where it has none yet."""
    main = vote_of_the_district()
    if main and main.congress == congress:
        return main
    cycles = Cycle.objects.select_related("congress").filter(congress=congress, assesses=None)
    return cycles.order_by("-year", "slug").first()

"""The pages that everybody reads, kept, asked about and rendered, beside a bare template view with one SELECT."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks import report, votes
from benchmarks.ground import Ground
from benchmarks.serving import serving
from benchmarks.web import LINES, Visitor, burst
from voting.management.seeds.command import load_files
from voting.management.seeds.loading import Point
from voting.management.seeds.this_year import load_this_year
from voting.models import Cycle
from voting.states import Stage

SEEDS = Path(settings.BASE_DIR) / "seeds"
VISITS, ROUNDS = 400, 3
#: The least rates beside the bare view's; a page that is rendered has none.
LEAST = {"kept": 3.0, "asked about": 0.3}
HOW = {
    "kept": "kept",
    "asked about": "kept, each request asking whether it would be made the same",
    "rendered": "rendered each time",
}


class Ports(NamedTuple):
    """Where the page is kept, where each request asks about it, where each renders it, and where the bare view is."""

    kept: int
    asked: int
    rendered: int
    bare: int


def measure(place: Ground, database: str, bare: dict[str, str]) -> list[report.Row]:
    """Load the demo's year that is being delivered into an empty database, and return the rows of the table."""
    year = load(database)
    place.settle(database)
    pages = {
        "home": "/",
        "the result": f"/{year}/result/",
        "the deliveries": f"/{year}/delivery/",
        "a project": f"/{year}/delivery/1/",
    }
    ours = {"DATABASE_URL": place.url(database), "DATABASE_POOL": "on"}
    with (
        serving("config.wsgi:application", **ours) as site,
        serving("benchmarks.asking:application", **ours) as asking,
        serving("config.wsgi:application", **ours, KEPT_SECONDS="0") as rendering,
        serving("benchmarks.bare.wsgi:application", **bare) as other,
    ):
        ports = Ports(site.port, asking.port, rendering.port, other.port)
        return [row for name, path in pages.items() for row in _rows(name, path, ports)]


def load(database: str) -> str:
    """Load the demo's year that is being delivered into an empty database, and return its slug."""
    votes.use(database)
    cycle, roll = SEEDS / "2018.toml", SEEDS / "demo-roll.toml"
    load_files(cycle=cycle, roll=roll, until=Point.SLATE)
    load_this_year(SEEDS / "demo-this-year.toml", at=timezone.now())
    slug = Cycle.objects.filter(stage=Stage.DELIVERY).latest("pk").slug
    connection.close()
    return slug


def _rows(name: str, path: str, ports: Ports) -> list[report.Row]:
    """Measure in turns: the page as it is kept, asked about each time, rendered each time, and the bare view."""
    for port in ports[:3]:
        _rate(port, [path] * 4 * LINES)
    _rate(ports.bare, ["/page/"] * 2 * LINES)
    rates: dict[str, list[float]] = {"kept": [], "asked about": [], "rendered": [], "bare": []}
    for _number in range(ROUNDS):
        _rate(ports.kept, [path] * 2 * LINES)  # What follows is less than two seconds.
        rates["kept"].append(_rate(ports.kept, [path] * 4 * VISITS))
        rates["asked about"].append(_rate(ports.asked, [path] * VISITS))
        rates["rendered"].append(_rate(ports.rendered, [path] * (VISITS // 8)))
        rates["bare"].append(_rate(ports.bare, ["/page/"] * VISITS))
    middle = {how: median(some) for how, some in rates.items()}
    bare = middle.pop("bare")
    rows = []
    for how, rate in middle.items():
        words = f"{name}, {HOW[how]}, beside a bare template view"
        ours = f"{rate:.0f}/s", f"{bare:.0f}/s", rate / bare
        least = LEAST.get(how)
        rows.append(report.Row(words, *ours) if least is None else report.at_least(words, *ours, least))
    return rows


def _rate(port: int, paths: Sequence[str]) -> float:
    return burst(port, [Visitor().get(path) for path in paths], expect=200).rate

"""The pages that everybody reads, kept and made anew, beside a bare template view with one SELECT."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

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
KEPT, ANEW = 3.0, 0.3


def measure(place: Ground, database: str, bare: dict[str, str]) -> list[report.Row]:
    """Load the demo's year that is being delivered into an empty database, and return the rows of the table."""
    year = _load(database)
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
        serving("benchmarks.bare.wsgi:application", **bare) as other,
    ):
        return [row for name, path in pages.items() for row in _rows(name, path, site.port, other.port)]


def _load(database: str) -> str:
    votes.use(database)
    cycle, roll = SEEDS / "2018.toml", SEEDS / "demo-roll.toml"
    load_files(cycle=cycle, roll=roll, until=Point.SLATE)
    load_this_year(SEEDS / "demo-this-year.toml", at=timezone.now())
    slug = Cycle.objects.filter(stage=Stage.DELIVERY).latest("pk").slug
    connection.close()
    return slug


def _rows(name: str, path: str, port: int, other: int) -> list[report.Row]:
    """Measure a page from the kept body, made anew by an address of its own each time, and the bare view, in turns."""
    kept, anew, bare = [], [], []
    for warm, at in ((path, port), ("/page/", other)):
        _rate(at, [warm] * 2 * LINES)
    for number in range(ROUNDS):
        kept.append(_rate(port, [path] * VISITS))
        anew.append(_rate(port, [f"{path}?n={number}-{each}" for each in range(VISITS // 4)]))
        bare.append(_rate(other, ["/page/"] * VISITS))
    beside = median(bare)
    rows = []
    for how, rates, target in (("kept", kept, KEPT), ("made anew", anew, ANEW)):
        rate = median(rates)
        shown = f"{rate:.0f}/s", f"{beside:.0f}/s"
        rows.append(
            report.at_least(f"{name}, {how}, beside a bare template view", *shown, rate / beside, target)
        )
    return rows


def _rate(port: int, paths: Sequence[str]) -> float:
    return burst(port, [Visitor().get(path) for path in paths], expect=200).rate

"""The public list of 100 000 proposals, searched; beside 300 of them, and beside looking into every text."""

from __future__ import annotations

import itertools
import random
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.roles import Kind, Role
from benchmarks import votes
from voting.domain.before.proposals import proposal_terms
from voting.domain.before.screening import similar
from voting.domain.core.cycles import create_cycle
from voting.models import Cycle, Proposal
from voting.states import Channel, Source, Visibility

PLACES = (
    "河边",
    "街口",
    "学校旁",
    "小区里",
    "菜场外",
    "公园里",
    "地铁站",
    "医院前",
    "桥下",
    "老街",
    "新村",
    "码头",
)
VERBS = ("新建", "改造", "加装", "修复", "扩建", "开放", "清理", "增设", "延长", "更换")
THINGS = (
    "公厕", "停车场", "电梯", "路灯", "健身器材", "老年食堂", "托育点", "图书角", "充电桩", "垃圾房", "雨水管",
    "人行道", "公交站", "消防栓", "扶手坡道", "口袋公园", "卫生站", "篮球场", "晾衣架", "遮阳棚",
)  # fmt: skip
REASONS = (
    "晚上太暗",
    "老人不方便",
    "孩子没有地方去",
    "下雨积水",
    "排队很久",
    "年久失修",
    "离家太远",
    "消防车进不来",
)
#: Words that many, few and no proposals have.
ASKED = ("公厕", "河边 老年食堂", "桥下加装消防栓", "火星基地")
REPEATED = 5
_BATCH = 2_000


@dataclass(frozen=True)
class Cost:
    """Seconds: a searched page, the same rows found by reading every text, and the likeness of one proposal."""

    proposals: int
    page: float
    reading: float
    alike: float


def measure(number: int) -> Cost:
    """Fill a cycle of its own in the database in use with so many proposals, and search them."""
    cycle = _cycle(number)
    _fill(cycle, number)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE voting_proposal")
    client = Client(SERVER_NAME="127.0.0.1")
    one = Proposal.objects.filter(cycle=cycle).order_by("number")[number // 2]
    return Cost(
        number,
        median(_timed(lambda words=words: _page(client, cycle, words)) for words in ASKED),
        median(_timed(lambda words=words: _read(cycle, words)) for words in ASKED),
        _timed(lambda: similar(one)),
    )


def _cycle(number: int) -> Cycle:
    clerk = User.objects.create_user(
        f"search-{number}", name="search", role=Role.CLERK, congress=votes.congress(Kind.DEMO)
    )
    slug, at = f"search-{number}", datetime(2000, 1, 1, tzinfo=UTC)
    create_cycle(by=clerk, at=at, congress=clerk.congress, slug=slug, year=1999, seats=1)
    return Cycle.objects.get(slug=slug)


def _fill(cycle: Cycle, number: int) -> None:
    rows = _proposals(cycle, number)
    while batch := list(itertools.islice(rows, _BATCH)):
        Proposal.objects.bulk_create(batch)


def _proposals(cycle: Cycle, number: int) -> Iterator[Proposal]:
    draw, at = random.Random(1), datetime(2000, 1, 1, tzinfo=UTC)
    for place in range(1, number + 1):
        title = f"{draw.choice(PLACES)}{draw.choice(VERBS)}{draw.choice(THINGS)}"
        sentences = (f"{draw.choice(PLACES)}{draw.choice(REASONS)}" for _ in range(6))
        proposal = Proposal(
            cycle=cycle, number=place, source=Source.RESIDENT, channel=Channel.ONLINE, title=title,
            content=f"第{place}条：{'，'.join(sentences)}，请{title}。", submitted_at=at, standing=Visibility.SHOWN,
            code_digest=uuid.uuid4().hex,
        )  # fmt: skip
        proposal.terms = proposal_terms(proposal)
        yield proposal


def _timed(act: object) -> float:
    seconds = []
    for _ in range(REPEATED):
        begun = time.perf_counter()
        act()  # type: ignore[operator]
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def _page(client: Client, cycle: Cycle, words: str) -> None:
    answer = client.get(f"/{cycle.slug}/proposals/", {"q": words})
    if answer.status_code != 200:  # noqa: PLR2004
        raise SystemExit(f"a search was answered with {answer.status_code}")


def _read(cycle: Cycle, words: str) -> None:
    """Count and fetch what a search without an index would: every text is looked into."""
    found = Proposal.objects.filter(cycle=cycle, standing=Visibility.SHOWN)
    for word in words.split():
        found = found.filter(title__contains=word) | found.filter(content__contains=word)
    found.count()
    list(found.order_by("-number").values_list("number", "title")[:30])

"""A citizen with a phone: five questions, three taps each; and a recount in the browser that finds one altered digit.

Guards ``voting.templatetags.ways``, ``voting.views.vote.recount`` and ``voting.static``.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESK, PHONE, Live, assert_good
from tests.e2e.test_after import lived
from tests.factories import make_vote
from tests.integration.vote.test_equal_shares import ROUND_1 as ROUND_OF_SHARES
from tests.integration.vote.test_equal_shares import SHARES
from tests.integration.vote.test_sums_of_money import COSTS, ROUND_1
from tests.integration.vote.test_verdicts import SETTINGS, SUB_GROUP, vote_of
from tests.sealed import encoded, sealed, tried_bytes
from voting.count.budget import Why
from voting.count.canonical import sha256_hex
from voting.count.counting import BallotType
from voting.count.formats.files import PUBLIC
from voting.count.formats.notice import NOTICE
from voting.count.formats.records import UnreadableRecord
from voting.count.funding import DECIDED_BY_MONEY, share_in_fen, shared_out
from voting.count.key_marks import characters
from voting.count.measures import BlankBallot, Rule, ShortfallRule, TieRule
from voting.count.money import Method, Money
from voting.domain.vote.urn_files import public_file
from voting.models import Round
from voting.recount import notice as python

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SMALL = {"width": 320, "height": 568}
STATIC = Path(__file__).resolve().parents[2] / "voting/static/voting"
#: What the page loads, in its order.
SCRIPT = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in ("equal-shares.js", "recount.js"))
RUN = (
    "([text, characters]) => { const r = recount(text, characters); return [r.agrees, r.checks, r.result]; }"
)
#: Where an altered figure makes the file no vote at all, the script may say so instead.
TRY = """([text, characters]) => { try { return recount(text, characters).agrees; } catch (error) { return false; } }"""


@pytest.fixture
def counter(chromium: Browser) -> Iterator[Page]:
    """A page with nothing but the script."""
    context = chromium.new_context()
    page = context.new_page()
    page.add_script_tag(content=SCRIPT)
    yield page
    context.close()


def plain(value: object) -> object:
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("kind", sorted(BallotType))
def test_the_browser_recounts_as_python_does_check_by_check(counter: Page, kind: BallotType):
    vote = vote_of(kind)
    text = public_file(Round.objects.get(pk=vote.round.pk))
    report = python.recount(PUBLIC.read(text))
    assert report.agrees
    assert counter.evaluate(RUN, [text, characters()]) == [True, plain(report.checks), plain(report.result)]


def _first_was_cast(file: dict[str, Any]) -> None:
    file["hashes"] = sorted([*file["hashes"], file["notice"]["tests"][0]["hash"]])


#: What somebody could change in the list of the test ballots.
TESTS_CHANGED: dict[str, Callable[[dict[str, Any]], object]] = {
    "nothing": lambda _file: None,
    "one taken out": lambda file: file["notice"]["tests"].pop(),
    "one twice": lambda file: file["notice"]["tests"].append(file["notice"]["tests"][-1]),
    "another order": lambda file: file["notice"]["tests"].reverse(),
    "another number": lambda file: file["notice"]["urn"].update(tests=3),
    "another root": lambda file: file["notice"]["urn"].update(test_root="0" * 64),
    "more sealed by the server than cast": lambda file: file["notice"]["urn"].update(by_server=99),
    "all left out": lambda file: file["notice"].pop("tests"),
    "left out of the seal": lambda file: [file["notice"]["urn"].pop(each) for each in ("tests", "test_root")],
    "one that was cast": _first_was_cast,
}


def test_the_browser_checks_the_test_ballots_as_python_does(counter: Page):
    vote = make_vote(delegates=4, candidates=3, seats=2, ballots=[[1, 2]] * 3)
    for marks in ([1], [0, 1]):
        tried_bytes(vote, sealed(vote, encoded(vote, marks)))
    vote.run("closed", "counted", "certified", "published")
    text = public_file(vote.round)
    for name, change in TESTS_CHANGED.items():
        file = json.loads(text)
        change(file)
        report = python.recount(PUBLIC.of(file))
        names = [
            each["check"] for each in report.checks if not each["agrees"] and "hash" not in each["check"]
        ]
        assert bool(names) == (name != "nothing"), name
        told = counter.evaluate(RUN, [json.dumps(file), characters()])
        assert told == [report.agrees, plain(report.checks), plain(report.result)], name


EQUAL = {"delegates": 4, "candidates": 4, "seats": 2, "floor_base": "", "ballots": [[1, 2], [1, 3]]}
OF_MONEY = {
    "preset": "binjiang", "method": "greedy", "budget": 100, "costs": COSTS, "ballots": ROUND_1, "delegates": 6,
    "candidates": 6, "seats": 5,
}  # fmt: skip
#: Every forged figure is counted anew, so the shares are such as are not raised.
NOT_RAISED = {**SHARES, "ballots": [[1]] * 6 + ROUND_OF_SHARES[6:]}
MORE: dict[str, dict[str, Any]] = {
    "a tie that is admitted": {**EQUAL, "tie_rule": "admit_all"},
    "a tie that calls for a round": EQUAL,
    "a sub-group": SUB_GROUP,
    "first places": {**SETTINGS[BallotType.RANKING], "scoring": "first_preferences"},
    "a shortfall": {"delegates": 4, "ballots": [[1]] * 4},
    "a sum of money": OF_MONEY,
    "a sum of money that ends at the first": {**OF_MONEY, "method": "greedy_stop"},
    "a sum of money and too few places": {
        **OF_MONEY,
        "seats": 3,
        "budget": 150,
        "ballots": [each[:3] for each in ROUND_1],
    },
    "equal shares": {**SHARES, "ballots": ROUND_OF_SHARES[:9]},
    "equal shares that tie": SHARES,
    "equal shares with few places": {**SHARES, "seats": 2, "ballots": [each[:2] for each in ROUND_OF_SHARES]},
    "a sum of money where places are tied": {
        **OF_MONEY,
        "seats": 3,
        "budget": 1000,
        "ballots": [each[:3] for each in ROUND_1],
    },
}


@pytest.mark.parametrize("what", sorted(MORE))
def test_the_browser_recounts_every_rule(counter: Page, what: str):
    vote = make_vote(**{"until": "published", **MORE[what]})
    text = public_file(vote.round)
    report = python.recount(PUBLIC.read(text))
    assert counter.evaluate(RUN, [text, characters()]) == [True, plain(report.checks), plain(report.result)]


#: Counts random elections by equal shares: what became of each project, what was held and paid, how often raised.
COUNT_SHARES = """(elections) => elections.map(({ costs, rows, budget, seats }) => {
    const items = costs.map((cost, at) => ({ number: at + 1, cost, paid: null }));
    const raised = shareEqually(items, rows, budget, seats);
    return [raised, items.map((item) => [item.reason, item.money_left, item.paid])];
})"""


def test_the_browser_counts_equal_shares_as_python_does(counter: Page):
    chance, elections, counted = random.Random(22), [], []
    for _number in range(120):
        costs = [chance.randint(1, 60) * 100 for _project in range(chance.randint(1, 6))]
        numbers = range(1, len(costs) + 1)
        marked = [
            tuple(n for n in numbers if chance.random() < 0.4) for _ballot in range(chance.randint(1, 9))
        ]
        ballots = {row: times for row, times in sorted(Counter(marked).items()) if row}
        budget, seats = (
            max(*costs, sum(costs) * 2 // 3),
            chance.choice([len(costs), 2 if len(costs) > 1 else 1]),
        )
        rule = Rule(
            ballot_type=BallotType.UP_TO, seats=seats, floor=None, blank=BlankBallot.VALID,
            tie_rule=TieRule.FURTHER_BALLOT, shortfall_rule=ShortfallRule.STAY_EMPTY,
            money=Money(Method.EQUAL_SHARES, budget, tuple(zip(numbers, costs, strict=True))),
        )  # fmt: skip
        passing = {n: (1,) for n in numbers if any(n in row for row in ballots)}
        funding = shared_out(rule, list(numbers), passing, ballots)
        assert funding
        lines = {line.project: line for line in funding.lines}
        told = [lines[n] for n in numbers if n in passing]
        paid = [share_in_fen(line.share) if line.why is Why.SUPPORTERS_PAID else None for line in told]
        reasons = [DECIDED_BY_MONEY[line.why][1] for line in told]
        counted.append(
            [
                funding.raised,
                [list(each) for each in zip(reasons, [line.left for line in told], paid, strict=True)],
            ]
        )
        kept = [[[sorted(passing).index(n) + 1 for n in row], times] for row, times in ballots.items()]
        elections.append(
            {"costs": [costs[n - 1] for n in passing], "rows": kept, "budget": budget, "seats": seats}
        )
    assert {reason for _raised, lines in counted for reason, _left, _paid in lines} == {
        "supporters_paid", "supporters_cannot", "tied_for_money", "below_cut",
    }  # fmt: skip
    assert counter.evaluate(COUNT_SHARES, elections) == plain(counted)


def test_one_altered_digit_is_found_wherever_it_stands(counter: Page):
    text = public_file(vote_of(BallotType.PER_ITEM).round)
    places = [match.start() for match in re.finditer(r"[0-9]", text)]
    chance = random.Random(18)
    for place in chance.sample(places, 150):
        digit = chance.choice([each for each in "123456789" if each != text[place]])
        altered = text[:place] + digit + text[place + 1 :]
        assert counter.evaluate(TRY, [altered, characters()]) is False, text[place - 60 : place + 20]


#: Which checks disagree; what makes a vote impossible is said in one of them.
FAULTS = """([texts, characters]) => texts.map((text) => recount(text, characters).checks.filter((each) => !each.agrees)
    .map((each) => each.check))"""


def figures(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every whole number in a file."""
    if isinstance(value, int) and not isinstance(value, bool):
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from figures(each, (*path, key))


def forged(text: str, path: tuple[Any, ...], by: int) -> str:
    """Return the file with a figure that is another, and the hash that fits it."""
    file = json.loads(text)
    reduce(getitem, path[:-1], file)[path[-1]] += by
    return json.dumps({**file, "notice_digest": sha256_hex(NOTICE.write(file["notice"]))})


@pytest.mark.parametrize(
    "settings", [SETTINGS[BallotType.PER_ITEM], SETTINGS[BallotType.RANKING], SUB_GROUP, NOT_RAISED]
)
def test_a_forged_figure_with_the_hash_that_fits_it_is_no_better_hidden_from_the_browser(
    counter: Page, settings: dict[str, Any]
):
    """Also where they contradict nothing but what any vote can be: more present than on the roll, a number twice."""
    text = public_file(make_vote(**{"until": "published", **settings}).round)
    places = [path for path in figures(json.loads(text)) if path[0] == "notice"]
    texts = [forged(text, path, by) for path in places for by in (-1, 1)]
    readable, told = [], []
    for each in texts:
        with suppress(UnreadableRecord):
            report = python.recount(PUBLIC.read(each))
            readable.append(each)
            told.append([check["check"] for check in report.checks if not check["agrees"]])
    assert ["round 1, can be decided"] in told
    assert counter.evaluate(FAULTS, [readable, characters()]) == told


def test_the_page_says_what_it_checked_and_which_digit_is_wrong(live: Live, tmp_path: Path):
    vote = make_vote(until="published", delegates=4, ballots=[range(1, 11)] * 3 + [range(3, 13)])
    phone = live.person(viewport=PHONE)
    phone.goto("/2018/result/")
    phone.get_by_role("link", name="在本浏览器中复核").tap()
    phone.get_by_role("button", name="复核已公布的文件").tap()
    shown = phone.locator("[data-shown]")
    expect(shown).to_contain_text("全部相符")
    expect(shown).to_contain_text("已封存票")
    expect(shown.locator("tbody tr")).to_have_count(12)
    assert_good(phone, SMALL)
    altered = tmp_path / "altered.json"
    text = public_file(vote.round)
    altered.write_text(re.sub(r'"for":3', '"for":4', text, count=1), encoding="utf-8")
    phone.locator("[type=file]").set_input_files(altered)
    expect(shown).to_contain_text("不一致")
    expect(shown.locator(".alert").first).to_be_visible()
    broken = tmp_path / "broken.json"
    broken.write_text("{}", encoding="utf-8")
    phone.locator("[type=file]").set_input_files(broken)
    expect(shown).to_contain_text("无法复核")


def test_without_a_script_the_page_says_how_else(live: Live):
    make_vote(until="published", delegates=4, ballots=[range(1, 11)] * 4)
    page = live.person(viewport=PHONE, javascript=False)
    page.goto("/2018/recount/")
    expect(page.locator("main")).to_contain_text("python3 recount.py 2018-result.recount.json")
    expect(page.locator("[data-tools]")).to_be_hidden()


def tap(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=name).first.tap()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_strangers_five_questions_take_three_taps_at_the_most(live: Live, javascript: bool):
    lived()
    page = live.person(viewport=PHONE, javascript=javascript)
    page.goto("/")
    # What is being decided now? The first page says where every living year stands, without a tap.
    expect(page.locator(".board .state b").first).to_have_text("项目正在测评")
    # Why is project 4 out?
    tap(page, "结果")
    expect(page.locator("#project-4")).to_contain_text("未入选：")
    expect(page.locator("#project-4")).to_contain_text("至少须得")
    # What became of project 2?
    page.goto("/")
    tap(page, "办理")
    tap(page, "第2项目")
    expect(page.locator("main")).to_contain_text("只完成一部分")
    # What happened to my proposal?
    page.goto("/")
    tap(page, "我的建议办得")
    expect(page.get_by_role("textbox")).to_be_visible()
    # How do I check my receipt?
    page.goto("/")
    tap(page, "核对回执")
    expect(page.get_by_role("heading", level=1)).to_contain_text("回执")


PAGES = (
    "/",
    "/2018/",
    "/2018/result/",
    "/2018/projects/",
    "/2018/projects/11/",
    "/2018/recount/",
    "/progress/",
)


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_citizens_pages_are_good_on_a_phone_and_at_a_desk(live: Live, language: str):
    make_vote(until="published", delegates=4, ballots=[range(1, 11)] * 3 + [range(3, 13)])
    page = live.person(viewport=DESK)
    for path in (
        "/",
        "/2018/",
        "/2018/result/",
        "/2018/projects/",
        "/2018/projects/11/",
        "/2018/recount/",
        "/progress/",
    ):
        page.goto(language + path)
        assert_good(page, PHONE, SMALL)
        page.set_viewport_size(DESK)

"""Where residents vote by letter, no page of their vote speaks of delegates, a hall or a check-in, at any moment.

Guards ``voting.read_models.vote.letter_script``, ``voting.admin.vote.roll_changes``,
``voting.views.vote.cast_page``, ``voting.domain.vote.told_residents`` and ``voting.domain.vote.scanner_conditions``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.test import Client

from tests.factories import Vote, make_vote
from tests.integration.vote.test_ballot_pages import BALLOT, CAST, REVIEW, fields, marked
from tests.security.test_crawl import BACKEND
from tests.security.test_crawl import addresses as every_address
from voting.domain.core.refusals import ConditionsUnmet
from voting.domain.vote import paper_ballots, roll_changes, rules
from voting.domain.vote.paper_boxes import record_box
from voting.domain.vote.paper_readings import read_batch

pytestmark = pytest.mark.django_db

#: Words of a hall, and of those who sit in it.
WORDS = {
    "en": re.compile(
        r"\bdelegat\w*|\bhall\b|\bcheck(ed)?[- ]in\b|\bquorum\b|\bon leave\b|\byour slip\b", re.IGNORECASE
    ),
    "zh-hans": re.compile("代表|会场|大屏|签到|应到|实到|到会|请假|法定人数|报到"),
}
#: What is right all the same.
RIGHT = {
    "en": [
        # the congress consists of them, and has the slate in writing before it lets residents vote on it
        "as every delegate has it in writing",
        # that there is none, the rules and the script say themselves
        "nobody is checked in",
        "no quorum is asked for",
        # the journal keeps what was drafted, also what is not used
        r"quorum, (numerator|denominator)|quorum at least",
    ],
    "zh-hans": [
        "人民代表大会",
        "人大代表",
        "书面印发给代表",
        "不签到",
        "不要求法定人数",
        "法定人数(分子|分母| 不少于)",
    ],
}
#: Pages that belong to the congress and its delegates, whoever votes.
OF_THE_CONGRESS = re.compile(
    r"/(deliberation|delegate|proposals|propose|call|report|track|delivery|survey|unit|screening|confirm|roster|screen|"
    r"year|slate-report|supervision|disclosure|recount|reading-slips)\b"
)
#: What the form of the rules offers for any vote, and the way to all records of the congress.
ELSEWHERE = re.compile(
    r'(?s)<details class="(?:presets|records)".*?</details>|<form[^>]* class="rules-form".*?</form>'
)


def looked_at(vote: Vote) -> list[str]:
    """Return every address of the vote that may answer with a page."""
    mine = re.compile(rf"^/$|^/{vote.cycle.slug}/|^/admin/vote/{vote.cycle.slug}/|^/admin/$")
    every = [each for each in every_address(slug=vote.cycle.slug, number="1") if mine.search(each)]
    return [each for each in every if not OF_THE_CONGRESS.search(each) and not re.search(r"\.\w+/?$", each)]


def words_of_a_hall(language: str, page: str) -> list[str]:
    """Return the places where the main part of a page speaks of a hall."""
    main = re.search(r"(?s)<main.*?</main>", page)
    text = re.sub(r"(?s)<(script|style|template).*?</\1>", " ", ELSEWHERE.sub(" ", main[0] if main else page))
    text = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    for right in RIGHT[language]:
        text = re.sub(right, " ", text, flags=re.IGNORECASE)
    return [text[max(0, each.start() - 70) : each.end() + 40] for each in WORDS[language].finditer(text)]


def faults_of(vote: Vote, moment: str) -> Iterator[tuple[str, str, str]]:
    """Look at every page as anybody and as the clerk, in both languages."""
    people = {False: Client(), True: Client()}
    people[True].force_login(vote.clerk, backend=BACKEND)
    for address in looked_at(vote):
        client = people[address.startswith("/admin/")]
        for language, prefix in (("zh-hans", ""), ("en", "/en")):
            answer = client.get(prefix + address)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                for words in words_of_a_hall(language, answer.content.decode()):
                    yield moment, prefix + address, words


def read_paper(vote: Vote) -> None:
    """Two people read the one sheet in the box."""
    record_box(round_=vote.round, returned=1, by=vote.clerk, at=vote.later())
    for reading, by in ((1, vote.clerk), (2, vote.scrutineer)):
        read_batch(
            round_=vote.round, reading=reading, first=1, ballots=[(0, 0, 1, 0, 0)], by=by, at=vote.later()
        )


def change_roll(vote: Vote) -> None:
    for change in (roll_changes.exclude, roll_changes.admit):
        change(round_=vote.round, number="A000002", reason="x", by=vote.clerk, at=vote.later())


def hand_out(vote: Vote) -> None:
    paper_ballots.hand_out(round_=vote.round, numbers=["A000001"], by=vote.clerk, at=vote.later())


#: 1 is paid for; of the 60 that are left, equal votes for 3, 4 and 5 want more.
BALLOTS = [[1, 3], [1, 4], [1, 5], [4], [5]]
MOMENTS: dict[str, list[Callable[[Vote], object]]] = {
    "drafted": [],
    "rolled": [lambda vote: vote.run("adopted", "rolled"), change_roll],
    "open": [
        lambda vote: vote.run("keyed", "ready", "open"),
        hand_out,
        lambda vote: [vote.cast(place, each) for place, each in enumerate(BALLOTS, start=1)],
    ],
    "closed": [lambda vote: vote.close(), read_paper],
    "certified": [lambda vote: vote.run("counted", "certified")],
    "published": [lambda vote: vote.run("published")],
}


def town() -> Vote:
    return make_vote(
        until="drafted", delegates=2, residents=12, candidates=5, seats=5, preset="sum", budget=100,
        costs=[Decimal(each) for each in (40, 70, 30, 15, 60)],
    )  # fmt: skip


def test_no_page_of_a_vote_of_residents_speaks_of_a_hall():
    vote, faults = town(), set()
    for moment, steps in MOMENTS.items():
        for step in steps:
            step(vote)
        vote.cycle.refresh_from_db()
        faults |= set(faults_of(vote, moment))
    assert vote.round.notice
    assert not faults, "\n".join(map(str, sorted(faults)))


# ------------------------------------------------------------------------------------------- what a resident is told


@pytest.mark.parametrize("language", WORDS)
def test_a_resident_is_sent_to_no_hall(language: str):
    vote = town()
    vote.run("adopted", "rolled", "keyed", "ready", "open")
    prefix = "" if language == "zh-hans" else "/en"
    ballot, review, cast = prefix + BALLOT, prefix + REVIEW, prefix + CAST
    enter = f"{prefix}/enter/letter/"

    def letter(place: int) -> dict[str, str]:
        number = sorted(vote.codes)[place]
        return {"number": number, "code": vote.codes[number]}

    said = {}
    client = Client()
    client.post(enter, letter(0))
    said["ballot"] = client.get(ballot)
    said["review"] = client.post(review, marked(client, [1]))
    carried = fields(said["review"])
    lost = Client()
    said["lost"] = lost.post(review, marked(client, [1]))
    assert f'action="{prefix}/ballot/sign-in/"' in said["lost"].content.decode()
    said["lost sealed"] = lost.post(cast, carried)
    said["lost, wrong code"] = lost.post(
        f"{prefix}/ballot/sign-in/", carried | {"number": "A000001", "code": "1"}
    )
    said["letters in another language"] = Client().post(
        f"{prefix}/ballot/sign-in/", {"letter": "1", "look": ""}
    )
    said["end"] = client.post(cast, carried)
    assert enter in said["end"].content.decode()
    said["again"] = client.post(cast, carried)
    client.post(enter, letter(1))
    paper_ballots.hand_out(round_=vote.round, numbers=["A000002"], by=vote.clerk, at=vote.later())
    said["on paper"] = client.get(ballot)
    paper_ballots.switch_to_paper(round_=vote.round, reason="x", by=vote.clerk, at=vote.later())
    client.post(enter, letter(2))
    said["paper alone"] = client.get(ballot)
    vote.close()
    client.post(enter, letter(3))
    said["closed"] = client.get(ballot)
    faults = {
        (name, each)
        for name, page in said.items()
        for each in words_of_a_hall(language, page.content.decode())
    }
    assert not faults
    assert client.post(f"{prefix}/leave/")["Location"] == enter


def test_equal_shares_need_so_many_letters_and_a_scanner_a_sheet_that_has_room():
    vote = make_vote(
        until="drafted", delegates=20, residents=9, candidates=5, seats=5, preset="shares", budget=100,
        costs=[Decimal(10)] * 5,
    )  # fmt: skip
    acting = {"cycle": vote.cycle, "by": vote.clerk, "at": vote.later()}
    with pytest.raises(ConditionsUnmet, match=r"10"):
        rules.adopt_rules(**acting)
    points = {"ballot_type": "points", "points": 30, "method": "greedy", "first_reading": "scanner"}
    rules.draft_rules(**acting, **points, most_points=11)
    with pytest.raises(ConditionsUnmet, match=r"扫描|scanner"):
        rules.adopt_rules(**acting)
    rules.draft_rules(**acting, **points, most_points=10)
    rules.adopt_rules(**acting)

"""The quick pages say what the views say, letter by letter, on every ballot; and no frame knows a choice (S4).

Guards ``accounts.frames``, ``voting.views.vote.minute``, ``voting.views.vote.paper``, ``voting.views.vote.warm`` and
``voting.read_models.core.spoken``.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from accounts import congresses, frames
from accounts.frames import Frame, Kept
from accounts.models import Delegation
from tests.assessing import begin
from tests.factories import POINTS, CongressFactory, Vote, make_vote
from tests.integration.vote.test_ballot_pages import BALLOT, CAST, ENTER, REVIEW, enter
from tests.integration.vote.test_ballot_types import CASES, for_, sent, ticket
from tests.integration.vote.test_offline_count import past_triggers
from tests.spring import make_spring
from voting.domain.vote import ballots, casting
from voting.models import Cycle
from voting.views.vote import ballot as views
from voting.views.vote import minute, warm

pytestmark = pytest.mark.django_db

#: What differs from request to request: tokens against forgery; and blanks between tags, which nobody sees.
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


@pytest.fixture(autouse=True)
def nothing_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is."""
    monkeypatch.setattr(frames, "FRESH", 3600)
    monkeypatch.setattr(congresses, "FRESH", 3600)


def sealed_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seal every ballot to the same bytes: two sealings of one choice are never alike."""
    monkeypatch.setattr(casting, "seal_choice", lambda **_what: b"sealed" * 200)


def said(response: HttpResponse) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", TOKEN.sub("", response.content.decode()))


@contextmanager
def without_the_quick_ones(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(minute, "elector_now", lambda _shown: None)
        yield


def kept() -> dict[int, set[Any]]:
    """Return the keys of all frames."""
    return {place: set(each.made) for place, each in enumerate(Kept.every)}


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


def vote_of(case) -> Vote:
    return make_vote(candidates=4, seats=case.seats, delegates=3, **case.settings)


@pytest.mark.parametrize("language", ["", "/en"])
def test_ballot_and_review_are_those_of_the_views(case, language, monkeypatch):
    vote = vote_of(case)
    sealed_alike(monkeypatch)
    Delegation.objects.update(name_en="Delegation & Co")
    client = Client()
    enter(client, vote)
    form = ticket(client) | case.good
    before = kept()
    quick = said(client.get(language + BALLOT)), said(client.post(language + REVIEW, form))
    assert kept() != before, "these were the quick ones"
    with without_the_quick_ones(monkeypatch):
        slow = said(client.get(language + BALLOT)), said(client.post(language + REVIEW, form))
    assert quick == slow


def test_the_frames_are_the_same_whatever_is_marked_and_whoever_marks_it_s4(case):
    """They are made once for the round; from then on no choice makes another, nor one that knows it."""
    vote = vote_of(case)
    first, second = Client(), Client()
    enter(first, vote, 0)
    enter(second, vote, 1)
    form = ticket(first) | case.good
    reviewed = first.post(REVIEW, form)
    made = kept()
    lines = {id(frame): repr(frame) for each in Kept.every for _at, frame in each.made.values()}
    texts = [str(vars(frame)) for each in Kept.every for _at, frame in each.made.values()]
    for client, marks in ((second, {}), (second, case.good)):
        client.post(REVIEW, ticket(client) | marks)
    assert kept() == made
    assert lines == {id(frame): repr(frame) for each in Kept.every for _at, frame in each.made.values()}
    assert texts == [str(vars(frame)) for each in Kept.every for _at, frame in each.made.values()]
    known = [vote.delegates[0].name, form["ticket"][0], *sent(reviewed)["ticket"]]
    assert not [name for name in known for text in texts if name in text]
    assert first.post(CAST, sent(reviewed)).status_code == 200
    end = kept()
    others = second.post(REVIEW, ticket(second) | case.good)
    assert second.post(CAST, sent(others)).status_code == 200
    assert kept() == end


def test_a_graded_ballot_is_that_of_the_views(monkeypatch):
    vote = begin(make_spring())
    vote.run(*POINTS[1 : POINTS.index("open") + 1])
    sealed_alike(monkeypatch)
    client = Client()
    enter(client, vote)
    numbers = [str(n) for n in vote.round.items.values_list("number", flat=True)]
    marks = {f"mark-{n}": ["basically"] for n in numbers[1:]}
    form = ticket(client) | marks
    quick = said(client.get(BALLOT)), said(client.post(REVIEW, form))
    with without_the_quick_ones(monkeypatch):
        assert quick == (said(client.get(BALLOT)), said(client.post(REVIEW, form)))


def test_a_frame_is_made_anew_once_it_is_old(monkeypatch):
    vote = make_vote(delegates=2)
    client = Client()
    enter(client, vote)
    client.get(BALLOT)
    Cycle.objects.update(session="另一次会议")
    assert "另一次会议" not in client.get(BALLOT).content.decode()
    monkeypatch.setattr(frames, "FRESH", -1)
    assert "另一次会议" in client.get(BALLOT).content.decode()


def test_frames_of_many_congresses_find_room_and_making_one_anew_drives_out_no_other(monkeypatch):
    monkeypatch.setattr(frames, "MOST", 3)
    monkeypatch.setattr(frames, "FRESH", -1)  # every one is old at once
    some: Kept[str] = Kept()
    for key in ("a", "b", "c", "b", "c"):
        some.get(key, lambda key=key: key)
    assert set(some.made) == {"a", "b", "c"}
    some.get("d", lambda: "d")
    assert set(some.made) == {"b", "c", "d"}


def test_what_nobody_asked_for_in_hours_is_shown_to_nobody(monkeypatch):
    """While one makes a frame anew the others have the old one, but none that is long out of date."""
    moment, begun, ready = [1000.0], threading.Event(), threading.Event()
    monkeypatch.setattr(frames.time, "monotonic", lambda: moment[0])
    monkeypatch.setattr(frames, "FRESH", 15)
    some: Kept[str] = Kept()
    some.get("page", lambda: "old")

    def make() -> str:
        begun.set()
        assert ready.wait(10)
        return "new"

    def beside_one_who_makes_it(ask: Callable[[], str]) -> str:
        maker = threading.Thread(target=some.get, args=["page", make])
        maker.start()
        assert begun.wait(10)
        page = ask()
        ready.set()
        maker.join(10)
        return page

    moment[0] += frames.FRESH + 1
    assert beside_one_who_makes_it(lambda: some.get("page", make)) == "old"
    some.made["page"] = moment[0] - 3600, "old"
    begun.clear()
    ready.clear()
    threading.Timer(0.1, ready.set).start()
    assert beside_one_who_makes_it(lambda: some.get("page", lambda: "new")) == "new"


def test_large_text_has_frames_of_its_own():
    request: Any = HttpRequest()
    request.path = "/enter/"
    plain = frames.address_key(request)
    request.elder = True
    assert frames.address_key(request) != plain


def test_a_frame_says_what_is_forgotten():
    frame = Frame.of(f"a {frames.mark('one')} b {frames.mark('two')} c")
    assert frame.joined(one="1", two="2") == "a 1 b 2 c"
    with pytest.raises(KeyError, match="two"):
        frame.joined(one="1")


def test_nobody_can_write_a_mark_into_a_name():
    vote = make_vote(delegates=2)
    forged = re.sub(r"^[0-9a-f]+", "0" * 16, frames.mark("csrf"))
    Cycle.objects.update(session=forged)
    client = Client()
    enter(client, vote)
    assert forged in client.get(BALLOT).content.decode()


def test_a_worker_that_starts_has_all_pages_ready(django_assert_num_queries):
    vote = make_vote(delegates=2, ballots=[[1]])
    frames.forget()
    assert warm.warm() is None
    ready = kept()
    client = Client()
    for language in ("", "/en"):
        client.get(language + ENTER)
        enter(client, vote, 1)
        with django_assert_num_queries(1):
            page = client.get(language + BALLOT)
        with django_assert_num_queries(1):
            reviewed = client.post(language + REVIEW, {"ticket": sent(page)["ticket"], **for_(1)})
    with django_assert_num_queries(1):
        assert client.post(language + CAST, sent(reviewed)).status_code == 200
    assert kept() == ready


def test_a_round_that_takes_no_ballot_keeps_no_other_from_being_ready(monkeypatch):
    first = make_vote(delegates=2)
    other = make_vote(delegates=2, congress=CongressFactory(slug="yuhang"))
    past_triggers("UPDATE voting_round SET key_mac = 'x' WHERE id = %s", other.round.pk)
    done = []
    whole = warm._warm_round
    monkeypatch.setattr(warm, "_warm_round", lambda round_: (whole(round_), done.append(round_.pk)))
    assert isinstance(warm.warm(), ballots.SealedToAnother)
    assert done == [first.round.pk]


def test_a_worker_starts_where_the_database_is_away(monkeypatch):
    def away(_round: object) -> None:
        raise warm.Error

    make_vote(delegates=2)
    monkeypatch.setattr(warm, "_warm_round", away)
    assert isinstance(warm.warm(), warm.Error)


def test_the_quick_ones_are_asked_first():
    names = {name for name in ("ballot", "review", "cast") if hasattr(getattr(views, name), "__wrapped__")}
    assert names == {"ballot", "review", "cast"}

"""Who may take which step: every role at every step's own moment; the kinds never mix; keepers take none.

Guards ``voting.permissions``, ``voting.domain.vote.steps`` and ``voting.domain.vote.running_order``.
"""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from accounts.roles import Kind, Role
from tests.factories import PASSWORD, UserFactory, Vote, make_vote
from tests.integration.vote.test_decks import pages as deck
from tests.integration.vote.test_samples import DICE, first_counted
from tests.integration.vote.test_scans import _pages_of, file_of
from voting.admin.step_pages import PAGES
from voting.domain.vote import paper_ballots
from voting.domain.vote.running_order import STEPS, RunningOrder, StepKey
from voting.foreign import scanned
from voting.models import JournalEntry

pytestmark = pytest.mark.django_db

#: The moment at which a step is the one to take, and the form that takes it.
MOMENTS: dict[StepKey, str] = {
    StepKey.RULES: "drafted",
    StepKey.ROLL: "adopted",
    StepKey.LETTERS: "rolled, of residents",
    StepKey.SLIPS: "rolled",
    StepKey.CHECK_IN: "rolled",
    StepKey.KEY: "rolled",
    StepKey.TRIAL: "keyed",
    StepKey.DECK: "ready, for a scanner",
    StepKey.OPEN: "ready",
    StepKey.CLOSE: "open",
    StepKey.PAPER: "closed, with paper",
    StepKey.COUNT: "closed",
    StepKey.SAMPLE: "closed, first readings counted",
    StepKey.CERTIFY: "counted",
    StepKey.DECIDE: "certified, with a tie",
    StepKey.PUBLISH: "certified",
    StepKey.FURTHER: "published, with a tie",
}
#: PROCEDURE.md: who does what; written out here, so that a change of the table is seen.
MAY: dict[StepKey, set[str]] = {
    StepKey.RULES: {"clerk"},
    StepKey.ROLL: {"clerk"},
    StepKey.LETTERS: {"clerk"},
    StepKey.SLIPS: {"clerk"},
    StepKey.CHECK_IN: {"clerk"},
    StepKey.KEY: {"clerk", "scrutineer", "chief"},
    StepKey.TRIAL: {"clerk", "scrutineer", "chief"},
    StepKey.DECK: {"clerk", "scrutineer", "chief"},
    StepKey.OPEN: {"clerk", "presiding"},
    StepKey.CLOSE: {"clerk", "presiding"},
    StepKey.PAPER: {"clerk", "scrutineer", "chief"},
    StepKey.COUNT: {"clerk", "scrutineer", "chief"},
    StepKey.SAMPLE: {"clerk", "scrutineer", "chief"},
    StepKey.CERTIFY: {"scrutineer", "chief"},
    StepKey.DECIDE: {"clerk", "presiding"},
    StepKey.PUBLISH: {"clerk", "presiding"},
    StepKey.FURTHER: {"clerk", "presiding"},
}
PEOPLE = (
    "clerk",
    "scrutineer",
    "chief",
    "presiding",
    "unit",
    "",
    "keeper of the installation",
    "stranger",
    "gone",
    "delegate",
    "nobody",
)


def person(name: str, vote: Vote) -> User | None:
    if name == "nobody":
        return None
    if name == "delegate":
        return vote.delegates[0].user
    if name == "keeper of the installation":
        return UserFactory(role=Role.KEEPER, congress=None)
    if name == "stranger":
        return UserFactory(role=Role.SCRUTINEER, kind=Kind.REHEARSAL)
    if name == "gone":
        return UserFactory(role=Role.CLERK, is_active=False)
    return UserFactory(role=name)


def vote_at(moment: str) -> Vote:
    """Return a vote at one of the moments."""
    if moment == "closed, with paper":
        vote = make_vote(until="open", delegates=3, ballots=[[1]] * 2)
        numbers = [vote.delegates[2].number]
        paper_ballots.hand_out(round_=vote.round, numbers=numbers, by=vote.clerk, at=vote.later())
        vote.run("closed")
        return vote
    if moment == "ready, for a scanner":
        return make_vote(until="ready", delegates=3, candidates=3, seats=2, first_reading="scanner")
    if moment == "closed, first readings counted":
        return first_counted()
    tie = {"candidates": 3, "seats": 2, "ballots": [[1, 2], [1, 3]], "floor_base": ""}
    if moment == "certified, with a tie":
        return make_vote(until="certified", delegates=3, tie_rule="presidium", **tie)
    if moment == "published, with a tie":
        return make_vote(until="published", delegates=3, **tie)
    until, of_residents, _rest = moment.partition(", of residents")
    return make_vote(until=until, delegates=3, ballots=[[1]] * 3, residents=3 if of_residents else 0)


@pytest.fixture(autouse=True)
def _told_scanner(monkeypatch):
    monkeypatch.setattr(scanned, "pages_of", _pages_of)


def form(key: StepKey, vote: Vote) -> dict[str, object]:
    entry = RunningOrder(vote.cycle, user=vote.clerk).step(StepKey.SLIPS).entry
    return {
        "do": "draw" if key is StepKey.SAMPLE else PAGES[key].main,
        "confirm": "on",
        "printed": str(entry.sequence) if entry else "",
        "fingerprint": "",
        "holders": [str(holder.pk) for holder in vote.holders],
        "needed": "3",
        "mark": vote.mark if key is StepKey.OPEN else "",
        "second_name": vote.chief.username if key in {StepKey.OPEN, StepKey.LETTERS} else "",
        "second_password": PASSWORD if key in {StepKey.OPEN, StepKey.LETTERS} else "",
        "first": "1",
        "last": "2",
        "as_file": "file",
        "numbers": vote.delegates[0].number,
        "presence": "on_leave",
        "returned": "1",
        "again": "1",
        "chosen": "2",
        "dice": DICE,
        "pages": SimpleUploadedFile("deck.pdf", file_of(*deck(vote))) if key is StepKey.DECK else "",
        "reason": "理由",
        **{f"slip_{place}": slip for place, slip in enumerate(vote.slips[:3], start=1)},
    }


def test_the_table_of_steps_is_whole():
    assert (
        set(MOMENTS)
        == set(MAY)
        == {key for key, spec in STEPS.items() if spec.room == "vote"} - {StepKey.SLATE}
    )


@pytest.mark.parametrize("key", list(MOMENTS))
def test_each_step_is_taken_by_those_who_may_and_by_nobody_else(key: StepKey):
    vote = vote_at(MOMENTS[key])
    taken = set()
    for name in sorted(PEOPLE, key=lambda name: name in MAY[key]):
        user = person(name, vote)
        client = Client()
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        entries = JournalEntry.objects.count()
        answer = client.post(f"/admin/vote/2018/{key}/", form(key, vote))
        if JournalEntry.objects.count() > entries:
            taken.add(name)
        elif name not in MAY[key]:
            # Of another congress nothing is told, not even that it is there.
            expected = {404} if name in {"stranger", "keeper of the installation"} else {302, 403}
            assert answer.status_code in expected, (name, answer.status_code)
            assert answer.status_code in {403, 404} or "/admin/login/" in answer["Location"], name
        else:
            # Once dice were thrown there is no such verb any more.
            taken_before = 403 if key is StepKey.SAMPLE else 409
            assert answer.status_code == taken_before, (name, "the step was taken by the one before")
    assert taken
    assert taken <= MAY[key]


@pytest.mark.parametrize(
    ("key", "role"), [(key, role) for key, roles in MAY.items() for role in sorted(roles)]
)
def test_everybody_who_may_take_a_step_can(key: StepKey, role: str):
    vote = vote_at(MOMENTS[key])
    client = Client()
    client.force_login(person(role, vote), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/admin/vote/2018/{key}/", form(key, vote))
    assert answer.status_code in {200, 302}


def test_the_one_who_counted_does_not_certify():
    vote = make_vote(until="closed", delegates=3, ballots=[[1]] * 3)
    client = Client()
    client.force_login(vote.scrutineer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/admin/vote/2018/count/", form(StepKey.COUNT, vote)).status_code == 302
    assert client.post("/admin/vote/2018/certify/", {"confirm": "on"}).status_code == 403

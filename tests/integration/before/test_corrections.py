"""A proposer corrects what is held back; what it said before stays for the staff, what others judged stays as it is.

Guards ``voting.domain.before.corrections``.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from tests.autumn import Autumn, make_autumn
from tests.pages import text_of
from voting.domain.before import corrections, proposals, screening
from voting.models import JournalEntry, Proposal, ProposalVersion
from voting.states import Outcome, Visibility

pytestmark = pytest.mark.django_db

WITH_PHONE = "路灯坏了，请打 13800000000 联系我"


@pytest.fixture
def autumn() -> Autumn:
    autumn = make_autumn(until="call")
    autumn.propose("修路灯", content=WITH_PHONE, contact="wechat-4711")
    return autumn


def correct(autumn: Autumn, *, network: int = 1, **texts: str) -> Proposal:
    return corrections.correct(
        proposal=autumn.proposals[0], texts=texts, address=f"192.0.2.{network}", at=autumn.at
    )


def now() -> Proposal:
    return Proposal.objects.get(number=1)


def test_without_the_number_the_public_sees_it_at_once(autumn):
    assert now().standing == Visibility.HELD
    entries = JournalEntry.objects.count()
    correct(autumn, content="路灯坏了", place="中山路", contact="stranger", standing="hidden")
    proposal = now()
    assert (proposal.standing, proposal.standing_reason) == (Visibility.SHOWN, "")
    assert (proposal.title, proposal.content, proposal.place) == ("修路灯", "路灯坏了", "中山路")
    assert proposal.contact == "wechat-4711", "only the texts are corrected"
    assert "中山" in proposal.terms, "it is found by what it says now"
    (version,) = ProposalVersion.objects.all()
    assert (version.number, version.texts["content"], version.replaced_at) == (1, WITH_PHONE, autumn.at)
    assert version.standing_reason
    assert JournalEntry.objects.count() == entries


def test_what_still_names_a_person_goes_on_waiting_and_every_version_is_kept(autumn):
    correct(autumn, content="请打 13900000000")
    correct(autumn, content="写信到 a@example.org")
    assert now().standing == Visibility.HELD
    assert [each.texts["content"] for each in now().versions.all()] == [WITH_PHONE, "请打 13900000000"]


def test_with_pictures_somebody_looks_all_the_same(autumn):
    now().attachments.create(position=1, name="a.jpg", content_type="image/jpeg", data=b"x", size=1)
    correct(autumn, content="路灯坏了")
    assert now().standing == Visibility.HELD


def test_a_mistake_is_said_at_its_field_and_changes_nothing(autumn):
    for texts, field in (
        ({"title": ""}, "title"),
        ({"title": "题" * 81}, "title"),
        ({"content": ""}, "content"),
    ):
        with pytest.raises(ValidationError) as refused:
            correct(autumn, **texts)
        assert field in refused.value.message_dict
    assert (now().content, ProposalVersion.objects.count()) == (WITH_PHONE, 0)


def put_to_a_unit(autumn: Autumn) -> None:
    due = timezone.localdate(autumn.at)
    screening.ask_opinion(proposal=now(), unit=autumn.unit, due=due, **autumn.acting)


JUDGED = {
    "shown": lambda a: proposals.show(cycle=a.cycle, numbers=[1], **a.acting),
    "hidden": lambda a: proposals.hide(cycle=a.cycle, number=1, reason="含电话", **a.acting),
    "asked": put_to_a_unit,
    "decided": lambda a: a.decide(now(), Outcome.RESERVE),
    "taken back": lambda a: (
        a.decide(now(), Outcome.RESERVE), screening.undo_decision(proposal=now(), **a.acting)
    ),
    "merged": lambda a: (a.propose("修路灯二"), screening.merge(cycle=a.cycle, into=2, numbers=[1], **a.acting)),
}  # fmt: skip


@pytest.mark.parametrize("judged", JUDGED)
def test_what_others_have_judged_stays(autumn, judged):
    assert corrections.correctable(now())
    JUDGED[judged](autumn)
    assert not corrections.correctable(now())
    with pytest.raises(corrections.CorrectionTooLate):
        correct(autumn, content="另一件事")
    assert (now().content, ProposalVersion.objects.count()) == (WITH_PHONE, 0)


def test_corrections_are_counted_with_the_proposals_of_a_network(autumn):
    for number in range(proposals.MOST_KNOCKS):
        correct(autumn, place=str(number))
    with pytest.raises(proposals.TooMany):
        correct(autumn, place="又一处")
    autumn.at += timedelta(minutes=11)
    correct(autumn, place="又一处")
    assert now().place == "又一处"


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("/admin/vote/2019/proposals/1/", {"do": "show"}),
        (
            "/admin/vote/2019/proposals/1/",
            {"do": "decide", "outcome": "reserve", "public_reason": "列入储备库。"},
        ),
        ("/admin/vote/2019/proposals/together/?numbers=1", {"do": "show", "numbers": "1"}),
    ],
)
def test_a_clerk_who_read_what_it_said_before_is_told(autumn, address, sent):
    clerk = Client()
    clerk.force_login(autumn.clerk)
    page = clerk.get(address)
    assert 'name="seen"' in page.content.decode()
    seen = page.context["forms"][sent["do"]]["seen"].value()
    correct(autumn, content="请打 13900000000")
    refused = clerk.post(address, {**sent, "seen": seen})
    assert refused.status_code == 409
    assert "建议人更正了内容" in text_of(refused)
    assert (now().standing, now().outcome) == (Visibility.HELD, Outcome.OPEN)
    again = refused.context["forms"][sent["do"]]["seen"].value()
    assert clerk.post(address, {**sent, "seen": again}).status_code == 302
    assert (now().standing, now().outcome) != (Visibility.HELD, Outcome.OPEN)

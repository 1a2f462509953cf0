"""征集: the call opens and closes by the clock of the place, to the second, or by hand; and what its pages say.

Guards ``voting.domain.before.calls``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from tests.autumn import FIELDS, clock, make_autumn
from tests.factories import NOW
from voting.domain.before import calls, proposals
from voting.domain.core.refusals import StepNotAllowed
from voting.models import Call, JournalEntry, Proposal
from voting.states import Act, Stage

pytestmark = pytest.mark.django_db

HERE = ZoneInfo("Asia/Shanghai")
OPENS, CLOSES = datetime(2018, 10, 8, 9, 0, tzinfo=HERE), datetime(2018, 11, 7, 18, 0, tzinfo=HERE)
FORM = {"do": "draft", "text": "征集", "criteria": "普惠性", "fields_of_work": "教育\n养老\n"}


def published():
    autumn = make_autumn()
    calls.draft_call(
        cycle=autumn.cycle, text="征集", criteria="普惠性", fields=FIELDS, opens_at=OPENS, closes_at=CLOSES,
        by=autumn.clerk, at=OPENS - timedelta(days=3),
    )  # fmt: skip
    calls.publish_call(cycle=autumn.cycle, by=autumn.clerk, at=OPENS - timedelta(days=2))
    return autumn


def send(autumn, at: datetime) -> Proposal:
    return proposals.submit(
        cycle=autumn.cycle, ticket=proposals.new_ticket(), at=at, fields={"title": "一", "content": "二"}
    )[0]


@pytest.mark.parametrize(
    ("at", "taken"),
    [
        (OPENS - timedelta(seconds=1), False),
        (OPENS, True),
        (CLOSES - timedelta(seconds=1), True),
        (CLOSES, False),
        (CLOSES + timedelta(seconds=1), False),
    ],
)
def test_proposals_are_taken_from_the_opening_up_to_the_end(at: datetime, taken: bool):
    autumn = published()
    if taken:
        assert send(autumn, at).number == 1
    else:
        with pytest.raises(calls.CallNotOpen) as refusal:
            send(autumn, at)
        moment = "2018-10-08 09:00" if at < OPENS else "2018-11-07 18:00"
        assert moment in str(refusal.value)
    assert Proposal.objects.count() == taken


def test_the_clock_is_the_places_own_and_not_that_of_greenwich():
    """18:00 in the district is 10:00 at Greenwich: at half past ten there nothing is taken any more."""
    autumn = published()
    with pytest.raises(calls.CallNotOpen):
        send(autumn, datetime(2018, 11, 7, 10, 30, tzinfo=ZoneInfo("UTC")))
    assert send(autumn, datetime(2018, 11, 7, 9, 59, 59, tzinfo=ZoneInfo("UTC")))


def test_one_second_after_closing_the_form_says_so_and_keeps_the_text():
    autumn = published()
    client = Client()
    with clock(CLOSES - timedelta(seconds=30)):
        form = client.get("/2019/propose/").context["form"]
    data = {"title": "建公厕", "content": "河边没有公厕", "ticket": form.initial["ticket"]}
    with clock(CLOSES + timedelta(seconds=1)):
        answer = client.post("/2019/propose/", data)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "征集已于 2018-11-07 18:00 截止" in text
    assert "河边没有公厕" in text
    assert autumn.cycle.proposals.count() == 0


def test_before_and_after_there_is_no_form_but_a_sentence():
    published()
    for at, said in (
        (OPENS - timedelta(seconds=1), "征集从 2018-10-08 09:00 开始"),
        (CLOSES, "截止，不再接收"),
    ):
        with clock(at):
            answer = Client().get("/2019/propose/")
        assert answer.status_code == 409
        assert said in answer.content.decode()


def test_closed_by_hand_prolonged_and_closed_again():
    autumn = make_autumn(until="call")
    calls.close_call(cycle=autumn.cycle, **autumn.acting)
    with pytest.raises(calls.CallNotOpen):
        autumn.propose()
    later = autumn.at + timedelta(days=3)
    calls.change_times(cycle=autumn.cycle, opens_at=NOW, closes_at=later, **autumn.acting)
    assert autumn.propose().number == 1
    calls.close_call(cycle=autumn.cycle, **autumn.acting)
    acts = list(
        JournalEntry.objects.filter(cycle=autumn.cycle).order_by("sequence").values_list("act", flat=True)
    )
    told = [Act.CALL_PUBLISHED, Act.CALL_CLOSED, Act.CALL_CHANGED, Act.CALL_CLOSED]
    assert [act for act in acts if act in told] == told


def test_a_call_that_ends_before_it_begins_or_in_the_past_is_refused_on_its_field():
    autumn = make_autumn()
    with pytest.raises(ValidationError):
        calls.draft_call(
            cycle=autumn.cycle,
            text="征集",
            criteria="普惠性",
            opens_at=CLOSES,
            closes_at=OPENS,
            **autumn.acting,
        )
    calls.draft_call(
        cycle=autumn.cycle, text="征集", criteria="普惠性", opens_at=NOW - timedelta(days=2),
        closes_at=NOW - timedelta(days=1), **autumn.acting,
    )  # fmt: skip
    with pytest.raises(ValidationError) as refusal:
        calls.publish_call(cycle=autumn.cycle, **autumn.acting)
    assert set(refusal.value.error_dict) == {"closes_at"}


def test_the_screening_does_not_begin_while_proposals_are_taken():
    autumn = make_autumn(until="call")
    with pytest.raises(StepNotAllowed):
        calls.begin_screening(cycle=autumn.cycle, **autumn.acting)
    autumn.cycle.refresh_from_db()
    assert autumn.cycle.stage == Stage.SOLICITATION


# ------------------------------------------------------------------------------------------------ the clerk's page


def clerk(autumn) -> Client:
    client = Client()
    client.force_login(autumn.clerk)
    return client


def test_the_clerk_drafts_publishes_prolongs_closes_and_goes_on():
    autumn = make_autumn()
    client = clerk(autumn)
    page = "/admin/vote/2019/call/"
    with clock(OPENS - timedelta(days=1)):
        times = {"opens_at": "2018-10-08T09:00", "closes_at": "2018-11-07T18:00"}
        assert client.post(page, FORM | times).status_code == 302
        call = Call.objects.get()
        assert (call.opens_at, call.closes_at, call.fields) == (OPENS, CLOSES, ["教育", "养老"])
        assert client.post(page, {"do": "publish", "confirm": "on"}).status_code == 302
        assert Client().get("/2019/call/").status_code == 200
    with clock(OPENS + timedelta(days=1)):
        client = clerk(autumn)
        assert client.post(page, {"do": "times", **times, "closes_at": "2018-11-10T18:00"}).status_code == 302
        assert client.post(page, {"do": "screen", "confirm": "on"}).status_code == 409, (
            "the call is open: no screening yet"
        )
        assert client.post(page, {"do": "close", "confirm": "on"}).status_code == 302
        assert client.post(page, {"do": "screen", "confirm": "on"}).status_code == 302
    autumn.cycle.refresh_from_db()
    assert autumn.cycle.stage == Stage.SCREENING


def test_a_mistake_stands_on_its_field_and_what_was_typed_stays():
    autumn = make_autumn()
    answer = clerk(autumn).post(
        "/admin/vote/2019/call/",
        FORM | {"text": "很长的公告", "opens_at": "2018-11-07T18:00", "closes_at": "2018-10-08T09:00"},
    )
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "截止时间必须晚于开始时间" in text
    assert "很长的公告" in text
    assert not Call.objects.exists()


def test_a_draft_is_nobodys_business():
    autumn = make_autumn()
    calls.draft_call(
        cycle=autumn.cycle, text="还没有公布的公告", criteria="普惠性", opens_at=OPENS, closes_at=CLOSES,
        **autumn.acting,
    )  # fmt: skip
    answer = Client().get("/2019/call/")
    assert answer.status_code == 404
    assert "还没有公布的公告" not in answer.content.decode()

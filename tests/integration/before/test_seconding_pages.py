"""附议 on the public pages: a page of its own, the number shown and sorted by, likes asked before a proposal is final.

Guards ``voting.views.before.seconding`` and ``voting.read_models.before.public_proposals``.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.autumn import Autumn, make_autumn
from tests.pages import html_of, text_of
from voting.domain.before import calls, proposals, screening, seconding
from voting.models import Attachment, Proposal, Seconding
from voting.queries import MOST_SECONDED
from voting.read_models.before.public_proposals import alike_shown
from voting.states import Outcome
from voting.views.before.seconding import SEARCHING

pytestmark = pytest.mark.django_db

SECOND = "/2019/proposals/{}/second/"


@pytest.fixture
def autumn() -> Autumn:
    return make_autumn(until="proposals")


def second(autumn: Autumn, number: int = 1, client: Client | None = None, **more: str) -> HttpResponse:
    client = client or Client()
    with autumn.now():
        page = client.get(SECOND.format(number))
        return client.post(SECOND.format(number), {"ticket": page.context["ticket"], **more}, follow=True)


def give(number: int, seconds: int) -> None:
    Proposal.objects.filter(number=number).update(seconds=seconds)


def listed(query: str = "") -> list[int]:
    return [each.number for each in Client().get(f"/2019/proposals/?{query}").context["page"]]


def test_a_resident_seconds_and_reads_the_number(autumn):
    client = Client()
    answer = second(autumn, 3, client)
    assert answer.redirect_chain == [(f"{SECOND.format(3)}?sent", 302)]
    assert "感谢您的附议" in text_of(answer)
    assert "附议 1 人次" in text_of(answer)
    with autumn.now():
        assert "附议 1 人次" in text_of(client.get("/2019/proposals/3/"))
        assert "附议 1 人次" in text_of(client.get("/2019/proposals/"))


def test_the_same_browser_is_told_that_it_did_already(autumn):
    client = Client()
    second(autumn, 3, client)
    again = second(autumn, 3, client)
    assert again.status_code == 409
    assert "您已附议过本建议" in text_of(again)
    assert Proposal.objects.get(number=3).seconds == 1
    assert second(autumn, 4, client).status_code == 200
    assert second(autumn, 3).status_code == 200, "another browser"
    assert Proposal.objects.get(number=3).seconds == 2
    assert client.cookies["seconded"].value == "4.3"
    assert client.cookies["seconded"]["httponly"]


@pytest.mark.parametrize("noted", ["x", "3.", "-1", "²", "9" * 50, "1." * 5000, "\x00"])
def test_a_damaged_note_of_the_browser_hinders_nobody(autumn, noted):
    client = Client()
    client.cookies["seconded"] = noted
    assert second(autumn, 5, client).status_code == 200
    assert Proposal.objects.get(number=5).seconds == 1


def test_what_is_hidden_while_the_page_is_open_is_refused_in_a_sentence(autumn):
    client = Client()
    with autumn.now():
        ticket = client.get(SECOND.format(3)).context["ticket"]
    proposals.hide(cycle=autumn.cycle, number=3, reason="含个人信息", **autumn.acting)
    with autumn.now():
        answer = client.post(SECOND.format(3), {"ticket": ticket})
        later = client.get(SECOND.format(3))
    for page in (answer, later):
        assert page.status_code == 409
        assert "本建议现不公开" in text_of(page)
        assert "第3处公厕" not in text_of(page), "what is hidden is not shown here either"
    assert Seconding.objects.count() == 0


def test_a_merged_one_leads_to_the_one_it_goes_on_with(autumn):
    screening.merge(cycle=autumn.cycle, into=3, numbers=[2], **autumn.acting)
    with autumn.now():
        page = Client().get(SECOND.format(2))
    assert page.status_code == 409
    assert "第 3 号建议" in text_of(page)
    assert 'href="/2019/proposals/3/"' in page.content.decode()


def test_after_the_call_there_is_no_button_and_a_sentence(autumn):
    with autumn.now():
        assert SECOND.format(3) in Client().get("/2019/proposals/3/").content.decode()
    calls.close_call(cycle=autumn.cycle, **autumn.acting)
    with autumn.now():
        assert SECOND.format(3) not in Client().get("/2019/proposals/3/").content.decode()
        page = Client().get(SECOND.format(3))
    assert page.status_code == 409
    assert "截止" in text_of(page)


@pytest.mark.parametrize("more", [{"website": "http://x"}, {"ticket": "x"}])
def test_programs_and_damaged_forms_count_nothing(autumn, more):
    assert second(autumn, 3, **more).status_code == 409
    assert Proposal.objects.get(number=3).seconds == 0


def test_the_network_is_told_when_it_has_seconded_too_often(autumn):
    answers = [second(autumn, 3).status_code for _ in range(seconding.MOST_OF_ONE + 1)]
    assert answers == [200] * seconding.MOST_OF_ONE + [409]


def test_the_public_list_and_the_queue_are_ordered_by_it(autumn):
    for number, seconds in ((4, 2), (9, 7)):
        give(number, seconds)
    assert listed() == list(range(10, 0, -1))
    assert listed(f"sort={MOST_SECONDED}")[:3] == [9, 4, 10]
    assert listed(f"sort={MOST_SECONDED}&source=resident") == [4, 6, 5, 3, 2, 1]
    assert listed("sort=contact")[:2] == [10, 9]
    clerk = Client()
    clerk.force_login(autumn.clerk)
    queue = clerk.get(f"/admin/vote/2019/screening/?sort={MOST_SECONDED}")
    assert [each.number for each in queue.context["rows"]][:3] == [9, 4, 1]
    decision = {"do": "decide", "outcome": "reserve", "public_reason": "列入储备库。"}
    answer = clerk.post(f"/admin/vote/2019/proposals/9/?sort={MOST_SECONDED}", decision)
    assert answer["Location"] == f"/admin/vote/2019/proposals/4/?sort={MOST_SECONDED}", "the order stays"


# --------------------------------------------------------------------------------------------------- the likes


@pytest.mark.parametrize(
    ("title", "like"),
    [
        ("停车场", [7]),
        ("我们小区想建停车场", [7]),
        ("加装电梯", [10]),
        ("路灯", []),
        ("建", []),
        ("", []),
        ("!!!", []),
        ("改造菜场，方便大家。", [9]),
    ],
)
def test_what_is_like_a_title(autumn, title, like):
    assert [each.number for each in alike_shown(autumn.cycle, title)] == like


def test_only_what_the_public_sees_and_what_stands_for_itself_is_named(autumn):
    assert alike_shown(autumn.cycle, "第3处公厕")[0].number == 3
    proposals.hide(cycle=autumn.cycle, number=3, reason="含个人信息", **autumn.acting)
    screening.merge(cycle=autumn.cycle, into=1, numbers=[2], **autumn.acting)
    give(5, 9)
    named = [each.number for each in alike_shown(autumn.cycle, "处公厕")]
    assert named[0] == 5, "of those as like, the one that most people want"
    assert not {2, 3} & set(named)
    assert len(named) == 3


def ask(title: str) -> list[dict[str, object]]:
    return Client().post("/2019/propose/alike/", {"title": title}).json()["alike"]


def test_the_script_asks_in_the_body_and_no_address_shows_what_was_typed(autumn):
    give(7, 4)
    (row,) = ask("建停车场\u202e")
    assert row == {
        "number": 7,
        "title": "建停车场",
        "seconds": 4,
        "page": "/2019/proposals/7/",
        "second": "/2019/proposals/7/second/",
    }
    assert ask("字" * 5000) == []
    assert Client().get("/2019/propose/alike/?title=建停车场").status_code == 405


def test_where_many_type_at_once_most_are_told_of_none_and_the_next_of_all(autumn, monkeypatch):
    monkeypatch.setattr(SEARCHING, "patience", 0.01)
    with SEARCHING.turn():
        assert ask("建停车场") == []
    assert len(ask("建停车场")) == 1


def propose(autumn: Autumn, **more) -> HttpResponse:
    client = Client()
    with autumn.now():
        page = client.get("/2019/propose/")
        ticket = page.context["form"].initial["ticket"]
        sent = {"title": "小区建停车场", "content": "没有地方停车。", "ticket": ticket, "field": "教育"}
        return client.post("/2019/propose/", sent | more)


def test_before_it_is_final_the_likes_are_shown_and_nothing_typed_is_lost(autumn):
    count = Proposal.objects.count()
    answer = propose(autumn)
    page = html_of(answer)
    assert answer.status_code == 409
    assert 'href="/2019/proposals/7/second/"' in page
    assert "没有地方停车。" in page
    assert 'name="sure" value="1"' in page
    assert Proposal.objects.count() == count
    assert propose(autumn, sure="1").status_code == 200
    assert Proposal.objects.count() == count + 1


def test_who_is_like_nobody_is_not_asked(autumn):
    assert propose(autumn, title="修一条跑步道").status_code == 200


def test_who_sends_a_picture_is_not_asked_for_it_would_be_lost(autumn):
    from tests.unit.domain.test_uploads import picture  # noqa: PLC0415

    with io.BytesIO(picture()) as file:
        file.name = "a.jpg"
        assert propose(autumn, attachments=file).status_code == 200
    assert Attachment.objects.count() == 1


# ---------------------------------------------------------------------------------------------------- open data


def test_the_open_data_say_it_and_name_nobody(autumn):
    autumn.propose("修河堤", contact_name="某人甲", contact="wechat-4711")
    give(7, 4)
    autumn.decide(autumn.proposals[6], Outcome.RESERVE)
    proposals.hide(cycle=autumn.cycle, number=3, reason="含个人信息", **autumn.acting)
    screening.merge(cycle=autumn.cycle, into=1, numbers=[2], **autumn.acting)
    answer = Client().get("/2019/proposals.csv")
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert [int(row[0]) for row in rows] == [1, 2, 4, 5, 6, 7, 8, 9, 10, 11]
    place = header.index("附议人次")
    assert {int(row[0]): row[place] for row in rows if row[place] != "0"} == {7: "4"}
    kept = Client().get("/api/v1/cycles/2019/proposals/?page_size=100").json()["results"]
    assert [each["number"] for each in kept] == [int(row[0]) for row in rows]
    by_number = {each["number"]: each for each in kept}
    assert (by_number[7]["seconds"], by_number[7]["outcome"], by_number[7]["answer"]) == (
        4,
        "reserve",
        "已采纳，谢谢。",
    )
    assert (by_number[2]["merged_into"], by_number[1]["merged_into"]) == (1, None)
    for text in (answer.content.decode(), str(kept)):
        assert "某人甲" not in text
        assert "wechat-4711" not in text
        assert "第3处公厕" not in text


def test_the_report_on_the_slate_says_how_often_what_it_grew_from_was_seconded():
    autumn = make_autumn(until="screening")
    give(1, 4)
    give(2, 3)
    autumn.run("slate", "report")
    page = text_of(Client().get("/2019/slate-report/"))
    assert "来自 3 条建议、附议 7 人次" in page
    record = Client().get("/2019/slate-report.json").json()
    (first,) = [each for each in record["candidates"] if each["name"] == "公厕项目"]
    assert [(each["number"], each["seconds"]) for each in first["proposals"]] == [(1, 7), (3, 0)]


def test_the_page_on_secrecy_counts_every_cookie_that_a_resident_or_a_delegate_can_get(autumn):
    """Sign-in and forms are Django's; whatever else is set, but for the device of the staff, is named there."""
    modules = [path for place in ("accounts", "voting") for path in Path(place).rglob("*.py")]
    ours = {path.name for path in modules if ".set_cookie(" in path.read_text(encoding="utf-8")}
    assert ours == {"attempts.py", "elder.py", "seconding.py"}
    assert "四个Cookie" in Client().get("/secrecy/").content.decode()

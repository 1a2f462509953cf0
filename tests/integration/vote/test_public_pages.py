"""What citizens read: pages, papers, receipts, hall screen; nothing of a choice before the notice.

Guards ``voting.views.front.home``, ``voting.read_models.vote.lines`` and
``voting.read_models.vote.round_result``.
"""

from __future__ import annotations

import re
from datetime import timedelta
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.congresses import are_several
from accounts.roles import Kind
from tests.factories import CongressFactory, make_vote
from tests.pages import text_of
from voting.count.counting import Mark
from voting.domain.core import cycles
from voting.domain.core.cycles import add_candidate
from voting.domain.vote import paper_ballots
from voting.domain.vote.rules import settings_of
from voting.read_models.vote import rule_words

pytestmark = pytest.mark.django_db

#: Three delegates choose the first ten, a fourth the last ten: 1–2 have 3 votes, 3–10 have 4, 11–12 one.
CHOICES = [range(1, 11)] * 3 + [range(3, 13)]
TIED = [range(1, 11)] * 2 + [[*range(1, 10), 11]] * 2
PAGES = ("cycle", "ballot-paper", "result", "notice", "tally-report", "screen", "screen-json")
FILES = ("result-json", "result-csv", "result-xlsx")


def at(name: str, *args: object) -> str:
    return reverse(f"voting:{name}", args=args or ["2018"])


def published(**more: object):
    return make_vote(until="published", delegates=5, ballots=CHOICES, present=4, **more)


def test_home_names_every_project_in_order_and_says_what_can_be_done(client: Client):
    make_vote(until="open", delegates=4)
    page = client.get("/")
    text = text_of(page)
    places = [text.index(f"第{number}项目") for number in range(1, 13)]
    assert places == sorted(places)
    assert "我是代表,去投票".replace(",", "，") in text
    assert "到会 4 人，已投票 0 人" in text


def test_home_without_a_vote_says_so(client: Client):
    assert "这里还没有票决项目" in text_of(client.get("/"))


def test_a_rehearsal_is_never_on_the_home_page(client: Client):
    vote = make_vote(until="published", delegates=4, ballots=CHOICES, kind=Kind.REHEARSAL, slug="exercise")
    assert "exercise" not in client.get("/").content.decode()
    page = client.get(f"/{vote.cycle.congress.slug}{at('result', 'exercise')}")
    assert "演练" in text_of(page)
    assert 'content="noindex"' in page.content.decode()


def test_the_result_shows_ten_chosen_two_annual_tasks_and_why(client: Client):
    published(floor_base="present")
    page = client.get(at("result"))
    body, text = page.content.decode(), text_of(page)
    assert body.count('<li class="chosen">') == 10
    assert "其余 2 件列入政府年度任务" in text
    assert "其余项目也将纳入政府年度任务并抓好落实。" in text
    table = re.search(r"<tbody>(.*?)</tbody>", body, re.DOTALL)[1]
    rows = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in table.split("</tr>")[:-1]]
    assert [row[2] for row in rows] == ["3", "3", *["4"] * 8, "1", "1"]
    assert [row[3] for row in rows] == ["1", "1", *["0"] * 8, "3", "3"], "not marked"
    assert rows[0][4] == "75.0%"
    assert "未达到规定票数" in rows[11][6]
    assert "年度任务" in rows[10][6]


def test_f19_a_tie_across_the_cut_is_shown_with_who_is_concerned(client: Client):
    make_vote(until="published", delegates=4, ballots=TIED, floor_base="")
    text = text_of(client.get(at("result")))
    assert "将再次投票：从以下 2 件中选出 1 件" in text
    assert "10. 第10项目" in text
    assert "11. 第11项目" in text
    assert "列入政府年度任务" not in text, "nothing is decided about those that are left"


def test_a_shortfall_is_shown(client: Client):
    make_vote(until="published", delegates=4, ballots=[range(1, 9)] * 4)
    assert "将再次投票：从以下 4 件中选出 2 件" in text_of(client.get(at("result")))


def test_each_item_for_against_abstain_has_its_columns(client: Client):
    marks = {number: Mark.FOR if number < 11 else Mark.AGAINST for number in range(1, 13)}
    make_vote(until="published", delegates=3, ballots=[marks] * 3, ballot_type="per_item")
    text = text_of(client.get(at("result")))
    assert "反对" in text
    assert "弃权" in text


@pytest.mark.parametrize("name", ["result", "notice", "tally-report"])
@pytest.mark.parametrize("until", ["drafted", "rolled", "open", "closed", "certified"])
def test_before_the_notice_the_page_says_where_the_vote_stands(client: Client, name, until):
    make_vote(until=until, delegates=5, ballots=CHOICES, present=4)
    page = client.get(at(name))
    assert page.status_code == 200
    assert "还没有结果" in text_of(page)


@pytest.mark.parametrize("until", ["open", "closed", "counted", "certified"])
def test_s11_f14_nothing_per_project_leaves_by_any_public_address(client: Client, until):
    make_vote(until=until, delegates=41, ballots=[[7]] * 37 + [[8]] * 4, seats=10)
    for name in (*PAGES, *FILES, "urn-hashes"):
        answer = client.get(at(name))
        shown = re.sub(r"[0-9a-f]{64}", "", text_of(answer)) if answer.status_code == 200 else ""
        assert not re.search(r"\b37\b", shown), name
    for name in FILES:
        assert client.get(at(name)).status_code == 404, name
    assert not re.search(r"\b37\b", text_of(client.get("/")))


def test_f18_page_paper_and_screen_give_the_same_numbers(client: Client):
    published()
    page = client.get(at("result")).content.decode()
    paper = client.get(at("notice")).content.decode()
    per_cent = re.compile(r"(\d+\.\d)%</td>")
    assert per_cent.findall(page) == per_cent.findall(paper) == ["60.0"] * 2 + ["80.0"] * 8 + ["20.0"] * 2
    assert "80.0%" in client.get(at("tally-report")).content.decode()


def test_f10_a_script_in_a_name_is_text_everywhere(client: Client, monkeypatch):
    evil = "<script>alert(1)</script>"

    def add(**values):
        return add_candidate(
            **values | {"name": f"{evil} {values['number']}", "name_en": evil, "target": [evil]}
        )

    monkeypatch.setattr(cycles, "add_candidate", add)
    published()
    addresses = ["/", at("candidate", "2018", 1), *(at(name) for name in PAGES)]
    for address in (*addresses, *(f"/en{address}" for address in addresses)):
        assert evil not in client.get(address).content.decode(), address
    assert "&lt;script&gt;" in client.get("/").content.decode()


def test_what_the_source_does_not_state_is_said_to_be_not_stated(client: Client):
    make_vote(until="drafted", delegates=1)
    assert "未说明" in text_of(client.get(at("candidate", "2018", 3)))
    assert "未说明" in text_of(client.get(at("cycle")))
    assert client.get(at("candidate", "2018", 13)).status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/2018/", "/2018/projects/1/", "/2018/result/", "/2018/screen/", "/secrecy/"]
)
def test_public_pages_set_no_cookie_and_stay_light(client: Client, path):
    published()
    page = client.get(path)
    assert page.status_code == 200
    assert not page.cookies
    assert len(page.content) < 40_000


@pytest.mark.parametrize(
    ("name", "queries"), [("home", 5), ("cycle", 6), ("result", 2), ("screen", 3), ("screen-json", 3)]
)
@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_the_rows(client: Client, name, queries, rows, django_assert_num_queries):
    published(candidates=11 + rows)
    for year in range(rows):
        make_vote(until="drafted", delegates=1, slug=f"old-{year}")
    path = "/" if name == "home" else at(name)
    are_several()  # which a process asks once in half a minute
    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200


def test_a_short_address_is_of_the_congress_that_was_here_first_and_of_no_rehearsal(client: Client):
    make_vote(until="drafted", delegates=1, kind=Kind.REHEARSAL)
    votes = [
        make_vote(until="drafted", delegates=1, congress=CongressFactory(slug=slug, place=slug))
        for slug in ("yuhang", "binjiang")
    ]
    assert client.get(at("cycle")).context["cycle"] == votes[0].cycle
    assert client.get("/api/v1/cycles/2018/").json()["place"] == "yuhang"
    for vote in votes:
        address = f"/{vote.cycle.congress.slug}{at('cycle')}"
        assert client.get(address).context["cycle"] == vote.cycle


def test_a_receipt_leads_to_the_list_of_the_congress_whose_urn_holds_it(client: Client):
    published()
    other = published(congress=CongressFactory(slug="yuhang"))
    for address in ("/receipt/", "/gongshu/receipt/", "/yuhang/receipt/"):
        answer = client.post(address, {"receipt": other.receipts[0].friendly})
        assert 'href="/yuhang/2018/urn.txt"' in answer.content.decode(), address


def test_no_receipt_waits_for_the_vote_of_another_congress(client: Client):
    published()
    make_vote(until="open", delegates=1, congress=CongressFactory(slug="yuhang"))
    strange = "0000-" * 7 + "0000"
    for address, waits in (("/receipt/", True), ("/yuhang/receipt/", True), ("/gongshu/receipt/", False)):
        answer = client.post(address, {"receipt": strange})
        assert answer.context["open_now"] is waits, address


def test_receipts_are_found_after_the_close_and_not_before(client: Client):
    vote = make_vote(until="open", delegates=4, ballots=CHOICES)
    receipt = vote.receipts[0].friendly
    before = client.post("/receipt/", {"receipt": receipt})
    assert "现在正在投票" in text_of(before)
    vote.close()
    for typed in (receipt, receipt.lower().replace("-", " ")):
        assert "这张表决票在封存的票箱中" in text_of(client.post("/receipt/", {"receipt": typed}))
    strange = "0000-" * 7 + "0000"
    assert "封存的票箱中没有这张回执" in text_of(client.post("/receipt/", {"receipt": strange}))


@pytest.mark.parametrize("typed", ["", "1234", "!" * 32, "A" * 33])
def test_a_broken_receipt_is_refused_on_its_field_and_kept(client: Client, typed):
    answer = client.post("/receipt/", {"receipt": typed})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"receipt"}
    assert f'value="{typed}"' in answer.content.decode() or not typed


def test_the_list_of_sealed_ballots_is_public_after_the_close(client: Client):
    vote = make_vote(until="open", delegates=4, ballots=CHOICES)
    assert client.get(at("urn-hashes")).status_code == 404
    vote.close()
    lines = client.get(at("urn-hashes")).content.decode().split("\n")
    assert lines[0] == "# ballots 4"
    hashes, behind = lines[2:6], lines[6:]
    assert [line for line in hashes if line.startswith("#")] == []
    assert (behind[0], behind[-1]) == ("# test ballots 0", "")
    assert hashes == sorted(hashes)


def test_the_screen_follows_the_moments_of_the_vote(client: Client):
    vote = make_vote(until="ready", delegates=5, present=4)
    feed = client.get(at("screen-json")).json()
    assert feed == {
        "phase": "check-in",
        "key": "check-in-1-quorum",
        "left": None,
        "numbers": {"roll": 5, "present": 4, "on_leave": 0, "quorum": 4, "missing": 0},
    }
    assert "已达到法定人数" in client.get(at("screen")).content.decode()
    vote.open_vote()
    vote.cast(0, range(1, 11))
    feed = client.get(at("screen-json")).json()
    assert feed["phase"] == "voting"
    assert feed["numbers"]["voted"] == 1
    assert 'data-number="voted">1<' in client.get(at("screen")).content.decode()
    vote.close()
    feed = client.get(at("screen-json")).json()
    assert (feed["phase"], feed["key"]) == ("counting", "counting-1-closed")
    page = client.get(at("screen")).content.decode()
    assert vote.round.seal.root[:8] in page
    assert page.count('class="done"') == 1
    vote.run("counted", "certified")
    assert client.get(at("screen")).content.decode().count('class="done"') == 3


def test_the_screen_counts_down_by_the_servers_clock(client: Client):
    vote = make_vote(until="ready", delegates=5, present=3)
    assert client.get(at("screen-json")).json()["numbers"]["missing"] == 1
    assert "还差" in client.get(at("screen")).content.decode()
    vote = make_vote(until="ready", slug="now", delegates=3, kind=Kind.DEMO)
    vote.open_vote(at=timezone.now(), minutes=10)
    feed = client.get(at("screen-json", "now")).json()
    assert 590 <= feed["left"] <= 600
    assert feed["key"] == "voting-1"
    assert re.search(r"data-left\s*>(10:00|9:\d\d)<", client.get(at("screen", "now")).content.decode())
    with mock.patch(
        "voting.views.vote.screen.timezone.now", return_value=timezone.now() + timedelta(minutes=11)
    ):
        feed = client.get(at("screen-json", "now")).json()
        assert (feed["left"], feed["key"]) == (0, "voting-1-late")
        assert "表决即将结束" in client.get(at("screen", "now")).content.decode()
    vote.cast(0, [1])
    paper_ballots.switch_to_paper(round_=vote.round, reason="断网", by=vote.presiding, at=vote.later())
    assert client.get(at("screen-json", "now")).json()["key"] == "voting-1-paper"


def test_the_screen_of_several_rounds_shows_all_projects(client: Client):
    vote = make_vote(
        until="published",
        delegates=4,
        candidates=4,
        seats=2,
        ballots=[[1, 2]] * 2 + [[1, 3]] * 2,
        floor_base="",
    )
    page = client.get(at("screen")).content.decode()
    assert "再次投票" in page
    vote.further()
    assert "第 2 轮" in client.get(at("screen")).content.decode()
    vote.finish(chosen=[[2]] * 3)
    page = client.get(at("screen")).content.decode()
    assert page.count('<li class="chosen">') == 2
    assert page.count('<li class="rest">') == 2


def test_the_screen_of_a_whole_report_shows_the_one_question(client: Client):
    make_vote(until="published", preset="yangpu", delegates=4, seats=12, ballots=[{0: 1}] * 3)
    page = client.get(at("screen")).content.decode()
    assert "<dd>3</dd>" in page
    assert "board" not in page


def test_the_rule_in_words_is_worked_out_for_this_roll():
    vote = make_vote(until="rolled", delegates=1)
    words = rule_words.sentences(settings_of(vote.round.rules), candidates=12, roll=298)
    assert "项目须获得全体代表的过半数赞成，方可入选。应到 298 人，须得 150 票。" in words
    assert "全体代表的三分之二以上（含本数）出席，方可进行票决。应到 298 人，须到会 199 人。" in words

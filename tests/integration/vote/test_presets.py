"""Every preset from adoption to publication through the verbs, and its result on the page in both languages.

Guards ``voting.count.presets``.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.factories import Vote, make_vote
from tests.integration.vote.test_admin_steps import text_of
from voting.domain.vote.ballots import WHOLE
from voting.domain.vote.rules import PRESETS
from voting.models import Notice

pytestmark = pytest.mark.django_db

FOR, AGAINST, ABSTAIN = 1, 2, 3
TEN, OTHERS = tuple(range(1, 11)), tuple(range(3, 13))

#: Seats, ballots, members of the sub-group, and the numbers that must come out.
CASES: dict[str, tuple[int, list[Any], int, list[int]]] = {
    "gongshu-2018": (10, [TEN] * 6 + [OTHERS], 0, list(TEN)),
    "binjiang": (10, [TEN, TEN, OTHERS], 0, list(TEN)),
    "dongyang": (10, [dict.fromkeys(TEN, FOR) | {11: AGAINST, 12: ABSTAIN}] * 6, 0, list(TEN)),
    "liyang": (10, [{n: n for n in TEN}] * 4 + [{12: 1, 1: 2}], 0, [*range(1, 10), 12]),
    "yangpu": (12, [{WHOLE: FOR}] * 4 + [{WHOLE: AGAINST}] * 2, 0, list(range(1, 13))),
    "shigu": (10, [TEN] * 8 + [OTHERS] * 3, 6, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    "seats-and-sum": (10, [TEN] * 6, 0, list(TEN)),
    "sum": (12, [TEN] * 5 + [OTHERS], 0, list(range(3, 11))),
    "shares": (12, [TEN] * 5 + [[11, 12]] * 5, 0, [1, 2, 11, 12]),
}
#: In 10 000 yuan: what ten cost, what leaves nothing for 1 and 2, and what ten shares of 10 pay for.
MONEY: dict[str, dict[str, Any]] = {
    "seats-and-sum": {"budget": 1000, "costs": [100] * 12},
    "sum": {"budget": 310, "costs": [70, 70, *[20] * 5, *[70] * 5]},
    "shares": {"budget": 100, "costs": [20, 30, *[60] * 8, 20, 30]},
}


def played(name: str) -> Vote:
    seats, ballots, group, _chosen = CASES[name]
    delegates = {"gongshu-2018": 7, "liyang": 5, "shigu": 11, "shares": 10}.get(name, 6)
    return make_vote(
        until="published",
        delegates=delegates,
        seats=seats,
        ballots=ballots,
        group=group,
        preset=name,
        **MONEY.get(name, {}),
    )


def test_every_preset_has_its_case():
    assert set(CASES) == set(PRESETS)


@pytest.mark.parametrize("name", list(CASES))
def test_a_preset_is_played_to_its_publication(client: Client, name: str):
    vote = played(name)
    body = json.loads(Notice.objects.get(round=vote.round).body)
    assert (body["status"], body["chosen_in_all"]) == ("decided", CASES[name][3])
    assert {
        item["for"] + item["against"] + item["abstain"] + item["not_pressed"] for item in body["items"]
    } == {body["ballots"]["valid"]}
    for path in ["result", "notice", "report", "result.csv", "result.xlsx"]:
        slash = "" if "." in path else "/"
        for language in ["", "/en"]:
            assert client.get(f"{language}/2018/{path}{slash}").status_code == 200, path


@pytest.mark.parametrize(
    ("name", "chinese", "english"),
    [
        ("gongshu-2018", "须得 4 票", "needed: 4 votes"),
        ("binjiang", "未列名次", "Not ranked"),
        ("dongyang", "反对", "Against"),
        ("liyang", "得分率", "Points, per cent"),
        ("yangpu", "全部 12 件项目", "The whole list of 12 projects"),
        ("shigu", "第二道门槛：人大代表", "Second threshold: 人大代表"),
        ("sum", "所需资金（万元）", "Cost, 10 000 yuan"),
        ("shares", "每人出资（元）", "Paid each, yuan"),
    ],
)
def test_the_result_page_speaks_of_the_type(client: Client, name: str, chinese: str, english: str):
    played(name)
    expected = name != "binjiang"
    assert (chinese in text_of(client.get("/2018/result/"))) is expected
    assert (english in text_of(client.get("/en/2018/result/"))) is expected


def test_the_points_of_a_ranking_are_shown_with_their_working(client: Client):
    played("liyang")
    text = text_of(client.get("/2018/result/"))
    assert "第一名计 10 分" in text
    body = json.loads(Notice.objects.get().body)
    assert body["items"][0]["points"] == 4 * 10 + 9
    assert body["items"][0]["places"][:2] == [4, 1]


def test_a_project_that_passes_one_threshold_only_is_not_chosen():
    """石鼓: all nine members are for it, and most of the others are not."""
    members, others = [(1, 2)] * 9, [(2,)] * 9
    vote = make_vote(
        until="published", delegates=18, candidates=3, seats=2, ballots=members + others, group=9, preset="shigu",
        shortfall_rule="stay_empty",
    )  # fmt: skip
    body = json.loads(Notice.objects.get(round=vote.round).body)
    assert [item["reason"] for item in body["items"]] == ["below_floor", "above_cut", "below_floor"]
    assert [item["group_for"] for item in body["items"]] == [9, 9, 0]
    assert body["group"]["roll"] == 9

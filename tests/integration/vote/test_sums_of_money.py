"""A vote that shares out a sum of money: adopted, voted, tied, voted again, counted, published and recounted.

Guards ``voting.count.money``, ``voting.domain.vote.rules``, ``voting.read_models.vote.rule_words.budget`` and
``voting.management.commands.import_pb``.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import translation

from tests.factories import Vote, make_vote
from tests.pages import text_of
from tests.unit.recount.test_pb import FILE
from voting.count.measures import ImpossibleRule
from voting.count.totals import Adder
from voting.domain.core.refusals import ConditionsUnmet
from voting.domain.vote import rules
from voting.domain.vote.urn_files import public_file, recount_file
from voting.management.commands.export_pb import election_of
from voting.models import Notice
from voting.recount import pabulib
from voting.recount.__main__ import recount_text

pytestmark = pytest.mark.django_db

#: In 10 000 yuan: of 100, project 1 leaves 60, which do not reach for 3 and 4; 5 may be paid for after them.
COSTS = [Decimal(40), 70, 40, 40, Decimal("15.5"), 70]
ROUND_1 = [(1, 2, 3), (1, 2, 3), (1, 2, 3, 4), (1, 2, 4), (1, 4, 5, 6), (5,)]
ROUND_2 = [[4], [4], [4], [3, 5], [3, 5], []]


def money_vote(until: str = "published", **settings: Any) -> Vote:
    options: dict[str, Any] = {"preset": "binjiang", "method": "greedy", "budget": 100, "costs": COSTS}
    return make_vote(until=until, delegates=6, candidates=6, seats=5, ballots=ROUND_1, **(options | settings))


def body_of(number: int) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(Notice.objects.get(round__number=number).body)
    return body


def test_a_sum_of_money_is_adopted_voted_tied_and_voted_again(client: Client):
    vote = money_vote()
    first = body_of(1)
    assert [item["reason"] for item in first["items"]] == [
        "fits", "does_not_fit", "tied_for_money", "tied_for_money", "waits_for_tie", "does_not_fit",
    ]  # fmt: skip
    assert first["next"] == {"candidates": [3, 4, 5], "seats": 3, "because": "tie", "money_left": 600_000}
    assert (first["chosen"], first["final"], first["status"]) == ([1], False, "tie")
    assert (first["rules"]["method"], first["rules"]["budget"]) == ("greedy", 1_000_000)
    assert [item["cost"] for item in first["slate"]] == [400_000, 700_000, 400_000, 400_000, 155_000, 700_000]
    vote.further()
    vote.finish(chosen=ROUND_2)
    second = body_of(2)
    assert [item["reason"] for item in second["items"]] == ["does_not_fit", "fits", "fits"]
    assert [item["money_left"] for item in second["items"]] == [200_000, 200_000, 45_000]
    assert (second["chosen_in_all"], second["final"], second["missing"]) == ([1, 4, 5], True, 0)
    assert second["annual_tasks"] == [2, 3, 6]
    for write in (public_file, recount_file):
        report = recount_text(write(vote.round))
        assert report.agrees, report.to_dict()["disagreements"]
    for was, now in [('"money_left":45000', '"money_left":45001'), ('"cost":155000', '"cost":155001')]:
        text = public_file(vote.round)
        failed = [
            check["check"] for check in recount_text(text.replace(was, now)).checks if not check["agrees"]
        ]
        assert any("project 5" in name for name in failed), failed
    pages = {name: text_of(client.get(f"/{name}2018/notice/")) for name in ("en/", "")}
    assert "At most 5 of 6 candidate projects are chosen, for 1 million yuan in all." in pages["en/"]
    assert "passed over, and the next is looked at" in pages["en/"]
    projects = text_of(client.get("/en/2018/result/"))
    assert "costs more than what was left" in projects + pages["en/"]


def test_the_count_may_end_at_the_first_that_does_not_fit(client: Client):
    money_vote(method="greedy_stop")
    body = body_of(1)
    assert (body["chosen"], body["final"], body["next"]) == ([1], True, None)
    assert {item["reason"] for item in body["items"][2:]} == {"after_the_end"}
    assert "ends it" in text_of(client.get("/en/2018/notice/"))


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"budget": 0}, "budget"),
        ({"method": ""}, "method"),
        ({"tie_rule": "lot"}, "tie_rule"),
        ({"tie_rule": "admit_all"}, "tie_rule"),
        ({"ballot_type": "whole_report", "seats": 6, "floor_base": "all"}, "method"),
    ],
)
def test_what_cannot_go_with_a_sum_of_money_is_refused_on_its_field(settings: dict[str, Any], field: str):
    vote = make_vote(until="drafted", delegates=3, candidates=6, seats=5, preset="binjiang")
    draft = rules.PRESETS["binjiang"] | {"method": "greedy", "budget": 100, "seats": 5} | settings
    with pytest.raises(ValidationError) as refusal:
        rules.draft_rules(cycle=vote.cycle, by=vote.clerk, at=vote.later(), **draft)
    assert set(refusal.value.message_dict) == {field}


@pytest.mark.parametrize(
    ("costs", "sentence"),
    [
        ([None, 70, 0, 40, 15, 70], "no total investment: 1, 3"),
        ([40, 70, 101, 40, 15, 70], "more than the whole sum of money: 3"),
    ],
)
def test_a_candidate_without_a_cost_or_dearer_than_the_sum_keeps_the_rules_from_adoption(
    costs: list[int | None], sentence: str
):
    vote = money_vote(until="drafted", costs=costs)
    with translation.override("en"), pytest.raises(ConditionsUnmet, match=sentence):
        rules.adopt_rules(cycle=vote.cycle, by=vote.clerk, at=vote.later())


def test_a_rule_of_money_without_costs_is_none():
    vote = money_vote(until="drafted")
    rule = rules.counting_rule(rules.settings_of(vote.cycle.rules), seats=5)
    with pytest.raises(ImpossibleRule) as told:
        Adder(rule, [1, 2, 3, 4, 5])
    assert told.value.code == "uncosted"
    assert "money" not in rules.counting_rule(rules.PRESETS["binjiang"], seats=5).to_dict()


@pytest.mark.parametrize(
    ("method", "rule"), [("greedy", "greedy-threshold"), ("greedy_stop", "greedy-no-skip")]
)
def test_an_exported_vote_on_a_sum_is_accepted_by_the_checker_and_recounted(
    method: str, rule: str, tmp_path: Path
):
    costs = [40, 70, 30, Decimal("20.5"), Decimal("15.5"), 70]
    money_vote(method=method, costs=costs)
    assert_accepted(tmp_path / "out.pb", rule)


def assert_accepted(path: Path, rule: str) -> None:
    """Assert that pabulib takes the last published round, and that its rule funds there what was chosen here."""
    from pabulib.checker import Checker  # noqa: PLC0415 it prints when it is loaded

    round_ = Notice.objects.latest("pk").round
    path.write_text(pabulib.write(election_of(round_)), encoding="utf-8")
    checked = Checker().process_files([str(path)])
    assert checked["metadata"]["valid"] == 1, checked
    answer = recount_text(path.read_text(encoding="utf-8")).to_dict()
    assert (answer["rule"], answer["agrees"], answer["disagreements"]) == (rule, True, []), answer["notes"]
    assert answer["winners"] == [
        str(number) for number in json.loads(Notice.objects.get(round=round_).body)["chosen"]
    ]


def test_a_budget_election_is_imported_voted_exported_and_recounted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "in.pb"
    path.write_text(FILE, encoding="utf-8")
    call_command("import_pb", str(path), "--slug", "pb-1")
    assert "The projects chosen are those of the file." in capsys.readouterr().out
    body = body_of(1)
    assert (body["rules"]["method"], body["rules"]["budget"], body["chosen"]) == ("greedy", 1_000_000, [1, 3])
    assert_accepted(tmp_path / "out.pb", "greedy-threshold")
    stopping = FILE.replace("rule;greedy", "rule;greedy-no-skip").replace("Court;1", "Court;0")
    path.write_text(stopping, encoding="utf-8")
    call_command("import_pb", str(path), "--slug", "pb-4")
    assert_accepted(tmp_path / "out.pb", "greedy-no-skip")
    path.write_text(FILE.replace("Court;1", "Court;0"), encoding="utf-8")
    with pytest.raises(CommandError, match="not the same: c"):
        call_command("import_pb", str(path), "--slug", "pb-2")
    path.write_text(
        FILE.replace("rule;greedy", "rule;lottery").replace("v5;c,d", "v5;c,d,x"), encoding="utf-8"
    )
    call_command("import_pb", str(path), "--slug", "pb-3")
    told = capsys.readouterr().out
    assert "votes alone are compared" in told
    assert "it does not count: v5" in told
    assert "method" not in json.loads(Notice.objects.latest("pk").body)["rules"]

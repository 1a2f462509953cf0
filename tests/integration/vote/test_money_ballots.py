"""Votes on money with one mark, points, places and a sum for each ballot: counted, recounted, exported, brought back.

Guards ``voting.read_models.vote.rule_words.asking``, ``voting.management.commands.export_pb``,
``voting.management.commands.import_pb`` and ``voting.management.pb_limits``.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils.translation import override

from tests.factories import make_vote
from tests.integration.vote.test_sums_of_money import assert_accepted, body_of
from tests.pages import text_of
from voting.domain.vote.urn_files import public_file, recount_file
from voting.management.commands.import_pb import money_settings
from voting.management.pb_limits import limits_left_out
from voting.models import Notice
from voting.recount import pabulib
from voting.recount.__main__ import recount_text

pytestmark = pytest.mark.django_db

#: In 10 000 yuan.
COSTS = [Decimal(40), 70, 30, Decimal("15.5"), 60]
#: The settings, the ballots, what is chosen, and what the articles say.
KINDS: dict[str, tuple[dict[str, Any], list[Any], list[int], str]] = {
    "choose_one": (
        {"ballot_type": "choose_one"}, [[2]] * 3 + [[4]] * 2 + [[1], [3], [5]], [2, 4],
        "Put one circle ○ beside one project.",
    ),
    "a sum": (
        {"most_cost": 75}, [[1, 3], [1], [2], [2], [3, 4], [1], [5]], [1, 3, 4],
        "A ballot whose projects cost more than 750 000 yuan together",
    ),
    "points": (
        {"ballot_type": "points", "points": 6, "most_points": 4},
        [{1: 4, 2: 1}, {5: 4, 4: 2}, {2: 4, 4: 2}, {1: 1, 3: 1}, {2: 3}, {}],
        [2, 4], "A ballot that gives more than 6 points, or one project more than 4, is void.",
    ),
    "places": (
        {"ballot_type": "ranking", "scoring": "points"},
        [{5: 1, 4: 2, 1: 3}, {5: 1, 1: 2}, {4: 1, 2: 2, 3: 3}, {5: 1}, {3: 1, 1: 2}, {}],
        [1, 5], "On each valid ballot the first place is worth 5 points",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_it_is_counted_recounted_exported_and_brought_back(
    name: str, client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    settings, ballots, chosen, words = KINDS[name]
    vote = make_vote(
        until="published", delegates=8, candidates=5, seats=5, ballots=ballots, costs=COSTS, preset="binjiang",
        method="greedy", budget=100, **settings,
    )  # fmt: skip
    assert body_of(1)["chosen"] == chosen
    for write in (public_file, recount_file):
        report = recount_text(write(vote.round))
        assert report.agrees, report.to_dict()["disagreements"]
    assert words in text_of(client.get("/en/2018/rules/"))
    path = tmp_path / "out.pb"
    assert_accepted(path, "greedy-threshold")
    lines = path.read_text(encoding="utf-8").replace("greedy-threshold", "greedy").splitlines()
    path.write_text("\n".join(each for each in lines if "min_project_score" not in each), encoding="utf-8")
    call_command("import_pb", str(path), "--slug", "pb-1")
    assert "The votes are those of the file." in capsys.readouterr().out
    again = json.loads(Notice.objects.latest("pk").body)
    assert again["chosen"] == chosen
    adopted = {"ballot_type": "up_to"} | settings
    sums = {"most_cost": 750_000} if "most_cost" in settings else {}
    assert {key: again["rules"][key] for key in adopted} == adopted | sums


def test_points_that_no_ballot_of_ours_can_give_are_refused(tmp_path: Path):
    path = tmp_path / "in.pb"
    path.write_text(
        "META\nkey;value\nnum_projects;1\nnum_votes;1\nbudget;5\nvote_type;cumulative\nrule;greedy\n"
        "max_sum_points;90\nPROJECTS\nproject_id;cost\na;1\nVOTES\nvoter_id;vote;points\nv;a;21\n"
    )
    with pytest.raises(CommandError, match="cumulative"):
        call_command("import_pb", str(path), "--slug", "pb-1")


PB = """META
key;value
num_projects;3
num_votes;2
budget;100
vote_type;approval
rule;greedy
{limit}
PROJECTS
project_id;cost
a;40
b;30
c;60
VOTES
voter_id;vote
v1;a,b
v2;b,c
"""


@pytest.mark.parametrize(
    ("limit", "rule", "named"),
    [
        ("max_sum_cost;90", "greedy", []),
        ("max_sum_cost;80", "greedy", ["more, 1 in all: v2"]),
        ("max_sum_cost;50", "greedy", ["more by themselves: c"]),
        ("max_sum_cost;90.5", "greedy", ["not a whole number"]),
        ("max_sum_cost;80", "another", ["votes alone are compared."]),
        ("max_length;2", "greedy", ["at most 2 projects", "may name all 3"]),
        ("max_length;3", "greedy", []),
    ],
)
def test_a_limit_that_a_vote_here_does_not_have_is_named(limit: str, rule: str, named: list[str]):
    election = pabulib.read(PB.format(limit=limit).replace("rule;greedy", f"rule;{rule}"))
    with override("en"):
        text = " ".join(limits_left_out(election, money_settings(election)))
    assert bool(text) is bool(named)
    assert all(each in text for each in named), text

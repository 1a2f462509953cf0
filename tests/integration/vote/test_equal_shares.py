"""A vote by equal shares: adopted, voted, tied, voted again, published with its single ballots and recounted from them.

Guards ``voting.count.singles``, ``voting.count.funding``, ``voting.recount.singles``,
``voting.read_models.vote.rule_words.shares`` and ``voting.read_models.vote.money_lines``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from tests.factories import Vote, make_vote
from tests.integration.vote.test_sums_of_money import assert_accepted
from tests.pages import text_of
from voting.count import counting
from voting.count.canonical import sha256_hex
from voting.count.choices import Choice
from voting.count.definition import read_definition
from voting.count.formats.notice import NOTICE
from voting.count.singles import single_rows, singles_digest
from voting.count.working import work_out
from voting.domain.core.refusals import ConditionsUnmet
from voting.domain.vote import rules
from voting.domain.vote.counts import facts_of
from voting.domain.vote.urn_files import public_file, recount_file
from voting.models import Notice, Round
from voting.recount.__main__ import recount_text

pytestmark = pytest.mark.django_db

DATA = Path(__file__).resolve().parents[2] / "data"
#: In 10 000 yuan, of 100: every one of ten ballots has 10. Six pay for 1; four have 40, which pays for 2 or for 3, and
#: not for both; 4 is paid for once the shares are raised; 5 never is.
COSTS = [40, 40, 40, 15, 70]
ROUND_1 = [*[[1, 4]] * 2, *[[1]] * 4, *[[2, 3]] * 3, [2, 3, 5], []]
ROUND_2 = [*[[3]] * 7, *[[2]] * 3, []]
SHARES: dict[str, Any] = {
    "preset": "shares", "budget": 100, "costs": COSTS, "delegates": 11, "candidates": 5, "seats": 5, "ballots": ROUND_1,
}  # fmt: skip


def shares_vote(until: str = "published", **settings: Any) -> Vote:
    return make_vote(until=until, **(SHARES | settings))


def two_rounds() -> Vote:
    vote = shares_vote()
    vote.further()
    vote.finish(chosen=ROUND_2)
    return vote


def body_of(number: int) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(Notice.objects.get(round__number=number).body)
    return body


def file_of(vote: Vote) -> dict[str, Any]:
    file: dict[str, Any] = json.loads(public_file(Round.objects.get(pk=vote.round.pk)))
    return file


def wrong_in(file: dict[str, Any]) -> list[str]:
    """Return what does not agree, once the hash of the notice is made to fit."""
    file["notice_digest"] = sha256_hex(NOTICE.write(file["notice"]))
    return [each["check"] for each in recount_text(json.dumps(file)).checks if not each["agrees"]]


#: What somebody could do to the single ballots, and a check that finds it.
CHANGED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "nothing": (lambda _file: None, ""),
    "left out": (lambda file: file.pop("singles"), "hash of the single ballots"),
    "a round left out": (lambda file: file["singles"].pop(0), "round 1, hash of the single ballots"),
    "a round twice": (lambda file: file["singles"].append(file["singles"][0]), "rounds of the single ballots"),
    "another number": (lambda file: file["singles"][1]["rows"][0].__setitem__(1, 4), "round 2, hash"),
    "another project": (lambda file: file["singles"][0]["rows"][0].__setitem__(0, [2]), "round 1, hash"),
    "another order": (lambda file: file["singles"][0]["rows"].reverse(), "sorted, each combination once"),
    "another hash": (lambda file: file["notice"].update(singles="0" * 64), "round 2, hash"),
    "no hash": (lambda file: file["notice"].pop("singles"), "round 2, hash"),
    "raised less": (lambda file: file["notice"].update(raised=1), "times the shares were raised"),
    "paid less": (lambda file: file["notice"]["items"][1].update(paid=1), "project 3, paid"),
    "paid by nobody": (lambda file: file["notice"]["items"][1].pop("paid"), "project 3, paid"),
    "had more": (lambda file: file["notice"]["rounds"][0]["items"][4].update(money_left=1), "project 5, money_left"),
}  # fmt: skip


def test_equal_shares_are_voted_tied_voted_again_and_recounted_from_the_single_ballots(client: Client):
    vote = two_rounds()
    first, second = body_of(1), body_of(2)
    assert [(item["reason"], item["paid"]) for item in first["items"]] == [
        ("supporters_paid", 66_666_66), ("tied_for_money", None), ("tied_for_money", None),
        ("supporters_paid", 75_000_00), ("supporters_cannot", None),
    ]  # fmt: skip
    assert first["raised"] == 417
    assert first["next"] == {"candidates": [2, 3], "seats": 2, "because": "tie", "money_left": 450_000}
    assert [(item["reason"], item["paid"]) for item in second["items"]] == [
        ("supporters_cannot", None), ("supporters_paid", 57_142_85),
    ]  # fmt: skip
    assert (second["chosen_in_all"], second["final"], second["annual_tasks"]) == ([1, 3, 4], True, [2, 5])
    file = file_of(vote)
    assert file["singles"][0] == {"round": 1, "rows": [[[1], 4], [[1, 4], 2], [[2, 3], 3], [[2, 3, 5], 1]]}
    assert file["singles"][1] == {"round": 2, "rows": [[[2], 3], [[3], 7]]}
    report = recount_text(recount_file(vote.round))
    assert report.agrees, report.to_dict()["disagreements"]
    for name, (change, found) in CHANGED.items():
        altered = json.loads(json.dumps(file))
        change(altered)
        wrong = wrong_in(altered)
        assert any(found in each for each in wrong) is (name != "nothing"), (name, wrong)
        assert bool(wrong) is (name != "nothing"), (name, wrong)
    pages = {language: text_of(client.get(f"{language}/2018/result/")) for language in ("", "/en")}
    assert "each of its supporters paid 66 666.66 yuan out of an equal share" in pages["/en"]
    assert "its supporters had only" in pages["/en"]
    assert "10 ballots share 450 000 yuan: 45 000 yuan each at first, raised" in pages["/en"]
    assert "400 000 yuan of 450 000 yuan are spent, 50 000 yuan are left" in pages["/en"]
    for path in [
        "notice/",
        "report/",
        "minutes/",
        "rules/",
        "recount/",
        "result.csv",
        "result.xlsx",
        "report.pdf",
    ]:
        for language in pages:
            assert client.get(f"{language}/2018/{path}").status_code == 200, path


def test_the_rules_say_what_is_published_and_nothing_of_a_single_ballot_is_known_before(client: Client):
    vote = shares_vote(until="certified")
    told = {language: text_of(client.get(f"{language}/2018/rules/")) for language in ("", "/en")}
    assert "Of 5 candidate projects as many are chosen as 1 million yuan pay for" in told["/en"]
    assert (
        "If all 11 ballots mark a project, a share is 1 000 000 yuan ÷ 11 = 90 909.09 yuan at first."
        in told["/en"]
    )
    assert "which projects a valid ballot marks, and how many ballots mark just these" in told["/en"]
    assert "No name, time, channel or delegation stands beside them" in told["/en"]
    assert not re.search("[a-z]{4}", "".join(re.findall("单张.*?。", told[""]))), told[""]
    for path in ["/2018/recount.json", "/2018/result.json"]:
        assert client.get(path).status_code == 404
    vote.run("published")
    assert "singles" in client.get("/2018/recount.json").json()


def test_one_count_of_online_and_paper_ballots_publishes_them_together():
    """Which channel a ballot came by is not told; one that is void or blank is not shown."""
    vote = shares_vote(until="closed")
    facts = facts_of(vote.round)
    numbers = [1, 2, 3, 4, 5]
    on_paper = [([int(n in row) for n in numbers], 0) for row in ROUND_1[:2]] + [
        ([9, 9, 9, 9, 9], 0),
        ([0] * 5, 0),
    ]
    facts["paper"] = {"issued": 4, "returned": 4, "returned_group": 0, "ballots": on_paper}
    facts["attendance"]["issued"] = 13
    online = [Choice(tuple(int(n in row) for n in numbers)) for row in ROUND_1[2:]]
    facts["urn"]["ballots"] = len(online)
    both = work_out(facts, online)
    assert both.working["outcome"]["chosen"] == [1, 4]
    rows = single_rows({(1,): 4, (1, 4): 2, (2, 3): 3, (2, 3, 5): 1})
    assert both.working["singles"] == singles_digest(rows)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"budget": 0}, "budget"),
        ({"tie_rule": "lot"}, "tie_rule"),
        ({"ballot_type": "per_item"}, "method"),
        ({"ballot_type": "per_item_up_to"}, "method"),
        ({"ballot_type": "ranking", "scoring": "points"}, "method"),
        ({"group_name": "代表", "group_base": "all"}, "method"),
    ],
)
def test_what_cannot_go_with_equal_shares_is_refused_on_its_field(settings: dict[str, Any], field: str):
    vote = make_vote(until="drafted", delegates=1, candidates=5, seats=5)
    with pytest.raises(ValidationError) as refusal:
        rules.draft_rules(
            cycle=vote.cycle,
            by=vote.clerk,
            at=vote.later(),
            **rules.PRESETS["shares"] | {"budget": 100} | settings,
        )
    assert set(refusal.value.message_dict) == {field}


def test_so_few_delegates_that_single_ballots_would_name_them_keep_the_rules_from_adoption():
    vote = shares_vote(until="drafted", delegates=9)
    with translation.override("en"), pytest.raises(ConditionsUnmet, match="fewer than 10 delegates"):
        rules.adopt_rules(cycle=vote.cycle, by=vote.clerk, at=vote.later())


def test_equal_shares_without_single_ballots_decide_nothing():
    vote = shares_vote(until="closed")
    definition = read_definition(facts_of(vote.round)["definition"])
    totals = counting.add_up(definition.rule, definition.numbers, [(1, 0, 0, 0, 0)])
    turnout = counting.Turnout(roll=1, present=1, issued=1)
    with pytest.raises(counting.ImpossibleRule) as told:
        counting.decide(definition.rule, totals, turnout)
    assert told.value.code == "singles"
    for singles in ({(2,): 1}, {(1,): 2}, {(1,): 1, (): 1}, {(1, 1): 1}, {(1, 9): 1}):
        with pytest.raises(counting.CountMismatch):
            counting.decide(definition.rule, totals, turnout, singles=singles)


def test_a_public_vote_by_equal_shares_is_imported_voted_exported_and_recounted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    call_command("import_pb", str(DATA / "shares.pb"), "--slug", "pb-1")
    assert "The projects chosen are those of the file." in capsys.readouterr().out
    body = body_of(1)
    assert (body["rules"]["method"], body["rules"]["budget"], body["chosen"]) == (
        "equal_shares",
        100_000,
        [1, 3, 4],
    )
    assert_accepted(tmp_path / "out.pb", "equalshares/add1")

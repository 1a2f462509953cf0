"""Why a project is in or out: one sentence with its numbers, for every ballot type, wherever it is told.

Guards ``voting.read_models.vote.verdicts``, ``voting.read_models.before.comparison`` and
``voting.views.front.comparison``.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from tests.assessing import GOOD, NO_WORD, POOR, SO_SO, begin, finish
from tests.factories import Vote, make_vote
from tests.pages import html_of, text_of
from tests.spring import make_spring
from voting.count.counting import BallotType, Mark
from voting.domain.vote import ties
from voting.models import Round
from voting.read_models.before.comparison import compared
from voting.read_models.vote.results import Result

pytestmark = pytest.mark.django_db

#: 1–2 have 3 votes, 3–10 have 4, 11–12 one.
CHOICES = [range(1, 11)] * 3 + [range(3, 13)]
TIED = [range(1, 11)] * 2 + [[*range(1, 10), 11]] * 2


#: Five of the sub-group are for 3 and 4, the other five for 1 and 3.
SUB_GROUP: dict[str, Any] = {
    "until": "published", "delegates": 10, "group": 5, "ballots": [[3, 4]] * 5 + [[1, 3]] * 5, "candidates": 4,
    "seats": 3, "group_name": "街道代表", "group_base": "all", "floor_numerator": 1, "floor_denominator": 3,
}  # fmt: skip


def said(vote: Vote, number: int) -> str:
    with override("en"):
        result = Result(Round.objects.get(cycle=vote.cycle, number=vote.round.number).notice)
        return next(each["verdict"]() for each in result.standings if each["number"] == number)


def published(ballots: Any = CHOICES, **more: Any) -> Vote:
    return make_vote(until="published", delegates=4, ballots=ballots, **more)


def test_a_chosen_one_says_its_votes_what_was_needed_and_its_place():
    assert said(published(), 3) == (
        "In: 4 votes for it, at least 3 needed; place 1 of 12, and 10 are chosen."
    )


def test_one_below_the_majority_says_how_many_are_missing():
    assert said(published(), 11) == (
        "Out: 1 vote for it, and at least 3 are needed: 2 too few; place 11 of 12."
    )


def test_one_below_the_cut_says_that_it_has_the_votes_and_not_the_place():
    vote = make_vote(
        until="published", delegates=4, candidates=4, seats=2, ballots=[[1, 2], [1, 2], [1, 3], [2, 3]], floor_base="",
    )  # fmt: skip
    assert said(vote, 3) == "Out: 2 votes for it; only 2 are chosen, and it has place 3 of 4."
    assert said(vote, 4) == "Out: nobody voted for it."


def test_one_with_the_majority_below_the_cut_says_both():
    vote = make_vote(
        until="published", delegates=4, candidates=4, seats=3, ballots=[[1, 2, 3], [1, 2, 3], [1, 2, 4], [1, 3, 4]],
        floor_numerator=1, floor_denominator=4,
    )  # fmt: skip
    assert said(vote, 4) == (
        "Out: 2 votes for it, and at least 2 are needed; but only 3 are chosen, and it has place 4 of 4."
    )


def test_equal_votes_say_how_many_there_are_and_how_many_can_be_chosen():
    vote = published(TIED, floor_base="")
    assert said(vote, 10) == (
        "Not decided: 2 votes for it, as many as 1 other at the last place; 1 can still be chosen among these 2."
    )


def test_the_rules_that_admit_all_are_named():
    vote = published(TIED, floor_base="", tie_rule="admit_all")
    assert (
        said(vote, 11)
        == "In: 2 votes for it, as many as 1 other at the last place; the rules admit all of them."
    )


@pytest.mark.parametrize(("rule", "who"), [("presidium", "the presidium"), ("lot", "the public lot")])
def test_a_decision_of_a_tie_says_who_decided(rule: str, who: str):
    vote = make_vote(until="certified", delegates=4, ballots=TIED, floor_base="", tie_rule=rule)
    DECIDE[rule](vote)
    vote.run("published")
    assert said(vote, 10).endswith(f"as many as 1 other at the last place; {who} chose it.")
    assert said(vote, 11).endswith(f"as many as 1 other at the last place; {who} did not choose it.")


def _by_presidium(vote: Vote) -> None:
    acting = {"by": vote.presiding, "at": vote.later()}
    ties.decide_by_presidium(round_=vote.round, chosen=[10], reason="依规则", **acting)


def _by_lot(vote: Vote) -> None:
    acting = {"by": vote.presiding, "at": vote.later()}
    ties.decide_by_lot(round_=vote.round, drawn=[10, 11], reason="抽签", witnesses="张三、李四", **acting)


DECIDE = {"presidium": _by_presidium, "lot": _by_lot}


def test_a_sub_group_below_its_own_threshold_is_named():
    vote = make_vote(**SUB_GROUP)
    assert said(vote, 1) == (
        "Out: 5 votes for it are enough, but of 街道代表 only 0 are for it, and at least 3 are needed."
    )


@pytest.mark.parametrize("kind", sorted(BallotType))
def test_every_ballot_type_has_a_sentence_with_a_number_for_every_project(kind: BallotType, client: Client):
    vote = vote_of(kind)
    result = Result(vote.round.notice)
    for standing in result.standings:
        assert re.search(r"\d", standing["verdict"]()), standing
    page = text_of(client.get(reverse("voting:result", args=[vote.cycle.slug])))
    assert all(standing["verdict"]() in page for standing in result.standings)


def vote_of(kind: BallotType, **more: Any) -> Vote:
    """Return a published vote of that type with four ballots that differ."""
    if kind is not BallotType.GRADES:
        return make_vote(until="published", **SETTINGS[kind], **more)
    vote = begin(make_spring())
    finish(
        vote,
        [
            _marks(GOOD, SO_SO, POOR, NO_WORD),
            _marks(GOOD, GOOD, POOR, OPEN),
            _marks(GOOD, SO_SO, SO_SO, POOR),
        ],
    )
    return vote


def _marks(*marks: Mark) -> dict[int, Mark]:
    return dict(enumerate(marks, start=1))


YES, NO, ABSTAIN, OPEN = Mark.FOR, Mark.AGAINST, Mark.ABSTAIN, Mark.NONE
PER_ITEM = [
    _marks(YES, YES, NO, ABSTAIN),
    _marks(YES, NO, NO, YES),
    _marks(YES, YES, ABSTAIN, OPEN),
    _marks(YES, YES, NO, NO),
]
SMALL: dict[str, Any] = {"delegates": 4, "candidates": 4, "seats": 2}
SETTINGS: dict[BallotType, dict[str, Any]] = {
    BallotType.UP_TO: {**SMALL, "ballots": [[1, 2], [1], [1, 3], [2, 3]]},
    BallotType.EXACTLY: {
        **SMALL, "ballots": [[1, 2], [1, 4], [1, 3], [2, 3]], "ballot_type": "exactly", "under_vote": "void",
    },
    BallotType.PER_ITEM: {**SMALL, "ballots": PER_ITEM, "ballot_type": "per_item"},
    BallotType.PER_ITEM_UP_TO: {**SMALL, "seats": 3, "ballots": PER_ITEM, "ballot_type": "per_item_up_to"},
    BallotType.RANKING: {
        **SMALL, "ballots": [{1: 1, 2: 2}, {1: 1, 3: 2}, {3: 1, 1: 2}, {2: 1}], "ballot_type": "ranking",
        "scoring": "points",
    },
    BallotType.WHOLE_REPORT: {
        **SMALL, "seats": 4, "ballots": [{0: YES}, {0: YES}, {0: YES}, {0: NO}], "ballot_type": "whole_report",
    },
    BallotType.CHOOSE_ONE: {
        **SMALL, "floor_numerator": 1, "floor_denominator": 4, "floor_comparator": "ge", "ballot_type": "choose_one",
        "ballots": [[1], [1], [3], [2]],
    },
    BallotType.POINTS: {
        **SMALL, "ballots": [{1: 3, 2: 2}, {1: 1}, {3: 2, 1: 3}, {2: 1}], "ballot_type": "points", "points": 5,
        "most_points": 3,
    },
}  # fmt: skip


def test_the_result_names_the_chosen_first_and_leads_to_dossiers(client: Client):
    published()
    body = html_of(client.get(reverse("voting:result", args=["2018"])))
    list_of_all = body.split('<ol class="verdicts"', 1)[1].split("</ol>", 1)[0]
    assert re.findall(r'<li id="project-(\d+)"', list_of_all)[-2:] == ["11", "12"]
    assert 'href="/2018/projects/11/"' in list_of_all


def test_the_dossier_says_why_and_leads_to_the_result(client: Client):
    vote = published()
    page = client.get(reverse("voting:candidate", args=["2018", 11]))
    with override("zh-hans"):
        why = next(each["verdict"]() for each in Result(vote.round.notice).standings if each["number"] == 11)
    assert why in text_of(page)
    assert 'href="/2018/result/#project-11"' in html_of(page)


def test_candidates_stand_side_by_side_and_can_be_narrowed_down(client: Client):
    published()
    address = reverse("voting:candidates", args=["2018"])
    assert html_of(client.get(address)).count('name="only"') == 12
    assert html_of(client.get(address, {"only": ["1", "11"]})).count('name="only"') == 2
    assert html_of(client.get(address, {"became": "rest"})).count('name="only"') == 2
    assert html_of(client.get(address, {"q": "第12项目"})).count('name="only"') == 1
    assert html_of(client.get(address, {"q": "没有这个"})).count('class="lead"') == 1
    for nonsense in ({"only": ["x", "\x7f"]}, {"became": "nobody"}, {"field": "x"}, {"q": "x" * 300}):
        assert client.get(address, nonsense).status_code == 200


def test_what_a_dossier_states_in_numbers_stands_in_the_comparison_too():
    candidate = make_vote().cycle.candidates.first()
    candidate.target = ["新建公厕。", "改造公厕"]
    candidate.targets = [{"text": "新建公厕", "number": "8", "unit": "座"}]
    comparison = compared([(candidate, None)], asked={})
    assert [text for _heading, text in comparison.lines[0].cells] == ["新建公厕。改造公厕；新建公厕 8 座"]

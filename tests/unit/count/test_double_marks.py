"""Two marks in one row of a paper ballot: void for the ballot or for the project, held against the boxes themselves.

Guards ``voting.count.totals``.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.count.canonical import canonical_json
from voting.count.counting import (
    BallotType,
    BlankBallot,
    CountMismatch,
    DoubleMark,
    Rule,
    ShortfallRule,
    TieRule,
    Turnout,
    UnderVote,
    VoidReason,
    add_up,
    count,
    decide,
    judge,
)
from voting.count.formats.definition import DEFINITION
from voting.count.formats.files import RoundFacts
from voting.count.formats.working import WORKING
from voting.count.judging import known_marks
from voting.count.measures import Base, Comparator, Floor, Mark
from voting.count.paper_marks import MARKS, NotUnderstood, read
from voting.count.presets import ASSESSMENTS, PRESETS
from voting.count.working import Choice, expand, work_out

NUMBERS = (3, 7, 8)
HALF = Floor(Base.VALID, 1, 2, Comparator.AT_LEAST)
#: The boxes that are marked in the row of each project; a sheet is read from them alone.
Sheet = tuple[frozenset[int], ...]


def rule_of(kind: BallotType, double_mark: DoubleMark, **more: Any) -> Rule:
    graded = kind is BallotType.GRADES
    usual = {
        "seats": len(NUMBERS) if graded else 2,
        "floor": HALF,
        "blank": BlankBallot.VALID,
        "tie_rule": TieRule.ADMIT_ALL,
        "shortfall_rule": ShortfallRule.STAY_EMPTY,
        "satisfied_floor": HALF if graded else None,
    }
    return Rule(ballot_type=kind, double_mark=double_mark, **(usual | more))


def sheets(kind: BallotType) -> st.SearchStrategy[list[Sheet]]:
    columns = st.sampled_from(MARKS[kind])
    row = st.frozensets(columns, max_size=1) | st.frozensets(columns, max_size=3)
    return st.lists(st.tuples(*[row] * len(NUMBERS)), max_size=8)


def typed(sheet: Sheet, kind: BallotType) -> list[str]:
    """What a typist types: each number under every column where its row is marked."""
    fields = [
        " ".join(str(number) for number, row in zip(NUMBERS, sheet, strict=True) if mark in row)
        for mark in MARKS[kind]
    ]
    return fields if any(fields) else ["0", *fields[1:]]


def by_the_boxes(rule: Rule, stack: list[Sheet]) -> tuple[dict[str, int], list[dict[str, int]]]:
    """Why ballots are void, and of each project how many sheets have which marks: from the boxes and the words."""
    void: dict[str, int] = {}
    lines = [
        dict.fromkeys(("for", "basically", "against", "abstain", "not_pressed", "double"), 0) for _ in NUMBERS
    ]
    for sheet in stack:
        twice = [len(row) > 1 for row in sheet]
        votes_for = [row == {Mark.FOR} for row in sheet]
        if any(twice) and rule.double_mark == "ballot":
            why = "malformed"
        elif rule.ballot_type == "per_item_up_to" and sum(votes_for) > rule.seats:
            why = "over_vote"
        elif not any(sheet):
            why = "blank" if rule.blank == "void" else ""
        else:
            why = "under_vote" if rule.under == "void" and not all(sheet) else ""
        if why:
            void[why] = void.get(why, 0) + 1
            continue
        for line, row in zip(lines, sheet, strict=True):
            if not any(sheet):
                line["abstain"] += 1
            elif len(row) > 1:
                line["double"] += 1
            else:
                names = {
                    Mark.FOR: "for",
                    Mark.BASICALLY: "basically",
                    Mark.AGAINST: "against",
                    Mark.ABSTAIN: "abstain",
                }
                line[names[next(iter(row))] if row else "not_pressed"] += 1
    return void, lines


@pytest.mark.parametrize("kind", MARKS)
@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_the_count_of_typed_sheets_is_that_of_their_boxes(kind: BallotType, data: st.DataObject) -> None:
    rule = rule_of(
        kind,
        data.draw(st.sampled_from(DoubleMark)),
        blank=data.draw(st.sampled_from(BlankBallot)),
        under=data.draw(st.sampled_from(UnderVote)),
    )
    stack = data.draw(sheets(kind))
    ballots = []
    for sheet in stack:
        if rule.voids_items or all(len(row) < 2 for row in sheet):
            ballots.append(read(typed(sheet, kind), rule=rule, numbers=NUMBERS))
            continue
        with pytest.raises(NotUnderstood, match="both"):
            read(typed(sheet, kind), rule=rule, numbers=NUMBERS)
        ballots.append(read(["x"], rule=rule, numbers=NUMBERS))
    totals = add_up(rule, NUMBERS, ballots, on_paper=True)
    void, lines = by_the_boxes(rule, stack)
    assert {why.value: n for why, n in totals.void_reasons.items() if n} == void
    assert [
        (i.for_, i.basically, i.against, i.abstain, i.not_pressed, i.double_marked) for i in totals.items
    ] == [tuple(line.values()) for line in lines]
    assert all(item.ballots == totals.valid == len(stack) - sum(void.values()) for item in totals.items)


@pytest.mark.parametrize("kind", MARKS)
@pytest.mark.parametrize("double_mark", DoubleMark)
def test_nobody_can_cast_it_online(kind: BallotType, double_mark: DoubleMark) -> None:
    """What a device seals is judged as from the urn: two marks in a row are no ballot there, under any rule."""
    rule = rule_of(kind, double_mark)
    assert Mark.BOTH not in known_marks(rule)
    assert judge((Mark.BOTH, 1, 0), rule, items=3).reason is VoidReason.MALFORMED
    assert (judge((Mark.BOTH, 1, 0), rule, items=3, on_paper=True).reason is None) == rule.voids_items


def test_figures_of_a_double_mark_need_a_rule_that_knows_it() -> None:
    item, ballot = (rule_of(BallotType.PER_ITEM, each) for each in (DoubleMark.ITEM, DoubleMark.BALLOT))
    totals = add_up(item, NUMBERS, [(5, 1, 2)], on_paper=True)
    assert decide(item, totals, Turnout(1, 1, 1)).chosen == (7,)
    with pytest.raises(CountMismatch) as refused:
        decide(ballot, totals, Turnout(1, 1, 1))
    assert (refused.value.number, refused.value.actual) == (3, 1)


def test_a_project_marked_twice_is_no_vote_for_it_and_none_towards_the_most() -> None:
    rule = rule_of(BallotType.PER_ITEM_UP_TO, DoubleMark.ITEM, floor=None)
    outcome = count(rule, NUMBERS, [(1, 1, 5)], Turnout(1, 1, 1), on_paper=True)
    assert (outcome.valid, outcome.chosen) == (1, (3, 7))
    assert [item["double_marked"] for item in outcome.to_dict()["items"]] == [0, 0, 1]


def facts_of(**rules: Any) -> RoundFacts:
    """A round on paper and online: two sheets, one of them with two marks in its first row."""
    base = ASSESSMENTS["zhenhai"] if rules["ballot_type"] == "grades" else PRESETS["dongyang"]
    body: Any = {
        "format": DEFINITION.name,
        "cycle": "c",
        "kind": "demo",
        "round": 1,
        "previous": None,
        "seats": 3,
        "rules": {**base, "seats": 3, **rules},
        "rules_digest": "0" * 64,
        "items": [{"number": number, "name": "名", "name_en": ""} for number in NUMBERS],
    }
    attendance: Any = {
        "roll": 3, "present": 3, "on_leave": 0, "left": 0, "absent": 0, "quorum_least": 2, "quorum_met": True,
        "issued": 3, "group": None,
    }  # fmt: skip
    return {
        "definition": DEFINITION.write(body),
        "key": "0" * 64,
        "urn": {"ballots": 1, "root": "0" * 64},
        "attendance": attendance,
        "paper": {
            "issued": 2,
            "returned": 2,
            "returned_group": 0,
            "ballots": [([1, 1, 2], 0), ([5, 1, 2], 0)],
        },
    }


@pytest.mark.parametrize("kind", ["per_item", "grades"])
def test_the_working_tells_the_channels_apart_and_is_made_again_from_the_patterns(kind: str) -> None:
    facts = facts_of(ballot_type=kind, double_mark="item")
    counted = work_out(facts, [Choice((5, 1, 1))])
    channels = counted.working["channels"]
    assert (channels["online"]["void"], channels["paper"]["void"]) == (1, 0)
    assert [item["double_marked"] for item in channels["paper"]["items"]] == [1, 0, 0]
    assert counted.working["outcome"]["items"][0]["double_marked"] == 1
    assert counted.working["outcome"]["rule"]["double_mark"] == "item"
    assert WORKING.read(counted.text) == counted.working
    assert work_out(facts, expand(counted.patterns["online"])).text == counted.text


def test_rules_of_before_give_the_same_bytes_as_before() -> None:
    """Nothing of two marks in a row stands in a working whose rules say nothing of it."""
    counted = work_out(facts_of(ballot_type="per_item"), [Choice((1, 1, 1))])
    assert "double" not in canonical_json(counted.working)
    assert counted.working["channels"]["paper"]["void_reasons"]["malformed"] == 1

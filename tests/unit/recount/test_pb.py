"""A public budget election: what its rule funds, held against what the city funded; whatever is odd is named.

Guards ``voting.recount.pb``, ``voting.recount.pb_file``, ``voting.recount.pb_figures`` and ``voting.recount.pb_rules``.
"""

from __future__ import annotations

import io
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.recount import pb
from voting.recount.__main__ import recount_path, recount_text
from voting.recount.pb_figures import common_unit, in_digits, read_amount
from voting.recount.pb_file import begin, count_approvals, count_votes

DATA = Path(__file__).resolve().parents[2] / "data"
FILE = """META
key;value
num_projects;4
num_votes;5
budget;100
vote_type;approval
rule;greedy
min_length;1
max_length;2
max_sum_cost;100
PROJECTS
project_id;cost;votes;name;selected
a;60;4;Alley;1
b;50;3;Bower;0
c;40;2;Court;1
d;10;1;Dial;0
VOTES
voter_id;vote
v1;a,b
v2;a,b
v3;a,b
v4;a,c
v5;c,d
"""
LONG = ["votes above max_sum_cost 100: 3"]  # a and b together cost more


def told(text: str) -> tuple[bool | None, list[str]]:
    """Return verdict and notes on the text, without what every variant of the file is told."""
    answer = recount_text(text).to_dict()
    return answer["agrees"], [note for note in answer["notes"] if note not in LONG]


def test_the_answer_on_a_file_has_what_the_rule_funds_and_why():
    answer = recount_text(FILE).to_dict()
    assert {key: answer[key] for key in ("rule", "budget", "spent", "winners", "file_says", "agrees", "notes")} == {
        "rule": "greedy", "budget": 100, "spent": 100, "winners": ["a", "c"], "file_says": ["a", "c"],
        "agrees": True, "notes": LONG,
    }  # fmt: skip
    assert answer["reasons"] == {
        "a": "fits: 40 left of 100",
        "b": "does not fit: 50 needed, 40 left",
        "c": "fits: 0 left of 100",
        "d": "does not fit: 10 needed, 0 left",
    }


@pytest.mark.parametrize(
    ("name", "winners", "spent", "reason"),
    [
        ("shares", ["p", "r", "s"], 950, ("r", "supporters paid 75 each, or all that they had; they are 4")),
        ("shares", ["p", "r", "s"], 950, ("q", "supporters cannot pay: 450 needed, together they hold 208")),
        ("no-skip", ["a", "b"], "1000.5", ("d", "the count ended at c, which did not fit")),
        ("threshold", ["k", "m"], 1000, ("n", "below the least score")),
        ("choose-1", ["L/1", "L/2"], 5000, ("M/1", "does not fit: 900 needed, 0 left")),
    ],
)
def test_every_rule_funds_what_was_funded(
    name: str, winners: list[str], spent: int | str, reason: tuple[str, str]
):
    report = recount_path(DATA / f"{name}.pb")
    answer = report.to_dict()
    assert (answer["winners"], answer["spent"], answer["agrees"]) == (winners, spent, True)
    assert report.agrees, answer["disagreements"]
    assert answer["reasons"][reason[0]] == reason[1]


#: One thing wrong with the file, or odd about it: the verdict, and the only note.
ODD = [
    ("num_votes;5", "num_votes;6", True, "num_votes: the file says 6, counted are 5"),
    ("num_projects;4", "num_projects;5", True, "num_projects: the file says 5, counted are 4"),
    ("b;50;3", "b;50;4", True, "votes of b: the file says 4, counted are 3"),
    ("cost;votes;", "cost;vots;", True, "PROJECTS has 'vots', which is not read; is it 'votes', which is missing?"),
    ("num_votes;", "num_vote;", True, "META has 'num_vote', which is not read; is it 'num_votes', which is missing?"),
    ("v3;a,b", "v3;a,b,a", True, "votes that name a project more than once; it counts once: 1, of v3"),
    ("v5;c,d", "v5;c,d,x", True, "x is no project of the file; votes that name it: 1"),
    ("a;60;", "a;6e1;", True, "cost of a: '6e1' is read as 60"),
    ("a;60;", "a;60,00;", True, "cost of a: '60,00' is read as 60"),
    ("a;60;", "a;60,5;", False, "cost of a: '60,5' is read as 60.5"),
    ("a;60;", "a;sixty;", None, "cost of a: 'sixty' is no number"),
    ("a;60;", "a;;", None, "cost of a: there is no number"),
    ("budget;100", "budget;1e2", True, "budget: '1e2' is read as 100"),
    ("budget;100", "budget;0", None, "no verdict: there is no money to share out"),
    ("b;50;", "b;1e6;", True, "projects that cost more than the whole budget: b"),
    ("rule;greedy", "rule;lottery", None, "no verdict: the rule 'lottery' is none that is counted here"),
    ("rule;greedy\n", "", None, "no verdict: META names no rule"),
    ("type;approval", "type;scoring", None, "no verdict: votes of the type 'scoring' are none that are counted here"),
    (";selected", ";chosen", None, "no verdict: PROJECTS has no column 'selected'"),
    ("Alley;1", "Alley;2", False, "selected of a is '2'; only 1 is taken as funded under the rule"),
    ("max_length;2", "max_length;1", True, "votes above max_length 1: 5"),
    ("min_length;1", "min_length;two", True, "min_length: 'two' is no number"),
    ("v5;c,d", "v5", True, "votes below min_length 1: 1"),
    ("rule;greedy", "rule;greedy\nrule;greedy", True, "META says 'rule' more than once; the last is taken"),
    ("type;approval", "type;choose-1", True, "votes that do not name exactly one project: 5"),
    ("Court;1", "Court;0", False, "c: the rule funds, and the file does not (fits: 0 left of 100)"),
    ("Bower;0", "Bower;1", False, "b: the file funds, and the rule does not (does not fit: 50 needed, 40 left)"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "now", "verdict", "note"), ODD, ids=[now for _was, now, *_rest in ODD])
def test_what_is_odd_about_a_file_is_named_and_not_refused(
    was: str, now: str, verdict: bool | None, note: str
):
    assert FILE.count(was) == 1
    agrees, notes = told(FILE.replace(was, now))
    assert agrees is verdict, notes
    assert note in notes
    assert told(FILE) == (True, [])


def test_a_tie_is_named_and_taken_as_the_file_settled_it_where_it_could_be_settled_so():
    tied = FILE.replace("v5;c,d", "v5;c,b").replace("v1;a,b", "v1;a,c")  # b and c have three votes each
    assert told(tied)[0] is True
    assert not [note for note in told(tied)[1] if "tie" in note], "what does not fit alone is no tie"
    tied = tied.replace("b;50;", "b;40;")
    taken = "nothing in the file says who goes first, so it is taken as the file settled it: c"
    assert f"tie: b, c stand equal, and 40 is left; {taken}" in told(tied)[1]
    assert told(tied)[0] is True
    assert told(tied.replace("Court;1", "Court;0").replace("Bower;0", "Bower;1"))[0] is True
    assert told(tied.replace("Bower;0", "Bower;1"))[0] is False, "no order funds both"
    assert told(tied.replace("Court;1", "Court;0"))[0] is False, "no order funds neither"
    open_ = recount_text(tied.replace(";selected", ";other")).to_dict()
    assert (open_["winners"], open_["agrees"]) == (["a"], None)
    assert "tied, and the rule does not say who goes first: b, c" in open_["notes"]
    assert "undecided before the tie is settled: d" in open_["notes"]


def test_a_file_whose_own_figures_fund_what_it_says_but_whose_votes_do_not_is_told_so():
    text = FILE.replace("a;60;4", "a;60;1").replace("Alley;1", "Alley;0")
    agrees, notes = told(text.replace("Bower;0", "Bower;1").replace("Dial;0", "Dial;1"))
    assert agrees is False
    assert any(note.startswith("by the figures that the file itself states") for note in notes)
    assert not any(note.startswith("by the figures") for note in told(FILE.replace("Court;1", "Court;0"))[1])


VOTES = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "d", " a", ""]), max_size=5).map(",".join),
    max_size=12,
)


@given(VOTES, st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_quick_count_of_approvals_is_the_count_that_looks_into_every_vote(votes: list[str], quoted: bool):
    mark = '"' if quoted else ""
    lines = [f"{n};{mark}{vote}{mark}\n" for n, vote in enumerate(votes)]
    text = FILE.split("v1;", maxsplit=1)[0] + "".join(lines)
    costs = {"a": 60, "b": 50, "c": 40, "d": 10}
    slow_lines, quick_lines = iter(io.StringIO(text)), iter(io.StringIO(text))
    slow = count_votes(begin(slow_lines), slow_lines, costs=costs)
    quick = count_approvals(begin(quick_lines), quick_lines, costs=costs)
    if quick is None:
        return
    assert (quick.votes, quick.support, quick.scores) == (slow.votes, slow.support, slow.scores)
    assert quick.lengths == slow.lengths
    assert Counter({k: n for k, n in quick.costs.items() if n}) == slow.costs


def test_a_cell_that_goes_over_two_lines_is_one_vote():
    text = FILE.replace("v5;c,d", 'v5;"c,\nd"')
    assert recount_text(text).to_dict() == recount_text(FILE).to_dict()
    assert recount_text(text.replace("voter_id;vote", "vote;voter_id").replace("v1;a,b", "a,b;v1")).to_dict()[
        "notes"
    ]


def test_points_stay_beside_their_project_and_what_does_not_belong_is_named():
    text = (DATA / "threshold.pb").read_text(encoding="utf-8")
    report = recount_text(text.replace("1;k,l;2,1", "1;k,k,l;2,9,1"))
    assert report.agrees
    assert report.result["voters_who_name_a_project_twice"] == ["1"]
    agrees, notes = told(text.replace("1;k,l;2,1", "1;k,l;2"))
    assert agrees is True
    assert any(note.startswith("votes that do not give each project its points") for note in notes)
    assert "score of l: the file says 4, counted are 3" in notes
    assert "votes above max_sum_points 3: 1" in told(text.replace("4;l;3", "4;l;4"))[1]
    assert recount_text(text.replace("4;l;3", "4;l;2.5")).result["scores"]["l"] == "3.5"


@pytest.mark.parametrize(
    ("text", "value", "is_odd"),
    [("1000000", 1000000, False), ("222176.85", Fraction(22217685, 100), False), ("1e6", 1000000, True),
     ("1.5E+3", 1500, True), ("222176,85", Fraction(22217685, 100), True), ("1 000 000", 1000000, True),
     ("1\u202f000", 1000, True), ("", None, True), ("-5", None, True), ("1,2,3", None, True), ("NaN", None, True),
     ("inf", None, True), ("٣", None, True), ("9" * 40, None, True), ("1e999", None, True)],
)  # fmt: skip
def test_an_amount_is_read_exactly_or_not_at_all(text: str, value: int | None, is_odd: bool):
    amount = read_amount(text)
    assert amount.value == value
    assert bool(amount.odd) is is_odd


@given(st.fractions(min_value=0, max_value=10**6, max_denominator=1000))
def test_an_exact_number_is_written_exactly(value: Fraction):
    assert Fraction(in_digits(value)) == value
    assert (value * common_unit([value])).denominator == 1


def test_no_file_of_100000_votes_is_kept_in_memory(tmp_path: Path):
    import tracemalloc  # noqa: PLC0415

    path = tmp_path / "large.pb"
    votes = "".join(f"{n};{'a,b' if n % 3 else 'c'}\n" for n in range(20_000))
    path.write_text(FILE.split("v1;", maxsplit=1)[0] + votes, encoding="utf-8")
    tracemalloc.start()
    recount_path(path)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_500_000, "two megabytes of names that are counted together, and nothing that grows"
    assert pb.SHOWN == 20

"""``python -m voting.recount``: agrees with what we export, disagrees with every digit changed, needs no Django.

Guards ``voting.recount.__main__`` and ``voting.recount.pabulib``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.recount import pabulib
from voting.recount.__main__ import main, recount_text
from voting.recount.report import Unreadable

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "tests" / "data"

APPROVAL = """META
key;value
description;Own small file
num_projects;3
num_votes;4
budget;2
vote_type;approval
rule;greedy
PROJECTS
project_id;cost;votes;name;selected
a;1;3;"Bus; stop";1
b;1;2;Park;1
c;1;0;Lamp;0
VOTES
voter_id;vote
1;a,b
2;a
3;b,a
4;
"""
ORDINAL = """META
key;value
num_projects;3
num_votes;2
vote_type;ordinal
max_length;3
PROJECTS
project_id;cost;votes;score
a;1;2;5
b;1;2;4
c;1;1;1
VOTES
voter_id;vote
1;a,b
2;b,a,c
"""


def test_the_votes_of_every_project_of_a_pb_file():
    report = recount_text(APPROVAL)
    assert report.agrees
    assert report.result == {"vote_type": "approval", "votes": {"a": 3, "b": 2, "c": 0}}


def test_a_ranking_is_added_up_by_places():
    report = recount_text(ORDINAL)
    assert report.result["scores"] == {"a": 5, "b": 5, "c": 1}
    assert [check["check"] for check in report.checks if not check["agrees"]] == ["score of b"]
    assert recount_text(ORDINAL.replace("b;1;2;4", "b;1;2;5")).agrees


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no section META"),
        ("nothing", "does not begin with META"),
        (APPROVAL.replace("VOTES\n", ""), "no section VOTES"),
        (APPROVAL.replace("b;1;2", "a;1;2"), "project_id"),
        ("{}", "format"),
        ('{"format": "piaojue-public/1"}', "not whole"),
        ('{"format": "piaojue-recount/1", "facts": 3}', "not whole"),
        ("{", "no JSON"),
        ("[" * 100_000, "META"),
        ('{"a":' * 100_000, "no JSON"),
        (ORDINAL.replace("ordinal", "cumulative"), "VOTES has no column 'points'"),
        (
            APPROVAL.replace("cost", "kost"),
            "PROJECTS has no column 'cost'; its columns are: project_id, kost",
        ),
        (f"{APPROVAL}META\n", "META stands after VOTES"),
        (APPROVAL.replace("Park", '"' + "x" * 140_000 + '"'), "field larger"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, why: str):
    with pytest.raises(Unreadable, match=why):
        recount_text(text)


def run(*arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    program = f"import sys\n{before}\nimport runpy\nsys.argv = ['recount', *{arguments!r}]\n"
    program += "runpy.run_module('voting.recount', run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_it_runs_where_neither_django_nor_a_database_is_installed(tmp_path: Path):
    path = tmp_path / "own.pb"
    path.write_text(APPROVAL, encoding="utf-8")
    without = "for name in ('django', 'psycopg', 'cryptography'): sys.modules[name] = None"
    ran = run(str(path), before=without)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["result"]["votes"] == {"a": 3, "b": 2, "c": 0}
    path.write_text(APPROVAL.replace("Park;1", "Park;0"), encoding="utf-8")
    assert run(str(path), before=without).returncode == 1


def test_the_exit_status_says_how_it_went(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "own.pb"
    assert main([str(path)]) == 2
    path.write_bytes(b"\xff\xfe\x00")
    assert main([str(path)]) == 2
    path.write_text(APPROVAL, encoding="utf-8")
    assert main([str(path)]) == 0
    path.write_text(APPROVAL.replace("num_votes;4", "num_votes;5"), encoding="utf-8")
    assert main([str(path)]) == 0, "what was funded agrees, and the figure is named"
    assert "figures that differ: 1" in capsys.readouterr().err
    path.write_text(APPROVAL.replace("Park;1", "Park;0"), encoding="utf-8")
    assert main([str(path)]) == 1
    assert "DISAGREE" in capsys.readouterr().err
    path.write_text(APPROVAL.replace("rule;greedy", "rule;lot"), encoding="utf-8")
    assert main([str(path)]) == 0
    assert "no verdict" in capsys.readouterr().err


#: Every vote type, counted by hand: votes, and the scores where places or points make them.
BY_HAND = {
    "approval": ({"4": 6, "1": 5, "12": 3, "2": 0}, None),
    "choose-1": ({"L/1": 3, "L/2": 2, "M/1": 1}, None),
    "cumulative": ({"p1": 4, "p2": 3, "p3": 3}, {"p1": 19, "p2": 17, "p3": 10}),
    "ordinal": ({"e": 4, "n": 3, "s": 2, "w": 0}, {"e": 10, "n": 8, "s": 4, "w": 0}),
}


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.parametrize(
    ("mark", "end"), [("", "\n"), ("\ufeff", "\r\n"), ("", "\r")], ids=["lf", "bom-crlf", "cr"]
)
def test_an_election_of_every_vote_type_is_recounted_as_by_hand(name: str, mark: str, end: str):
    """Published files come with each end of line, with and without a byte-order mark."""
    report = recount_text(mark + (DATA / f"{name}.pb").read_text(encoding="utf-8").replace("\n", end))
    votes, scores = BY_HAND[name]
    assert report.agrees, report.to_dict()["disagreements"]
    expected = {"vote_type": name, "votes": votes} | ({"scores": scores} if scores else {})
    assert report.result == expected
    columns = 2 if scores else 1
    assert len(report.checks) == 2 + columns * len(votes), "both numbers, and every figure of every project"


@pytest.mark.parametrize(
    ("name", "was", "forged", "check"),
    [
        ("approval", "health;6;", "health;7;", "votes of 4"),
        ("approval", "num_votes;9", "num_votes;8", "num_votes"),
        ("choose-1", "num_projects;3", "num_projects;4", "num_projects"),
        ("cumulative", "4;19;", "4;20;", "score of p1"),
        ("cumulative", "1;p1,p2;5,5", "1;p1,p2;5,4", "score of p2"),
        ("ordinal", "20;8;3", "20;7;3", "score of n"),
        ("ordinal", "max_length;3", "max_length;4", "score of e"),
    ],
)
def test_one_figure_of_an_election_changed_is_named(name: str, was: str, forged: str, check: str):
    text = (DATA / f"{name}.pb").read_text(encoding="utf-8")
    assert text.count(was) == 1
    report = recount_text(text.replace(was, forged))
    assert check in [each["check"] for each in report.to_dict()["disagreements"]]


TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20).map(str.strip)


@st.composite
def elections(draw: st.DrawFn) -> pabulib.Election:
    names = draw(st.lists(st.text("abc123", min_size=1, max_size=4), min_size=1, max_size=5, unique=True))
    projects = tuple(
        pabulib.PabulibProject(name, {"project_id": name, "cost": "1", "name": draw(TEXT)}) for name in names
    )
    votes: list[pabulib.Vote] = []
    for voter in range(draw(st.integers(0, 5))):
        named = tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=len(names))))
        votes.append(pabulib.Vote(str(voter), named))
    return pabulib.Election({"vote_type": "approval", "unit": draw(TEXT)}, projects, tuple(votes))


@given(elections())
@settings(max_examples=80, deadline=None)
def test_what_is_written_is_read_back(election: pabulib.Election):
    again = pabulib.read(pabulib.write(election))
    assert again.meta == election.meta
    assert again.votes == election.votes
    assert [dict(project.row) for project in again.projects] == [dict(p.row) for p in election.projects]


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path):
    file = tmp_path / "own.pb"
    file.write_text(APPROVAL, encoding="utf-8")
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "voting.recount", str(file)]
    told = subprocess.run(
        command, stdout=write, stderr=subprocess.PIPE, cwd=ROOT, text=True, check=False, timeout=60
    )
    os.close(write)
    assert told.returncode == 0
    assert "Traceback" not in told.stderr


def test_a_pb_file_with_a_misspelt_column_is_refused_by_name():
    with pytest.raises(Unreadable, match=r"VOTES has no column 'vote'; its columns are: voter_id, votes$"):
        recount_text(APPROVAL.replace("voter_id;vote", "voter_id;votes"))
    with pytest.raises(Unreadable, match="PROJECTS has no column 'project_id'"):
        recount_text(APPROVAL.replace("project_id", "projekt_id", 1))


def test_a_vote_that_names_a_project_twice_counts_once_and_is_named():
    report = recount_text(APPROVAL.replace("1;a,b\n", "1;a,b,a\n"))
    assert report.agrees, report.to_dict()["disagreements"]
    assert report.result["voters_who_name_a_project_twice"] == ["1"]
    assert "voters_who_name_a_project_twice" not in recount_text(APPROVAL).result


def test_the_points_of_a_project_that_is_named_twice_are_its_first():
    head = "META\nkey;value\nvote_type;cumulative\nPROJECTS\nproject_id\na\nb\n"
    election = pabulib.read(f"{head}VOTES\nvoter_id;vote;points\n1;a,b,a;5,3,1\n")
    assert election.scores() == {"a": 5, "b": 3}
    assert election.repeated == ("1",)

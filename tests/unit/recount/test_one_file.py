"""One Python file recounts with nothing installed, on Python 3.8 and newer, as the server does.

Guards ``voting.recount.one_file``.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories import make_vote
from tests.integration.vote.test_verdicts import vote_of
from voting.count.counting import BallotType
from voting.domain.vote.urn_files import public_file, recount_file
from voting.recount import one_file as made
from voting.recount.one_file import MODULES, one_file, source

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "tests" / "data"
#: Older Pythons that happen to be here; the file must run on each.
OLDER = [
    path
    for version in ("3.8", "3.9", "3.10", "3.12", "3.13")
    for path in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "recount.py"
    path.write_text(one_file(), encoding="utf-8")
    return path


def run(program: Path, file: Path, python: str | Path = sys.executable) -> subprocess.CompletedProcess[str]:
    # Nothing that is installed, nothing of this repository, nothing but what the program itself holds.
    return subprocess.run(
        [str(python), "-I", "-S", program.name, file.name], cwd=program.parent, capture_output=True, text=True,
        check=False, env={"PATH": os.environ["PATH"]}, encoding="utf-8",
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(BallotType))
def test_it_recounts_every_ballot_type_and_finds_one_altered_figure(
    kind: BallotType, program: Path, tmp_path: Path
):
    text = public_file(vote_of(kind).round)
    file = tmp_path / "own.json"
    file.write_text(text, encoding="utf-8")
    ran = run(program, file)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1].startswith("核对 ")
    assert "全部相符" in ran.stdout
    assert "hash of the notice" in ran.stdout
    votes = re.search(r'"for":(\d+)', text)
    assert votes
    file.write_text(text.replace(votes[0], f'"for":{int(votes[1]) + 1}', 1), encoding="utf-8")
    ran = run(program, file)
    assert ran.returncode == 1
    assert "DISAGREE" in ran.stdout.splitlines()[-1]
    assert "round 1" in ran.stdout


@pytest.mark.django_db
def test_it_recounts_the_scrutineers_file_too(program: Path, tmp_path: Path):
    vote = make_vote(until="published", delegates=4, ballots=[range(1, 11)] * 4)
    file = tmp_path / "own.json"
    file.write_text(recount_file(vote.round), encoding="utf-8")
    assert run(program, file).returncode == 0


@pytest.mark.parametrize("python", OLDER, ids=lambda path: path.parts[-3])
@pytest.mark.django_db
def test_it_runs_on_older_and_newer_pythons(python: Path, program: Path, tmp_path: Path):
    vote = make_vote(until="published", delegates=4, ballots=[range(1, 11)] * 4)
    file = tmp_path / "own.json"
    for text in (public_file(vote.round), (DATA / "approval.pb").read_text(encoding="utf-8")):
        file.write_text(text, encoding="utf-8")
        ran = run(program, file, python)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_its_own_words_are_python_3_8_and_so_is_every_source():
    ast.parse(one_file(), feature_version=(3, 8))
    for name in MODULES:
        ast.parse(source(name), feature_version=(3, 8))


def test_what_it_holds_are_the_sources_as_they_are():
    held = ast.parse(one_file())
    table = next(
        node.value
        for node in ast.walk(held)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "SOURCES"
    )
    assert ast.literal_eval(table) == {name: source(name) for name in MODULES}


def test_it_imports_nothing_that_is_not_part_of_python():
    roots = {
        alias.name.split(".")[0]
        for text in [one_file(), *map(source, MODULES)]
        for node in ast.walk(ast.parse(text))
        for alias in (node.names if isinstance(node, ast.Import) else [])
    }
    assert roots <= sys.stdlib_module_names


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe\x00", b'{"format": "piaojue-public/1"}'])
def test_what_is_no_such_file_is_said_to_be_none(content: bytes, program: Path, tmp_path: Path):
    file = tmp_path / "own.json"
    file.write_bytes(content)
    ran = run(program, file)
    assert ran.returncode == 2
    assert "cannot be read" in ran.stdout
    assert "Traceback" not in ran.stderr


def test_a_source_that_cannot_stand_in_the_file_is_refused():
    with pytest.raises(ValueError, match="three single quotes"):
        made._escaped("'''")

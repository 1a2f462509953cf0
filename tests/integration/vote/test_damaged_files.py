"""A damaged file is a sentence or a check that disagrees, wherever it is damaged; never a trace of the program.

Guards ``voting.count.definition``, ``voting.recount.ballots``, ``voting.recount.notice``, ``voting.recount.unseal`` and
``voting.domain.vote.urn_files``.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import Vote, make_vote
from tests.integration.vote.test_further_rounds import on_paper, tied_vote
from voting.count.definition import read_definition
from voting.count.formats import UnreadableRecord
from voting.domain.core.refusals import Refused
from voting.domain.vote import paper_ballots, urn_files
from voting.recount import unseal
from voting.recount.__main__ import main

pytestmark = pytest.mark.django_db

HALF_A_PAIR = "\ud800"  # valid JSON as an escape, and no text
HUGE = 10**15


def damages(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield where a part stands and what a damaged file has there; of a list the first and the last are tried."""
    if isinstance(value, dict):
        parts = list(value.items())
        for key in value:
            yield (*path, key), value[key]
    elif isinstance(value, list):
        parts = list({0: None, len(value) - 1: None} if value else {})
        parts = [(place, value[place]) for place in parts]
        yield from (
            (path, other) for other in (value[:-1], value[1:], [*value, *value[-1:]], []) if other != value
        )
    else:
        parts = []
        yield from ((path, other) for other in _instead(value))
    for step, below in parts:
        yield from damages(below, (*path, step))


def _instead(value: Any) -> list[Any]:
    if isinstance(value, bool) or value is None:
        return [HALF_A_PAIR]
    return [0, -1, value + 1, HUGE] if isinstance(value, int) else [HALF_A_PAIR, ""]


def damaged(text: str) -> Iterator[tuple[str, str]]:
    """Yield what was damaged, and the text of the file."""
    body = json.loads(text)
    for path, instead in damages(body):
        other = copy.deepcopy(body)
        place = other
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = instead
        if other != body:
            yield f"{path}: {instead!r:.40}", json.dumps(other)


def test_a_damaged_file_is_never_recounted_as_whole_and_never_ends_in_a_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    vote = tied_vote()
    vote.further()
    vote.run("keyed", "ready", "open")
    vote.cast(0, [10])
    paper_ballots.hand_out_to_rest(round_=vote.round, by=vote.clerk, at=vote.later())
    vote.run("closed")
    on_paper(vote, [(1, 0), (0, 1), (0, 1), (1, 1)])
    vote.run("counted", "certified", "published")
    first = vote.cycle.rounds.get(number=1)
    path = tmp_path / "file.json"
    for text in (
        urn_files.public_file(first),
        urn_files.public_file(vote.round),
        urn_files.recount_file(vote.round),
    ):
        for what, other in damaged(text):
            path.write_text(other, encoding="utf-8")
            assert main([str(path)]) in {1, 2}, what
            _sentence_only(capsys.readouterr().err, what)


def test_figures_too_long_to_be_written_are_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Python reads whole numbers of 4300 digits, and refuses to write their sum."""
    path, vote = tmp_path / "file.json", closed()
    vote.run("counted", "certified", "published")
    for part in ("issued", "returned", "valid", "void"):
        file = json.loads(urn_files.public_file(vote.round))
        file["notice"]["ballots"][part] = int("9" * 4300)
        path.write_text(json.dumps(file), encoding="utf-8")
        assert main([str(path)]) in {1, 2}, part
    file["notice"]["items"][0] |= dict.fromkeys(("for", "against", "abstain"), int("9" * 4300))
    path.write_text(json.dumps(file), encoding="utf-8")
    assert main([str(path)]) == 2
    _sentence_only(capsys.readouterr().err.splitlines(keepends=True)[-1], "three such numbers")


def test_a_damaged_urn_is_not_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    vote = closed()
    urn, slips = tmp_path / "urn.json", tmp_path / "slips"
    slips.write_text("\n".join(vote.slips[:3]), encoding="utf-8")
    text = vote.urn()
    free = [
        *json.loads(text)["facts"]["attendance"],
        "slips_needed",
        "by_server",
    ]  # the count's figures, told by nothing sealed
    for what, other in damaged(text):
        urn.write_text(other, encoding="utf-8")
        status, error = unseal.main([str(urn), "--slips", str(slips)]), capsys.readouterr().err
        if status:  # what was sealed is said first, to be compared with what was announced
            _sentence_only(error.splitlines(keepends=True)[-1], what)
            assert "Traceback" not in error
        else:
            assert any(f"'{key}'" in what for key in free), what


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"seats":2', '"seats":9'),
        ('"floor_denominator":2', '"floor_denominator":0'),
        ('"number":2', '"number":3'),
    ],
)
def test_a_definition_that_no_vote_can_be_held_under_is_refused_where_it_is_read(old: str, new: str):
    text = closed().round.definition
    assert old in text
    with pytest.raises(UnreadableRecord, match="piaojue-definition/1 is not whole"):
        read_definition(text.replace(old, new))


def test_a_damaged_count_is_not_imported(tmp_path: Path):
    vote = closed()
    urn, slips, count = tmp_path / "urn.json", tmp_path / "slips", tmp_path / "count.json"
    slips.write_text("\n".join(vote.slips[:3]), encoding="utf-8")
    urn.write_text(vote.urn(), encoding="utf-8")
    assert unseal.main([str(urn), "--slips", str(slips), "--out", str(count)]) == 0
    for what, other in damaged(count.read_text(encoding="utf-8")):
        with pytest.raises(Refused) as refusal:
            urn_files.import_count(
                round_=vote.round, text=other, by=vote.clerk, at=vote.later(), second=vote.chief
            )
        assert str(refusal.value), what


def closed() -> Vote:
    return make_vote(until="closed", delegates=6, candidates=3, seats=2, ballots=[[1, 2]] * 4 + [[3]])


def _sentence_only(error: str, what: str) -> None:
    assert error.count("\n") == 1, what
    assert "zip()" not in error, what
    assert "codec" not in error, what

"""Files from before ballots were sealed on devices: counted and recounted as they were, byte for byte.

They are of a vote of twelve made-up delegates with a second threshold, whose ballots said themselves whether a member
of the sub-group had cast them.

Guards ``voting.recount.unseal``, ``voting.recount.ballots``, ``voting.recount.notice`` and ``voting.count.working``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voting.count.formats.files import COUNT, PUBLIC, RECOUNT, URN
from voting.count.formats.records import Format
from voting.recount import unseal
from voting.recount.__main__ import main

OLD = Path(__file__).resolve().parents[2] / "data" / "before-0.1"


def test_an_old_urn_is_counted_offline_to_the_same_bytes(tmp_path: Path):
    count = tmp_path / "count.json"
    assert unseal.main([str(OLD / "urn.json"), "--slips", str(OLD / "slips.txt"), "--out", str(count)]) == 0
    assert count.read_bytes() == (OLD / "count.json").read_bytes()
    outcome = json.loads(count.read_text())["working"]["outcome"]
    assert (outcome["group"]["returned"], outcome["returned"]) == (6, 9)


@pytest.mark.parametrize("name", ["recount.json", "public.json"])
def test_old_files_are_recounted(name: str):
    assert main([str(OLD / name)]) == 0


@pytest.mark.parametrize(
    ("format_", "name"), [(URN, "urn"), (COUNT, "count"), (RECOUNT, "recount"), (PUBLIC, "public")]
)
def test_old_files_are_written_as_they_were(format_: Format[dict[str, object]], name: str):
    text = (OLD / f"{name}.json").read_text(encoding="utf-8")
    assert format_.write(format_.read(text)) == text


def test_they_are_from_before_there_were_test_ballots():
    urn = json.loads((OLD / "urn.json").read_text(encoding="utf-8"))
    assert {"groups", "tests"} & set(urn) == set()
    assert set(urn["facts"]["urn"]) == {"ballots", "root"}

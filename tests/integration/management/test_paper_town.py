"""The made-up town whose ballots lie in the box: its batch is scanned, and the machine reads nothing that is not there.

Guards ``voting.management.seeds.towns``, ``voting.management.hall.paper``, ``voting.read_models.vote.simulated_sheets``
and ``voting.printing.simulated``.
"""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import User
from tests.integration.vote.test_admin_steps import desk
from voting.domain.vote import paper_ballots
from voting.management.commands.seed import PAPER_TOWN
from voting.management.hall import paper
from voting.management.seeds.towns import load_towns
from voting.models import PaperReading, Round, ScannedSheet
from voting.read_models.vote.simulated_sheets import simulated_marks
from voting.states import RoundStatus

pytestmark = pytest.mark.django_db


def test_the_batch_of_the_paper_town_is_ready_and_read_as_it_is_marked(monkeypatch):
    load_towns(PAPER_TOWN, at=timezone.now(), keep=lambda _loaded, _people: None)
    round_ = Round.objects.select_related("cycle__congress").get(cycle__congress__slug="bing")
    assert (round_.status, round_.paper_issued, round_.issued) == (RoundStatus.CLOSED, 24, 44)
    clerk, reader = (User.objects.get(username=f"bing-{name}") for name in ("clerk", "scrutineer-1"))
    monkeypatch.setattr(paper_ballots, "BATCH", 5)
    monkeypatch.setattr(paper_ballots, "record_box", lambda **_box: None)  # the town has counted its box
    answer = desk(clerk).get("/bing/admin/vote/2027/paper/simulated.pdf")
    assert answer.content.startswith(b"%PDF")
    channels = paper.read_paper(round_, 5, clerk=clerk, reader=reader)
    assert (channels.batches, channels.scanned, channels.read_twice) == (1, 4, 5)
    machine = PaperReading.objects.filter(by_machine=True)
    assert {r.place: paper_ballots.marks_of_text(r.marks) for r in machine} == {
        r.place: simulated_marks(round_, r.place) for r in machine
    }
    assert ScannedSheet.objects.count() == 4

"""A project's dossier and the ballot's details show the public pictures of the proposals that it grew from.

Guards ``voting.read_models.before.pictures``.
"""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts import frames
from tests.factories import NOW, Vote, make_vote
from tests.integration.vote.test_ballot_pages import BALLOT, enter
from voting.domain.core.uploads import Cleaned
from voting.models import Attachment, Candidate, Proposal, Provenance
from voting.read_models.before.pictures import MOST, SourcePicture, pictures_of
from voting.states import Source, Visibility

pytestmark = pytest.mark.django_db
PICTURE, PAPER = Cleaned("园.png", "image/png", b"\x89PNG"), Cleaned("图.pdf", "application/pdf", b"%PDF")
SHOWN_AS = re.compile(r'<img\s+src="(/2018/proposals/\d+/files/\d/)"\s+alt="([^"]+)"\s+loading="lazy"')


def grown_from(vote: Vote, candidate: Candidate, *files: Cleaned) -> Proposal:
    number = Proposal.objects.count() + 1
    proposal = Proposal.objects.create(
        cycle=vote.cycle, number=number, source=Source.RESIDENT, title=f"口袋公园{number}", content="沿河空地。",
        submitted_at=NOW, ticket=f"{number:032d}", code_digest=f"{number:064d}", standing=Visibility.SHOWN,
    )  # fmt: skip
    for position, file in enumerate(files, start=1):
        Attachment.objects.create(
            proposal=proposal, position=position, name=file.name, content_type=file.content_type,
            data=file.data, size=len(file.data), digest=file.digest,
        )  # fmt: skip
    Provenance.objects.create(candidate=candidate, proposal=proposal)
    return proposal


@pytest.fixture
def vote() -> Vote:
    return make_vote(delegates=2)


def test_the_pictures_stand_in_the_dossier_and_behind_the_project_on_the_ballot(vote: Vote, client: Client):
    third = vote.cycle.candidates.get(number=3)
    shown = grown_from(vote, third, PAPER, PICTURE)
    hidden = grown_from(vote, third, PICTURE)
    Proposal.objects.filter(pk=hidden.pk).update(standing=Visibility.HELD)
    frames.forget()
    enter(client, vote)
    where = f"/2018/proposals/{shown.number}/files/2/"
    for page in (Client().get("/2018/projects/3/"), client.get(BALLOT)):
        assert SHOWN_AS.findall(page.content.decode()) == [(where, f"第 {shown.number} 号建议所附图片")]
    assert SHOWN_AS.findall(Client().get("/2018/projects/4/").content.decode()) == []
    assert Client().get(where).content == PICTURE.data
    assert Client().get(f"/2018/proposals/{hidden.number}/files/1/").status_code == 404


def test_all_are_read_at_once_and_few_are_shown(vote: Vote, django_assert_num_queries):
    slate = list(vote.cycle.candidates.order_by("number"))
    many = grown_from(vote, slate[0], *[PICTURE] * 3)
    more = grown_from(vote, slate[0], *[PICTURE] * 3)
    other = grown_from(vote, slate[1], PICTURE)
    with django_assert_num_queries(1):
        pictures = pictures_of(each.pk for each in slate)
    assert pictures[slate[0].pk] == [
        *(SourcePicture(many.number, place) for place in (1, 2, 3)), SourcePicture(more.number, 1),
    ]  # fmt: skip
    assert len(pictures[slate[0].pk]) == MOST
    assert pictures[slate[1].pk] == [SourcePicture(other.number, 1)]

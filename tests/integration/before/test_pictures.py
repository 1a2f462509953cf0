"""A project's dossier and the ballot's details show its own pictures, then those of the proposals that it grew from.

Guards ``voting.read_models.before.pictures``, ``voting.domain.before.candidate_pictures``,
``voting.views.before.candidate_pictures``, ``voting.admin.before.candidate_pictures`` and
``voting.forms.before.candidate_pictures``.
"""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import frames
from tests.autumn import make_autumn
from tests.factories import NOW, Vote, make_vote
from tests.integration.vote.test_ballot_pages import BALLOT, enter
from tests.unit.domain.test_uploads import with_place
from voting.domain.core.uploads import Cleaned
from voting.models import (
    MOST_PICTURES,
    Attachment,
    Candidate,
    CandidatePicture,
    CandidateVersion,
    JournalEntry,
    Proposal,
    Provenance,
)
from voting.read_models.before.pictures import SourcePicture, pictures_of
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
    assert len(pictures[slate[0].pk]) == MOST_PICTURES
    assert pictures[slate[1].pk] == [SourcePicture(other.number, 1)]


PAGE, PUBLIC = "/admin/vote/2019/candidates/1/pictures/", "/2019/projects/1/pictures/1/"
OWN = re.compile(r'<img\s+src="([^"]+)"\s+alt="([^"]+)"\s+lang="zh-Hans"')


def test_the_clerk_adds_a_picture_with_its_words_and_it_freezes_with_the_slate():
    autumn = make_autumn(until="screening")
    autumn.draft("首个项目", 1)
    clerk, stranger = Client(), Client()
    clerk.force_login(autumn.clerk, backend="django.contrib.auth.backends.ModelBackend")
    with autumn.now():
        for name, alt, status in [("a.png", "", 422), ("a.svg", "现状", 422), ("a.png", "桥头空地", 302)]:
            data = with_place() if name == "a.png" else b"<svg onload='alert(1)'/>"
            sent = {"do": "add", "alt": alt, "file": SimpleUploadedFile(name, data)}
            assert clerk.post(PAGE, sent).status_code == status
        kept = CandidatePicture.objects.get()
        assert (kept.position, kept.alt, kept.content_type) == (1, "桥头空地", "image/jpeg")
        assert b"SECRET-NOTE" not in bytes(kept.data)
        assert 'alt="桥头空地"' in clerk.get(PAGE).content.decode()
        assert (clerk.get(PUBLIC).status_code, stranger.get(PUBLIC).status_code) == (200, 404)
        autumn.run("slate")
        answer = stranger.get(PUBLIC)
        assert (answer.content, answer["Content-Type"]) == (bytes(kept.data), kept.content_type)
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert OWN.findall(stranger.get("/2019/projects/1/").content.decode()) == [(PUBLIC, "桥头空地")]
        clerk.post(PAGE, {"do": "off-1"})
    assert CandidatePicture.objects.exists()


def test_a_picture_is_taken_off_and_the_journal_keeps_its_words_and_hash():
    autumn = make_autumn(until="screening")
    autumn.draft("公厕项目", 1)
    clerk = Client()
    clerk.force_login(autumn.clerk, backend="django.contrib.auth.backends.ModelBackend")
    with autumn.now():
        clerk.post(PAGE, {"do": "add", "alt": "现状", "file": SimpleUploadedFile("a.png", with_place())})
        digest = CandidatePicture.objects.get().digest
        assert clerk.post(PAGE, {"do": "off-1"}).status_code == 302
    assert not CandidatePicture.objects.exists()
    entry = JournalEntry.objects.latest("sequence")
    assert (entry.data["picture_off"], entry.data["digest"]) == ("现状", digest)


def test_its_own_pictures_come_before_those_of_its_proposals():
    autumn = make_autumn(until="screening")
    draft = autumn.draft("公厕项目", 1)
    assert CandidateVersion.objects.exists()
    for position, alt in ((2, "后"), (1, "前")):
        CandidatePicture.objects.create(
            candidate=draft,
            position=position,
            alt=alt,
            content_type="image/png",
            data=b"x",
            size=1,
            digest="x",
        )
    source = autumn.proposals[0]
    Attachment.objects.create(
        proposal=source, position=1, name="a", content_type="image/png", data=b"x", size=1, digest="x"
    )
    pictures = [SourcePicture(1, 1, "前"), SourcePicture(1, 2, "后"), SourcePicture(source.number, 1)]
    assert pictures_of([draft.pk])[draft.pk] == pictures

"""A count that came as a file is marked, and proven before it is certified; a forged one never gets there (F33).

Guards ``voting.domain.vote.proofs``, ``voting.domain.vote.counts``, ``voting.domain.vote.urn_files``,
``voting.count.proofs`` and ``voting.read_models.vote.imported``.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from openpyxl import load_workbook

from accounts.models import User
from tests.factories import Vote, make_vote
from tests.offline import forged_count, imported, offline_count, with_imported_count
from voting.count import sealing
from voting.count.formats.files import COUNT, URN
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.vote import counts, keys, notices, proofs, urn_files
from voting.models import Certification, JournalEntry, Notice
from voting.recount.__main__ import recount_text
from voting.states import Act, CountProof, RoundStatus

pytestmark = pytest.mark.django_db

COUNT_PAGE, CERTIFY_PAGE = "/en/admin/vote/2018/count/", "/en/admin/vote/2018/certify/"
BY_ITSELF = "By itself it proves nothing"
PROVEN = {
    CountProof.SLIPS: "had the urn opened here once more with the key slips",
    CountProof.FILE: "counted the urn once more with the key slips, offline",
}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(vote: Vote) -> dict[str, str]:
    return {f"slip_{place}": slip for place, slip in enumerate(vote.slips[:3], start=1)}


def second(text: str) -> dict[str, object]:
    file = SimpleUploadedFile("second.json", text.encode())
    return {"do": "second", "confirm": "on", "count_file": file}


# ----------------------------------------------------------------------------------------------------- a forged one


def test_f33_a_forged_count_is_taken_in_and_never_certified():
    """A clerk alone makes it up with every sum right; whoever certifies finds out, whichever way they go."""
    vote = with_imported_count(forged=True)
    assert [item["for"] for item in json.loads(vote.tally.working)["outcome"]["items"]] == [0, 0, 5]
    scrutineer = client_of(vote.scrutineer)
    assert BY_ITSELF in scrutineer.get(CERTIFY_PAGE).content.decode()
    own = offline_count(vote, vote.urn(by=vote.scrutineer))
    tries = {
        "simply": ({"confirm": "on"}, "different key slips are needed"),
        "with the slips": (words(vote) | {"confirm": "on"}, "gives another count"),
        "with a copy": (second(vote.imported_file), "was not made from the urn that you took"),
        "with the own count": (second(own), "gives another count"),
    }
    for sent, sentence in tries.values():
        answer = scrutineer.post(CERTIFY_PAGE, sent)
        assert answer.status_code in {409, 422}
        assert sentence in answer.content.decode()
    for act in (
        lambda: counts.certify_tally(round_=vote.round, by=vote.scrutineer, at=vote.later()),
        lambda: notices.publish_notice(round_=vote.round, by=vote.clerk, at=vote.later()),
    ):
        with pytest.raises((counts.Unproven, StepNotAllowed)):
            act()
    assert not Certification.objects.exists()
    assert not Notice.objects.exists()
    assert vote.round.status == RoundStatus.COUNTED


def signed_for(vote: Vote, user: User, text: str) -> str:
    """Return a count file with the proof of the urn that somebody took, whatever the file says."""
    own = COUNT.read(offline_count(vote, vote.urn(by=user)))
    return COUNT.write(COUNT.read(text) | {"proof": own["proof"]})


@pytest.mark.parametrize(
    "file",
    [
        lambda vote: vote.imported_file,
        lambda vote: offline_count(vote, vote.urn(by=vote.clerk)),
        lambda vote: offline_count(vote, vote.urn(by=vote.other_scrutineer)),
        lambda vote: COUNT.write({k: v for k, v in COUNT.read(vote.imported_file).items() if k != "proof"}),
        lambda vote: COUNT.write(COUNT.read(vote.imported_file) | {"proof": "0" * 64}),
    ],
    ids=["a copy", "the clerk's own", "another scrutineer's", "without a proof", "a proof made up"],
)
def test_an_equal_file_that_the_certifier_did_not_make_is_no_proof(file: Callable[[Vote], str]):
    vote = with_imported_count()
    with pytest.raises(proofs.NotYourProof):
        proofs.certify_with_file(round_=vote.round, text=file(vote), by=vote.scrutineer, at=vote.later())


def test_the_proof_of_the_true_count_does_not_sign_a_forged_one():
    vote = with_imported_count(forged=True)
    text = signed_for(vote, vote.scrutineer, vote.imported_file)
    with pytest.raises(proofs.NotYourProof):
        proofs.certify_with_file(round_=vote.round, text=text, by=vote.scrutineer, at=vote.later())


def test_a_word_of_an_urn_is_the_persons_and_the_rounds_and_opens_no_ballot():
    vote = make_vote(until="closed", delegates=3, ballots=[[1]] * 3)
    seed = sealing.join(vote.slips[:3], needed=3)
    words_of: dict[str, bytes] = {}
    for user in (vote.clerk, vote.scrutineer, vote.chief):
        body = URN.read(vote.urn(by=user))
        sealed = base64.b64decode(body["proof"]["sealed"])
        info = body["proof"]["info"].encode()
        words_of[user.username] = sealing.unseal(sealing.private_key(seed), sealed, info=info)
        with pytest.raises(sealing.CannotUnseal):
            sealing.unseal(sealing.private_key(seed), sealed, info=body["info"].encode())
        with pytest.raises(sealing.CannotUnseal):
            sealing.unseal(sealing.private_key(sealing.new_seed()), sealed, info=info)
    assert len(set(words_of.values())) == 3


# ----------------------------------------------------------------------------------------------------- a true one


def by_slips(vote: Vote) -> None:
    assert client_of(vote.scrutineer).post(CERTIFY_PAGE, words(vote) | {"confirm": "on"}).status_code == 302


def by_file(vote: Vote) -> None:
    scrutineer = client_of(vote.scrutineer)
    urn = scrutineer.post(CERTIFY_PAGE, {"do": "urn", "confirm": "on"})
    assert urn["Content-Disposition"].startswith("attachment")
    text = offline_count(vote, urn.content.decode())
    assert scrutineer.post(CERTIFY_PAGE, second(text)).status_code == 302


@pytest.mark.parametrize(("prove", "proof"), [(by_slips, CountProof.SLIPS), (by_file, CountProof.FILE)])
def test_a_proven_count_is_certified_and_every_paper_says_how(
    prove: Callable[[Vote], None], proof: CountProof
):
    vote = with_imported_count()
    assert BY_ITSELF in client_of(vote.scrutineer).get(CERTIFY_PAGE).content.decode()
    assert BY_ITSELF in client_of(vote.clerk).get(COUNT_PAGE).content.decode()
    prove(vote)
    assert Certification.objects.get().proof == proof
    entry = JournalEntry.objects.get(act=Act.TALLY_CERTIFIED)
    assert entry.data["proof"] == proof
    staff = client_of(vote.clerk)
    for page in ("/en/admin/vote/2018/minutes/", COUNT_PAGE, "/en/admin/vote/2018/publish/"):
        assert PROVEN[proof] in staff.get(page).content.decode(), page
    vote.run("published")
    body = json.loads(Notice.objects.get().body)
    assert (body["tally"]["imported"], body["tally"]["proof"]) == (True, proof)
    public = Client()
    for page in ("notice", "report", "minutes", "result"):
        assert PROVEN[proof] in public.get(f"/en/2018/{page}/").content.decode(), page
        assert "导入" in public.get(f"/2018/{page}/").content.decode(), page
    for page in ("notice", "report", "minutes"):
        raw = public.get(f"/en/2018/{page}.pdf").content
        text = "".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(raw)).pages)
        assert PROVEN[proof].replace(" ", "") in "".join(text.split()), page
    minutes = public.get("/en/2018/minutes/").content.decode()
    assert "The sealed urn was handed out as a file, to be counted offline." in minutes
    assert "It was made offline, and this record of it was imported." in minutes
    facts = load_workbook(io.BytesIO(public.get("/en/2018/result.xlsx").content))
    cells = [str(cell.value) for sheet in facts for row in sheet for cell in row]
    assert any(PROVEN[proof] in cell for cell in cells)
    assert recount_text(public.get("/2018/recount.json").content.decode()).agrees


def test_a_count_of_the_servers_own_says_nothing_of_a_file_and_needs_no_proof():
    vote = make_vote(until="counted", delegates=6, candidates=3, seats=2, ballots=[[1, 2]] * 4 + [[3]])
    page = client_of(vote.scrutineer).get(CERTIFY_PAGE).content.decode()
    assert "Imported" not in page
    assert 'name="slip_1"' not in page
    for act in (
        lambda: proofs.certify_with_slips(
            round_=vote.round, slips=vote.slips[:3], by=vote.scrutineer, at=vote.later()
        ),
        lambda: proofs.certify_with_file(round_=vote.round, text="{}", by=vote.scrutineer, at=vote.later()),
    ):
        with pytest.raises(StepNotAllowed):
            act()
    vote.run("certified", "published")
    assert Certification.objects.get().proof == ""
    for name in ("notice", "report", "minutes", "result"):
        assert "Imported" not in Client().get(f"/en/2018/{name}/").content.decode()


def test_a_later_notice_says_which_of_its_rounds_was_imported():
    vote = make_vote(until="closed", delegates=6, ballots=[[1, 2], [1, 2], [1], [1], [1, 3]])
    imported(vote, offline_count(vote, vote.urn()))
    vote.run("certified", "published")
    vote.further()
    vote.finish(chosen=[range(2, 11)] * 4 + [[2, 3, 11]])
    body = json.loads(vote.round.notice.body)
    assert body["tally"]["imported"] is False
    assert (body["rounds"][0]["imported"], body["rounds"][0]["proof"]) == (True, "slips")
    for name in ("notice", "minutes", "result"):
        assert Client().get(f"/en/2018/{name}/").content.decode().count(PROVEN[CountProof.SLIPS]) == 1


def test_whoever_certifies_is_another_scrutineer_here_too():
    vote = with_imported_count()
    for user, refusal in ((vote.clerk, counts.SamePerson), (vote.presiding, counts.NotAScrutineer)):
        with pytest.raises(refusal):
            proofs.certify_with_slips(round_=vote.round, slips=vote.slips[:3], by=user, at=vote.later())
    with pytest.raises(keys.SlipsRefused):
        proofs.certify_with_slips(
            round_=vote.round, slips=vote.slips[:2], by=vote.scrutineer, at=vote.later()
        )
    with pytest.raises(urn_files.NotACount):
        proofs.certify_with_file(round_=vote.round, text="[]", by=vote.scrutineer, at=vote.later())


# --------------------------------------------------------------------------------------------------- the urn leaves


def test_the_urn_leaves_only_where_somebody_says_so_and_the_journal_names_them():
    vote = make_vote(until="closed", delegates=3, ballots=[[1]] * 3)
    clerk = client_of(vote.clerk)
    page = clerk.get(f"{COUNT_PAGE}?file=urn")
    assert page["Content-Type"].startswith("text/html")
    assert clerk.post(COUNT_PAGE, {"do": "urn"}).status_code == 422
    assert client_of(vote.presiding).post(COUNT_PAGE, {"do": "urn", "confirm": "on"}).status_code == 403
    assert not JournalEntry.objects.filter(act=Act.URN_TAKEN).exists()
    answer = clerk.post(COUNT_PAGE, {"do": "urn", "confirm": "on"})
    assert URN.read(answer.content.decode())["ballots"]
    assert "no-store" in answer["Cache-Control"]
    entry = JournalEntry.objects.get(act=Act.URN_TAKEN)
    assert (entry.actor, entry.data["root"]) == (vote.clerk, vote.round.seal.root)


def test_the_urn_of_a_count_that_needs_no_proof_leaves_no_more():
    for until in ("open", "counted", "certified", "published"):
        with transaction.atomic():
            vote = make_vote(until=until, delegates=3, ballots=[[1]] * 3)
            with pytest.raises(StepNotAllowed):
                vote.urn()
            answer = client_of(vote.scrutineer).post(CERTIFY_PAGE, {"do": "urn", "confirm": "on"})
            assert answer.status_code in {403, 409}
            transaction.set_rollback(True)
    vote = with_imported_count()
    assert vote.urn(by=vote.scrutineer)
    vote.run("certified")
    with pytest.raises(StepNotAllowed):
        vote.urn(by=vote.scrutineer)


# --------------------------------------------------------------------------------------------- the database holds it


def test_the_database_knows_no_other_proof():
    vote = with_imported_count()
    with pytest.raises(IntegrityError), transaction.atomic():
        Certification.objects.create(
            tally=vote.tally, certified_by=vote.scrutineer, certified_at=vote.later(), proof="word"
        )


def test_forged_files_differ_only_in_what_the_ballots_say():
    """The forger of these tests is as good as one can be without a slip."""
    vote = make_vote(until="closed", delegates=6, candidates=3, seats=2, ballots=[[1, 2]] * 4 + [[3]])
    true, forged = COUNT.read(offline_count(vote, vote.urn())), COUNT.read(forged_count(vote.round))
    same = {key for key in true["working"] if true["working"][key] == forged["working"][key]}
    assert {"format", "definition", "key", "urn", "attendance", "paper"} <= same

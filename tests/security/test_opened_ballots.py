"""What a changed script, a copyist or an insider handed in: void, published as such, and never a stop of the count.

F43, F44, S4, S8, S10, S12 of TRUST.md at the count. A test ballot with the bytes of a ballot that was cast is opened by
nobody: published beside its receipt it would tell somebody's vote.

Guards ``voting.count.opening``, ``voting.domain.vote.counts`` and ``voting.domain.vote.rounds``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from accounts.roles import Kind
from tests.factories import Vote, make_vote
from tests.offline import imported, offline_count
from tests.sealed import cast_bytes, encoded, sealed, tried_bytes
from tests.security.test_urn import attack
from voting.count import sealing
from voting.count.formats.files import COUNT, RECOUNT, URN
from voting.count.formats.notice import NOTICE
from voting.count.formats.working import PATTERNS, WORKING
from voting.domain.core.journal import first_break
from voting.domain.vote import counts, keys, proofs, urn_files
from voting.models import JournalEntry, SealedBallot, Tally, UrnSeal
from voting.recount import unseal
from voting.recount.__main__ import recount_text
from voting.states import Act, RoundStatus

pytestmark = pytest.mark.django_db

TEN = [1] * 10


def with_bit(plain: bytes) -> bytes:
    """Return a ballot that says it is the sub-group's, as a delegate's own script could write it."""
    return bytes((plain[0], plain[1] | 0x80)) + plain[2:]


def flipped(blob: bytes, place: int, bit: int = 1) -> bytes:
    return blob[:place] + bytes((blob[place] ^ bit,)) + blob[place + 1 :]


def of_another_key(vote: Vote) -> bytes:
    key = sealing.load_public_key(sealing.public_key(sealing.new_seed()).raw)
    return sealing.seal(key, encoded(vote, TEN), info=b"")


#: What stands in the urn, and why it is void.
BYTES: dict[str, tuple[Callable[[Vote], bytes], str]] = {
    "random": (lambda vote: secrets.token_bytes(len(sealed(vote, encoded(vote, TEN)))), "malformed"),
    "nothing": (lambda _vote: b"", "malformed"),
    "one byte": (lambda _vote: b"\x00", "malformed"),
    "cut": (lambda vote: sealed(vote, encoded(vote, TEN))[:-1], "malformed"),
    "lengthened": (lambda vote: sealed(vote, encoded(vote, TEN)) + b"\x00", "malformed"),
    "one bit": (lambda vote: flipped(sealed(vote, encoded(vote, TEN)), 700), "malformed"),
    "another key": (of_another_key, "malformed"),
    "the group's bit": (lambda vote: sealed(vote, with_bit(encoded(vote, TEN))), "malformed"),
    "no ballot": (lambda vote: sealed(vote, b"for number 3, Zhang"), "malformed"),
    "another version": (lambda vote: sealed(vote, b"\x02" + encoded(vote, TEN)[1:]), "malformed"),
    "another type": (lambda vote: sealed(vote, b"\x01\x02" + encoded(vote, TEN)[2:]), "malformed"),
    "something behind": (lambda vote: sealed(vote, encoded(vote, TEN)[:-1] + b"\x01"), "malformed"),
    "a mark there is not": (lambda vote: sealed(vote, encoded(vote, [7])), "malformed"),
    "too many marks": (lambda vote: sealed(vote, encoded(vote, [1] * 11)), "over_vote"),
}


@pytest.mark.parametrize(("made", "reason"), BYTES.values(), ids=BYTES.keys())
def test_whatever_is_in_the_urn_is_counted_void_and_published(made: Callable[[Vote], bytes], reason: str):
    vote = make_vote(delegates=4, ballots=[range(1, 11), [3]])
    cast_bytes(vote, 2, made(vote))
    tried = tried_bytes(vote, sealed(vote, encoded(vote, [0, 1])))
    vote.run("closed")
    offline = COUNT.read(offline_count(vote, vote.urn()))
    vote.run("counted", "certified", "published")
    working = WORKING.read(vote.tally.working)
    assert (offline["working"], offline["patterns"]) == (working, PATTERNS.read(vote.tally.patterns))
    body = NOTICE.read(vote.round.notice.body)
    for ballots in (body["ballots"], working["outcome"], working["channels"]["online"]):
        assert [ballots[name] for name in ("returned", "valid", "void")] == [3, 2, 1]
        assert {name: number for name, number in ballots["void_reasons"].items() if number} == {reason: 1}
    assert [item["for"] for item in body["items"]] == [1, 1, 2, *[1] * 7, 0, 0]
    assert body["tests"] == [{"hash": tried, "marks": [0, 1, *[0] * 10]}]
    for file in (urn_files.public_file(vote.round), urn_files.recount_file(vote.round)):
        report = recount_text(file)
        assert report.agrees, report.to_dict()["disagreements"]
    assert first_break(vote.cycle) is None


def test_s12_f43_another_rounds_ballot_in_the_urn_is_void():
    vote = make_vote(delegates=2, ballots=[range(1, 11)])
    other = make_vote(delegates=2, slug="2019", kind=Kind.DEMO)
    cast_bytes(other, 0, bytes(SealedBallot.objects.get(round=vote.round).blob))
    cast_bytes(other, 1, sealed(other, encoded(other, TEN), of=vote.round))
    other.run("closed", "counted")
    assert WORKING.read(other.tally.working)["outcome"]["void_reasons"]["malformed"] == 2


def test_a_second_threshold_is_counted_by_the_rolls_word_and_never_by_the_ballots():
    vote = make_vote(delegates=10, ballots=[range(1, 11)] * 6, group=5, preset="shigu")
    cast_bytes(vote, 6, sealed(vote, encoded(vote, TEN)), in_group=False)
    cast_bytes(vote, 7, sealed(vote, with_bit(encoded(vote, TEN))), in_group=False)
    vote.run("closed")
    offline = COUNT.read(offline_count(vote, vote.urn()))
    vote.run("counted")
    working = WORKING.read(vote.tally.working)
    assert offline["working"] == working
    outcome = working["outcome"]
    assert outcome["group"] is not None
    assert (outcome["group"]["returned"], outcome["group"]["valid"]) == (5, 5)
    assert (outcome["valid"], outcome["void_reasons"]["malformed"]) == (7, 1)
    assert recount_text(urn_files.recount_file(vote.round)).agrees


def test_s8_the_rolls_word_beside_a_ballot_is_sealed_with_it(opened: list[bytes]):
    """Whoever owns the database lets two ballots change places: as many are the sub-group's, and others."""
    vote = make_vote(delegates=10, group=5, preset="shigu")
    for place in range(10):
        cast_bytes(vote, place, sealed(vote, encoded(vote, TEN if place < 5 else [])), in_group=place < 5)
    vote.run("closed")
    urn = URN.read(vote.urn())
    groups = [1 - (word or 0) for word in urn["groups"]]
    opened.clear()
    with pytest.raises(unseal.NotUnsealed):
        unseal.count(urn | {"groups": groups}, keys.rebuild_seed(round_=vote.round, slips=vote.slips[:3]))
    attack("UPDATE voting_sealedballot SET in_group = NOT in_group")
    for act in (lambda: vote.run("counted"), vote.urn):
        with pytest.raises(counts.UrnDamaged):
            act()
    assert not opened
    with pytest.raises((CommandError, SystemExit)):
        call_command("verify")


def test_an_unreadable_ballot_of_a_member_is_one_of_the_sub_groups():
    vote = make_vote(delegates=10, ballots=[range(1, 11)] * 2, group=5, preset="shigu")
    cast_bytes(vote, 2, b"rubbish", in_group=True)
    vote.run("closed", "counted", "certified", "published")
    group = NOTICE.read(vote.round.notice.body)["group"]
    assert group is not None
    assert (group["returned"], group["valid"]) == (3, 2)
    for file in (urn_files.public_file(vote.round), urn_files.recount_file(vote.round)):
        assert recount_text(file).agrees


# -------------------------------------------------------------------------------------------------- before the count


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The blobs that anything opens with a private key, in their order."""
    blobs: list[bytes] = []
    real = sealing.unseal

    def spy(key, blob: bytes, *, info: bytes) -> bytes:
        blobs.append(blob)
        return real(key, blob, info=info)

    monkeypatch.setattr(sealing, "unseal", spy)
    return blobs


CHANGES = {
    "flipped": "UPDATE voting_sealedballot SET blob = set_byte(blob, 600, get_byte(blob, 600) # 1)",
    "dropped": "DELETE FROM voting_sealedballot WHERE id = (SELECT id FROM voting_sealedballot LIMIT 1)",
    "test flipped": "UPDATE voting_testballot SET blob = set_byte(blob, 600, get_byte(blob, 600) # 1)",
    "test dropped": "DELETE FROM voting_testballot",
    "test added": "INSERT INTO voting_testballot (id, round_id, blob)"
    " SELECT gen_random_uuid(), round_id, 'x' FROM voting_urnseal",
    "ballot made a test": "WITH gone AS (DELETE FROM voting_sealedballot RETURNING id, round_id, blob)"
    " INSERT INTO voting_testballot (id, round_id, blob) SELECT id, round_id, blob FROM gone",
}


@pytest.mark.parametrize("name", CHANGES)
def test_s8_what_changed_since_the_close_is_told_by_the_root_before_anything_is_opened(
    name: str, opened: list[bytes]
):
    change = CHANGES[name]
    refusal = counts.TestsDamaged if name.startswith("test") else counts.UrnDamaged
    vote = make_vote(delegates=3, ballots=[[1], [2]])
    tried_bytes(vote, sealed(vote, encoded(vote, TEN)))
    vote.run("closed")
    opened.clear()
    attack(change)
    for act in (lambda: vote.run("counted"), vote.urn):
        with pytest.raises(refusal):
            act()
    assert not opened
    assert not Tally.objects.exists()
    assert vote.round.status == RoundStatus.CLOSED


@pytest.mark.parametrize(
    "column", ["tests = tests + 1", "test_root = repeat('0', 64)", "by_server = by_server + 1"]
)
def test_f18_the_seal_of_the_test_ballots_is_the_journals(column: str):
    vote = make_vote(until="closed", delegates=3, ballots=[[1]])
    attack(f"UPDATE voting_urnseal SET {column}")
    for act in (lambda: vote.run("counted"), vote.urn):
        with pytest.raises(counts.FiguresChanged):
            act()


# ------------------------------------------------------------------------------------------------- copied ballots


@pytest.mark.parametrize("is_first", [True, False], ids=["before it is cast", "after it was cast"])
def test_f43_a_test_ballot_with_the_bytes_of_a_cast_one_is_opened_by_nobody(
    is_first: bool, opened: list[bytes]
):
    """An insider copies the urn into the table of test ballots, or what comes over the wire before it is cast."""
    vote = make_vote(delegates=3)
    blob = sealed(vote, encoded(vote, [0, 0, 1]))
    if is_first:
        tried_bytes(vote, blob)
    copied = cast_bytes(vote, 0, blob)
    if not is_first:
        tried_bytes(vote, blob)
    true = tried_bytes(vote, sealed(vote, encoded(vote, [1])))
    cast_bytes(vote, 1, sealed(vote, encoded(vote, TEN)))
    vote.run("closed")
    assert JournalEntry.objects.get(act=Act.ROUND_CLOSED).data["copied"] == 1
    urn = URN.read(vote.urn())
    assert base64.b64encode(blob).decode() not in urn["tests"]
    assert [each["hash"] for each in COUNT.read(offline_count(vote, URN.write(urn)))["working"]["tests"]] == [
        true
    ]
    opened.clear()
    vote.run("counted", "certified", "published")
    assert opened.count(blob) == 1, "it is opened once, among all the others, as a ballot of the urn"
    texts = {
        "working": vote.tally.working,
        "notice": vote.round.notice.body,
        "recount": json.dumps(RECOUNT.read(urn_files.recount_file(vote.round))["working"]),
    }
    for name, text in texts.items():
        assert [each["hash"] for each in json.loads(text)["tests"]] == [true], name
        assert copied not in text, name


def test_f43_a_copy_in_the_file_of_the_urn_is_not_opened_offline_either(opened: list[bytes]):
    """Whoever hands the file over writes a ballot of the urn among the tests, with every number and root made anew."""
    vote = make_vote(until="closed", delegates=3, ballots=[[1], [2]])
    urn = URN.read(vote.urn())
    urn["tests"] = urn["ballots"][:1]
    hashes = [hashlib.sha256(base64.b64decode(urn["ballots"][0])).digest()]
    urn["facts"]["urn"] |= {"tests": 1, "test_root": unseal.root_of(hashes)}
    seed = unseal.rebuild(vote.slips[:3], needed=3, key=urn["facts"]["key"])
    opened.clear()
    with pytest.raises(unseal.NotUnsealed, match="test ballots"):
        unseal.count(urn, seed)
    assert not opened


#: One byte in each part of a sealed ballot: ML-KEM, X25519 (its last bit is passed over by the curve), text, tag.
@pytest.mark.parametrize(("place", "bit"), [(0, 1), (1087, 1), (1088, 1), (1119, 0x80), (1120, 1), (-1, 1)])
def test_f43_a_ballot_that_is_a_cast_one_but_for_one_bit_cannot_be_read(place: int, bit: int):
    vote = make_vote(delegates=3)
    blob = sealed(vote, encoded(vote, [0, 0, 1]))
    cast_bytes(vote, 0, blob)
    copied = tried_bytes(vote, flipped(blob, place % len(blob), bit))
    vote.run("closed", "counted")
    assert WORKING.read(vote.tally.working)["tests"] == [{"hash": copied, "marks": None}]


# --------------------------------------------------------------------------------------------------- test ballots


def test_f44_a_test_ballot_says_what_was_sealed_whatever_was_marked():
    vote = make_vote(delegates=3, ballots=[[1], [1]])
    marks = {
        tried_bytes(vote, sealed(vote, encoded(vote, [0, 1, 1]))): [0, 1, 1, *[0] * 9],
        tried_bytes(vote, sealed(vote, encoded(vote, [1] * 11))): [1] * 11 + [0],
        tried_bytes(vote, sealed(vote, encoded(vote, []))): [0] * 12,
        tried_bytes(vote, secrets.token_bytes(1200)): None,
    }
    vote.run("closed", "counted", "certified", "published")
    body = NOTICE.read(vote.round.notice.body)
    assert {each["hash"]: each["marks"] for each in body["tests"]} == marks
    assert [each["hash"] for each in body["tests"]] == sorted(marks)
    assert (body["urn"]["tests"], body["ballots"]["returned"]) == (4, 2), "they are counted nowhere"
    assert recount_text(urn_files.public_file(vote.round)).agrees


def test_s10_test_ballots_and_receipts_tell_no_choice_that_was_cast():
    """Two sessions that differ in one choice publish the same, but for the votes and what is random."""
    shapes = []
    for kind, chosen in ((Kind.OFFICIAL, [1]), (Kind.REHEARSAL, [2])):
        vote = make_vote(delegates=3, ballots=[chosen, [1], [2]], kind=kind)
        tried_bytes(vote, sealed(vote, encoded(vote, [0, 0, 1])))
        vote.run("closed", "counted", "certified", "published")
        file = json.loads(urn_files.public_file(vote.round))
        [test] = file["notice"]["tests"]
        assert test["hash"] not in file["hashes"]
        shapes.append((sorted(file["notice"]), test["marks"], len(file["hashes"])))
    assert shapes[0] == shapes[1]


def test_an_imported_count_has_the_test_ballots_that_were_sealed_and_is_proven_with_them():
    vote = make_vote(delegates=3, ballots=[[1], [2]])
    tried_bytes(vote, sealed(vote, encoded(vote, [0, 1])))
    vote.run("closed")
    text = offline_count(vote, vote.urn())
    for change in ([], [{"hash": "0" * 64, "marks": None}]):
        file = json.loads(text)
        file["working"]["tests"] = change
        with pytest.raises(urn_files.CountDiffers):
            imported(vote, json.dumps(file))
    file = json.loads(text)
    file["working"]["tests"][0]["marks"] = [1, *[0] * 11]
    imported(vote, json.dumps(file))
    with pytest.raises(proofs.ProofDiffers):
        vote.run("certified")


def test_a_seal_from_before_there_were_test_ballots_says_nothing_of_them():
    vote = make_vote(until="closed", delegates=3, ballots=[[1], [2]])
    attack("UPDATE voting_urnseal SET by_server = NULL, test_root = ''")
    names = "- 'tests' - 'test_root' - 'by_server' - 'group_root'"
    attack(f"UPDATE voting_journalentry SET data = data {names} WHERE act = 'round_closed'")
    assert counts.facts_of(vote.round)["urn"] == {
        "ballots": 2, "root": UrnSeal.objects.get(round=vote.round).root,
    }  # fmt: skip
    assert "tests" not in URN.read(vote.urn())
    vote.run("counted")
    assert "tests" not in WORKING.read(vote.tally.working)
    seed = keys.rebuild_seed(round_=vote.round, slips=vote.slips[:3])
    facts = counts.facts_of(vote.round)
    assert counts.count_urn(round_=vote.round, facts=facts, seed=seed).text == vote.tally.working
    vote.run("certified", "published")
    body = NOTICE.read(vote.round.notice.body)
    assert "tests" not in body
    assert {*body["urn"]} == {"ballots", "root"}
    for file in (urn_files.public_file(vote.round), urn_files.recount_file(vote.round)):
        assert recount_text(file).agrees

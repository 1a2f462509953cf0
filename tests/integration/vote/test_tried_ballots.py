"""Test ballots where people meet them: result, notice, count report, minutes, receipt page, list of hashes, `verify`.

Guards ``voting.read_models.vote.tried_ballots``, ``voting.read_models.vote.tried_blocks`` and
``voting.domain.vote.receipts``.
"""

from __future__ import annotations

import io
import secrets
from dataclasses import replace

import pypdf
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.translation import override

from tests.factories import Vote, make_vote
from tests.sealed import encoded, sealed, tried_bytes
from tests.security.test_urn import attack
from voting.count.counting import (
    BallotType,
    Base,
    BlankBallot,
    Comparator,
    Floor,
    Rule,
    Scoring,
    ShortfallRule,
    TieRule,
    UnderVote,
)
from voting.count.formats.files import PUBLIC
from voting.count.formats.notice import NOTICE
from voting.count.formats.working import WORKING
from voting.domain.vote import receipts
from voting.domain.vote.urn_files import public_file
from voting.models import TestBallot, UrnSeal
from voting.read_models.vote.tried_ballots import marks_in_words
from voting.text import booth_script

HALF = Floor(base=Base.ALL, numerator=1, denominator=2, comparator=Comparator.MORE_THAN)
UP_TO = Rule(
    ballot_type=BallotType.UP_TO, seats=2, floor=HALF, blank=BlankBallot.VALID, tie_rule=TieRule.LOT,
    shortfall_rule=ShortfallRule.STAY_EMPTY,
)  # fmt: skip
PER_ITEM = replace(UP_TO, ballot_type=BallotType.PER_ITEM)


@pytest.mark.parametrize(
    ("rule", "marks", "words"),
    [
        (UP_TO, [1, 0, 1], "For: 4, 9"),
        (UP_TO, [0, 0, 0], "nothing marked"),
        (UP_TO, [1, 1, 1], "For: 4, 7, 9 (void as a ballot: more marks than allowed)"),
        (UP_TO, [1, 0, 9], "For: 4; another mark: 9 (void as a ballot: cannot be read)"),
        (UP_TO, None, "cannot be read"),
        (replace(UP_TO, blank=BlankBallot.VOID), [0, 0, 0], "nothing marked"),
        (PER_ITEM, [2, 1, 3], "For: 7; Against: 4; Abstain: 9"),
        (PER_ITEM, [0, 1, 0], "For: 7"),
        (
            replace(UP_TO, ballot_type=BallotType.EXACTLY, under=UnderVote.VOID),
            [1, 0, 0],
            "For: 4 (void as a ballot: fewer marks than required)",
        ),
        (
            replace(UP_TO, ballot_type=BallotType.RANKING, scoring=Scoring.POINTS),
            [2, 0, 1],
            "place 1: project 9; place 2: project 4",
        ),
        (replace(UP_TO, ballot_type=BallotType.WHOLE_REPORT, seats=3), [2, 2, 2], "Against"),
        (
            replace(UP_TO, ballot_type=BallotType.WHOLE_REPORT, seats=3),
            [1, 1, 2],
            "For: 4, 7; Against: 9 (void as a ballot: cannot be read)",
        ),
        (
            replace(UP_TO, ballot_type=BallotType.GRADES, seats=3, satisfied_floor=HALF),
            [1, 4, 2],
            "Satisfied: 4; Basically satisfied: 7; Unsatisfied: 9",
        ),
    ],
)
def test_a_test_ballot_says_in_words_what_was_sealed(rule: Rule, marks: list[int] | None, words: str):
    with override("en"):
        assert marks_in_words(marks, [4, 7, 9], rule) == words


@pytest.fixture
def vote(db: None) -> Vote:
    vote = make_vote(delegates=4, ballots=[[1], [2]], candidates=3, seats=2)
    for plain in (encoded(vote, [1, 1]), encoded(vote, [])):
        tried_bytes(vote, sealed(vote, plain))
    TestBallot.objects.create(round=vote.round, blob=secrets.token_bytes(1200))
    return vote


def test_every_paper_lists_the_test_ballots_by_receipt_with_what_they_say(vote: Vote):
    vote.run("closed", "counted", "certified", "published")
    shown = {
        receipts.friendly(each["hash"]): each["marks"] for each in WORKING.read(vote.tally.working)["tests"]
    }
    words = {"[1, 1, 0]": "For: 1, 2", "[0, 0, 0]": "nothing marked", "None": "cannot be read"}
    client = Client()
    for page in ("result", "notice", "report", "minutes"):
        text = " ".join(client.get(f"/en/2018/{page}/").content.decode().split())
        assert "Ballots sealed on the delegates' own devices: 0; by the server: 2." in text.replace(
            "&#x27;", "'"
        ), page
        assert "3 test ballots were made; 1 of them could not be read, and none is counted." in text, page
        if page == "minutes":
            assert "3 test ballots were sealed too." in text
            continue
        for receipt, marks in shown.items():
            row = text.split(receipt)[1].split("</dd>")[0]
            assert words[str(marks)] in row, page
    assert (
        "Objections of those who made test ballots: ____" in client.get("/en/2018/report/").content.decode()
    )
    for paper in ("notice", "report"):
        pdf = pypdf.PdfReader(io.BytesIO(client.get(f"/en/2018/{paper}.pdf").content))
        text = "".join("".join(page.extract_text() for page in pdf.pages).split())
        assert all(receipt in text for receipt in shown), paper
        assert "For:1,2" in text


def test_certifiers_see_the_test_ballots_before_anything_is_published(vote: Vote):
    vote.run("closed", "counted")
    client = Client()
    client.force_login(vote.scrutineer, backend="django.contrib.auth.backends.ModelBackend")
    text = client.get("/en/admin/vote/2018/certify/").content.decode()
    for each in WORKING.read(vote.tally.working)["tests"]:
        assert receipts.friendly(each["hash"]) in text


def test_the_receipt_of_a_test_ballot_is_known_from_the_close_and_says_its_words_with_the_notice(vote: Vote):
    tried = tried_bytes(vote, sealed(vote, encoded(vote, [0, 0, 1])))
    typed = {"receipt": receipts.friendly(tried)}
    cast = {"receipt": vote.receipts[0].friendly}
    client = Client()

    def answer(fields: dict[str, str]) -> str:
        return " ".join(client.post("/en/receipt/", fields).content.decode().split())

    assert "in no sealed urn yet" in answer(typed)
    vote.run("closed")
    for _point in ("closed", "counted", "certified"):
        text = answer(typed)
        assert "This is the receipt of a test ballot." in text
        assert "It is opened with the count" in text
        assert "What was sealed" not in text
        if vote.round.status != "certified":
            vote.run("counted" if vote.round.status == "closed" else "certified")
    vote.run("published")
    assert "What was sealed: <b>For: 3</b>" in answer(typed)
    assert "test ballot" not in answer(cast).split("<main")[1].split("<form")[0]
    assert "in no sealed urn." in answer({"receipt": receipts.friendly("5a" * 32)})


def test_the_public_list_of_hashes_has_the_test_ballots_apart(vote: Vote):
    vote.run("closed")
    lines = Client().get("/2018/urn.txt").content.decode().splitlines()
    assert len([line for line in lines if not line.startswith("#")]) == 2
    seal = UrnSeal.objects.get(round=vote.round)
    assert f"# root of the test ballots {seal.test_root}" in lines
    assert len([line for line in lines if line.startswith("# test ballot ")]) == 3


def test_the_hash_of_the_script_stands_where_anybody_can_compare_it(vote: Vote):
    script = booth_script.integrity()
    assert script in Client().get("/en/secrecy/").content.decode().replace("&#x2B;", "+")
    vote.run("closed", "counted", "certified", "published")
    assert NOTICE.read(vote.round.notice.body)["round"]["booth"] == script
    assert PUBLIC.read(public_file(vote.round))["notice"]["round"]["booth"] == script


def test_verify_finds_a_test_ballot_that_changed(vote: Vote, capsys: pytest.CaptureFixture[str]):
    vote.run("closed")
    attack("DELETE FROM voting_testballot WHERE id = (SELECT id FROM voting_testballot LIMIT 1)")
    with pytest.raises((CommandError, SystemExit)):
        call_command("verify")
    assert "test ballots" in capsys.readouterr().out


def test_a_round_from_before_there_were_test_ballots_says_nothing_of_them(db: None):
    vote = make_vote(until="closed", delegates=3, ballots=[[1], [2]])
    attack("UPDATE voting_urnseal SET by_server = NULL, test_root = ''")
    names = "- 'tests' - 'test_root' - 'by_server' - 'group_root'"
    attack(f"UPDATE voting_journalentry SET data = data {names} WHERE act = 'round_closed'")
    vote.run("counted", "certified", "published")
    for page in ("result", "notice", "report", "minutes"):
        text = Client().get(f"/en/2018/{page}/").content.decode()
        assert "test ballot" not in text
        assert "by the server" not in text

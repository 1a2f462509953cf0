"""Sealed ballots on their way: cast, copied, cut, tested, sent twice (BOOTH.md §2, §3; TRUST.md F42, F43).

Guards ``voting.domain.vote.casting`` and ``voting.domain.vote.urn_statement``.
"""

from __future__ import annotations

import base64
import re
import secrets

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.kept_sessions import KeptSession
from accounts.roles import Kind
from tests.factories import Vote, make_vote
from tests.integration.vote.test_ballot_pages import (
    BALLOT,
    CAST,
    REVIEW,
    enter,
    fields,
    in_urn,
    marked,
    receipts,
)
from tests.pages import text_of as text
from voting.count import sealing
from voting.count.choices import encode
from voting.domain.vote import casting, urn_statement
from voting.domain.vote.ballots import (
    MOST_TESTS,
    AlreadyCast,
    CopiedBallot,
    NotPresent,
    NotSealed,
    RoundNotOpen,
)
from voting.domain.vote.casting import cast_sealed, open_booth
from voting.domain.vote.definitions import sealing_info
from voting.models import SealedBallot, ServerSealed, TestBallot

pytestmark = pytest.mark.django_db
TEST, KEPT, AGAIN = "/ballot/test/", "/ballot/kept/", "/ballot/sign-in/"
TEN = list(range(1, 11))


@pytest.fixture
def vote() -> Vote:
    return make_vote(delegates=3, kind=Kind.DEMO)


def sealed_on_a_device(vote: Vote, chosen: list[int]) -> bytes:
    """What a device makes of the choice, with nothing but what its page has."""
    booth = open_booth(vote.round.pk)
    marks = [int(number in chosen) for number in booth.definition.numbers]
    plain = encode(marks, ballot_type=booth.definition.ballot_type, items=len(marks))
    return sealing.seal(sealing.load_public_key(booth.raw_key), plain, info=booth.info)


def form_of(client, blob: bytes, sealer: str = "device") -> dict[str, object]:
    return {
        "ticket": fields(client.get(BALLOT))["ticket"],
        "sealed": base64.b64encode(blob).decode(),
        "sealer": sealer,
    }


def test_the_form_of_the_review_casts_sealed_bytes_and_nothing_else(client, vote):
    enter(client, vote)
    page = client.post(REVIEW, marked(client, [2, 5])).content.decode()
    cast_form = re.search(r'(?s)<form id="cast-form".*?</form>', page)[0]
    names = re.findall(r'<input[^>]*\sname="(\w+)"', cast_form)
    assert sorted(names) == ["csrfmiddlewaretoken", "sealed", "sealer", "ticket"]
    values = {name: re.search(rf'name="{name}" value="([^"]*)"', cast_form)[1] for name in names}
    assert receipts(client.post(CAST, values)) == re.findall(r'aria-label="((?:\w{4}-){7}\w{4})"', page)
    assert in_urn(vote) == [(0, 1, 0, 0, 1, *(0,) * 7)]
    assert ServerSealed.objects.get().ballots == 1


def test_a_ballot_that_a_device_sealed_is_cast_as_it_is(client, vote):
    enter(client, vote)
    blob = sealed_on_a_device(vote, [1, 12])
    assert client.post(CAST, form_of(client, blob)).status_code == 200
    assert bytes(SealedBallot.objects.get().blob) == blob
    assert in_urn(vote) == [(1, *(0,) * 10, 1)]
    assert not ServerSealed.objects.exists()


@pytest.mark.parametrize("name", ["cut", "longer", "empty", "no base64", "much longer"])
def test_what_is_no_whole_sealed_ballot_is_refused_and_nothing_is_stored(client, vote, name):
    enter(client, vote)
    blob = sealed_on_a_device(vote, [1])
    form = form_of(client, blob)
    wrong = {
        "cut": base64.b64encode(blob[:-1]).decode(),
        "longer": base64.b64encode(blob + b"0").decode(),
        "empty": "",
        "no base64": "第一号" * 20,
        "much longer": base64.b64encode(blob * 30).decode(),
    }
    for address in (CAST, TEST):
        page = client.post(address, form | {"sealed": wrong[name]})
        assert page.status_code == 422
        assert "没有带来完整的密封表决票" in text(page)
    assert not SealedBallot.objects.exists()
    assert not TestBallot.objects.exists()
    assert not vote.round.roll.filter(voted=True).exists()
    assert client.post(CAST, form).status_code == 200


def test_f43_the_sealed_bytes_of_another_are_not_cast_again(client, vote):
    blob = sealed_on_a_device(vote, TEN)
    enter(client, vote, 0)
    client.post(CAST, form_of(client, blob))
    enter(client, vote, 1)
    for address in (CAST, TEST):
        page = client.post(address, form_of(client, blob))
        assert page.status_code == 422
        assert "同一张密封的表决票此前已经交过" in text(page)
    assert SealedBallot.objects.count() == 1
    assert not TestBallot.objects.exists()
    assert not vote.round.roll.get(delegate=vote.delegates[1]).voted
    assert client.post(CAST, form_of(client, sealed_on_a_device(vote, TEN))).status_code == 200


def test_f43_where_both_come_at_once_the_database_refuses_the_second(vote, monkeypatch):
    """Neither statement saw the other's ballot: the unique index does, and the roll's line stays as it was."""
    blob = sealed_on_a_device(vote, TEN)
    first, second = vote.round.roll.order_by("pk")[:2]
    cast_sealed(entry_id=first.pk, round_id=vote.round.pk, blob=blob)
    blind = {key: sql.replace(urn_statement._NEW, "true") for key, sql in urn_statement._CASTS.items()}
    assert blind != urn_statement._CASTS
    monkeypatch.setattr(urn_statement, "_CASTS", blind)
    with pytest.raises(CopiedBallot), transaction.atomic():
        cast_sealed(entry_id=second.pk, round_id=vote.round.pk, blob=blob)
    second.refresh_from_db()
    assert not second.voted
    with pytest.raises(IntegrityError), transaction.atomic():
        SealedBallot.objects.create(round=vote.round, blob=blob)


def test_f43_what_was_made_a_test_ballot_is_never_cast(client, vote):
    enter(client, vote)
    blob = sealed_on_a_device(vote, TEN)
    assert client.post(TEST, form_of(client, blob)).status_code == 200
    page = client.post(CAST, form_of(client, blob))
    assert page.status_code == 422
    assert "同一张密封的表决票此前已经交过" in text(page)
    assert not SealedBallot.objects.exists()


def test_bytes_of_another_round_and_random_ones_are_taken_unseen(vote):
    """What the server cannot see it cannot judge: the count does. Their length alone is known."""
    length = open_booth(vote.round.pk).length
    for entry, blob in zip(vote.round.roll.all(), [secrets.token_bytes(length)], strict=False):
        assert cast_sealed(entry_id=entry.pk, round_id=vote.round.pk, blob=blob)


@pytest.mark.parametrize("candidates", [1, 12, 62, 63])
def test_the_length_of_a_sealed_ballot_is_told_by_the_round(candidates):
    vote = make_vote(delegates=1, candidates=candidates, seats=1)
    booth = open_booth(vote.round.pk)
    blob = casting.seal_choice(round_id=vote.round.pk, chosen={})
    assert len(blob) == booth.length == 1088 + 32 + (64 if candidates <= 62 else 128) + 16


# ------------------------------------------------------------------------------------------------- test ballots


def test_a_test_ballot_is_kept_with_nobody_and_the_vote_goes_on(client, vote):
    enter(client, vote)
    reviewed = client.post(REVIEW, marked(client, [3, 4]))
    tested = client.post(TEST, fields(reviewed))
    assert tested.status_code == 200
    assert "您还没有投票" in text(tested)
    assert receipts(tested) == receipts(reviewed)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'voting_testballot' ORDER BY 1"
        )
        assert [name for (name,) in cursor.fetchall()] == ["blob", "id", "round_id"]
    assert not SealedBallot.objects.exists()
    assert not vote.round.roll.filter(voted=True).exists()
    back = client.post(BALLOT, fields(tested))
    assert fields(back)["mark"] == ["3", "4"], "the server sealed, so the form has the marks"
    again = client.post(REVIEW, fields(back))
    assert receipts(again) != receipts(reviewed)
    assert client.post(CAST, fields(again)).status_code == 200


def test_a_test_ballot_of_a_device_carries_no_marks(client, vote):
    enter(client, vote)
    tested = client.post(TEST, form_of(client, sealed_on_a_device(vote, [1])))
    assert set(fields(tested)) == {"ticket"}
    assert f'href="{BALLOT}"' in tested.content.decode()


def test_three_test_ballots_a_sign_in_and_one_sent_twice_is_one(client, vote):
    enter(client, vote)
    for _each in range(MOST_TESTS):
        form = form_of(client, sealed_on_a_device(vote, [1]))
        for _time in "first", "again":
            assert client.post(TEST, form).status_code == 200
    assert TestBallot.objects.count() == MOST_TESTS
    assert KeptSession.objects.get().tests == MOST_TESTS
    page = client.post(TEST, form_of(client, sealed_on_a_device(vote, [1])))
    assert page.status_code == 422
    assert "已作 3 张试票" in text(page)
    assert TestBallot.objects.count() == MOST_TESTS
    enter(client, vote)
    assert client.post(TEST, form_of(client, sealed_on_a_device(vote, [1]))).status_code == 200


def test_the_session_is_counted_up_in_a_transaction_of_its_own(client, vote):
    """A test ballot that had its transaction in common with the session would say whose it is."""
    enter(client, vote)
    client.post(TEST, form_of(client, sealed_on_a_device(vote, [1])))
    statements = urn_statement._TEST
    assert "accounts_session" not in statements


def test_nobody_who_may_not_vote_makes_a_test_ballot(client, vote):
    enter(client, vote)
    form = form_of(client, sealed_on_a_device(vote, [1]))
    client.post("/leave/")
    assert client.post(TEST, form).status_code == 403
    enter(client, vote)
    vote.close()
    assert client.post(TEST, form).status_code == 409
    with pytest.raises(RoundNotOpen):
        casting.make_test_ballot(
            round_id=vote.round.pk, blob=base64.b64decode(form["sealed"]), session=client.session.shown
        )
    assert not TestBallot.objects.exists()


# --------------------------------------------------------------------------------------------- told the truth


def test_f42_other_bytes_of_the_same_delegate_are_told_that_they_were_not_cast(client, vote):
    enter(client, vote)
    other = form_of(client, sealed_on_a_device(vote, [4, 7]))
    client.post(CAST, form_of(client, sealed_on_a_device(vote, [1, 2])))
    page = client.post(CAST, other)
    assert page.status_code == 409
    assert "本页的选择没有投出。票箱里是您此前投出的表决票" in text(page)
    assert in_urn(vote) == [(1, 1, *(0,) * 10)]


def test_f6_nobody_is_told_of_a_ballot_that_is_not_theirs(client, vote):
    blob = sealed_on_a_device(vote, TEN)
    enter(client, vote, 0)
    client.post(CAST, form_of(client, blob))
    enter(client, vote, 1)
    form = form_of(client, blob)
    assert client.post(CAST, form).status_code == 422
    assert (
        casting.own_receipt(
            entry_id=vote.round.roll.get(delegate=vote.delegates[1]).pk, round_id=vote.round.pk, blob=blob
        )
        is None
    )


def test_f41_a_sealed_ballot_comes_through_a_lost_session_and_a_new_sign_in(client, vote):
    enter(client, vote)
    form = form_of(client, sealed_on_a_device(vote, [2, 5]))
    KeptSession.objects.all().delete()
    lost = client.post(CAST, form)
    assert lost.status_code == 403
    assert "密封" in text(lost)
    number = vote.delegates[0].number
    slip = {"number": number, "code": vote.codes[number]}
    kept = client.post(AGAIN, form | slip)
    assert kept.status_code == 200
    assert "您密封的表决票已保留" in text(kept)
    again = {name: values[0] for name, values in fields(kept).items()}
    assert again["sealed"] == form["sealed"]
    english = client.post(f"/en{KEPT}", again)
    assert receipts(english) == receipts(kept)
    assert receipts(client.post(CAST, again)) == receipts(kept)
    assert in_urn(vote) == [(0, 1, 0, 0, 1, *(0,) * 7)]


def test_f8_a_sealed_ballot_of_another_is_not_kept_for_the_next(client, vote):
    enter(client, vote)
    form = form_of(client, sealed_on_a_device(vote, [2, 5]))
    enter(client, vote, 1)
    for address in (KEPT, CAST, TEST):
        assert client.post(address, form).status_code == 403
    assert not SealedBallot.objects.exists()


def test_the_sub_groups_word_comes_from_the_roll_and_never_from_the_bytes():
    vote = make_vote(
        delegates=10,
        group=5,
        group_name="人大代表",
        group_base="all",
        group_numerator=1,
        group_denominator=2,
        group_comparator="ge",
    )
    definition = open_booth(vote.round.pk).definition
    entries = {entry.in_group: entry for entry in vote.round.roll.order_by("pk")}
    for in_group, entry in entries.items():
        plain = encode([1] * 12, ballot_type=definition.ballot_type, items=12, in_group=not in_group)
        blob = sealing.seal(
            sealing.load_public_key(bytes(vote.round.public_key)), plain, info=sealing_info(vote.round)
        )
        cast_sealed(entry_id=entry.pk, round_id=vote.round.pk, blob=blob)
        assert SealedBallot.objects.get(blob=blob).in_group is in_group


def test_without_a_second_threshold_no_ballot_says_of_whom_it_is():
    vote = make_vote(delegates=3, group=2)
    vote.cast(0, TEN)
    assert SealedBallot.objects.get().in_group is None


def test_why_a_cast_is_refused(vote):
    """Each reason by itself, of bytes that are whole."""
    blob = sealed_on_a_device(vote, TEN)
    entry = vote.round.roll.first()
    with pytest.raises(NotSealed):
        cast_sealed(entry_id=entry.pk, round_id=vote.round.pk, blob=blob[1:])
    with pytest.raises(NotPresent):
        cast_sealed(entry_id=0, round_id=vote.round.pk, blob=blob)
    cast_sealed(entry_id=entry.pk, round_id=vote.round.pk, blob=blob)
    with pytest.raises(AlreadyCast):
        cast_sealed(entry_id=entry.pk, round_id=vote.round.pk, blob=sealed_on_a_device(vote, TEN))

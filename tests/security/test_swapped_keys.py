"""F32: whoever writes the database puts another key in place; nobody opens, seals to it or closes with it.

Guards ``voting.domain.vote.tried_keys``.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.factories import Vote, make_vote
from tests.pages import text_of
from voting.count import sealing
from voting.domain.vote import ballots, casting, counts, tried_keys
from voting.domain.vote.key_slips import SlipsRefused
from voting.models import Round, SealedBallot
from voting.states import Act, RoundStatus

pytestmark = pytest.mark.django_db
OTHER = sealing.public_key(sealing.new_seed())


def write(vote: Vote, **fields: object) -> None:
    """Write into the round's row as somebody does who has the database, its rules out of the way."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Round.objects.filter(pk=vote.round.pk).update(**fields)
        cursor.execute("SET LOCAL session_replication_role = origin")


SWAPS: dict[str, Callable[[Vote], None]] = {
    "key and fingerprint": lambda v: write(v, public_key=OTHER.raw, key_fingerprint=OTHER.fingerprint),
    "fingerprint alone": lambda v: write(v, key_fingerprint=OTHER.fingerprint),
    "key alone": lambda v: write(v, public_key=OTHER.raw),
    "what vouches for it": lambda v: write(v, key_mac="0" * 64),
    "nothing vouches for it": lambda v: write(v, key_mac=""),
    "key with the vouching of another round": lambda v: write(v, **of_another_round()),
}


def of_another_round() -> dict[str, object]:
    other = make_vote(until="ready", delegates=3, slug="2017").round
    return {name: getattr(other, name) for name in ("public_key", "key_fingerprint", "key_mac")}


@pytest.mark.parametrize("swap", SWAPS)
def test_a_swapped_key_opens_no_vote(swap):
    vote = make_vote(until="ready", delegates=3)
    SWAPS[swap](vote)
    with pytest.raises(tried_keys.KeySwapped):
        vote.open_vote()
    assert vote.round.status == RoundStatus.READY


def test_the_two_updates_of_the_attack_open_no_vote():
    """To "keyed" with another key and back to "ready": the table's rules alone let that pass."""
    vote = make_vote(until="ready", delegates=3)
    Round.objects.filter(pk=vote.round.pk).update(
        status="keyed", public_key=OTHER.raw, key_fingerprint=OTHER.fingerprint
    )
    Round.objects.filter(pk=vote.round.pk).update(status="ready")
    with pytest.raises(tried_keys.KeySwapped):
        vote.open_vote()


@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize("swap", SWAPS)
def test_no_ballot_is_sealed_to_a_swapped_key(swap, cached):
    vote = make_vote(until="open", delegates=3)
    if cached:
        vote.cast(0, [1])
    cast = SealedBallot.objects.count()
    SWAPS[swap](vote)
    if cached and swap == "key alone":
        vote.cast(1, [1])  # a process that knows the key goes on sealing to it
        assert casting._booths[vote.round.pk].key_fingerprint == vote.round.key_fingerprint
        return
    with pytest.raises(ballots.SealedToAnother):
        vote.cast(1, [1])
    assert SealedBallot.objects.count() == cast
    assert not vote.round.roll.get(delegate=vote.delegates[1]).voted


@pytest.mark.parametrize("swap", SWAPS)
def test_a_swapped_key_does_not_stop_the_close_and_the_journal_says_so(swap):
    """Closing seals nothing to the key; else one UPDATE would keep the urn open for ever."""
    vote = make_vote(until="open", delegates=3)
    SWAPS[swap](vote)
    vote.close()
    assert vote.round.status == RoundStatus.CLOSED
    assert vote.cycle.journal.get(act=Act.ROUND_CLOSED).data["key_doubted"] is True


def test_a_vote_is_closed_and_counted_after_secret_key_was_lost(settings):
    """A restore without the old environment: the slips are the key's, whatever recognised them."""
    vote = make_vote(until="open", delegates=3, ballots=[[1], [2], [1]])
    settings.SECRET_KEY = "another" * 10
    vote.close()
    assert counts.count_round(round_=vote.round, slips=vote.slips[1:4], by=vote.clerk, at=vote.later())
    assert vote.tally.round_id == vote.round.pk


def test_slips_of_another_key_are_refused_with_or_without_secret_key(settings):
    vote = make_vote(until="closed", delegates=3)
    other = sealing.split(sealing.new_seed(), needed=3, issued=5)
    for key in settings.SECRET_KEY, "another" * 10:
        settings.SECRET_KEY = key
        with pytest.raises(SlipsRefused) as refused:
            counts.count_round(round_=vote.round, slips=other[:3], by=vote.clerk, at=vote.later())
        assert [fault.place for fault in refused.value.faults] == [1, 2, 3]


def test_the_closed_journal_of_a_sound_key_doubts_nothing():
    vote = make_vote(until="closed", delegates=3)
    assert "key_doubted" not in vote.cycle.journal.get(act=Act.ROUND_CLOSED).data


@pytest.mark.parametrize(("language", "sentence", "to_delegate"), [
    ("", "与监票人制作并试用的密钥不同", "您的表决票未投出"),
    ("/en", "is not the one that the scrutineers made and tried", "Your ballot was not cast"),
])  # fmt: skip
def test_the_clerk_and_the_delegate_are_told(language, sentence, to_delegate, client: Client, monkeypatch):
    vote = make_vote(until="open", delegates=3)
    SWAPS["key and fingerprint"](vote)
    clerk = Client()
    clerk.force_login(vote.clerk, backend="django.contrib.auth.backends.ModelBackend")
    for page in ("/admin/", "/admin/vote/2018/close/"):
        assert sentence in text_of(clerk.get(f"{language}{page}")), page
    assert sentence in text_of(clerk.post(f"{language}/admin/vote/2018/close/", {"confirm": "on"}))
    vote.sign_in(client)
    ticket = client.get(f"{language}/ballot/").context["ticket"]
    answer = client.post(f"{language}/ballot/cast/", {"ticket": ticket, "sealed": "AAAA"})
    assert answer.status_code == 422
    assert to_delegate in text_of(answer)

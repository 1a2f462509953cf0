"""What ends a person's access ends their sessions, and a cast that loads no account refuses whoever has none.

Guards ``accounts.kept_sessions``, ``accounts.sessions``, ``accounts.prepared``, ``voting.domain.vote.electors`` and
``voting.domain.vote.urn_statement``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.codes import issue_codes, void_code
from accounts.kept_sessions import KeptSession
from accounts.models import User
from accounts.roles import Role
from accounts.sessions import Shown, stored_key
from tests.factories import Vote, make_vote
from tests.integration.vote.test_ballot_pages import BALLOT, CAST, REVIEW, enter
from tests.integration.vote.test_ballot_types import sent, ticket
from voting.domain.core.people import change_person
from voting.domain.vote.ballots import (
    NotPresent,
    Receipt,
    SessionOver,
    TooManyMarks,
)
from voting.domain.vote.casting import cast_ballot
from voting.domain.vote.electors import elector_now
from voting.domain.vote.urn_statement import Leaving
from voting.models import RollEntry, SealedBallot

pytestmark = pytest.mark.django_db

TEN = tuple(range(1, 11))


def user_of(vote: Vote, place: int = 0) -> User:
    return User.objects.get(pk=vote.delegates[place].user_id)


def signed_in(vote: Vote, place: int = 0) -> Client:
    client = Client()
    assert enter(client, vote, place).status_code == 302
    return client


def shown_by(client: Client) -> Shown:
    return Shown(stored_key(client.cookies[settings.SESSION_COOKIE_NAME].value))


def leave_with(vote: Vote, client: Client, chosen: tuple[int, ...] = TEN, *, place: int = 0) -> Receipt:
    """Cast as the page does it, for the delegate at that place, in the session of that browser."""
    shown, user = shown_by(client), vote.delegates[place].user_id
    entry = vote.round.roll.get(delegate=vote.delegates[place])
    leaving = Leaving(shown.key, user, shown.proof(user))
    return cast_ballot(entry_id=entry.pk, round_id=entry.round_id, chosen=chosen, leaving=leaving)


def bar(vote: Vote) -> None:
    change_person(
        user=user_of(vote), name="x", unit="", may_sign_in=False, by=None, at=vote.later(), role=Role.DELEGATE
    )


def change_role(vote: Vote) -> None:
    user = user_of(vote)
    user.role = Role.NONE
    user.save(update_fields=["role"])


ENDS: dict[str, Callable[[Vote], object]] = {
    "the code is voided": lambda vote: void_code(vote.delegates[0]),
    "another code is issued": lambda vote: issue_codes([vote.delegates[0]]),
    "the keeper bars the account": bar,
    "the role is changed": change_role,
    "the whole account is saved": lambda vote: user_of(vote).save(),
    "many are shut at once": lambda vote: vote.cycle.congress.users.update(is_active=False),
    "many are given other secrets": lambda vote: User.objects.bulk_update([user_of(vote)], ["password"]),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_the_access_ends_the_sessions(end: str):
    vote = make_vote(delegates=3)
    client = signed_in(vote)
    assert KeptSession.objects.filter(user_id=vote.delegates[0].user_id).count() == 1
    ENDS[end](vote)
    assert not KeptSession.objects.filter(user_id=vote.delegates[0].user_id).exists()
    assert client.get(BALLOT).status_code == 302


def test_what_ends_ones_access_ends_no_other_session_and_another_change_ends_none():
    vote = make_vote(delegates=3)
    first, second = signed_in(vote, 0), signed_in(vote, 1)
    User.objects.filter(pk=vote.delegates[0].user_id).update(name="x")
    user = user_of(vote)
    user.save(update_fields=["name"])
    assert first.get(BALLOT).status_code == 200
    void_code(vote.delegates[0])
    assert second.get(BALLOT).status_code == 200


@pytest.mark.parametrize(
    "end",
    [each for each in ENDS if each not in {"the whole account is saved", "many are given other secrets"}],
)
def test_a_session_that_outlived_its_code_casts_nothing(end: str):
    """As when a code is voided while its sign-in is under way: the row is written after the voiding looked for it."""
    vote = make_vote(delegates=3)
    client = signed_in(vote)
    form = sent(client.post(REVIEW, ticket(client) | {"mark": ["1"]}))
    (row,) = KeptSession.objects.all()
    ENDS[end](vote)
    row.save(force_insert=True)
    assert elector_now(shown_by(client)) is None
    with pytest.raises(SessionOver):
        leave_with(vote, client)
    assert client.get(BALLOT).status_code in {302, 403}, "signed out, or no delegate"
    assert client.post(CAST, form).status_code == 403
    assert not SealedBallot.objects.exists()
    assert not RollEntry.objects.filter(voted=True).exists()


def over(row: KeptSession, vote: Vote) -> None:
    row.expire_date = timezone.now() - timedelta(seconds=1)


def of_another(row: KeptSession, vote: Vote) -> None:
    row.user_id = vote.delegates[1].user_id


@pytest.mark.parametrize("change", [over, of_another])
def test_a_row_that_somebody_changed_in_the_database_is_nobodys(change: Callable[[KeptSession, Vote], None]):
    """Whoever writes the database, and has the ticket of another, does not cast for them by the own cookie."""
    vote = make_vote(delegates=3)
    client = signed_in(vote)
    (row,) = KeptSession.objects.all()
    change(row, vote)
    row.secret = User.objects.get(pk=row.user_id).password
    row.save()
    assert elector_now(shown_by(client)) is None
    for place in (0, 1):
        with pytest.raises(SessionOver):
            leave_with(vote, client, place=place)
    assert not SealedBallot.objects.exists()


def test_nobody_casts_the_ballot_of_another_entry_in_the_own_session():
    vote = make_vote(delegates=3)
    client = signed_in(vote)
    shown, user = shown_by(client), vote.delegates[0].user_id
    entry = vote.round.roll.get(delegate=vote.delegates[1])
    with pytest.raises(SessionOver):
        cast_ballot(
            entry_id=entry.pk,
            round_id=entry.round_id,
            chosen=TEN,
            leaving=Leaving(shown.key, user, shown.proof(user)),
        )
    assert not SealedBallot.objects.exists()


def test_a_cast_ends_its_own_session_and_no_other():
    vote = make_vote(delegates=3)
    client, elsewhere, other = signed_in(vote), signed_in(vote), signed_in(vote, 1)
    leave_with(vote, client)
    assert not KeptSession.objects.filter(session_key=shown_by(client).key).exists()
    assert KeptSession.objects.filter(session_key=shown_by(elsewhere).key).exists()
    assert other.get(BALLOT).status_code == 200


def test_a_refused_ballot_ends_no_session():
    vote = make_vote(delegates=3, present=2)
    client, absent = signed_in(vote), signed_in(vote, 2)
    form = ticket(client) | {"mark": [str(number) for number in range(1, 12)]}
    assert client.post(CAST, form).status_code == 422
    with pytest.raises(NotPresent):
        leave_with(vote, absent, place=2)
    for each in (client, absent):
        assert KeptSession.objects.filter(session_key=shown_by(each).key).exists()
    assert not SealedBallot.objects.exists()


def test_too_many_marks_are_refused_before_anything_is_asked(django_assert_num_queries):
    vote = make_vote(delegates=3, ballots=[[1]])
    client = signed_in(vote, 1)
    leave = Leaving(shown_by(client).key, 0, "")
    entry = vote.round.roll.get(delegate=vote.delegates[1])
    cast = partial(cast_ballot, entry_id=entry.pk, round_id=entry.round_id, leaving=leave)
    with pytest.raises(TooManyMarks):
        cast(chosen=range(1, 12))  # what a process asks once is asked
    with django_assert_num_queries(0), pytest.raises(TooManyMarks):
        cast(chosen=range(1, 12))


def test_signing_in_takes_one_question_and_one_row(django_assert_num_queries):
    vote = make_vote(delegates=3)
    client = signed_in(vote)  # what a process asks once is asked
    with django_assert_num_queries(2):
        enter(client, vote, 1)
    assert KeptSession.objects.count() == 1, "the session before on this device is over"


def test_the_row_of_a_sign_in_locks_nobodys_account():
    """A lock stays in the locked row as the number of its transaction: a trace of when somebody signed in."""
    assert not [each for each in KeptSession._meta.get_fields() if each.is_relation]

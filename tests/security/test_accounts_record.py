"""The journal of a congress about its staff: who signed in and what was done to the accounts; of delegates nothing.

Guards ``voting.domain.core.journal``, ``voting.admin.core.accounts_record``, ``voting.models.core.congress_journal``.
"""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.attempts import MOST_WRONG_PASSWORDS, WINDOW
from accounts.models import User
from accounts.roles import Kind, Role
from tests.factories import NOW, PASSWORD, CongressFactory, UserFactory, make_vote
from tests.integration.vote.test_ballot_pages import enter
from tests.security.test_crawl import BACKEND
from tests.security.test_second_factor import enrolled
from voting.domain.core import people
from voting.domain.core.journal import (
    GENESIS,
    digest_of_congress_entry,
    first_break_of_congress,
    record_of_congress,
)
from voting.domain.core.second_factor import give_up, note_rest, renew_codes
from voting.models import CongressEntry
from voting.states import CongressAct

pytestmark = pytest.mark.django_db
PAGE = "/admin/sign-ins/"


def looking(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def acts_on(user: User) -> list[tuple[str, str]]:
    entries = CongressEntry.objects.filter(subject=user).order_by("sequence")
    return [(entry.act, entry.actor.username if entry.actor else "") for entry in entries]


def test_everything_that_is_done_to_an_account_is_recorded():
    keeper = UserFactory(role=Role.KEEPER, username="keeper")
    acting = {"by": keeper, "at": NOW}
    newcomer = people.Newcomer("甲", Role.CLERK, "jia-one")
    user = people.enter_people(congress=keeper.congress, people=[newcomer], **acting)[0].user
    people.change_person(user=user, name="甲", unit="", may_sign_in=True, **acting)  # nothing is other
    people.change_person(user=user, name="乙", unit="", may_sign_in=False, **acting)
    people.change_person(user=user, name="乙", unit="", may_sign_in=True, **acting)
    people.renew_password(user, **acting)
    user.refresh_from_db()
    enrolled(user)
    renew_codes(by=user, at=NOW)
    give_up(by=user, at=NOW)
    enrolled(user)
    people.reset_second_factor(user, **acting)
    kept, own = "keeper", "jia-one"
    assert acts_on(user) == [
        (CongressAct.ACCOUNT_ENTERED, kept),
        (CongressAct.ACCOUNT_CHANGED, kept),
        (CongressAct.SIGN_IN_BARRED, kept),
        (CongressAct.SIGN_IN_ALLOWED, kept),
        (CongressAct.PASSWORD_GIVEN, kept),
        (CongressAct.FACTOR_ENROLLED, own),
        (CongressAct.RECOVERY_RENEWED, own),
        (CongressAct.FACTOR_REMOVED, own),
        (CongressAct.FACTOR_ENROLLED, own),
        (CongressAct.FACTOR_RESET, kept),
        (CongressAct.PASSWORD_GIVEN, kept),
    ]
    assert first_break_of_congress(keeper.congress) is None


def test_a_sign_in_and_the_own_password_are_recorded_without_an_address():
    user = UserFactory(role=Role.CLERK)
    client = Client()
    sent = {"username": user.username, "password": PASSWORD, "next": "/admin/"}
    client.post("/admin/login/", {**sent, "password": "wrong"}, REMOTE_ADDR="203.0.113.7")
    assert acts_on(user) == []
    client.post("/admin/login/", sent, REMOTE_ADDR="203.0.113.7")
    own = {"old_password": PASSWORD, "new_password1": "wahl-und-tal-17", "new_password2": "wahl-und-tal-17"}
    client.post("/admin/password_change/", own)
    assert acts_on(user) == [
        (CongressAct.SIGNED_IN, user.username),
        (CongressAct.PASSWORD_CHANGED, user.username),
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM voting_congressentry t")
        assert not any("203.0.113.7" in row for (row,) in cursor.fetchall())


def test_f29_when_a_delegate_signs_in_leaves_no_entry():
    vote = make_vote(until="open", delegates=2)
    enter(Client(), vote, 0)
    delegate = vote.delegates[0].user
    for by, subject in (delegate, delegate), (vote.clerk, delegate), (delegate, vote.clerk):
        told = record_of_congress(
            congress=vote.cycle.congress, act=CongressAct.SIGNED_IN, by=by, subject=subject, at=NOW
        )
        assert told is None
    assert not CongressEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_belongs_to_the_transaction_of_its_act():
    with pytest.raises(transaction.TransactionManagementError):
        record_of_congress(congress=None, act=CongressAct.SIGNED_IN, by=None, subject=None, at=NOW)


def chain_of_three() -> User:
    keeper = UserFactory(role=Role.KEEPER)
    for number in range(3):
        people.enter_people(
            congress=keeper.congress,
            people=[people.Newcomer("甲", Role.CLERK, f"one-{number}")],
            by=keeper,
            at=NOW,
        )
    return keeper


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE voting_congressentry SET data = '{}' WHERE sequence = 2",
        "UPDATE voting_congressentry SET at = at + interval '1 second' WHERE sequence = 2",
        "UPDATE voting_congressentry SET act = 'rest_begun' WHERE sequence = 2",
        "UPDATE voting_congressentry SET actor_id = NULL WHERE sequence = 2",
        "UPDATE voting_congressentry SET subject_id = NULL WHERE sequence = 2",
        "UPDATE voting_congressentry SET digest = repeat('0', 64) WHERE sequence = 2",
        "DELETE FROM voting_congressentry WHERE sequence = 2",
    ],
)
def test_tampering_is_found_at_its_entry_and_said_on_the_page(statement: str):
    keeper = chain_of_three()
    assert first_break_of_congress(keeper.congress) is None
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert first_break_of_congress(keeper.congress) == 2
    assert looking(keeper).get(PAGE).context["broken"] == 2


def test_an_entry_rewritten_with_its_digest_is_found_at_the_next():
    keeper = chain_of_three()
    entry = CongressEntry.objects.get(sequence=2)
    entry.data = {"forged": True}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        CongressEntry.objects.filter(pk=entry.pk).update(
            data=entry.data, digest=digest_of_congress_entry(entry)
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert first_break_of_congress(keeper.congress) == 3


def test_the_page_looks_at_its_own_entries_and_their_links_alone(monkeypatch):
    """A journal of years is not hashed at every look at its newest page."""
    keeper = chain_of_three()
    monkeypatch.setattr("voting.admin.core.accounts_record.A_PAGE", 2)
    hashed = []
    monkeypatch.setattr(
        "voting.domain.core.journal.digest_of_congress_entry",
        lambda entry: hashed.append(entry.sequence) or digest_of_congress_entry(entry),
    )
    client = looking(keeper)
    assert client.get(PAGE).context["broken"] is None
    assert hashed == [2, 3]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        CongressEntry.objects.filter(sequence=1).update(digest="0" * 64)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert client.get(PAGE).context["broken"] == 2, "the link to the page before does not fit"
    assert client.get(f"{PAGE}?page=2").context["broken"] == 1


@pytest.mark.parametrize("where", ["sign-in", "second person"])
def test_a_rest_is_recorded_wherever_the_passwords_were_typed_and_once_in_a_while(where: str):
    vote = make_vote(until="open", delegates=2)
    victim = vote.presiding
    client = looking(vote.clerk)
    for network in range(3):
        for number in range(MOST_WRONG_PASSWORDS):
            sent = {"second_name": victim.username, "second_password": f"wrong {number}", "confirm": "on"}
            page = "/admin/vote/2018/close/"
            if where == "sign-in":
                sent, page = {"username": victim.username, "password": f"wrong {number}"}, "/admin/login/"
                client = Client()
            client.post(page, sent, REMOTE_ADDR=f"203.0.113.{network * 70}")
    assert acts_on(victim) == [(CongressAct.REST_BEGUN, "")]
    note_rest(victim.username, at=timezone.now() + WINDOW + timezone.timedelta(seconds=1))
    assert acts_on(victim) == [(CongressAct.REST_BEGUN, "")] * 2


def test_the_chain_holds_when_the_congress_gets_another_address():
    keeper = chain_of_three()
    keeper.congress.slug = "another"
    keeper.congress.save()
    assert first_break_of_congress(keeper.congress) is None


@pytest.mark.parametrize("of_installation", [True, False])
def test_a_number_and_a_predecessor_stand_once_in_a_chain(of_installation: bool):
    congress = None if of_installation else CongressFactory()
    same = {"act": CongressAct.SIGNED_IN, "at": NOW, "digest": "1" * 64, "congress": congress}
    CongressEntry.objects.create(sequence=1, previous=GENESIS, **same)
    for sequence, previous in (1, "2" * 64), (2, GENESIS):
        with pytest.raises(IntegrityError), transaction.atomic():
            CongressEntry.objects.create(sequence=sequence, previous=previous, **same)


@pytest.mark.parametrize("role", Role.values)
def test_the_keeper_and_the_scrutineers_see_the_record_of_their_congress_and_nobody_else_does(role: str):
    keeper = chain_of_three()
    may = role in {Role.KEEPER, Role.SCRUTINEER, Role.CHIEF}
    answer = looking(UserFactory(role=role)).get(PAGE)
    assert answer.status_code == (
        200 if may else 403 if role not in {Role.NONE, Role.DELEGATE, Role.RESIDENT} else 302
    )
    stranger = looking(UserFactory(role=Role.SCRUTINEER, kind=Kind.DEMO)).get(PAGE).content.decode()
    assert "one-1" not in stranger
    assert ("one-1" in answer.content.decode()) == may
    assert keeper.congress is not None


def test_the_keeper_of_the_installation_sees_that_of_the_installation():
    chain_of_three()
    user = UserFactory(role=Role.KEEPER, congress=None)
    with transaction.atomic():
        record_of_congress(congress=None, act=CongressAct.SIGNED_IN, by=user, subject=user, at=NOW)
    shown = looking(user).get(PAGE)
    assert [entry.subject for entry in shown.context["page"]] == [user]


def test_one_person_alone_and_page_by_page(monkeypatch):
    keeper = chain_of_three()
    one = User.objects.get(username="one-1")
    shown = looking(keeper).get(PAGE, {"person": str(one.pk)})
    assert [entry.subject for entry in shown.context["page"]] == [one]
    monkeypatch.setattr("voting.admin.core.accounts_record.A_PAGE", 2)
    pages = [looking(keeper).get(PAGE, {"page": str(page)}).context["page"] for page in (1, 2)]
    assert [[entry.sequence for entry in page] for page in pages] == [[3, 2], [1]]
    for odd in "x", "9" * 30, "-1":
        assert looking(keeper).get(PAGE, {"person": odd, "page": odd}).status_code == 200


def test_the_ways_to_it():
    keeper, scrutineer = UserFactory(role=Role.KEEPER), UserFactory(role=Role.SCRUTINEER)
    way = f'href="{reverse("admin:accounts_record")}"'
    assert way in looking(keeper).get(reverse("admin:people")).content.decode()
    assert way in looking(scrutineer).get("/admin/").content.decode()
    assert way not in looking(UserFactory(role=Role.CLERK)).get("/admin/").content.decode()

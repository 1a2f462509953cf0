"""What the database holds of a session opens none: neither read nor written (TRUST.md §5).

Guards ``accounts.sessions``.
"""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.kept_sessions import KeptSession
from accounts.models import User
from accounts.roles import Role
from accounts.sessions import SessionStore, new_cookie, stored_key
from tests.factories import UserFactory, make_vote
from tests.security.test_crawl import BACKEND

pytestmark = pytest.mark.django_db


def at_work(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    assert client.get("/admin/").status_code == 200
    return client


def cookie_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def with_cookie(key: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def test_whoever_reads_the_database_alone_has_nobodys_cookie():
    known = cookie_of(at_work(UserFactory(role=Role.SCRUTINEER)))
    assert with_cookie(known).get("/admin/").status_code == 200
    for row in KeptSession.objects.all():
        assert known not in f"{row.session_key} {row.session_data}"
        assert with_cookie(row.session_key).get("/admin/").status_code == 302


def test_whoever_writes_the_database_cannot_put_anothers_session_under_the_own_cookie():
    own, others = at_work(UserFactory(role=Role.CLERK)), at_work(UserFactory(role=Role.SCRUTINEER))
    theirs = KeptSession.objects.get(session_key=stored_key(cookie_of(others)))
    KeptSession.objects.filter(session_key=stored_key(cookie_of(own))).update(
        session_data=theirs.session_data
    )
    assert own.get("/admin/").status_code == 302
    assert others.get("/admin/").status_code == 200


def test_a_session_ends_with_its_sign_out_and_when_it_is_over():
    client = at_work(UserFactory(role=Role.CLERK))
    key = cookie_of(client)
    assert SessionStore().exists(key)
    client.post("/admin/logout/")
    assert not SessionStore().exists(key)
    assert not KeptSession.objects.exists()
    over = at_work(UserFactory(role=Role.CLERK))
    KeptSession.objects.update(expire_date=timezone.now() - timezone.timedelta(seconds=1))
    assert over.get("/admin/").status_code == 302
    call_command("clearsessions")
    assert not KeptSession.objects.exists()


def test_a_session_keeps_what_is_put_into_it_under_a_new_key():
    session = SessionStore()
    session["kept"] = 1
    session.save()
    before = session.session_key
    session.cycle_key()
    assert SessionStore(session.session_key)["kept"] == 1
    assert not SessionStore().exists(before)
    assert KeptSession.objects.count() == 1


def test_a_delegates_row_holds_no_moment_of_the_sign_in_f29(monkeypatch):
    """Neither its end nor what it is signed with: rows of two sign-ins at two moments say the same."""
    vote = make_vote(delegates=2)
    user = vote.delegates[0].user
    told = []
    monkeypatch.setattr("accounts.sessions.secrets.token_hex", lambda _bytes: "k" * 40)
    for second in (5, 1700):
        monkeypatch.setattr(time, "time", lambda second=second: 1_790_000_000.0 + second)
        SessionStore().begin(user)
        told.append(KeptSession.objects.values_list("session_data", "secret", "proof").get())
        KeptSession.objects.all().delete()
    assert told[0] == told[1]
    data = SessionStore(new_cookie()).decode(told[0][0])
    assert data["_auth_user_id"] == str(user.pk)


@pytest.mark.django_db(transaction=True)
def test_a_sign_in_does_not_wait_for_the_disk_and_leaves_the_ballots_waiting():
    def waits() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return str(cursor.fetchone()[0])

    user = UserFactory(role=Role.DELEGATE)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    seen = []
    with transaction.atomic():
        first = SessionStore()
        first.begin(user)
        seen.append(waits())
    seen.append(waits())
    with transaction.atomic():  # the one before ends with it
        SessionStore(first.session_key).begin(user)
        seen.append(waits())
    assert seen == ["off", "on", "on"]

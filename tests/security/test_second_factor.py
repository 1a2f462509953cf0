"""The second factor of staff: without it nobody who has one, or must have one, does anything.

Guards ``accounts.second_factor``, ``accounts.authenticators``, ``voting.admin.core.second_factor``,
``voting.domain.core.second_factor``, ``voting.forms.core.second_factor``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from typing import Any
from unittest import mock

import pytest
from django.conf import settings as configured
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken

from accounts import second_factor
from accounts.authenticators import Authenticator, RecoveryCodes, authenticator_key
from accounts.models import User
from accounts.roles import Kind, Role
from accounts.second_factor import PROVEN, TooSoon, WrongFactor, prove
from tests.factories import NOW, PASSWORD, UserFactory, make_vote
from tests.integration.core.test_verbs import WORLDS, pages
from tests.security.test_crawl import BACKEND, addresses, database
from voting.admin.core.verbs import VerbPage
from voting.domain.core import second_factor as verbs
from voting.forms.core.steps import OWN_CODE, TICK
from voting.models import CongressEntry, JournalEntry
from voting.states import CongressAct

pytestmark = pytest.mark.django_db
LOGIN, STEP, PAGE = "/admin/login/", "/admin/login/code/", "/admin/second-factor/"
#: What a session that is not all the way in may ask for, beside the pages that everybody sees.
ON_THE_WAY = (LOGIN, STEP, PAGE, "/admin/password_change/", "/admin/logout/")
KEY = "11" * 20


@pytest.fixture(autouse=True)
def a_half_minute_begins() -> Iterator[None]:
    """Begin each test with a new code of the apps: between two looks at one app it never becomes another."""
    shown, before = time.time, second_factor.STEP - time.time() % second_factor.STEP

    def told() -> float:
        return shown() + before

    with mock.patch("time.time", told):
        yield


def code_at(user: User, steps: int = 0, key: str = KEY) -> str:
    """Return what the person's app shows so many half minutes from now."""
    totp = TOTP(authenticator_key(user.pk, key), second_factor.STEP, 0, second_factor.DIGITS)
    totp.time = time.time() + steps * second_factor.STEP
    return f"{totp.token():06d}"


def enrolled(user: User) -> list[str]:
    """Give the person an app, as of a while ago, and return the recovery codes."""
    codes = verbs.set_up(key=KEY, code=code_at(user), by=user, at=NOW)
    Authenticator.objects.filter(user=user).update(last_t=-1)
    return codes


def sign_in(user: User, password: str = PASSWORD, **data: str) -> tuple[Client, HttpResponse]:
    client = Client()
    return client, client.post(
        LOGIN, {"username": user.username, "password": password, "next": "/admin/", **data}
    )


def session_of(client: Client) -> SessionStore:
    return client.session


def prove_long_ago(client: Client) -> None:
    session = client.session
    session[PROVEN] = int(time.time()) - second_factor.FRESH - 1
    session.save()


def signed_in(user: User) -> Client:
    client, _answer = sign_in(user)
    assert client.post(STEP, {"code": code_at(user)}).status_code == 302
    return client


def test_the_app_is_set_up_with_a_code_and_the_recovery_codes_are_shown_once():
    user = UserFactory(role=Role.CLERK)
    client, _answer = sign_in(user)
    before = database()
    shown = unescape(client.get(PAGE).content.decode())
    assert database() == before, "a look writes nothing but the session"
    key = session_of(client)["second-factor-key"]
    assert second_factor.key_to_type(user, key) in shown
    assert client.get(PAGE).content.decode().count(second_factor.key_to_type(user, key)) == 1, (
        "the same until it is set up"
    )
    wrong = client.post(
        PAGE, {"do": "enrol", "code": "000000" if code_at(user, key=key) != "000000" else "000001"}
    )
    assert wrong.status_code == 422
    assert not User.objects.get(pk=user.pk).has_second_factor
    done = client.post(PAGE, {"do": "enrol", "code": code_at(user, key=key)})
    codes = re.findall(r'<li class="code">([^<]+)</li>', done.content.decode())
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert codes[0] not in client.get(PAGE).content.decode()
    assert client.get("/admin/").status_code == 200, "who set it up is all the way in"
    stored = " ".join(StaticToken.objects.values_list("token", flat=True))
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)
    with pytest.raises(WrongFactor):
        prove(user, code_at(user, key=key))  # the code that set it up signs nobody in


def test_the_database_alone_does_not_hold_what_the_app_holds(settings):
    user = UserFactory()
    enrolled(user)
    device = Authenticator.objects.get(user=user)
    assert bytes.fromhex(device.key) != device.bin_key
    known = device.bin_key
    settings.SECRET_KEY = "another key of another server, fifty characters long"
    assert device.bin_key != known


def test_what_is_stored_for_one_person_fits_nobody_else():
    """Whoever writes the database copies the own rows, app and recovery codes, onto a scrutineer's."""
    own, scrutineer = UserFactory(role=Role.CLERK), UserFactory(role=Role.SCRUTINEER)
    codes = enrolled(own)
    verbs.set_up(key="22" * 20, code=code_at(scrutineer, key="22" * 20), by=scrutineer, at=NOW)
    shown = code_at(own)
    Authenticator.objects.filter(user=scrutineer).update(key=KEY, last_t=-1)
    StaticToken.objects.filter(device__user=scrutineer).delete()
    StaticToken.objects.filter(device__user=own).update(device=RecoveryCodes.objects.get(user=scrutineer))
    for code in shown, codes[0]:
        with pytest.raises(WrongFactor):
            prove(scrutineer, code)
    prove(own, shown)


def test_after_the_password_nobody_is_signed_in_until_the_code_is_right():
    user = UserFactory(role=Role.CLERK)
    enrolled(user)
    client, answer = sign_in(user)
    assert answer["Location"].endswith(STEP)
    assert "_auth_user_id" not in client.session
    assert client.post(STEP, {"code": "12"}).status_code == 422
    assert "_auth_user_id" not in client.session
    Authenticator.objects.update(throttling_failure_count=0)
    before = client.cookies["sessionid"].value
    assert client.post(STEP, {"code": code_at(user)})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert client.cookies["sessionid"].value != before, "a fresh session key"


@pytest.mark.parametrize("how", ["password alone", "session of before", "must have one"])
def test_who_is_not_all_the_way_in_reaches_no_page(how: str, settings):
    vote = make_vote(until="published", delegates=2, ballots=[range(1, 11)] * 2)
    user = vote.clerk
    known = JournalEntry.objects.count()
    for address in addresses():
        if not address.startswith("/admin/") or address in ON_THE_WAY:
            continue
        client = Client()
        if how == "must have one":
            settings.SECOND_FACTOR_REQUIRED = True
        elif not user.has_second_factor:
            enrolled(user)
        if how == "password alone":
            sign_in_half(client, user)
        else:
            client.force_login(user, backend=BACKEND)
        for answer in client.get(address), client.post(address, {"confirm": "on"}):
            assert answer.status_code in {302, 403, 404}, (address, answer.status_code)
            if answer.status_code == 302:
                target = answer["Location"].partition("?")[0]
                assert target in {LOGIN, STEP, PAGE}, (address, target)
    assert JournalEntry.objects.count() == known


def sign_in_half(client: Client, user: User) -> None:
    """Put into the client what the right password alone puts there; hashing it a hundred times would take long."""
    session = client.session
    session["half-way"] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": int(time.time()),
        "to": "/admin/",
        "backend": BACKEND,
    }
    session.save()
    client.cookies[configured.SESSION_COOKIE_NAME] = session.session_key


def test_half_way_ends_after_a_while_and_with_the_password(monkeypatch):
    user = UserFactory(role=Role.CLERK)
    enrolled(user)
    client = Client()
    sign_in_half(client, user)
    now = time.time()
    monkeypatch.setattr("voting.admin.core.site.time.time", lambda: now + 301)
    assert client.get(STEP)["Location"].endswith(LOGIN)
    monkeypatch.undo()
    assert client.get(STEP).status_code == 200
    user.set_password("another one")
    user.save()
    assert client.get(STEP)["Location"].endswith(LOGIN)


def test_the_same_code_is_taken_once():
    user = UserFactory()
    enrolled(user)
    prove(user, code_at(user))
    with pytest.raises(WrongFactor):
        prove(user, code_at(user))


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(steps: int, taken: bool):
    user = UserFactory()
    enrolled(user)
    if taken:
        prove(user, code_at(user, steps))
        return
    with pytest.raises(WrongFactor):
        prove(user, code_at(user, steps))


def test_a_recovery_code_works_once_however_it_is_typed():
    user = UserFactory(role=Role.CLERK)
    codes = enrolled(user)
    client, _answer = sign_in(user)
    assert client.post(STEP, {"code": codes[3].upper().replace("-", " ")}).status_code == 302
    assert CongressEntry.objects.latest("sequence").data == {"how": "recovery"}
    with pytest.raises(WrongFactor):
        prove(user, codes[3])
    other = UserFactory()
    enrolled(other)
    with pytest.raises(WrongFactor):
        prove(other, codes[4])


def test_wrong_codes_are_slowed_and_a_right_one_waits_with_them():
    user = UserFactory()
    codes = enrolled(user)
    for _time in range(4):
        Authenticator.objects.update(
            throttling_failure_timestamp=timezone.now() - timezone.timedelta(minutes=5)
        )
        with pytest.raises(WrongFactor):
            prove(user, "000000" if code_at(user) != "000000" else "000001")
    with pytest.raises(TooSoon) as slow:
        prove(user, code_at(user))
    assert 6 <= slow.value.seconds <= 8
    prove(user, codes[0])  # the recovery codes have a count of their own


@pytest.mark.parametrize("kind", [Authenticator, RecoveryCodes])
def test_f36_the_wait_after_wrong_codes_ends_within_a_minute_and_a_keeper_lifts_it(kind: Any):
    keeper, user = UserFactory(role=Role.KEEPER), UserFactory(role=Role.CLERK)
    codes = enrolled(user)
    code = code_at(user) if kind is Authenticator else codes[0]
    kind.objects.update(throttling_failure_count=30, throttling_failure_timestamp=timezone.now())
    with pytest.raises(TooSoon) as slow:
        prove(user, code)
    assert slow.value.seconds <= 60
    client, _answer = sign_in(keeper)
    page = reverse("admin:person", args=[user.pk])
    assert client.get(page).context["waits_until"]
    assert client.post(page, {"do": "lift"}).status_code == 302
    assert not client.get(page).context["waits_until"]
    prove(user, code)
    kind.objects.update(
        throttling_failure_count=30,
        throttling_failure_timestamp=timezone.now() - timezone.timedelta(seconds=61),
    )
    prove(user, code_at(user, 1) if kind is Authenticator else codes[1])


def test_the_record_says_of_which_kind_the_code_was_however_it_is_typed():
    user = UserFactory(role=Role.CLERK)
    enrolled(user)
    client, _answer = sign_in(user)
    code = code_at(user)
    assert client.post(STEP, {"code": f"{code[:3]}-{code[3:]}"}).status_code == 302
    assert CongressEntry.objects.latest("sequence").data == {}


@pytest.mark.parametrize("verb", ["codes", "remove"])
def test_giving_it_up_needs_a_code(verb: str):
    user = UserFactory(role=Role.CLERK)
    codes = enrolled(user)
    client = signed_in(user)
    for typed in "", "123456" if code_at(user) != "123456" else "123457":
        assert client.post(PAGE, {"do": verb, "code": typed}).status_code == 422
        assert User.objects.get(pk=user.pk).has_second_factor
        assert StaticToken.objects.count() == second_factor.RECOVERY_CODES
    assert client.post(PAGE, {"do": verb, "code": codes[0]}).status_code in {200, 302}
    if verb == "remove":
        assert not Authenticator.objects.exists()
        assert not StaticToken.objects.exists()
        assert not User.objects.get(pk=user.pk).has_second_factor
        assert sign_in(user)[1]["Location"] == "/admin/"
    else:
        with pytest.raises(WrongFactor):
            prove(user, codes[1])


def test_a_second_app_is_set_up_only_after_the_first_is_given_up():
    user = UserFactory(role=Role.CLERK)
    enrolled(user)
    client = signed_in(user)
    assert "enrol" not in client.get(PAGE).context["forms"]
    assert client.post(PAGE, {"do": "enrol", "code": code_at(user)}).status_code == 403


def test_where_it_is_required_the_way_in_leads_by_the_password_to_it(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    user = UserFactory(role=Role.SCRUTINEER, password_is_initial=True)
    client, _answer = sign_in(user)
    assert client.get("/admin/")["Location"] == "/admin/password_change/"
    own = {"old_password": PASSWORD, "new_password1": "wahl-und-tal-17", "new_password2": "wahl-und-tal-17"}
    client.post("/admin/password_change/", own)
    assert client.get("/admin/")["Location"] == PAGE
    key = client.get(PAGE) and client.session["second-factor-key"]
    client.post(PAGE, {"do": "enrol", "code": code_at(user, key=key)})
    assert client.get("/admin/").status_code == 200


def test_a_rehearsal_needs_none(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client, _answer = sign_in(UserFactory(role=Role.CLERK, kind=Kind.REHEARSAL))
    assert client.get("/admin/").status_code == 200


def test_who_is_half_way_is_nobody_on_the_pages_of_the_site(settings):
    """A unit officer answers outside the admin, too."""
    from accounts.congresses import _fully_signed_in  # noqa: PLC0415

    officer = UserFactory(role=Role.UNIT)
    assert _fully_signed_in(officer, {}) is officer
    settings.SECOND_FACTOR_REQUIRED = True
    assert not _fully_signed_in(officer, {}).is_authenticated
    settings.SECOND_FACTOR_REQUIRED = False
    enrolled(officer)
    assert not _fully_signed_in(officer, {}).is_authenticated
    assert _fully_signed_in(officer, {PROVEN: 1}) is officer


def test_a_keeper_takes_it_away_with_a_new_initial_password():
    keeper, user = UserFactory(role=Role.KEEPER), UserFactory(role=Role.CLERK)
    enrolled(user)
    at_work = signed_in(user)
    client, _answer = sign_in(keeper)
    page = reverse("admin:person", args=[user.pk])
    shown = client.get(page).context["shown"]
    assert client.post(page, {"do": "reset", "shown": shown}).status_code == 422, "needs the tick"
    answer = client.post(page, {"do": "reset", "shown": shown, "confirm": "on"})
    assert answer.status_code == 200
    user.refresh_from_db()
    assert (user.has_second_factor, user.password_is_initial) == (False, True)
    assert not Authenticator.objects.exists()
    assert at_work.get("/admin/").status_code == 302
    acts = [each.act for each in CongressEntry.objects.filter(subject=user, actor=keeper)]
    assert acts == [CongressAct.FACTOR_RESET, CongressAct.PASSWORD_GIVEN]


def with_scrutineer_and_keeper(world: str) -> tuple[str, list[User]]:
    slug, people = WORLDS[world]()
    congress = people[0].congress
    others = [UserFactory(role=role, congress=congress) for role in (Role.SCRUTINEER, Role.KEEPER)]
    return slug, [*people, *others]


#: The forms that a role has sent without a code: one of each is refused; that it asks for one is seen in every world.
sent_stale: set[tuple[type[VerbPage], str, str, frozenset[str]]] = set()


@pytest.mark.parametrize("world", WORLDS)
def test_what_cannot_be_undone_asks_again(world: str):
    """Every form of every page that has a tick: stale, it asks for a code and does nothing without."""
    slug, people = with_scrutineer_and_keeper(world)
    for user in people:
        enrolled(user)
        client = Client()
        client.force_login(user, backend=BACKEND)
        prove_long_ago(client)
        known = JournalEntry.objects.count()
        for address, page in pages().items():
            url = address.replace("<slug:slug>", slug).replace("<small:pk>", str(people[0].pk))
            shown = client.get(url)
            if shown.status_code != 200:
                continue
            told = shown.content.decode()
            forms = shown.context.get("forms")
            if forms is None:
                forms = {"": shown.context["form"]}
            for name, form in forms.items():
                assert (OWN_CODE in form.fields) == (TICK in form.fields), (url, name)
                case = (page, name, user.role, frozenset(form.fields))
                if TICK not in form.fields or case in sent_stale:
                    continue
                sent_stale.add(case)
                sent: dict[str, Any] = {"confirm": "on"}
                sent |= {each: shown.context.get(each, "") for each in ("printed", "fingerprint")}
                sent |= {"do": name} if name else {}
                refused = client.post(url, sent)
                assert refused.status_code in {403, 422}, (url, name)
                if refused.status_code == 422:
                    sent_form = (refused.context.get("forms") or {"": refused.context["form"]})[name]
                    assert OWN_CODE in sent_form.fields, (url, name)
            assert told.count('name="confirm"') <= told.count(f'name="{OWN_CODE}"'), url
        assert JournalEntry.objects.count() == known


@pytest.mark.parametrize(
    ("until", "address", "name"),
    [
        ("rolled", "/admin/vote/2018/key/", "offline"),
        ("keyed", "/admin/vote/2018/key/mine/", "take"),
        ("keyed", "/admin/vote/2018/trial/", "word"),
        ("rolled", "/admin/vote/2018/slips/", "one"),
        ("closed", "/admin/vote/2018/count/", "import"),
        ("drafted", "/admin/people/", ""),
    ],
)
def test_what_one_account_could_misuse_asks_again(until: str, address: str, name: str):
    vote = make_vote(until=until, delegates=3)
    user = (
        UserFactory(role=Role.KEEPER)
        if "people" in address
        else vote.chief
        if "mine" in address
        else vote.clerk
    )
    enrolled(user)
    client = signed_in(user)
    prove_long_ago(client)
    named = {"name_1": "新人", "role_1": Role.CLERK} if "people" in address else {}
    answer = client.post(address, {"do": name, **named} if name else named)
    assert answer.status_code == 422
    form = (answer.context.get("forms") or {"": answer.context["form"]})[name]
    assert OWN_CODE in form.errors


def test_a_wrong_own_code_does_not_use_up_that_of_the_second_person():
    vote = make_vote(until="open", delegates=3)
    for user in vote.clerk, vote.presiding:
        enrolled(user)
    client = signed_in(vote.clerk)
    prove_long_ago(client)
    Authenticator.objects.update(last_t=-1, throttling_failure_count=0)
    sent = {"confirm": "on", "second_name": vote.presiding.username, "second_password": PASSWORD}
    answer = client.post(
        "/admin/vote/2018/close/", sent | {OWN_CODE: "000000", "second_code": code_at(vote.presiding)}
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {OWN_CODE}
    assert Authenticator.objects.get(user=vote.presiding).last_t == -1
    Authenticator.objects.update(throttling_failure_count=0)
    right = sent | {OWN_CODE: code_at(vote.clerk), "second_code": code_at(vote.presiding)}
    assert client.post("/admin/vote/2018/close/", right).status_code == 302


def test_a_proof_is_good_for_five_minutes():
    vote = make_vote(until="open", delegates=3, ballots=[range(1, 11)] * 3)
    enrolled(vote.clerk)
    client = signed_in(vote.clerk)
    address = "/admin/vote/2018/close/"
    assert OWN_CODE not in client.get(address).context["form"].fields
    prove_long_ago(client)
    page = client.post(address, {"confirm": "on", OWN_CODE: code_at(vote.clerk)})
    assert page.status_code == 422, "that code has signed in"
    Authenticator.objects.update(last_t=-1, throttling_failure_count=0)
    assert client.post(address, {"confirm": "on", OWN_CODE: code_at(vote.clerk)}).status_code == 302
    assert time.time() - client.session[PROVEN] < 5


def test_a_code_is_not_used_up_by_a_form_with_another_mistake():
    vote = make_vote(until="open", delegates=3, ballots=[range(1, 11)] * 3)
    enrolled(vote.clerk)
    client = signed_in(vote.clerk)
    prove_long_ago(client)
    Authenticator.objects.update(last_t=-1)
    assert client.post("/admin/vote/2018/close/", {OWN_CODE: code_at(vote.clerk)}).status_code == 422
    assert Authenticator.objects.get().last_t == -1


def test_a_second_person_proves_theirs_on_the_page_of_the_first():
    vote = make_vote(until="open", delegates=3)
    codes = enrolled(vote.presiding)
    client = Client()
    client.force_login(vote.clerk, backend=BACKEND)
    sent = {"confirm": "on", "second_name": vote.presiding.username, "second_password": PASSWORD}
    for code in "", "no-such-code":
        answer = client.post("/admin/vote/2018/close/", {**sent, "second_code": code})
        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {"second_code"}
        assert "no-such-code" not in answer.content.decode()
    RecoveryCodes.objects.update(throttling_failure_count=0)
    assert client.post("/admin/vote/2018/close/", {**sent, "second_code": codes[0]}).status_code == 302


def test_where_it_is_required_the_second_person_must_have_one(settings):
    vote = make_vote(until="open", delegates=3)
    enrolled(vote.clerk)
    client = signed_in(vote.clerk)
    settings.SECOND_FACTOR_REQUIRED = True
    sent = {"confirm": "on", "second_name": vote.presiding.username, "second_password": PASSWORD}
    answer = client.post("/admin/vote/2018/close/", sent)
    assert set(answer.context["form"].errors) == {"second_name"}


@pytest.mark.parametrize("typed", ["12345", "abc", "1234567", "abcd-efgh-jkmn", "000000"])
def test_while_an_app_is_set_up_no_refusal_speaks_of_recovery_codes(typed: str):
    """There are none yet: what helps is six digits, and the clock of the phone."""
    client = signed_in(UserFactory(role=Role.CLERK))
    page = client.post(f"/en{PAGE}", {"do": "enrol", "code": typed})
    (sentence,) = page.context["forms"]["enrol"].errors["code"]
    assert page.status_code == 422
    assert "recovery" not in sentence
    assert ("clock" in sentence) == (typed == "000000")
    assert "six" in sentence


def test_the_page_says_how_many_recovery_codes_are_left_and_the_keeper_sees_who_has_an_app():
    user = UserFactory(role=Role.CLERK)
    codes = enrolled(user)
    prove(user, codes[0])
    prove(user, codes[1])
    assert "8 recovery codes are left" in signed_in(user).get(f"/en{PAGE}").content.decode()
    keeper = UserFactory(role=Role.KEEPER, congress=user.congress)
    people = signed_in(keeper).get("/en/admin/people/").content.decode()
    rows = {
        name: row for row in people.split("<tr>") for name in (user.username, keeper.username) if name in row
    }
    assert ["not set up" in rows[each.username] for each in (user, keeper)] == [False, True]
    assert (
        "A second factor is set up." in signed_in(keeper).get(f"/en/admin/people/{user.pk}/").content.decode()
    )

"""F36, F37: wrong codes and passwords slow whoever tries, and keep nobody else out.

Guards ``accounts.attempts`` and ``accounts.staff``.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import attempts, codes
from accounts.models import Attempts, User
from accounts.roles import Role
from tests.factories import PASSWORD, CongressFactory, UserFactory, make_vote
from tests.pages import text_of

pytestmark = pytest.mark.django_db
HALL, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def _quick(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def sign_in(client: Client, user: User | str, password: str = PASSWORD, *, address: str = HALL) -> bool:
    """Try to sign in as staff; tell whether it went well."""
    name = user if isinstance(user, str) else user.username
    answer = client.post(
        reverse("admin:login"), {"username": name, "password": password}, REMOTE_ADDR=address
    )
    return answer.status_code == 302


def hammer(user: User | str, times: int, *, address: str = HALL) -> str:
    """Try wrong passwords from a strange device; return what was said at the end."""
    stranger = Client()
    for _ in range(times):
        answer = stranger.post(
            reverse("admin:login"), {"username": str(getattr(user, "username", user)), "password": "wrong"},
            REMOTE_ADDR=address,
        )  # fmt: skip
        Attempts.objects.filter(rest_until__isnull=False).update(
            rest_until=timezone.now() + timedelta(seconds=60)
        )
    return text_of(answer)


def scrutineer() -> User:
    return UserFactory(role=Role.SCRUTINEER)


def test_2000_wrong_codes_and_200_wrong_passwords_from_one_network_keep_nobody_out():
    vote = make_vote(until="open", delegates=4)
    stranger = Client()
    wrong = {"number": vote.delegates[0].number, "code": codes.new_code()}
    for _ in range(2000):
        stranger.post("/enter/", wrong, REMOTE_ADDR=HALL)
    known = Client()
    assert sign_in(known, vote.scrutineer)
    known.post(reverse("admin:logout"), REMOTE_ADDR=HALL)
    hammer(vote.scrutineer, 200)
    assert sign_in(Client(), vote.scrutineer, address=ELSEWHERE)
    assert sign_in(known, vote.scrutineer)
    for delegate, address in zip(vote.delegates, [HALL, HALL, ELSEWHERE, ELSEWHERE], strict=True):
        right = {"number": delegate.number, "code": vote.codes[delegate.number]}
        assert Client().post("/enter/", right, REMOTE_ADDR=address).status_code == 302


def test_from_a_strange_device_in_that_network_it_goes_on_within_a_minute():
    user = scrutineer()
    hammer(user, 200)
    assert not sign_in(Client(), user)
    assert timedelta(minutes=1) >= attempts.LONGEST_REST
    Attempts.objects.update(rest_until=timezone.now())
    assert sign_in(Client(), user)


def test_what_is_typed_during_a_rest_is_not_looked_at_and_does_not_prolong_it():
    user = scrutineer()
    hammer(user, attempts.MOST_WRONG_PASSWORDS)
    until = Attempts.objects.get().rest_until
    client = Client()
    assert not sign_in(client, user)
    assert not sign_in(client, user, "wrong")
    assert (Attempts.objects.get().rest_until, Attempts.objects.get().times) == (until, 10)


def test_rests_grow_to_a_minute_and_no_further():
    budget = attempts.Budget("x", known_device=False, digest="d")
    now = timezone.now()
    rests = []
    for _ in range(40):
        attempts.wrong_password(budget, at=now)
        rests.append(attempts.rests_for(budget, at=now))
    assert rests[:9] == [0] * 9
    assert rests[9:12] == [5, 10, 15]
    assert rests == sorted(rests)
    assert rests[-1] == 60


def test_a_known_device_has_a_budget_of_its_own_and_no_more():
    user, known = scrutineer(), Client()
    assert sign_in(known, user)
    known.post(reverse("admin:logout"))
    for _ in range(attempts.MOST_WRONG_PASSWORDS):
        assert not sign_in(known, user, "wrong", address=ELSEWHERE)
    assert not sign_in(known, user, address=ELSEWHERE)
    assert sign_in(Client(), user, address=ELSEWHERE)


def test_a_device_is_known_under_the_name_that_signed_in_on_it_alone():
    user, other, device = scrutineer(), scrutineer(), Client()
    assert sign_in(device, user)
    hammer(other, attempts.MOST_WRONG_PASSWORDS)
    assert not sign_in(device, other)
    name, cookie = next((k, v) for k, v in device.cookies.items() if k.startswith(attempts.DEVICE))
    forged = Client()
    forged.cookies[name] = cookie.value + "x"
    hammer(user, attempts.MOST_WRONG_PASSWORDS)
    assert not sign_in(forged, user)
    assert sign_in(device, user)


def test_the_device_cookie_is_for_the_server_alone(settings):
    settings.SESSION_COOKIE_SECURE = True
    client = Client()
    assert sign_in(client, scrutineer())
    cookie = next(v for k, v in client.cookies.items() if k.startswith(attempts.DEVICE))
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "Lax"


def test_another_name_in_the_same_network_is_not_slowed():
    user, other = scrutineer(), scrutineer()
    hammer(user, 50)
    assert sign_in(Client(), other)


def test_an_unknown_name_is_answered_and_counted_like_a_known_one():
    user = scrutineer()
    assert hammer(user, 3).replace(user.username, "·") == hammer("nobody", 3).replace("nobody", "·")
    known = hammer(user, 20).replace(user.username, "·")
    assert known == hammer("nobody", 20).replace("nobody", "·")
    assert "不计入" in known


def test_a_name_is_one_however_it_is_written():
    user = UserFactory(role=Role.SCRUTINEER, username="jianpiao")
    hammer("JIANPIAO", 5)
    hammer("ｊｉａｎｐｉａｏ", 5)
    assert not sign_in(Client(), user)


def test_nothing_that_is_kept_says_whom_or_where():
    user = scrutineer()
    hammer(user, 3)
    kept = " ".join(str(value) for row in Attempts.objects.values_list() for value in row)
    assert user.username not in kept
    assert HALL not in kept


def test_what_is_over_is_forgotten():
    for number in range(30):
        hammer(f"nobody-{number}", 1)
    assert Attempts.objects.count() == 30
    Attempts.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    hammer("nobody", 1)
    assert Attempts.objects.count() == 1


def test_the_keeper_lifts_a_rest_on_the_persons_page():
    congress = CongressFactory()
    keeper = UserFactory(role=Role.KEEPER, congress=congress)
    user = UserFactory(role=Role.SCRUTINEER, congress=congress)
    desk = Client()
    desk.force_login(keeper)
    page = reverse("admin:person", args=[user.pk])
    assert "立即恢复登录" not in text_of(desk.get(page))
    hammer(user, attempts.MOST_WRONG_PASSWORDS)
    assert not sign_in(Client(), user)
    assert "立即恢复登录" in text_of(desk.get(page))
    desk.post(page, {"do": "lift"})
    assert sign_in(Client(), user)


def test_a_hall_of_300_behind_one_address_is_never_slowed():
    vote = make_vote(until="open", delegates=300)
    for delegate in vote.delegates:
        right = {"number": delegate.number, "code": vote.codes[delegate.number]}
        assert Client().post("/enter/", right, REMOTE_ADDR=HALL).status_code == 302
    assert not Attempts.objects.exists()

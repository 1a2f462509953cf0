"""Accounts of the staff: entered by their keeper, with passwords that are shown once and can only be changed.

Guards ``voting.domain.core.people``, ``accounts.passwords``.
"""

from __future__ import annotations

import re
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Unit, User, delegate_username
from accounts.passwords import new_password
from accounts.roles import Role
from tests.factories import NOW, CongressFactory, UserFactory, make_vote
from tests.security.test_crawl import BACKEND, addresses
from voting.domain.core.people import (
    LastKeeper,
    Newcomer,
    UserNameTaken,
    change_person,
    enter_people,
    renew_password,
    still_needed,
)
from voting.models import CongressEntry
from voting.states import CongressAct

pytestmark = pytest.mark.django_db
OWN = "wahl-und-tal-17"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def keeper_of(**fields: str) -> User:
    return UserFactory(role=Role.KEEPER, congress=CongressFactory(**fields))


def rows(*people: tuple[str, str, str, str]) -> dict[str, str]:
    parts = ("name", "role", "username", "unit")
    return {
        f"{part}_{row}": value
        for row, person in enumerate(people, start=1)
        for part, value in zip(parts, person, strict=True)
    }


def sent_from(client: Client, address: str, data: dict[str, str]) -> HttpResponse:
    """Send a form as it stands on the page now."""
    shown = re.search(r'name="shown" value="([^"]+)"', client.get(address).content.decode())
    assert shown is not None
    return client.post(address, {"shown": shown[1], "confirm": "on", **data})


def codes_of(page: str) -> list[str]:
    return re.findall(r'<dd class="code">([^<]+)</dd>', page)


def test_a_keeper_enters_everybody_whom_a_vote_needs_on_one_page():
    keeper = keeper_of(slug="jia")
    client = signed_in(keeper)
    page = client.get(reverse("admin:people")).content.decode()
    assert "工作人员、总监票人、监票人 × 4、执行主席" in page
    sent = rows(
        ("甲", "clerk", "", ""), ("乙", "chief", "", ""), *[(name, "scrutineer", "", "") for name in "丙丁庚辛"],
        ("戊", "presiding", "wu", ""), ("己", "unit", "", "水务站"),
    )  # fmt: skip
    answer = sent_from(client, reverse("admin:people"), sent)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    codes = codes_of(answer.content.decode())
    assert codes[::2] == [
        "jia-clerk",
        "jia-chief",
        "jia-scrutineer",
        "jia-scrutineer-2",
        "jia-scrutineer-3",
        "jia-scrutineer-4",
        "wu",
        "jia-unit",
    ]
    assert still_needed(keeper.congress) == []
    assert User.objects.get(username="jia-unit").unit == Unit.objects.get(
        congress=keeper.congress, name="水务站"
    )
    assert codes[1] not in client.get(reverse("admin:people")).content.decode(), "shown once"
    clerk = User.objects.get(username="jia-clerk")
    assert clerk.check_password(codes[1])
    assert clerk.password_is_initial


@pytest.mark.parametrize(
    ("people", "field"),
    [
        ([("", "clerk", "someone", "")], "name_1"),
        ([("甲", "", "", "")], "role_1"),
        ([("甲", "unit", "", "")], "unit_1"),
        ([("甲", "clerk", "", "水务站")], "unit_1"),
        ([("甲", "clerk", "taken", "")], "username_1"),
        ([("甲", "clerk", "twice", ""), ("乙", "chief", "twice", "")], "username_2"),
        ([("甲", "clerk", "with blanks", "")], "username_1"),
        ([("甲", "delegate", "", "")], "role_1"),
        ([("甲" * 101, "clerk", "", "")], "name_1"),
        ([("甲", "unit", "", "站" * 61)], "unit_1"),
        ([("甲", "clerk", "", ""), ("乙", "", "", "")], "role_2"),
    ],
)
def test_a_mistake_stands_on_its_field_and_nobody_is_entered(
    people: list[tuple[str, str, str, str]], field: str
):
    UserFactory(username="taken")
    client = signed_in(keeper_of())
    before = User.objects.count()
    answer = sent_from(client, reverse("admin:people"), rows(*people))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page
    assert people[0][0] in page, "what was typed stays"
    assert User.objects.count() == before


def test_a_row_without_a_name_is_left_out_and_no_row_at_all_is_refused():
    client = signed_in(keeper_of())
    assert sent_from(client, reverse("admin:people"), rows(("", "clerk", "", ""))).status_code == 422
    answer = sent_from(client, reverse("admin:people"), rows(("", "clerk", "", ""), ("甲", "chief", "", "")))
    assert codes_of(answer.content.decode())[0].endswith("-chief")
    assert not User.objects.filter(role=Role.CLERK).exists()


def test_the_same_form_again_enters_nobody_twice_and_gives_no_second_password():
    keeper = keeper_of(slug="jia")
    client, address = signed_in(keeper), reverse("admin:people")
    shown = re.search(r'name="shown" value="([^"]+)"', client.get(address).content.decode())
    sent = {"shown": shown[1] if shown else "", "confirm": "on", **rows(("甲", "clerk", "", ""))}
    assert client.post(address, sent).status_code == 200
    again = client.post(address, sent)
    assert again.status_code == 409
    assert "此次未作任何更改" in again.content.decode()
    clerk = User.objects.get(role=Role.CLERK)
    page = reverse("admin:person", args=[clerk.pk])
    shown = re.search(r'name="shown" value="([^"]+)"', client.get(page).content.decode())
    sent = {"shown": shown[1] if shown else "", "do": "renew", "confirm": "on"}
    assert client.post(page, sent).status_code == 200
    password = User.objects.get(pk=clerk.pk).password
    assert client.post(page, sent).status_code == 409
    assert User.objects.get(pk=clerk.pk).password == password


def test_a_user_name_is_read_as_the_sign_in_reads_it_and_is_no_delegates():
    keeper = keeper_of(slug="jia")
    answer = sent_from(signed_in(keeper), reverse("admin:people"), rows(("甲", "clerk", "ｃｌｅｒｋ１", "")))
    assert codes_of(answer.content.decode())[0] == "clerk1"
    number = delegate_username(keeper.congress, "001")
    refused = sent_from(signed_in(keeper), reverse("admin:people"), rows(("甲", "clerk", number, "")))
    assert refused.status_code == 422
    with pytest.raises(ValidationError):
        enter_people(congress=keeper.congress, people=[Newcomer("甲", Role.CLERK, number)], by=None, at=NOW)


def test_two_who_enter_one_user_name_at_once_get_one_account():
    """Between the form's look and the saving somebody else takes the name: a sentence, and nobody half entered."""
    congress = CongressFactory()
    enter_people(congress=congress, people=[Newcomer("甲", Role.CLERK, "one")], by=None, at=NOW)
    with pytest.raises(UserNameTaken):
        enter_people(
            congress=congress,
            people=[Newcomer("乙", Role.CHIEF), Newcomer("丙", Role.CLERK, "one")],
            by=None,
            at=NOW,
        )
    assert not congress.users.filter(role=Role.CHIEF).exists()


def test_an_initial_password_opens_no_page_but_that_of_choosing_another():
    """As every role of the staff, over every address of the site."""
    vote = make_vote(until="open", delegates=1)
    own = reverse("admin:password_change")
    for role in (Role.CLERK, Role.CHIEF, Role.UNIT, Role.KEEPER, Role.PRESIDING):
        entered = enter_people(congress=vote.cycle.congress, people=[Newcomer("甲", role)], by=None, at=NOW)[
            0
        ]
        client = Client()
        client.force_login(entered.user, backend=BACKEND)
        tried = 0
        for address in addresses():
            if "/admin/" not in address or address.endswith(("/logout/", "/login/", own)):
                continue
            for answer in (client.get(address), client.post(address, {"do": "save"})):
                assert answer.status_code in {302, 403, 404, 405}, (role, address, answer.status_code)
                if answer.status_code == 403:
                    assert answer.context["way"].endswith(own), (role, address)
                    assert not answer.context["entirely"]
                if answer.status_code == 302:
                    assert answer.url.endswith((own, "/")), (role, address, answer.url)
            tried += 1
        assert tried > 100
        assert client.get(own).status_code == 200


def test_on_public_pages_nobody_acts_with_an_initial_password():
    vote = make_vote(until="open", delegates=1)
    officer = enter_people(
        congress=vote.cycle.congress, people=[Newcomer("甲", Role.UNIT, "", "水务站")], by=None, at=NOW
    )[0].user
    client = signed_in(officer)
    assert client.get("/2018/deliberation/answers/").status_code in {302, 403, 404}
    request_user = client.get("/2018/").context["request"].user
    assert not request_user.is_authenticated
    User.objects.filter(pk=officer.pk).update(password_is_initial=False)
    assert client.get("/2018/").context["request"].user.is_authenticated


def test_the_first_sign_in_leads_to_an_own_password_and_then_to_the_work():
    vote = make_vote(until="drafted", delegates=1)
    entered = enter_people(
        congress=vote.cycle.congress, people=[Newcomer("甲", Role.CLERK)], by=None, at=NOW
    )[0]
    client = Client()
    login = reverse("admin:login")
    answer = client.post(
        login, {"username": entered.user.username, "password": entered.password, "next": "/admin/"}
    )
    assert answer.status_code == 302
    assert client.get("/admin/").url == reverse("admin:password_change")
    page = client.get(reverse("admin:password_change")).content.decode()
    assert "由他人设定" in page
    wrong = {"old_password": entered.password, "new_password1": "short", "new_password2": "short"}
    assert client.post(reverse("admin:password_change"), wrong).status_code == 422
    same = dict.fromkeys(("old_password", "new_password1", "new_password2"), entered.password)
    answer = client.post(reverse("admin:password_change"), same)
    assert "不能与现在的密码相同" in answer.content.decode(), "whoever gave it would go on knowing it"
    right = {"old_password": entered.password, "new_password1": OWN, "new_password2": OWN}
    answer = client.post(reverse("admin:password_change"), right)
    assert (answer.status_code, answer.url) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200
    assert not User.objects.get(pk=entered.user.pk).password_is_initial


@pytest.mark.parametrize("new", ["k2", "keeper-of-accounts", "password1234", "739105528461"])
def test_every_rule_of_a_password_speaks_the_language_of_the_page(new: str, settings):
    """The wording is our own: Django's catalogue lacks some of it in Chinese."""
    settings.AUTH_PASSWORD_VALIDATORS = [
        {**each, "OPTIONS": {"min_length": 12}} if each["NAME"].endswith("LengthRule") else each
        for each in settings.AUTH_PASSWORD_VALIDATORS
    ]
    client = signed_in(UserFactory(role=Role.KEEPER, username="keeper-of-accounts"))
    sent = {"old_password": "never", "new_password1": new, "new_password2": f"{new}!"}
    form = client.post(reverse("admin:password_change"), sent).context["form"]
    sent["new_password2"] = new
    again = client.post(reverse("admin:password_change"), sent).context["form"]
    for each in (form, again):
        words = [*(error for errors in each.errors.values() for error in errors)]
        words += [str(field.label) for field in each] + [
            str(field.help_text) for field in each if field.help_text
        ]
        assert len(words) > 5
        for word in words:
            assert not re.search(r"[a-z]{3}", re.sub(r"<[^>]+>", "", word)), word
    assert again.errors["new_password2"]


def test_an_empty_form_asks_for_a_name_and_nothing_else():
    vote = make_vote(until="open", delegates=1)
    keeper = UserFactory(role=Role.KEEPER, congress=vote.cycle.congress)
    client = signed_in(keeper)
    page = client.get("/admin/people/")
    assert "second_name" in page.context["form"].fields, (
        "while a vote is under way a second person is asked for"
    )
    assert page.context["form"].why_two in page.content.decode()
    empty = client.post("/admin/people/", {"shown": page.context["shown"]})
    assert (empty.status_code, list(empty.context["form"].errors)) == (422, ["name_1"])


def test_who_has_signed_out_reads_it_on_a_page_of_ours():
    client = signed_in(UserFactory(role=Role.CLERK))
    page = client.post("/en/admin/logout/")
    assert "admin/core/logged_out.html" in [each.name for each in page.templates]
    assert "Sign in again" in page.content.decode()
    assert client.get("/en/admin/").status_code == 302


def test_a_new_initial_password_signs_out_whoever_had_the_old_one():
    keeper = keeper_of()
    entered = enter_people(congress=keeper.congress, people=[Newcomer("甲", Role.CLERK)], by=None, at=NOW)[0]
    User.objects.filter(pk=entered.user.pk).update(password_is_initial=False)
    theirs = signed_in(User.objects.get(pk=entered.user.pk))
    assert theirs.get("/admin/").status_code == 200
    page = reverse("admin:person", args=[entered.user.pk])
    assert sent_from(signed_in(keeper), page, {"do": "renew", "confirm": ""}).status_code == 422, (
        "not without the tick"
    )
    answer = sent_from(signed_in(keeper), page, {"do": "renew", "confirm": "on"})
    username, password = codes_of(answer.content.decode())
    assert username == entered.user.username
    assert "/login/" in theirs.get("/admin/").url
    renewed = User.objects.get(pk=entered.user.pk)
    assert renewed.check_password(password)
    assert renewed.password_is_initial


def test_a_person_is_corrected_and_shut_out():
    keeper = keeper_of()
    officer = enter_people(
        congress=keeper.congress, people=[Newcomer("甲", Role.UNIT, "", "水务站")], by=None, at=NOW
    )[0].user
    page = reverse("admin:person", args=[officer.pk])
    answer = signed_in(keeper).post(page, {"do": "save", "name": "乙", "unit": "林业站"})
    assert answer.status_code == 302
    officer = User.objects.get(pk=officer.pk)
    assert (officer.name, officer.unit.name, officer.is_active) == ("乙", "林业站", False)
    assert signed_in(keeper).post(page, {"do": "save", "name": ""}).status_code == 422


def test_the_last_keeper_cannot_shut_themselves_out():
    keeper = keeper_of()
    page = reverse("admin:person", args=[keeper.pk])
    answer = signed_in(keeper).post(page, {"do": "save", "name": "甲"})
    assert answer.status_code == 409
    assert "唯一可以登录" in answer.content.decode()
    second = enter_people(congress=keeper.congress, people=[Newcomer("乙", Role.KEEPER)], by=None, at=NOW)[
        0
    ].user
    change_person(user=keeper, name="甲", unit="", may_sign_in=False, by=None, at=NOW)
    with pytest.raises(LastKeeper):
        change_person(user=second, name="乙", unit="", may_sign_in=False, by=None, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_keepers_who_shut_each_other_out_at_once_leave_one():
    congress = CongressFactory()
    keepers = UserFactory.create_batch(2, role=Role.KEEPER, congress=congress)
    refused: list[bool] = []
    together = Barrier(2)

    def shut_out(whom: User) -> None:
        together.wait()
        try:
            change_person(user=whom, name="甲", unit="", may_sign_in=False, by=None, at=NOW)
        except LastKeeper:
            refused.append(True)
        finally:
            connections.close_all()

    threads = [Thread(target=shut_out, args=(each,)) for each in keepers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [True]
    assert congress.users.filter(is_active=True).count() == 1


def test_each_keeper_reaches_only_what_is_theirs_to_keep():
    keeper, other = keeper_of(slug="jia"), keeper_of(slug="yi")
    installation = UserFactory(role=Role.KEEPER, congress=None)
    vote = make_vote(until="drafted", delegates=1, congress=keeper.congress)
    theirs = {each.pk: each for each in (keeper, other, installation, vote.clerk, vote.delegates[0].user)}
    reached = {
        name: {
            pk for pk in theirs if signed_in(user).get(reverse("admin:person", args=[pk])).status_code == 200
        }
        for name, user in {"keeper": keeper, "installation": installation, "clerk": vote.clerk}.items()
    }
    assert reached["keeper"] == {keeper.pk, vote.clerk.pk}
    assert reached["installation"] == {keeper.pk, other.pk, installation.pk}
    assert reached["clerk"] == set()
    for user, address, status in [
        (keeper, "people", 200), (installation, "people", 403), (vote.clerk, "people", 403),
        (keeper, "own_congress", 200), (installation, "own_congress", 403), (vote.clerk, "own_congress", 403),
        (keeper, "congresses", 403), (installation, "congresses", 200), (vote.clerk, "congresses", 403),
        (keeper, "open_congress", 403), (installation, "open_congress", 200), (vote.clerk, "open_congress", 403),
    ]:  # fmt: skip
        assert signed_in(user).get(reverse(f"admin:{address}")).status_code == status, (user, address)


def entered(keeper: User, name: str, role: Role) -> User:
    newcomers = [Newcomer(name, role)]
    return enter_people(congress=keeper.congress, people=newcomers, by=None, at=NOW)[0].user


def test_a_wrong_role_is_put_right_and_the_record_says_from_which_to_which():
    keeper = keeper_of()
    clerk = entered(keeper, "甲", Role.CLERK)
    page, sent = reverse("admin:person", args=[clerk.pk]), {"do": "save", "name": "甲", "may_sign_in": "on"}
    assert signed_in(keeper).post(page, sent | {"role": "unit"}).status_code == 422, (
        "an officer of which unit?"
    )
    assert signed_in(keeper).post(page, sent | {"role": "unit", "unit": "水务站"}).status_code == 302
    clerk.refresh_from_db()
    assert (clerk.role, clerk.unit.name, clerk.congress_id) == (Role.UNIT, "水务站", keeper.congress_id)
    entry = CongressEntry.objects.filter(act=CongressAct.ACCOUNT_CHANGED).get(subject=clerk)
    assert entry.data == {"unit": "水务站", "role_before": "clerk", "role": "unit"}
    assert signed_in(keeper).post(page, sent | {"role": "scrutineer"}).status_code == 302
    clerk.refresh_from_db()
    assert (clerk.role, clerk.unit) == (Role.SCRUTINEER, None)
    assert signed_in(keeper).post(page, sent | {"role": "delegate"}).status_code == 422, (
        "delegates have no account"
    )
    told = signed_in(keeper).get(reverse("admin:accounts_record")).content.decode()
    assert "原角色" in told
    assert "单位经办人" in told


def test_a_keeper_who_is_not_the_last_one_gives_the_keeping_up_and_the_last_cannot():
    keeper = keeper_of()
    page = reverse("admin:person", args=[keeper.pk])
    sent = {"do": "save", "name": "甲", "may_sign_in": "on", "role": "clerk"}
    answer = signed_in(keeper).post(page, sent)
    assert answer.status_code == 409
    assert "唯一可以登录" in answer.content.decode()
    assert User.objects.get(pk=keeper.pk).role == Role.KEEPER
    entered(keeper, "乙", Role.KEEPER)
    answer = signed_in(keeper).post(page, sent)
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))
    assert User.objects.get(pk=keeper.pk).role == Role.CLERK


@pytest.mark.parametrize(("was", "becomes"), [(Role.SCRUTINEER, Role.UNIT), (Role.UNIT, Role.SCRUTINEER)])
def test_while_a_vote_is_under_way_two_give_and_take_a_part_in_it(was: Role, becomes: Role):
    vote = make_vote(until="open", delegates=2)
    keeper = UserFactory(role=Role.KEEPER, congress=vote.clerk.congress)
    person = UserFactory(role=was, congress=vote.clerk.congress, name="甲")
    page = reverse("admin:person", args=[person.pk])
    sent = {"do": "save", "name": "甲", "may_sign_in": "on", "role": becomes, "unit": ""}
    sent |= {"unit": "水务站"} if becomes == Role.UNIT else {}
    assert signed_in(keeper).post(page, sent).status_code == 409
    assert User.objects.get(pk=person.pk).role == was
    acting = {"by": keeper, "at": NOW, "second": vote.presiding}
    change_person(user=person, name="甲", unit="", may_sign_in=True, role=becomes, **acting)
    assert User.objects.get(pk=person.pk).role == becomes


def test_the_keeper_of_the_installation_names_keepers_and_gives_no_other_role():
    keeper, installation = keeper_of(), UserFactory(role=Role.KEEPER, congress=None)
    entered(keeper, "乙", Role.KEEPER)
    page = reverse("admin:person", args=[keeper.pk])
    sent = {"do": "save", "name": "甲", "may_sign_in": "on", "role": "clerk"}
    assert signed_in(installation).post(page, sent).status_code == 302
    assert User.objects.get(pk=keeper.pk).role == Role.KEEPER


def test_initial_passwords_are_never_the_same_and_easy_to_read():
    passwords = {new_password() for _ in range(200)}
    assert len(passwords) == 200
    assert all(re.fullmatch(r"([2-9a-hjkmnp-tw-z]{4}-){2}[2-9a-hjkmnp-tw-z]{4}", each) for each in passwords)


def test_renewing_tells_the_password_that_was_set():
    entered = renew_password(UserFactory(role=Role.CLERK), by=None, at=NOW)
    assert entered.user.check_password(entered.password)

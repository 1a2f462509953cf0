"""A congress is a world of its own: by every address, as everybody, and in the database itself.

Guards ``accounts.congresses`` and ``voting.domain.core.congresses``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import get_resolver

from accounts.congresses import PRIVATE, RESERVED
from accounts.models import Congress, User
from accounts.roles import Role
from tests.factories import CongressFactory, UnitFactory, UserFactory, Vote, make_vote
from tests.lived import make_lived
from tests.security.test_crawl import BACKEND, addresses, patterns, people, records
from voting.admin.core.site import site
from voting.domain.core.congresses import open_congress
from voting.evidence import rules
from voting.management.hall.delegate import cast_fields
from voting.models import Cycle, JournalEntry

pytestmark = pytest.mark.django_db
OTHER = {"slug": "yuhang", "place": "杭州市余杭区", "place_en": "Yuhang District"}


def two_votes(until: str = "open") -> tuple[Vote, Vote]:
    """Return two votes of two congresses, at the same address and with the same delegate numbers."""
    mine = make_vote(until=until, delegates=3)
    other = make_vote(until=until, delegates=3, congress=CongressFactory(**OTHER))
    for one, its in zip(mine.delegates, other.delegates, strict=True):
        if until == "drafted":
            its.number = one.number
            its.save()
    return mine, other


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def test_each_congress_has_its_address_and_the_first_keeps_the_short_ones(client: Client):
    two_votes("published")
    for address, own, foreign in [
        ("/gongshu/2018/", "拱墅区", "余杭区"),
        ("/yuhang/2018/", "余杭区", "拱墅区"),
        ("/yuhang/2018/result/", "余杭区", "拱墅区"),
        ("/yuhang/", "余杭区", "拱墅区"),
        ("/2018/", "拱墅区", "余杭区"),
    ]:
        page = client.get(address)
        assert page.status_code == 200, address
        text = page.content.decode()
        assert own in text, address
        assert foreign not in text, address
        if address.startswith("/yuhang/"):
            assert 'href="/yuhang/' in text
            assert 'href="/2018/' not in text, "every way on stays in the congress"
            assert 'href="/yuhang/en/' in text or 'hreflang="en"' in text
    assert "Yuhang District" in client.get("/yuhang/en/2018/").content.decode()
    assert client.get("/nowhere/2018/").status_code == 404
    assert client.get("/api/v1/cycles/2018/").json()["place"] == "杭州市拱墅区"
    assert client.get("/yuhang/api/v1/cycles/2018/").json()["place"] == "杭州市余杭区"


def test_nobody_of_one_congress_meets_the_other_by_any_address():
    """Every address as every role: under the other's addresses nothing for people, and of its things no word."""
    mine, other = two_votes()
    foreign = {"余杭", other.cycle.congress.slug, other.clerk.username, other.clerk.name}
    keys = {model: str(rows.order_by("-pk").first().pk) for model, rows in _others(other)}
    for name, user in people(mine).items():
        if user is None or user.congress_id is None or name == "stranger":
            continue
        client = signed_in(user)
        for address in addresses():
            if address.endswith(("/logout/", "/leave/", "/login/")):
                continue  # The next person on the same device signs in there.
            under = client.get(f"/yuhang{address}")
            first = address.removeprefix("/en").split("/")[1]
            if first in {"admin", "ballot", "delegate"}:
                assert under.status_code == 404, (name, address)
            if first != "admin":
                continue
            page = client.get(address)
            text = page.content.decode(errors="replace") if not page.streaming else ""
            assert not [word for word in foreign if word in text], (name, address)
        for model, key in keys.items():
            page = client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/{key}/change/")
            assert page.status_code in {302, 403, 404}, (name, model)
            assert page.status_code != 302 or "/admin/" in page.url, (
                name,
                page.url,
            )


TICKET = re.compile(r'name="ticket" value="([^"]+)"')
#: What differs from one asking to the next.
TOKENS = re.compile(r'(csrfmiddlewaretoken|ticket)" value="[^"]*"|name="(csrf|ticket)[^>]*>|<updated>[^<]*')


def test_of_a_year_of_another_congress_everybody_sees_what_a_stranger_sees_and_can_do_nothing():
    """Every address with the other's year and people in it, with its prefix and without, as every role of ours."""
    mine = make_vote(until="open", delegates=2)
    other = make_vote(until="closed", delegates=2, congress=CongressFactory(**OTHER), slug="2031")
    theirs = addresses(slug="2031", pk=str(other.clerk.pk))
    asked = [each for each in sorted(set(theirs) - set(addresses())) if "2031" in each or "/people/" in each]
    assert len(asked) > 100
    stranger = {each: _seen(Client(), each) for each in asked + [f"/yuhang{each}" for each in asked]}
    before = _journal_of(other)
    for name, user in people(mine).items():
        if user is None or name == "stranger":
            continue
        client = signed_in(user)
        for address, what_strangers_see in stranger.items():
            private = _first(address) in PRIVATE
            seen = _seen(client, address)
            if private:
                # Whoever is no staff is led to the sign-in from every address of the admin, true or not.
                assert seen[0] in {403, 404} or (seen[0] == 302 and not user.is_staff), (
                    name,
                    address,
                    seen[0],
                )
                assert address.startswith("/yuhang/") or "余杭" not in seen[1], (name, address)
            else:
                assert seen == what_strangers_see, (name, address)
            sent = client.post(address, {"do": "save", "confirm": "on"})
            if sent.status_code == 200:  # a question that anybody may ask, answered alike
                assert sent.content == Client().post(address, {"do": "save", "confirm": "on"}).content
                assert address.endswith("/propose/alike/")
                continue
            assert sent.status_code in {302, 400, 403, 404, 405, 409, 422, 429}, (
                name,
                address,
                sent.status_code,
            )
            assert not private or not user.is_staff or sent.status_code in {403, 404, 405}, (name, address)
    assert _journal_of(other) == before


def _first(address: str) -> str:
    return address.removeprefix("/yuhang").removeprefix("/en").split("/")[1]


def _seen(client: Client, address: str) -> tuple[int, str]:
    """Return the status and what the page says, its tokens aside."""
    answer = client.get(address)
    body = b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, TOKENS.sub("", body.decode(errors="replace"))


def _journal_of(vote: Vote) -> list[str]:
    return list(
        JournalEntry.objects.filter(cycle=vote.cycle).order_by("sequence").values_list("digest", flat=True)
    )


def _others(other: Vote) -> Iterator[tuple[type[models.Model], models.QuerySet[models.Model]]]:
    """Yield the models that the admin lists, with the rows that belong to the other congress."""
    for model, admin in site._registry.items():
        to_cycle = getattr(admin, "to_cycle", None)
        if to_cycle is None:
            rows = model._default_manager.filter(congress=other.cycle.congress)
        elif to_cycle:
            rows = model._default_manager.filter(**{to_cycle: other.cycle})
        else:
            rows = model._default_manager.filter(pk=other.cycle.pk)
        if rows.exists():
            yield model, rows


def test_one_number_in_two_congresses_is_two_delegates():
    mine, other = two_votes("drafted")
    for vote in (mine, other):
        vote.run("adopted", "rolled", "keyed", "ready", "open")
    number = mine.delegates[0].number
    assert other.delegates[0].number == number
    for vote, address, to in [
        (mine, "/gongshu/enter/", "/gongshu/ballot/"),
        (other, "/yuhang/enter/", "/yuhang/ballot/"),
    ]:
        client = Client()
        answer = client.post(address, {"number": number, "code": vote.codes[number]})
        assert (answer.status_code, answer.get("Location")) == (302, to)
        assert vote.cycle.congress.place in client.get(to).content.decode()
        ticket = TICKET.search(client.get(to).content.decode())
        assert ticket is not None
        review = client.post(f"{to}review/", {"ticket": ticket[1], "mark": ["1"]}).content.decode()
        cast = client.post(f"{to}cast/", cast_fields(review)).content.decode()
        assert "已投入票箱" in cast
        others = {"gongshu", "yuhang"} - {vote.cycle.congress.slug}
        assert not [slug for slug in others if slug in cast], "no page is kept for another congress"
    wrong = Client().post("/gongshu/enter/", {"number": number, "code": other.codes[number]})
    assert wrong.status_code == 403


def test_an_address_of_the_site_is_no_congress():
    first = {pattern.lstrip("^").split("/")[0] for pattern in patterns(get_resolver())}
    words = {word for word in first if re.fullmatch("[a-z][a-z0-9-]*", word)}
    assert words <= RESERVED, words - RESERVED
    for slug in ("admin", "2018", "Gongshu", "a b", ""):
        with pytest.raises(ValidationError) as refused:
            open_congress(slug=slug, name="甲", place="甲")
        assert set(refused.value.message_dict) == {"slug"}
    make_vote(until="drafted", delegates=1, slug="spring")
    with pytest.raises(ValidationError):
        open_congress(slug="spring", name="甲", place="甲")


@pytest.mark.parametrize("slug", ["a", "ad", "admi"])
def test_the_language_switch_stays_on_the_page_whatever_the_own_congress_is_called(slug: str):
    make_vote(until="drafted", delegates=1)
    own = make_vote(until="drafted", delegates=1, congress=CongressFactory(slug=slug))
    client = signed_in(own.clerk)
    for address in ("/admin/vote/2018/rules/", f"/{slug}/admin/vote/2018/rules/"):
        page = client.get(address).content.decode()
        assert re.search(rf'href="/{slug}/en/admin/vote/2018/rules/"', page), address


def test_a_nul_in_an_address_of_a_congress_is_answered_as_everywhere(client: Client):
    CongressFactory(slug="yuhang")
    for prefix in ("", "/yuhang", "/nowhere"):
        for address in ("/api/v1/cycles/%00/", "/api/v1/cycles/?page=%00"):
            answer = client.get(prefix + address)
            if prefix == "/nowhere":
                assert answer.status_code == 404, address
                continue
            assert answer.status_code in {400, 404}, prefix + address
            assert answer["Content-Type"] == "application/json; charset=utf-8", prefix + address
            assert answer.json()["error"], prefix + address
        for address in ("/2018/?q=%00", "/en/2018/%00/", "/en/?q=%00", "/%00/api/v1/cycles/", "/en/%00/api/"):
            answer = client.get(prefix + address)
            assert answer.status_code == 400, prefix + address
            assert answer["Content-Type"].startswith("text/html"), prefix + address
    assert client.get("/yuh%00ang/api/v1/cycles/").status_code == 400


def test_a_short_address_finds_its_year_by_an_index():
    with connection.cursor() as cursor:
        known = connection.introspection.get_constraints(cursor, "voting_cycle").values()
    assert any(each["index"] and each["columns"] == ["slug"] for each in known)


# --------------------------------------------------------------------------------------------------- the database


def test_every_way_out_of_a_congress_is_refused_by_the_database():
    """Each column that names something of a congress, of a row that is there: pointed at another congress's."""
    lived = make_lived(3)
    own = lived.spring.vote.cycle.congress
    rows = _rows()
    elsewhere = _one_of_each(CongressFactory(**OTHER))
    tried = set()
    for (table, column, target), row in rows.items():
        if target in elsewhere:
            with pytest.raises(IntegrityError, match="another congress"):
                _point(table, column, row, at=elsewhere[target])
            tried.add((table, column))
    assert len(tried) > 40, tried
    assert own.cycles.exists()


def _rows() -> dict[tuple[str, str, str], str]:
    """Return where a row of ours stands for each table, each of its ways and what that leads to."""
    rows = {}
    with connection.cursor() as cursor:
        for table, columns in _ways().items():
            for column, target in columns.items():
                cursor.execute(f"SELECT ctid::text FROM {table} WHERE {column} IS NOT NULL LIMIT 1")
                if row := cursor.fetchone():
                    rows[table, column, target] = row[0]
    return rows


def _point(table: str, column: str, row: str, *, at: int) -> None:
    """Change a column with this one rule alone in force: others keep most rows from being changed at all."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER same_congress")
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE ctid = %s::tid", [at, row])


def _ways() -> dict[str, dict[str, str]]:
    text = rules.render("same_congress")
    return {
        table: dict(re.findall(r"'(\w+):(\w+)'", ways))
        for table, ways in re.findall(r"UPDATE OF [\w, ]+ ON public\.(\w+)\s[^(]*\(([^)]*)\);", text)
    }


def _one_of_each(congress: Congress) -> dict[str, int]:
    """Return the key of one thing of that congress for every table that rows name."""
    vote = make_vote(until="published", delegates=2, congress=congress, slug="2001", ballots=[[1], [1]])
    found = {"accounts_congress": congress.pk, "voting_cycle": vote.cycle.pk, "voting_round": vote.round.pk}
    found |= {"accounts_user": vote.clerk.pk, "accounts_delegate": vote.delegates[0].pk}
    found |= {"accounts_delegation": vote.delegates[0].delegation_id, "voting_tally": vote.round.pk}
    found["voting_candidate"] = vote.cycle.candidates.first().pk
    found["voting_votingrules"] = vote.round.rules_id
    found["accounts_unit"] = (
        apps.get_model("accounts", "Unit").objects.create(congress=congress, name="别处").pk
    )
    return found


@contextmanager
def web_role() -> Iterator[Any]:
    """Yield a cursor with the rights of the web role of ``deploy/README.md``, for as long as the test lasts."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE piaojue_congress_test NOLOGIN")
        cursor.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO piaojue_congress_test"
        )
        cursor.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO piaojue_congress_test")
        cursor.execute("SET LOCAL ROLE piaojue_congress_test")
        yield cursor
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize("how", ["insert", "update"])
def test_the_web_role_puts_no_delegate_on_a_roll_of_another_congress(how: str):
    mine, other = two_votes("rolled")
    stranger = other.delegates[0]
    statement = {
        "insert": (
            "INSERT INTO voting_rollentry (round_id, delegate_id, number, name, delegation, presence, voted, paper,"
            " in_group) VALUES (%s, %s, '999', '外', '外', 'absent', false, false, false)"
        ),
        "update": "UPDATE voting_rollentry SET delegate_id = %s WHERE round_id = %s",
    }[how]
    values = [mine.round.pk, stranger.pk] if how == "insert" else [stranger.pk, mine.round.pk]
    with web_role() as cursor, pytest.raises(IntegrityError) as refused, transaction.atomic():
        cursor.execute(statement, values)
    assert "refused on voting_rollentry" in str(refused.value)


def test_the_web_role_gives_no_delivery_to_a_unit_of_another_congress():
    spring = make_lived(3).spring
    unit = UnitFactory(congress=CongressFactory(**OTHER), name="别处")
    delivery = spring.vote.cycle.deliveries.first()
    with web_role() as cursor:
        with (
            pytest.raises(IntegrityError, match="lead_unit_id belongs to another congress"),
            transaction.atomic(),
        ):
            cursor.execute(
                "UPDATE voting_delivery SET lead_unit_id = %s WHERE id = %s", [unit.pk, delivery.pk]
            )
        own = spring.officer.unit_id
        cursor.execute("UPDATE voting_delivery SET lead_unit_id = %s WHERE id = %s", [own, delivery.pk])


def test_what_belongs_to_a_congress_stays_and_a_congress_is_kept():
    mine, other = two_votes("rolled")
    for table in ("accounts_delegate", "accounts_delegation", "accounts_user", "voting_cycle"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET congress_id = %s WHERE congress_id = %s",
                [other.cycle.congress_id, mine.cycle.congress_id],
            )
    for statement in ("UPDATE accounts_congress SET kind = 'demo'", "DELETE FROM accounts_congress"):
        with (
            pytest.raises(IntegrityError, match="refused on"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(role=Role.CLERK, congress=None)
    assert Cycle.objects.filter(congress=mine.cycle.congress).count() == 1
    assert records()

"""F31, F32, F38: whoever has the database's web role, and nothing else, reads no choice and changes no evidence.

The database is made as ``deploy/roles.sql`` and ``migrate`` make it; votes stand in it at every point, brought there
by the application **as the web role**, which so proves to have the rights it needs. Each attack of TRUST.md §5 is then
tried over a connection of that role. Nothing that an attack does stays.

Guards ``voting.evidence``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from psycopg import sql
from psycopg.errors import IntegrityConstraintViolation, LockNotAvailable
from psycopg.types.json import Jsonb

from tests.factories import POINTS, CongressFactory, Vote, make_vote
from voting.domain.vote import casting, rolls
from voting.evidence import rules
from voting.states import ACT_OF_STEP, ROLL_ACTS, STEPS_TAKEN_ONCE, RoundStatus, Stage

ROOT = Path(__file__).resolve().parents[2]
DENIED = psycopg.errors.InsufficientPrivilege
REFUSED = IntegrityConstraintViolation
TEN = tuple(range(1, 11))
#: The points of a vote that leave it in another state, and the world that is archived beside them.
WORLDS = [*POINTS[2:], "archived"]
TABLES = sorted(
    {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in {"accounts", "voting"} and not model._meta.proxy
    }
    | {"django_migrations", "django_session"}
)


@dataclass
class Site:
    """A database as ``deploy/README.md`` makes it, the roles that use it, and the votes in it."""

    parameters: dict[str, Any]
    owner: str
    web: str
    votes: dict[str, Vote]
    superuser: dict[str, Any]

    def connect(self, user: str) -> psycopg.Connection[Any]:
        return psycopg.connect(**self.parameters | {"user": user})

    def attempt(self, *statements: str, **values: Any) -> list[Any]:
        """Do as the web role, up to where a commit would begin; return the last rows, and leave nothing behind."""
        with self.connect(self.web) as attacker, attacker.transaction(force_rollback=True):
            rows: list[Any] = []
            for statement in statements:
                done = attacker.execute(statement, values or None)
                rows = done.fetchall() if done.description else []
            attacker.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return rows

    def refuse(self, answer: str, *statements: str, **values: Any) -> None:
        """Hold that the database refuses the last statement, or the commit after it."""
        with pytest.raises(REFUSED, match=answer):
            self.attempt(*statements, **values)


def roles_sql(*, database: str, owner: str, web: str) -> str:
    """Return ``deploy/roles.sql`` for other names."""
    text = (ROOT / "deploy" / "roles.sql").read_text(encoding="utf-8")
    text = re.sub(r"\bDATABASE piaojue\b", f'DATABASE "{database}"', text)
    text = re.sub(r"\bpiaojue_owner\b", f'"{owner}"', text)
    return re.sub(r"\bpiaojue\b", f'"{web}"', text)


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    with django_db_blocker.unblock():
        known = connection.settings_dict
        before = dict(known)
        connection.ensure_connection()
        parameters = {
            "host": known["HOST"], "port": known["PORT"], "password": "only for tests",
            "dbname": f"{known['NAME']}_deployed",
        }  # fmt: skip
        names = {
            "database": parameters["dbname"],
            "owner": f"{known['NAME']}_owner",
            "web": f"{known['NAME']}_web",
        }
        superuser = {**parameters, "user": known["USER"], "password": known["PASSWORD"]}
        _remove(names)
        with connection.cursor() as cursor:
            for role in ("owner", "web"):
                cursor.execute(f"CREATE ROLE \"{names[role]}\" LOGIN PASSWORD 'only for tests'")
            cursor.execute(f'CREATE DATABASE "{names["database"]}" OWNER "{names["owner"]}"')
        connection.close()
        with psycopg.connect(**superuser) as server:
            server.execute(roles_sql(**names))
        try:
            known.pop("EMBEDDED_IN", None)
            known.update(NAME=names["database"], USER=names["owner"], PASSWORD=parameters["password"])
            call_command("migrate", verbosity=0, interactive=False)
            connection.close()
            known["USER"] = names["web"]
            votes = _votes()
            casting._booths.clear()
            connection.close()
            with psycopg.connect(**superuser) as server:
                server.execute("SET session_replication_role = replica")
                server.execute(
                    "UPDATE voting_cycle SET stage = 'archived' WHERE id = %s", [votes["archived"].cycle.pk]
                )
            yield Site(parameters, names["owner"], names["web"], votes, superuser)
        finally:
            connection.close()
            known.clear()
            known.update(before)
            _remove(names)


def _votes() -> dict[str, Vote]:
    casting._booths.clear()  # of rounds that have these numbers in the other database
    votes = {}
    for point in WORLDS:
        congress = CongressFactory(slug=point)
        until = "published" if point == "archived" else point
        votes[point] = make_vote(until=until, congress=congress, delegates=4, present=3, ballots=[TEN, TEN])
    votes["frozen"] = vote = make_vote(until="adopted", congress=CongressFactory(slug="frozen"), delegates=4)
    rolls.freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    return votes


def _remove(names: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{names["database"]}" WITH (FORCE)')
        for role in ("web", "owner"):
            cursor.execute(f'DROP ROLE IF EXISTS "{names[role]}"')


# ------------------------------------------------------------------------------------------ the role and its rights


def test_the_guide_makes_the_database_with_these_rights():
    assert re.search(r"psql piaojue < deploy/roles\.sql", (ROOT / "deploy" / "README.md").read_text())


def test_the_application_holds_whole_votes_as_the_web_role(site: Site):
    statuses = dict(site.attempt("SELECT c.slug, r.status FROM voting_round r JOIN voting_cycle y ON y.id = r.cycle_id"
                                 " JOIN accounts_congress c ON c.id = y.congress_id"))  # fmt: skip
    assert statuses == {
        **{point: point for point in POINTS[3:]}, "rolled": "preparing", "frozen": "preparing",
        "archived": "published",
    }  # fmt: skip


def test_the_web_role_may_read_and_write_rows_and_nothing_else(site: Site):
    rows = site.attempt(
        "SELECT c.relname, p FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE',"
        " 'REFERENCES', 'TRIGGER']) p WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND has_table_privilege(c.oid, p)"
    )
    wanted = {(table, right) for table, _right in rows for right in ("SELECT", "INSERT", "UPDATE", "DELETE")}
    wanted -= {("django_migrations", right) for right in ("INSERT", "UPDATE", "DELETE")}
    assert set(rows) == wanted
    assert {table for table, _right in rows} >= set(TABLES)


def test_the_web_role_owns_nothing_and_is_nobody_else(site: Site):
    assert site.attempt("SELECT relname FROM pg_class WHERE pg_has_role(relowner, 'MEMBER')") == []
    assert site.attempt("SELECT proname FROM pg_proc WHERE pg_has_role(proowner, 'MEMBER')") == []
    flags = "rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
    assert site.attempt(f"SELECT {flags} FROM pg_roles WHERE rolname = current_user") == [(False,) * 5]
    assert site.attempt("SELECT rolname FROM pg_roles WHERE pg_has_role(oid, 'MEMBER')") == [(site.web,)]


def test_the_web_role_creates_nothing_in_any_schema(site: Site):
    assert site.attempt("SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE')") == []
    rights = (
        "SELECT p FROM unnest(ARRAY['CREATE', 'TEMP']) p WHERE has_database_privilege(current_database(), p)"
    )
    assert site.attempt(rights) == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE SCHEMA other",
        "CREATE TABLE public.other (id int)",
        "CREATE VIEW public.other AS SELECT 1",
        "CREATE FUNCTION public.max(smallint) RETURNS smallint LANGUAGE sql AS 'SELECT 1::smallint'",
        "CREATE FUNCTION pg_catalog.other() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION public.piaojue_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "DROP FUNCTION public.piaojue_refuse() CASCADE",
        "ALTER FUNCTION public.piaojue_refuse() RESET ALL",
        "ALTER TABLE public.voting_tally DISABLE TRIGGER ALL",
        "ALTER TABLE public.voting_tally DISABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON public.voting_tally",
        "CREATE TRIGGER a BEFORE INSERT ON voting_tally FOR EACH ROW EXECUTE FUNCTION piaojue_refuse('x')",
        "ALTER TABLE public.voting_rollentry ADD COLUMN cast_at timestamptz",
        "ALTER TABLE public.voting_rollentry DROP CONSTRAINT roll_voted_was_present",
        "CREATE INDEX mine ON public.voting_rollentry (voted)",
        "CREATE RULE mine AS ON INSERT TO public.voting_sealedballot DO INSTEAD NOTHING",
        "SET session_replication_role = replica",
        "SET SESSION AUTHORIZATION postgres",
        "COPY public.voting_rollentry TO PROGRAM 'true'",
        "COPY public.voting_rollentry TO '/tmp/roll'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_switch_wal()",
        "UPDATE public.django_migrations SET applied = now()",
        "DELETE FROM public.django_migrations",
        "INSERT INTO public.django_migrations (app, name, applied) VALUES ('voting', '9999_none', now())",
        "TRUNCATE public.django_migrations",
    ],
)  # fmt: skip
def test_f31_what_holds_the_evidence_is_out_of_reach(site: Site, statement: str):
    with pytest.raises(DENIED):
        site.attempt(statement)


def test_f31_the_web_role_does_not_become_the_owner(site: Site):
    with pytest.raises(DENIED):
        site.attempt(f'SET ROLE "{site.owner}"')
    with pytest.raises(DENIED):
        site.attempt(f'GRANT "{site.owner}" TO "{site.web}"')


@pytest.mark.parametrize("table", TABLES)
def test_f31_no_temporary_table_takes_the_name_of_one_of_ours(site: Site, table: str):
    with pytest.raises(DENIED, match="temporary"):
        site.attempt(f"CREATE TEMP TABLE {table} (LIKE public.{table})")


def test_f31_temporary_tables_would_deceive_no_rule_if_they_were_allowed(site: Site):
    """Should somebody give TEMP back: shadows of all tables, empty or full, and each refusal still stands."""
    database = sql.Identifier(site.parameters["dbname"])
    grant = sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(database, sql.Identifier(site.web))
    with site.connect(site.owner) as owner:
        owner.execute(grant)
    try:
        for content in ("WITH NO DATA", ""):
            shadows = [
                f"CREATE TEMP TABLE {table} AS SELECT * FROM public.{table} {content}" for table in TABLES
            ]
            for answer, point, *statements in REFUSALS:
                site.refuse(answer, *shadows, *statements, round=site.votes[point].round.pk)
    finally:
        with site.connect(site.owner) as owner:
            owner.execute(
                sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM {}").format(database, sql.Identifier(site.web))
            )


def test_every_function_is_pinned_and_none_lends_its_owners_rights(site: Site):
    rows = site.attempt(
        "SELECT proname, prosecdef, proconfig FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    assert {name for name, *_more in rows} == set(
        re.findall(r"^CREATE FUNCTION public\.(\w+)", rules.script(), re.MULTILINE)
    )
    for name, lends, settings in rows:
        assert not lends, name
        assert settings == ["search_path=pg_catalog, public, pg_temp"], name


def test_every_trigger_is_on(site: Site):
    rows = site.attempt(
        "SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal"
    )
    assert {table for table, *_more in rows} == set(rules.tables())
    assert [row for row in rows if row[2] != "O"] == []


# ------------------------------------------------------------------------------------------------- moments and actors

BALLOT = "INSERT INTO public.voting_sealedballot (id, round_id, blob) VALUES (gen_random_uuid(), %(round)s, '\\x00')"
BY_SERVER = "(SELECT coalesce(sum(ballots), 0) FROM public.voting_serversealed WHERE round_id = %(round)s)"
#: What the close would write.
SEAL = f"""INSERT INTO public.voting_urnseal (round_id, ballots, hashes, root, by_server)
SELECT %(round)s, count(*), coalesce(string_agg(h, ''::bytea ORDER BY h), ''::bytea), repeat('0', 64), {BY_SERVER}
FROM (SELECT sha256(blob) h FROM public.voting_sealedballot WHERE round_id = %(round)s) u"""
FALSE_SEAL = """INSERT INTO public.voting_urnseal (round_id, ballots, hashes, root)
VALUES (%(round)s, 0, '', repeat('0', 64))"""
_STAFF = """(SELECT min(u.id) FROM public.accounts_user u JOIN public.voting_cycle y ON y.congress_id = u.congress_id
JOIN public.voting_round r ON r.cycle_id = y.id WHERE r.id = %(round)s AND u.role = '{role}')"""


def staff(role: str) -> str:
    """Return the SQL for somebody with that role in the congress of the round."""
    return _STAFF.format(role=role)


def tally(by: str) -> str:
    return f"""INSERT INTO public.voting_tally (round_id, working, patterns, digest, counted_by_id, counted_at)
VALUES (%(round)s, '{{}}', '[]', repeat('0', 64), {by}, now())"""


def certification(by: str) -> str:
    return f"""INSERT INTO public.voting_certification (tally_id, certified_by_id, certified_at)
VALUES (%(round)s, {by}, now())"""


def notice(by: str) -> str:
    return f"""INSERT INTO public.voting_notice (round_id, body, digest, published_by_id, published_at)
VALUES (%(round)s, '{{}}', repeat('0', 64), {by}, now())"""


ENTRY = f"""INSERT INTO public.voting_journalentry (cycle_id, sequence, act, actor_id, at, data, previous, digest)
SELECT r.cycle_id, j.sequence + 1, '{{act}}', {staff("clerk")}, now(),
jsonb_build_object('round', r.number) || {{data}}, j.digest, repeat('1', 64)
FROM public.voting_round r JOIN public.voting_journalentry j ON j.cycle_id = r.cycle_id
WHERE r.id = %(round)s ORDER BY j.sequence DESC LIMIT 1"""
#: What the journal holds of the close, as the round and its seal have it.
OF_THE_CLOSE = """(SELECT jsonb_build_object('ballots', s.ballots, 'root', s.root, 'issued', r.issued,
'paper', r.paper_issued) FROM public.voting_urnseal s WHERE s.round_id = r.id)"""


def told(status: str, data: str = "'{}'") -> str:
    """Return the SQL for the journal entry of a step."""
    if status == RoundStatus.CLOSED and data == "'{}'":
        data = OF_THE_CLOSE
    return ENTRY.format(act=ACT_OF_STEP[RoundStatus(status)], data=data)


TIE = f"""INSERT INTO public.voting_tiedecision
(round_id, method, chosen, drawn, reason, witnesses, recorded_by_id, recorded_at)
VALUES (%(round)s, 'lot', '[1]', '[]', 'x', 'x', {staff("clerk")}, now())"""
PAPER_BOX = f"""INSERT INTO public.voting_paperbox (round_id, returned, returned_group, recorded_by_id, recorded_at)
VALUES (%(round)s, 0, 0, {staff("clerk")}, now())"""
DISPOSAL = f"""INSERT INTO public.voting_disposal
(cycle_id, slips, witnesses, note, ballots, disposed_by_id, disposed_at)
SELECT cycle_id, 1, 'x', 'x', 2, {staff("clerk")}, now() FROM public.voting_round WHERE id = %(round)s"""
EMPTY_URN = "DELETE FROM public.voting_sealedballot WHERE round_id = %(round)s"
VOTED = """UPDATE public.voting_rollentry SET voted = true WHERE round_id = %(round)s AND presence = 'present'
AND NOT voted"""
CLOSE = """UPDATE public.voting_round SET status = 'closed', paper_issued = 0,
issued = (SELECT count(*) FROM public.voting_rollentry WHERE round_id = %(round)s AND presence = 'present')
WHERE id = %(round)s"""
NEW_KEY = "UPDATE public.voting_round SET public_key = '\\x00', key_fingerprint = repeat('0', 64) WHERE id = %(round)s"
FALSE_CEREMONY = told("keyed", "jsonb_build_object('key', r.key_fingerprint, 'issued', 3, 'ceremony', 99)")
PUBLICATION = """UPDATE public.voting_cycle SET stage = 'publication'
WHERE id = (SELECT cycle_id FROM public.voting_round WHERE id = %(round)s)"""
#: Evidence with the status in which it is written, and the step that it belongs to.
WRITTEN: dict[str, tuple[str, str]] = {
    "a ballot": ("open", BALLOT),
    "the seal": ("open", SEAL),
    "a paper box": ("closed", PAPER_BOX),
    "the count": ("closed", tally(staff("clerk"))),
    "the certification": ("counted", certification(staff("chief"))),
    "a tie decided": ("certified", TIE),
    "the notice": ("certified", notice(staff("clerk"))),
}
FIXED_BY_A_STEP = {"the seal", "the count", "the certification", "the notice"}
OTHER_MOMENTS = [
    (what, point)
    for what, (moment, _statement) in WRITTEN.items()
    for point in POINTS[2:]
    if point != moment
]  # fmt: skip
#: What is refused, in which world; tried again among shadows of all tables.
REFUSALS = [
    ("only while the round is open", "closed", BALLOT),
    ("only with the step", "open", SEAL),
    ("this is not the urn", "open", FALSE_SEAL),
    ("only while the round is closed", "open", tally(staff("clerk"))),
    ("only while the round is counted", "open", certification(staff("chief"))),
    ("only while the round is certified", "open", notice(staff("clerk"))),
    ("only when the year is archived", "open", DISPOSAL),
    ("append-only", "open", EMPTY_URN),
    ("only while the vote is open", "closed", VOTED),
    ("the key is fixed", "ready", NEW_KEY),
    ("nothing is kept that this step fixes", "open", CLOSE),
    ("these are not the figures of the roll", "open", SEAL, CLOSE.replace("= 0", "= 1")),
    ("the step stands in no journal", "open", SEAL, CLOSE),
    ("this is not what happened", "closed", told("closed")),
    ("no such ceremony was held", "keyed", FALSE_CEREMONY),
    ("nothing was voted on that this stage follows", "closed", PUBLICATION),
]


@pytest.mark.parametrize(("what", "point"), OTHER_MOMENTS)
def test_evidence_is_written_at_its_moment_and_at_no_other(site: Site, what: str, point: str):
    moment, statement = WRITTEN[what]
    site.refuse(f"only while the round is {moment}", statement, round=site.votes[point].round.pk)


@pytest.mark.parametrize("what", sorted(set(WRITTEN) - FIXED_BY_A_STEP))
def test_at_its_moment_evidence_is_taken(site: Site, what: str):
    """The control: what is refused above is refused for its moment."""
    moment, statement = WRITTEN[what]
    site.attempt(statement, round=site.votes[moment].round.pk)


@pytest.mark.parametrize("what", sorted(FIXED_BY_A_STEP))
def test_what_a_step_fixes_cannot_lie_in_its_way(site: Site, what: str):
    """Left alone at its own moment it would block the true one for ever; with the step it is taken."""
    moment, statement = WRITTEN[what]
    round_ = site.votes[moment].round.pk
    site.refuse("only with the step that it belongs to", statement, round=round_)
    following = dict(pairwise(RoundStatus.values))[moment]
    step = CLOSE
    if following != "closed":
        step = f"UPDATE public.voting_round SET status = '{following}' WHERE id = %(round)s"
    site.refuse("the step stands in no journal", statement, step, round=round_)
    site.attempt(statement, step, told(following), round=round_)
    site.refuse("nothing is kept that this step fixes", step, round=round_)


# ---------------------------------------------------------------------------------------- what two people put on record

BY_TWO = f"""'x', {staff("clerk")}, {staff("chief")}, now()"""
UNFREEZING = f"""INSERT INTO public.voting_unfreezing (round_id, reason, recorded_by_id, second_id, recorded_at)
VALUES (%(round)s, {BY_TWO})"""
ANNULMENT = f"""INSERT INTO public.voting_annulment
(round_id, decision, counted, reason, recorded_by_id, second_id, recorded_at)
SELECT %(round)s, 'x', EXISTS (SELECT FROM public.voting_tally WHERE round_id = %(round)s), {BY_TWO}"""
END_OF_ROUNDS = f"""INSERT INTO public.voting_endofrounds
(cycle_id, decision, seats, reason, recorded_by_id, second_id, recorded_at)
SELECT cycle_id, 'x', 'stay_empty', {BY_TWO} FROM public.voting_round WHERE id = %(round)s"""
STEP = "UPDATE public.voting_round SET status = '{to}' WHERE id = %(round)s"
ANNUL_OPEN = CLOSE.replace("'closed'", "'annulled'")
TO_KEYED = """UPDATE public.voting_round SET status = 'keyed', public_key = '\\x00', key_fingerprint = repeat('0', 64),
slips_needed = 2, slips_issued = 3 WHERE id = %(round)s"""
#: What the journal says of an urn that was counted, or not yet.
OF_THE_URN = """(SELECT jsonb_build_object('ballots', s.ballots, 'root', s.root) FROM public.voting_urnseal s
WHERE s.round_id = r.id)"""


@pytest.mark.parametrize("point", [*POINTS[2:], "frozen", "archived"])
def test_a_round_is_annulled_from_its_opening_until_its_count_is_certified(site: Site, point: str):
    round_ = site.votes[point].round.pk
    if point not in {"open", "closed", "counted"}:
        site.refuse("only while the round is open or closed or counted", ANNULMENT, round=round_)
        return
    steps = [ANNULMENT, STEP.format(to="annulled"), told("annulled", OF_THE_URN)]
    if point == "open":
        steps = [SEAL, ANNULMENT, ANNUL_OPEN, told("annulled", OF_THE_CLOSE)]
    site.attempt(*steps, round=round_)
    for left_out in range(len(steps)):
        with pytest.raises(REFUSED):
            site.attempt(*steps[:left_out], *steps[left_out + 1 :], round=round_)


def test_an_annulled_round_stays_so_and_nothing_comes_of_it(site: Site):
    round_ = site.votes["closed"].round.pk
    annulled = [ANNULMENT, STEP.format(to="annulled"), told("annulled", OF_THE_URN)]
    for to in RoundStatus.values:
        if to != RoundStatus.ANNULLED:
            site.refuse("no such step", *annulled, STEP.format(to=to), round=round_)
    site.refuse("append-only", *annulled, "DELETE FROM public.voting_annulment", round=round_)
    site.refuse("only while the round is closed", *annulled, tally(staff("clerk")), round=round_)
    site.refuse("only while the round is open", *annulled, BALLOT, round=round_)
    site.refuse(
        "append-only", *annulled, "UPDATE public.voting_sealedballot SET round_id = round_id", round=round_
    )


def test_no_round_is_said_to_be_annulled_and_goes_on(site: Site):
    steps = [certification(staff("chief")), STEP.format(to="certified"), told("certified")]
    site.attempt(*steps, round=site.votes["counted"].round.pk)
    site.refuse("only with the step", ANNULMENT, *steps, round=site.votes["counted"].round.pk)


def test_no_roll_is_said_to_be_unfrozen_and_is_voted_on(site: Site):
    ceremony = [TO_KEYED, told("keyed", "jsonb_build_object('key', r.key_fingerprint)")]
    site.attempt(*ceremony, round=site.votes["frozen"].round.pk)
    site.refuse("only with the step", UNFREEZING, *ceremony, round=site.votes["frozen"].round.pk)


def test_a_roll_is_unfrozen_before_anything_is_out_and_never_after(site: Site):
    steps = [UNFREEZING, STEP.format(to="unfrozen"), told("unfrozen")]
    back = PUBLICATION.replace("publication", "deliberation")
    frozen = site.votes["frozen"].round.pk
    site.refuse("the roll is frozen", back, round=frozen)
    site.attempt(*steps, back, round=frozen)
    for left_out in range(len(steps)):
        with pytest.raises(REFUSED):
            site.attempt(*steps[:left_out], *steps[left_out + 1 :], round=frozen)
    rolled = site.votes["rolled"].round.pk
    site.refuse("slips or paper ballots are out", *steps, round=rolled)
    for act in ("roll_frozen", "round_begun"):  # slips count since then
        again = ENTRY.format(act=act, data="jsonb_build_object('roll', 4)")
        site.refuse("this is not what happened", again, *steps, round=rolled)
    paper = "UPDATE public.voting_rollentry SET presence = 'present', paper = true WHERE round_id = %(round)s"
    site.refuse("slips or paper ballots are out", paper, *steps, round=frozen)
    for point in POINTS[3:]:
        site.refuse("only while the round is preparing", *steps, round=site.votes[point].round.pk)


def test_further_rounds_are_ended_with_the_step_and_while_none_is_under_way(site: Site):
    published = site.votes["published"].round.pk
    ended = ENTRY.format(act="rounds_ended", data="'{}'::jsonb")
    site.refuse("only with the step", END_OF_ROUNDS, ended, round=published)
    site.refuse("only with the step", END_OF_ROUNDS, PUBLICATION, round=published)
    site.attempt(END_OF_ROUNDS, ended, PUBLICATION, round=published)
    for point in [*POINTS[2:9], "archived"]:
        with pytest.raises(REFUSED, match=r"a round is under way|only in the stage of counting"):
            site.attempt(END_OF_ROUNDS, ended, round=site.votes[point].round.pk)


@pytest.mark.parametrize("statement", [UNFREEZING, ANNULMENT, END_OF_ROUNDS])
def test_no_one_and_nobody_else_puts_it_on_record(site: Site, statement: str):
    point = {UNFREEZING: "frozen", ANNULMENT: "closed", END_OF_ROUNDS: "published"}[statement]
    round_ = site.votes[point].round.pk
    with pytest.raises(psycopg.errors.CheckViolation, match="by_two_people"):
        site.attempt(statement.replace("'chief'", "'clerk'"), round=round_)
    for mine, other in [("'clerk'", "'scrutineer'"), ("'chief'", "'keeper'"), ("'chief'", "'delegate'")]:
        with pytest.raises((REFUSED, psycopg.errors.NotNullViolation)):
            site.attempt(statement.replace(mine, other), round=round_)
    stranger = str(site.votes["open"].chief.pk)
    site.refuse("another congress", statement.replace(staff("chief"), stranger), round=round_)


@pytest.mark.parametrize("point", WORLDS)
def test_the_number_to_choose_stays_with_the_slate(site: Site, point: str):
    more = "UPDATE public.voting_cycle SET seats = seats + 1 WHERE id = {}"
    site.refuse("the slate is frozen", more.format(site.votes[point].cycle.pk))


def test_no_sheet_is_read_beside_a_correction_of_their_number(site: Site):
    round_ = site.votes["closed"].round.pk
    reading = f"""INSERT INTO public.voting_paperreading (round_id, place, reading, marks, read_by_id)
    VALUES (%(round)s, 1, 1, '', {staff("chief")})"""
    correct = "UPDATE public.voting_paperbox SET returned = 5 WHERE round_id = %(round)s"
    with site.connect(site.web) as clerk:
        clerk.execute(PAPER_BOX.replace("0, 0,", "1, 0,"), {"round": round_})
    try:
        site.attempt(correct, round=round_)
        for first, second in [(reading, correct), (correct, reading)]:
            with site.connect(site.web) as attacker, attacker.transaction(force_rollback=True):
                attacker.execute(first, {"round": round_})
                with pytest.raises(LockNotAvailable):
                    site.attempt("SET LOCAL lock_timeout = '100ms'", second, round=round_)
        site.refuse("a sheet has been read", reading, correct, round=round_)
    finally:
        with psycopg.connect(**site.superuser) as server:
            server.execute("SET session_replication_role = replica")
            server.execute("DELETE FROM public.voting_paperbox")


COPY = """INSERT INTO public.voting_testballot (id, round_id, blob)
SELECT gen_random_uuid(), round_id, blob FROM public.voting_sealedballot WHERE round_id = %(round)s"""
SEAL_WITH_COPIES = f"""INSERT INTO public.voting_urnseal
(round_id, ballots, hashes, root, by_server, tests, test_hashes, test_root)
SELECT %(round)s, count(*), string_agg(h, ''::bytea ORDER BY h), repeat('0', 64), {BY_SERVER},
       count(*), string_agg(h, ''::bytea ORDER BY h), repeat('0', 64)
FROM (SELECT sha256(blob) h FROM public.voting_sealedballot WHERE round_id = %(round)s) u"""


def test_f43_ballots_copied_among_the_test_ballots_are_in_no_seal(site: Site):
    """The web role makes test ballots, so it can copy the urn's bytes; what is not sealed as one is not opened."""
    round_ = site.votes["open"].round.pk
    copied = site.attempt(
        COPY, "SELECT 1 FROM public.voting_testballot WHERE round_id = %(round)s", round=round_
    )
    assert len(copied) == 2, "as many as were cast"
    site.refuse("this is not the urn", COPY, SEAL_WITH_COPIES, round=round_)
    for point in ("closed", "counted", "published"):
        site.refuse("only while the round is open", COPY, round=site.votes[point].round.pk)


def test_a_seal_that_is_not_the_urns_is_refused(site: Site):
    round_ = site.votes["open"].round.pk
    site.refuse("this is not the urn", FALSE_SEAL, round=round_)
    site.refuse("this is not the urn", SEAL.replace("count(*)", "count(*) + 1"), round=round_)
    site.refuse("this is not the urn", SEAL.replace("string_agg(h, ", "string_agg(sha256(h), "), round=round_)


def test_a_close_tells_the_figures_of_the_roll(site: Site):
    for false in (CLOSE.replace("= 0", "= 1"), CLOSE.replace("count(*)", "count(*) + 1")):
        site.refuse("these are not the figures of the roll", SEAL, false, round=site.votes["open"].round.pk)


#: Numbers that a row is known by, and texts that it is found again by: nothing else refers to these.
KEYS = sorted(
    (model._meta.db_table, str(model._meta.pk.column))
    for model in apps.get_models(include_auto_created=True)
    if model._meta.app_label in {"accounts", "voting"} and not model._meta.proxy
)


@pytest.mark.parametrize(("table", "key"), KEYS, ids=[table for table, _key in KEYS])
def test_a_row_stays_under_its_key(site: Site, table: str, key: str):
    """Else a round that is elsewhere for a moment has no status, and whoever counted is somebody else."""
    with psycopg.connect(**site.superuser) as server, server.transaction(force_rollback=True):
        fill(server, table)
        kind, _default = server.execute(
            "SELECT data_type, column_default FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND column_name = %s",
            [table, key],
        ).fetchone() or ("", None)
        other = {"uuid": "gen_random_uuid()", "bytea": f"{key} || '\\x00'"}.get(kind, f"-1 - {key}")
        if kind.startswith("character"):
            other = f"left('x' || {key}, 10)"
        server.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(site.web)))
        with pytest.raises(REFUSED, match=f"refused on {table}"):
            server.execute(f"UPDATE public.{table} SET {key} = {other}")


@pytest.mark.parametrize("act", sorted(STEPS_TAKEN_ONCE | ROLL_ACTS))
@pytest.mark.parametrize("point", POINTS[2:])
def test_the_journal_takes_no_entry_of_what_did_not_happen(site: Site, act: str, point: str):
    """The count reads the last entry of an act: one that somebody made up would block it for ever."""
    for data in (OF_THE_CLOSE, "'{\"roll\": 1}'", '\'{"root": "x", "ballots": 1, "issued": 1, "paper": 0}\''):
        statement = ENTRY.format(act=act, data=f"coalesce({data}, '{{}}')::jsonb")
        site.refuse("this is not what happened", statement, round=site.votes[point].round.pk)


@pytest.mark.parametrize("point", POINTS[2:])
def test_the_journal_takes_no_ceremony_that_was_not_held(site: Site, point: str):
    answer = "no such ceremony was held" if point == "keyed" else "this is not what happened"
    site.refuse(answer, FALSE_CEREMONY, round=site.votes[point].round.pk)
    another = FALSE_CEREMONY.replace("r.key_fingerprint", "repeat('0', 64)")
    site.refuse("this is not what happened", another, round=site.votes[point].round.pk)


def test_a_year_is_not_moved_past_its_vote(site: Site):
    vote = site.votes["open"]
    step = "UPDATE public.voting_cycle SET stage = '{to}' WHERE id = {cycle}"
    answer = "nothing was voted on that this stage follows"
    site.refuse(answer, step.format(to="counting", cycle=vote.cycle.pk))
    closed = site.votes["closed"]
    site.refuse(answer, step.format(to="publication", cycle=closed.cycle.pk))
    site.refuse(answer, step.format(to="archived", cycle=closed.cycle.pk))


@pytest.mark.parametrize("stage", [stage for stage in Stage.values if stage != Stage.SOLICITATION])
def test_a_year_begins_at_the_beginning(site: Site, stage: str):
    fresh = """INSERT INTO public.voting_cycle SELECT (jsonb_populate_record(
    c, jsonb_build_object('id', 0, 'slug', 'fresh', 'stage', '{stage}', 'slate_frozen_at', NULL))).*
    FROM public.voting_cycle c WHERE c.id = {cycle}"""
    cycle = site.votes["open"].cycle.pk
    site.refuse("no such step", fresh.format(stage=stage, cycle=cycle))
    site.attempt(fresh.format(stage="solicitation", cycle=cycle))


def test_no_urn_is_destroyed_as_that_of_an_assessment_of_another_year(site: Site):
    vote = site.votes["open"]
    leans = f"UPDATE public.voting_cycle SET assesses_id = {site.votes['archived'].cycle.pk} WHERE id = {vote.cycle.pk}"
    site.refuse("the year that is assessed is fixed", leans, DISPOSAL, EMPTY_URN, round=vote.round.pk)


@pytest.mark.parametrize("point", POINTS[2:])
def test_an_urn_is_destroyed_at_no_point_of_a_vote(site: Site, point: str):
    round_ = site.votes[point].round.pk
    site.refuse("only when the year is archived", DISPOSAL, EMPTY_URN, round=round_)
    if POINTS.index(point) >= POINTS.index("open"):
        site.refuse("append-only", EMPTY_URN, round=round_)


def test_an_archived_urn_goes_with_a_record_of_its_disposal_only(site: Site):
    round_ = site.votes["archived"].round.pk
    site.refuse("append-only", EMPTY_URN, round=round_)
    site.refuse("not the act of this person", DISPOSAL.replace("'clerk'", "'scrutineer'"), round=round_)
    site.attempt(DISPOSAL, EMPTY_URN, round=round_)


@pytest.mark.parametrize("point", [point for point in POINTS[2:] if point != "open"])
def test_nobody_is_marked_as_having_voted_before_the_opening_or_after_the_close(site: Site, point: str):
    site.refuse("only while the vote is open", VOTED, round=site.votes[point].round.pk)


def test_nobody_comes_onto_a_roll_as_having_voted(site: Site):
    line = """INSERT INTO public.voting_rollentry
    (round_id, delegate_id, number, name, delegation, presence, voted, in_group, paper, excluded)
    SELECT round_id, delegate_id, 'x', 'x', 'x', 'present', {voted}, false, {paper}, false FROM public.voting_rollentry
    WHERE round_id = %(round)s LIMIT 1"""
    for voted, paper in [(True, False), (False, True)]:
        site.refuse(
            "the roll is frozen", line.format(voted=voted, paper=paper), round=site.votes["rolled"].round.pk
        )


def test_who_is_absent_or_has_voted_stays_so_while_the_vote_is_open(site: Site):
    round_ = site.votes["open"].round.pk
    site.attempt(VOTED, round=round_)  # what a cast does
    with pytest.raises(psycopg.errors.CheckViolation, match="roll_voted_was_present"):
        site.attempt(VOTED.replace("= 'present'", "= 'absent'"), round=round_)
    site.refuse(
        "the roll is frozen", VOTED.replace("true", "false").replace("NOT voted", "voted"), round=round_
    )


@pytest.mark.parametrize("point", [point for point in POINTS[2:] if point != "keyed"])
def test_f32_the_key_changes_by_the_ceremony_alone(site: Site, point: str):
    round_ = site.votes[point].round.pk
    site.refuse("the key is fixed", NEW_KEY, round=round_)
    site.refuse(
        "the key is fixed",
        "UPDATE public.voting_round SET slips_needed = 2 WHERE id = %(round)s",
        round=round_,
    )


@pytest.mark.parametrize("point", POINTS[5:])
def test_f32_an_opened_round_never_goes_back_to_its_ceremony(site: Site, point: str):
    back = NEW_KEY.replace("SET ", "SET status = 'keyed', ")
    site.refuse("no such step", back, round=site.votes[point].round.pk)


def test_f32_a_round_begins_without_a_key_or_figures(site: Site):
    row = """INSERT INTO public.voting_round (cycle_id, number, rules_id, status, seats, definition, definition_digest,
    key_fingerprint, paper_only, {column}) SELECT cycle_id, 2, rules_id, 'preparing', 1, '', '', '', false, {value}
    FROM public.voting_round WHERE id = %(round)s"""
    for column, value in [
        ("public_key", "'\\x00'"),
        ("opened_at", "now()"),
        ("issued", "1"),
        ("slips_needed", "2"),
    ]:
        site.refuse(
            "no such step", row.format(column=column, value=value), round=site.votes["published"].round.pk
        )


@pytest.mark.parametrize("by", ["clerk", "presiding", "keeper", "delegate"])
def test_f39_only_a_scrutineer_certifies(site: Site, by: str):
    site.refuse("not the act of this person", certification(staff(by)), round=site.votes["counted"].round.pk)


def test_f39_who_counted_does_not_certify(site: Site):
    round_ = site.votes["closed"].round.pk
    step = "UPDATE public.voting_round SET status = 'counted' WHERE id = %(round)s"
    site.refuse("another person", tally(staff("chief")), step, certification(staff("chief")), round=round_)


def test_f39_a_scrutineer_of_another_congress_does_not_certify(site: Site):
    stranger = str(site.votes["open"].scrutineer.pk)
    site.refuse("another congress", certification(stranger), round=site.votes["counted"].round.pk)


def test_f39_a_scrutineer_who_is_out_of_use_does_not_certify(site: Site):
    vote = site.votes["counted"]
    out = f"UPDATE public.accounts_user SET is_active = false WHERE id = {vote.chief.pk}"
    site.refuse("not the act of this person", out, certification(str(vote.chief.pk)), round=vote.round.pk)


@pytest.mark.parametrize(
    ("sequence", "previous"),
    [
        ("2147483647", "j.digest"),
        ("j.sequence + 2", "j.digest"),
        ("j.sequence", "j.digest"),
        ("j.sequence + 1", "repeat('0', 64)"),
        ("j.sequence + 1", "j.previous"),
    ],
)
def test_the_journal_goes_on_with_the_next_number_and_the_last_hash_only(
    site: Site, sequence: str, previous: str
):
    entry = """INSERT INTO public.voting_journalentry (cycle_id, sequence, act, actor_id, at, data, previous, digest)
    SELECT j.cycle_id, {sequence}, 'archived', j.actor_id, j.at, '{{}}', {previous}, repeat('1', 64)
    FROM public.voting_journalentry j WHERE j.cycle_id = {cycle} ORDER BY j.sequence DESC LIMIT 1"""
    cycle = site.votes["open"].cycle.pk
    site.refuse(
        "not the next entry of its chain", entry.format(cycle=cycle, sequence=sequence, previous=previous)
    )
    site.attempt(entry.format(cycle=cycle, sequence="j.sequence + 1", previous="j.digest"))


def test_a_journal_begins_at_one(site: Site):
    entry = """INSERT INTO public.voting_journalentry (cycle_id, sequence, act, actor_id, at, data, previous, digest)
    SELECT c.id, {sequence}, 'archived', {actor}, now(), '{{}}', repeat('0', 64), repeat('1', 64)
    FROM public.voting_cycle c WHERE c.slug = 'fresh'"""
    vote = site.votes["open"]
    fresh = f"""INSERT INTO public.voting_cycle SELECT (jsonb_populate_record(
    c, jsonb_build_object('id', 0, 'slug', 'fresh', 'stage', 'solicitation', 'slate_frozen_at', NULL))).*
    FROM public.voting_cycle c WHERE c.id = {vote.cycle.pk}"""
    site.refuse("not the next entry", fresh, entry.format(sequence=2, actor=vote.clerk.pk))
    site.attempt(fresh, entry.format(sequence=1, actor=vote.clerk.pk))


def test_f2_a_ballot_that_is_being_written_is_waited_for_by_the_close(site: Site):
    """Else a ballot that is held back until after the close would make the urn differ from its seal for ever."""
    round_ = site.votes["open"].round.pk
    for held_back in (BALLOT, VOTED):
        with site.connect(site.web) as attacker, attacker.transaction(force_rollback=True):
            attacker.execute(held_back, {"round": round_})
            with pytest.raises(LockNotAvailable):
                site.attempt(
                    "SET LOCAL lock_timeout = '100ms'",
                    SEAL,
                    CLOSE,
                    round=round_,
                )


# ----------------------------------------------------------------------------------------------- evidence that stands


def kept_tables() -> list[str]:
    """Return every table that has a file of rules of its own, but for numbers that the close itself takes away."""
    tables = [rules.table_of(name) for name in rules.names() if name not in rules.SHARED]
    return [table for table in tables if table != "voting_serversealed"]


#: Of tables whose rows may change in some ways: what no row may do once the vote is over.
CHANGES = {
    "voting_candidate": "name = 'x' || name",
    "voting_cycle": "slate_frozen_at = now()",
    "voting_delivery": "status = 'completed'",
    "voting_rollentry": "number = 'x' || number",
    "voting_round": "seats = seats + 1",
    "voting_votingrules": "seats = seats + 1",
}
#: What makes a row evidence that could be a draft.
MOMENTS = {"voting_slatereport": {"issued_at": "2018-01-01T00:00:00Z"}}
#: What stands in a made-up row.
ANYTHING = {
    "boolean": False, "date": "2018-01-01", "timestamp with time zone": "2018-01-01T00:00:00Z", "jsonb": {},
    "text": "x", "character varying": "x", "bytea": "\\x00", "ARRAY": [], "uuid": str(UUID(int=1)),
}  # fmt: skip


def fill(server: psycopg.Connection[Any], table: str) -> None:
    """Put a made-up row into a table that has none, past the rules and whatever else it would have to keep to."""
    if server.execute(f"SELECT 1 FROM public.{table} LIMIT 1").fetchone():
        return
    columns = server.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO'",
        [table],
    ).fetchall()
    row = {name: ANYTHING.get(kind, 1) for name, kind in columns} | MOMENTS.get(table, {})
    checks = server.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
        [f"public.{table}"],
    )
    for (name,) in checks.fetchall():
        server.execute(
            sql.SQL("ALTER TABLE public.{} DROP CONSTRAINT {}").format(*map(sql.Identifier, (table, name)))
        )
    server.execute("SET LOCAL session_replication_role = replica")
    server.execute(
        f"INSERT INTO public.{table} SELECT (jsonb_populate_record(NULL::public.{table}, %s)).*", [Jsonb(row)]
    )
    server.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize("attack", ["UPDATE public.{table} SET {change}", "DELETE FROM public.{table}"])
@pytest.mark.parametrize("table", kept_tables())
def test_no_row_of_evidence_is_changed_or_deleted(site: Site, table: str, attack: str):
    with psycopg.connect(**site.superuser) as server, server.transaction(force_rollback=True):
        fill(server, table)
        ((column,),) = server.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
            " ORDER BY ordinal_position LIMIT 1",
            [table],
        ).fetchall()
        server.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(site.web)))
        change = CHANGES.get(table, f"{column} = {column}")
        with pytest.raises(REFUSED, match=f"refused on {table}"):
            server.execute(attack.format(table=table, change=change))


@pytest.mark.parametrize("table", kept_tables())
def test_no_table_of_evidence_is_emptied(site: Site, table: str):
    """The web role has no right to; the owner, who has it, meets the trigger."""
    with pytest.raises(DENIED):
        site.attempt(f"TRUNCATE public.{table} CASCADE")
    with site.connect(site.owner) as owner, pytest.raises(REFUSED, match="refused on "):
        owner.execute(f"TRUNCATE public.{table}  CASCADE")
    triggers = site.attempt(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %(table)s::regclass AND tgtype & 32 > 0",
        table=f"public.{table}",
    )
    assert triggers == [("never_emptied",)]

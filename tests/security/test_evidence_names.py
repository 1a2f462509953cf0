"""F31: the rules of the database look where they were told, whatever somebody names like our tables.

PostgreSQL looks for an unqualified name among the temporary tables first, so that a TEMP table named like ours blinded
every trigger that looks into another table.

Guards ``voting.evidence.rules``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.roles import Kind
from tests.cases_after import inspect
from tests.factories import DelegateFactory, DelegationFactory, make_vote
from tests.spring import make_spring
from voting.evidence import rules

pytestmark = pytest.mark.django_db

TEN = tuple(range(1, 11))
SEARCH_PATH = "search_path=pg_catalog, public, pg_temp"
OURS = """SELECT p.proname, p.prosrc, p.proconfig FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace"""

MAKE_PAPER = """INSERT INTO public.voting_paperreading (round_id, place, reading, marks, read_by_id)
SELECT r.id, 1, {reading}, '', (SELECT min(id) FROM public.accounts_user) FROM public.voting_round r"""
MAKE_ROLL = """INSERT INTO public.voting_rollentry
(round_id, delegate_id, number, name, delegation, presence, voted, in_group, paper, excluded)
SELECT r.id, d.id, 'R9', 'x', 'x', 'absent', false, false, false, false
FROM public.voting_round r, public.accounts_delegate d WHERE d.number = '{number}'"""
MAKE_VERSION = """INSERT INTO public.voting_candidateversion
(candidate_id, number, data, reason, in_deliberation, changed_by_id, changed_at)
SELECT id, 1, '{}', '', false, (SELECT min(id) FROM public.accounts_user), now()
FROM public.voting_candidate WHERE number = 1"""
MAKE_DISPOSAL = """INSERT INTO public.voting_disposal
(cycle_id, slips, witnesses, note, ballots, disposed_by_id, disposed_at)
SELECT 0, 1, 'x', 'x', 1, (SELECT min(id) FROM public.accounts_user), now()"""
IN_DELIBERATION = "UPDATE public.voting_cycle SET stage = 'deliberation', list_confirmed_at = NULL"
MAKE_ITEM = """INSERT INTO public.voting_ballotitem (round_id, candidate_id, number)
SELECT r.id, c.id, c.number FROM public.voting_round r, public.voting_candidate c
WHERE c.number = 12 AND c.cycle_id = r.cycle_id"""
RENAME = "UPDATE public.voting_candidate SET name = 'x' || name"


@dataclass(frozen=True)
class Attack:
    """A statement that a function refuses, and a table that would deceive it under the name of ours."""

    function: str
    table: str
    statement: str
    answer: str
    until: str = "published"
    before: str = ""  # done past the triggers
    seen: str = "SELECT * FROM public.{table} LIMIT 0"

    def __str__(self) -> str:
        return f"{self.function}-{self.table}"


ATTACKS = [
    Attack(
        "piaojue_second_person",
        "voting_tally",
        "INSERT INTO public.voting_certification (tally_id, certified_by_id, certified_at)"
        " SELECT round_id, counted_by_id, now() FROM public.voting_tally",
        "another person",
        until="counted",
    ),
    Attack(
        "piaojue_presence",
        "voting_round",
        "UPDATE public.voting_rollentry SET presence = 'on_leave' WHERE NOT voted",
        "the vote is closed",
    ),
    Attack(
        "piaojue_roll_change",
        "voting_round",
        "UPDATE public.voting_rollentry SET paper = true WHERE NOT voted",
        "the vote is closed",
    ),
    Attack(
        "piaojue_at_status",
        "voting_round",
        "INSERT INTO public.voting_paperbox (round_id, returned, returned_group, recorded_by_id, recorded_at)"
        " SELECT id, 0, 0, (SELECT min(id) FROM public.accounts_user), now() FROM public.voting_round",
        "only while the round is closed",
    ),
    Attack(
        "piaojue_two_readers",
        "voting_paperreading",
        MAKE_PAPER.format(reading=2),
        "by two people",
        until="closed",
        before=MAKE_PAPER.format(reading=1),
    ),
    Attack(
        "piaojue_ballot_item",
        "voting_round",
        MAKE_ITEM,
        "the ballot is fixed",
        before="DELETE FROM public.voting_ballotitem WHERE number = 12",
    ),
    Attack(
        "piaojue_congress_of",
        "accounts_delegate",
        MAKE_ROLL.format(number="stranger"),
        "another congress",
        until="rolled",
        seen="SELECT d.id, c.congress_id FROM public.accounts_delegate d, public.voting_cycle c",
    ),
    Attack(
        "piaojue_congress_of",
        "voting_cycle",
        MAKE_ROLL.format(number="stranger"),
        "another congress",
        until="rolled",
        seen="SELECT c.id, d.congress_id FROM public.voting_cycle c, public.accounts_delegate d"
        " WHERE d.number = 'stranger'",
    ),
    Attack(
        "piaojue_roll_frozen",
        "voting_round",
        MAKE_ROLL.format(number="newcomer"),
        "the roll is frozen",
        seen="SELECT id, 'preparing' AS status FROM public.voting_round",
    ),
    Attack("piaojue_slate", "voting_cycle", RENAME, "the slate is frozen"),
    Attack(
        "piaojue_slate",
        "voting_candidateversion",
        RENAME,
        "the slate is frozen",
        before=IN_DELIBERATION,
        seen="SELECT id AS candidate_id, 1 AS number, true AS in_deliberation,"
        " jsonb_build_object('investment_total', investment_total) AS data FROM public.voting_candidate",
    ),
    Attack(
        "piaojue_version",
        "voting_cycle",
        "DELETE FROM public.voting_candidateversion",
        "append-only",
        before=MAKE_VERSION,
    ),
    Attack(
        "piaojue_version",
        "voting_candidate",
        "DELETE FROM public.voting_candidateversion",
        "append-only",
        before=MAKE_VERSION,
    ),
    Attack(
        "piaojue_disposed",
        "voting_disposal",
        "DELETE FROM public.voting_sealedballot",
        "append-only",
        seen="SELECT id AS cycle_id FROM public.voting_cycle",
    ),
    Attack(
        "piaojue_disposed",
        "voting_round",
        "DELETE FROM public.voting_sealedballot",
        "append-only",
        before=MAKE_DISPOSAL,
        seen="SELECT r.id, d.cycle_id FROM public.voting_round r, public.voting_disposal d",
    ),
]
#: Table by table, where ``piaojue_congress_of`` looks: into which column, and what that leads to.
WAYS: list[tuple[str, str, str]] = [
    (table, column, leads_to or "accounts_congress")
    for leads_to, column, table in re.findall(
        r"RETURN (?:public\.piaojue_congress_of\(\s*'(\w+)', )?\(SELECT (\w+) FROM public\.(\w+) WHERE id = key\)",
        rules.render("same_congress"),
    )
]


def execute(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for sql in statements:
            cursor.execute(sql)


def ask(question: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def unqualified(name: str) -> list[str]:
    """Return a function of the rules, and those that call it, as they were once written: without schema and path.

    Whoever calls it lends it the own search path.
    """
    functions = re.findall(r"^CREATE FUNCTION .*?\$\$;", rules.script(), re.MULTILINE | re.DOTALL)
    return [
        function.replace("CREATE FUNCTION ", "CREATE OR REPLACE FUNCTION ")
        .replace("SET search_path = pg_catalog, public, pg_temp", "")
        .replace(" public.", " ")
        .replace("FUNCTION piaojue", "FUNCTION public.piaojue")
        for function in functions
        if f"public.{name}(" in function
    ]


def prepare(attack: Attack) -> None:
    make_vote(until=attack.until, delegates=3, ballots=[TEN, TEN])
    DelegateFactory(kind=Kind.REHEARSAL, number="stranger")
    DelegateFactory(number="newcomer", delegation=DelegationFactory())
    if attack.before:
        execute(
            "SET LOCAL session_replication_role = replica",
            attack.before,
            "SET LOCAL session_replication_role = origin",
        )


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_f31_a_temporary_table_named_like_ours_blinds_no_trigger(attack: Attack):
    prepare(attack)
    execute(f"CREATE TEMP TABLE {attack.table} ON COMMIT DROP AS " + attack.seen.format(table=attack.table))
    with pytest.raises(IntegrityError, match=attack.answer):
        execute(attack.statement)
    # The same attack succeeds where the function leaves out the schema.
    execute(*unqualified(attack.function))
    execute(attack.statement)


@pytest.mark.parametrize(("table", "column", "leads_to"), WAYS, ids=[way[0] for way in WAYS])
def test_f31_a_temporary_table_leads_into_no_congress(table: str, column: str, leads_to: str):
    """A row that is in the temporary table alone belongs nowhere."""
    spring = make_spring()
    inspect(spring)
    execute(
        f"CREATE TEMP TABLE {table} ON COMMIT DROP AS"
        f" SELECT -1::bigint AS id, (SELECT min(id) FROM public.{leads_to}) AS {column}"
    )
    question = f"SELECT public.piaojue_congress_of('{table}', -1)"
    assert ask(question) == [(None,)]
    # It does where the function leaves out the schema.
    execute(*unqualified("piaojue_congress_of"))
    assert ask(question) == [(spring.vote.cycle.congress_id,)]


def test_every_table_that_a_function_looks_into_is_attacked():
    functions = ask(OURS)
    looks = {
        (name, table)
        for name, source, _settings in functions
        for table in re.findall(r"\bpublic\.(\w+)", str(source))
    }
    tables = {*connection.introspection.table_names()}
    assert {called for _name, called in looks if called not in tables} <= {name for name, *_more in functions}
    attacked = {(attack.function, attack.table) for attack in ATTACKS}
    attacked |= {("piaojue_congress_of", table) for table, _column, _leads_to in WAYS}
    assert {(name, table) for name, table in looks if table in tables} == attacked


def test_every_function_sets_its_search_path_and_names_the_schema_of_every_table():
    functions = ask(OURS)
    assert functions
    names = [*connection.introspection.table_names(), *(str(name) for name, *_more in functions)]
    for name, source, settings in functions:
        assert settings == [SEARCH_PATH], name
        assert not re.search(r"\bEXECUTE\b", str(source)), (
            f"{name} executes a text, which is not looked through"
        )
        code = re.sub(r"'[^']*'", "''", str(source))
        for each in names:
            assert not re.search(rf"(?<![.\w]){each}\b", code), f"{name} names {each} without schema"


def test_the_triggers_of_every_table_of_evidence_are_on():
    triggers = ask(
        "SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal"
    )
    assert {table for table, _name, _enabled in triggers} == set(rules.tables())
    assert [row for row in triggers if row[2] != "O"] == []

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
from tests.factories import DelegateFactory, DelegationFactory, make_vote
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
        "piaojue_same_kind",
        "accounts_delegate",
        MAKE_ROLL.format(number="stranger"),
        "different kinds",
        until="rolled",
        seen="SELECT id, 'official' AS kind FROM public.accounts_delegate",
    ),
    Attack(
        "piaojue_same_kind",
        "voting_cycle",
        MAKE_ROLL.format(number="stranger"),
        "different kinds",
        until="rolled",
        seen="SELECT id, 'rehearsal' AS kind FROM public.voting_cycle",
    ),
    Attack(
        "piaojue_same_kind",
        "voting_round",
        MAKE_ROLL.format(number="newcomer"),
        "the roll is frozen",
        seen="SELECT id, cycle_id, 'preparing' AS status FROM public.voting_round",
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


def execute(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for sql in statements:
            cursor.execute(sql)


def ask(question: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def unqualified(script: str) -> list[str]:
    """Return the functions of the rules as they were once written: without schema and search path."""
    functions = re.findall(r"^CREATE FUNCTION .*?\$\$;", script, re.MULTILINE | re.DOTALL)
    return [
        function.replace("CREATE FUNCTION ", "CREATE OR REPLACE FUNCTION ")
        .replace("SET search_path = pg_catalog, public, pg_temp", "")
        .replace(" public.", " ")
        .replace("FUNCTION piaojue", "FUNCTION public.piaojue")
        for function in functions
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
    # The same attack succeeds where the functions leave out the schema.
    execute(*unqualified(rules.script()))
    execute(attack.statement)


def test_every_table_that_a_function_looks_into_is_attacked():
    looks = {
        (name, table)
        for name, source, _settings in ask(OURS)
        for table in re.findall(r"\bpublic\.(\w+)", str(source))
    }
    assert looks == {(attack.function, attack.table) for attack in ATTACKS}


def test_every_function_sets_its_search_path_and_names_the_schema_of_every_table():
    functions = ask(OURS)
    assert functions
    tables = connection.introspection.table_names()
    for name, source, settings in functions:
        assert settings == [SEARCH_PATH], name
        for table in tables:
            assert not re.search(rf"(?<![.\w]){table}\b", str(source)), f"{name} names {table} without schema"


def test_the_triggers_of_every_table_of_evidence_are_on():
    triggers = ask(
        "SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal"
    )
    assert {table for table, _name, _enabled in triggers} == set(rules.tables())
    assert [row for row in triggers if row[2] != "O"] == []

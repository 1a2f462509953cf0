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
from voting.models.vote.urn import SHELVES

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
MAKE_PICTURE = """INSERT INTO public.voting_candidatepicture
(candidate_id, position, alt, content_type, data, size, digest)
SELECT id, 1, 'x', 'image/png', 'x', 1, 'x' FROM public.voting_candidate WHERE number = 1"""
MAKE_DISPOSAL = """INSERT INTO public.voting_disposal
(cycle_id, slips, witnesses, note, ballots, disposed_by_id, disposed_at)
SELECT {cycle}, 1, 'x', 'x', 1, (SELECT min(id) FROM public.accounts_user WHERE role = 'clerk'), now()
{source}"""
IN_DELIBERATION = "UPDATE public.voting_cycle SET stage = 'deliberation', list_confirmed_at = NULL"
MAKE_DELIVERY = """INSERT INTO public.voting_delivery (cycle_id, number, candidate_id, became, status, leader,
responsible_units, supporting_units, content, stage_goal)
SELECT cycle_id, 1, id, 'chosen', 'running', '', '', '', '', '' FROM public.voting_candidate WHERE number = 1"""
MAKE_REMARK = """INSERT INTO public.voting_remark (delivery_id, delegate_id, text, at)
SELECT d.id, (SELECT min(delegate_id) FROM public.voting_rollentry), 'x', now() FROM public.voting_delivery d"""
ANOTHER_YEAR = """INSERT INTO public.voting_cycle SELECT (jsonb_populate_record(
c, jsonb_build_object('id', 0, 'slug', 'another', 'stage', 'delivery'))).* FROM public.voting_cycle c"""
ARCHIVED_0 = ANOTHER_YEAR.replace("'delivery'", "'archived'")
CERTIFY = """INSERT INTO public.voting_certification (tally_id, certified_by_id, certified_at)
SELECT round_id, {certifier}, now() FROM public.voting_tally"""
SCRUTINEER = "SELECT min(id) FROM public.accounts_user WHERE role = 'scrutineer'"
BY_SERVER = "(SELECT coalesce(sum(s.ballots), 0) FROM public.voting_serversealed s WHERE s.round_id = r.id)"
TRUE_SEAL = f"""INSERT INTO public.voting_urnseal (round_id, ballots, hashes, root, by_server)
SELECT r.id, count(u.h), coalesce(string_agg(u.h, ''::bytea ORDER BY u.h), ''::bytea), repeat('0', 64), {BY_SERVER}
FROM public.voting_round r LEFT JOIN
(SELECT round_id, sha256(blob) h FROM public.voting_sealedballot) u ON u.round_id = r.id GROUP BY r.id"""
CLOSE = "UPDATE public.voting_round SET status = 'closed', issued = {issued}, paper_issued = 0"
MAKE_ENTRY = """INSERT INTO public.voting_journalentry (cycle_id, sequence, act, actor_id, at, data, previous, digest)
SELECT r.cycle_id, j.sequence + 1, '{act}', j.actor_id, now(),
jsonb_build_object('round', r.number) || {data}, j.digest, repeat('1', 64)
FROM public.voting_round r JOIN public.voting_journalentry j ON j.cycle_id = r.cycle_id
ORDER BY j.sequence DESC LIMIT 1"""
CLERK = "(SELECT min(id) FROM public.accounts_user WHERE role = 'clerk')"
MAKE_BOX = f"""INSERT INTO public.voting_paperbox (round_id, returned, returned_group, recorded_by_id, recorded_at)
SELECT id, 1, 0, {CLERK}, now() FROM public.voting_round"""
MAKE_BATCH = """INSERT INTO public.voting_scanbatch
(id, round_id, number, first, last, set_aside, digest, hashes, salt, run_by_id, run_at)
SELECT 1, id, 1, 1, 1, '{aside}', 'x', {hashes}, '', {by}, now() FROM public.voting_round"""
HASH = "sha256('x'::bytea)"
WHOLE_BATCH = MAKE_BATCH.format(aside="", hashes=HASH, by=CLERK)
NO_SHEETS = MAKE_BATCH.format(aside="1", hashes="''", by=CLERK)
MAKE_SHEET = f"""INSERT INTO public.voting_scannedsheet
(round_id, batch_id, place, doubts, picture, digest, ink, working)
SELECT id, 1, 1, '{{doubts}}', 'x', encode({HASH}, 'hex'), '', 'x' FROM public.voting_round"""
BY_MACHINE = f"""INSERT INTO public.voting_paperreading (round_id, place, reading, marks, by_machine, read_by_id)
SELECT r.id, 1, 1, '', true, {CLERK} FROM public.voting_round r"""
SAMPLED = f"UPDATE public.voting_votingrules SET second_reading = 'sample'; {MAKE_BOX}"
MAKE_FIRST = f"""INSERT INTO public.voting_firstcount
(round_id, working, patterns, digest, readings, salt, counted_by_id, counted_at, imported)
SELECT id, 'x', 'x', 'x', 'x', 'x', {CLERK}, now(), false FROM public.voting_round"""
MAKE_DRAW = f"""INSERT INTO public.voting_sampledraw (round_id, sheets, misread, dice, places, drawn_by_id, drawn_at)
SELECT id, 1, 1, repeat('1', 20), '[1]', {CLERK}, now() FROM public.voting_round"""
MAKE_TALLY = f"""INSERT INTO public.voting_tally
(round_id, working, patterns, digest, counted_by_id, counted_at, imported)
SELECT id, 'x', 'x', 'x', {CLERK}, now(), false FROM public.voting_round"""
READ_AGAIN = "SELECT id AS round_id, 1 AS place, 2 AS reading FROM public.voting_round"
READ_OTHERWISE = MAKE_PAPER.format(reading=2).replace("''", "'1'")
OLD_ROUND = """r.id, r.cycle_id, r.number, r.rules_id, j.data ->> 'definition' AS definition_digest
FROM public.voting_round r JOIN public.voting_journalentry j ON act = 'deck_passed'"""
PASSED = "replace(act, 'deck_failed', 'deck_passed')"
OPEN = "UPDATE public.voting_round SET status = 'open', opened_at = now()"
OTHER_RULES = """INSERT INTO public.voting_votingrules SELECT (jsonb_populate_record(
v, jsonb_build_object('id', 0, 'cycle_id', 0))).* FROM public.voting_votingrules v;
UPDATE public.voting_votingrules SET first_reading = 'person' WHERE id > 0"""
READ_TWICE = "SELECT id AS round_id, 1 AS place"
BATCH_ENTRY = MAKE_ENTRY.format(
    act="paper_scanned", data="jsonb_build_object('batch', 1, 'file', 'x', 'round', {round})"
)
BY_TWO = f"""INSERT INTO public.voting_{{table}}, reason, recorded_by_id, second_id, recorded_at)
SELECT {{values}}, 'x', {CLERK}, ({SCRUTINEER}), now() FROM public.voting_{{source}}"""
MOVE_YEAR = "UPDATE public.voting_cycle SET slug = 'moved', first_slug = slug"
MAKE_CALL = """INSERT INTO public.voting_call (cycle_id, text, fields, criteria, out_of_scope, how, opens_at, closes_at,
published_at) SELECT id, 'x', '[]', '', '', '', now(), now() + '1 day', now() FROM public.voting_cycle"""
UNFREEZE = BY_TWO.format(table="unfreezing (round_id", values="id", source="round WHERE status = 'preparing'")
EMPTY = "'{}'::jsonb"
END = BY_TWO.format(
    table="endofrounds (cycle_id, decision, seats", values="id, 'x', 'stay_empty'", source="cycle"
)
NO_SLIPS = "DELETE FROM public.voting_journalentry WHERE act = 'codes_issued'"
COUNTING = "UPDATE public.voting_cycle SET stage = 'counting'"
UNFROZEN_0 = """INSERT INTO public.voting_round SELECT (jsonb_populate_record(
r, jsonb_build_object('id', 0, 'status', 'unfrozen'))).* FROM public.voting_round r"""
RENAME = "UPDATE public.voting_candidate SET name = 'x' || name"
SLATE_BACK = "UPDATE public.voting_cycle SET slate_frozen_at = NULL, list_confirmed_at = NULL"
RULES_BACK = "UPDATE public.voting_votingrules SET adopted_at = NULL, digest = ''"


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
    scanned: bool = False  # the rules let a scanner read first

    def __str__(self) -> str:
        return f"{self.function}-{self.table}"


ATTACKS = [
    Attack(
        "piaojue_second_person",
        "voting_tally",
        CERTIFY.format(certifier="counted_by_id"),
        "another person",
        until="counted",
        before=f"UPDATE public.voting_tally SET counted_by_id = ({SCRUTINEER})",
    ),
    Attack(
        "piaojue_actor",
        "accounts_user",
        CERTIFY.format(certifier="(SELECT min(id) FROM public.accounts_user WHERE role = 'keeper')"),
        "not the act of this person",
        until="counted",
        before="UPDATE public.accounts_user SET role = 'keeper' WHERE role = 'presiding'",
        seen="SELECT id, true AS is_active, congress_id, 'chief' AS role FROM public.accounts_user",
    ),
    *[
        Attack(
            "piaojue_step_proven",
            table,
            f"UPDATE public.voting_round SET status = '{status}'{figures}",
            "nothing is kept that this step fixes",
            until=since,
            seen=f"SELECT id AS {key} FROM public.voting_round",
        )
        for table, key, since, status, figures in [
            ("voting_urnseal", "round_id", "open", "closed", ", issued = 3, paper_issued = 0"),
            ("voting_tally", "round_id", "closed", "counted", ""),
            ("voting_certification", "tally_id", "counted", "certified", ""),
            ("voting_notice", "round_id", "certified", "published", ""),
            ("voting_annulment", "round_id", "closed", "annulled", ""),
            ("voting_unfreezing", "round_id", "rolled", "unfrozen", ""),
        ]
    ],
    Attack(
        "piaojue_step_proven",
        "voting_rollentry",
        f"{TRUE_SEAL}; {CLOSE.format(issued=0)}",
        "these are not the figures of the roll",
        until="open",
    ),
    Attack(
        "piaojue_journaled",
        "voting_journalentry",
        f"{TRUE_SEAL}; {CLOSE.format(issued=3)}; SET CONSTRAINTS journaled IMMEDIATE",
        "the step stands in no journal",
        until="open",
        seen="SELECT r.cycle_id, jsonb_build_object('round', r.number) AS data, 'round_closed' AS act"
        " FROM public.voting_round r",
    ),
    Attack(
        "piaojue_journaled",
        "voting_round",
        f"{UNFREEZE}; UPDATE public.voting_round SET status = 'unfrozen' WHERE status = 'preparing';"
        " SET CONSTRAINTS journaled IMMEDIATE",
        "the step stands in no journal",
        until="rolled",
        before=f"{NO_SLIPS}; {UNFROZEN_0}; {MAKE_ENTRY.format(act='roll_unfrozen', data=EMPTY)}",
    ),
    *[
        Attack(
            "piaojue_true_entry",
            table,
            MAKE_ENTRY.format(act=act, data=data),
            "this is not what happened",
            until=until,
            seen=seen,
        )
        for table, act, data, until, seen in [
            (
                "voting_round",
                "notice_published",
                "'{}'",
                "open",
                "SELECT id, cycle_id, number, 'published' AS status FROM public.voting_round",
            ),
            (
                "voting_rollentry",
                "delegate_excluded",
                "'{\"roll\": 0}'",
                "rolled",
                "SELECT * FROM public.{table} LIMIT 0",
            ),
            (
                "voting_journalentry",
                "notice_published",
                "'{}'",
                "published",
                "SELECT * FROM public.{table} LIMIT 0",
            ),
        ]
    ],
    Attack(
        "piaojue_true_entry",
        "voting_urnseal",
        MAKE_ENTRY.format(
            act="round_closed",
            data="jsonb_build_object('root', 'x', 'ballots', 0, 'issued', r.issued, 'paper', r.paper_issued)",
        ),
        "this is not what happened",
        until="closed",
        before="SET LOCAL session_replication_role = replica; DELETE FROM public.voting_journalentry j"
        " WHERE act = 'round_closed'",
        seen="SELECT r.id AS round_id, 0 AS ballots, ''::bytea AS hashes, 'x' AS root FROM public.voting_round r",
    ),
    *[
        Attack(
            "piaojue_ceremony_held",
            table,
            MAKE_ENTRY.format(
                act="key_split",
                data=f"jsonb_build_object('key', r.key_fingerprint, 'issued', {issued}, 'ceremony', {ceremony})",
            )
            + "; SET CONSTRAINTS ceremony_held IMMEDIATE",
            "no such ceremony was held",
            until="keyed",
            seen=seen,
        )
        for table, issued, ceremony, seen in [
            ("voting_keyslip", 1, 99, "SELECT id AS round_id, 99 AS ceremony FROM public.voting_round"),
            (
                "voting_round",
                "2 * r.slips_issued",
                1,
                "SELECT r.* FROM public.voting_round r, generate_series(1, 2)",
            ),
        ]
    ],
    Attack(
        "piaojue_stage_proven",
        "voting_round",
        "UPDATE public.voting_cycle SET stage = 'counting'",
        "nothing was voted on that this stage follows",
        until="open",
        seen="SELECT cycle_id, 'closed' AS status FROM public.voting_round",
    ),
    Attack(
        "piaojue_archived",
        "voting_round",
        MAKE_DISPOSAL.format(cycle="id", source="FROM public.voting_cycle"),
        "only when the year is archived",
        until="open",
        before="UPDATE public.voting_cycle SET stage = 'archived'",
    ),
    Attack(
        "piaojue_true_seal",
        "voting_sealedballot",
        "INSERT INTO public.voting_urnseal (round_id, ballots, hashes, root, by_server)"
        f" SELECT r.id, 0, '', repeat('0', 64), {BY_SERVER} FROM public.voting_round r",
        "this is not the urn",
        until="open",
    ),
    *[
        Attack("piaojue_true_seal", table, seal, "this is not the urn", until="open", before=before)
        for table, seal, before in [
            (
                "voting_testballot",
                TRUE_SEAL,
                (
                    "INSERT INTO public.voting_testballot (id, round_id, blob)"
                    " SELECT gen_random_uuid(), id, 'x' FROM public.voting_round"
                ),
            ),
            (
                "voting_serversealed",
                TRUE_SEAL.replace(BY_SERVER, "NULL"),
                (
                    "INSERT INTO public.voting_serversealed (round_id, shelf, ballots)"
                    f" SELECT id, {SHELVES}, 2 FROM public.voting_round"  # a shelf that no cast takes
                ),
            ),
        ]
    ],
    Attack(
        "piaojue_archived",
        "voting_cycle",
        MAKE_DISPOSAL.format(cycle="id", source="FROM public.voting_cycle"),
        "only when the year is archived",
        seen="SELECT id, NULL::bigint AS assesses_id, 'archived' AS stage FROM public.voting_cycle",
    ),
    *[
        Attack(
            "piaojue_at_stage",
            table,
            MAKE_REMARK,
            "only in the stage of",
            before=f"{MAKE_DELIVERY}; {ANOTHER_YEAR}",
            seen=seen,
        )
        for table, seen in [
            ("voting_cycle", "SELECT id, 'delivery' AS stage FROM public.voting_cycle"),
            (
                "voting_delivery",
                "SELECT d.id, 0::bigint AS cycle_id FROM public.voting_delivery d",
            ),
        ]
    ],
    Attack(
        "piaojue_year_before_its_call",
        "voting_call",
        MOVE_YEAR,
        "the year has begun",
        until="adopted",
        before=f"UPDATE public.voting_cycle SET stage = 'solicitation'; {MAKE_CALL}",
    ),
    Attack(
        "piaojue_year_before_its_call",
        "voting_round",
        MOVE_YEAR,
        "the year has begun",
        until="rolled",
        before="UPDATE public.voting_cycle SET stage = 'solicitation'",
    ),
    Attack(
        "piaojue_roll_unfrozen",
        "voting_round",
        "UPDATE public.voting_cycle SET stage = 'deliberation'",
        "the roll is frozen",
        until="rolled",
    ),
    Attack(
        "piaojue_counted_or_not",
        "voting_tally",
        BY_TWO.format(
            table="annulment (round_id, decision, counted", values="id, 'x', false", source="round"
        ),
        "it tells another count",
        until="counted",
    ),
    Attack(
        "piaojue_no_round_under_way",
        "voting_round",
        END,
        "a round is under way",
        until="closed",
        seen="SELECT id, cycle_id, 'published' AS status FROM public.voting_round",
    ),
    Attack(
        "piaojue_rounds_ended",
        "voting_cycle",
        f"{END}; SET CONSTRAINTS with_its_step IMMEDIATE",
        "only with the step",
        before=f"{COUNTING}; {MAKE_ENTRY.format(act='rounds_ended', data=EMPTY)}",
        seen="SELECT id, 'publication' AS stage FROM public.voting_cycle",
    ),
    Attack(
        "piaojue_rounds_ended",
        "voting_journalentry",
        f"{END}; UPDATE public.voting_cycle SET stage = 'publication'; SET CONSTRAINTS with_its_step IMMEDIATE",
        "only with the step",
        before=COUNTING,
        seen="SELECT id AS cycle_id, 'rounds_ended' AS act FROM public.voting_cycle",
    ),
    *[
        Attack(
            "piaojue_nothing_is_out",
            table,
            UNFREEZE,
            "slips or paper ballots are out",
            until="rolled",
            before=before,
        )
        for table, before in [
            ("voting_round", ""),
            ("voting_journalentry", ""),
            (
                "voting_rollentry",
                f"{NO_SLIPS}; UPDATE public.voting_rollentry SET paper = true",
            ),
        ]
    ],
    Attack(
        "piaojue_slate_taken_back",
        "voting_round",
        SLATE_BACK,
        "the slate is frozen",
        until="rolled",
        before="UPDATE public.voting_cycle SET stage = 'deliberation'; "
        + MAKE_ENTRY.format(act="slate_unfrozen", data=EMPTY),
    ),
    *[
        Attack(
            "piaojue_slate_journaled",
            table,
            f"{SLATE_BACK}; SET CONSTRAINTS slate_journaled IMMEDIATE",
            "the slate is frozen",
            until="adopted",
            seen=seen,
        )
        for table, seen in [
            ("voting_journalentry", "SELECT * FROM public.{table} LIMIT 0"),
            ("voting_cycle", "SELECT id, now() AS slate_frozen_at FROM public.voting_cycle"),
        ]
    ],
    Attack(
        "piaojue_rules_frozen",
        "voting_round",
        RULES_BACK,
        "adopted rules are frozen",
        until="rolled",
        before=MAKE_ENTRY.format(act="rules_reopened", data=EMPTY),
    ),
    *[
        Attack(
            "piaojue_rules_journaled",
            table,
            f"{RULES_BACK}; SET CONSTRAINTS rules_journaled IMMEDIATE",
            "adopted rules are frozen",
            until="adopted",
            seen=seen,
        )
        for table, seen in [
            ("voting_journalentry", "SELECT * FROM public.{table} LIMIT 0"),
            ("voting_votingrules", "SELECT id, now() AS adopted_at FROM public.voting_votingrules"),
        ]
    ],
    *[
        Attack(
            "piaojue_ballot_item_freed",
            table,
            "DELETE FROM public.voting_ballotitem",
            "the ballot is fixed",
            until="rolled",
            before="UPDATE public.voting_round SET status = 'unfrozen'",
        )
        for table in ("voting_round", "voting_cycle")
    ],
    Attack(
        "piaojue_before_a_sheet_is_read",
        "voting_paperreading",
        "UPDATE public.voting_paperbox SET returned = 5",
        "a sheet has been read",
        until="closed",
        before=f"{MAKE_BOX}; {MAKE_PAPER.format(reading=1)}",
    ),
    Attack(
        "piaojue_before_a_sheet_is_read",
        "voting_scanbatch",
        "UPDATE public.voting_paperbox SET returned = 5",
        "a sheet has been read",
        until="closed",
        before=f"{MAKE_BOX}; {NO_SHEETS}",
    ),
    Attack(
        "piaojue_status_of",
        "voting_round",
        "INSERT INTO public.voting_paperbox (round_id, returned, returned_group, recorded_by_id, recorded_at)"
        " SELECT id, 0, 0, (SELECT min(id) FROM public.accounts_user), now() FROM public.voting_round",
        "only while the round is closed",
        seen="SELECT id, 'closed' AS status FROM public.voting_round",
    ),
    Attack(
        "piaojue_two_readers",
        "voting_paperreading",
        MAKE_PAPER.format(reading=2),
        "by two people",
        until="closed",
        before=f"{MAKE_BOX}; {MAKE_PAPER.format(reading=1)}",
    ),
    Attack(
        "piaojue_two_readers",
        "voting_paperbox",
        MAKE_PAPER.format(reading=1),
        "the sheets are not counted yet",
        until="closed",
        seen="SELECT id AS round_id, 9 AS returned FROM public.voting_round",
    ),
    Attack(
        "piaojue_places_of_the_box",
        "voting_paperbox",
        NO_SHEETS,
        "not so many sheets",
        until="closed",
        before=BATCH_ENTRY.format(round=1),
        seen="SELECT id AS round_id, 9 AS returned FROM public.voting_round",
        scanned=True,
    ),
    *[
        Attack(
            "piaojue_scanned",
            table,
            NO_SHEETS,
            "people read first",
            until="closed",
            before=f"{MAKE_BOX}; {BATCH_ENTRY.format(round=1)}; {OTHER_RULES}",
            seen=seen,
            scanned=True,
        )
        for table, seen in [
            ("voting_round", "SELECT id, 0::bigint AS rules_id FROM public.voting_round"),
            ("voting_votingrules", "SELECT id, 'scanner' AS first_reading FROM public.voting_votingrules"),
        ]
    ],
    *[
        Attack(
            "piaojue_deck_passed",
            table,
            statement,
            "did not pass",
            until=until,
            before=before,
            seen=seen,
            scanned=True,
        )
        for table, until, before, seen, statement in [
            (
                "voting_round",
                "closed",
                (
                    f"{MAKE_BOX}; {BATCH_ENTRY.format(round=1)};"
                    " UPDATE public.voting_round SET definition_digest = repeat('9', 64)"
                ),
                f"SELECT {OLD_ROUND}",
                NO_SHEETS,
            ),
            (
                "voting_journalentry",
                "ready",
                MAKE_ENTRY.format(
                    act="deck_failed", data="jsonb_build_object('definition', r.definition_digest)"
                ),
                f"SELECT cycle_id, sequence, data, {PASSED} AS act FROM public.voting_journalentry",
                OPEN,
            ),
        ]
    ],
    Attack(
        "piaojue_scanner_reads_first",
        "voting_scanbatch",
        NO_SHEETS.replace("SELECT 1, id, 1,", "SELECT 2, id, 2,"),
        "taken already",
        until="closed",
        before=f"{MAKE_BOX}; {BATCH_ENTRY.format(round=1)};"
        + f" {BATCH_ENTRY.format(round=1)}; {NO_SHEETS}".replace("'batch', 1", "'batch', 2"),
        scanned=True,
    ),
    Attack(
        "piaojue_batch_whole",
        "voting_scannedsheet",
        WHOLE_BATCH,
        "a batch is taken whole",
        until="closed",
        before=f"{MAKE_BOX}; {BATCH_ENTRY.format(round=1)}",
        seen="SELECT 1 AS id, 0 AS round_id, 1::bigint AS batch_id, 'x'::bytea AS picture, ''::bytea AS ink",
        scanned=True,
    ),
    Attack(
        "piaojue_batch_whole",
        "voting_journalentry",
        NO_SHEETS,
        "stands in no journal",
        until="closed",
        before=MAKE_BOX,
        seen="SELECT r.cycle_id, 'paper_scanned' AS act, " + CLERK + " AS actor_id, jsonb_build_object("
        "'round', r.number, 'batch', 1, 'file', 'x') AS data FROM public.voting_round r",
        scanned=True,
    ),
    Attack(
        "piaojue_batch_whole",
        "voting_round",
        NO_SHEETS,
        "stands in no journal",
        until="closed",
        before=f"{MAKE_BOX}; {BATCH_ENTRY.format(round=9)}",
        seen="SELECT id, cycle_id, 9 AS number FROM public.voting_round",
        scanned=True,
    ),
    Attack(
        "piaojue_sheet_of_batch",
        "voting_scanbatch",
        MAKE_SHEET.format(doubts=""),
        "no sheet of this batch",
        until="closed",
        before=f"{MAKE_BOX}; {NO_SHEETS}",
        seen="SELECT 1::bigint AS id, id AS round_id, 1 AS first, 1 AS last, '' AS set_aside FROM public.voting_round",
    ),
    *[
        Attack(
            "piaojue_sampled",
            table,
            MAKE_PAPER.format(reading=2),
            "dice did not draw",
            until="closed",
            before=SAMPLED,
        )
        for table in ("voting_round", "voting_votingrules", "voting_paperbox")
    ],
    Attack(
        "piaojue_drawn_to_be_read_again",
        "voting_sampledraw",
        MAKE_PAPER.format(reading=2),
        "dice did not draw",
        until="closed",
        before=SAMPLED,
        seen="SELECT id AS round_id, '[1]'::jsonb AS places FROM public.voting_round",
    ),
    Attack(
        "piaojue_readings_differ",
        "voting_paperreading",
        MAKE_PAPER.format(reading=2),
        "dice did not draw",
        until="closed",
        before=SAMPLED,
        seen=f"{READ_TWICE}, unnest(ARRAY['1', '2']) AS marks FROM public.voting_round",
    ),
    Attack(
        "piaojue_something_to_settle",
        "voting_paperreading",
        f"""INSERT INTO public.voting_papersettlement (round_id, place, marks, reason, settled_by_id)
        SELECT id, 1, '', 'x', {CLERK.replace("clerk", "chief")} FROM public.voting_round""",
        "no two readings differ",
        until="closed",
        before=MAKE_BOX,
        seen=f"{READ_TWICE}, unnest(ARRAY['1', '2']) AS marks, 0 AS read_by_id FROM public.voting_round",
    ),
    *[
        Attack("piaojue_paper_agreed", table, MAKE_TALLY, answer, until="closed", before=before, seen=seen)
        for table, answer, before, seen in [
            ("voting_paperbox", "not read twice", MAKE_BOX, "SELECT * FROM public.{table} LIMIT 0"),
            (
                "voting_round",
                "are not counted",
                "UPDATE public.voting_round SET paper_issued = 1",
                "SELECT id, 0 AS paper_issued FROM public.voting_round",
            ),
            (
                "voting_paperreading",
                "not read twice",
                MAKE_BOX,
                f"{READ_TWICE}, unnest(ARRAY['1', '1']) AS marks FROM public.voting_round",
            ),
            (
                "voting_papersettlement",
                "is not settled",
                f"{MAKE_BOX}; {MAKE_PAPER.format(reading=1)}; {READ_OTHERWISE}",
                "SELECT id AS round_id, 1 AS place FROM public.voting_round",
            ),
        ]
    ],
    *[
        Attack(
            "piaojue_sample_read",
            table,
            MAKE_TALLY,
            "the sample was not read",
            until="closed",
            before=f"{SAMPLED}; {MAKE_FIRST}; {done}",
            seen=seen,
        )
        for table, done, seen in [
            (
                "voting_sampledraw",
                MAKE_PAPER.format(reading=2),
                "SELECT id AS round_id, '[1]'::jsonb AS places FROM public.voting_round",
            ),
            ("voting_paperreading", MAKE_DRAW, READ_AGAIN),
        ]
    ],
    *[
        Attack(
            "piaojue_all_read_first",
            table,
            MAKE_FIRST,
            "not every sheet was read first",
            until="closed",
            before=SAMPLED,
            seen=seen,
        )
        for table, seen in [
            ("voting_paperbox", "SELECT id AS round_id, 0 AS returned FROM public.voting_round"),
            ("voting_paperreading", READ_AGAIN.replace("2 AS reading", "1 AS reading")),
        ]
    ],
    *[
        Attack(
            "piaojue_drawn_by_dice",
            table,
            MAKE_DRAW,
            answer,
            until="closed",
            before=f"{SAMPLED}; {before}",
            seen=seen,
        )
        for table, before, seen, answer in [
            (
                "voting_firstcount",
                "SELECT 1",
                "SELECT id AS round_id, 'x' AS readings FROM public.voting_round",
                "drawn after the first readings",
            ),
            (
                "voting_paperreading",
                f"{MAKE_FIRST}; {MAKE_PAPER.format(reading=2)}",
                "SELECT * FROM public.{table} LIMIT 0",
                "drawn after the first readings",
            ),
            (
                "voting_paperbox",
                f"{MAKE_FIRST}; UPDATE public.voting_paperbox SET returned = 2",
                "SELECT id AS round_id, 1 AS returned FROM public.voting_round",
                "no sheets of the box",
            ),
        ]
    ],
    Attack(
        "piaojue_counted_or_not",
        "voting_firstcount",
        BY_TWO.format(table="annulment (round_id, decision, counted", values="id, 'x', true", source="round"),
        "it tells another count",
        until="closed",
        seen="SELECT id AS round_id FROM public.voting_round",
    ),
    Attack(
        "piaojue_machine_has_picture",
        "voting_scannedsheet",
        BY_MACHINE,
        "the scanner read no such sheet",
        until="closed",
        before=f"{MAKE_BOX}; {WHOLE_BATCH}; {MAKE_SHEET.format(doubts='box')}",
        seen="SELECT 1::bigint AS batch_id, id AS round_id, 1 AS place, '' AS doubts FROM public.voting_round",
    ),
    Attack(
        "piaojue_machine_has_picture",
        "voting_scanbatch",
        BY_MACHINE,
        "the scanner read no such sheet",
        until="closed",
        before=f"{MAKE_BOX}; {MAKE_BATCH.format(aside='', hashes=HASH, by=f'({SCRUTINEER})')}; "
        + MAKE_SHEET.format(doubts=""),
        seen=f"SELECT 1::bigint AS id, {CLERK} AS run_by_id",
    ),
    Attack(
        "piaojue_pictures_put_away",
        "voting_scannedsheet",
        "UPDATE public.voting_round SET status = 'certified'",
        "working pictures are still there",
        until="counted",
        before=f"{WHOLE_BATCH}; {MAKE_SHEET.format(doubts='')}; {CERTIFY.format(certifier=f'({SCRUTINEER})')}",
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
    Attack("piaojue_candidate_picture", "voting_cycle", MAKE_PICTURE, "the slate is frozen"),
    Attack("piaojue_candidate_picture", "voting_candidate", MAKE_PICTURE, "the slate is frozen"),
    Attack(
        "piaojue_disposed",
        "voting_disposal",
        "DELETE FROM public.voting_sealedballot",
        "append-only",
        before="UPDATE public.voting_cycle SET stage = 'archived'",
        seen="SELECT id AS cycle_id FROM public.voting_cycle",
    ),
    Attack(
        "piaojue_disposed",
        "voting_round",
        "DELETE FROM public.voting_sealedballot",
        "append-only",
        before=f"{MAKE_DISPOSAL.format(cycle='0', source='')}; {ARCHIVED_0}",
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


def execute(*statements: str, undone: bool = False) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # Their moment is the end of the transaction.
        cursor.execute("SET CONSTRAINTS with_its_step, journaled, ceremony_held DEFERRED")
        for sql in statements:
            cursor.execute(sql)
        transaction.set_rollback(undone)


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
    rules_of = {"first_reading": "scanner"} if attack.scanned else {}
    make_vote(until=attack.until, delegates=3, ballots=[TEN, TEN], **rules_of)
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
    execute(attack.statement, undone=True)


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
    attacked |= {("piaojue_write_roll_anew", "voting_rollentry")}  # refuses nothing; attacked in test_moments
    assert {(name, table) for name, table in looks if table in tables} == attacked


def test_every_function_sets_its_search_path_and_names_the_schema_of_every_table():
    functions = ask(OURS)
    assert functions
    names = [*connection.introspection.table_names(), *(str(name) for name, *_more in functions)]
    for name, source, settings in functions:
        assert settings == [SEARCH_PATH], name
        # A text that is executed is not looked through: it may speak of the table it was called for, and of no other.
        executed = re.findall(
            r"\bEXECUTE\b(?!\s+format\('[^']* FROM %I\.%I [^']*',\s+TG_TABLE_SCHEMA, TG_TABLE_NAME,)",
            str(source),
        )
        assert not executed, f"{name} executes a text about another table than its own"
        assert "%s" not in str(source), f"{name} puts words into a statement that are no name"
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

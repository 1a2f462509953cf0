"""``manage.py verify`` names every damage, and ends with status 1.

Guards ``voting.management.commands.verify`` and ``voting.management.verification``.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django.utils.translation import override

from tests.factories import NOW
from tests.lived import Lived, make_lived
from tests.pages import text_of
from voting.domain.core import second_factor
from voting.management.commands.verify import CHECKS
from voting.models import Verification
from voting.states import CongressAct

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def lived(monkeypatch: pytest.MonkeyPatch) -> Lived:
    lived_in = make_lived(3)
    monkeypatch.setenv("LC_ALL", "C")
    second_factor.note(CongressAct.SIGNED_IN, by=lived_in.vote.clerk, at=NOW)
    return lived_in


def damaged(*statements: str) -> None:
    """Do it past the rules, as the owner of the tables could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for sql in statements:
            cursor.execute(sql)
            assert cursor.rowcount != 0, f"nothing was damaged by {sql}"
        cursor.execute("SET LOCAL session_replication_role = origin")


def verify(*options: str) -> tuple[int, str]:
    """Run it; return its exit status and what it said."""
    spoken = io.StringIO()
    try:
        call_command("verify", *options, stdout=spoken, stderr=io.StringIO())
    except SystemExit as end:
        return int(end.code or 0), spoken.getvalue()
    return 0, spoken.getvalue()


def test_a_sound_database_holds_line_by_line():
    status, text = verify()
    assert status == 0, text
    lines = text.splitlines()
    assert len(lines) == len(CHECKS) + 1
    assert lines[-1] == "Everything holds."
    assert all(" holds " in line or " not made " in line for line in lines[:-1])


@pytest.mark.parametrize("check", [check.title for check in CHECKS if "role may do" not in str(check.title)])
def test_no_check_looks_at_nothing(check):
    line = next(line for line in verify()[1].splitlines() if str(check) in line)
    assert not line.endswith("(0 looked at)")


CLOSED = "(SELECT id FROM voting_round WHERE status = 'published' ORDER BY id LIMIT 1)"
OPEN = "(SELECT id FROM voting_round WHERE status = 'open' ORDER BY id LIMIT 1)"
DAMAGES = {
    "a ballot is gone": (
        (
            f"DELETE FROM voting_sealedballot WHERE id = (SELECT min(id::text)::uuid FROM voting_sealedballot"
            f" WHERE round_id = {CLOSED})"
        ),
        "The urn is not as it was sealed",
    ),
    "a ballot is another": (
        (
            f"UPDATE voting_sealedballot SET blob = blob || 'x'::bytea WHERE id = (SELECT min(id::text)::uuid"
            f" FROM voting_sealedballot WHERE round_id = {CLOSED})"
        ),
        "The urn is not as it was sealed",
    ),
    "a ballot more in an open urn": (
        f"INSERT INTO voting_sealedballot (id, round_id, blob) VALUES (gen_random_uuid(), {OPEN}, 'x')",
        "ballots in the urn",
    ),
    "a delegate is marked": (
        f"UPDATE voting_rollentry SET voted = false WHERE voted AND round_id = {CLOSED}",
        "delegates marked as having voted: 0",
    ),
    "the seal has another root": (
        f"UPDATE voting_urnseal SET root = repeat('0', 64) WHERE round_id = {CLOSED}",
        "the root of the urn's list is not what its hash says",
    ),
    "the list lost a hash": (
        f"UPDATE voting_urnseal SET hashes = substr(hashes, 33) WHERE round_id = {CLOSED}",
        "the list of hashes is not one of",
    ),
    "a seal is gone": (f"DELETE FROM voting_urnseal WHERE round_id = {CLOSED}", "the urn has no seal"),
    "a journal entry reads otherwise": (
        "UPDATE voting_journalentry SET data = '{}' WHERE act = 'round_opened'",
        "the journal's chain is broken at entry",
    ),
    "a journal entry is gone": (
        "DELETE FROM voting_journalentry WHERE act = 'rules_adopted'",
        "the journal's chain is broken at entry",
    ),
    "the count reads otherwise": (
        f"UPDATE voting_tally SET patterns = replace(patterns, '1', '2') WHERE round_id = {CLOSED}",
        "recounted",
    ),
    "the count's hash": (
        f"UPDATE voting_tally SET digest = repeat('0', 64) WHERE round_id = {CLOSED}",
        "the count, in the journal",
    ),
    "a certification is gone": (
        f"DELETE FROM voting_certification WHERE tally_id = {CLOSED}",
        "there is no certification",
    ),
    "the counter certified": (
        (
            "UPDATE voting_certification SET certified_by_id = (SELECT counted_by_id FROM voting_tally"
            " WHERE round_id = tally_id)"
        ),
        "the person who counted has certified",
    ),
    "a delegate certified": (
        "UPDATE voting_certification SET certified_by_id = (SELECT min(user_id) FROM accounts_delegate)",
        "no scrutineer of this congress",
    ),
    "the notice reads otherwise": (
        f"UPDATE voting_notice SET body = replace(body, '\"final\":true', '\"final\":false') WHERE round_id = {CLOSED}",
        "the notice is not what its hash says",
    ),
    "the notice and its hash": (
        "UPDATE voting_notice SET body = body || ' ', digest = encode(sha256(convert_to(body || ' ', 'UTF8')), 'hex')",
        "the notice, in the journal",
    ),
    "a notice is gone": (f"DELETE FROM voting_notice WHERE round_id = {CLOSED}", "there is no notice"),
    "the definition": (
        f"UPDATE voting_round SET definition = replace(definition, '\"seats\":', '\"seats\": ') WHERE id = {OPEN}",
        "the frozen definition is not what its hash says",
    ),
    "the adopted rules": (
        "UPDATE voting_votingrules SET seats = seats + 1 WHERE adopted_at IS NOT NULL",
        "the adopted rules is not what its hash says",
    ),
    "the key": (
        f"UPDATE voting_round SET public_key = public_key || 'x'::bytea WHERE id = {OPEN}",
        "the public key is not what its hash says",
    ),
    "the key with its fingerprint": (
        (
            "UPDATE voting_round SET public_key = 'x', key_fingerprint = encode(sha256('x'), 'hex')"
            f" WHERE id = {OPEN}"
        ),
        "the key, in the journal",
    ),
    "what vouches for the key": (
        f"UPDATE voting_round SET key_mac = repeat('0', 64) WHERE id = {OPEN}",
        "is not the one that the scrutineers made and tried",
    ),
    "an entry about an account": (
        'UPDATE voting_congressentry SET data = \'{"how": "x"}\'',
        "the chain of the sign-ins and accounts is broken at entry 1",
    ),
    "the ballots issued": (
        f"UPDATE voting_round SET issued = issued + 1 WHERE id = {CLOSED}",
        "are not as the journal recorded them",
    ),
    "a breakdown": (
        "UPDATE voting_breakdown SET body = body || ' '",
        "it is not what its hash and the journal say",
    ),
    "a report on the candidates": (
        "UPDATE voting_slatereport SET body = body || ' ' WHERE issued_at IS NOT NULL",
        "it is not what its hash and the journal say",
    ),
    "a report's record": (
        "UPDATE voting_slatereport SET body = '{' WHERE issued_at IS NOT NULL",
        "it is not what its hash and the journal say",
    ),
    "a picture of a report": ("UPDATE voting_reportfile SET data = 'x'", "it is not what its hash says"),
    "a picture of a proposal": ("UPDATE voting_attachment SET data = 'x'", "it is not what its hash says"),
    "a rule is gone": (
        "DROP TRIGGER kept_until_disposed ON voting_sealedballot",
        "The database lacks trigger kept_until_disposed on voting_sealedballot.",
    ),
    "a rule is off": (
        "ALTER TABLE voting_tally DISABLE TRIGGER append_only",
        "The database has switched off trigger append_only on voting_tally.",
    ),
    "a column is gone": (
        "ALTER TABLE voting_urnseal DROP COLUMN root CASCADE",
        "The table voting_urnseal lacks the column root.",
    ),
    "a migration is not carried out": (
        "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'voting')",
        "has not been carried out",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_is_named_and_the_status_is_1(name):
    statement, sentence = DAMAGES[name]
    damaged(statement)
    status, text = verify()
    assert status == 1
    assert "✗" in text
    assert sentence in text, text
    assert text.splitlines()[-1].startswith("DAMAGED: ")


def test_the_clerks_first_page_says_when_it_last_held(client, lived):
    client.force_login(lived.vote.clerk)
    assert "have not been checked against each other yet" in text_of(client.get("/en/admin/"))
    verify()
    page = text_of(client.get("/en/admin/"))
    assert "ago), and everything agreed" in page
    assert "That was before" not in page, "nothing has been done since"
    damaged("UPDATE voting_reportfile SET data = 'x'")
    verify("--no-record")
    assert "everything agreed" in text_of(client.get("/en/admin/"))
    verify()
    assert "damages were found" in text_of(client.get("/en/admin/"))
    assert [run.held for run in Verification.objects.all()] == [True, False]


def test_a_run_that_somebody_wrote_into_the_database_is_none(client, lived):
    Verification.objects.create(at=timezone.now(), checks=1, damages=0, mac="0" * 64)
    client.force_login(lived.vote.clerk)
    assert "have not been checked against each other yet" in text_of(client.get("/en/admin/"))
    verify()
    Verification.objects.update(damages=3)
    assert "have not been checked against each other yet" in text_of(client.get("/en/admin/"))

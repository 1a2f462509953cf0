"""What the database itself refuses, whoever asks (TRUST.md §2): evidence is append-only, frozen things stay frozen,
states follow their tables, the second person is another person, and the kinds never mix.
"""

from __future__ import annotations

from django.db import migrations

APPEND_ONLY = [
    "voting_sealedballot",
    "voting_urnseal",
    "voting_tally",
    "voting_certification",
    "voting_notice",
    "voting_journalentry",
]

STAGE_STEPS = (
    "solicitation>screening screening>deliberation deliberation>voting voting>counting counting>publication "
    "counting>voting publication>delivery delivery>assessment assessment>archived assessment>delivery"
)
ROUND_STEPS = (
    "preparing>keyed keyed>keyed keyed>ready ready>keyed ready>open open>closed closed>counted "
    "counted>certified certified>published"
)


def refuse(
    name: str, table: str, events: str, *, when: str = "", level: str = "ROW", text: str
) -> tuple[str, str]:
    """Return the SQL that makes and drops a trigger which refuses with a text."""
    condition = f"WHEN ({when})" if when else ""
    make = (
        f"CREATE TRIGGER {name} BEFORE {events} ON {table} FOR EACH {level} {condition} "
        f"EXECUTE FUNCTION piaojue_refuse('{text}');"
    )
    return make, f"DROP TRIGGER {name} ON {table};"


def steps(column: str, table: str) -> str:
    pairs = ", ".join(f"'{pair}'" for pair in table.split())
    return f"OLD.{column} <> NEW.{column} AND OLD.{column} || '>' || NEW.{column} NOT IN ({pairs})"


FUNCTIONS = """
CREATE FUNCTION piaojue_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refused on %: %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION piaojue_second_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM voting_tally
               WHERE round_id = NEW.tally_id AND counted_by_id = NEW.certified_by_id) THEN
        RAISE EXCEPTION 'refused on %: the count is certified by another person', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION piaojue_same_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT kind FROM accounts_delegate WHERE id = NEW.delegate_id) IS DISTINCT FROM
       (SELECT c.kind FROM voting_cycle c JOIN voting_round r ON r.cycle_id = c.id WHERE r.id = NEW.round_id) THEN
        RAISE EXCEPTION 'refused on %: delegates and cycle are of different kinds', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION piaojue_slate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint;
BEGIN
    concerned := CASE TG_OP WHEN 'DELETE' THEN OLD.cycle_id ELSE NEW.cycle_id END;
    IF EXISTS (SELECT 1 FROM voting_cycle WHERE id = concerned AND slate_frozen_at IS NOT NULL)
       OR (TG_OP = 'UPDATE' AND OLD.cycle_id <> NEW.cycle_id) THEN
        RAISE EXCEPTION 'refused on %: the slate is frozen', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION piaojue_ballot_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT status FROM voting_round WHERE id = NEW.round_id) <> 'preparing' THEN
        RAISE EXCEPTION 'refused on %: the ballot is fixed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

DROP_FUNCTIONS = " ".join(
    f"DROP FUNCTION piaojue_{name}();"
    for name in ["refuse", "second_person", "same_kind", "slate", "ballot_item"]
)

TRIGGERS: list[tuple[str, str]] = []
for table in APPEND_ONLY:
    TRIGGERS += [
        refuse("append_only", table, "UPDATE OR DELETE", text="append-only"),
        refuse("never_emptied", table, "TRUNCATE", level="STATEMENT", text="append-only"),
    ]
for table in ["voting_round", "voting_rollentry", "voting_ballotitem", "voting_votingrules", "voting_cycle"]:
    TRIGGERS.append(refuse("never_emptied", table, "TRUNCATE", level="STATEMENT", text="kept as evidence"))
TRIGGERS += [
    refuse("never_deleted", "voting_round", "DELETE", text="a round is kept"),
    refuse("never_deleted", "voting_cycle", "DELETE", text="a cycle is kept"),
    refuse("never_deleted", "voting_rollentry", "DELETE", text="a frozen roll is kept"),
    refuse("fixed", "voting_ballotitem", "UPDATE OR DELETE", text="the ballot is fixed"),
    refuse("step_known", "voting_cycle", "UPDATE", when=steps("stage", STAGE_STEPS), text="no such step"),
    refuse("kind_fixed", "voting_cycle", "UPDATE", when="OLD.kind <> NEW.kind", text="the kind is fixed"),
    refuse(
        "slate_stays_frozen",
        "voting_cycle",
        "UPDATE",
        when="OLD.slate_frozen_at IS NOT NULL AND OLD.slate_frozen_at IS DISTINCT FROM NEW.slate_frozen_at",
        text="the slate is frozen",
    ),
    refuse("step_known", "voting_round", "UPDATE", when=steps("status", ROUND_STEPS), text="no such step"),
    refuse(
        "begins_at_the_beginning",
        "voting_round",
        "INSERT",
        when="NEW.status <> 'preparing'",
        text="no such step",
    ),
    refuse(
        "definition_fixed",
        "voting_round",
        "UPDATE",
        when="(OLD.definition, OLD.definition_digest, OLD.seats, OLD.rules_id, OLD.cycle_id, OLD.number)"
        " IS DISTINCT FROM"
        " (NEW.definition, NEW.definition_digest, NEW.seats, NEW.rules_id, NEW.cycle_id, NEW.number)",
        text="the definition is frozen",
    ),
    refuse(
        "key_fixed",
        "voting_round",
        "UPDATE",
        when="NEW.status <> 'keyed'"
        " AND (OLD.public_key, OLD.key_fingerprint, OLD.slips_needed, OLD.slips_issued)"
        " IS DISTINCT FROM (NEW.public_key, NEW.key_fingerprint, NEW.slips_needed, NEW.slips_issued)",
        text="the key is fixed",
    ),
    refuse(
        "rules_frozen",
        "voting_votingrules",
        "UPDATE OR DELETE",
        when="OLD.adopted_at IS NOT NULL",
        text="adopted rules are frozen",
    ),
    refuse(
        "identity_fixed",
        "voting_rollentry",
        "UPDATE",
        when="(OLD.voted AND NOT NEW.voted) OR (OLD.round_id, OLD.delegate_id, OLD.number, OLD.name, OLD.delegation)"
        " IS DISTINCT FROM (NEW.round_id, NEW.delegate_id, NEW.number, NEW.name, NEW.delegation)",
        text="the roll is frozen",
    ),
    (
        """CREATE TRIGGER second_person BEFORE INSERT ON voting_certification
        FOR EACH ROW EXECUTE FUNCTION piaojue_second_person();""",
        "DROP TRIGGER second_person ON voting_certification;",
    ),
    (
        """CREATE TRIGGER same_kind BEFORE INSERT ON voting_rollentry
        FOR EACH ROW EXECUTE FUNCTION piaojue_same_kind();""",
        "DROP TRIGGER same_kind ON voting_rollentry;",
    ),
    (
        """CREATE TRIGGER slate_frozen BEFORE INSERT OR UPDATE OR DELETE ON voting_candidate
        FOR EACH ROW EXECUTE FUNCTION piaojue_slate();""",
        "DROP TRIGGER slate_frozen ON voting_candidate;",
    ),
    (
        """CREATE TRIGGER ballot_fixed BEFORE INSERT ON voting_ballotitem
        FOR EACH ROW EXECUTE FUNCTION piaojue_ballot_item();""",
        "DROP TRIGGER ballot_fixed ON voting_ballotitem;",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("voting", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *(migrations.RunSQL(make, drop) for make, drop in TRIGGERS),
    ]

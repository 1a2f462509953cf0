"""Paper ballots, settlements and decisions of ties are evidence too: append-only, each at its moment, read by two people.
The roll may change until the vote opens, by exclusion or admission; paper is handed out until the vote is closed.
"""

from __future__ import annotations

from django.db import migrations

APPEND_ONLY = ["voting_paperbox", "voting_paperreading", "voting_papersettlement", "voting_tiedecision"]

TABLES = "".join(
    f"""
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW
EXECUTE FUNCTION piaojue_refuse('append-only');
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT
EXECUTE FUNCTION piaojue_refuse('append-only');
"""
    for table in APPEND_ONLY
)

MAKE = """
CREATE FUNCTION piaojue_at_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT status FROM voting_round WHERE id = NEW.round_id) <> TG_ARGV[0] THEN
        RAISE EXCEPTION 'refused on %: only while the round is %', TG_TABLE_NAME, TG_ARGV[0]
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER moment BEFORE INSERT ON voting_paperbox FOR EACH ROW EXECUTE FUNCTION piaojue_at_status('closed');
CREATE TRIGGER moment BEFORE INSERT ON voting_paperreading FOR EACH ROW EXECUTE FUNCTION piaojue_at_status('closed');
CREATE TRIGGER moment BEFORE INSERT ON voting_papersettlement FOR EACH ROW EXECUTE FUNCTION piaojue_at_status('closed');
CREATE TRIGGER moment BEFORE INSERT ON voting_tiedecision FOR EACH ROW EXECUTE FUNCTION piaojue_at_status('certified');

CREATE FUNCTION piaojue_two_readers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM voting_paperreading
               WHERE round_id = NEW.round_id AND place = NEW.place AND reading <> NEW.reading
                 AND read_by_id = NEW.read_by_id) THEN
        RAISE EXCEPTION 'refused on %: the two readings are by two people', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER two_readers BEFORE INSERT ON voting_paperreading FOR EACH ROW EXECUTE FUNCTION piaojue_two_readers();

CREATE FUNCTION piaojue_roll_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    status_now text := (SELECT status FROM voting_round WHERE id = NEW.round_id);
BEGIN
    IF OLD.excluded <> NEW.excluded AND status_now NOT IN ('preparing', 'keyed', 'ready') THEN
        RAISE EXCEPTION 'refused on %: the vote has been opened', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.paper <> NEW.paper AND status_now NOT IN ('preparing', 'keyed', 'ready', 'open') THEN
        RAISE EXCEPTION 'refused on %: the vote is closed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER roll_change BEFORE UPDATE ON voting_rollentry FOR EACH ROW
WHEN (OLD.excluded <> NEW.excluded OR OLD.paper <> NEW.paper) EXECUTE FUNCTION piaojue_roll_change();

CREATE TRIGGER group_fixed BEFORE UPDATE ON voting_rollentry FOR EACH ROW
WHEN (OLD.in_group <> NEW.in_group) EXECUTE FUNCTION piaojue_refuse('the roll is frozen');

CREATE TRIGGER paper_fixed BEFORE UPDATE ON voting_round FOR EACH ROW
WHEN (
    (OLD.paper_issued IS DISTINCT FROM NEW.paper_issued AND NOT (OLD.status = 'open' AND NEW.status = 'closed'))
    OR (OLD.paper_only AND NOT NEW.paper_only)
    OR (NOT OLD.paper_only AND NEW.paper_only AND OLD.status NOT IN ('preparing', 'keyed', 'ready', 'open'))
    OR (OLD.announced_close IS DISTINCT FROM NEW.announced_close AND OLD.status NOT IN ('ready', 'open'))
) EXECUTE FUNCTION piaojue_refuse('fixed at the close');

CREATE OR REPLACE FUNCTION piaojue_same_kind() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned record;
BEGIN
    SELECT r.status, c.kind INTO concerned
    FROM voting_round r JOIN voting_cycle c ON c.id = r.cycle_id WHERE r.id = NEW.round_id;
    IF (SELECT kind FROM accounts_delegate WHERE id = NEW.delegate_id) IS DISTINCT FROM concerned.kind THEN
        RAISE EXCEPTION 'refused on %: delegates and cycle are of different kinds', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF concerned.status NOT IN ('preparing', 'keyed', 'ready') THEN
        RAISE EXCEPTION 'refused on %: the roll is frozen', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

BACK = """
CREATE OR REPLACE FUNCTION piaojue_same_kind() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned record;
BEGIN
    SELECT r.status, c.kind INTO concerned
    FROM voting_round r JOIN voting_cycle c ON c.id = r.cycle_id WHERE r.id = NEW.round_id;
    IF (SELECT kind FROM accounts_delegate WHERE id = NEW.delegate_id) IS DISTINCT FROM concerned.kind THEN
        RAISE EXCEPTION 'refused on %: delegates and cycle are of different kinds', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF concerned.status <> 'preparing' THEN
        RAISE EXCEPTION 'refused on %: the roll is frozen', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER paper_fixed ON voting_round;
DROP TRIGGER group_fixed ON voting_rollentry;
DROP TRIGGER roll_change ON voting_rollentry;
DROP FUNCTION piaojue_roll_change();
DROP TRIGGER two_readers ON voting_paperreading;
DROP FUNCTION piaojue_two_readers();
DROP TRIGGER moment ON voting_tiedecision;
DROP TRIGGER moment ON voting_papersettlement;
DROP TRIGGER moment ON voting_paperreading;
DROP TRIGGER moment ON voting_paperbox;
DROP FUNCTION piaojue_at_status();
"""

DROP_TABLES = "".join(
    f"DROP TRIGGER never_emptied ON {table}; DROP TRIGGER append_only ON {table};" for table in APPEND_ONLY
)


class Migration(migrations.Migration):
    dependencies = [("voting", "0004_all_rules")]

    operations = [migrations.RunSQL(TABLES, DROP_TABLES), migrations.RunSQL(MAKE, BACK)]

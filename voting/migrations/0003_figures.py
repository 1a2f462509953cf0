"""What the majority is measured against stays as it was: the roll after its freeze, who was present after the close,
and the moments and figures that the opening and the close fix.
"""

from __future__ import annotations

from django.db import migrations

ENTRIES = """
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

CREATE FUNCTION piaojue_presence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT status FROM voting_round WHERE id = NEW.round_id) NOT IN ('preparing', 'keyed', 'ready', 'open') THEN
        RAISE EXCEPTION 'refused on %: the vote is closed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER presence_fixed BEFORE UPDATE ON voting_rollentry FOR EACH ROW
WHEN (OLD.presence IS DISTINCT FROM NEW.presence) EXECUTE FUNCTION piaojue_presence();

CREATE TRIGGER figures_fixed BEFORE UPDATE ON voting_round FOR EACH ROW
WHEN (
    (OLD.opened_at IS DISTINCT FROM NEW.opened_at AND NOT (OLD.status = 'ready' AND NEW.status = 'open'))
    OR ((OLD.closed_at, OLD.issued) IS DISTINCT FROM (NEW.closed_at, NEW.issued)
        AND NOT (OLD.status = 'open' AND NEW.status = 'closed'))
) EXECUTE FUNCTION piaojue_refuse('fixed at the opening and the close');
"""

BACK = """
DROP TRIGGER figures_fixed ON voting_round;
DROP TRIGGER presence_fixed ON voting_rollentry;
DROP FUNCTION piaojue_presence();
CREATE OR REPLACE FUNCTION piaojue_same_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT kind FROM accounts_delegate WHERE id = NEW.delegate_id) IS DISTINCT FROM
       (SELECT c.kind FROM voting_cycle c JOIN voting_round r ON r.cycle_id = c.id WHERE r.id = NEW.round_id) THEN
        RAISE EXCEPTION 'refused on %: delegates and cycle are of different kinds', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("voting", "0002_evidence")]

    operations = [migrations.RunSQL(ENTRIES, BACK)]

"""Decisions, versions and issued reports are evidence: added, never changed. A frozen candidate project changes only in
deliberation, and only into what its newest version says: that one tells what changed, by whom and why.
"""

from __future__ import annotations

from django.db import migrations

APPEND_ONLY = ["voting_decision", "voting_reportreading"]

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
CREATE OR REPLACE FUNCTION piaojue_slate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint;
    amended boolean := false;
BEGIN
    concerned := CASE TG_OP WHEN 'DELETE' THEN OLD.cycle_id ELSE NEW.cycle_id END;
    IF TG_OP = 'UPDATE' AND OLD.number = NEW.number AND OLD.cycle_id = NEW.cycle_id THEN
        amended := EXISTS (
            SELECT 1 FROM voting_cycle c WHERE c.id = concerned AND c.stage = 'deliberation'
               AND c.list_confirmed_at IS NULL AND c.slate_frozen_at IS NOT NULL)
            AND EXISTS (
            SELECT 1 FROM voting_candidateversion v
             WHERE v.candidate_id = NEW.id AND v.in_deliberation
               AND v.number = (SELECT max(number) FROM voting_candidateversion WHERE candidate_id = NEW.id)
               AND (v.data ->> 'investment_total')::numeric IS NOT DISTINCT FROM NEW.investment_total
               AND NOT EXISTS (
                   SELECT 1 FROM jsonb_each(v.data - 'investment_total') AS said
                    WHERE to_jsonb(NEW) -> said.key IS DISTINCT FROM said.value));
    END IF;
    IF NOT amended AND EXISTS (SELECT 1 FROM voting_cycle WHERE id = concerned AND slate_frozen_at IS NOT NULL)
       OR (TG_OP = 'UPDATE' AND OLD.cycle_id <> NEW.cycle_id) THEN
        RAISE EXCEPTION 'refused on %: the slate is frozen', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION piaojue_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (SELECT 1 FROM voting_cycle c JOIN voting_candidate k ON k.cycle_id = c.id
                                   WHERE k.id = OLD.candidate_id AND c.slate_frozen_at IS NOT NULL) THEN
        RAISE EXCEPTION 'refused on %: append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON voting_candidateversion FOR EACH ROW
EXECUTE FUNCTION piaojue_version();

CREATE TRIGGER issued_is_fixed BEFORE UPDATE OR DELETE ON voting_slatereport FOR EACH ROW
WHEN (OLD.issued_at IS NOT NULL) EXECUTE FUNCTION piaojue_refuse('an issued report is fixed');
"""

DROP = """
DROP TRIGGER issued_is_fixed ON voting_slatereport;
DROP TRIGGER append_only ON voting_candidateversion;
DROP FUNCTION piaojue_version();
""" + "".join(
    f"DROP TRIGGER append_only ON {table}; DROP TRIGGER never_emptied ON {table};" for table in APPEND_ONLY
)


class Migration(migrations.Migration):
    dependencies = [("voting", "0006_before_the_vote")]

    operations = [migrations.RunSQL(TABLES + MAKE, DROP)]

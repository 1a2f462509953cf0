"""What the database itself holds after the vote: breakdowns, reports, inspections and remarks are added, never changed.

A sealed ballot still cannot be changed; it can be deleted only with the record of its disposal.
"""

from __future__ import annotations

from django.db import migrations

APPEND_ONLY = [
    "voting_breakdown", "voting_progressreport", "voting_reportfile", "voting_targetfigure", "voting_milestonestate",
    "voting_inspection", "voting_findingstep", "voting_remark", "voting_disposal",
]  # fmt: skip

MAKE = "".join(
    f"""
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW
EXECUTE FUNCTION piaojue_refuse('append-only');
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT
EXECUTE FUNCTION piaojue_refuse('append-only');
"""
    for table in APPEND_ONLY
)
DROP = "".join(
    f"DROP TRIGGER append_only ON {table}; DROP TRIGGER never_emptied ON {table};" for table in APPEND_ONLY
)

MAKE_DISPOSAL = """
CREATE FUNCTION piaojue_disposed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM voting_disposal d JOIN voting_round r ON r.cycle_id = d.cycle_id
                   WHERE r.id = OLD.round_id) THEN
        RAISE EXCEPTION 'refused on %: append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
DROP TRIGGER append_only ON voting_sealedballot;
CREATE TRIGGER append_only BEFORE UPDATE ON voting_sealedballot FOR EACH ROW
EXECUTE FUNCTION piaojue_refuse('append-only');
CREATE TRIGGER kept_until_disposed BEFORE DELETE ON voting_sealedballot FOR EACH ROW
EXECUTE FUNCTION piaojue_disposed();
"""
DROP_DISPOSAL = """
DROP TRIGGER kept_until_disposed ON voting_sealedballot;
DROP TRIGGER append_only ON voting_sealedballot;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON voting_sealedballot FOR EACH ROW
EXECUTE FUNCTION piaojue_refuse('append-only');
DROP FUNCTION piaojue_disposed();
"""


class Migration(migrations.Migration):
    dependencies = [("voting", "0009_after_the_vote")]

    operations = [migrations.RunSQL(MAKE, DROP), migrations.RunSQL(MAKE_DISPOSAL, DROP_DISPOSAL)]

"""Issued breakdowns and progress reports are evidence: added, never changed. A plan is fixed once it is issued."""

from __future__ import annotations

from django.db import migrations

APPEND_ONLY = [
    "voting_breakdown", "voting_progressreport", "voting_targetfigure", "voting_milestonestate", "voting_inspection",
    "voting_findingstep",
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


class Migration(migrations.Migration):
    dependencies = [("voting", "0009_delivery")]

    operations = [migrations.RunSQL(MAKE, DROP)]

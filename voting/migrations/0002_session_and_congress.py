"""What was called congress is its session; the rules are taken away until the cycles belong to a congress."""

import django.db.models.deletion
from django.db import migrations, models

from voting.evidence.operation import RemoveEvidence


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_congress"), ("voting", "0001_initial")]

    operations = [
        RemoveEvidence(),
        migrations.RenameField("cycle", "congress", "session"),
        migrations.AddField(
            "cycle",
            "session_en",
            models.CharField(blank=True, max_length=200, verbose_name="session in English"),
        ),
        migrations.AddField(
            "cycle",
            "congress",
            models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cycles",
                to="accounts.congress",
                verbose_name="people's congress",
            ),
        ),
    ]

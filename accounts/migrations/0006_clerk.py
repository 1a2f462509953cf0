"""How a staged list is to be read, where a person said so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_trust")]

    operations = [
        migrations.AddField(
            "rosterimport", "reading", models.JSONField(blank=True, default=dict, editable=False)
        ),
    ]

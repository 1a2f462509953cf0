"""A session counts its test ballots."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_sessions")]

    operations = [
        migrations.AddField(
            model_name="keptsession",
            name="tests",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]

"""Sessions have a table of ours, which says whose each is; whoever is signed in signs in once more."""

from django.db import migrations, models

#: A session ends in the statement that casts its delegate's ballot: what its row said goes as soon as the roll's.
CLEARED_AWAY = """
ALTER TABLE accounts_session SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_clerk"), ("sessions", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="KeptSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("user_id", models.BigIntegerField(db_index=True, null=True)),
                ("proof", models.CharField(blank=True, default="", max_length=64)),
                ("secret", models.CharField(blank=True, default="", max_length=128)),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "db_table": "accounts_session",
                "abstract": False,
            },
        ),
        migrations.RunSQL("DELETE FROM django_session", migrations.RunSQL.noop),
        migrations.RunSQL(CLEARED_AWAY, migrations.RunSQL.noop),
    ]

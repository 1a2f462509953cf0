"""Wrong codes and passwords are counted by who tries; nobody's name or number rests everywhere any more.

The tables of the package that counted before go with it.
"""

from django.db import migrations, models

BEFORE = "DROP TABLE IF EXISTS axes_accessattemptexpiration, axes_accessattempt, axes_accessfailurelog, axes_accesslog"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_congress_edition"),
        ("otp_static", "0003_add_timestamps"),
        ("otp_totp", "0003_add_timestamps"),
    ]

    operations = [
        migrations.RemoveField("accesscode", "failures"),
        migrations.RemoveField("accesscode", "blocked_until"),
        migrations.CreateModel(
            name="Attempts",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("of", models.CharField(blank=True, db_index=True, max_length=64)),
                ("times", models.PositiveIntegerField()),
                ("rest_until", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Authenticator",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("otp_totp.totpdevice",),
        ),
        migrations.CreateModel(
            name="RecoveryCodes",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("otp_static.staticdevice",),
        ),
        migrations.AddField(
            "user",
            "has_second_factor",
            models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Asked for after the password; written by ``accounts.second_factor`` alone.",
                verbose_name="second factor",
            ),
        ),
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="user",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "no part in the vote"),
                    ("delegate", "delegate"),
                    ("clerk", "clerk"),
                    ("scrutineer", "scrutineer"),
                    ("chief", "chief scrutineer"),
                    ("presiding", "executive chairperson"),
                    ("unit", "unit officer"),
                    ("keeper", "account keeper"),
                ],
                default="",
                max_length=12,
                verbose_name="role",
            ),
        ),
    ]

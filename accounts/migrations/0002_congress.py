"""A congress, and from everybody who will belong to one the way to it; nobody belongs to one yet."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import accounts.models

ROLES = [
    ("", "no part in the vote"),
    ("delegate", "delegate"),
    ("clerk", "clerk"),
    ("scrutineer", "scrutineer"),
    ("chief", "chief scrutineer"),
    ("presiding", "presiding officer"),
    ("unit", "unit officer"),
    ("keeper", "account keeper"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Congress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("official", "official"), ("demo", "demo"), ("rehearsal", "rehearsal")],
                        default="official",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "slug",
                    models.CharField(
                        error_messages={"unique": "Another congress has this address."},
                        max_length=30,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9-]*$", "Lower-case letters, digits and hyphens, a letter first."
                            )
                        ],
                        verbose_name="address",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("name_en", models.CharField(blank=True, max_length=120, verbose_name="name in English")),
                ("place", models.CharField(max_length=60, verbose_name="place")),
                ("place_en", models.CharField(blank=True, max_length=120, verbose_name="place in English")),
                (
                    "level",
                    models.CharField(
                        choices=[("county", "county or district"), ("town", "town")],
                        default="county",
                        max_length=8,
                        verbose_name="level",
                    ),
                ),
                ("publisher", models.CharField(blank=True, max_length=60, verbose_name="publisher")),
                (
                    "time_zone",
                    models.CharField(
                        default=accounts.models.time_zone_of_server,
                        max_length=40,
                        validators=[accounts.models.require_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "issuer",
                    models.CharField(blank=True, max_length=60, verbose_name="issuing body of notices"),
                ),
                (
                    "issuer_en",
                    models.CharField(blank=True, max_length=120, verbose_name="issuing body in English"),
                ),
                ("seal", models.CharField(blank=True, max_length=60, verbose_name="text of the seal")),
            ],
            options={
                "verbose_name": "people's congress",
                "verbose_name_plural": "people's congresses",
                "ordering": ["slug"],
            },
        ),
        migrations.AddField(
            model_name="congress",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                help_text="For a town: the congress of its county or district, where that is here too.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="below",
                to="accounts.congress",
                verbose_name="belongs to",
            ),
        ),
        migrations.AddConstraint(
            model_name="congress",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["official", "demo", "rehearsal"])),
                name="congress_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="congress",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["county", "town"])), name="congress_level_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="congress",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("id")), _negated=True),
                name="congress_not_its_own_parent",
                violation_error_message="A congress does not belong to itself.",
            ),
        ),
        migrations.AddField(
            model_name="delegate",
            name="congress",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delegates",
                to="accounts.congress",
                verbose_name="people's congress",
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="congress",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delegations",
                to="accounts.congress",
                verbose_name="people's congress",
            ),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="congress",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.congress",
                verbose_name="people's congress",
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="congress",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="units",
                to="accounts.congress",
                verbose_name="people's congress",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="congress",
            field=models.ForeignKey(
                blank=True,
                help_text="Nobody has a part in a vote without one; the keeper of the installation belongs to none.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="users",
                to="accounts.congress",
                verbose_name="people's congress",
            ),
        ),
        migrations.AddField(
            "unit", "name_en", models.CharField(blank=True, max_length=120, verbose_name="name in English")
        ),
        migrations.AddField(
            "delegation",
            "name_en",
            models.CharField(blank=True, max_length=120, verbose_name="name in English"),
        ),
        migrations.AddField(
            "user",
            "password_is_initial",
            models.BooleanField(
                default=False,
                help_text="Given by somebody else; nothing can be done with it but to choose another.",
                verbose_name="initial password",
            ),
        ),
        migrations.AlterField(
            "user",
            "role",
            models.CharField(blank=True, choices=ROLES, default="", max_length=12, verbose_name="role"),
        ),
        migrations.RemoveConstraint("user", "user_role_known"),
        migrations.AddConstraint(
            "user",
            models.CheckConstraint(
                condition=models.Q(role__in=[role for role, _name in ROLES]), name="user_role_known"
            ),
        ),
    ]

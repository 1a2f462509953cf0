"""Residents may vote by letter: a role of their own, and their letters beside the delegates."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_test_ballots"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="delegate",
            name="delegate_number_once",
        ),
        migrations.RemoveConstraint(
            model_name="user",
            name="user_role_known",
        ),
        migrations.AddField(
            model_name="delegate",
            name="is_resident",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="resident's letter"
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "no part in the vote"),
                    ("delegate", "delegate"),
                    ("resident", "resident"),
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
        migrations.AddConstraint(
            model_name="delegate",
            constraint=models.UniqueConstraint(
                fields=("congress", "number", "is_resident"),
                name="delegate_number_once",
                violation_error_message="Another delegate has this number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "",
                            "delegate",
                            "resident",
                            "clerk",
                            "scrutineer",
                            "chief",
                            "presiding",
                            "unit",
                            "keeper",
                        ],
                    )
                ),
                name="user_role_known",
            ),
        ),
    ]

"""A vote may be one of residents, who vote by letter."""

import django.core.validators
from django.db import migrations, models

from voting.evidence.operation import InstallEvidence, RemoveEvidence


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_residents"),
        ("voting", "0010_paper_by_scanner"),
    ]

    operations = [
        RemoveEvidence(),
        migrations.RemoveConstraint(
            model_name="cycle",
            name="cycle_body_known",
        ),
        migrations.AddField(
            model_name="cycle",
            name="letters",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=4,
                verbose_name="numbers of letters begin with",
            ),
        ),
        migrations.AddField(
            model_name="votingrules",
            name="residents",
            field=models.PositiveIntegerField(
                blank=True,
                db_default=0,
                default=0,
                validators=[django.core.validators.MaxValueValidator(400000)],
                verbose_name="residents' letters",
            ),
        ),
        migrations.AlterField(
            model_name="cycle",
            name="body",
            field=models.CharField(
                choices=[
                    ("delegates", "the delegates"),
                    ("committee", "the members of the standing committee"),
                    ("residents", "residents, by letter"),
                ],
                default="delegates",
                editable=False,
                max_length=10,
                verbose_name="who votes",
            ),
        ),
        migrations.AddConstraint(
            model_name="cycle",
            constraint=models.CheckConstraint(
                condition=models.Q(("body__in", ["delegates", "committee", "residents"])),
                name="cycle_body_known",
            ),
        ),
        # The rules, as of this version.
        InstallEvidence("76e4bde9b584b49b7aa3e71ab13af01bebbd7c3efc0bb8c2d67fe0896e6cc957"),
    ]

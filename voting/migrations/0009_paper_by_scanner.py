"""Paper by scanner: the rules on marks and readings, the draw of a second reading, the deck that the scanner is tried with."""

from django.db import migrations, models

from voting.evidence.operation import InstallEvidence, RemoveEvidence


class Migration(migrations.Migration):
    dependencies = [
        ("voting", "0008_sealed_booth"),
    ]

    operations = [
        RemoveEvidence(),
        migrations.AddField(
            model_name="votingrules",
            name="double_mark",
            field=models.CharField(
                choices=[("ballot", "the whole ballot is void"), ("item", "void for that project alone")],
                db_default="ballot",
                default="ballot",
                max_length=8,
                verbose_name="two marks in one row make",
            ),
        ),
        migrations.AddField(
            model_name="votingrules",
            name="first_reading",
            field=models.CharField(
                choices=[
                    ("person", "by a person"),
                    ("scanner", "by a scanner, where it is in doubt by a person"),
                ],
                db_default="person",
                default="person",
                max_length=8,
                verbose_name="paper ballots are read first",
            ),
        ),
        migrations.AddField(
            model_name="votingrules",
            name="second_reading",
            field=models.CharField(
                choices=[("all", "all of them"), ("sample", "as many as a public draw names")],
                db_default="all",
                default="all",
                max_length=8,
                verbose_name="another person reads again",
            ),
        ),
        migrations.AddConstraint(
            model_name="votingrules",
            constraint=models.CheckConstraint(
                condition=models.Q(("double_mark__in", ["ballot", "item"])), name="rules_double_mark_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="votingrules",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_reading__in", ["person", "scanner"])),
                name="rules_first_reading_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="votingrules",
            constraint=models.CheckConstraint(
                condition=models.Q(("second_reading__in", ["all", "sample"])),
                name="rules_second_reading_known",
            ),
        ),
        # The rules, as of this version.
        InstallEvidence("29a8d221a8febcf707c3ee6be53f6f2ef8b56dfff858bdf8bf3a5e892ebf13be"),
    ]

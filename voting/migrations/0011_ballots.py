"""Ballots of votes on money: one mark, points to share out, and a sum that the marked may not pass."""

from django.db import migrations, models

from voting.evidence.operation import InstallEvidence, RemoveEvidence


class Migration(migrations.Migration):
    dependencies = [
        ("voting", "0010_paper_by_scanner"),
    ]

    operations = [
        RemoveEvidence(),
        migrations.RemoveConstraint(
            model_name="votingrules",
            name="rules_ballot_type_known",
        ),
        migrations.AddField(
            model_name="votingrules",
            name="most_cost",
            field=models.PositiveIntegerField(
                blank=True,
                db_default=0,
                default=0,
                verbose_name="what the projects of one ballot may cost, 10 000 yuan",
            ),
        ),
        migrations.AddField(
            model_name="votingrules",
            name="most_points",
            field=models.PositiveSmallIntegerField(
                blank=True, db_default=0, default=0, verbose_name="points for one project at most"
            ),
        ),
        migrations.AddField(
            model_name="votingrules",
            name="points",
            field=models.PositiveSmallIntegerField(
                blank=True, db_default=0, default=0, verbose_name="points of a ballot"
            ),
        ),
        migrations.AlterField(
            model_name="votingrules",
            name="ballot_type",
            field=models.CharField(
                choices=[
                    ("up_to", "choose up to N"),
                    ("exactly", "choose exactly N"),
                    ("per_item", "for, against or abstain on each project"),
                    ("per_item_up_to", "for, against or abstain on each project, at most N for"),
                    ("ranking", "rank up to N projects by priority"),
                    ("whole_report", "approve or reject the whole list"),
                    ("grades", "satisfied, basically satisfied or unsatisfied with each project"),
                    ("choose_one", "choose one, however many are to be chosen"),
                    ("points", "share points out among the projects"),
                ],
                default="up_to",
                max_length=16,
                verbose_name="ballot type",
            ),
        ),
        migrations.AddConstraint(
            model_name="votingrules",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "ballot_type__in",
                        [
                            "up_to",
                            "exactly",
                            "per_item",
                            "per_item_up_to",
                            "ranking",
                            "whole_report",
                            "grades",
                            "choose_one",
                            "points",
                        ],
                    )
                ),
                name="rules_ballot_type_known",
            ),
        ),
        # The rules, as of this version.
        InstallEvidence("76e4bde9b584b49b7aa3e71ab13af01bebbd7c3efc0bb8c2d67fe0896e6cc957"),
    ]

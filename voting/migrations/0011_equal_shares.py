"""A sum of money may be shared out by equal shares."""

from django.db import migrations, models

from voting.evidence.operation import InstallEvidence, RemoveEvidence


class Migration(migrations.Migration):
    dependencies = [("voting", "0010_paper_by_scanner")]

    operations = [
        RemoveEvidence(),
        migrations.RemoveConstraint(model_name="votingrules", name="rules_method_known"),
        migrations.AlterField(
            model_name="votingrules",
            name="method",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "the highest, as many as are to be chosen"),
                    ("greedy", "what fits a sum of money; what does not is passed over"),
                    ("greedy_stop", "what fits a sum of money, up to the first that does not"),
                    ("equal_shares", "what its supporters pay for from equal shares of a sum of money"),
                ],
                db_default="",
                default="",
                max_length=16,
                verbose_name="what is chosen",
            ),
        ),
        migrations.AddConstraint(
            model_name="votingrules",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["", "greedy", "greedy_stop", "equal_shares"])),
                name="rules_method_known",
            ),
        ),
        # The rules, as of this version.
        InstallEvidence("76e4bde9b584b49b7aa3e71ab13af01bebbd7c3efc0bb8c2d67fe0896e6cc957"),
    ]

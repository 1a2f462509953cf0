"""The rules of a vote may share out a sum of money."""

from django.db import migrations, models

from voting.evidence.operation import RemoveEvidence


class Migration(migrations.Migration):
    dependencies = [("voting", "0008_sealed_booth")]

    operations = [
        RemoveEvidence(),
        migrations.AddField(
            model_name="votingrules",
            name="method",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "the highest, as many as are to be chosen"),
                    ("greedy", "what fits a sum of money; what does not is passed over"),
                    ("greedy_stop", "what fits a sum of money, up to the first that does not"),
                ],
                db_default="",
                default="",
                max_length=16,
                verbose_name="what is chosen",
            ),
        ),
        migrations.AddField(
            model_name="votingrules",
            name="budget",
            field=models.PositiveIntegerField(
                blank=True, db_default=0, default=0, verbose_name="sum of money, 10 000 yuan"
            ),
        ),
        migrations.AddConstraint(
            model_name="votingrules",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["", "greedy", "greedy_stop"])), name="rules_method_known"
            ),
        ),
    ]

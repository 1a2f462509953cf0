"""Residents second proposals and correct what is held back of their own."""

import django.db.models.deletion
from django.db import migrations, models

from voting.evidence.operation import RemoveEvidence


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_sessions"),
        ("voting", "0006_clerk"),
    ]

    operations = [
        RemoveEvidence(),
        migrations.AddField(
            model_name="proposal",
            name="seconds",
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name="seconded"),
        ),
        migrations.CreateModel(
            name="Seconding",
            fields=[
                ("digest", models.BinaryField(max_length=16, primary_key=True, serialize=False)),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="secondings",
                        to="voting.proposal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProposalVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("texts", models.JSONField(verbose_name="what should be done")),
                ("standing_reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("replaced_at", models.DateTimeField(verbose_name="replaced at")),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="voting.proposal",
                        verbose_name="proposal",
                    ),
                ),
            ],
            options={
                "verbose_name": "earlier version of a proposal",
                "verbose_name_plural": "earlier versions of proposals",
                "ordering": ["proposal", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("proposal", "number"), name="proposal_version_once")
                ],
            },
        ),
    ]

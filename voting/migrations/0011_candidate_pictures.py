"""Pictures of candidate projects."""

import django.db.models.deletion
from django.db import migrations, models

from voting.evidence.operation import InstallEvidence, RemoveEvidence


class Migration(migrations.Migration):
    dependencies = [
        ("voting", "0010_paper_by_scanner"),
    ]

    operations = [
        RemoveEvidence(),
        migrations.CreateModel(
            name="CandidatePicture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("alt", models.CharField(max_length=120, verbose_name="what the picture shows")),
                ("content_type", models.CharField(max_length=40, verbose_name="content type")),
                ("data", models.BinaryField(verbose_name="content")),
                ("size", models.PositiveIntegerField(verbose_name="bytes")),
                ("digest", models.CharField(editable=False, max_length=64, verbose_name="hash")),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pictures",
                        to="voting.candidate",
                        verbose_name="candidate project",
                    ),
                ),
            ],
            options={
                "verbose_name": "picture of a candidate project",
                "verbose_name_plural": "pictures of candidate projects",
                "ordering": ["candidate", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("candidate", "position"), name="candidate_picture_once"),
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 1), ("position__lte", 4)),
                        name="candidate_picture_within_four",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("alt", ""), _negated=True), name="candidate_picture_has_words"
                    ),
                ],
            },
        ),
        # The rules, as of this version.
        InstallEvidence("cf104882c4f99253a28478dcf15bb1ff7fd133cf587662d36326f2985c65591c"),
    ]

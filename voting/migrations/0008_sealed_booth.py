"""A ballot is sealed on the delegate's device: test ballots, who sealed, and the sub-group's word beside the ballot."""

import django.db.models.deletion
from django.db import migrations, models

import voting.models.vote.urn
from voting.evidence.operation import RemoveEvidence


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_test_ballots"),
        ("voting", "0007_resident"),
    ]

    operations = [
        RemoveEvidence(),
        migrations.CreateModel(
            name="ServerSealed",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("shelf", models.PositiveSmallIntegerField(verbose_name="shelf")),
                ("ballots", models.PositiveIntegerField(verbose_name="ballots that the server sealed")),
            ],
            options={
                "verbose_name": "number sealed by the server",
                "verbose_name_plural": "numbers sealed by the server",
            },
        ),
        migrations.CreateModel(
            name="TestBallot",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=voting.models.vote.urn.random_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("blob", models.BinaryField(verbose_name="sealed bytes")),
            ],
            options={
                "verbose_name": "test ballot",
                "verbose_name_plural": "test ballots",
            },
        ),
        migrations.AddField(
            model_name="sealedballot",
            name="in_group",
            field=models.BooleanField(editable=False, null=True, verbose_name="of the sub-group"),
        ),
        migrations.AddField(
            model_name="urnseal",
            name="by_server",
            field=models.PositiveIntegerField(null=True, verbose_name="ballots that the server sealed"),
        ),
        migrations.AddField(
            model_name="urnseal",
            name="test_hashes",
            field=models.BinaryField(
                db_default=b"", default=b"", verbose_name="sorted hashes of the test ballots"
            ),
        ),
        migrations.AddField(
            model_name="urnseal",
            name="test_root",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=64,
                verbose_name="root hash of the test ballots",
            ),
        ),
        migrations.AddField(
            model_name="urnseal",
            name="tests",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="test ballots"),
        ),
        migrations.AddConstraint(
            model_name="sealedballot",
            constraint=models.UniqueConstraint(
                models.F("round"), models.Func("blob", function="sha256"), name="sealed_ballot_once"
            ),
        ),
        migrations.AddField(
            model_name="serversealed",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="voting.round",
                verbose_name="round",
            ),
        ),
        migrations.AddField(
            model_name="testballot",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tests",
                to="voting.round",
                verbose_name="round",
            ),
        ),
        migrations.AddConstraint(
            model_name="serversealed",
            constraint=models.UniqueConstraint(fields=("round", "shelf"), name="server_sealed_shelf_once"),
        ),
        migrations.AddConstraint(
            model_name="testballot",
            constraint=models.UniqueConstraint(
                models.F("round"), models.Func("blob", function="sha256"), name="test_ballot_once"
            ),
        ),
        # The rules, as of this version.
    ]

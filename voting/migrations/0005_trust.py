"""Attached files carry their hash; runs of ``manage.py verify`` are noted."""

import hashlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils.crypto import salted_hmac

from voting.evidence.operation import RemoveEvidence

HASHES = """
UPDATE voting_attachment SET digest = encode(sha256(data), 'hex');
UPDATE voting_reportfile SET digest = encode(sha256(data), 'hex');
"""
#: Whatever happens to a line of the roll, it stays on the page where it was first written, and what it said before is
#: cleared away within a minute: where a line stands tells nothing of when its delegate voted.
ROOM = """
ALTER TABLE voting_rollentry SET
    (fillfactor = 25, autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)
"""


def vouch_for_tried_keys(apps, schema_editor):
    """Let the keys that were tried before the upgrade go on: whoever upgrades has the server's secret."""
    for round_ in apps.get_model("voting", "Round").objects.filter(status__in=["ready", "open"]):
        raw = hashlib.sha256(bytes(round_.public_key or b"")).hexdigest()
        value = f"{round_.pk}|{round_.definition_digest}|{round_.key_fingerprint}|{raw}"
        round_.key_mac = salted_hmac("voting.tried-key", value, algorithm="sha256").hexdigest()
        round_.save(update_fields=["key_mac"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_trust"), ("voting", "0004_congress_required")]

    operations = [
        RemoveEvidence(),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("checks", models.PositiveSmallIntegerField(verbose_name="checks")),
                ("damages", models.PositiveIntegerField(verbose_name="damages")),
                ("mac", models.CharField(editable=False, max_length=64, verbose_name="mark of the server")),
            ],
            options={
                "verbose_name": "verification",
                "verbose_name_plural": "verifications",
                "ordering": ["at"],
            },
        ),
        migrations.AddField(
            "attachment",
            "digest",
            models.CharField(default="", editable=False, max_length=64, verbose_name="hash"),
            preserve_default=False,
        ),
        migrations.AddField(
            "reportfile",
            "digest",
            models.CharField(default="", editable=False, max_length=64, verbose_name="hash"),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="KeySlip",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ceremony", models.PositiveSmallIntegerField(editable=False, verbose_name="key ceremony")),
                ("place", models.PositiveSmallIntegerField(editable=False, verbose_name="key slip")),
                ("held_at", models.DateTimeField(editable=False, verbose_name="ceremony held at")),
                ("sealed", models.BinaryField(default=bytes, verbose_name="sealed slip")),
                ("commitment", models.CharField(editable=False, max_length=64, verbose_name="commitment")),
                ("taken", models.BooleanField(default=False, editable=False, verbose_name="taken")),
                ("proven", models.BooleanField(default=False, editable=False, verbose_name="proven")),
            ],
            options={
                "verbose_name": "key slip",
                "verbose_name_plural": "key slips",
                "ordering": ["round", "ceremony", "place"],
            },
        ),
        migrations.AddField(
            model_name="round",
            name="key_mac",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=64,
                verbose_name="mark of the tried key",
            ),
        ),
        migrations.AddField(
            model_name="keyslip",
            name="holder",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="key_slips",
                to=settings.AUTH_USER_MODEL,
                verbose_name="holder",
            ),
        ),
        migrations.AddField(
            model_name="keyslip",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="key_slips",
                to="voting.round",
                verbose_name="round",
            ),
        ),
        migrations.AddConstraint(
            model_name="keyslip",
            constraint=models.UniqueConstraint(
                fields=("round", "ceremony", "place"), name="key_slip_place_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="keyslip",
            constraint=models.UniqueConstraint(
                fields=("round", "ceremony", "holder"), name="key_slip_holder_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="keyslip",
            constraint=models.CheckConstraint(
                condition=models.Q(("proven", False), ("taken", True), _connector="OR"),
                name="key_slip_proven_was_taken",
            ),
        ),
        migrations.CreateModel(
            name="CongressEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.PositiveIntegerField(verbose_name="number")),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("signed_in", "signed in"),
                            ("account_entered", "account entered"),
                            ("account_changed", "account changed"),
                            ("sign_in_allowed", "may sign in again"),
                            ("sign_in_barred", "may no longer sign in"),
                            ("password_given", "initial password given"),
                            ("password_changed", "own password chosen"),
                            ("factor_enrolled", "second factor set up"),
                            ("factor_removed", "second factor removed"),
                            ("factor_reset", "second factor taken away by a keeper"),
                            ("recovery_renewed", "recovery codes renewed"),
                            ("rest_begun", "sign-in rests after wrong passwords"),
                            ("rest_lifted", "rest of the sign-in lifted"),
                        ],
                        max_length=20,
                        verbose_name="act",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("data", models.JSONField(default=dict, verbose_name="data")),
                ("previous", models.CharField(max_length=64, verbose_name="hash of the entry before")),
                ("digest", models.CharField(max_length=64, verbose_name="hash")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "congress",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="journal",
                        to="accounts.congress",
                        verbose_name="people's congress",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "entry about an account",
                "verbose_name_plural": "sign-ins and accounts",
                "ordering": ["congress", "sequence"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("congress", "sequence"), name="congress_entry_once", nulls_distinct=False
                    ),
                    models.UniqueConstraint(
                        fields=("congress", "previous"), name="congress_entry_no_fork", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "act__in",
                                [
                                    "signed_in",
                                    "account_entered",
                                    "account_changed",
                                    "sign_in_allowed",
                                    "sign_in_barred",
                                    "password_given",
                                    "password_changed",
                                    "factor_enrolled",
                                    "factor_removed",
                                    "factor_reset",
                                    "recovery_renewed",
                                    "rest_begun",
                                    "rest_lifted",
                                ],
                            )
                        ),
                        name="congress_entry_act_known",
                    ),
                ],
            },
        ),
        # The words of the journal as of this version.
        migrations.RemoveConstraint(
            model_name="journalentry",
            name="journal_act_known",
        ),
        migrations.AddField(
            model_name="certification",
            name="proof",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "counted here"),
                    ("slips", "proven by key slips"),
                    ("file", "proven by a second count"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=8,
                verbose_name="proof of an imported count",
            ),
        ),
        migrations.AddField(
            model_name="tally",
            name="imported",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="imported"
            ),
        ),
        migrations.AlterField(
            model_name="journalentry",
            name="act",
            field=models.CharField(
                choices=[
                    ("cycle_created", "cycle created"),
                    ("stage_changed", "stage changed"),
                    ("candidate_added", "candidate project added"),
                    ("call_published", "call for proposals published"),
                    ("call_changed", "times of the call changed"),
                    ("call_closed", "call closed by hand"),
                    ("proposals_imported", "proposals imported"),
                    ("proposal_entered", "proposal on paper entered"),
                    ("proposal_shown", "proposals shown to the public"),
                    ("proposal_hidden", "proposal kept from the public"),
                    ("proposal_merged", "proposals merged"),
                    ("proposal_split", "merged proposal taken out again"),
                    ("opinion_asked", "opinion of a unit asked for"),
                    ("opinion_given", "opinion of a unit given"),
                    ("proposal_decided", "proposal decided"),
                    ("candidate_changed", "candidate project changed"),
                    ("candidate_dropped", "draft of a candidate project dropped"),
                    ("slate_numbered", "candidate projects numbered"),
                    ("reading_slips", "slips for reading and asking printed"),
                    ("report_issued", "report on the candidate projects issued"),
                    ("question_asked", "question of a delegation"),
                    ("question_answered", "question answered"),
                    ("candidate_amended", "candidate project changed in deliberation"),
                    ("list_confirmed", "official list confirmed"),
                    ("slate_frozen", "slate frozen"),
                    ("rules_drafted", "voting rules drafted"),
                    ("rules_adopted", "voting rules adopted"),
                    ("roster_imported", "list of delegates imported"),
                    ("roster_undone", "import of delegates undone"),
                    ("roll_frozen", "roll frozen"),
                    ("round_begun", "further round begun"),
                    ("delegate_excluded", "delegate excluded from the roll"),
                    ("delegate_admitted", "delegate admitted to the roll"),
                    ("presence_set", "presence recorded"),
                    ("codes_issued", "access codes issued"),
                    ("code_voided", "access code voided"),
                    ("block_lifted", "sign-in block lifted"),
                    ("key_split", "key ceremony held"),
                    ("key_taken", "key slip taken by its holder"),
                    ("key_proven", "key slip typed back by its holder"),
                    ("key_tried", "trial unsealing passed"),
                    ("round_opened", "voting opened"),
                    ("paper_refused", "paper ballot asked for and refused"),
                    ("paper_handed_out", "paper ballots handed out"),
                    ("paper_taken_back", "paper ballot taken back unused"),
                    ("switched_to_paper", "vote switched to paper"),
                    ("round_closed", "voting closed, urn sealed"),
                    ("paper_returned", "returned paper ballots counted"),
                    ("paper_entered", "paper ballots entered"),
                    ("paper_settled", "difference between two entries settled"),
                    ("urn_taken", "sealed urn taken for an offline count"),
                    ("round_counted", "ballots counted"),
                    ("tally_certified", "count certified"),
                    ("tie_decided", "tie decided"),
                    ("notice_published", "public notice published"),
                    ("delivery_begun", "delivery of the projects begun"),
                    ("delivery_changed", "breakdown of a project changed"),
                    ("breakdown_issued", "breakdown issued"),
                    ("progress_reported", "progress reported"),
                    ("group_named", "supervision group named"),
                    ("inspected", "inspection recorded"),
                    ("finding_replied", "finding answered by the unit"),
                    ("finding_closed", "finding closed"),
                    ("finding_returned", "finding sent back"),
                    ("finding_escalated", "finding escalated"),
                    ("handed_in", "project handed in as completed"),
                    ("completion_decided", "completion decided"),
                    ("change_asked", "change of a project asked for"),
                    ("change_decided", "change of a project decided"),
                    ("assessment_opened", "assessment opened"),
                    ("assess_withdrawn", "assessment withdrawn"),
                    ("rectify_ordered", "rectification ordered"),
                    ("rectified", "rectification answered by the unit"),
                    ("survey_opened", "residents' survey opened"),
                    ("survey_ended", "end of the residents' survey set"),
                    ("progress_imported", "table of progress imported"),
                    ("lights_set", "rule of the lights set"),
                    ("remarked", "remark of a delegate"),
                    ("carried_over", "project carried over to the next year"),
                    ("archived", "year archived"),
                    ("disposed", "keys and urns disposed of"),
                ],
                max_length=20,
                verbose_name="act",
            ),
        ),
        migrations.AddConstraint(
            model_name="certification",
            constraint=models.CheckConstraint(
                condition=models.Q(("proof__in", ["", "slips", "file"])), name="certification_proof_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "act__in",
                        [
                            "cycle_created",
                            "stage_changed",
                            "candidate_added",
                            "call_published",
                            "call_changed",
                            "call_closed",
                            "proposals_imported",
                            "proposal_entered",
                            "proposal_shown",
                            "proposal_hidden",
                            "proposal_merged",
                            "proposal_split",
                            "opinion_asked",
                            "opinion_given",
                            "proposal_decided",
                            "candidate_changed",
                            "candidate_dropped",
                            "slate_numbered",
                            "reading_slips",
                            "report_issued",
                            "question_asked",
                            "question_answered",
                            "candidate_amended",
                            "list_confirmed",
                            "slate_frozen",
                            "rules_drafted",
                            "rules_adopted",
                            "roster_imported",
                            "roster_undone",
                            "roll_frozen",
                            "round_begun",
                            "delegate_excluded",
                            "delegate_admitted",
                            "presence_set",
                            "codes_issued",
                            "code_voided",
                            "block_lifted",
                            "key_split",
                            "key_taken",
                            "key_proven",
                            "key_tried",
                            "round_opened",
                            "paper_refused",
                            "paper_handed_out",
                            "paper_taken_back",
                            "switched_to_paper",
                            "round_closed",
                            "paper_returned",
                            "paper_entered",
                            "paper_settled",
                            "urn_taken",
                            "round_counted",
                            "tally_certified",
                            "tie_decided",
                            "notice_published",
                            "delivery_begun",
                            "delivery_changed",
                            "breakdown_issued",
                            "progress_reported",
                            "group_named",
                            "inspected",
                            "finding_replied",
                            "finding_closed",
                            "finding_returned",
                            "finding_escalated",
                            "handed_in",
                            "completion_decided",
                            "change_asked",
                            "change_decided",
                            "assessment_opened",
                            "assess_withdrawn",
                            "rectify_ordered",
                            "rectified",
                            "survey_opened",
                            "survey_ended",
                            "progress_imported",
                            "lights_set",
                            "remarked",
                            "carried_over",
                            "archived",
                            "disposed",
                        ],
                    )
                ),
                name="journal_act_known",
            ),
        ),
        # The rules, as of this version.
        migrations.RunPython(vouch_for_tried_keys, migrations.RunPython.noop),
        migrations.RunSQL(HASHES, migrations.RunSQL.noop),
        migrations.RunSQL(ROOM, migrations.RunSQL.noop),
    ]

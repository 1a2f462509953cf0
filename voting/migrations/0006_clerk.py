"""A clerk can go on: a year is given up, a roll unfrozen, a round annulled, further rounds ended; lists are read as a person said."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from voting.evidence.operation import RemoveEvidence


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_clerk"),
        ("voting", "0005_trust"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RemoveEvidence(),
        migrations.CreateModel(
            name="Annulment",
            fields=[
                ("reason", models.TextField(max_length=2000, verbose_name="reason")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="annulment",
                        serialize=False,
                        to="voting.round",
                        verbose_name="round",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        max_length=200, verbose_name="decision of the presidium: number and date"
                    ),
                ),
                ("counted", models.BooleanField(default=False, verbose_name="was counted")),
            ],
            options={
                "verbose_name": "annulment of a round",
                "verbose_name_plural": "annulments of rounds",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EndOfRounds",
            fields=[
                ("reason", models.TextField(max_length=2000, verbose_name="reason")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "cycle",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="end_of_rounds",
                        serialize=False,
                        to="voting.cycle",
                        verbose_name="cycle",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        max_length=200, verbose_name="decision of the presidium: number and date"
                    ),
                ),
                (
                    "seats",
                    models.CharField(
                        choices=[
                            ("further_round", "another round among the rest"),
                            ("stay_empty", "the seats stay empty"),
                            ("next_session", "left to the next session"),
                        ],
                        max_length=16,
                        verbose_name="seats left",
                    ),
                ),
            ],
            options={
                "verbose_name": "end of further rounds",
                "verbose_name_plural": "ends of further rounds",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Unfreezing",
            fields=[
                ("reason", models.TextField(max_length=2000, verbose_name="reason")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="unfreezing",
                        serialize=False,
                        to="voting.round",
                        verbose_name="round",
                    ),
                ),
            ],
            options={
                "verbose_name": "unfreezing of a roll",
                "verbose_name_plural": "unfreezings of rolls",
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="cycle",
            name="cycle_stage_known",
        ),
        migrations.RemoveConstraint(
            model_name="round",
            name="round_number_once",
        ),
        migrations.RemoveConstraint(
            model_name="round",
            name="round_one_running",
        ),
        migrations.RemoveConstraint(
            model_name="round",
            name="round_status_known",
        ),
        migrations.RemoveConstraint(
            model_name="round",
            name="round_keyed_has_key",
        ),
        migrations.AddField(
            model_name="cycle",
            name="first_slug",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=40,
                verbose_name="first address",
            ),
        ),
        migrations.AddField(
            model_name="votingrules",
            name="most_rounds",
            field=models.PositiveSmallIntegerField(
                blank=True,
                db_default=0,
                default=0,
                verbose_name="at most so many rounds",
            ),
        ),
        migrations.AlterField(
            model_name="cycle",
            name="stage",
            field=models.CharField(
                choices=[
                    ("solicitation", "solicitation"),
                    ("screening", "screening"),
                    ("deliberation", "deliberation"),
                    ("voting", "voting"),
                    ("counting", "counting"),
                    ("publication", "publication"),
                    ("delivery", "delivery"),
                    ("assessment", "assessment"),
                    ("archived", "archived"),
                    ("withdrawn", "withdrawn"),
                    ("given_up", "given up"),
                ],
                default="solicitation",
                editable=False,
                max_length=14,
                verbose_name="stage",
            ),
        ),
        migrations.AlterField(
            model_name="round",
            name="status",
            field=models.CharField(
                choices=[
                    ("preparing", "roll frozen, check-in"),
                    ("keyed", "key split, not yet tried"),
                    ("ready", "ready to open"),
                    ("open", "voting is open"),
                    ("closed", "closed, urn sealed"),
                    ("counted", "counted"),
                    ("certified", "certified"),
                    ("published", "published"),
                    ("annulled", "annulled"),
                    ("unfrozen", "roll unfrozen"),
                ],
                default="preparing",
                editable=False,
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="cycle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "stage__in",
                        [
                            "solicitation",
                            "screening",
                            "deliberation",
                            "voting",
                            "counting",
                            "publication",
                            "delivery",
                            "assessment",
                            "archived",
                            "withdrawn",
                            "given_up",
                        ],
                    )
                ),
                name="cycle_stage_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "unfrozen"), _negated=True),
                fields=("cycle", "number"),
                name="round_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["annulled", "published", "unfrozen"]), _negated=True),
                fields=("cycle",),
                name="round_one_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "preparing",
                            "keyed",
                            "ready",
                            "open",
                            "closed",
                            "counted",
                            "certified",
                            "published",
                            "annulled",
                            "unfrozen",
                        ],
                    )
                ),
                name="round_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["preparing", "unfrozen"]),
                    models.Q(("public_key__isnull", False), models.Q(("key_fingerprint", ""), _negated=True)),
                    _connector="OR",
                ),
                name="round_keyed_has_key",
            ),
        ),
        migrations.AddField(
            model_name="annulment",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        migrations.AddField(
            model_name="annulment",
            name="second",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="second person",
            ),
        ),
        migrations.AddField(
            model_name="endofrounds",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        migrations.AddField(
            model_name="endofrounds",
            name="second",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="second person",
            ),
        ),
        migrations.AddField(
            model_name="unfreezing",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        migrations.AddField(
            model_name="unfreezing",
            name="second",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="second person",
            ),
        ),
        migrations.AddConstraint(
            model_name="annulment",
            constraint=models.CheckConstraint(
                condition=models.Q(("recorded_by", models.F("second")), _negated=True),
                name="annulment_by_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="annulment",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="annulment_with_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="annulment",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision", ""), _negated=True), name="annulment_with_decision"
            ),
        ),
        migrations.AddConstraint(
            model_name="endofrounds",
            constraint=models.CheckConstraint(
                condition=models.Q(("recorded_by", models.F("second")), _negated=True),
                name="endofrounds_by_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="endofrounds",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="endofrounds_with_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="endofrounds",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision", ""), _negated=True), name="endofrounds_with_decision"
            ),
        ),
        migrations.AddConstraint(
            model_name="endofrounds",
            constraint=models.CheckConstraint(
                condition=models.Q(("seats__in", ("stay_empty", "next_session"))),
                name="endofrounds_seats_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="unfreezing",
            constraint=models.CheckConstraint(
                condition=models.Q(("recorded_by", models.F("second")), _negated=True),
                name="unfreezing_by_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="unfreezing",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="unfreezing_with_reason"
            ),
        ),
        *[
            migrations.AddField(model, "reading", models.JSONField(blank=True, default=dict, editable=False))
            for model in ("proposallist", "progresslist")
        ],
        # The words of the journal as of this version.
        migrations.RemoveConstraint(
            model_name="journalentry",
            name="journal_act_known",
        ),
        migrations.AlterField(
            model_name="journalentry",
            name="act",
            field=models.CharField(
                choices=[
                    ("cycle_created", "cycle created"),
                    ("year_corrected", "data of the year corrected"),
                    ("year_given_up", "year given up"),
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
                    ("decision_undone", "decision on a proposal taken back"),
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
                    ("slate_unfrozen", "slate taken back"),
                    ("rules_drafted", "voting rules drafted"),
                    ("rules_adopted", "voting rules adopted"),
                    ("rules_reopened", "adoption of the rules taken back"),
                    ("roster_imported", "list of delegates imported"),
                    ("roster_undone", "import of delegates undone"),
                    ("roll_frozen", "roll frozen"),
                    ("roll_unfrozen", "roll unfrozen"),
                    ("round_begun", "further round begun"),
                    ("prepared_anew", "vote prepared anew"),
                    ("delegate_excluded", "delegate excluded from the roll"),
                    ("delegate_admitted", "delegate admitted to the roll"),
                    ("presence_set", "presence recorded"),
                    ("presence_confirmed", "presence of the round before confirmed"),
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
                    ("paper_corrected", "count of returned paper ballots corrected"),
                    ("paper_entered", "paper ballots entered"),
                    ("paper_settled", "difference between two entries settled"),
                    ("urn_taken", "sealed urn taken for an offline count"),
                    ("round_annulled", "round annulled"),
                    ("round_counted", "ballots counted"),
                    ("tally_certified", "count certified"),
                    ("tie_decided", "tie decided"),
                    ("steps_planned", "dates of steps planned"),
                    ("note_left", "note left"),
                    ("incident", "incident recorded"),
                    ("notice_published", "public notice published"),
                    ("rounds_ended", "further rounds ended by decision"),
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
            model_name="journalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "act__in",
                        [
                            "cycle_created",
                            "year_corrected",
                            "year_given_up",
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
                            "decision_undone",
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
                            "slate_unfrozen",
                            "rules_drafted",
                            "rules_adopted",
                            "rules_reopened",
                            "roster_imported",
                            "roster_undone",
                            "roll_frozen",
                            "roll_unfrozen",
                            "round_begun",
                            "prepared_anew",
                            "delegate_excluded",
                            "delegate_admitted",
                            "presence_set",
                            "presence_confirmed",
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
                            "paper_corrected",
                            "paper_entered",
                            "paper_settled",
                            "urn_taken",
                            "round_annulled",
                            "round_counted",
                            "tally_certified",
                            "tie_decided",
                            "steps_planned",
                            "note_left",
                            "incident",
                            "notice_published",
                            "rounds_ended",
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
    ]

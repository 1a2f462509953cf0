"""票决办法: the voting rules of a cycle, a draft until the plenary adopts them, then frozen."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from voting.models.core.cycle import Cycle
from voting.states import (
    BallotType,
    BlankBallot,
    Comparator,
    FloorBase,
    GroupBase,
    SatisfiedBase,
    Scoring,
    ShortfallRule,
    TieRule,
    UnderVote,
)


class VotingRules(models.Model):
    """Settings of the vote; fractions are two integers, comparators are spelled out (PROCEDURE.md §3.4)."""

    cycle = models.OneToOneField(
        Cycle, on_delete=models.PROTECT, related_name="rules", verbose_name=_("cycle")
    )
    preset = models.CharField(_("preset"), max_length=40, blank=True)
    seats = models.PositiveSmallIntegerField(_("projects to choose"))
    ballot_type = models.CharField(
        _("ballot type"), max_length=16, choices=BallotType.choices, default=BallotType.UP_TO
    )
    scoring = models.CharField(
        _("a ranking is read by"), max_length=20, choices=Scoring.choices, default=Scoring.NONE, blank=True
    )
    under_vote = models.CharField(
        _("a ballot with too few marks is"),
        max_length=8,
        choices=UnderVote.choices,
        default=UnderVote.VALID,
    )
    blank_ballot = models.CharField(
        _("a blank ballot is"), max_length=8, choices=BlankBallot.choices, default=BlankBallot.VALID
    )
    floor_base = models.CharField(
        _("floor measured against"),
        max_length=8,
        choices=FloorBase.choices,
        default=FloorBase.ALL,
        blank=True,
    )
    floor_comparator = models.CharField(
        _("floor"), max_length=2, choices=Comparator.choices, default=Comparator.MORE_THAN
    )
    floor_numerator = models.PositiveSmallIntegerField(_("floor, numerator"), default=1)
    floor_denominator = models.PositiveSmallIntegerField(_("floor, denominator"), default=2)
    group_name = models.CharField(
        _("sub-group with its own threshold"),
        max_length=60,
        blank=True,
        help_text=_("Its name, for example: people's-congress delegates. Empty: there is none."),
    )
    group_base = models.CharField(
        _("second threshold measured against"),
        max_length=8,
        choices=GroupBase.choices,
        default=GroupBase.NONE,
        blank=True,
    )
    group_comparator = models.CharField(
        _("second threshold"), max_length=2, choices=Comparator.choices, default=Comparator.MORE_THAN
    )
    group_numerator = models.PositiveSmallIntegerField(_("second threshold, numerator"), default=1)
    group_denominator = models.PositiveSmallIntegerField(_("second threshold, denominator"), default=2)
    satisfied_base = models.CharField(
        _("“satisfied” measured against"),
        max_length=8,
        choices=SatisfiedBase.choices,
        default=SatisfiedBase.NONE,
        blank=True,
    )
    satisfied_comparator = models.CharField(
        _("“satisfied” needs"), max_length=2, choices=Comparator.choices, default=Comparator.AT_LEAST
    )
    satisfied_numerator = models.PositiveSmallIntegerField(_("“satisfied”, numerator"), default=1)
    satisfied_denominator = models.PositiveSmallIntegerField(_("“satisfied”, denominator"), default=2)
    quorum_comparator = models.CharField(
        _("quorum"), max_length=2, choices=Comparator.choices, default=Comparator.AT_LEAST
    )
    quorum_numerator = models.PositiveSmallIntegerField(_("quorum, numerator"), default=2)
    quorum_denominator = models.PositiveSmallIntegerField(_("quorum, denominator"), default=3)
    tie_rule = models.CharField(
        _("tie across the cut"), max_length=16, choices=TieRule.choices, default=TieRule.FURTHER_BALLOT
    )
    shortfall_rule = models.CharField(
        _("seats left empty"),
        max_length=16,
        choices=ShortfallRule.choices,
        default=ShortfallRule.FURTHER_ROUND,
    )
    adopted_at = models.DateTimeField(_("adopted at"), null=True, blank=True, editable=False)
    digest = models.CharField(_("hash of the adopted rules"), max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("voting rules")
        verbose_name_plural = _("voting rules")
        constraints = [
            models.CheckConstraint(condition=models.Q(seats__gte=1), name="rules_seats_positive"),
            models.CheckConstraint(
                condition=models.Q(
                    floor_denominator__gte=1, floor_numerator__lte=models.F("floor_denominator")
                ),
                name="rules_floor_fraction",
                violation_error_message=_("The floor must be a fraction between 0 and 1."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    group_denominator__gte=1, group_numerator__lte=models.F("group_denominator")
                ),
                name="rules_group_fraction",
                violation_error_message=_("The second threshold must be a fraction between 0 and 1."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    satisfied_denominator__gte=1, satisfied_numerator__lte=models.F("satisfied_denominator")
                ),
                name="rules_satisfied_fraction",
                violation_error_message=_("The share for “satisfied” must be a fraction between 0 and 1."),
            ),
            models.CheckConstraint(
                condition=models.Q(group_base="", group_name="")
                | (~models.Q(group_base="") & ~models.Q(group_name="")),
                name="rules_group_named",
                violation_error_message=_(
                    "A second threshold needs both: the name of the sub-group, and what it is measured against."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    quorum_denominator__gte=1, quorum_numerator__lte=models.F("quorum_denominator")
                ),
                name="rules_quorum_fraction",
                violation_error_message=_("The quorum must be a fraction between 0 and 1."),
            ),
            models.CheckConstraint(
                condition=models.Q(adopted_at__isnull=True, digest="")
                | (models.Q(adopted_at__isnull=False) & ~models.Q(digest="")),
                name="rules_adopted_with_hash",
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{field}__in": choices.values}), name=f"rules_{field}_known"
                )
                for field, choices in [
                    ("ballot_type", BallotType),
                    ("scoring", Scoring),
                    ("under_vote", UnderVote),
                    ("blank_ballot", BlankBallot),
                    ("floor_base", FloorBase),
                    ("floor_comparator", Comparator),
                    ("group_base", GroupBase),
                    ("group_comparator", Comparator),
                    ("satisfied_base", SatisfiedBase),
                    ("satisfied_comparator", Comparator),
                    ("quorum_comparator", Comparator),
                    ("tie_rule", TieRule),
                    ("shortfall_rule", ShortfallRule),
                ]
            ),
        ]

    def __str__(self) -> str:
        return str(self.cycle)

    @property
    def is_adopted(self) -> bool:
        return self.adopted_at is not None

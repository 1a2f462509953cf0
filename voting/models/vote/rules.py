"""票决办法: the voting rules of a cycle, a draft until the plenary adopts them, then frozen."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.letters import MOST_LETTERS
from voting.count.measures import (
    BallotType,
    Base,
    BlankBallot,
    Comparator,
    DoubleMark,
    FirstReading,
    SecondReading,
    ShortfallRule,
    TieRule,
    UnderVote,
)
from voting.labels import (
    BALLOT_TYPES,
    BLANK_BALLOTS,
    COMPARATORS,
    DOUBLE_MARKS,
    FIRST_READINGS,
    FLOOR_BASES,
    GROUP_BASES,
    METHODS,
    SATISFIED_BASES,
    SCORINGS,
    SECOND_READINGS,
    SHORTFALL_RULES,
    TIE_RULES,
    UNDER_VOTES,
    choices_of,
)
from voting.models.core.cycle import Cycle


class VotingRules(models.Model):
    """Settings of the vote; fractions are two integers, comparators are spelled out (PROCEDURE.md §3.4)."""

    cycle = models.OneToOneField(
        Cycle, on_delete=models.PROTECT, related_name="rules", verbose_name=_("cycle")
    )
    preset = models.CharField(_("preset"), max_length=40, blank=True)
    seats = models.PositiveSmallIntegerField(_("projects to choose"))
    most_rounds = models.PositiveSmallIntegerField(
        _("at most so many rounds"),
        default=0,
        db_default=0,
        blank=True,
    )
    method = models.CharField(
        _("what is chosen"),
        max_length=16,
        choices=choices_of(METHODS),
        default="",
        db_default="",
        blank=True,
    )
    #: In 10 000 yuan, as the projects' own total investment.
    budget = models.PositiveIntegerField(_("sum of money, 10 000 yuan"), default=0, db_default=0, blank=True)
    residents = models.PositiveIntegerField(
        _("residents' letters"),
        default=0,
        db_default=0,
        blank=True,
        validators=[MaxValueValidator(MOST_LETTERS)],
    )
    #: In 10 000 yuan too; 0: a ballot may vote for any sum.
    most_cost = models.PositiveIntegerField(
        _("what the projects of one ballot may cost, 10 000 yuan"), default=0, db_default=0, blank=True
    )
    ballot_type = models.CharField(
        _("ballot type"), max_length=16, choices=choices_of(BALLOT_TYPES), default=BallotType.UP_TO.value
    )
    scoring = models.CharField(
        _("a ranking is read by"), max_length=20, choices=choices_of(SCORINGS), default="", blank=True
    )
    points = models.PositiveSmallIntegerField(_("points of a ballot"), default=0, db_default=0, blank=True)
    most_points = models.PositiveSmallIntegerField(
        _("points for one project at most"), default=0, db_default=0, blank=True
    )
    under_vote = models.CharField(
        _("a ballot with too few marks is"),
        max_length=8,
        choices=choices_of(UNDER_VOTES),
        default=UnderVote.VALID.value,
    )
    blank_ballot = models.CharField(
        _("a blank ballot is"),
        max_length=8,
        choices=choices_of(BLANK_BALLOTS),
        default=BlankBallot.VALID.value,
    )
    double_mark = models.CharField(
        _("two marks in one row make"),
        max_length=8,
        choices=choices_of(DOUBLE_MARKS),
        default=DoubleMark.BALLOT.value,
        db_default=DoubleMark.BALLOT.value,
    )
    first_reading = models.CharField(
        _("paper ballots are read first"),
        max_length=8,
        choices=choices_of(FIRST_READINGS),
        default=FirstReading.PERSON.value,
        db_default=FirstReading.PERSON.value,
    )
    second_reading = models.CharField(
        _("another person reads again"),
        max_length=8,
        choices=choices_of(SECOND_READINGS),
        default=SecondReading.ALL.value,
        db_default=SecondReading.ALL.value,
    )
    floor_base = models.CharField(
        _("floor measured against"),
        max_length=8,
        choices=choices_of(FLOOR_BASES),
        default=Base.ALL.value,
        blank=True,
    )
    floor_comparator = models.CharField(
        _("floor"), max_length=2, choices=choices_of(COMPARATORS), default=Comparator.MORE_THAN.value
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
        choices=choices_of(GROUP_BASES),
        default="",
        blank=True,
    )
    group_comparator = models.CharField(
        _("second threshold"),
        max_length=2,
        choices=choices_of(COMPARATORS),
        default=Comparator.MORE_THAN.value,
    )
    group_numerator = models.PositiveSmallIntegerField(_("second threshold, numerator"), default=1)
    group_denominator = models.PositiveSmallIntegerField(_("second threshold, denominator"), default=2)
    satisfied_base = models.CharField(
        _("“satisfied” measured against"),
        max_length=8,
        choices=choices_of(SATISFIED_BASES),
        default="",
        blank=True,
    )
    satisfied_comparator = models.CharField(
        _("“satisfied” needs"),
        max_length=2,
        choices=choices_of(COMPARATORS),
        default=Comparator.AT_LEAST.value,
    )
    satisfied_numerator = models.PositiveSmallIntegerField(_("“satisfied”, numerator"), default=1)
    satisfied_denominator = models.PositiveSmallIntegerField(_("“satisfied”, denominator"), default=2)
    quorum_comparator = models.CharField(
        _("quorum"), max_length=2, choices=choices_of(COMPARATORS), default=Comparator.AT_LEAST.value
    )
    quorum_numerator = models.PositiveSmallIntegerField(_("quorum, numerator"), default=2)
    quorum_denominator = models.PositiveSmallIntegerField(_("quorum, denominator"), default=3)
    tie_rule = models.CharField(
        _("tie across the cut"),
        max_length=16,
        choices=choices_of(TIE_RULES),
        default=TieRule.FURTHER_BALLOT.value,
    )
    shortfall_rule = models.CharField(
        _("seats left empty"),
        max_length=16,
        choices=choices_of(SHORTFALL_RULES),
        default=ShortfallRule.FURTHER_ROUND.value,
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
                    condition=models.Q(**{f"{field}__in": [*map(str, labels)]}), name=f"rules_{field}_known"
                )
                for field, labels in [
                    ("ballot_type", BALLOT_TYPES),
                    ("scoring", SCORINGS),
                    ("method", METHODS),
                    ("under_vote", UNDER_VOTES),
                    ("blank_ballot", BLANK_BALLOTS),
                    ("double_mark", DOUBLE_MARKS),
                    ("first_reading", FIRST_READINGS),
                    ("second_reading", SECOND_READINGS),
                    ("floor_base", FLOOR_BASES),
                    ("floor_comparator", COMPARATORS),
                    ("group_base", GROUP_BASES),
                    ("group_comparator", COMPARATORS),
                    ("satisfied_base", SATISFIED_BASES),
                    ("satisfied_comparator", COMPARATORS),
                    ("quorum_comparator", COMPARATORS),
                    ("tie_rule", TIE_RULES),
                    ("shortfall_rule", SHORTFALL_RULES),
                ]
            ),
        ]

    def __str__(self) -> str:
        return str(self.cycle)

    @property
    def is_adopted(self) -> bool:
        return self.adopted_at is not None

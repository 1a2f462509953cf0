"""第一轮, 再次投票: one round of voting with its ballot items and its roll."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Delegate, in_this_language
from voting.models.before.candidate import Candidate
from voting.models.core.cycle import Cycle
from voting.models.vote.rules import VotingRules
from voting.states import OVER_STATUSES, Presence, RoundStatus


class Frozen(models.Manager["Round"]):
    """The rounds whose roll is frozen: all but those that were laid out and taken back before anything came of them."""

    def get_queryset(self) -> models.QuerySet[Round]:
        return super().get_queryset().exclude(status=RoundStatus.UNFROZEN)


class Round(models.Model):
    """A round carries everything it was voted under; a second ballot is another round."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="rounds", verbose_name=_("cycle"))
    number = models.PositiveSmallIntegerField(_("round"))
    rules = models.ForeignKey(
        VotingRules, on_delete=models.PROTECT, related_name="rounds", verbose_name=_("voting rules")
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=RoundStatus.choices,
        default=RoundStatus.PREPARING,
        editable=False,
    )
    seats = models.PositiveSmallIntegerField(_("projects to choose"), editable=False)
    definition = models.TextField(_("frozen definition"), editable=False)
    definition_digest = models.CharField(_("hash of the definition"), max_length=64, editable=False)
    slips_needed = models.PositiveSmallIntegerField(_("slips needed"), null=True, editable=False)
    slips_issued = models.PositiveSmallIntegerField(_("slips issued"), null=True, editable=False)
    public_key = models.BinaryField(_("public key"), null=True, editable=False)
    key_fingerprint = models.CharField(_("key fingerprint"), max_length=64, blank=True, editable=False)
    #: Vouches, under the server's secret, that this key is the one that was tried: no database can make it.
    key_mac = models.CharField(
        _("mark of the tried key"), max_length=64, blank=True, default="", db_default="", editable=False
    )
    opened_at = models.DateTimeField(_("opened at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    announced_close = models.DateTimeField(_("announced end of voting"), null=True, editable=False)
    paper_only = models.BooleanField(_("on paper only"), default=False, editable=False)
    issued = models.PositiveIntegerField(_("ballots issued"), null=True, editable=False)
    paper_issued = models.PositiveIntegerField(_("of these on paper"), null=True, editable=False)

    objects = Frozen()
    #: All of them, those of a roll that was unfrozen too.
    every: models.Manager[Round] = models.Manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["cycle", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "number"],
                condition=~models.Q(status=RoundStatus.UNFROZEN),
                name="round_number_once",
            ),
            models.UniqueConstraint(
                fields=["cycle"],
                condition=~models.Q(status__in=sorted(OVER_STATUSES)),
                name="round_one_running",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=RoundStatus.values), name="round_status_known"
            ),
            models.CheckConstraint(condition=models.Q(seats__gte=1), name="round_seats_positive"),
            models.CheckConstraint(
                condition=models.Q(slips_needed__isnull=True, slips_issued__isnull=True)
                | models.Q(slips_needed__gte=2, slips_issued__gte=models.F("slips_needed")),
                name="round_slips_k_of_n",
            ),
            models.CheckConstraint(
                condition=models.Q(issued__isnull=True, paper_issued__isnull=True)
                | models.Q(paper_issued__lte=models.F("issued")),
                name="round_paper_part_of_issued",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=[RoundStatus.PREPARING, RoundStatus.UNFROZEN])
                | (models.Q(public_key__isnull=False) & ~models.Q(key_fingerprint="")),
                name="round_keyed_has_key",
            ),
        ]

    def __str__(self) -> str:
        return _("%(cycle)s, round %(number)d") % {"cycle": self.cycle, "number": self.number}


class BallotItem(models.Model):
    """One line of the ballot, in the government's fixed order."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="items", verbose_name=_("round"))
    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="ballot_items", verbose_name=_("candidate project")
    )
    number = models.PositiveSmallIntegerField(_("number"))

    class Meta:
        verbose_name = _("line of the ballot")
        verbose_name_plural = _("lines of the ballot")
        ordering = ["round", "number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="ballot_item_number_once"),
            models.UniqueConstraint(fields=["round", "candidate"], name="ballot_item_candidate_once"),
        ]

    def __str__(self) -> str:
        return str(self.candidate)


class RollEntry(models.Model):
    """应到: one delegate on the roll of one round, as the roll read when it was frozen.

    ``voted`` is all that is known of the act of voting online: no time, no address, nothing of the ballot. ``paper``
    says that this delegate was handed a paper ballot, and so cannot vote online. An excluded entry stays as evidence
    and counts nowhere.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="roll", verbose_name=_("round"))
    delegate = models.ForeignKey(
        Delegate, on_delete=models.PROTECT, related_name="roll_entries", verbose_name=_("delegate")
    )
    number = models.CharField(_("delegate number"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    delegation = models.CharField(_("delegation"), max_length=60)
    presence = models.CharField(
        _("presence"), max_length=8, choices=Presence.choices, default=Presence.ABSENT, editable=False
    )
    in_group = models.BooleanField(_("in the sub-group"), default=False, editable=False)
    excluded = models.BooleanField(_("excluded from the roll"), default=False, editable=False)
    paper = models.BooleanField(_("has a paper ballot"), default=False, editable=False)
    voted = models.BooleanField(_("ballot cast"), default=False, editable=False)

    class Meta:
        verbose_name = _("roll entry")
        verbose_name_plural = _("roll")
        ordering = ["round", "number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "delegate"], name="roll_delegate_once"),
            models.UniqueConstraint(fields=["round", "number"], name="roll_number_once"),
            models.CheckConstraint(
                condition=models.Q(presence__in=Presence.values), name="roll_presence_known"
            ),
            models.CheckConstraint(
                condition=models.Q(voted=False) | models.Q(presence=Presence.PRESENT),
                name="roll_voted_was_present",
            ),
            models.CheckConstraint(
                condition=models.Q(paper=False) | models.Q(presence=Presence.PRESENT, voted=False),
                name="roll_paper_or_online",
            ),
            models.CheckConstraint(
                condition=models.Q(excluded=False) | models.Q(presence=Presence.ABSENT, voted=False),
                name="roll_excluded_counts_nowhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def delegation_shown(self) -> str:
        """The delegation in the reader's language, as long as it is called as on the roll.

        It costs no query where ``delegate__delegation`` was read with the entry.
        """
        delegation = self.delegate.delegation
        return in_this_language(
            self.delegation, delegation.name_en if delegation.name == self.delegation else ""
        )

"""计票报告单: the count of a round and its certification."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.count.measures import TieRule
from voting.labels import TIE_RULES, choices_of
from voting.models.vote.round import Round
from voting.states import CountProof


class Tally(models.Model):
    """The count with its working, as canonical JSON text. Append-only by trigger.

    ``patterns`` are the distinct ballots of each channel with their numbers, sorted; they are for the scrutineers
    only, because a full ballot of 12 projects can name its voter (TRUST.md F26). ``imported`` counts were made
    offline and came as a file, which proves nothing by itself (F33).
    """

    round = models.OneToOneField(
        Round, primary_key=True, on_delete=models.PROTECT, related_name="tally", verbose_name=_("round")
    )
    working = models.TextField(_("working"))
    patterns = models.TextField(_("ballot patterns"))
    digest = models.CharField(_("hash"), max_length=64)
    counted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("counted by")
    )
    counted_at = models.DateTimeField(_("counted at"))
    imported = models.BooleanField(_("imported"), default=False, db_default=False, editable=False)

    class Meta:
        verbose_name = _("count report")
        verbose_name_plural = _("count reports")

    def __str__(self) -> str:
        return str(self.round)


class TieDecision(models.Model):
    """How a tie at the last place was decided without another ballot: by the presidium, or by a public lot.

    ``chosen`` are official numbers; ``drawn`` the order in which a lot drew the tied ones. Append-only by trigger.
    """

    round = models.OneToOneField(
        Round,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="tie_decision",
        verbose_name=_("round"),
    )
    method = models.CharField(_("decided by"), max_length=16, choices=choices_of(TIE_RULES))
    chosen = models.JSONField(_("chosen"))
    drawn = models.JSONField(_("order of the draw"), default=list, blank=True)
    reason = models.TextField(_("reason, or how the lot was drawn"))
    witnesses = models.CharField(_("witnesses"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("decision of a tie")
        verbose_name_plural = _("decisions of ties")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(method__in=[TieRule.PRESIDIUM.value, TieRule.LOT.value]),
                name="tie_method_known",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="tie_with_reason"),
        ]

    def __str__(self) -> str:
        return str(self.round)


class Certification(models.Model):
    """A scrutineer other than the counter vouches for the count. The database enforces the second person.

    ``proof`` says how an imported count was held against the urn; one without it is not certified.
    """

    tally = models.OneToOneField(
        Tally,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="certification",
        verbose_name=_("count report"),
    )
    certified_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("certified by")
    )
    certified_at = models.DateTimeField(_("certified at"))
    proof = models.CharField(
        _("proof of an imported count"),
        max_length=8,
        choices=CountProof.choices,
        default=CountProof.NONE,
        db_default="",
        blank=True,
        editable=False,
    )

    class Meta:
        verbose_name = _("certification")
        verbose_name_plural = _("certifications")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(proof__in=CountProof.values), name="certification_proof_known"
            )
        ]

    def __str__(self) -> str:
        return str(self.tally)

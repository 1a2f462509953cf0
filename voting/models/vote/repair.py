"""What two people put on record so that a vote can go on: a roll unfrozen, a round annulled, further rounds ended."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.labels import SHORTFALL_RULES, choices_of
from voting.models.core.cycle import Cycle
from voting.models.vote.round import Round

#: What may become of the seats that are left: no further round.
WITHOUT_ROUND = ("stay_empty", "next_session")


class ByTwo(models.Model):
    """Somebody recorded it, a second person stood by, and the reason is kept. Append-only by trigger."""

    reason = models.TextField(_("reason"), max_length=2000)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    second = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("second person")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(recorded_by=models.F("second")), name="%(class)s_by_two_people"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="%(class)s_with_reason"),
        ]


class Unfreezing(ByTwo):
    """A frozen roll was wrong and was taken back before the slips were out; its round counts nowhere."""

    round = models.OneToOneField(
        Round, primary_key=True, on_delete=models.PROTECT, related_name="unfreezing", verbose_name=_("round")
    )

    class Meta(ByTwo.Meta):
        abstract = False
        verbose_name = _("unfreezing of a roll")
        verbose_name_plural = _("unfreezings of rolls")

    def __str__(self) -> str:
        return str(self.round)


class Annulment(ByTwo):
    """A round was annulled by a decision of the presidium: its urn stays sealed and is never counted.

    ``counted`` says that the count was known already; it is not published.
    """

    round = models.OneToOneField(
        Round, primary_key=True, on_delete=models.PROTECT, related_name="annulment", verbose_name=_("round")
    )
    decision = models.CharField(_("decision of the presidium: number and date"), max_length=200)
    counted = models.BooleanField(_("was counted"), default=False)

    class Meta(ByTwo.Meta):
        abstract = False
        verbose_name = _("annulment of a round")
        verbose_name_plural = _("annulments of rounds")
        constraints = [
            *ByTwo.Meta.constraints,
            models.CheckConstraint(condition=~models.Q(decision=""), name="annulment_with_decision"),
        ]

    def __str__(self) -> str:
        return str(self.round)


class EndOfRounds(ByTwo):
    """No further round is held although the result calls for one: what becomes of the seats that are left."""

    cycle = models.OneToOneField(
        Cycle,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="end_of_rounds",
        verbose_name=_("cycle"),
    )
    decision = models.CharField(_("decision of the presidium: number and date"), max_length=200)
    seats = models.CharField(_("seats left"), max_length=16, choices=choices_of(SHORTFALL_RULES))

    class Meta(ByTwo.Meta):
        abstract = False
        verbose_name = _("end of further rounds")
        verbose_name_plural = _("ends of further rounds")
        constraints = [
            *ByTwo.Meta.constraints,
            models.CheckConstraint(condition=~models.Q(decision=""), name="endofrounds_with_decision"),
            models.CheckConstraint(
                condition=models.Q(seats__in=WITHOUT_ROUND), name="endofrounds_seats_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.cycle)

"""密钥条: who holds which slip of a round's key; never the slip itself (TRUST.md §6)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.models.vote.round import Round


class KeySlip(models.Model):
    """One slip of one key ceremony and its holder. Slips of ceremonies that were replaced stay, so that they are named.

    ``sealed`` is the slip while it waits for its holder, sealed to a code that only the ceremony's page carries; it is
    emptied when the slip is taken. ``commitment`` lets a slip that somebody types be recognised, and tells nothing.
    """

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="key_slips", verbose_name=_("round")
    )
    ceremony = models.PositiveSmallIntegerField(_("key ceremony"), editable=False)
    place = models.PositiveSmallIntegerField(_("key slip"), editable=False)
    holder = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="key_slips", verbose_name=_("holder")
    )
    held_at = models.DateTimeField(_("ceremony held at"), editable=False)
    sealed = models.BinaryField(_("sealed slip"), default=bytes)
    commitment = models.CharField(_("commitment"), max_length=64, editable=False)
    taken = models.BooleanField(_("taken"), default=False, editable=False)
    proven = models.BooleanField(_("proven"), default=False, editable=False)

    class Meta:
        verbose_name = _("key slip")
        verbose_name_plural = _("key slips")
        ordering = ["round", "ceremony", "place"]
        constraints = [
            models.UniqueConstraint(fields=["round", "ceremony", "place"], name="key_slip_place_once"),
            models.UniqueConstraint(fields=["round", "ceremony", "holder"], name="key_slip_holder_once"),
            models.CheckConstraint(
                condition=models.Q(proven=False) | models.Q(taken=True), name="key_slip_proven_was_taken"
            ),
        ]

    def __str__(self) -> str:
        return _("Key slip %(place)d, %(name)s") % {"place": self.place, "name": self.holder.name}

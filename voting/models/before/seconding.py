"""附议 and corrections: what residents do with a proposal after it has come in."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from voting.models.before.proposal import Proposal


class Seconding(models.Model):
    """A form that seconded a proposal, as the digest of its ticket: it counts once. It says nothing of who sent it."""

    digest = models.BinaryField(primary_key=True, max_length=16)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="secondings")

    def __str__(self) -> str:
        return bytes(self.digest).hex()


class ProposalVersion(models.Model):
    """What a proposal said before its proposer corrected it, and why it was held back. For the staff alone."""

    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="versions", verbose_name=_("proposal")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    texts = models.JSONField(_("what should be done"))
    standing_reason = models.CharField(_("reason"), max_length=300, blank=True)
    replaced_at = models.DateTimeField(_("replaced at"))

    class Meta:
        verbose_name = _("earlier version of a proposal")
        verbose_name_plural = _("earlier versions of proposals")
        ordering = ["proposal", "number"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="proposal_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal} · {self.number}"

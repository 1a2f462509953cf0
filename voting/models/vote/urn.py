"""票箱: the sealed urn (TRUST.md §2)."""

from __future__ import annotations

import secrets
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.models.vote.round import Round


def random_id() -> uuid.UUID:
    """Return 128 random bits; unlike a version-4 UUID none of them is fixed."""
    return uuid.UUID(bytes=secrets.token_bytes(16))


class SealedBallot(models.Model):
    """A sealed ballot: a random key, its round, the sealed bytes. Nothing else, ever (TRUST.md S1).

    Append-only by trigger. Not registered in the admin.
    """

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="urn", verbose_name=_("round"))
    blob = models.BinaryField(_("sealed bytes"))

    class Meta:
        verbose_name = _("sealed ballot")
        verbose_name_plural = _("sealed ballots")

    def __str__(self) -> str:
        return str(self.pk)


class UrnSeal(models.Model):
    """What the close of a round fixes: how many ballots, the sorted list of their hashes, and its root.

    ``hashes`` is the concatenation of the 32-byte SHA-256 digests in ascending order. Append-only by trigger.
    """

    round = models.OneToOneField(
        Round, primary_key=True, on_delete=models.PROTECT, related_name="seal", verbose_name=_("round")
    )
    ballots = models.PositiveIntegerField(_("ballots in the urn"))
    hashes = models.BinaryField(_("sorted hashes"))
    root = models.CharField(_("root hash"), max_length=64)

    class Meta:
        verbose_name = _("seal of the urn")
        verbose_name_plural = _("seals of the urns")

    def __str__(self) -> str:
        return self.root


class Disposal(models.Model):
    """销毁: after the archive the key slips are destroyed before witnesses, and with this record the urns' ballots go.

    The list of the urn's hashes, the count and the notice stay, so that the published result can be checked for ever.
    """

    cycle = models.OneToOneField(
        "voting.Cycle",
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="disposal",
        verbose_name=_("cycle"),
    )
    slips = models.PositiveSmallIntegerField(_("key slips destroyed"))
    witnesses = models.CharField(_("witnesses"), max_length=200)
    note = models.TextField(_("how it was done"), max_length=2000)
    ballots = models.PositiveIntegerField(_("sealed ballots deleted"))
    disposed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("disposed by")
    )
    disposed_at = models.DateTimeField(_("disposed at"))

    class Meta:
        verbose_name = _("disposal of keys and urns")
        verbose_name_plural = _("disposals of keys and urns")

    def __str__(self) -> str:
        return str(self.cycle)

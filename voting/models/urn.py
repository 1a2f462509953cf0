"""票箱: the sealed urn (TRUST.md §2)."""

from __future__ import annotations

import secrets
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from voting.models.round import Round


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

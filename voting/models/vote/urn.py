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


def _hash_of_blob() -> models.Func:
    return models.Func("blob", function="sha256")


class SealedBallot(models.Model):
    """A sealed ballot: a random key, its round, the sealed bytes. Nothing else, ever (TRUST.md S1).

    ``in_group`` is empty but where the rules have a second threshold, and then the roll's word, never the delegate's:
    whether a member of that sub-group cast it. The same bytes are never there twice (F43). Append-only by trigger. Not
    registered in the admin.
    """

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="urn", verbose_name=_("round"))
    blob = models.BinaryField(_("sealed bytes"))
    in_group = models.BooleanField(_("of the sub-group"), null=True, editable=False)

    class Meta:
        verbose_name = _("sealed ballot")
        verbose_name_plural = _("sealed ballots")
        constraints = [
            models.UniqueConstraint(models.F("round"), _hash_of_blob(), name="sealed_ballot_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class TestBallot(models.Model):
    """试票: a ballot that its delegate chose to test, not to cast (BOOTH.md §3); nothing says whose it was.

    It is never counted, and opened and published with the count. Append-only by trigger. Not registered in the admin.
    """

    __test__ = False  # it is no test of pytest's

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="tests", verbose_name=_("round"))
    blob = models.BinaryField(_("sealed bytes"))

    class Meta:
        verbose_name = _("test ballot")
        verbose_name_plural = _("test ballots")
        constraints = [models.UniqueConstraint(models.F("round"), _hash_of_blob(), name="test_ballot_once")]

    def __str__(self) -> str:
        return str(self.pk)


#: On so many shelves a round counts the ballots that the server sealed, so that no two casts wait for one row (F24).
SHELVES = 16


class ServerSealed(models.Model):
    """How many ballots of a round the server sealed, for want of a device that could: a number without a ballot.

    The close adds the shelves up in the seal and takes them away.
    """

    id = models.BigAutoField(primary_key=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", verbose_name=_("round"))
    shelf = models.PositiveSmallIntegerField(_("shelf"))
    ballots = models.PositiveIntegerField(_("ballots that the server sealed"))

    class Meta:
        verbose_name = _("number sealed by the server")
        verbose_name_plural = _("numbers sealed by the server")
        constraints = [models.UniqueConstraint(fields=["round", "shelf"], name="server_sealed_shelf_once")]

    def __str__(self) -> str:
        return str(self.ballots)


class UrnSeal(models.Model):
    """What the close of a round fixes: how many ballots, the sorted list of their hashes, and its root.

    ``hashes`` is the concatenation of the 32-byte SHA-256 digests in ascending order; ``test_hashes`` the same of the
    test ballots, but for bytes that are in the urn, which nobody may open beside their receipt. ``by_server`` is how
    many ballots the server sealed; a seal from before devices could has none. Append-only by trigger.
    """

    round = models.OneToOneField(
        Round, primary_key=True, on_delete=models.PROTECT, related_name="seal", verbose_name=_("round")
    )
    ballots = models.PositiveIntegerField(_("ballots in the urn"))
    hashes = models.BinaryField(_("sorted hashes"))
    root = models.CharField(_("root hash"), max_length=64)
    tests = models.PositiveIntegerField(_("test ballots"), default=0, db_default=0)
    test_hashes = models.BinaryField(_("sorted hashes of the test ballots"), default=b"", db_default=b"")
    test_root = models.CharField(
        _("root hash of the test ballots"), max_length=64, blank=True, default="", db_default=""
    )
    by_server = models.PositiveIntegerField(_("ballots that the server sealed"), null=True)

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

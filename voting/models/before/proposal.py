"""建议: a proposal for a livelihood project, with its attachments."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Delegate, Unit, User
from voting.models.core.cycle import Cycle
from voting.states import Channel, Outcome, Source, Visibility
from voting.text import upload_limits

MOST_CONTENT = 10_000  # characters
MOST_ATTACHMENTS = upload_limits.ATTACHMENTS_OF_PROPOSAL
MOST_TITLE = 80  # characters


class Proposal(models.Model):
    """One suggestion, from whomever. Who it came from and the contact are never public.

    ``terms`` are what search looks in: pairs of Chinese characters and words, made by ``voting.text.search``.
    """

    cycle = models.ForeignKey(
        Cycle, on_delete=models.PROTECT, related_name="proposals", verbose_name=_("cycle")
    )
    number = models.PositiveIntegerField(_("number"), editable=False)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    channel = models.CharField(
        _("came by"), max_length=10, choices=Channel.choices, default=Channel.ONLINE, editable=False
    )
    title = models.CharField(_("title"), max_length=MOST_TITLE)
    content = models.TextField(_("what should be done"), max_length=MOST_CONTENT)
    place = models.CharField(_("where"), max_length=120, blank=True)
    field = models.CharField(_("field of work"), max_length=60, blank=True)
    reason = models.TextField(_("why it is needed"), max_length=3000, blank=True)
    beneficiaries = models.CharField(_("who benefits"), max_length=200, blank=True)
    cost = models.CharField(_("estimated cost"), max_length=120, blank=True)
    contact_name = models.CharField(_("your name"), max_length=60, blank=True)
    contact = models.CharField(_("telephone or e-mail"), max_length=120, blank=True)
    delegate = models.ForeignKey(
        Delegate, on_delete=models.PROTECT, related_name="proposals", null=True, blank=True, editable=False
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="proposals", null=True, blank=True, editable=False
    )
    entered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    submitted_at = models.DateTimeField(_("submitted at"), editable=False)
    ticket = models.UUIDField(null=True, unique=True, editable=False)
    code_digest = models.CharField(max_length=64, unique=True, editable=False)
    standing = models.CharField(
        _("shown to the public"),
        max_length=8,
        choices=Visibility.choices,
        default=Visibility.HELD,
        editable=False,
    )
    standing_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="merged", null=True, blank=True, editable=False
    )
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.OPEN, blank=True, editable=False
    )
    terms = ArrayField(models.CharField(max_length=40), default=list, editable=False)
    seconds = models.PositiveIntegerField(_("seconded"), default=0, editable=False)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["cycle", "number"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="proposal_number_once"),
            models.CheckConstraint(
                condition=models.Q(source__in=Source.values), name="proposal_source_known"
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=Channel.values), name="proposal_channel_known"
            ),
            models.CheckConstraint(
                condition=models.Q(standing__in=Visibility.values), name="proposal_standing_known"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="proposal_outcome_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("pk")), name="proposal_not_merged_into_itself"
            ),
        ]
        indexes = [
            GinIndex(fields=["terms"], name="proposal_terms"),
            models.Index(fields=["cycle", "standing", "-number"], name="proposal_listed"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class Attachment(models.Model):
    """A picture or a PDF of a proposal, as it was made anew by us: nothing of the file that came is kept."""

    proposal = models.ForeignKey(
        Proposal, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("proposal")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("content type"), max_length=40)
    data = models.BinaryField(_("content"))
    size = models.PositiveIntegerField(_("bytes"))
    digest = models.CharField(_("hash"), max_length=64, editable=False)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["proposal", "position"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "position"], name="attachment_position_once"),
            models.CheckConstraint(
                condition=models.Q(position__gte=1, position__lte=MOST_ATTACHMENTS),
                name="attachment_within_five",
            ),
        ]

    def __str__(self) -> str:
        return self.name

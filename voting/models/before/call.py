"""征集公告: the published call for proposals of a cycle."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from voting.models.core.cycle import Cycle


class Call(models.Model):
    """What the public is asked for, until when, and how. A draft until it is published."""

    cycle = models.OneToOneField(
        Cycle, primary_key=True, on_delete=models.PROTECT, related_name="call", verbose_name=_("cycle")
    )
    text = models.TextField(_("announcement"), max_length=5000)
    criteria = models.TextField(_("what we look for"), max_length=3000)
    out_of_scope = models.TextField(_("out of scope"), max_length=3000, blank=True)
    how = models.TextField(_("how to take part"), max_length=3000, blank=True)
    fields = models.JSONField(_("fields of work"), default=list, blank=True)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed by hand at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("call for proposals")
        verbose_name_plural = _("calls for proposals")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                name="call_closes_after_it_opens",
                violation_error_message=_("The call must close after it opens."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.cycle)

    @property
    def ends_at(self) -> datetime:
        """The announced end, or the earlier one that was set by hand."""
        return min(self.closed_at, self.closes_at) if self.closed_at else self.closes_at

    def is_open(self, at: datetime) -> bool:
        """Tell whether proposals are taken at this moment: from the opening on, up to but not at the end."""
        return self.published_at is not None and self.opens_at <= at < self.ends_at

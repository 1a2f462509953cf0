"""What is counted against floods: how often a network knocked."""

from __future__ import annotations

from django.db import models


class Knock(models.Model):
    """How often a network did one thing within a window, as a keyed digest that changes daily; kept for the window."""

    digest = models.CharField(max_length=64, primary_key=True)
    ends_at = models.DateTimeField(db_index=True)
    times = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.digest

"""Two tables: who has voted, and the ballots."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class Voter(models.Model):
    """The user of that number, who may vote once."""

    user = models.BigIntegerField(unique=True)
    voted = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Voter]] = models.Manager()

    class Meta:
        db_table = "bare_voter"

    def __str__(self) -> str:
        return str(self.user)


class Ballot(models.Model):
    """A ballot of as many bytes as a sealed one of ours."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    blob = models.BinaryField()

    objects: ClassVar[models.Manager[Ballot]] = models.Manager()

    class Meta:
        db_table = "bare_ballot"

    def __str__(self) -> str:
        return str(self.pk)

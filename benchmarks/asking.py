"""Ours, with every kept page old as soon as it is made: each request asks whether it would be made the same."""

from __future__ import annotations

from config.wsgi import application

# isort: split
from django.conf import settings

from config import kept

settings.KEPT_SECONDS = 1e-6
kept.GRACE = 0.0

__all__ = ["application"]

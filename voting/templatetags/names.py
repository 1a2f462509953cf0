"""The filter for every name that a page shows."""

from __future__ import annotations

from django import template

from voting.read_models.core.spoken import spoken

register = template.Library()
register.filter("spoken", spoken)

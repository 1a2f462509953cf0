"""The filters for every name and heading that a page shows."""

from __future__ import annotations

from django import template

from voting.read_models.core.phrases import phrased, unbroken
from voting.read_models.core.spoken import spoken

register = template.Library()
register.filter("phrased", phrased)
register.filter("spoken", spoken)
register.filter("unbroken", unbroken)

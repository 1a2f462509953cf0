"""Days, months, halves and amounts in templates, as ``read_models.core.days`` writes them."""

from __future__ import annotations

from django import template

from voting.read_models.core import days
from voting.read_models.core.phrases import unbroken

register = template.Library()
register.filter("day", days.day_words)
register.filter("month", days.month_words)
register.filter("moment", days.moment_words)
register.filter("half", days.half_words)
register.filter("money", lambda value: unbroken(days.money_words(value)))

"""Days, months, halves and amounts in templates, as ``read_models.core.days`` writes them; no line ends within one."""

from __future__ import annotations

from django import template

from voting.read_models.core import days
from voting.read_models.core.phrases import unbroken

register = template.Library()
register.filter("day", lambda day: unbroken(days.day_words(day)))
register.filter("month", lambda month: unbroken(days.month_words(month)))
register.filter("moment", lambda at: unbroken(days.moment_words(at)))
register.filter("half", days.half_words)
register.filter("money", lambda value: unbroken(days.money_words(value)))

"""A plan in words, and what a change alters of it: before and after, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.names import NamesShown
from voting.models import Delivery
from voting.read_models.before.slate_report import NAME_UNITS
from voting.read_models.core.days import amount_text, milestone_words

LABELS: dict[str, Promise] = {
    "leader": gettext_lazy("Leader in charge"),
    "lead_unit": gettext_lazy("Lead unit"),
    "responsible_units": gettext_lazy("Responsible units"),
    "supporting_units": gettext_lazy("Supporting units"),
    "content": gettext_lazy("Work content"),
    "investment": gettext_lazy("Investment, 10 000 yuan"),
    "stage_goal": gettext_lazy("Goal of this year"),
    "targets": gettext_lazy("Targets"),
    "milestones": gettext_lazy("Milestones"),
}


def plan_text(name: str, value: Any, units: NamesShown) -> str:
    """Return a part of a plan in words; what is empty is not stated."""
    if name == "targets":
        text = "\n".join(f"{each['text']} {each['number']} {each['unit']}" for each in value)
    elif name == "milestones":
        text = "\n".join(milestone_words(each["month"], each["text"]) for each in value)
    elif name == "investment":
        text = amount_text(value)
    else:
        text = "" if value is None else units.of(value) if name in NAME_UNITS else str(value)
    return text or _("not stated")


def plan_differences(
    before: Mapping[str, Any], after: Mapping[str, Any], units: NamesShown
) -> list[tuple[str, str, str]]:
    """Return label, before, after of everything that a change alters."""
    return [
        (str(label), plan_text(name, before.get(name), units), plan_text(name, after[name], units))
        for name, label in LABELS.items()
        if name in after
    ]


def decided_changes(delivery: Delivery, units: NamesShown) -> list[dict[str, Any]]:
    """Return the decided changes of a delivery, the newest first, with what each altered."""
    decided = [(each.recorded_at, each) for each in delivery.changes.all() if each.approved is not None]
    changes = [each for _at, each in sorted(decided, key=itemgetter(0), reverse=True)]
    return [
        {
            "approved": each.approved,
            "decided_on": each.decided_on,
            "reason": each.reason,
            "decision": each.decision,
            "lines": plan_differences(each.before, each.after, units),
        }
        for each in changes
    ]

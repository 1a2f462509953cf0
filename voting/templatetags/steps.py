"""Words and addresses of the steps, for the templates of the admin."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voting.domain.vote.rules import SETTINGS
from voting.domain.vote.running_order import Step, StepState
from voting.models import Cycle, VotingRules
from voting.read_models.before.slate_report import amount_text
from voting.read_models.core.journal_words import name_of, value_of

register = template.Library()
register.filter("amount", amount_text)
register.filter("named", name_of)

STATES: dict[StepState, Promise] = {
    StepState.DONE: _("done"),
    StepState.CURRENT: _("next"),
    StepState.LATER: _("later"),
}


@register.simple_tag
def state(step: Step) -> str:
    """Return where a step stands, in a word."""
    return str(STATES[step.state])


@register.simple_tag
def step_url(cycle: Cycle, step: Step) -> str:
    return reverse(f"admin:step_{step.key.replace('-', '_')}", args=[cycle.slug])


@register.simple_tag
def rule_settings(rules: VotingRules | None) -> list[tuple[str, object]]:
    """Return the settings of the rules, each with its name and in words; nothing without rules."""
    if rules is None:
        return []
    names = {field.name: str(field.verbose_name) for field in VotingRules._meta.fields}  # noqa: SLF001 Django's documented interface
    return [(names[name], _in_words(rules, name)) for name in SETTINGS]


def _in_words(rules: VotingRules, name: str) -> object:
    display = getattr(rules, f"get_{name}_display", None)
    return display() if display else getattr(rules, name)


@register.filter
def told(data: dict[str, object]) -> list[tuple[str, str]]:
    """Return what a journal entry says beside its act: name and value, both in words; where it led to comes last."""
    told = sorted(data.items(), key=lambda item: item[0] == "to")
    return [(name_of(key), value_of(key, value)) for key, value in told]


@register.filter
def hash_groups(digest: str) -> str:
    """Return a hash in groups of eight, so that two people can compare it aloud."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))

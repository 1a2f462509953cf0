"""Words and addresses of the steps, for the templates of the admin."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from voting.domain.core.sentences import in_a_row
from voting.domain.vote.key_slips import slips_of
from voting.domain.vote.rules import LIMITS, SETTINGS, SUM
from voting.domain.vote.running_order import RunningOrder, Step, StepState
from voting.domain.vote.step_keys import StepKey
from voting.models import Cycle, Round, VotingRules
from voting.read_models.core.days import amount_text
from voting.read_models.core.journal_words import act_words, name_of, told
from voting.read_models.core.phrases import unbroken
from voting.states import RoundStatus

register = template.Library()
register.filter("amount", amount_text)
register.filter("named", name_of)
register.filter("told", told)
register.filter("act_words", act_words)
register.filter("in_a_row", lambda sentences: unbroken(in_a_row(sentences)))

STATES: dict[StepState, Promise] = {
    StepState.DONE: _("done"),
    StepState.CURRENT: _("next"),
    StepState.LATER: _("later"),
}


class StepWord(NamedTuple):
    """Where a step stands, in a word, and whether that is the end of it."""

    word: str
    whole: bool


@register.simple_tag
def state(order: RunningOrder, step: Step) -> StepWord:
    """Return where a step stands; of the key ceremony how many slips are typed back, until all are."""
    typed, issued = _slips_typed(order.round) if step.key is StepKey.KEY else (0, 0)
    if typed < issued:
        words = ngettext(
            "%(typed)d of %(issued)d slip typed back", "%(typed)d of %(issued)d slips typed back", issued
        )
        return StepWord(words % {"typed": typed, "issued": issued}, whole=False)
    return StepWord(str(STATES[step.state]), whole=step.is_done)


def _slips_typed(round_: Round | None) -> tuple[int, int]:
    """Return how many key slips their holders have typed back, of how many, while that is still to be done."""
    slips = slips_of(round_) if round_ and round_.status == RoundStatus.KEYED else []
    return sum(slip.proven for slip in slips), len(slips)


@register.filter
def aside(words: object, more: object) -> str:
    """Return words with more, if there is more, in brackets behind them, as the reader's language writes brackets."""
    return gettext("%(words)s (%(more)s)") % {"words": words, "more": more} if more else str(words)


@register.simple_tag
def taken_by(step: Step) -> str:
    """Return who may take a step, people of one role together with it."""
    comma = pgettext("list", ", ")
    alike = groupby(step.people, key=lambda person: person.get_role_display())
    people = (aside(comma.join(map(str, group)), role) for role, group in alike)
    return gettext("Taken by: %(people)s") % {"people": comma.join(people)}


@register.simple_tag
def step_url(cycle: Cycle, step: Step) -> str:
    return reverse(f"admin:step_{step.key.replace('-', '_')}", args=[cycle.slug])


@register.simple_tag
def rule_settings(rules: VotingRules | None) -> list[tuple[str, object]]:
    """Return the settings of the rules, each with its name and in words; nothing without rules."""
    if rules is None:
        return []
    names = {field.name: str(field.verbose_name) for field in VotingRules._meta.fields}  # noqa: SLF001 Django's documented interface
    sums = [name for name in SUM if getattr(rules, name)]
    used = [name for name in SETTINGS if not (rules.residents and name.startswith("quorum_"))]
    return [(names[name], _in_words(rules, name)) for name in (*used, *LIMITS, *sums)]


def _in_words(rules: VotingRules, name: str) -> object:
    display = getattr(rules, f"get_{name}_display", None)
    return display() if display else getattr(rules, name)


@register.filter
def hash_groups(digest: str) -> str:
    """Return a hash in groups of eight, so that two people can compare it aloud."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))

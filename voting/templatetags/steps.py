"""Words and addresses of the steps, for the templates of the admin."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voting.domain.vote.rules import SETTINGS
from voting.domain.vote.running_order import Standing, Step, StepKey
from voting.models import Cycle, VotingRules
from voting.read_models.before.slate_report import amount_text
from voting.read_models.core.journal_words import name_of, value_of

register = template.Library()
register.filter("amount", amount_text)
register.filter("named", name_of)

#: What a step is for, in a sentence or two for somebody nervous.
PURPOSES: dict[StepKey, Promise] = {
    StepKey.CALL: _("Publish what is asked for, until when and how; then proposals come in."),
    StepKey.SCREENING: _("Look at the proposals, compare and merge them, ask the units, decide with a public reason."),
    StepKey.REPORT: _("The report on the candidate projects is fixed and goes to every delegate."),
    StepKey.CONFIRM: _("Delegations ask, units answer; the presidium confirms the official list."),
    StepKey.SLATE: _("The numbered list of candidate projects becomes fixed, as every delegate has it in writing."),
    StepKey.RULES: _("Enter the draft as the presidium tabled it; when the plenary has adopted it, freeze it here."),
    StepKey.ROLL: _("The delegates in office become the roll of this vote. The majority is measured against it."),
    StepKey.SLIPS: _("Every delegate gets a slip with number and code. The codes are shown once and kept nowhere."),
    StepKey.CHECK_IN: _("Record who is present and who is on leave. Until the vote is closed you can come back here."),
    StepKey.KEY: _("The scrutineers share the key of the urn. The server keeps only the half that seals."),
    StepKey.TRIAL: _("With as many key slips as are needed, unseal a trial ballot. The vote opens only if that works."),
    StepKey.OPEN: _("When the executive chairperson says so, open the vote. The delegates present can then vote."),
    StepKey.CLOSE: _("Watch the turnout. When the executive chairperson says so, close the vote and seal the urn."),
    StepKey.PAPER: _("Count the sheets in the box; then two people read each of them, and what differs is settled."),
    StepKey.COUNT: _("The scrutineers enter their key slips, and the ballots are counted at once."),
    StepKey.CERTIFY: _("A scrutineer who did not run the count compares the count report and vouches for it."),
    StepKey.DECIDE: _("The rules give this tie to the presidium or to a public lot; its decision is put on record."),
    StepKey.PUBLISH: _("The result is frozen and becomes the public notice that everybody can read."),
    StepKey.FURTHER: _("The result calls for another ballot; it is laid out with the right projects and seats."),
}  # fmt: skip
STANDINGS: dict[Standing, Promise] = {
    Standing.DONE: _("done"),
    Standing.CURRENT: _("next"),
    Standing.LATER: _("later"),
}


@register.simple_tag
def purpose(step: Step) -> str:
    return str(PURPOSES[step.key])


@register.simple_tag
def standing(step: Step) -> str:
    return str(STANDINGS[step.standing])


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

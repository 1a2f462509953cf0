"""What became of a proposal, step by step with its day, for whoever made it and whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from voting.domain.before.screening import standing_decision
from voting.domain.core.journal import last_entry
from voting.models import Candidate, Decision, JournalEntry, Notice, Proposal
from voting.read_models.vote.results import Result
from voting.states import Act, Visibility


@dataclass(frozen=True)
class StoryStep:
    """One thing that happened to a proposal: its moment, a sentence, what was said, where to read on."""

    at: datetime
    sentence: str
    text: str = ""
    to: str = ""

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)


def story(proposal: Proposal) -> dict[str, Any]:
    """Return what became of a proposal, by its own decision or that of the one it was merged into."""
    main = proposal.merged_into or proposal
    return {
        "main": main,
        "decision": standing_decision(main),
        "candidates": [link.candidate for link in main.led_to.select_related("candidate__cycle__congress")],
    }


def steps_of(
    proposal: Proposal, *, main: Proposal, decision: Decision | None, candidates: list[Candidate]
) -> list[StoryStep]:
    """Return what happened so far, the oldest first. That units were asked is told; what they answered stays inside."""
    steps = [
        _received(proposal),
        *_corrected(proposal),
        *_journaled(proposal),
        *_asked(main),
    ]
    if decision:
        sentence = _("Decided: %s.") % decision.get_outcome_display()
        steps.append(StoryStep(decision.decided_at, sentence))
    if main.cycle.slate_frozen_at:
        steps += [
            StoryStep(
                main.cycle.slate_frozen_at,
                _("It is part of candidate project %(number)d, “%(name)s”.")
                % {"number": each.number, "name": each.shown_name},
                to=reverse("voting:candidate", args=[each.cycle.slug, each.number]),
            )
            for each in candidates
        ]
        steps += _voted(candidates)
    return sorted(steps, key=lambda step: step.at)


def _received(proposal: Proposal) -> StoryStep:
    was_held = proposal.standing == Visibility.HELD or any(
        each.standing_reason for each in proposal.versions.all()
    )
    sentence = (
        _("Received as number %d. Somebody looks at it before the public sees it.")
        if was_held
        else _("Received as number %d.")
    )
    return StoryStep(proposal.submitted_at, sentence % proposal.number)


def _corrected(proposal: Proposal) -> list[StoryStep]:
    """Return the corrections; where the last one took away what it was held back for, it made the proposal public."""
    versions = list(proposal.versions.all())
    steps = [StoryStep(each.replaced_at, _("You corrected the text.")) for each in versions]
    if versions and proposal.standing == Visibility.SHOWN:
        looked_at = last_entry(proposal.cycle, Act.PROPOSAL_SHOWN, numbers__contains=[proposal.number])
        if looked_at is None:
            steps[-1] = replace(steps[-1], sentence=_("You corrected the text: the public sees it."))
    return steps


def _journaled(proposal: Proposal) -> list[StoryStep]:
    """Return what the staff did with it, as the journal has it; one query."""
    acts = [Act.PROPOSAL_SHOWN, Act.PROPOSAL_HIDDEN, Act.PROPOSAL_MERGED, Act.PROPOSAL_SPLIT]
    entries = JournalEntry.objects.filter(cycle=proposal.cycle_id, act__in=acts).order_by("sequence")
    return [
        StoryStep(entry.at, _acted(entry.act, entry.data), entry.data.get("reason", ""))
        for entry in entries
        if proposal.number in entry.data.get("numbers", [entry.data.get("number")])
    ]


def _acted(act: str, data: Mapping[str, Any]) -> str:
    if act == Act.PROPOSAL_SHOWN:
        return _("Somebody looked at it: the public sees it.")
    if act == Act.PROPOSAL_HIDDEN:
        return _("It is kept from the public and screened all the same.")
    if act == Act.PROPOSAL_SPLIT:
        return _("It stands for itself again.")
    return str(_("It goes on together with proposal %d, which says the same.") % data["into"])


def _asked(main: Proposal) -> list[StoryStep]:
    steps = []
    for opinion in main.opinions.select_related("unit"):
        words = {"unit": opinion.unit}
        steps.append(StoryStep(opinion.asked_at, _("%(unit)s was asked for its opinion.") % words))
        if opinion.answered_at:
            steps.append(StoryStep(opinion.answered_at, _("%(unit)s gave its opinion.") % words))
    return steps


def _voted(candidates: list[Candidate]) -> list[StoryStep]:
    """Return what the delegates decided on the candidate projects, once the result is published."""
    if not candidates:
        return []
    cycle = candidates[0].cycle
    notice = Notice.objects.filter(round__cycle=cycle).order_by("-round__number").first()
    if notice is None:
        return []
    became = {each["number"]: each["word"] for each in Result(notice).standings}
    return [
        StoryStep(
            notice.published_at,
            _("The delegates have voted on candidate project %(number)d: %(became)s.")
            % {"number": each.number, "became": became[each.number]},
            to=reverse("voting:result", args=[cycle.slug]),
        )
        for each in candidates
        if each.number in became
    ]

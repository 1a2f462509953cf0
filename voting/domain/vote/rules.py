"""票决办法: draft and adopt the voting rules, and hand them to the count."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Delegate, User
from voting.count.canonical import canonical_json, sha256_hex
from voting.count.definition import counting_rule
from voting.count.measures import BallotType, DoubleMark, FirstReading, SecondReading
from voting.count.money import Method
from voting.count.presets import PRESETS, preset_of
from voting.domain.core.journal import record
from voting.domain.core.refusals import Condition, Refused, require
from voting.domain.vote.contradictions import require_possible, whole_list
from voting.domain.vote.scanner_conditions import scanner_conditions
from voting.models import Cycle, VotingRules
from voting.states import Act, Body, Stage
from voting.text.amounts import TEN_THOUSAND

__all__ = [
    "LIMITS",
    "PRESETS",
    "SETTINGS",
    "SMALLEST_BODY",
    "SMALLEST_GROUP",
    "RulesFrozen",
    "adopt_rules",
    "adoption_conditions",
    "counting_rule",
    "draft_rules",
    "group_conditions",
    "settings_of",
]

#: The settings a plenary adopts, in the order of the 票决办法; everything that is hashed and frozen.
SETTINGS = (
    "quorum_comparator", "quorum_numerator", "quorum_denominator", "seats", "ballot_type", "scoring", "under_vote",
    "blank_ballot", "floor_base", "floor_comparator", "floor_numerator", "floor_denominator", "group_name",
    "group_base", "group_comparator", "group_numerator", "group_denominator", "tie_rule", "shortfall_rule",
)  # fmt: skip
#: What stands in the adopted rules only where it is set otherwise than here: rules of before do not say it.
LIMITS: dict[str, object] = {
    "most_rounds": 0,
    "double_mark": DoubleMark.BALLOT,
    "first_reading": FirstReading.PERSON,
    "second_reading": SecondReading.ALL,
    "method": "",
    "residents": 0,
    "points": 0,
    "most_points": 0,
}
#: The sum that is shared out, and what the projects of a ballot may cost, in the adopted rules in yuan; only with a
#: method that shares one out.
SUM = ("budget", "most_cost")
#: What an assessment's rules have besides.
OF_GRADES = ("satisfied_base", "satisfied_comparator", "satisfied_numerator", "satisfied_denominator")

#: Fewer members of a sub-group than this, or fewer others, and its count would give votes away (TRUST.md F27).
SMALLEST_GROUP = 5
#: With fewer delegates than this the single ballots, which equal shares publish, would be as good as names (F26).
SMALLEST_BODY = 10


class RulesFrozen(Refused):
    """Adopted rules cannot change (F16)."""

    def __str__(self) -> str:
        return str(_("The voting rules have been adopted and cannot be changed any more."))


def settings_of(rules: VotingRules) -> dict[str, Any]:
    """Return the adopted settings as plain values, ready for canonical JSON."""
    names = (*SETTINGS, *OF_GRADES) if rules.ballot_type == BallotType.GRADES else SETTINGS
    limits = [name for name, usual in LIMITS.items() if getattr(rules, name) != usual]
    money = {"budget": rules.budget * TEN_THOUSAND} if rules.method else {}
    if rules.most_cost:
        money["most_cost"] = rules.most_cost * TEN_THOUSAND
    return {name: getattr(rules, name) for name in (*names, *limits)} | money


@transaction.atomic
def draft_rules(*, cycle: Cycle, by: User, at: datetime, **settings: Any) -> VotingRules:
    """Save the draft of the cycle's rules, new or changed.

    Raises RulesFrozen once they are adopted, ValidationError with a sentence per field for bad values and for settings
    that contradict each other. The draft names the preset whose settings it has, if it has those of one.
    """
    rules = VotingRules.objects.select_for_update().filter(cycle=cycle).first() or VotingRules(cycle=cycle)
    if rules.is_adopted:
        raise RulesFrozen
    for name, value in settings.items():
        setattr(rules, name, value)
    rules.preset = preset_of(settings_of(rules))
    rules.full_clean(validate_constraints=False)
    if rules.budget and not rules.method:
        raise ValidationError({"method": [_("A sum of money is named, so say how it is shared out.")]})
    require_possible(settings_of(rules), candidates=cycle.candidates.count())
    rules.validate_constraints()
    rules.save()
    _set_body(cycle, rules)
    record(cycle=cycle, act=Act.RULES_DRAFTED, by=by, at=at, data=settings_of(rules))
    return rules


def _set_body(cycle: Cycle, rules: VotingRules) -> None:
    """Let the year say, too, who votes in it; who assesses, its assessment said when it was opened."""
    if cycle.assesses_id is None:
        cycle.body = Body.RESIDENTS if rules.residents else Body.DELEGATES
        Cycle.objects.filter(pk=cycle.pk).exclude(body=cycle.body).update(body=cycle.body)


def group_conditions(cycle: Cycle, rules: VotingRules | None) -> list[Condition]:
    """What a second threshold needs of the delegates: neither the sub-group nor the others may be so few that the
    count would give their votes away (F27). Nothing where the rules have none.
    """
    if rules is None or not rules.group_base:
        return []
    delegates = Delegate.objects.filter(congress=cycle.congress_id, is_active=True)
    members = delegates.filter(in_group=True).count()
    others = delegates.count() - members
    return [
        Condition(
            members >= SMALLEST_GROUP and (others == 0 or others >= SMALLEST_GROUP),
            _("the sub-group and the others are large enough to keep the vote secret"),
            _(
                "The rules have a second threshold: at least %(least)d delegates must be entered as members of the "
                "sub-group, and at least %(least)d, or none, as others. Fewer would give their votes away."
            )
            % {"least": SMALLEST_GROUP},
        )
    ]


def adoption_conditions(cycle: Cycle) -> list[Condition]:
    """What adopting the rules needs."""
    rules = VotingRules.objects.filter(cycle=cycle).first()
    seats = rules.seats if rules else cycle.seats
    return [
        Condition(
            cycle.stage == Stage.DELIBERATION,
            _("the cycle is in deliberation"),
            _("The rules are adopted while the cycle is in deliberation."),
        ),
        Condition(
            cycle.slate_frozen_at is not None,
            _("the slate of candidate projects is frozen"),
            _("Freeze the slate of candidate projects first."),
        ),
        Condition(
            rules is not None,
            _("the presidium has tabled a draft of the voting rules"),
            _("Save a draft of the voting rules first."),
        ),
        Condition(
            rules is None or not rules.is_adopted,
            _("the rules are still a draft"),
            _("The voting rules have been adopted already."),
        ),
        *_slate_conditions(cycle, rules),
        *_money_conditions(cycle, rules),
        *scanner_conditions(cycle, rules),
        Condition(
            seats <= cycle.candidates.count(),
            _("no more projects to choose than there are candidates"),
            _("The rules choose more projects than there are candidates."),
        ),
    ]


def _slate_conditions(cycle: Cycle, rules: VotingRules | None) -> list[Condition]:
    """A vote on the whole list chooses as many as there are on it, and an assessment grades as many."""
    if rules is None or rules.ballot_type not in {BallotType.WHOLE_REPORT, BallotType.GRADES}:
        return []
    candidates = cycle.candidates.count()
    return [
        Condition(
            rules.seats == candidates,
            _("the vote on the whole list chooses all of it"),
            whole_list(candidates),
        )
    ]


def _money_conditions(cycle: Cycle, rules: VotingRules | None) -> list[Condition]:
    """Where a sum of money is shared out, every candidate has a cost that it could pay for."""
    if rules is None or not rules.method:
        return []
    costs = {candidate.number: candidate.investment_total for candidate in cycle.candidates.all()}
    unknown = [str(number) for number, cost in sorted(costs.items()) if not cost]
    dear = [str(number) for number, cost in sorted(costs.items()) if cost and cost > rules.budget]
    apart = [
        str(number)
        for number, cost in sorted(costs.items())
        if cost and rules.most_cost and rules.most_cost < cost <= rules.budget
    ]
    return [
        Condition(
            not unknown,
            _("every candidate project has a total investment"),
            _("A sum of money is shared out, and these projects have no total investment: %s.")
            % ", ".join(unknown),
        ),
        Condition(
            not dear,
            _("no candidate project costs more than the whole sum"),
            _("These projects cost more than the whole sum of money: %s.") % ", ".join(dear),
        ),
        Condition(
            not apart,
            _("no candidate project costs more than one ballot may vote for"),
            _("These projects cost more than one ballot may vote for: %s.") % ", ".join(apart),
        ),
        *(_singles_conditions(cycle, rules) if rules.method == Method.EQUAL_SHARES else ()),
    ]


def _singles_conditions(cycle: Cycle, rules: VotingRules) -> list[Condition]:
    """Equal shares publish the single ballots: so few delegates, or residents, would be named by theirs."""
    people = rules.residents or Delegate.objects.filter(congress=cycle.congress_id, is_active=True).count()
    few = _FEW_RESIDENTS if rules.residents else _FEW_DELEGATES
    return [
        Condition(
            people >= SMALLEST_BODY,
            _("there are enough voters for single ballots to be published"),
            few % {"least": SMALLEST_BODY},
        )
    ]


_FEW_DELEGATES = _(
    "Equal shares publish the single ballots without names. With fewer than %(least)d delegates that would give votes "
    "away: share the money out in another way."
)
_FEW_RESIDENTS = _(
    "Equal shares publish the single ballots without names. With fewer than %(least)d residents' letters that would "
    "give votes away: share the money out in another way."
)


@transaction.atomic
def adopt_rules(*, cycle: Cycle, by: User, at: datetime) -> VotingRules:
    """Freeze the draft as the plenary adopted it, with its hash. Raises ConditionsUnmet."""
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    require(adoption_conditions(cycle))
    rules = VotingRules.objects.select_for_update().get(cycle=cycle)
    rules.adopted_at = at
    rules.digest = sha256_hex(canonical_json(settings_of(rules)))
    rules.save(update_fields=["adopted_at", "digest"])
    record(cycle=cycle, act=Act.RULES_ADOPTED, by=by, at=at, data={"digest": rules.digest})
    return rules

"""票决办法: draft and adopt the voting rules, and hand them to the count."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.domain import counting
from voting.domain.canonical import canonical_json, sha256_hex
from voting.domain.journal import record
from voting.domain.refusals import Condition, Refused, require
from voting.models import Cycle, VotingRules
from voting.states import Act, Stage

#: The settings a plenary adopts, in the order of the 票决办法; everything that is hashed and frozen.
SETTINGS = (
    "seats", "ballot_type", "blank_ballot", "floor_base", "floor_comparator", "floor_numerator",
    "floor_denominator", "quorum_comparator", "quorum_numerator", "quorum_denominator", "tie_rule",
    "shortfall_rule",
)  # fmt: skip

#: PROCEDURE.md §3.4, "Gongshu 2018": assumed, since no complete 票决办法 is public; every part can be switched.
PRESETS: dict[str, dict[str, Any]] = {
    "gongshu-2018": {
        "ballot_type": "up_to",
        "blank_ballot": "valid",
        "floor_base": "all",
        "floor_comparator": "gt",
        "floor_numerator": 1,
        "floor_denominator": 2,
        "quorum_comparator": "ge",
        "quorum_numerator": 2,
        "quorum_denominator": 3,
        "tie_rule": "further_ballot",
        "shortfall_rule": "further_round",
    },
}


class RulesFrozen(Refused):
    """Adopted rules cannot change (F16)."""

    def __str__(self) -> str:
        return str(_("The voting rules have been adopted and cannot be changed any more."))


def settings_of(rules: VotingRules) -> dict[str, Any]:
    """Return the adopted settings as plain values, ready for canonical JSON."""
    return {name: getattr(rules, name) for name in SETTINGS}


def counting_rule(settings: dict[str, Any], *, seats: int) -> counting.Rule:
    """Return the pure rule of the count for these settings. Raises counting.ImpossibleRule."""
    floor = None
    if settings["floor_base"]:
        floor = counting.Floor(
            base=counting.Base(settings["floor_base"]),
            numerator=settings["floor_numerator"],
            denominator=settings["floor_denominator"],
            comparator=counting.Comparator(settings["floor_comparator"]),
        )
    return counting.Rule(
        ballot_type=counting.BallotType(settings["ballot_type"]),
        seats=seats,
        floor=floor,
        blank=counting.BlankBallot(settings["blank_ballot"]),
        tie_rule=counting.TieRule(settings["tie_rule"]),
        shortfall_rule=counting.ShortfallRule(settings["shortfall_rule"]),
    )


@transaction.atomic
def draft_rules(*, cycle: Cycle, by: User, at: datetime, **settings: Any) -> VotingRules:
    """Save the draft of the cycle's rules, new or changed.

    Raises RulesFrozen once they are adopted, ValidationError with a sentence per field for bad values.
    """
    rules = VotingRules.objects.select_for_update().filter(cycle=cycle).first() or VotingRules(cycle=cycle)
    if rules.is_adopted:
        raise RulesFrozen
    for name, value in settings.items():
        setattr(rules, name, value)
    rules.full_clean()
    _require_possible(rules)
    rules.save()
    record(cycle=cycle, act=Act.RULES_DRAFTED, by=by, at=at, data=settings_of(rules))
    return rules


def _require_possible(rules: VotingRules) -> None:
    """Raise ValidationError on the field of a fraction that nobody could reach."""
    rule = settings_of(rules)
    for part, base in [("floor", rules.floor_base or "all"), ("quorum", "all")]:
        try:
            counting.Floor(
                base=counting.Base(base),
                numerator=rule[f"{part}_numerator"],
                denominator=rule[f"{part}_denominator"],
                comparator=counting.Comparator(rule[f"{part}_comparator"]),
            )
        except counting.ImpossibleRule as error:
            raise ValidationError({f"{part}_numerator": _UNREACHABLE}) from error


_UNREACHABLE = _("Nobody could reach this fraction: it must lie above 0, and “more than” needs it below 1.")


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
        Condition(
            seats <= cycle.candidates.count(),
            _("no more projects to choose than there are candidates"),
            _("The rules choose more projects than there are candidates."),
        ),
    ]


@transaction.atomic
def adopt_rules(*, cycle: Cycle, by: User, at: datetime) -> VotingRules:
    """Freeze the draft as the plenary adopted it, with its hash. Raises ConditionsUnmet."""
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(adoption_conditions(cycle))
    rules = VotingRules.objects.select_for_update().get(cycle=cycle)
    rules.adopted_at = at
    rules.digest = sha256_hex(canonical_json(settings_of(rules)))
    rules.save(update_fields=["adopted_at", "digest"])
    record(cycle=cycle, act=Act.RULES_ADOPTED, by=by, at=at, data={"digest": rules.digest})
    return rules

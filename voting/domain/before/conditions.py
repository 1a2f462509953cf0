"""What the steps before the vote need: the call, the screening, the report, the confirmed list."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from voting.domain.before.slate_reports import ISSUES
from voting.domain.core.refusals import Condition
from voting.models import Call, Cycle
from voting.states import Outcome, Stage


def begins_here(cycle: Cycle) -> bool:
    """Tell whether the cycle's slate is made here, from a call on, and not brought in from elsewhere."""
    early = cycle.stage == Stage.SOLICITATION and not cycle.slate_frozen_at and not cycle.candidates.exists()
    return early or Call.objects.filter(cycle=cycle).exists()


def call_conditions(cycle: Cycle) -> list[Condition]:
    met = cycle.stage == Stage.SOLICITATION
    return [Condition(met, _("the screening has not begun"), _("The screening has begun; the call is over."))]


def screening_conditions(cycle: Cycle) -> list[Condition]:
    return [
        Condition(
            cycle.stage in {Stage.SOLICITATION, Stage.SCREENING} and not cycle.slate_frozen_at,
            _("the slate is not yet frozen"),
            _("The slate of candidate projects is frozen already."),
        )
    ]


def screened(cycle: Cycle) -> bool:
    """Tell whether every proposal is decided or merged."""
    began = cycle.stage != Stage.SOLICITATION
    return began and not cycle.proposals.filter(outcome=Outcome.OPEN).exists()


def report_conditions(cycle: Cycle) -> list[Condition]:
    return [
        Condition(
            cycle.slate_frozen_at is not None,
            _("the slate is frozen"),
            _("Freeze the slate first: the report tells of a fixed list."),
        ),
        Condition(
            cycle.stage in ISSUES, _("the vote has not begun"), _("The vote has begun; the report stands.")
        ),
    ]


def confirm_conditions(cycle: Cycle) -> list[Condition]:
    return [
        Condition(
            cycle.stage == Stage.DELIBERATION,
            _("the report is issued, the delegates deliberate"),
            _("Issue the report first."),
        ),
        Condition(
            cycle.list_confirmed_at is None,
            _("the official list is not yet confirmed"),
            _("The official list is confirmed."),
        ),
    ]

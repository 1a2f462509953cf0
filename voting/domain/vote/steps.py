"""The steps of a vote in their order: what each is called, who takes it, where it starts and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from voting import permissions
from voting.domain.before.conditions import (
    call_conditions,
    confirm_conditions,
    report_conditions,
    screening_conditions,
)
from voting.domain.core.cycles import slate_conditions
from voting.domain.core.refusals import Condition
from voting.domain.vote.rolls import roll_conditions
from voting.domain.vote.rules import adoption_conditions
from voting.models import Cycle
from voting.states import Act, RoundStatus, Stage


class StepKey(StrEnum):
    """The steps in their order; the value is the last part of the step's address."""

    CALL = "call"
    SCREENING = "screening"
    SLATE = "slate"
    REPORT = "report"
    CONFIRM = "confirm"
    RULES = "rules"
    ROLL = "roll"
    SLIPS = "slips"
    CHECK_IN = "check-in"
    KEY = "key"
    TRIAL = "trial"
    OPEN = "open"
    CLOSE = "close"
    PAPER = "paper"
    COUNT = "count"
    CERTIFY = "certify"
    DECIDE = "decide"
    PUBLISH = "publish"
    FURTHER = "further"


class Standing(StrEnum):
    """Where a step stands: exactly one of a running vote's steps is the current one."""

    DONE = "done"
    CURRENT = "current"
    LATER = "later"


TITLES: dict[StepKey, Promise] = {
    StepKey.CALL: _("Call for proposals"),
    StepKey.SCREENING: _("Screen the proposals"),
    StepKey.SLATE: _("Freeze the slate of candidate projects"),
    StepKey.REPORT: _("Issue the report on the candidate projects"),
    StepKey.CONFIRM: _("Deliberate, and confirm the official list"),
    StepKey.RULES: _("Adopt the voting rules"),
    StepKey.ROLL: _("Freeze the roll"),
    StepKey.SLIPS: _("Print the delegates' slips"),
    StepKey.CHECK_IN: _("Check the delegates in"),
    StepKey.KEY: _("Hold the key ceremony"),
    StepKey.TRIAL: _("Try the key slips"),
    StepKey.OPEN: _("Open the vote"),
    StepKey.CLOSE: _("Vote, and close the vote"),
    StepKey.PAPER: _("Read the paper ballots, twice"),
    StepKey.COUNT: _("Count the ballots"),
    StepKey.CERTIFY: _("Certify the count"),
    StepKey.DECIDE: _("Record how the tie was decided"),
    StepKey.PUBLISH: _("Publish the result"),
    StepKey.FURTHER: _("Begin the further round"),
}

#: Who may take a step.
ALLOWED: dict[StepKey, Callable[[permissions.Person, Cycle], bool]] = {
    StepKey.CALL: permissions.can_screen,
    StepKey.SCREENING: permissions.can_screen,
    StepKey.SLATE: permissions.can_prepare,
    StepKey.REPORT: permissions.can_screen,
    StepKey.CONFIRM: permissions.can_confirm,
    StepKey.RULES: permissions.can_prepare,
    StepKey.ROLL: permissions.can_prepare,
    StepKey.SLIPS: permissions.can_check_in,
    StepKey.CHECK_IN: permissions.can_check_in,
    StepKey.KEY: permissions.can_hold_key,
    StepKey.TRIAL: permissions.can_hold_key,
    StepKey.OPEN: permissions.can_open,
    StepKey.CLOSE: permissions.can_close,
    StepKey.PAPER: permissions.can_read_paper,
    StepKey.COUNT: permissions.can_count,
    StepKey.CERTIFY: permissions.can_certify,
    StepKey.DECIDE: permissions.can_decide,
    StepKey.PUBLISH: permissions.can_publish,
    StepKey.FURTHER: permissions.can_begin_round,
}

#: The act that a step leaves in the journal, and the name under which the entry holds its hash.
TRACES: dict[StepKey, tuple[Act, str]] = {
    StepKey.CALL: (Act.CALL_PUBLISHED, ""),
    StepKey.SCREENING: (Act.PROPOSAL_DECIDED, ""),
    StepKey.SLATE: (Act.SLATE_FROZEN, ""),
    StepKey.REPORT: (Act.REPORT_ISSUED, "digest"),
    StepKey.CONFIRM: (Act.LIST_CONFIRMED, ""),
    StepKey.RULES: (Act.RULES_ADOPTED, "digest"),
    StepKey.ROLL: (Act.ROLL_FROZEN, "definition"),
    StepKey.SLIPS: (Act.CODES_ISSUED, ""),
    StepKey.CHECK_IN: (Act.PRESENCE_SET, ""),
    StepKey.KEY: (Act.KEY_SPLIT, "key"),
    StepKey.TRIAL: (Act.KEY_TRIED, "key"),
    StepKey.OPEN: (Act.ROUND_OPENED, ""),
    StepKey.CLOSE: (Act.ROUND_CLOSED, "root"),
    StepKey.PAPER: (Act.PAPER_ENTERED, ""),
    StepKey.COUNT: (Act.ROUND_COUNTED, "tally"),
    StepKey.CERTIFY: (Act.TALLY_CERTIFIED, "tally"),
    StepKey.DECIDE: (Act.TIE_DECIDED, ""),
    StepKey.PUBLISH: (Act.NOTICE_PUBLISHED, "notice"),
    StepKey.FURTHER: (Act.ROUND_BEGUN, "definition"),
}
OF_THE_CYCLE = (
    Act.CALL_PUBLISHED, Act.PROPOSAL_DECIDED, Act.SLATE_FROZEN, Act.REPORT_ISSUED, Act.LIST_CONFIRMED,
    Act.RULES_ADOPTED,
)  # fmt: skip

#: The status a round has reached when the step is done.
DONE_AT: dict[StepKey, RoundStatus] = {
    StepKey.KEY: RoundStatus.KEYED,
    StepKey.TRIAL: RoundStatus.READY,
    StepKey.OPEN: RoundStatus.OPEN,
    StepKey.CLOSE: RoundStatus.CLOSED,
    StepKey.COUNT: RoundStatus.COUNTED,
    StepKey.CERTIFY: RoundStatus.CERTIFIED,
    StepKey.PUBLISH: RoundStatus.PUBLISHED,
}
#: The status that the step starts from, what that means, and what to do where it is not so.
STARTS_AT: dict[StepKey, tuple[RoundStatus, Promise, Promise]] = {
    StepKey.TRIAL: (
        RoundStatus.KEYED,
        _("the key is split and not yet tried"),
        _("Hold the key ceremony first."),
    ),
    StepKey.CLOSE: (RoundStatus.OPEN, _("voting is open"), _("Open the vote first.")),
    StepKey.COUNT: (
        RoundStatus.CLOSED,
        _("the vote is closed and the urn is sealed"),
        _("Close the vote first."),
    ),
    StepKey.CERTIFY: (RoundStatus.COUNTED, _("the ballots are counted"), _("Count the ballots first.")),
    StepKey.PAPER: (
        RoundStatus.CLOSED,
        _("the vote is closed and the urn is sealed"),
        _("Close the vote first."),
    ),
    StepKey.DECIDE: (
        RoundStatus.CERTIFIED,
        _("the count is certified"),
        _("Another person, a scrutineer, certifies the count first."),
    ),
    StepKey.PUBLISH: (
        RoundStatus.CERTIFIED,
        _("the count is certified"),
        _("Another person, a scrutineer, certifies the count first."),
    ),
}
#: Steps of a cycle that begins with a call here; a slate that came from elsewhere has none of them.
BEFORE = frozenset({StepKey.CALL, StepKey.SCREENING, StepKey.REPORT, StepKey.CONFIRM})
OF_THE_CYCLE_CONDITIONS: dict[StepKey, Callable[[Cycle], list[Condition]]] = {
    StepKey.CALL: call_conditions,
    StepKey.SCREENING: screening_conditions,
    StepKey.REPORT: report_conditions,
    StepKey.CONFIRM: confirm_conditions,
    StepKey.SLATE: slate_conditions,
    StepKey.RULES: adoption_conditions,
    StepKey.ROLL: roll_conditions,
}
#: Cycles past these stages leave the vote behind.
RUNNING = (
    Stage.SOLICITATION, Stage.SCREENING, Stage.DELIBERATION, Stage.VOTING, Stage.COUNTING, Stage.PUBLICATION,
)  # fmt: skip
#: Steps that most votes do not have, and what brings them about.
EXCEPTIONS: dict[StepKey, Promise] = {
    StepKey.PAPER: _("paper ballots were handed out"),
    StepKey.DECIDE: _("the count ended in a tie that the rules give to the presidium or to a lot"),
}
STAFF = (Role.CLERK, Role.CHIEF, Role.SCRUTINEER, Role.PRESIDING)
ORDER = list(RoundStatus)

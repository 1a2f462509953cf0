"""The contents of a vote: its steps in their order; for each what it is for, who takes it, what it needs and leaves.

The running order reads ``STEPS`` step by step. What is done on a step's page stands under the same key in
``admin.step_pages``; the conditions in words, in ``step_conditions``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from voting import permissions
from voting.domain.before.conditions import (
    call_conditions,
    confirm_conditions,
    report_conditions,
    screened,
    screening_conditions,
)
from voting.domain.core.cycles import slate_conditions
from voting.domain.core.refusals import Condition
from voting.domain.vote.rolls import roll_conditions
from voting.domain.vote.rules import adoption_conditions
from voting.domain.vote.step_conditions import (
    VoteSoFar,
    always,
    calls_for_another,
    closing,
    count_made,
    deck_read,
    has_deck,
    has_paper,
    has_sample,
    has_tie,
    is_counted_at_all,
    letters_made,
    never,
    nobody,
    of_cycle,
    opening,
    paper_read,
    quorum_checked_in,
    reaches,
    slips_printed,
    starts_at,
    tie_decided,
    to_certify,
    to_count,
    to_decide,
    to_go_on,
    to_publish,
    to_read_paper,
    to_sample,
    until_close,
    until_open,
    votes_by_letter,
    votes_by_slip,
    with_the_call,
)
from voting.domain.vote.step_keys import StepKey
from voting.domain.vote.step_papers import nothing, on_the_notice, on_the_report, on_the_roll, on_the_slate
from voting.models import Cycle
from voting.states import Act, RoundStatus, Stage


@dataclass(frozen=True)
class StepSpec:
    """One step of the running order."""

    key: StepKey
    title: Promise
    #: What the step is for, in a sentence or two for somebody nervous.
    purpose: Promise
    #: Who may take it.
    who: Callable[[permissions.Person, Cycle], bool]
    #: What must be there before it can be taken.
    needs: Callable[[VoteSoFar], list[Condition]]
    #: By what it is seen that the step is done.
    done: Callable[[VoteSoFar], object]
    #: The act that it leaves in the journal, and the name under which the entry holds its hash.
    act: Act
    digest: str = ""
    #: The act is the whole cycle's, not a round's.
    of_cycle: bool = False
    #: Whether this vote has the step at all: paper, a tie to decide and a further round are exceptions.
    listed: Callable[[VoteSoFar], object] = always
    #: The person who may not take it although the role would allow it.
    apart_from: Callable[[VoteSoFar], int | None] = nobody
    #: What is written on the paper that it leaves.
    paper: Callable[[VoteSoFar], Iterable[object]] = nothing
    #: Where its page is drawn.
    room: str = "vote"
    #: What the step is for where residents vote by letter, if that is something else.
    of_residents: Promise | None = None


_IN_ORDER = (
    StepSpec(
        key=StepKey.CALL,
        title=_("Call for proposals"),
        purpose=_("Publish what is asked for, until when and how; then proposals come in."),
        who=permissions.can_screen,
        listed=with_the_call,
        needs=of_cycle(call_conditions),
        done=lambda vote: vote.cycle.stage != Stage.SOLICITATION,
        act=Act.CALL_PUBLISHED,
        of_cycle=True,
        room="before",
    ),
    StepSpec(
        key=StepKey.SCREENING,
        title=_("Screen the proposals"),
        purpose=_(
            "Look at the proposals, compare and merge them, ask the units, decide with a public reason."
        ),
        who=permissions.can_screen,
        listed=with_the_call,
        needs=of_cycle(screening_conditions),
        done=lambda vote: vote.cycle.slate_frozen_at or screened(vote.cycle),
        act=Act.PROPOSAL_DECIDED,
        of_cycle=True,
        room="before",
    ),
    StepSpec(
        key=StepKey.SLATE,
        title=_("Freeze the slate of candidate projects"),
        purpose=_(
            "The numbered list of candidate projects becomes fixed, as every delegate has it in writing."
        ),
        who=permissions.can_prepare,
        needs=of_cycle(slate_conditions),
        done=lambda vote: vote.cycle.slate_frozen_at,
        paper=on_the_slate,
        act=Act.SLATE_FROZEN,
        of_cycle=True,
    ),
    StepSpec(
        key=StepKey.REPORT,
        title=_("Issue the report on the candidate projects"),
        purpose=_("The report on the candidate projects is fixed and goes to every delegate."),
        who=permissions.can_screen,
        listed=with_the_call,
        needs=of_cycle(report_conditions),
        done=lambda vote: vote.cycle.stage not in {Stage.SOLICITATION, Stage.SCREENING},
        paper=on_the_report,
        act=Act.REPORT_ISSUED,
        digest="digest",
        of_cycle=True,
        room="before",
    ),
    StepSpec(
        key=StepKey.CONFIRM,
        title=_("Deliberate, and confirm the official list"),
        purpose=_("Delegations ask, units answer; the presidium confirms the official list."),
        who=permissions.can_confirm,
        listed=with_the_call,
        needs=of_cycle(confirm_conditions),
        done=lambda vote: vote.cycle.list_confirmed_at or vote.round,
        act=Act.LIST_CONFIRMED,
        of_cycle=True,
        room="before",
    ),
    StepSpec(
        key=StepKey.RULES,
        title=_("Adopt the voting rules"),
        purpose=_(
            "Enter the draft as the presidium tabled it; when the plenary has adopted it, freeze it here."
        ),
        who=permissions.can_prepare,
        needs=of_cycle(adoption_conditions),
        done=lambda vote: vote.rules and vote.rules.is_adopted,
        act=Act.RULES_ADOPTED,
        digest="digest",
        of_cycle=True,
    ),
    StepSpec(
        key=StepKey.ROLL,
        title=_("Freeze the roll"),
        purpose=_(
            "Whoever is entitled to vote comes onto the roll of this vote. The majority is measured against it."
        ),
        who=permissions.can_prepare,
        needs=of_cycle(roll_conditions),
        done=lambda vote: vote.round,
        paper=on_the_roll,
        act=Act.ROLL_FROZEN,
        digest="definition",
    ),
    StepSpec(
        key=StepKey.DECK,
        title=_("Try the scanner with the test deck"),
        purpose=_(
            "Marked ballots with a known result are scanned. The vote is opened only if every figure is right."
        ),
        who=permissions.can_read_paper,
        listed=has_deck,
        needs=until_open,
        done=deck_read,
        act=Act.DECK_PASSED,
        digest="deck",
    ),
    StepSpec(
        key=StepKey.LETTERS,
        title=_("Make the residents' letters"),
        purpose=_(
            "Every resident on the roll gets a letter with number and code. The codes are given out once, kept nowhere."
        ),
        who=permissions.can_check_in,
        listed=votes_by_letter,
        needs=until_close,
        done=letters_made,
        act=Act.CODES_ISSUED,
    ),
    StepSpec(
        key=StepKey.SLIPS,
        title=_("Print the delegates' slips"),
        purpose=_(
            "Every delegate gets a slip with number and code. The codes are shown once and kept nowhere."
        ),
        who=permissions.can_check_in,
        listed=votes_by_slip,
        needs=until_close,
        done=slips_printed,
        act=Act.CODES_ISSUED,
    ),
    StepSpec(
        key=StepKey.CHECK_IN,
        title=_("Check the delegates in"),
        purpose=_(
            "Record who is present and who is on leave. Until the vote is closed you can come back here."
        ),
        who=permissions.can_check_in,
        listed=votes_by_slip,
        needs=until_close,
        done=quorum_checked_in,
        act=Act.PRESENCE_SET,
    ),
    StepSpec(
        key=StepKey.KEY,
        title=_("Hold the key ceremony"),
        purpose=_("The scrutineers share the key of the urn. The server keeps only the half that seals."),
        who=permissions.can_hold_key,
        needs=until_open,
        done=reaches(RoundStatus.KEYED),
        act=Act.KEY_SPLIT,
        digest="key",
    ),
    StepSpec(
        key=StepKey.TRIAL,
        title=_("Try the key slips"),
        purpose=_(
            "With as many key slips as are needed, unseal a trial ballot. The vote opens only if that works."
        ),
        who=permissions.can_hold_key,
        needs=starts_at(
            RoundStatus.KEYED, _("the key is split and not yet tried"), _("Hold the key ceremony first.")
        ),
        done=reaches(RoundStatus.READY),
        act=Act.KEY_TRIED,
        digest="key",
    ),
    StepSpec(
        key=StepKey.OPEN,
        title=_("Open the vote"),
        purpose=_(
            "When the executive chairperson says so, open the vote. The delegates present can then vote."
        ),
        of_residents=_(
            "When the executive chairperson says so, open the vote. Residents can then vote with their letters."
        ),
        who=permissions.can_open,
        needs=opening,
        done=reaches(RoundStatus.OPEN),
        act=Act.ROUND_OPENED,
    ),
    StepSpec(
        key=StepKey.CLOSE,
        title=_("Vote, and close the vote"),
        purpose=_(
            "Watch the turnout. When the executive chairperson says so, close the vote and seal the urn."
        ),
        who=permissions.can_close,
        needs=closing,
        done=reaches(RoundStatus.CLOSED),
        act=Act.ROUND_CLOSED,
        digest="root",
    ),
    StepSpec(
        key=StepKey.PAPER,
        title=_("Read the paper ballots, twice"),
        purpose=_(
            "Count the sheets in the box; then two people read each of them, and what differs is settled."
        ),
        who=permissions.can_read_paper,
        listed=has_paper,
        needs=to_read_paper,
        done=paper_read,
        act=Act.PAPER_ENTERED,
    ),
    StepSpec(
        key=StepKey.COUNT,
        title=_("Count the ballots"),
        purpose=_("The scrutineers enter their key slips, and the ballots are counted at once."),
        who=permissions.can_count,
        listed=is_counted_at_all,
        needs=to_count,
        done=count_made,
        act=Act.ROUND_COUNTED,
        digest="tally",
    ),
    StepSpec(
        key=StepKey.SAMPLE,
        title=_("Read the drawn paper ballots again"),
        purpose=_(
            "Dice name the paper ballots that another person reads again. If all agree, the count is released; if one "
            "differs, all are read again."
        ),
        who=permissions.can_read_paper,
        listed=has_sample,
        needs=to_sample,
        done=reaches(RoundStatus.COUNTED),
        act=Act.SAMPLE_DRAWN,
        digest="first_readings",
    ),
    StepSpec(
        key=StepKey.CERTIFY,
        title=_("Certify the count"),
        purpose=_("A scrutineer who did not run the count compares the count report and vouches for it."),
        who=permissions.can_certify,
        listed=is_counted_at_all,
        apart_from=lambda vote: vote.counter,
        needs=to_certify,
        done=reaches(RoundStatus.CERTIFIED),
        act=Act.TALLY_CERTIFIED,
        digest="tally",
    ),
    StepSpec(
        key=StepKey.DECIDE,
        title=_("Record how the tie was decided"),
        purpose=_(
            "The rules give this tie to the presidium or to a public lot; its decision is put on record."
        ),
        who=permissions.can_decide,
        listed=has_tie,
        needs=to_decide,
        done=tie_decided,
        act=Act.TIE_DECIDED,
    ),
    StepSpec(
        key=StepKey.PUBLISH,
        title=_("Publish the result"),
        purpose=_("The result is frozen and becomes the public notice that everybody can read."),
        who=permissions.can_publish,
        listed=is_counted_at_all,
        needs=to_publish,
        done=reaches(RoundStatus.PUBLISHED),
        paper=on_the_notice,
        act=Act.NOTICE_PUBLISHED,
        digest="notice",
    ),
    StepSpec(
        key=StepKey.FURTHER,
        title=_("Begin the further round"),
        purpose=_(
            "The result calls for another ballot, or the round was annulled: it is laid out with the right projects "
            "and seats."
        ),
        who=permissions.can_begin_round,
        listed=calls_for_another,
        needs=to_go_on,
        done=never,
        act=Act.ROUND_BEGUN,
        digest="definition",
    ),
)
STEPS: dict[StepKey, StepSpec] = {spec.key: spec for spec in _IN_ORDER}

#: Cycles past these stages leave the vote behind.
RUNNING = (
    Stage.SOLICITATION, Stage.SCREENING, Stage.DELIBERATION, Stage.VOTING, Stage.COUNTING, Stage.PUBLICATION,
)  # fmt: skip
STAFF = (Role.CLERK, Role.CHIEF, Role.SCRUTINEER, Role.PRESIDING)

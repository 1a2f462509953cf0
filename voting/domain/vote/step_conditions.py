"""What the steps of a vote need and by what it is seen that they are done, asked of the vote so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import SCRUTINEERS
from voting.domain.core.refusals import Condition
from voting.domain.vote.attendance import Attendance
from voting.domain.vote.decks import deck_passed, is_scanned
from voting.domain.vote.delegate_slips import without_slip
from voting.domain.vote.drawn_sheets import is_sampled
from voting.domain.vote.further_rounds import ballot_called_for, further_conditions
from voting.domain.vote.letters import letters_to_print
from voting.domain.vote.rounds import opening_conditions
from voting.domain.vote.ties import open_tie
from voting.domain.vote.tried_keys import KeySwapped, is_tried_key
from voting.models import Cycle, JournalEntry, Round, VotingRules
from voting.states import CHECK_IN_STATUSES, Act, RoundStatus, Stage


class VoteSoFar(Protocol):
    """What a step asks of the vote that it belongs to; the running order answers."""

    @property
    def cycle(self) -> Cycle: ...
    @property
    def round(self) -> Round | None: ...
    @property
    def rules(self) -> VotingRules | None: ...
    @property
    def attendance(self) -> Attendance | None: ...
    @property
    def begins_here(self) -> bool: ...
    @property
    def paper_agreed(self) -> bool: ...
    @property
    def first_counted(self) -> bool: ...
    @property
    def counter(self) -> int | None: ...
    @property
    def entries(self) -> Mapping[str, JournalEntry]: ...
    def reached(self, status: RoundStatus) -> bool: ...
    @property
    def certifiers(self) -> tuple[User, ...]: ...


def always(_vote: VoteSoFar) -> bool:
    return True


def never(_vote: VoteSoFar) -> bool:
    return False


def nobody(_vote: VoteSoFar) -> None:
    return None


def of_cycle(conditions: Callable[[Cycle], list[Condition]]) -> Callable[[VoteSoFar], list[Condition]]:
    """Let the conditions of a verb on the whole cycle be asked of a vote."""
    return lambda vote: conditions(vote.cycle)


def with_the_call(vote: VoteSoFar) -> bool:
    """The cycle begins with a call; a slate that came from elsewhere has none of the steps before it."""
    return vote.begins_here


def reaches(status: RoundStatus) -> Callable[[VoteSoFar], bool]:
    return lambda vote: vote.reached(status)


def starts_at(status: RoundStatus, text: Promise, help_: Promise) -> Callable[[VoteSoFar], list[Condition]]:
    """The round is at a status: what that means, and what to do where it is not so."""
    return lambda vote: [Condition(vote.round is not None and vote.round.status == status, text, help_)]


OPEN = starts_at(RoundStatus.OPEN, _("voting is open"), _("Open the vote first."))
CLOSED = starts_at(
    RoundStatus.CLOSED, _("the vote is closed and the urn is sealed"), _("Close the vote first.")
)
COUNTED = starts_at(RoundStatus.COUNTED, _("the ballots are counted"), _("Count the ballots first."))
CERTIFIED = starts_at(
    RoundStatus.CERTIFIED,
    _("the count is certified"),
    _("Another person, a scrutineer, certifies the count first."),
)


def roll_frozen(vote: VoteSoFar) -> Condition:
    return Condition(vote.round is not None, _("the roll is frozen"), _("Freeze the roll first."))


def until_close(vote: VoteSoFar) -> list[Condition]:
    met = vote.round is None or vote.round.status in CHECK_IN_STATUSES
    return [roll_frozen(vote), Condition(met, _("the vote is not yet closed"), _("The vote is closed."))]


def until_open(vote: VoteSoFar) -> list[Condition]:
    met = not vote.reached(RoundStatus.OPEN)
    text = _("the vote is not yet open")
    return [roll_frozen(vote), Condition(met, text, _("The vote has been opened; its key is fixed."))]


def opening(vote: VoteSoFar) -> list[Condition]:
    conditions = opening_conditions(vote.round) if vote.round else [roll_frozen(vote)]
    return [*conditions, *key_as_tried(vote)]


def key_as_tried(vote: VoteSoFar) -> list[Condition]:
    """Where a key was tried: it is that one still. Nothing is said of it before."""
    if vote.round is None or vote.round.status != RoundStatus.READY:
        return []
    text = _("the key is the one that the scrutineers tried")
    return [Condition(is_tried_key(vote.round), text, str(KeySwapped()))]


def closing(vote: VoteSoFar) -> list[Condition]:
    """The close seals nothing to the key: it waits for no key."""
    return OPEN(vote)


def has_paper(vote: VoteSoFar) -> bool:
    return bool(vote.attendance and vote.attendance.paper) and is_counted_at_all(vote)


def paper_read(vote: VoteSoFar) -> bool:
    return vote.reached(RoundStatus.COUNTED) or vote.paper_agreed


def has_tie(vote: VoteSoFar) -> bool:
    return bool(vote.round and is_counted_at_all(vote) and open_tie(vote.round))


def tie_decided(vote: VoteSoFar) -> bool:
    return hasattr(vote.round, "tie_decision")


def to_read_paper(vote: VoteSoFar) -> list[Condition]:
    return [*CLOSED(vote), Condition(has_paper(vote), _("paper ballots were handed out"))]


def to_count(vote: VoteSoFar) -> list[Condition]:
    """In a vote with paper, the two readings agree; where a sample is read again, all were read once."""
    if not has_paper(vote):
        return CLOSED(vote)
    if vote.round and is_sampled(vote.round):
        text, help_ = _("every paper ballot was read once"), _("Read every paper ballot once first.")
        return [*CLOSED(vote), Condition(paper_read(vote), text, help_)]
    text = _("the paper ballots were read twice and agree")
    help_ = _("Read the paper ballots first, and settle the differences.")
    return [*CLOSED(vote), Condition(paper_read(vote), text, help_)]


def has_deck(vote: VoteSoFar) -> bool:
    """The adopted rules let a scanner read first."""
    return vote.round is not None and is_counted_at_all(vote) and is_scanned(vote.round)


def deck_read(vote: VoteSoFar) -> object:
    return vote.reached(RoundStatus.OPEN) or (vote.round is not None and deck_passed(vote.round))


def count_made(vote: VoteSoFar) -> object:
    """The urn was opened, whether its count stands already or waits for the sample."""
    return vote.reached(RoundStatus.COUNTED) or vote.first_counted


def has_sample(vote: VoteSoFar) -> bool:
    """The rules let a draw name the paper ballots that are read again, and the box has some."""
    return bool(has_paper(vote) and vote.round and is_sampled(vote.round))


def to_sample(vote: VoteSoFar) -> list[Condition]:
    text, help_ = _("the first readings are counted"), _("Count the ballots first.")
    return [*CLOSED(vote), Condition(vote.first_counted, text, help_)]


def to_certify(vote: VoteSoFar) -> list[Condition]:
    other = any(user.role in SCRUTINEERS for user in vote.certifiers)
    text = _("there is a scrutineer who did not run the count")
    return [*COUNTED(vote), Condition(other, text, _("Let the account keeper enter another scrutineer."))]


def to_decide(vote: VoteSoFar) -> list[Condition]:
    text = _("the count ended in a tie that the rules give to the presidium or to a lot")
    return [*CERTIFIED(vote), Condition(has_tie(vote), text)]


def to_publish(vote: VoteSoFar) -> list[Condition]:
    """Where the count ended in a tie, its decision."""
    needs = CERTIFIED(vote)
    if has_tie(vote):
        text = _("the decision of the tie is recorded")
        needs.append(Condition(tie_decided(vote), text, _("Record how the tie was decided first.")))
    return needs


def votes_by_letter(vote: VoteSoFar) -> bool:
    """Residents vote, each with a letter."""
    return vote.cycle.by_letter


def votes_by_slip(vote: VoteSoFar) -> bool:
    """Delegates vote: they get slips, and are checked in."""
    return not vote.cycle.by_letter


def letters_made(vote: VoteSoFar) -> bool:
    """Every letter of the roll has a code; they are good for all rounds."""
    if vote.round is None or vote.reached(RoundStatus.OPEN):
        return vote.round is not None
    return letters_to_print(vote.round) is None


def slips_printed(vote: VoteSoFar) -> bool:
    """The slips of the first round are good for all rounds."""
    later = vote.round is not None and vote.round.number > 1
    if vote.reached(RoundStatus.OPEN) or later or vote.round is None:
        return vote.round is not None
    last = vote.entries.get(Act.CODES_ISSUED)
    if last is None or "delegates" not in last.data:
        return last is not None
    return not without_slip(vote.round)


def quorum_checked_in(vote: VoteSoFar) -> object:
    return vote.reached(RoundStatus.OPEN) or (vote.attendance and vote.attendance.quorum_met)


def to_go_on(vote: VoteSoFar) -> list[Condition]:
    return further_conditions(vote.cycle, vote.round)


def calls_for_another(vote: VoteSoFar) -> bool:
    """The published result calls for a further round, or the round was annulled; none was held, and none ruled out."""
    return vote.cycle.stage == Stage.COUNTING and ballot_called_for(vote.round) is not None


def is_counted_at_all(vote: VoteSoFar) -> bool:
    """A round that was annulled is neither counted nor published."""
    return vote.round is None or vote.round.status != RoundStatus.ANNULLED

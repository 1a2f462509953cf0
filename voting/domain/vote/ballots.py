"""What a ballot may say, and every reason why one is not taken. Casting it: ``voting.domain.vote.casting``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from voting.count import counting
from voting.count.counting import BallotType, Mark, UnderVote
from voting.count.definition import Definition
from voting.count.judging import known_marks
from voting.count.key_marks import KeyMark
from voting.count.points import Points
from voting.domain.core.amounts import yuan_words
from voting.domain.core.refusals import Refused
from voting.domain.vote import receipts
from voting.states import BEFORE_OPENING, RoundStatus


class BallotRefused(Refused):
    """A ballot that is not taken; the delegate may try again unless the subclass says otherwise."""


class RoundNotOpen(BallotRefused):
    """Voting has not begun, or is closed."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status

    @property
    def is_over(self) -> bool:
        return self.status not in BEFORE_OPENING

    def __str__(self) -> str:
        if self.status == RoundStatus.ANNULLED:
            return _("This round was annulled. This ballot was not cast and is not in the urn.")
        if self.is_over:
            return _("Voting is closed. This ballot was not cast and is not in the urn.")
        return _("Voting has not opened yet. Please wait until the executive chairperson opens it.")


class AlreadyCast(BallotRefused):
    """This delegate's ballot is in the urn: the truthful answer to a second submit (TRUST.md F1, F6)."""

    def __str__(self) -> str:
        return _("Your ballot is in the urn. It was taken once and counts once; nothing more is needed.")


class NotPresent(BallotRefused):
    """The delegate is not checked in as present, so no ballot was issued to them."""

    def __str__(self) -> str:
        return _(
            "You are not checked in as present. Please go to the check-in desk; your marks are kept here."
        )


class TooManyMarks(BallotRefused):
    """More marks than projects to choose (PROCEDURE.md §3.2: such a paper ballot would be void)."""

    def __init__(self, marked: int, most: int) -> None:
        super().__init__(marked, most)
        self.marked, self.most = marked, most

    def __str__(self) -> str:
        return ngettext(
            "You have marked %(marked)d projects; at most %(most)d may be marked. "
            "Please take away %(over)d mark. Your marks are kept.",
            "You have marked %(marked)d projects; at most %(most)d may be marked. "
            "Please take away %(over)d marks. Your marks are kept.",
            self.marked - self.most,
        ) % {"marked": self.marked, "most": self.most, "over": self.marked - self.most}


class TooFewMarks(BallotRefused):
    """Fewer marks, or places, than the rules require; such a paper ballot would be void."""

    def __init__(self, marked: int, required: int) -> None:
        super().__init__(marked, required)
        self.marked, self.required = marked, required

    def __str__(self) -> str:
        return ngettext(
            "You have marked %(marked)d of the %(required)d projects that must be marked; %(missing)d is missing. "
            "Your marks are kept.",
            "You have marked %(marked)d of the %(required)d projects that must be marked; %(missing)d are missing. "
            "Your marks are kept.",
            self.required - self.marked,
        ) % {"marked": self.marked, "required": self.required, "missing": self.required - self.marked}


class NotAllMarked(BallotRefused):
    """A per-item ballot on which every item must be marked; ``numbers`` are those without a mark."""

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(numbers)
        self.numbers = tuple(numbers)

    def __str__(self) -> str:
        return _(
            "Every project must be marked: for, against or abstain. Without a mark: %(numbers)s. Your marks are kept."
        ) % {"numbers": _listed(self.numbers)}


class RepeatedPlace(BallotRefused):
    """Two projects have the same place."""

    def __init__(self, place: int, numbers: Sequence[int]) -> None:
        super().__init__(place, numbers)
        self.place, self.numbers = place, tuple(numbers)

    def __str__(self) -> str:
        return _(
            "Place %(place)d is given more than once, to projects %(numbers)s. Each place goes to one project. "
            "Your places are kept."
        ) % {"place": self.place, "numbers": _listed(self.numbers)}


class MissingPlace(BallotRefused):
    """A place is left out: 1, 2, 4."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place

    def __str__(self) -> str:
        return _(
            "Place %(place)d is left out. Give the places 1, 2, 3 and so on without a gap. Your places are kept."
        ) % {"place": self.place}


class TooManyPoints(BallotRefused):
    """More points than the ballot has."""

    def __init__(self, total: int, whole: int) -> None:
        super().__init__(total, whole)
        self.total, self.whole = total, whole

    def __str__(self) -> str:
        return _(
            "You have given %(given)d points, and the ballot has %(whole)d. Too many: %(over)d. Your points are kept."
        ) % {"given": self.total, "whole": self.whole, "over": self.total - self.whole}


class TooFewPoints(BallotRefused):
    """Points are left, and the rules require all of them; such a paper ballot would be void."""

    def __init__(self, total: int, whole: int) -> None:
        super().__init__(total, whole)
        self.total, self.whole = total, whole

    def __str__(self) -> str:
        return _(
            "All %(whole)d points must be given, and you have given %(given)d. Left: %(missing)d. Your points are kept."
        ) % {"given": self.total, "whole": self.whole, "missing": self.whole - self.total}


class TooManyOnOne(BallotRefused):
    """More points for one project than it may get; ``numbers`` are those with more."""

    def __init__(self, most: int, numbers: Sequence[int]) -> None:
        super().__init__(most, numbers)
        self.most, self.numbers = most, tuple(numbers)

    def __str__(self) -> str:
        return _(
            "Points for one project: at most %(most)d. More are given to: %(numbers)s. Your points are kept."
        ) % {"most": self.most, "numbers": _listed(self.numbers)}


class OverSum(BallotRefused):
    """The projects marked cost more than one ballot may vote for; such a paper ballot would be void. In yuan."""

    def __init__(self, cost: int, most: int) -> None:
        super().__init__(cost, most)
        self.cost, self.most = cost, most

    def __str__(self) -> str:
        return self.sentence(
            cost=yuan_words(self.cost), most=yuan_words(self.most), over=yuan_words(self.cost - self.most)
        )

    @staticmethod
    def sentence(**amounts: str) -> str:
        """Return the sentence with these amounts in words; the ballot's script fills them in itself."""
        return (
            _(
                "The projects that you have marked cost %(cost)s together; at most %(most)s are allowed, so that is "
                "%(over)s too much. Your marks are kept."
            )
            % amounts
        )


def _listed(numbers: Sequence[int]) -> str:
    return _(", ").join(str(number) for number in numbers)


class ForeignMark(BallotRefused):
    """A mark for a project that is not on this ballot, or a mark that does not exist."""

    def __str__(self) -> str:
        return _(
            "This form marks a project that is not on this ballot. Nothing was cast. Please mark the ballot again."
        )


class HoldsPaperBallot(BallotRefused):
    """The delegate was handed a paper ballot: one delegate, one ballot, one channel (PROCEDURE.md §3.4 (9))."""

    def __str__(self) -> str:
        return _(
            "You were handed a paper ballot, so this ballot was not cast. Vote on paper, or give the unused paper "
            "back at the check-in desk."
        )


class OnPaperOnly(BallotRefused):
    """The round was switched to paper."""

    def __str__(self) -> str:
        return _(
            "The vote goes on with paper ballots, so this ballot was not cast. "
            "Please ask for a paper ballot at the check-in desk."
        )


class SealedToAnother(BallotRefused):
    """The round's key is not the one that was tried, so no ballot is sealed to it (TRUST.md F32)."""

    def __str__(self) -> str:
        return _(
            "Your ballot was not cast: the key of this vote is not the one that the scrutineers tried. Please stay in "
            "your place and tell the check-in desk or a scrutineer at once; you can cast your ballot when they have "
            "settled it."
        )


class SessionOver(BallotRefused):
    """Nobody is signed in who may cast this ballot: the session is over, or the account is shut or not a delegate's."""

    def __str__(self) -> str:
        return _("You are signed out, so this ballot was not cast. Please sign in again with your slip.")


class NotSealed(BallotRefused):
    """What came with the form are no sealed bytes of this round: cut, longer, or no base64 at all."""

    def __str__(self) -> str:
        return _(
            "This form does not carry a whole sealed ballot, so nothing was cast. Please review your marks once more "
            "and cast the ballot from there."
        )


class CopiedBallot(BallotRefused):
    """The same sealed bytes are in this urn already, or were made a test ballot (TRUST.md F43)."""

    def __str__(self) -> str:
        return _(
            "The very same sealed ballot was handed in before, so this one was not cast. Please review your marks once "
            "more: the ballot is sealed anew there."
        )


class NoTestsLeft(BallotRefused):
    """As many test ballots as one sign-in may make were made."""

    def __str__(self) -> str:
        return _(
            "You have made %(most)d test ballots since you signed in, and no more are taken. This ballot was not made "
            "a test ballot, and it was not cast."
        ) % {"most": MOST_TESTS}


class NoMoreTests(BallotRefused):
    """As many test ballots as a whole round takes were made: somebody signs in again and again."""

    def __str__(self) -> str:
        return _(
            "So many test ballots were made in this round that no more are taken. This ballot was not made a test "
            "ballot, and it was not cast; it can be cast as ever."
        )


#: So many test ballots may be made in one sign-in (BOOTH.md §3).
MOST_TESTS = 3
#: And so many in a round for each delegate on its roll.
MOST_TESTS_A_DELEGATE = 30


@dataclass(frozen=True)
class Receipt:
    """The hash of the sealed ballot: proves it is in the urn, says nothing about the choice.

    ``mark`` is that of the key that it was sealed to.
    """

    digest: str
    mark: KeyMark

    @property
    def friendly(self) -> str:
        """Eight groups of four, easy to read out and to type."""
        return receipts.friendly(self.digest)


#: Stands for the whole list in the answer to a whole-report ballot: no project has this number.
WHOLE = 0

#: Official number → mark (or place, on a ranking); bare numbers are marks for; ``WHOLE`` → mark on a whole report.
Chosen = Mapping[int, int] | Collection[int]


@sensitive_variables()
def marks_of(definition: Definition, chosen: Chosen) -> tuple[int, ...]:
    """Return the marks in ballot order; what it returns is a ballot that will be judged valid, or blank.

    Raises ForeignMark, TooManyMarks, TooFewMarks, NotAllMarked, RepeatedPlace, MissingPlace, TooManyPoints,
    TooFewPoints, TooManyOnOne or OverSum.
    """
    mark_of = dict(chosen) if isinstance(chosen, Mapping) else dict.fromkeys(chosen, int(Mark.FOR))
    rule, numbers = definition.rule, definition.numbers
    if rule.ballot_type is BallotType.WHOLE_REPORT:
        if set(mark_of) - {WHOLE} or not known_marks(rule).issuperset(mark_of.values()):
            raise ForeignMark
        return (int(mark_of.get(WHOLE, Mark.NONE)),) * len(numbers)
    others = set(mark_of.values()) - known_marks(rule)
    if set(mark_of) - set(numbers) or (others and not (rule.points and min(others) > 0)):
        raise ForeignMark
    marks = tuple(int(mark_of.get(number, Mark.NONE)) for number in numbers)
    if rule.points:
        _require_given(rule.points, numbers, marks)
    if rule.ballot_type is BallotType.RANKING:
        _require_places(numbers, marks)
    _require_within(rule, marks)
    if any(marks) and rule.under is UnderVote.VOID:
        _require_complete(rule, numbers, marks)
    return marks


@sensitive_variables()
def _require_within(rule: counting.Rule, marks: tuple[int, ...]) -> None:
    marked = sum(1 for mark in marks if mark == Mark.FOR)
    if rule.ballot_type.limited and rule.ballot_type is not BallotType.RANKING and marked > rule.most:
        raise TooManyMarks(marked, rule.most)
    if rule.most_cost is not None and (cost := rule.cost_of(marks)) > rule.most_cost:
        raise OverSum(cost, rule.most_cost)


@sensitive_variables()
def _require_given(points: Points, numbers: Sequence[int], marks: tuple[int, ...]) -> None:
    over = [number for number, mark in zip(numbers, marks, strict=True) if mark > points.most]
    if over:
        raise TooManyOnOne(points.most, over)
    if sum(marks) > points.whole:
        raise TooManyPoints(sum(marks), points.whole)


@sensitive_variables()
def _require_places(numbers: Sequence[int], marks: tuple[int, ...]) -> None:
    places = sorted(place for place in marks if place)
    for place in places:
        if places.count(place) > 1:
            raise RepeatedPlace(place, [n for n, mark in zip(numbers, marks, strict=True) if mark == place])
    for expected, place in enumerate(places, start=1):
        if place != expected:
            raise MissingPlace(expected)


@sensitive_variables()
def _require_complete(rule: counting.Rule, numbers: Sequence[int], marks: tuple[int, ...]) -> None:
    unmarked = [number for number, mark in zip(numbers, marks, strict=True) if not mark]
    if rule.ballot_type.per_item and unmarked:
        raise NotAllMarked(unmarked)
    if rule.points:
        if sum(marks) < (due := rule.points.due(len(marks))):
            raise TooFewPoints(sum(marks), due)
        return
    marked = len(marks) - len(unmarked)
    if not rule.ballot_type.per_item and marked < rule.seats:
        raise TooFewMarks(marked, rule.seats)

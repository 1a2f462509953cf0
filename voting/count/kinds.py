"""The words of the voting measures (票决办法): what a ballot asks, and what else the measures settle. Pure."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class BallotType(StrEnum):
    """What a ballot asks (PROCEDURE.md §3.4 (3), (a) to (f); choosing one, and points, as votes on money have them)."""

    UP_TO = "up_to"
    EXACTLY = "exactly"
    PER_ITEM = "per_item"
    PER_ITEM_UP_TO = "per_item_up_to"
    RANKING = "ranking"
    WHOLE_REPORT = "whole_report"
    GRADES = "grades"
    CHOOSE_ONE = "choose_one"
    POINTS = "points"

    @property
    def per_item(self) -> bool:
        """Knows for, against and abstain, or the grades; no mark is 未按."""
        return self in {
            BallotType.PER_ITEM,
            BallotType.PER_ITEM_UP_TO,
            BallotType.WHOLE_REPORT,
            BallotType.GRADES,
        }

    @property
    def by_rows(self) -> bool:
        """Has a row of several boxes for each item, so that two of one row may be marked."""
        return self.per_item and self is not BallotType.WHOLE_REPORT

    @property
    def limited(self) -> bool:
        """At most N items may be voted for, or ranked; one alone where one is chosen."""
        return self not in {
            BallotType.PER_ITEM,
            BallotType.WHOLE_REPORT,
            BallotType.GRADES,
            BallotType.POINTS,
        }

    @property
    def numbered(self) -> bool:
        """Says a number of each item and no mark: its place, or its points."""
        return self in {BallotType.RANKING, BallotType.POINTS}


class Base(StrEnum):
    """What a floor is a fraction of (PROCEDURE.md §3.4 (6)): 应到, 实到, 收回, 有效."""

    ALL = "all"
    PRESENT = "present"
    RETURNED = "returned"
    VALID = "valid"


class Comparator(StrEnum):
    """过半数 is strictly more than half; 以上 includes the figure itself (PROCEDURE.md §3.4 (11))."""

    MORE_THAN = "gt"
    AT_LEAST = "ge"


class BlankBallot(StrEnum):
    """A ballot without any mark: valid, and abstains on every item, or void (PROCEDURE.md §3.4 (4))."""

    VALID = "valid"
    VOID = "void"


class UnderVote(StrEnum):
    """A ballot with fewer than N marks or places, or a per-item one with an item not marked: valid or void."""

    VALID = "valid"
    VOID = "void"


class DoubleMark(StrEnum):
    """Two marks in the row of one item, which paper alone can have: they void the whole ballot, or that item."""

    BALLOT = "ballot"
    ITEM = "item"


class FirstReading(StrEnum):
    """Who reads the paper ballots first: a person, or a scanner, and a person where that is in doubt.

    It makes no difference to the count.
    """

    PERSON = "person"
    SCANNER = "scanner"


class SecondReading(StrEnum):
    """Who reads the paper ballots again: a second person all of them, or those that a public draw names.

    It makes no difference to the count.
    """

    ALL = "all"
    SAMPLE = "sample"


class Scoring(StrEnum):
    """How a ranking is read: N points for the first place down to 1 for the last, or most first places, then most
    second places, and so on.
    """

    POINTS = "points"
    FIRST_PREFERENCES = "first_preferences"


class TieRule(StrEnum):
    """What follows a tie across the cut (PROCEDURE.md §3.4 (7)); the count itself acts on ADMIT_ALL only."""

    FURTHER_BALLOT = "further_ballot"
    PRESIDIUM = "presidium"
    LOT = "lot"
    ADMIT_ALL = "admit_all"


class ShortfallRule(StrEnum):
    """What follows when fewer than N pass (PROCEDURE.md §3.4 (8)); it makes no difference to the count."""

    FURTHER_ROUND = "further_round"
    STAY_EMPTY = "stay_empty"
    NEXT_SESSION = "next_session"


class Mark(IntEnum):
    """What a ballot says of one item; NONE abstains on an up-to-N ballot, is 未按 on a per-item one.

    On an assessment FOR is 满意, AGAINST 不满意, and BASICALLY is 基本满意; no other ballot knows BASICALLY.

    BOTH are two marks in one row of a ballot on paper, where the rules void that item for it (``DoubleMark.ITEM``):
    it counts for nothing. Nobody can cast it online.

    On a ranking the mark is the place instead: 1 to N, 0 for an item that is not ranked; on a ballot with points it is
    the points that the item is given.
    """

    NONE = 0
    FOR = 1
    AGAINST = 2
    ABSTAIN = 3
    BASICALLY = 4
    BOTH = 5

"""The attendance that a count is held against: who is on the roll, who is present, how many ballots went out. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from voting.count.measures import ImpossibleCount


class ImpossibleAttendance(ImpossibleCount):
    """An attendance that no session can have.

    Codes: ``negative``, ``more_present_than_roll``, ``more_paper_than_issued``.
    """


@dataclass(frozen=True)
class Turnout:
    """应到, 实到, 发出: delegates on the roll, delegates present, ballots issued, on paper among them.

    The count finds 收回. Raises ImpossibleAttendance ``negative``, ``more_present_than_roll`` or
    ``more_paper_than_issued``.
    """

    roll: int
    present: int
    issued: int
    paper_issued: int = 0

    def __post_init__(self) -> None:
        if min(self.roll, self.present, self.issued, self.paper_issued) < 0:
            raise ImpossibleAttendance("negative", "an attendance counts people and ballots")
        if self.present > self.roll:
            raise ImpossibleAttendance("more_present_than_roll", "more delegates present than on the roll")
        if self.paper_issued > self.issued:
            raise ImpossibleAttendance("more_paper_than_issued", "more ballots issued on paper than in all")

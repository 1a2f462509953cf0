"""测评: which grade the answers give a project. Pure: integers only, no Django, no database.

The rule says in comparators what happens at exactly half; a published text may leave that open (PROCEDURE.md §4:
镇海 puts exactly half in two classes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from voting.count.measures import Base, Floor


class Grade(StrEnum):
    """满意, 基本满意, 不满意."""

    SATISFIED = "satisfied"
    BASICALLY = "basically"
    UNSATISFIED = "unsatisfied"


class ImpossibleAnswers(ValueError):
    """More answers than people, or fewer than none."""


@dataclass(frozen=True)
class Answers:
    """How a project was assessed: answers of each kind, and ``void`` ballots among those returned.

    ``members`` are all who could have answered, ``present`` those who were there. Raises ImpossibleAnswers.
    """

    satisfied: int
    basically: int
    unsatisfied: int
    abstained: int
    void: int
    present: int
    members: int

    def __post_init__(self) -> None:
        if min(self.satisfied, self.basically, self.unsatisfied, self.abstained, self.void) < 0:
            raise ImpossibleAnswers("an answer counts people")
        if not self.returned <= self.present <= self.members:
            raise ImpossibleAnswers("more answers than people present, or more present than members")

    @property
    def valid(self) -> int:
        return self.satisfied + self.basically + self.unsatisfied + self.abstained

    @property
    def returned(self) -> int:
        return self.valid + self.void

    @property
    def bases(self) -> dict[Base, int]:
        """Return how many each base has."""
        return {
            Base.ALL: self.members,
            Base.PRESENT: self.present,
            Base.RETURNED: self.returned,
            Base.VALID: self.valid,
        }


@dataclass(frozen=True)
class GradeRule:
    """满意 where the satisfied pass the first floor; 基本满意 where they and the basically satisfied do the second."""

    satisfied: Floor
    basically: Floor


@dataclass(frozen=True)
class Test:
    """One line of the working: that many answers were needed of so many, and so many there were."""

    grade: Grade
    floor: Floor
    answers: int
    size: int

    @property
    def needed(self) -> int:
        return self.floor.least(self.size)

    @property
    def passed(self) -> bool:
        return self.answers >= self.needed


@dataclass(frozen=True)
class FoundGrade:
    """The grade with its working, in the order in which it was found."""

    grade: Grade
    tests: tuple[Test, ...]


def grade(answers: Answers, rule: GradeRule) -> FoundGrade:
    """Return the grade of a project, and how it was found."""
    return grade_of(answers.satisfied, answers.basically, answers.bases, rule)


def grade_of(satisfied: int, basically: int, bases: Mapping[Base, int], rule: GradeRule) -> FoundGrade:
    """Return the grade that so many satisfied and basically satisfied give, and how it was found."""
    first = Test(Grade.SATISFIED, rule.satisfied, satisfied, bases[rule.satisfied.base])
    if first.passed:
        return FoundGrade(Grade.SATISFIED, (first,))
    second = Test(Grade.BASICALLY, rule.basically, satisfied + basically, bases[rule.basically.base])
    return FoundGrade(Grade.BASICALLY if second.passed else Grade.UNSATISFIED, (first, second))

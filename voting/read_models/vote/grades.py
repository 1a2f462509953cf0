"""What a published assessment says of a project: its grade in words, and how the grade was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.count.definition import floor_of
from voting.count.formats.notice import NoticeItem, RoundPart
from voting.count.grading import FoundGrade, Grade, GradeRule, Test, grade_of
from voting.count.measures import Base, Comparator
from voting.labels import GRADES

_SHARES: dict[Comparator, Promise] = {
    Comparator.AT_LEAST: gettext_lazy("at least %(numerator)d/%(denominator)d of %(size)d is %(needed)d"),
    Comparator.MORE_THAN: gettext_lazy("more than %(numerator)d/%(denominator)d of %(size)d is %(needed)d"),
}


def grade_word(grade: str | None) -> str:
    """Return the grade in the reader's language; a void vote gives none."""
    return str(GRADES[grade]) if grade else _("not graded")


def bases_of(part: RoundPart) -> dict[Base, int]:
    """Return what the shares of a published round are measured against."""
    attendance, ballots = part["attendance"], part["ballots"]
    return {
        Base.ALL: attendance["roll"],
        Base.PRESENT: attendance["present"],
        Base.RETURNED: ballots["returned"],
        Base.VALID: ballots["valid"],
    }


def grade_rule_of(settings: Mapping[str, Any]) -> GradeRule:
    """Return the rule of an assessment from its adopted settings."""
    satisfied, both = floor_of(settings, "satisfied"), floor_of(settings, "floor")
    if satisfied is None or both is None:
        raise ValueError("these are not the settings of an assessment")
    return GradeRule(satisfied, both)


def working(item: NoticeItem, part: RoundPart, settings: Mapping[str, Any]) -> list[str]:
    """Say in a line for every test how the grade of a published item was found."""
    return found_lines(grade_of(item["for"], item["basically"], bases_of(part), grade_rule_of(settings)))


def found_lines(graded: FoundGrade) -> list[str]:
    """Say how a grade was found, a line for every test: 14 + 1 = 15 of 29, needed 15."""
    return [_line(test) for test in graded.tests]


def _line(test: Test) -> str:
    floor = test.floor
    words = {
        "numerator": floor.numerator, "denominator": floor.denominator, "size": test.size, "needed": test.needed,
    }  # fmt: skip
    figures = {"answers": test.answers, "share": str(_SHARES[floor.comparator]) % words}
    if test.grade is Grade.SATISFIED:
        met, missed = (
            _("satisfied %(answers)d; %(share)s: reached"),
            _("satisfied %(answers)d; %(share)s: not reached"),
        )
    else:
        met = _("satisfied and basically satisfied %(answers)d; %(share)s: reached")
        missed = _("satisfied and basically satisfied %(answers)d; %(share)s: not reached")
    return (met if test.passed else missed) % figures


def grades_in_short(items: Sequence[NoticeItem]) -> str:
    """Say how many projects got each grade."""
    grades = [item["grade"] for item in items]
    return _("%(satisfied)d satisfied, %(basically)d basically satisfied, %(unsatisfied)d unsatisfied.") % {
        grade.value: grades.count(grade) for grade in Grade
    }

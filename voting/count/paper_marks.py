"""What a person types for one paper ballot, and what it says. Pure: no Django, no database.

``0`` stands for a ballot on which nothing is marked, ``x`` (or 废) for one that cannot be read. Numbers stand apart by
blanks or commas, Chinese or Latin, of any width.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from voting.count.judging import UNREADABLE
from voting.count.measures import BallotType, Mark, Rule

BLANK_WORDS = frozenset({"0", "空", "空白"})
UNREADABLE_WORDS = frozenset({"x", "废", "废票"})
_DIGITS = 5  # of a number on a ballot, at most
_POINTS_DIGITS = 3
_REPORT = {
    **dict.fromkeys(("1", "赞成"), Mark.FOR),
    **dict.fromkeys(("2", "反对"), Mark.AGAINST),
    **dict.fromkeys(("3", "弃权"), Mark.ABSTAIN),
}
#: Stands in a ranking for a place that is given to no project.
NOBODY = "-"
#: What the columns of a ballot's entry stand for; a ballot with one column stands for votes for, or places.
MARKS: dict[BallotType, tuple[Mark, ...]] = {
    BallotType.PER_ITEM: (Mark.FOR, Mark.AGAINST, Mark.ABSTAIN),
    BallotType.PER_ITEM_UP_TO: (Mark.FOR, Mark.AGAINST, Mark.ABSTAIN),
    BallotType.GRADES: (Mark.FOR, Mark.BASICALLY, Mark.AGAINST, Mark.ABSTAIN),
}
_ONE = (Mark.FOR,)


class NotUnderstood(ValueError):
    """What was typed says no ballot.

    ``code`` is ``empty``, ``word``, ``foreign``, ``twice`` (the same mark) or ``both`` (two marks, where the rules void
    the ballot for them, or two places); ``word`` is what it is about.
    """

    def __init__(self, code: str, word: str = "") -> None:
        super().__init__(f"{code}: {word}")
        self.code, self.word = code, word


def columns(ballot_type: BallotType) -> int:
    """Return into how many fields a ballot is typed: one for each mark that a per-item one knows."""
    return len(MARKS.get(ballot_type, _ONE))


def read(typed: Sequence[str], *, rule: Rule, numbers: Sequence[int]) -> tuple[int, ...]:
    """Return the marks that the fields of one ballot say, one for each number, or UNREADABLE.

    Too many marks are read as they stand: the count judges them void. On a ranking the numbers come in the order of
    priority, with ``=`` between two that were given the same place and ``-`` for a place that was given to none
    (``7 3=5 - 1``: 3 and 5 are both second, 1 is fourth); points stand behind a colon (``7:3 5:1``). A number in two
    fields has two marks in its row (``Mark.BOTH``), where the rules void the item alone for it. Raises NotUnderstood.
    """
    ballot_type = rule.ballot_type
    fields = [_words(text) for text in typed]
    first = fields[0] if fields else []
    others = any(fields[1:])
    if not first and not others:
        raise NotUnderstood("empty")
    if len(first) == 1 and not others and first[0] in UNREADABLE_WORDS:
        return UNREADABLE
    if len(first) == 1 and not others and first[0] in BLANK_WORDS:
        return (0,) * len(numbers)
    if ballot_type is BallotType.WHOLE_REPORT:
        return _report(first, len(numbers))
    if ballot_type is BallotType.RANKING:
        return _ranking(first, numbers)
    if ballot_type is BallotType.POINTS:
        return _points(first, numbers)
    mark_of: dict[int, int] = {}
    for mark, words in zip(MARKS.get(ballot_type, _ONE), fields, strict=False):
        for number in _column(words, int(mark), numbers):
            if number in mark_of and not rule.voids_items:
                raise NotUnderstood("both", str(number))
            mark_of[number] = Mark.BOTH if number in mark_of else int(mark)
    return tuple(mark_of.get(number, 0) for number in numbers)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).lower()
    return [word for word in re.split(r"[\s,;、；。.]+", plain) if word]


def _report(words: list[str], items: int) -> tuple[int, ...]:
    if len(words) != 1 or words[0] not in _REPORT:
        raise NotUnderstood("word", " ".join(words))
    return (int(_REPORT[words[0]]),) * items


def _ranking(words: list[str], numbers: Sequence[int]) -> tuple[int, ...]:
    marks: dict[int, int] = {}
    for place, word in enumerate(words, start=1):
        for part in [] if word == NOBODY else word.split("="):
            _give(part, place, numbers, marks)
    return tuple(marks.get(number, 0) for number in numbers)


def _points(words: list[str], numbers: Sequence[int]) -> tuple[int, ...]:
    points: dict[int, int] = {}
    for word in words:
        number, colon, digits = word.partition(":")
        if not colon or not digits.isascii() or not digits.isdigit() or len(digits) > _POINTS_DIGITS:
            raise NotUnderstood("word", word[:20])
        _give(number, int(digits), numbers, points)
    return tuple(points.get(number, 0) for number in numbers)


def _column(words: list[str], mark: int, numbers: Sequence[int]) -> dict[int, int]:
    marks: dict[int, int] = {}
    for word in words:
        _give(word, mark, numbers, marks)
    return marks


def _give(word: str, mark: int, numbers: Sequence[int], marks: dict[int, int]) -> None:
    if not word.isascii() or not word.isdigit() or len(word) > _DIGITS:
        raise NotUnderstood("word", word[:20])
    number = int(word)
    if number not in numbers:
        raise NotUnderstood("foreign", word)
    if number in marks:
        raise NotUnderstood("twice" if marks[number] == mark else "both", word)
    marks[number] = mark


def boxes(mark: int, ballot_type: BallotType) -> tuple[int, ...]:
    """Return the marks of a row that stand for this one: of two at once the first two."""
    return MARKS[ballot_type][:2] if ballot_type.by_rows and mark == Mark.BOTH else (mark,)


def as_typed(marks: Sequence[int], rule: Rule) -> tuple[int, ...]:
    """Return marks that a machine read as a person would type them under this rule.

    Two marks in a row (``Mark.BOTH``) stay where the rule voids the item for them; else nothing can be read.
    """
    torn = rule.ballot_type.by_rows and Mark.BOTH in marks and not rule.voids_items
    return UNREADABLE if torn else tuple(marks)


def write(marks: Sequence[int], *, ballot_type: BallotType, numbers: Sequence[int]) -> list[str]:
    """Return the fields that ``read`` gives these marks back from."""
    width = columns(ballot_type)
    if not marks:
        return ["x", *[""] * (width - 1)]
    if not any(marks):
        return ["0", *[""] * (width - 1)]
    if ballot_type is BallotType.WHOLE_REPORT:
        return [str(int(marks[0]))]
    if ballot_type is BallotType.POINTS:
        return [" ".join(f"{number}:{mark}" for number, mark in zip(numbers, marks, strict=True) if mark)]
    by_mark: dict[int, list[str]] = {}
    for number, mark in zip(numbers, marks, strict=True):
        for each in boxes(mark, ballot_type):
            by_mark.setdefault(each, []).append(str(number))
    if ballot_type is BallotType.RANKING:
        places = range(1, max(by_mark) + 1)
        return [" ".join("=".join(by_mark.get(place, [NOBODY])) for place in places)]
    return [" ".join(by_mark.get(mark, [])) for mark in MARKS.get(ballot_type, _ONE)]

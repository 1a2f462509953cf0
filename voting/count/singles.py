"""The single ballots that equal shares are counted from: what each approves, sorted, and how many say the same. Pure.

They are published with the result, because without them nobody could count it again: no moment, no channel and no
person stands beside them, and a void or blank ballot is not among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Dict, List, Tuple  # noqa: UP035 the one file runs on 3.8

from voting.count.canonical import canonical_json, sha256_hex
from voting.count.judging import Validity, judge
from voting.count.measures import ImpossibleRule, Mark, Rule
from voting.count.totals import CountMismatch, Totals

#: What ballots approve, by official numbers in ballot order, with the number of such ballots.
Approvals = Dict[Tuple[int, ...], int]  # noqa: UP006
#: The same as it is published: sorted, each combination once.
SingleRow = Tuple[List[int], int]  # noqa: UP006


def approvals(
    rule: Rule, numbers: Sequence[int], ballots: Iterable[tuple[Sequence[int], int, bool]]
) -> Approvals:
    """Return what the valid ballots approve that mark anything; of each its marks, how many it stands for, on paper."""
    approved: Counter[tuple[int, ...]] = Counter()
    for marks, times, on_paper in ballots:
        if judge(tuple(marks), rule, items=len(numbers), on_paper=on_paper).validity is Validity.VALID:
            approved[tuple(number for number, mark in zip(numbers, marks) if mark == Mark.FOR)] += times  # noqa: B905
    return {row: approved[row] for row in sorted(approved)}


def single_rows(approved: Approvals) -> list[SingleRow]:
    """Return the approvals as they are published."""
    return [(list(row), approved[row]) for row in sorted(approved)]


def singles_digest(rows: Sequence[SingleRow]) -> str:
    """Return the one hash over the published rows."""
    return sha256_hex(canonical_json([[list(row), times] for row, times in rows]))


def require_singles(rule: Rule, totals: Totals, approved: Mapping[tuple[int, ...], int] | None) -> None:
    """Hold the single ballots against the totals, where the rule is counted from them.

    Raises ImpossibleRule ``singles`` where they are missing, or are there for another rule, CountMismatch where they
    are not those of the totals.
    """
    if (approved is None) is rule.by_ballot:
        raise ImpossibleRule("singles", "single ballots and equal shares belong together")
    if approved is None:
        return
    counted: Counter[int] = Counter()
    for row, times in approved.items():
        if times < 1 or not 0 < len(row) <= rule.seats or len(set(row)) != len(row):
            raise CountMismatch(None, expected=rule.seats, actual=len(row))
        for number in row:
            counted[number] += times
    if (marked := sum(approved.values())) != totals.valid - totals.blank:
        raise CountMismatch(None, expected=totals.valid - totals.blank, actual=marked)
    for item in totals.items:
        if counted.pop(item.number, 0) != item.for_:
            raise CountMismatch(item.number, expected=item.for_, actual=counted[item.number])
    if counted:
        raise CountMismatch(min(counted), expected=0, actual=counted[min(counted)])

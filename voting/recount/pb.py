"""Recount a .pb file of pabulib: the votes of every project, the file's own columns, and what its rule funds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from voting.recount.pb_figures import in_digits, read_amount
from voting.recount.pb_file import (
    NAMING,
    TWICE,
    NotPabulib,
    PbCount,
    PbFile,
    Points,
    begin,
    count_approvals,
    count_votes,
    points_of,
    votes_of,
)
from voting.recount.pb_rules import SHARES, PbMoney, apply_rule, in_or_not, money_of, sentence_on, why_no_rule
from voting.recount.report import Report, Unreadable

FORMAT = "pabulib"
SHOWN = 20  # voters that are named
#: The columns and keys that this program reads; one that is nearly one of them is likely misspelt.
_READ = {
    "META": (
        "num_projects", "num_votes", "budget", "vote_type", "rule", "min_length", "max_length", "min_sum_cost",
        "max_sum_cost", "min_sum_points", "max_sum_points", "min_points", "max_points",
        "min_project_score_threshold",
    ),
    "PROJECTS": ("project_id", "cost", "votes", "score", "selected"),
    "VOTES": ("voter_id", "vote", "points"),
}  # fmt: skip
#: Known, and no misspelling of another.
_OTHERS = frozenset(
    {"min_project_cost", "max_project_cost", "min_length_per_category", "max_length_per_category"}
    | {"min_sum_cost_per_category", "max_sum_cost_per_category", "default_score"}
)
_NEAR = 0.8


class PbReport(Report):
    """The report on an election with money. Its verdict is on what was funded; figures that differ are notes."""

    def __init__(self) -> None:
        super().__init__(FORMAT)
        self.answer: dict[str, Any] = {}
        self.notes: list[str] = []
        #: Why each project is in or out.
        self.reasons: dict[str, str] = {}

    @property
    def verdict(self) -> bool | None:
        agrees: bool | None = self.answer["agrees"]
        return agrees

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), **self.answer, "notes": self.notes, "reasons": self.reasons}


def recount(lines: Callable[[], Iterable[str]]) -> PbReport:
    """Return the report on a .pb file, whose lines can be gone through more than once. Raises Unreadable."""
    try:
        return _recount(lines)
    except NotPabulib as error:
        raise Unreadable(str(error)) from error


def _recount(lines: Callable[[], Iterable[str]]) -> PbReport:
    votes = iter(lines())
    file = begin(votes)
    if "cost" not in file.columns["PROJECTS"]:
        raise Unreadable(
            f"PROJECTS has no column 'cost'; its columns are: {', '.join(file.columns['PROJECTS'])}"
        )
    report = PbReport()
    _misspelt(file, report)
    money = money_of(file, report.note)
    costs = money.costs if {"min_sum_cost", "max_sum_cost"} & set(file.meta) and not money.why_not else None
    count, whole = None, file.meta.get("rule") in SHARES
    if file.approves and not whole:
        count = count_approvals(file, votes, costs=costs)
        if count is None:  # a name is that of no project: all votes are looked into
            votes = iter(lines())
            begin(votes)
    if count is None:
        count = count_votes(file, votes, whole=whole, costs=costs)
    repeated = _odd_votes(count, lines, report)
    _figures(count, report)
    _limits(count, money, report)
    by_points = not file.approves
    report.result = {
        "vote_type": file.vote_type,
        **({"voters_who_name_a_project_twice": repeated} if repeated else {}),
        "votes": count.support,
        **({"scores": {name: _plain(score) for name, score in count.scores.items()}} if by_points else {}),
    }
    _decide(count, money, report)
    return report


def _plain(value: Points) -> int | str:
    """Return a number as JSON has it exactly: whole, or as text."""
    value = Fraction(value)
    return value.numerator if value.denominator == 1 else in_digits(value)


def _misspelt(file: PbFile, report: PbReport) -> None:
    """Note columns and keys that are nearly those that this program reads, where these are missing."""
    for section, names in [("META", list(file.meta)), *file.columns.items()]:
        for name in names:
            missing = [known for known in _READ[section] if known not in names]
            if name not in _READ[section] and name not in _OTHERS:
                for near in get_close_matches(name.lower(), missing, n=1, cutoff=_NEAR):
                    report.note(
                        f"{section} has {name!r}, which is not read; is it {near!r}, which is missing?"
                    )
    for key in file.repeated_keys:
        report.note(f"META says {key!r} more than once; the last is taken")


def _odd_votes(count: PbCount, lines: Callable[[], Iterable[str]], report: PbReport) -> list[str]:
    """Note the votes in which something is wrong; return the voters who name a project twice."""
    voters: dict[str, list[str]] = {}
    if count.odd:
        odd = {why: frozenset(keys) for why, keys in count.odd.items()}
        votes = iter(lines())
        for voter, key in votes_of(votes, begin(votes)):
            for why in (why for why, keys in odd.items() if key in keys):
                voters.setdefault(why, []).append(voter)
    for why, names in voters.items():
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        report.note(f"votes that {why}: {len(names)}, of {', '.join(names[:SHOWN])}{more}")
    for name, times in count.unknown.most_common(SHOWN):
        report.note(f"{name} is no project of the file; votes that name it: {times}")
    return voters.get(TWICE, [])


def _figures(count: PbCount, report: PbReport) -> None:
    """Hold the file's own figures against what was counted; each that differs is a note too."""
    file = count.file
    for name, counted in [("num_projects", len(file.projects)), ("num_votes", count.votes)]:
        if name in file.meta:
            _figure(report, name, counted, file.meta[name])
    for row in file.projects:
        name = row["project_id"]
        counted_by: list[tuple[str, Points]] = [("votes", count.support[name]), ("score", count.scores[name])]
        for column, figure in counted_by:
            if row.get(column):
                _figure(report, f"{column} of {name}", figure, row[column])


def _figure(report: PbReport, name: str, counted: Points, text: str) -> None:
    shown = in_digits(Fraction(counted))
    same = points_of(text) == counted
    report.check(name, found=shown, said=shown if same else text)
    if not same:
        report.note(f"{name}: the file says {text}, counted are {shown}")


def _limits(count: PbCount, money: PbMoney, report: PbReport) -> None:
    """Note how many votes are shorter, longer, dearer or of other sums than META allows."""
    file = count.file
    if file.vote_type == "choose-1" and (other := count.votes - count.lengths[1]):
        report.note(f"votes that do not name exactly one project: {other}")
    costs: dict[Points, int] = {Fraction(cost, money.unit): times for cost, times in count.costs.items()}
    sums: Sequence[tuple[str, dict[Any, int]]] = [
        ("length", count.lengths), ("sum_cost", costs), ("sum_points", count.points),
    ]  # fmt: skip
    for part, figures in sums:
        for side in ("min", "max"):
            key = f"{side}_{part}"
            if not file.meta.get(key) or (part == "sum_points" and file.vote_type in NAMING):
                continue
            limit = read_amount(file.meta[key])
            if limit.odd:
                report.note(f"{key}: {limit.odd}")
            if limit.value is None:
                continue
            beyond = sum(
                times
                for figure, times in figures.items()
                if (figure < limit.value if side == "min" else figure > limit.value)
            )
            if beyond:
                report.note(f"votes {'below' if side == 'min' else 'above'} {key} {file.meta[key]}: {beyond}")


def _decide(count: PbCount, money: PbMoney, report: PbReport) -> None:
    """Apply the rule of the file and hold what it funds against what the file says was funded."""
    file = count.file
    ids = [row["project_id"] for row in file.projects]
    selected = _selected(file, report)
    why_not = why_no_rule(file) or money.why_not
    budget = read_amount(file.meta.get("budget", "")).value
    answer: dict[str, Any] = {
        "rule": file.meta.get("rule"),
        "budget": None if budget is None else _plain(budget),
        "spent": None,
        "winners": None,
        "file_says": None if selected is None else [name for name in ids if name in selected],
        "agrees": None,
    }
    report.answer = answer
    if why_not:
        report.note(f"no verdict: {why_not}")
        return
    funding = apply_rule(count, money, selected=selected, note=report.note)
    for sentence in in_or_not(funding):
        report.note(sentence)
    winners = set(funding.winners)
    answer["spent"] = _plain(Fraction(funding.spent, money.unit))
    answer["winners"] = [name for name in ids if name in winners]
    reasons = {line.project: sentence_on(line, money) for line in funding.lines}
    report.reasons = reasons
    if selected is None:
        report.note("no verdict: PROJECTS has no column 'selected'")
        return
    answer["agrees"] = winners == selected and not funding.tied
    if not answer["agrees"] and _by_its_own_figures(count, money, selected):
        report.note(
            "by the figures that the file itself states, its rule funds what the file says; its votes do not"
        )
    for name in ids:
        if (name in winners) is not (name in selected):
            way = (
                "the rule funds, and the file does not"
                if name in winners
                else "the file funds, and the rule does not"
            )
            report.note(f"{name}: {way} ({reasons.get(name, 'withdrawn')})")


def _by_its_own_figures(count: PbCount, money: PbMoney, selected: frozenset[str]) -> bool:
    """Tell whether the rule funds what the file says by the figures in its own column, instead of those counted."""
    file = count.file
    column = "votes" if file.approves else "score"
    figures = {row["project_id"]: points_of(row.get(column, "")) for row in file.projects}
    if file.meta["rule"] in SHARES or None in figures.values():
        return False
    own = PbCount(file, scores={name: figure or 0 for name, figure in figures.items()})
    funding = apply_rule(own, money, selected=selected, note=lambda _sentence: None)
    return set(funding.winners) == selected and not funding.tied


def _selected(file: PbFile, report: PbReport) -> frozenset[str] | None:
    """Return the projects that the file says were funded under its rule; None where it says nothing of it."""
    if "selected" not in file.columns["PROJECTS"]:
        return None
    marks = {row["project_id"]: row.get("selected", "") for row in file.projects}
    if not any(marks.values()):
        return None
    for name, mark in marks.items():
        if read_amount(mark).value not in {0, 1}:
            report.note(f"selected of {name} is {mark!r}; only 1 is taken as funded under the rule")
    return frozenset(name for name, mark in marks.items() if read_amount(mark).value == 1)

"""Read a .pb file line by line: META and PROJECTS as they stand, the votes added up by what they say. Pure.

A city's file has 100 000 votes and more. Votes that say the same are counted together, and looked into once; no line is
kept. What is wrong with votes is noted, and nothing is refused that can be read: a project that stands twice in a vote
counts once, one that the file does not have does not count.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, islice
from typing import Union

from voting.recount.pb_figures import read_amount

SECTIONS = ("META", "PROJECTS", "VOTES")
Points = Union[int, Fraction]  # noqa: UP007 the one file runs on 3.8
MOST_DIGITS = 18
#: So many lines are taken at once.
_CHUNK = 1000
#: What each section cannot do without.
COLUMNS = {"META": ("key", "value"), "PROJECTS": ("project_id",), "VOTES": ("voter_id", "vote")}
#: Vote types whose votes name projects; the others give them points of their own.
NAMING = frozenset({"approval", "ordinal", "choose-1"})


class NotPabulib(ValueError):
    """The text is no .pb file; the message says where and why."""


@dataclass
class PbFile:
    """A .pb file before its votes: META, the columns of each section, the rows of PROJECTS by their columns."""

    meta: dict[str, str] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    projects: list[dict[str, str]] = field(default_factory=list)
    repeated_keys: list[str] = field(default_factory=list)

    @property
    def vote_type(self) -> str:
        return self.meta.get("vote_type", "")

    @property
    def approves(self) -> bool:
        """A vote approves of what it names, and no more."""
        return self.vote_type in {"approval", "choose-1"}

    @property
    def has_points(self) -> bool:
        return "points" in self.columns["VOTES"] and self.vote_type not in NAMING

    @property
    def longest(self) -> int:
        """How many projects a vote may name: ``max_length``, else all of them."""
        text = self.meta.get("max_length", "")
        return int(text) if re.fullmatch(r"0*[1-9][0-9]{0,8}", text) else len(self.projects)


def begin(lines: Iterator[str]) -> PbFile:
    """Read META and PROJECTS, and leave the lines at the first vote. Raises NotPabulib."""
    file = PbFile()
    try:
        _read(csv.reader(lines, delimiter=";"), file)
    except csv.Error as error:
        raise NotPabulib(str(error)) from error
    for name in SECTIONS:
        if name not in file.columns:
            raise NotPabulib(f"there is no section {name}")
    ids = [row.get("project_id", "") for row in file.projects]
    if len(set(ids)) != len(ids) or "" in ids:
        raise NotPabulib("a project has no project_id, or one that another has too")
    if file.vote_type == "cumulative" and not file.has_points:
        _require_columns("VOTES", file.columns["VOTES"], ("points",))
    return file


def _read(reader: Iterator[list[str]], file: PbFile) -> None:
    section, header = "", [""]
    for row in reader:
        if not any(row):
            continue
        if name := section_of(row):
            section = name
            file.columns[name] = header = [cell.strip() for cell in next(reader, [])]
            _require_columns(name, header, COLUMNS[name])
            if name == "VOTES":
                return
        elif not section:
            raise NotPabulib("the file does not begin with META")
        else:
            cells = dict(zip(header, map(str.strip, row), strict=False))
            if section == "PROJECTS":
                file.projects.append(cells)
            else:
                key = cells.get("key", "")
                if key in file.meta:
                    file.repeated_keys.append(key)
                file.meta[key] = cells.get("value", "")


def section_of(row: Sequence[str]) -> str:
    """Return the section that the row opens, or nothing."""
    name = row[0].strip("\ufeff \t") if row else ""
    return name if name in COLUMNS and not any(row[1:]) else ""


def _require_columns(section: str, header: Sequence[str], wanted: Sequence[str]) -> None:
    """Raise NotPabulib where a column is missing or misspelt: every vote would be blank, and nothing would say so."""
    for column in wanted:
        if column not in header:
            raise NotPabulib(
                f"{section} has no column {column!r}; its columns are: {', '.join(header) or 'none'}"
            )


def _says(row: Sequence[str], file: PbFile) -> str:
    cells = dict(zip(file.columns["VOTES"], row, strict=False))
    vote = cells.get("vote", "")
    return f"{vote};{cells.get('points', '')}" if file.has_points else vote


def votes_of(lines: Iterator[str], file: PbFile) -> Iterator[tuple[str, str]]:
    """Yield, from the first vote on, every voter with what the vote says. Raises NotPabulib."""
    voter_at = file.columns["VOTES"].index("voter_id")
    try:
        for row in csv.reader(lines, delimiter=";"):
            if name := section_of(row):
                raise NotPabulib(f"{name} stands after VOTES, which is the last section")
            if any(row):
                yield (row[voter_at].strip() if voter_at < len(row) else ""), _says(row, file)
    except csv.Error as error:
        raise NotPabulib(str(error)) from error


@dataclass
class PbCount:
    """The votes of a file, counted: by how many each project is named, its score, and which votes are odd, and why."""

    file: PbFile
    votes: int = 0
    support: dict[str, int] = field(default_factory=dict)
    scores: dict[str, Points] = field(default_factory=dict)
    #: The oddity, and what the votes say that have it.
    odd: dict[str, list[str]] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    #: For the lengths and sums: how many votes name so many projects, give so many points, cost so much.
    lengths: Counter[int] = field(default_factory=Counter)
    points: Counter[Points] = field(default_factory=Counter)
    costs: Counter[int] = field(default_factory=Counter)
    #: The projects of the ballots, each named once, with their number; only where the rule looks at whole ballots.
    ballots: Counter[tuple[str, ...]] = field(default_factory=Counter)


TWICE = "name a project more than once; it counts once"
UNKNOWN = "name a project that the file does not have; it does not count"
MISFIT = "do not give each project its points; what is missing counts as none"


def count_votes(
    file: PbFile, lines: Iterator[str], *, whole: bool = False, costs: Mapping[str, int] | None = None
) -> PbCount:
    """Count the votes, beginning with the first; with ``whole`` keep the ballots, with ``costs`` what each costs.

    Votes that say the same are counted together, and looked into once. Raises NotPabulib.
    """
    count = PbCount(file, support=dict.fromkeys((row["project_id"] for row in file.projects), 0))
    count.scores = dict(count.support)
    says: Counter[str] = Counter()
    for _voter, key in votes_of(lines, file):
        says[key] += 1
    for key, times in says.items():
        _count_one(key, times, count, whole=whole, costs=costs)
    if file.approves:
        count.scores = dict(count.support)
    return count


def _count_one(
    key: str, times: int, count: PbCount, *, whole: bool = False, costs: Mapping[str, int] | None
) -> None:
    named, points = look_into(key, count, count.support, times)
    count.votes += times
    for name, score in zip(named, points, strict=False):
        count.support[name] += times
        count.scores[name] += score * times
    count.lengths[len(named)] += times
    count.points[sum(points)] += times
    if costs is not None:
        count.costs[sum(costs.get(name, 0) for name in named)] += times
    if whole:
        count.ballots[named] += times


def count_approvals(
    file: PbFile, lines: Iterator[str], *, costs: Mapping[str, int] | None = None
) -> PbCount | None:
    """Count votes that approve, as ``count_votes`` does, in the one loop that a city's file spends its time in.

    A line without quotes is what lies between its semicolons. Returns None where a name is that of no project: then
    all votes have to be looked into. Raises NotPabulib.
    """
    count = PbCount(file, support=dict.fromkeys((row["project_id"] for row in file.projects), 0))
    at, last = file.columns["VOTES"].index("vote"), file.columns["VOTES"][-1] == "vote"
    lengths: Counter[int] = Counter()
    named: Counter[str] = Counter()
    odd: list[str] = []
    lines = map(str.rstrip, lines) if last else lines
    while chunk := list(islice(lines, _CHUNK)):
        votes = _plain_votes(chunk, at, most=1 + len(count.support))
        if votes is None:
            votes = []
            rest = iter(chunk)
            for line in rest:
                if one := _plain_votes([line], at, most=1 + len(count.support)):
                    votes += one
                else:
                    more = chain(rest, lines) if '"' in line else ()
                    odd += [key for _voter, key in islice(votes_of(chain([line], more), file), 1)]
        lengths.update(map(len, votes))
        named.update(chain.from_iterable(votes))
        if costs is not None:
            count.costs.update(sum(costs.get(name, 0) for name in names) for names in votes)
    if not count.support.keys() >= named.keys():
        return None
    count.votes = sum(lengths.values())
    count.lengths.update(lengths)
    count.support.update(named)
    count.scores = dict(count.support)
    for key, times in Counter(odd).items():
        _count_one(key, times, count, costs=costs)
    count.scores = dict(count.support)
    return count


def _plain_votes(lines: Sequence[str], at: int, *, most: int) -> list[list[str]] | None:
    """Return the names on each of these lines; None where one has a quote, no such cell, or a name twice.

    None, too, where a line names more than ``most``: of a thousand lines all steps but one are taken in C.
    """
    if '"' in "".join(lines):
        return None
    try:
        votes = [line.split(";", at + 1)[at].split(",") for line in lines]
    except IndexError:
        return None
    lengths = list(map(len, votes))
    return votes if max(lengths) <= most and lengths == list(map(len, map(set, votes))) else None


def look_into(
    key: str, count: PbCount, known: Mapping[str, int], times: int = 1
) -> tuple[tuple[str, ...], list[Points]]:
    """Return the projects of a vote, each once, and the points that it gives them; note what is odd."""
    cell, _semicolon, pointed = key.partition(";") if count.file.has_points else (key, "", "")
    listed = [part for part in map(str.strip, cell.split(",")) if part]
    values: list[Points] = list(range(count.file.longest, 0, -1))
    odd: set[str] = set()
    if count.file.has_points:
        amounts = [points_of(text) for text in pointed.split(",")] if pointed.strip() else []
        values = [amount or 0 for amount in amounts]
        if None in amounts or len(values) != len(listed):
            odd.add(MISFIT)
    named: dict[str, Points] = {}
    gone = 0
    for place, name in enumerate(listed):
        if name in named:
            odd.add(TWICE)
            gone += not count.file.has_points  # a rank moves up; points stay beside their project
        elif name in known:
            named[name] = values[place - gone] if place - gone < len(values) else 0
        else:
            odd.add(UNKNOWN)
            count.unknown[name] += times
    for why in odd:
        count.odd.setdefault(why, []).append(key)
    return tuple(named), list(named.values())


def points_of(text: str) -> Points | None:
    """Return the points of a cell, which may be negative; None where they are no number."""
    text = text.strip()
    sign = -1 if text[:1] == "-" else 1
    digits = text[1:] if sign < 0 else text
    if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS:
        return sign * int(digits)
    value = read_amount(digits).value
    return None if value is None else sign * value

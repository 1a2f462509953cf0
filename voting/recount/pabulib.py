"""The pabulib format (.pb, pabulib.org): read it, write it, add its votes up. Pure: no Django, no database.

A file has three sections, META, PROJECTS and VOTES, each a CSV with semicolons and a header line.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SECTIONS = ("META", "PROJECTS", "VOTES")
#: What each section cannot do without.
COLUMNS = {"META": ("key", "value"), "PROJECTS": ("project_id",), "VOTES": ("voter_id", "vote")}
#: Vote types whose votes name projects; the others give them points of their own.
NAMING = frozenset({"approval", "ordinal", "choose-1"})


class NotPabulib(ValueError):
    """The text is no .pb file; the message says where and why."""


@dataclass(frozen=True)
class PabulibProject:
    """One line of PROJECTS, with every column as it stands."""

    id: str
    row: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.row.get("name", self.id)

    @property
    def selected(self) -> bool:
        return self.row.get("selected", "0") not in {"0", ""}


@dataclass(frozen=True)
class Vote:
    """One line of VOTES: the projects it names in their order, and its points where it gives any."""

    voter: str
    projects: tuple[str, ...]
    points: tuple[int, ...] = ()


@dataclass(frozen=True)
class Election:
    """A .pb file."""

    meta: Mapping[str, str]
    projects: tuple[PabulibProject, ...]
    votes: tuple[Vote, ...] = field(repr=False)
    #: The voters of votes that name a project more than once; it counts once, where it stands first.
    repeated: tuple[str, ...] = ()

    @property
    def vote_type(self) -> str:
        return self.meta.get("vote_type", "")

    @property
    def longest(self) -> int:
        """How many projects a vote may name: ``max_length``, else all of them."""
        text = self.meta.get("max_length", "")
        return int(text) if re.fullmatch(r"0*[1-9][0-9]{0,8}", text) else len(self.projects)

    def support(self) -> dict[str, int]:
        """Return, project by project, how many votes name it."""
        named = Counter(project for vote in self.votes for project in set(vote.projects))
        return {project.id: named[project.id] for project in self.projects}

    def scores(self) -> dict[str, int]:
        """Return, project by project, its score: points given, or points by place on an ordinal ballot.

        On an ordinal ballot the first place of ``max_length`` gives that many points, each next one point less.
        """
        score: Counter[str] = Counter()
        for vote in self.votes:
            given = vote.points or tuple(range(self.longest, self.longest - len(vote.projects), -1))
            if self.vote_type in {"approval", "choose-1"}:
                given = (1,) * len(vote.projects)
            for project, points in zip(vote.projects, given, strict=False):
                score[project] += points
        return {project.id: score[project.id] for project in self.projects}


def read(text: str) -> Election:
    """Return the election of a .pb file. Raises NotPabulib."""
    sections = {}
    for name, lines in _sections(text).items():
        header, sections[name] = _rows(lines)
        _require_columns(name, header)
    for name in SECTIONS:
        if name not in sections:
            raise NotPabulib(f"there is no section {name}")
    meta = {row.get("key", ""): row.get("value", "") for row in sections["META"]}
    projects = tuple(PabulibProject(row.get("project_id", ""), row) for row in sections["PROJECTS"])
    known = {project.id for project in projects}
    if len(known) != len(projects) or "" in known:
        raise NotPabulib("a project has no project_id, or one that another has too")
    votes = [_vote(row, known) for row in sections["VOTES"]]
    repeated = tuple(vote.voter for vote, is_repeated in votes if is_repeated)
    return Election(meta, projects, tuple(vote for vote, _is_repeated in votes), repeated)


def _require_columns(section: str, header: Sequence[str]) -> None:
    """Raise NotPabulib where a column is missing or misspelt: every vote would be blank, and nothing would say so."""
    for wanted in COLUMNS[section]:
        if wanted not in header:
            raise NotPabulib(
                f"{section} has no column {wanted!r}; its columns are: {', '.join(header) or 'none'}"
            )


def _sections(text: str) -> dict[str, list[str]]:
    lines: dict[str, list[str]] = {}
    section = ""
    for line in re.split(r"\r\n|\n|\r", text.lstrip("\ufeff")):
        if line.strip().strip(";") in SECTIONS:
            section = line.strip().strip(";")
            lines[section] = []
        elif section and line.strip():
            lines[section].append(line)
        elif line.strip():
            raise NotPabulib("the file does not begin with META")
    return lines


def _rows(lines: Sequence[str]) -> tuple[list[str], list[dict[str, str]]]:
    """Return the header of a section and its rows. Raises NotPabulib."""
    try:
        reader = csv.reader(lines, delimiter=";")
        header = [cell.strip() for cell in next(reader, [])]
        return header, [dict(zip(header, map(str.strip, row), strict=False)) for row in reader]
    except csv.Error as error:
        raise NotPabulib(str(error)) from error


def _vote(row: Mapping[str, str], known: set[str]) -> tuple[Vote, bool]:
    """Return a vote, and whether it names a project more than once.

    A vote of pabulib is a set of projects, or an order of them; a project counts once, where it stands first. The
    checker of pabulib names such a vote and goes on, and so do we: one vote of 100 000 is no reason to refuse them all.
    """
    voter = row.get("voter_id", "")
    projects = tuple(part.strip() for part in row.get("vote", "").split(",") if part.strip())
    if foreign := [project for project in projects if project not in known]:
        raise NotPabulib(f"vote {voter} names {foreign[0]}, which is no project of the file")
    points = tuple(part.strip() for part in row.get("points", "").split(",") if part.strip())
    if any(not re.fullmatch(r"-?[0-9]{1,18}", part) for part in points) or (
        points and len(points) != len(projects)
    ):
        raise NotPabulib(f"vote {voter} has points that do not belong to its projects")
    firsts = list(dict.fromkeys(projects))
    kept = [projects.index(project) for project in firsts]
    vote = Vote(voter, tuple(firsts), tuple(int(points[place]) for place in kept) if points else ())
    return vote, len(firsts) < len(projects)


def write(election: Election) -> str:
    """Return the text of a .pb file; ``read`` gives an equal election back."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerows([["META"], ["key", "value"], *election.meta.items()])
    columns = list(dict.fromkeys(name for project in election.projects for name in project.row))
    writer.writerows([["PROJECTS"], columns])
    writer.writerows([project.row.get(name, "") for name in columns] for project in election.projects)
    pointed = any(vote.points for vote in election.votes)
    writer.writerows([["VOTES"], ["voter_id", "vote", *(["points"] if pointed else [])]])
    for vote in election.votes:
        points = [",".join(str(point) for point in vote.points)] if pointed else []
        writer.writerow([vote.voter, ",".join(vote.projects), *points])
    return out.getvalue()

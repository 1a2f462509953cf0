"""The pabulib format (.pb, pabulib.org): read it, write it, add its votes up. Pure: no Django, no database.

A file has three sections, META, PROJECTS and VOTES, each a CSV with semicolons and a header line.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

SECTIONS = ("META", "PROJECTS", "VOTES")
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
    sections = {name: list(rows) for name, rows in _sections(text)}
    for name in SECTIONS:
        if name not in sections:
            raise NotPabulib(f"there is no section {name}")
    meta = {row.get("key", ""): row.get("value", "") for row in sections["META"]}
    projects = tuple(PabulibProject(row.get("project_id", ""), row) for row in sections["PROJECTS"])
    known = {project.id for project in projects}
    if len(known) != len(projects) or "" in known:
        raise NotPabulib("a project has no project_id, or one that another has too")
    return Election(meta, projects, tuple(_vote(row, known) for row in sections["VOTES"]))


def _sections(text: str) -> Iterator[tuple[str, Iterator[dict[str, str]]]]:
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
    for name, its in lines.items():
        yield name, _rows(its)


def _rows(lines: Sequence[str]) -> Iterator[dict[str, str]]:
    try:
        reader = csv.reader(lines, delimiter=";")
        header = [cell.strip() for cell in next(reader, [])]
        for row in reader:
            yield dict(zip(header, (cell.strip() for cell in row), strict=False))
    except csv.Error as error:
        raise NotPabulib(str(error)) from error


def _vote(row: Mapping[str, str], known: set[str]) -> Vote:
    voter = row.get("voter_id", "")
    projects = tuple(part.strip() for part in row.get("vote", "").split(",") if part.strip())
    if foreign := [project for project in projects if project not in known]:
        raise NotPabulib(f"vote {voter} names {foreign[0]}, which is no project of the file")
    if len(set(projects)) != len(projects):
        raise NotPabulib(f"vote {voter} names a project twice")
    points = tuple(part.strip() for part in row.get("points", "").split(",") if part.strip())
    if any(not re.fullmatch(r"-?[0-9]{1,18}", part) for part in points) or (
        points and len(points) != len(projects)
    ):
        raise NotPabulib(f"vote {voter} has points that do not belong to its projects")
    return Vote(voter, projects, tuple(int(part) for part in points))


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

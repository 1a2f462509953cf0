"""The pabulib format (.pb, pabulib.org) vote by vote: read it, write it, add its votes up. Pure: no Django.

A file has three sections, META, PROJECTS and VOTES, each a CSV with semicolons and a header line. For a recount, which
keeps no vote, see ``pb_file``.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from voting.recount.pb_file import (
    MISFIT,
    NAMING,
    TWICE,
    UNKNOWN,
    NotPabulib,
    PbCount,
    Points,
    begin,
    look_into,
    votes_of,
)

__all__ = ["NAMING", "Election", "NotPabulib", "PabulibProject", "Vote", "read", "write"]


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
    points: tuple[Points, ...] = ()


@dataclass(frozen=True)
class Election:
    """A .pb file."""

    meta: Mapping[str, str]
    projects: tuple[PabulibProject, ...]
    votes: tuple[Vote, ...] = field(repr=False)
    #: The voters of votes that name a project more than once; it counts once, where it stands first.
    repeated: tuple[str, ...] = ()
    #: The voters of votes that name what is no project of the file, or whose points do not belong to its projects.
    odd: tuple[str, ...] = ()

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

    def scores(self) -> dict[str, Points]:
        """Return, project by project, its score: points given, or points by place on an ordinal ballot.

        On an ordinal ballot the first place of ``max_length`` gives that many points, each next one point less.
        """
        score: dict[str, Points] = {project.id: 0 for project in self.projects}
        for vote in self.votes:
            each: tuple[Points, ...] = vote.points
            if not each:
                each = tuple(range(self.longest, self.longest - len(vote.projects), -1))
            if self.vote_type in {"approval", "choose-1"}:
                each = (1,) * len(vote.projects)
            for project, points in zip(vote.projects, each, strict=False):
                score[project] += points
        return score


def read(text: str) -> Election:
    """Return the election of a .pb file. Raises NotPabulib.

    What is odd about a vote is no reason to refuse it: a project counts once, where it stands first, and one that the
    file does not have does not count.
    """
    lines = iter(io.StringIO(text, newline=None))
    file = begin(lines)
    count = PbCount(file)
    projects = tuple(PabulibProject(row["project_id"], row) for row in file.projects)
    known = {project.id: 0 for project in projects}
    votes, repeated, odd = [], [], []
    for voter, key in votes_of(lines, file):
        count.odd.clear()
        named, points = look_into(key, count, known)
        votes.append(Vote(voter, named, tuple(points) if file.has_points else ()))
        repeated += [voter] if TWICE in count.odd else []
        odd += [voter] if {UNKNOWN, MISFIT} & set(count.odd) else []
    return Election(file.meta, projects, tuple(votes), tuple(repeated), tuple(odd))


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

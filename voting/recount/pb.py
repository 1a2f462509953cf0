"""Recount a .pb file of pabulib: the votes of every project, held against the file's own columns."""

from __future__ import annotations

from voting.recount import pabulib
from voting.recount.report import Report, Unreadable

FORMAT = "pabulib"


def recount(text: str) -> Report:
    """Return the report on a .pb file. Raises Unreadable."""
    try:
        election = pabulib.read(text)
    except pabulib.NotPabulib as error:
        raise Unreadable(str(error)) from error
    report = Report(FORMAT)
    for name, found in [("num_projects", len(election.projects)), ("num_votes", len(election.votes))]:
        if name in election.meta:
            report.check(name, found=str(found), said=election.meta[name])
    support, scores = election.support(), election.scores()
    for project in election.projects:
        for column, counted in [("votes", support), ("score", scores)]:
            if project.row.get(column):
                said = project.row[column]
                report.check(f"{column} of {project.id}", found=str(counted[project.id]), said=said)
    by_points = election.vote_type not in {"approval", "choose-1"}
    report.result = {
        "vote_type": election.vote_type,
        **({"voters_who_name_a_project_twice": list(election.repeated)} if election.repeated else {}),
        "votes": support,
        **({"scores": scores} if by_points else {}),
    }
    return report

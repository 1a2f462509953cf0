"""Rules of money: a large .pb file beside a bare pass over it, and every rule beside pabutools."""

from __future__ import annotations

import csv
import random
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import report
from voting.count.equal_shares import equal_shares
from voting.recount.__main__ import recount_path

BALLOTS, PROJECTS = 131_778, 120  # the largest public election
TURNS = 3
PART = 20  # pabutools counts so many times fewer ballots greedily, or it would take minutes
SHARES = (64, 6_586)  # projects and voters
RAISED = (22, 800)
MOST_PASSES, LEAST_FASTER = 2.0, 0.1
MEGABYTE = 1024 * 1024


def measure(scale: float) -> list[report.Row]:
    """Return the rows of the table."""
    drawn = random.Random(22)
    with tempfile.TemporaryDirectory() as folder:
        large, part = Path(folder) / "large.pb", Path(folder) / "part.pb"
        ballots = max(1000, round(BALLOTS * min(scale, 1)))
        large.write_text(_election(drawn, ballots), encoding="utf-8")
        part.write_text(_election(drawn, ballots // PART), encoding="utf-8")
        ours = _seconds(lambda: recount_path(large))
        bare = _seconds(lambda: _bare_pass(large))
        tracemalloc.start()
        recount_path(large)
        peak = tracemalloc.get_traced_memory()[1] / MEGABYTE
        tracemalloc.stop()
        size = large.stat().st_size / MEGABYTE
        ours_part, theirs = (
            _seconds(lambda: recount_path(part)),
            _seconds(lambda: _their_greedy(part), turns=1),
        )
    name = f"{ballots:,} approvals of {PROJECTS} projects"
    return [
        report.at_most(
            f"{name}: read, checked and funded greedily, CPU; a bare pass that takes every vote apart",
            f"{ours:.2f} s", f"{bare:.2f} s", ours / bare, MOST_PASSES,
        ),
        report.Row(f"{name}: memory at the peak; the file", f"{peak:.1f} MB", f"{size:.1f} MB", peak / size),
        report.at_most(
            f"{ballots // PART:,} approvals of {PROJECTS} projects: the same; pabutools",
            f"{ours_part * 1000:.0f} ms", f"{theirs * 1000:.0f} ms", ours_part / theirs, LEAST_FASTER,
        ),
        _shares_row(drawn, *SHARES, add1=None),
        _shares_row(drawn, *RAISED, add1=1),
    ]  # fmt: skip


def _seconds(work: Callable[[], Any], *, turns: int = TURNS) -> float:
    """Return the least CPU time of some turns."""
    times = []
    for _turn in range(turns):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def _approvals(drawn: random.Random, projects: int, voters: int) -> list[tuple[str, ...]]:
    weights = [drawn.random() ** 2 + 0.02 for _project in range(projects)]
    names = [str(100 + project) for project in range(projects)]
    return [
        tuple(dict.fromkeys(drawn.choices(names, weights, k=drawn.randint(1, 12))))
        for _voter in range(voters)
    ]


def _election(drawn: random.Random, ballots: int) -> str:
    lines = [
        "META", "key;value", f"num_votes;{ballots}", "budget;28000000", "vote_type;approval", "rule;greedy",
        "PROJECTS", "project_id;cost;name",
        *(f"{100 + project};{drawn.randrange(10, 3000) * 1000};Project" for project in range(PROJECTS)),
        "VOTES", "voter_id;vote;age;sex;voting_method",
        *(f"{n};{','.join(each)};40;F;internet" for n, each in enumerate(_approvals(drawn, PROJECTS, ballots))),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _bare_pass(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter=";"):
            _names = row[1].split(",") if len(row) > 1 else []


def _their_greedy(path: Path) -> None:
    from pabutools.election import Cardinality_Sat, parse_pabulib
    from pabutools.rules import greedy_utilitarian_welfare

    instance, profile = parse_pabulib(str(path))
    greedy_utilitarian_welfare(instance, profile, Cardinality_Sat)


def _shares_row(drawn: random.Random, projects: int, voters: int, *, add1: int | None) -> report.Row:
    """Count one election by equal shares, here and there. Raises ValueError where the two do not agree."""
    from pabutools.election import ApprovalBallot, ApprovalProfile, Cost_Sat, Instance, Project
    from pabutools.rules import method_of_equal_shares

    costs = {str(100 + project): drawn.randrange(5, 300) * 1000 for project in range(projects)}
    ballots = _approvals(drawn, projects, voters)
    budget = sum(costs.values()) // 4
    theirs = {name: Project(name, cost) for name, cost in costs.items()}
    instance = Instance(theirs.values(), budget_limit=budget)
    profile = ApprovalProfile([ApprovalBallot(theirs[name] for name in each) for each in ballots])
    answers: list[set[str]] = []

    def count_ours() -> None:
        funding = equal_shares(
            costs, Counter(ballots), budget, add1=add1, settle=lambda tied, _left: sorted(tied)
        )
        answers.append(set(funding.winners))

    def count_theirs() -> None:
        bought = method_of_equal_shares(instance, profile, Cost_Sat, voter_budget_increment=add1)
        answers.append({project.name for project in bought})

    ours, other = _seconds(count_ours), _seconds(count_theirs, turns=1)
    if any(each != answers[0] for each in answers):
        raise ValueError("equal shares here and in pabutools buy other projects")
    raised = " raised one by one" if add1 else ""
    return report.at_most(
        f"equal shares{raised}, {projects} projects, {voters:,} voters; pabutools",
        f"{ours * 1000:.0f} ms", f"{other * 1000:.0f} ms", ours / other, LEAST_FASTER,
    )  # fmt: skip

"""Every import as one world: who confirms it, what its files hold, what may happen between preview and confirmation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Delegate, RosterImport, StagedFile, User
from accounts.roles import Role
from tests.autumn import make_autumn
from tests.factories import NOW, UserFactory, make_vote
from tests.spring import make_spring
from tests.tables import AT, TODAY, out, put, workbook
from voting.domain.after import progress_lists
from voting.domain.before import proposal_lists, rosters
from voting.domain.core.imports import Import, ImportedAlready, PreviewChanged
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.models import Cycle, ProgressList, ProgressReport, Proposal, ProposalList


@dataclass(kw_only=True)
class World:
    """A cycle in which a list is about to be imported; ``people`` are two clerks, ``stranger`` may not do it."""

    way: Import[Any]
    cycle: Cycle
    stranger: User
    page: str
    #: One good row; the same and a faulty one; the header alone says nothing, and no file at all cannot be read.
    good: bytes
    faulty: bytes
    at: datetime
    #: How many of what the list makes are there, and what becomes of the same list when another person was faster.
    made: Callable[[], int]
    too_late: type[Refused]
    #: Change what the preview was compared with, or the moment; and the refusal that this brings.
    change: Callable[[], object]
    changed: type[Refused]
    stage: Callable[..., StagedFile]
    apply: Callable[..., object]
    drop: Callable[[StagedFile], None]
    undo: Callable[..., None] | None = None

    def __post_init__(self) -> None:
        self.people = [UserFactory(role=Role.CLERK), UserFactory(role=Role.CLERK)]

    def acting(self, person: int) -> dict[str, Any]:
        return {"by": self.people[person], "at": self.at}

    def staged(self, content: bytes = b"", person: int = 0) -> StagedFile:
        return self.stage(
            cycle=self.cycle, file_name="表.csv", content=content or self.good, **self.acting(person)
        )

    def applied(self, file: StagedFile, person: int = 0) -> object:
        return self.apply(file, **self.acting(person))


def roster() -> World:
    vote = make_vote(until="adopted", delegates=3)
    good = "代表证号,姓名,代表团\nN1,甲,一\n".encode()
    return World(
        way=rosters.ROSTER,
        cycle=vote.cycle,
        stranger=vote.scrutineer,
        page="/admin/vote/2018/roster/",
        good=good,
        faulty=good + "N2,,一\n".encode(),
        at=NOW,
        made=Delegate.objects.count,
        too_late=PreviewChanged,
        change=lambda: Delegate.objects.filter(pk=vote.delegates[0].pk).update(name="中途改名"),
        changed=PreviewChanged,
        stage=lambda **staging: rosters.finish(rosters.stage(mode="append", **staging)),
        apply=lambda file, **acting: rosters.finish(
            rosters.apply(cycle=vote.cycle, staged=file, leave_out=False, **acting)
        ),
        drop=lambda file: rosters.drop(cycle=vote.cycle, staged=file),
        undo=lambda file, **acting: rosters.undo(cycle=vote.cycle, applied=file, **acting),
    )


def proposals() -> World:
    autumn = make_autumn(until="call")
    good = "标题,内容\n建公厕,河边\n".encode()
    return World(
        way=proposal_lists.LISTS,
        cycle=autumn.cycle,
        stranger=autumn.presiding,
        page="/admin/vote/2019/proposals/import/",
        good=good,
        faulty=good + ",没有标题\n".encode(),
        at=autumn.at,
        made=Proposal.objects.count,
        too_late=ImportedAlready,
        change=lambda: autumn.run("proposals", "screening", "slate"),
        changed=StepNotAllowed,
        stage=proposal_lists.stage,
        apply=lambda file, **acting: proposal_lists.apply(
            cycle=autumn.cycle, staged=file, leave_out=False, **acting
        ),
        drop=lambda file: proposal_lists.drop(staged=file),
    )


def progress() -> World:
    spring = make_spring()
    rows = out(spring)
    put(rows[2], reached="5", text="完成一半", delay="雨")
    good = workbook(rows)
    put(rows[9], number="99")
    seen: dict[int, str] = {}

    def stage(**staging: Any) -> StagedFile:
        """Stage a table and look at its preview, as the page does."""
        file = progress_lists.stage(**staging)
        shown = progress_lists.preview(
            cycle=spring.cycle, content=staging["content"], by=staging["by"], at=staging["at"]
        )
        seen[file.pk] = shown.digest
        return file

    return World(
        way=progress_lists.TABLES,
        cycle=spring.cycle,
        stranger=spring.stranger,
        page="/admin/vote/2018/delivery/table/",
        good=good,
        faulty=workbook(rows),
        at=AT,
        made=ProgressReport.objects.count,
        too_late=PreviewChanged,
        change=lambda: spring.report(day=TODAY, figures={1: 7}, delay="雨"),
        changed=PreviewChanged,
        stage=stage,
        apply=lambda file, **acting: progress_lists.apply(staged=file, seen=seen[file.pk], **acting),
        drop=lambda file: progress_lists.drop(staged=file),
    )


#: The world of every kind of staged file.
WORLDS: dict[type[StagedFile], Callable[[], World]] = {
    RosterImport: roster,
    ProposalList: proposals,
    ProgressList: progress,
}

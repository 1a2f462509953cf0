"""A cycle on its way from the call to the confirmed list, through the domain's own verbs."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

from accounts.models import Congress, Delegate, Unit, User
from accounts.roles import Role
from tests.factories import NOW, CongressFactory, DelegateFactory, UnitFactory, UserFactory
from tests.worlds import kept
from voting.domain.before import calls, deliberation, proposals, screening, slate_reports, slates
from voting.domain.core import cycles
from voting.models import Candidate, Cycle, Proposal, SlateReport
from voting.states import Criterion, Outcome, Source

POINTS = ("call", "proposals", "screening", "slate", "report", "confirmed")
FIELDS = ["教育", "养老", "交通停车"]


def clock(at: datetime) -> AbstractContextManager[object]:
    """Let every page believe that it is this moment."""
    return mock.patch("django.utils.timezone.now", return_value=at)


@dataclass
class Autumn:
    """The cycle and the people who bring it on its way; ``at`` is the last moment."""

    cycle: Cycle
    clerk: User
    presiding: User
    unit: Unit
    officer: User
    other_officer: User
    delegate: Delegate
    at: datetime = NOW
    proposals: list[Proposal] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    @property
    def acting(self) -> dict[str, Any]:
        self.at += timedelta(minutes=1)
        return {"by": self.clerk, "at": self.at}

    def propose(self, title: str = "建公厕", by: User | None = None, **fields: Any) -> Proposal:
        """Let somebody propose; without a person it is a resident."""
        given = {"title": title, "content": f"{title}，方便大家。", "field": FIELDS[0]} | fields
        self.at += timedelta(minutes=1)
        proposal, code = proposals.submit(
            cycle=self.cycle, ticket=proposals.new_ticket(), at=self.at, fields=given, by=by
        )
        self.proposals.append(proposal)
        self.codes.append(code)
        return proposal

    def decide(self, proposal: Proposal, outcome: str = Outcome.ADOPTED, **more: Any) -> None:
        screening.decide(
            proposal=proposal, outcome=outcome, checklist=dict.fromkeys(Criterion.values, True),
            public_reason="已采纳，谢谢。", **more, **self.acting,
        )  # fmt: skip

    def draft(self, name: str, *numbers: int, **fields: Any) -> Candidate:
        given = {
            "content": f"{name}的内容", "investment_total": Decimal(100), "lead_unit": self.unit.name,
            "funds": [{"source": "区财政", "amount": "100"}],
            "targets": [{"text": "公厕", "number": "10", "unit": "座"}],
            "milestones": [{"month": "2019-06", "text": "开工"}],
        }  # fmt: skip
        return slates.draft_candidate(
            cycle=self.cycle, name=name, proposals=numbers, **(given | fields), **self.acting
        )

    @property
    def report(self) -> SlateReport:
        return SlateReport.objects.exclude(issued_at=None).latest("version")

    def now(self) -> AbstractContextManager[object]:
        """Let every page believe that it is a minute after the last thing done."""
        self.at += timedelta(minutes=1)
        return clock(self.at)

    def run(self, *points: str) -> None:
        for point in points:
            _STEPS[point](self)
            self.cycle.refresh_from_db()


def _call(autumn: Autumn) -> None:
    calls.draft_call(
        cycle=autumn.cycle, text="征集民生实事项目建议。", criteria="普惠性\n公益性", out_of_scope="个案诉求",
        how="填表", fields=FIELDS, opens_at=NOW - timedelta(hours=1), closes_at=NOW + timedelta(days=20),
        **autumn.acting,
    )  # fmt: skip
    calls.publish_call(cycle=autumn.cycle, **autumn.acting)


def _proposals(autumn: Autumn) -> None:
    """Six of residents, two of a delegate, two of a unit; the second says the same as the first."""
    for number in range(1, 7):
        autumn.propose(f"第{number}处公厕", field=FIELDS[number % 3])
    autumn.propose("建停车场", by=autumn.delegate.user)
    autumn.propose("修便道", by=autumn.delegate.user)
    autumn.propose("改造菜场", by=autumn.officer)
    autumn.propose("加装电梯", by=autumn.officer)


def _screening(autumn: Autumn) -> None:
    calls.close_call(cycle=autumn.cycle, **autumn.acting)
    calls.begin_screening(cycle=autumn.cycle, **autumn.acting)
    autumn.cycle.refresh_from_db()
    screening.merge(cycle=autumn.cycle, into=1, numbers=[2], **autumn.acting)
    for number in (1, 3, 4, 7, 9):
        autumn.decide(autumn.proposals[number - 1])
    autumn.decide(autumn.proposals[4], Outcome.ORDINARY, unit=autumn.unit)
    autumn.decide(autumn.proposals[5], Outcome.RESERVE)
    autumn.decide(autumn.proposals[7], Outcome.DECLINED)
    autumn.decide(autumn.proposals[9], Outcome.DECLINED)


def _slate(autumn: Autumn) -> None:
    for name, numbers in (("公厕项目", (1, 3)), ("公厕二期", (4,)), ("停车项目", (7,)), ("菜场项目", (9,))):
        autumn.draft(name, *numbers)
    cycles.freeze_slate(cycle=autumn.cycle, **autumn.acting)


def _report(autumn: Autumn) -> None:
    slate_reports.save_draft(cycle=autumn.cycle, opening="各位代表：", closing="请予审议。", **autumn.acting)
    slate_reports.issue(cycle=autumn.cycle, **autumn.acting)
    deliberation.begin_deliberation(cycle=Cycle.objects.get(pk=autumn.cycle.pk), **autumn.acting)


def _confirmed(autumn: Autumn) -> None:
    slates.confirm_list(cycle=autumn.cycle, **autumn.acting)


_STEPS = {
    "call": _call, "proposals": _proposals, "screening": _screening, "slate": _slate, "report": _report,
    "confirmed": _confirmed,
}  # fmt: skip


@kept
def make_autumn(
    *, until: str = "", slug: str = "2019", congress: Congress | None = None, **fields: Any
) -> Autumn:
    """Return a cycle of the coming year, brought to that point; three seats, four candidates."""
    congress = congress or CongressFactory()
    unit = UnitFactory(congress=congress, name="区城管局")
    other = UnitFactory(congress=congress, name="区民政局")
    clerk = UserFactory(role=Role.CLERK, congress=congress)
    texts = {"year": 2019, "seats": 3} | fields
    autumn = Autumn(
        cycle=cycles.create_cycle(congress=congress, slug=slug, by=clerk, at=NOW, **texts),
        clerk=clerk,
        presiding=UserFactory(role=Role.PRESIDING, congress=congress),
        unit=unit,
        officer=UserFactory(role=Role.UNIT, congress=congress, unit=unit),
        other_officer=UserFactory(role=Role.UNIT, congress=congress, unit=other),
        delegate=DelegateFactory(congress=congress),
    )
    if until:
        autumn.run(*POINTS[: POINTS.index(until) + 1])
    return autumn


__all__ = ["FIELDS", "POINTS", "Autumn", "Source", "clock", "make_autumn"]

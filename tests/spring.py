"""A year after the vote: a published result, deliveries with plans, units that report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Congress, Unit, User
from accounts.roles import Role
from tests.factories import UnitFactory, UserFactory, Vote, make_vote
from tests.worlds import kept
from voting.domain.after import deliveries, progress
from voting.models import Cycle, Delivery, ProgressReport

TARGETS = [{"text": "公厕", "number": "10", "unit": "座"}, {"text": "泊位", "number": "800", "unit": "个"}]
MILESTONES = [{"month": f"2018-{month:02}", "text": f"{month}月的节点"} for month in (3, 6, 9, 12)]


@dataclass
class Spring:
    """A cycle in delivery, and the people who bring it on its way; ``at`` is the last moment."""

    vote: Vote
    unit: Unit
    officer: User
    stranger: User
    at: datetime

    @property
    def cycle(self) -> Cycle:
        return Cycle.objects.get(pk=self.vote.cycle.pk)

    @property
    def acting(self) -> dict[str, Any]:
        self.at += timedelta(minutes=1)
        return {"by": self.vote.clerk, "at": self.at}

    def delivery(self, number: int = 1) -> Delivery:
        return (
            Delivery.objects.select_related("cycle", "candidate", "lead_unit")
            .prefetch_related("targets", "milestones", "reports__figures", "reports__milestones")
            .get(cycle=self.vote.cycle, number=number)
        )

    def plan(self, number: int = 1, **fields: Any) -> Delivery:
        """Give a delivery its unit, targets and milestones."""
        given = {"lead_unit": self.unit, "targets": TARGETS, "milestones": MILESTONES} | fields
        return deliveries.change_delivery(delivery=self.delivery(number), **given, **self.acting)

    def issue(self) -> None:
        """Plan every delivery and issue the breakdown."""
        for number in self.cycle.deliveries.values_list("number", flat=True):
            self.plan(number)
        deliveries.issue_breakdown(cycle=self.cycle, **self.acting)

    def report(
        self, number: int = 1, *, day: date = date(2018, 3, 20), figures: Mapping[int, int] | None = None,
        reached: Mapping[int, date | None] | None = None, **more: Any,
    ) -> ProgressReport:  # fmt: skip
        """Report of a delivery: figures by the place of the target, days by the place of the milestone."""
        delivery = self.delivery(number)
        targets, milestones = list(delivery.targets.all()), list(delivery.milestones.all())
        given = {
            "by": self.officer,
            "at": datetime(2018, 12, 31, 9, tzinfo=self.at.tzinfo),
            "text": "按计划推进。",
        } | more
        return progress.report(
            delivery=delivery,
            day=day,
            figures={targets[place - 1]: Decimal(figure) for place, figure in (figures or {}).items()},
            reached={milestones[place - 1]: on for place, on in (reached or {}).items()},
            **given,
        )


@kept
def make_spring(
    *,
    candidates: int = 4,
    seats: int = 3,
    issued: bool = True,
    delegates: int = 3,
    group: int = 0,
    slug: str = "2018",
) -> Spring:
    """Return a published vote of which three projects were chosen, in delivery; with its breakdown issued or not."""
    vote = make_vote(
        until="published",
        candidates=candidates,
        seats=seats,
        delegates=delegates,
        ballots=[range(1, seats + 1)] * delegates,
        group=group,
        slug=slug,
    )
    unit = UnitFactory(name="区城管局")
    spring = Spring(
        vote=vote,
        unit=unit,
        officer=UserFactory(role=Role.UNIT, unit=unit),
        stranger=UserFactory(role=Role.UNIT, unit=UnitFactory(name="区民政局")),
        at=vote.at,
    )
    deliveries.begin_delivery(cycle=spring.cycle, **spring.acting)
    if issued:
        spring.issue()
    return spring


def make_next_year(congress: Congress | None = None) -> Cycle:
    """Return the year after it, or such a year of another congress: on its way, the breakdown not issued."""
    vote = make_vote(
        until="published", slug="2019", candidates=3, seats=2, delegates=3, ballots=[[1, 2]] * 3,
        quorum_denominator=3, quorum_numerator=1, floor_base="", congress=congress,
    )  # fmt: skip
    Cycle.objects.filter(pk=vote.cycle.pk).update(year=2019)
    deliveries.begin_delivery(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    return Cycle.objects.get(pk=vote.cycle.pk)

"""责任分解: what is to be done for every project, by whom and when, as it was issued."""

from typing import Literal, NotRequired, TypedDict

from voting.count.formats.parts import Decimal, Kind, PaperNames
from voting.count.formats.records import Format
from voting.count.formats.slate_report import MilestoneRecord, TargetRecord


class PlanRecord(TypedDict):
    """What of a delivery is its plan; after the breakdown it changes only by an approved request."""

    leader: str
    lead_unit: str
    responsible_units: str
    supporting_units: str
    content: str
    investment: Decimal | None
    stage_goal: str
    targets: list[TargetRecord]
    milestones: list[MilestoneRecord]


class BreakdownDelivery(PlanRecord):
    number: int
    name: str
    name_en: str
    became: Literal["chosen", "annual"]


class YearRecord(PaperNames):
    slug: str
    year: int
    place: str
    congress: NotRequired[str]


class BreakdownBody(TypedDict):
    """The breakdown in one issued version."""

    format: Literal["piaojue-breakdown/1"]
    cycle: YearRecord
    kind: Kind
    version: int
    deliveries: list[BreakdownDelivery]


BREAKDOWN = Format(BreakdownBody, "The breakdown of the projects: who does what by when.")

"""候选项目形成情况的报告: how the candidates came about, as it was issued."""

from typing import Literal, NotRequired, TypedDict

from voting.count.formats.parts import Decimal, Kind, Month, PaperNames
from voting.count.formats.records import Format


class FunnelRecord(TypedDict):
    """How many proposals came, from whom, and what became of them."""

    received: int
    by_source: dict[str, int]
    by_field: dict[str, int]
    by_outcome: dict[str, int]
    matters: int
    behind: int
    candidates: int
    candidates_by_source: dict[str, int]


class TargetRecord(TypedDict):
    """A measurable target; its number is text with a point."""

    text: str
    number: Decimal
    unit: str


class FundRecord(TypedDict):
    """A source of funds, in 10 000 yuan."""

    source: str
    amount: Decimal


class MilestoneRecord(TypedDict):
    month: Month
    text: str


class OriginRecord(TypedDict):
    """A proposal that a candidate grew from; its title only where the public sees it.

    ``seconds`` is how often it and those merged into it were seconded: forms, not people.
    """

    number: int
    title: str
    source: Literal["resident", "delegate", "unit"]
    merged: list[int]
    seconds: NotRequired[int]


class DossierRecord(TypedDict):
    """What a candidate says of itself."""

    name: str
    name_en: str
    done_last_year: list[str]
    target: list[str]
    content: str
    background: str
    site: str
    scale: str
    period: str
    investment: str
    funding: str
    lead_unit: str
    responsible_units: str
    supporting_units: str
    leader: str
    deadline: str
    beneficiaries: str
    field: str
    origin: str
    targets: list[TargetRecord]
    funds: list[FundRecord]
    investment_total: Decimal | None
    milestones: list[MilestoneRecord]


class ReportedCandidate(DossierRecord):
    number: int
    proposals: list[OriginRecord]


class PlaceRecord(PaperNames):
    slug: str
    year: int
    place: str
    congress: str


class SlateReportBody(TypedDict):
    """The report in one issued version."""

    format: Literal["piaojue-slate-report/1"]
    cycle: PlaceRecord
    kind: Kind
    seats: int
    version: int
    opening: str
    closing: str
    criteria: str
    solicited_from: list[str]
    funnel: FunnelRecord
    candidates: list[ReportedCandidate]


SLATE_REPORT = Format(SlateReportBody, "The report on how the candidate projects came about.")

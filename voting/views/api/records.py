"""What the interface answers, field by field: the only definition.

Every answer is held against these records, the OpenAPI document is made from them, and so is the page for people.
A description is English here and translated where people read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from accounts.roles import Kind
from voting.count.grading import Grade
from voting.domain.after.lights import Light
from voting.read_models.core.words import BECAME
from voting.states import Became, DeliveryStatus, Outcome, Source, Stage


class Words:
    """Marks a text that is one of these words, such as the values of an enum."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = [str(word) for word in words]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(self.words)


Whole = Annotated[int, Field(ge=0)]
Money = Annotated[str, Field(pattern=r"^\d+\.\d\d$")]
Percent = Annotated[str, Field(pattern=r"^\d{1,3}\.\d$")]
Figure = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-\d\d$")]
Address = Annotated[str, Field(description="path on this server")]
Position = Annotated[
    int,
    Field(
        ge=1,
        description="place among the targets, or the milestones, of the project; reports name them by it",
    ),
]


class Record(BaseModel):
    """Exactly these fields, all of them there; what is not stated is empty or null."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Error(Record):
    """Why there is no answer, in a sentence for the program's author."""

    error: str


class Root(Record):
    """Where to begin."""

    version: Literal[1]
    openapi: Address
    cycles: Address


class Disclosure(Record):
    """The disclosure fields of the source document."""

    index: str = Field(description=_("Index number"))
    document_number: str = Field(description=_("Document number"))
    mode: str = Field(description=_("Mode of disclosure"))
    scope: str = Field(description=_("Scope of disclosure"))
    term: str = Field(description=_("Term of disclosure"))
    publisher: str = Field(description=_("Publisher"))
    generated: str = Field(description=_("Date generated"))
    published: str = Field(description=_("Date published"))
    source: str = Field(description=_("Source of the candidate projects"))


class Origin(Record):
    """Of which year and place it speaks, and whether it is real."""

    year: Whole = Field(description=_("Year of the projects"))
    place: str = Field(description=_("The place"))
    kind: Annotated[str, Words([Kind.OFFICIAL, Kind.DEMO])] = Field(
        description=_("Official, or a demo whose data are made up")
    )


class Cycle(Origin):
    """One year, from the call to the archive."""

    slug: str
    congress: str
    stage: Annotated[str, Words(Stage)]
    seats: Whole
    candidates: Whole
    page: Address
    projects: Address
    proposals: Address
    result: Address | None
    disclosure: Disclosure


class Target(Record):
    """What a project shall reach, and how much of it is reached."""

    position: Position
    text: str
    unit: str
    planned: Figure | None
    reached: Figure | None


class Milestone(Record):
    """What a project shall have reached by the end of a month, and when it was."""

    position: Position
    month: Month
    text: str
    reached: date | None


class ProjectGrade(Record):
    """How a published assessment graded a project."""

    assessment: str
    name: str
    grade: Annotated[str, Words(Grade)] | None


class Survey(Record):
    """How many residents gave which grade."""

    satisfied: Whole
    basically: Whole
    unsatisfied: Whole


class OpenProject(Record):
    """What became of a project, in the order of the columns of the open data."""

    number: Whole = Field(description=_("Number of the project"))
    name: str = Field(description=_("Its name, in Chinese"))
    name_en: str = Field(description=_("Its name in English"))
    became: Annotated[str, Words(Became)] = Field(description=_("What became of it in the vote"))
    status: Annotated[str, Words(DeliveryStatus)] = Field(description=_("Where it stands"))
    light: Annotated[str, Words(Light)] = Field(
        description=_("Its light today, by the rule that stands on the pages")
    )
    due_percent: Percent = Field(description=_("Milestones whose month has ended, per cent of all"))
    done_percent: Percent = Field(description=_("Milestones reached, per cent of all"))
    leader: str = Field(description=_("Leader in charge"))
    lead_unit: str = Field(description=_("Lead unit"))
    responsible_units: str = Field(description=_("Responsible units"))
    supporting_units: str = Field(description=_("Supporting units"))
    content: str = Field(description=_("Work content"))
    stage_goal: str = Field(description=_("Goal of this year, where the project takes more than one"))
    investment: Money | None = Field(description=_("Planned investment, 10 000 yuan"))
    spent: Money | None = Field(description=_("Spent so far, 10 000 yuan"))
    last_report: date | None = Field(description=_("Day of the newest report"))
    report_overdue: bool = Field(description=_("Whether a report is overdue; in the tables 1 or 0"))
    report_escalated: bool = Field(
        description=_("Whether an overdue report is escalated; in the tables 1 or 0")
    )
    open_findings: Whole = Field(description=_("How many findings of inspections are not closed"))
    targets: list[Target] = Field(
        description=_("Targets; in the tables divided by semicolons: what, reached/planned, unit")
    )
    milestones: list[Milestone] = Field(
        description=_(
            "Milestones; in the tables divided by semicolons: month, what, the day on which it was reached"
        )
    )
    grades: list[ProjectGrade] = Field(
        description=_(
            "Published assessments; in the tables divided by semicolons: address of the assessment, grade"
        )
    )


class Project(OpenProject):
    """What became of a project, and where to read on."""

    survey: Survey
    page: Address
    reports: Address


class TableRow(Origin):
    """What stands before every project in the open data's tables."""

    as_of: date = Field(description=_("The day of which everything on the row speaks"))


class ReportedFigure(Record):
    """How much of a target was reached, by a report."""

    position: Position
    figure: Figure | None


class ReportedMilestone(Record):
    """When a milestone was reached, by a report; null takes an earlier day back."""

    position: Position
    reached: date | None


class Report(Record):
    """What a unit reported of a project."""

    id: Whole
    day: date
    text: str
    delay: str
    spent: Money | None = Field(description="10 000 yuan")
    corrects: int | None = Field(description="id of the report that this one corrects")
    figures: list[ReportedFigure]
    milestones: list[ReportedMilestone]
    files: list[Address]


class Proposal(Record):
    """A public proposal, what became of it, and how often it was seconded. Who made it is in no answer."""

    number: Whole
    title: str
    content: str
    place: str
    field: str
    reason: str
    beneficiaries: str
    cost: str
    source: Annotated[str, Words(Source)]
    received: date
    seconds: Whole = Field(description="forms that seconded it, each counted once; not people")
    outcome: Annotated[str, Words(Outcome)] = Field(description="empty: not decided yet")
    answer: str
    merged_into: Whole | None = Field(description="number of the proposal that it goes on with")
    page: Address


class Votes(Record):
    """The votes of a project in the last round in which it stood."""

    number: Whole
    name: str
    became: Annotated[str, Words(BECAME)]
    round: Whole
    for_: Whole = Field(serialization_alias="for")
    against: Whole
    abstain: Whole
    not_pressed: Whole
    double_marked: Whole = Field(
        description="two marks in its row of a paper ballot; 0 where the rules void the ballot for it"
    )


T = TypeVar("T")


class Page(Record, Generic[T]):
    """One page of a list, and the way to the next and the previous one."""

    count: Whole
    next: Address | None
    previous: Address | None
    results: list[T]

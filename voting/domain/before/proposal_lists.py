"""Proposals from a list that a subdistrict or department sent: read, previewed, taken in whole or not at all.

There is no undoing: a proposal is public with its number from the moment it is taken in, and what is screened, merged
or answered points to it. What should not be seen is hidden one by one, with a reason. Only a preview can be dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from voting.domain.before.proposals import draft_of, hold_before_the_slate, new_ticket, next_number
from voting.domain.core import imports
from voting.domain.core.list_words import cells_sentence
from voting.domain.core.sentences import in_a_row
from voting.foreign.tables import Choices, Columns, Observation, OpenTable
from voting.models import Cycle, Proposal, ProposalList
from voting.states import Act, Channel, Source

KEPT_FAULTS = 200
_BATCH = 500

#: What the columns may be called, in any order.
_HEADERS: dict[str, frozenset[str]] = {
    "title": frozenset({"标题", "建议标题", "项目名称", "名称", "title"}),
    "content": frozenset({"内容", "建议内容", "项目内容", "content", "whatshouldbedone"}),
    "source": frozenset({"来源", "提出方", "from", "source"}),
    "field": frozenset({"领域", "工作领域", "类别", "field", "fieldofwork"}),
    "place": frozenset({"地点", "位置", "where", "place"}),
    "reason": frozenset({"理由", "建议理由", "reason", "whyitisneeded"}),
    "beneficiaries": frozenset({"受益人群", "受益对象", "whobenefits", "beneficiaries"}),
    "cost": frozenset({"估算费用", "预算", "资金估算", "estimatedcost", "cost"}),
    "contact_name": frozenset({"提出人", "姓名", "name", "proposer"}),
    "contact": frozenset({"联系方式", "电话", "contact", "telephone"}),
}
COLUMNS = Columns(
    headers=_HEADERS, required=("title", "content"), kinds={"content": "text", "reason": "text"}, most=20_000
)
SOURCES: dict[str, str] = {
    "": Source.RESIDENT, "居民": Source.RESIDENT, "居民群众": Source.RESIDENT, "群众": Source.RESIDENT,
    "residents": Source.RESIDENT, "resident": Source.RESIDENT, "代表": Source.DELEGATE, "委员": Source.DELEGATE,
    "两代表一委员": Source.DELEGATE, "delegate": Source.DELEGATE, "delegates": Source.DELEGATE,
    "街道": Source.UNIT, "部门": Source.UNIT, "街道和部门": Source.UNIT, "街道部门": Source.UNIT, "单位": Source.UNIT,
    "unit": Source.UNIT, "units": Source.UNIT,
}  # fmt: skip


def labels() -> dict[str, str]:
    """Return what the columns are called, as the person reads."""
    names = {field.name: str(field.verbose_name) for field in Proposal._meta.fields}  # noqa: SLF001 Django's documented interface
    own = {
        "content": pgettext("column of a list", "Content"),
        "contact_name": pgettext("column of a list", "Proposer"),
        "contact": pgettext("column of a list", "Contact"),
    }
    return {column: own.get(column) or names[column] for column in COLUMNS.headers}


def notes() -> dict[str, str]:
    """Return what a person must know who fills the list in."""
    return {
        "title": _("At most 80 characters; it is public."),
        "content": _("What should be done, and where; it is public."),
        "source": _("居民, 代表 or 街道部门; empty: 居民."),
        "contact": _("Seen by the staff alone."),
    }


LISTS = imports.Import(
    model=ProposalList,
    act=Act.PROPOSALS_IMPORTED,
    columns=COLUMNS,
    wanted=lambda: "标题, 内容",
    of=lambda cycle: {"cycle": cycle},
    hold=hold_before_the_slate,
    theirs=lambda cycle: {"cycle__congress": cycle.congress},
    labels=labels,
)


@dataclass
class Preview:
    """What a file holds: proposals that can be taken, and (line, why) of the first faulty ones."""

    proposals: list[Proposal] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    faulty: int = 0
    #: What is said of the file, and what is asked of the person who takes it in.
    remarks: list[Observation] = field(default_factory=list)
    questions: list[Observation] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.proposals) + self.faulty

    @property
    def held(self) -> int:
        """How many somebody should look at before the public does."""
        return sum(bool(each.standing_reason) for each in self.proposals)


def preview(*, cycle: Cycle, content: bytes, at: datetime, choices: Choices | None = None) -> Preview:
    """Read a file; nothing is saved. Raises FileRefused or NotSettled."""
    table = LISTS.opened(content, cycle=cycle, choices=choices)
    return _judged(table, LISTS.settled_rows(table), cycle=cycle, at=at)


def _judged(table: OpenTable, rows: Iterable[imports.Row], *, cycle: Cycle, at: datetime) -> Preview:
    """Read the rows, and then what the table says of them all."""
    preview = Preview()
    for row in rows:
        why = cells_sentence(row.faults)
        if not why:
            try:
                preview.proposals.append(_proposal(cycle, row.cells, at))
                continue
            except ValidationError as error:
                why = _fault_sentence(error)
        preview.faulty += 1
        if preview.faulty <= KEPT_FAULTS:
            preview.faults.append((row.line, why))
    preview.remarks, preview.questions = table.remarks, table.questions
    return preview


def _proposal(cycle: Cycle, cells: Mapping[str, str], at: datetime) -> Proposal:
    fields = dict(cells)
    word = "".join(fields.pop("source", "").lower().split())
    if word not in SOURCES:
        raise ValidationError({"source": _("“%s” is none of: residents, delegates, units.") % word[:40]})
    return draft_of(
        cycle=cycle, source=SOURCES[word], channel=Channel.IMPORT, fields=fields, ticket=new_ticket(), at=at
    )


def _fault_sentence(error: ValidationError) -> str:
    names = {field.name: str(field.verbose_name) for field in Proposal._meta.fields}  # noqa: SLF001 Django's documented interface
    return in_a_row(
        f"{names.get(name, '')}{_(': ') if name in names else ''}{in_a_row(messages)}"
        for name, messages in error.message_dict.items()
    )


def stage(*, cycle: Cycle, file_name: str, content: bytes, by: User, at: datetime) -> ProposalList:
    """Keep a readable file for its preview. Raises FileRefused, ImportedAlready or StepNotAllowed."""
    table = LISTS.read_through(content, cycle=cycle)
    _require_new(cycle, content)
    return LISTS.stage(
        cycle=cycle,
        file_name=file_name,
        content=content,
        by=by,
        at=at,
        reading={"named": table.named_by_hand()},
    )


def choose(*, cycle: Cycle, staged: ProposalList, choices: Choices) -> ProposalList:
    """Read a staged file as a person says. Raises FileRefused, NotStaged or StepNotAllowed."""
    table = LISTS.read_through(bytes(staged.content), cycle=cycle, choices=choices)
    return LISTS.choose(staged, cycle=cycle, choices=choices, named=table.named_by_hand())


def _require_new(cycle: Cycle, content: bytes) -> None:
    """Raise ImportedAlready for a file that was taken in before: its proposals would all stand there twice."""
    if imported := LISTS.imported_at(content, cycle=cycle):
        raise imports.ImportedAlready(imported)


def apply(
    *,
    cycle: Cycle,
    staged: ProposalList,
    leave_out: bool,
    agreed: Collection[str] = (),
    by: User,
    at: datetime,
) -> int:
    """Take the list in and return how many; ``agreed`` are the questions that were said yes to.

    Raises StepNotAllowed, NotStaged, NotSettled, ImportedAlready, Unanswered, or FaultyRows unless they are left out.
    """
    with LISTS.confirmed(staged, cycle=cycle, by=by, at=at) as confirmed:
        _require_new(cycle, confirmed.content)
        taken = _judged(confirmed.table, confirmed.rows, cycle=cycle, at=at)
        imports.require_flawless(taken.faulty, leave_out=leave_out)
        imports.require_answered(taken.questions, agreed)
        for number, proposal in enumerate(taken.proposals, start=next_number(cycle)):
            proposal.number, proposal.entered_by = number, by
        Proposal.objects.bulk_create(taken.proposals, batch_size=_BATCH)
        confirmed.entry |= {"count": len(taken.proposals), "left_out": taken.faulty}
    return len(taken.proposals)


def drop(*, staged: ProposalList) -> None:
    """Drop a preview; nothing of the file is kept. Raises NotStaged."""
    LISTS.drop(staged, cycle=staged.cycle)

"""Proposals from a list that a subdistrict or department sent: read, previewed, taken in whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from voting.domain.before.proposals import draft_of, new_ticket, next_number
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.models import Cycle, Proposal, ProposalList
from voting.states import Act, Channel, Source, Stage
from voting.text import tables as reading

MOST_ROWS = 20_000
KEPT_FAULTS = 200
_BATCH = 500

#: What the columns may be called, in any order.
HEADERS: dict[str, frozenset[str]] = {
    "title": frozenset({"标题", "建议标题", "项目名称", "名称", "title"}),
    "content": frozenset({"内容", "建议内容", "项目内容", "content", "whatshouldbedone"}),
    "source": frozenset({"来源", "提出方", "from", "source"}),
    "field": frozenset({"领域", "工作领域", "类别", "field", "fieldofwork"}),
    "place": frozenset({"地点", "位置", "where", "place"}),
    "reason": frozenset({"理由", "建议理由", "reason", "whyitisneeded"}),
    "beneficiaries": frozenset({"受益人群", "受益对象", "whobenefits", "beneficiaries"}),
    "cost": frozenset({"估算费用", "预算", "资金估算", "estimatedcost", "cost"}),
    "contact_name": frozenset({"提出人", "姓名", "name"}),
    "contact": frozenset({"联系方式", "电话", "contact", "telephone"}),
}
REQUIRED = ("title", "content")
SOURCES: dict[str, str] = {
    "": Source.RESIDENT, "居民": Source.RESIDENT, "居民群众": Source.RESIDENT, "群众": Source.RESIDENT,
    "residents": Source.RESIDENT, "resident": Source.RESIDENT, "代表": Source.DELEGATE, "委员": Source.DELEGATE,
    "两代表一委员": Source.DELEGATE, "delegate": Source.DELEGATE, "delegates": Source.DELEGATE,
    "街道": Source.UNIT, "部门": Source.UNIT, "街道和部门": Source.UNIT, "街道部门": Source.UNIT, "单位": Source.UNIT,
    "unit": Source.UNIT, "units": Source.UNIT,
}  # fmt: skip
_WHOLE_FILE: dict[str, Promise] = {
    "too_large": gettext_lazy("The file is larger than 20 MB."),
    "too_many_rows": gettext_lazy("The file has more than 20 000 rows."),
    "not_xlsx": gettext_lazy("The file is no XLSX workbook that can be read."),
    "bomb": gettext_lazy("The workbook would unpack to far more than a list needs; it was not opened."),
    "encoding": gettext_lazy("The text of the file cannot be read: save it as UTF-8, GB18030 or XLSX."),
    "empty": gettext_lazy("The file is empty."),
    "header": gettext_lazy("The first row must name the columns %(wanted)s. Found: %(found)s."),
}


class ListRefused(Refused):
    """The file as a whole cannot be read; ``wanted`` are the columns that it must name."""

    wanted = "标题, 内容"

    def __init__(self, error: reading.NotARoster) -> None:
        super().__init__(error)
        self.error = error

    def __str__(self) -> str:
        words = {"found": self.error.found or _("nothing"), "wanted": self.wanted}
        return str(_WHOLE_FILE[self.error.code]) % words


class FaultyLines(Refused):
    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return _(
            "%(number)d rows are faulty, so nothing was imported. Mend them in the file, or say that they are left out."
        ) % {"number": self.number}


class ListUsed(Refused):
    def __str__(self) -> str:
        return _("This preview has been used or dropped already. Preview the file again.")


@dataclass
class Preview:
    """What a file holds: proposals that can be taken, and (line, why) of the first faulty ones."""

    proposals: list[Proposal] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    faulty: int = 0

    @property
    def rows(self) -> int:
        return len(self.proposals) + self.faulty

    @property
    def held(self) -> int:
        """How many somebody should look at before the public does."""
        return sum(bool(each.standing_reason) for each in self.proposals)


def preview(*, cycle: Cycle, content: bytes, at: datetime) -> Preview:
    """Read a file; nothing is saved. Raises ListRefused."""
    found = Preview()
    try:
        for line, cells in reading.table(content, headers=HEADERS, required=REQUIRED, most=MOST_ROWS):
            try:
                found.proposals.append(_read(cycle, cells, at))
            except ValidationError as error:
                found.faulty += 1
                if found.faulty <= KEPT_FAULTS:
                    found.faults.append((line, _said(error)))
    except reading.NotARoster as error:
        raise ListRefused(error) from error
    return found


def _read(cycle: Cycle, cells: Mapping[str, str], at: datetime) -> Proposal:
    given = dict(cells)
    word = "".join(given.pop("source", "").lower().split())
    if word not in SOURCES:
        raise ValidationError({"source": _("“%s” is none of: residents, delegates, units.") % word[:40]})
    return draft_of(
        cycle=cycle, source=SOURCES[word], channel=Channel.IMPORT, fields=given, ticket=new_ticket(), at=at
    )


def _said(error: ValidationError) -> str:
    names = {field.name: str(field.verbose_name) for field in Proposal._meta.fields}  # noqa: SLF001 Django's documented interface
    return " ".join(
        f"{names.get(name, '')}{_(': ') if name in names else ''}{' '.join(messages)}"
        for name, messages in error.message_dict.items()
    )


def _unfrozen(cycle: Cycle) -> Cycle:
    locked = Cycle.objects.select_for_update().get(pk=cycle.pk)
    if locked.slate_frozen_at or locked.stage not in {Stage.SOLICITATION, Stage.SCREENING}:
        raise StepNotAllowed
    return locked


@transaction.atomic
def stage(*, cycle: Cycle, file_name: str, content: bytes, by: User, at: datetime) -> ProposalList:
    """Keep a readable file for its preview. Raises ListRefused or StepNotAllowed."""
    _unfrozen(cycle)
    preview(cycle=cycle, content=content, at=at)
    return ProposalList.objects.create(
        cycle=cycle, file_name=file_name[:200], content=content, uploaded_by=by, uploaded_at=at
    )


def _staged(pk: int) -> ProposalList:
    staged = ProposalList.objects.select_for_update().get(pk=pk)
    if staged.status != ProposalList.Status.STAGED:
        raise ListUsed
    return staged


@transaction.atomic
def apply(*, cycle: Cycle, staged: ProposalList, leave_out: bool, by: User, at: datetime) -> int:
    """Take the list in and return how many. Raises FaultyLines unless ``leave_out``, ListUsed, StepNotAllowed."""
    _unfrozen(cycle)
    staged = _staged(staged.pk)
    found = preview(cycle=cycle, content=bytes(staged.content), at=at)
    if found.faulty and not leave_out:
        raise FaultyLines(found.faulty)
    for number, proposal in enumerate(found.proposals, start=next_number(cycle)):
        proposal.number, proposal.entered_by = number, by
    Proposal.objects.bulk_create(found.proposals, batch_size=_BATCH)
    staged.status, staged.content = ProposalList.Status.APPLIED, b""
    staged.save()
    data = {"file": staged.file_name, "count": len(found.proposals), "left_out": found.faulty}
    record(cycle=cycle, act=Act.PROPOSALS_IMPORTED, by=by, at=at, data=data)
    return len(found.proposals)


@transaction.atomic
def drop(*, staged: ProposalList) -> None:
    """Drop a preview; nothing of the file is kept. Raises ListUsed."""
    staged = _staged(staged.pk)
    staged.status, staged.content = ProposalList.Status.DROPPED, b""
    staged.save()

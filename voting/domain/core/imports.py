"""Lists from files, one way for all: staged, previewed, confirmed whole or not at all, dropped, or taken back.

Whatever the list, one order: the file is opened before anything is locked, for the child that opens it may take a
minute; then what must stay put is locked, then the staged file, then its rows are written, and the journal comes last.
So two people who confirm at once wait for each other, nothing is half saved, and what the journal says was done by the
person whom it names. The file, which may name people, is kept only while it is staged; its hash stays in the journal.

A list brings its columns, its checks, and what a row does: ``domain.before.rosters``, ``domain.before.proposal_lists``
and ``domain.after.progress_lists``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import FileStatus, StagedFile, User
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused
from voting.foreign import tables
from voting.models import Cycle, JournalEntry
from voting.states import Act

Kept = TypeVar("Kept", bound=StagedFile)
Row = tables.Row

WHOLE_FILE: dict[str, Promise] = {
    "too_large": gettext_lazy("The file is larger than 20 MB."),
    "too_many_rows": gettext_lazy("The file has more than %(most)s rows."),
    "not_xlsx": gettext_lazy("The file is no XLSX workbook that can be read."),
    "docx": gettext_lazy(
        "The file is a Word document; copy its table into a workbook and save that as XLSX."
    ),
    "old_xls": gettext_lazy(
        "The file is a workbook in the old format (.xls), or one with a password. Open it, save it as XLSX without a "
        "password, and choose that file."
    ),
    "html": gettext_lazy(
        "The file is a web page with the name of a workbook. Open it, save it as XLSX, and choose that file."
    ),
    "bomb": gettext_lazy("The workbook would unpack to far more than a list needs; it was not opened."),
    "far": gettext_lazy(
        "Something stands in cell %(found)s, far outside of any list. Delete what stands there, save the file and "
        "choose it again."
    ),
    "wide": gettext_lazy("Line %(found)s has more columns than any list."),
    "broken": gettext_lazy("The file cannot be read: its content is damaged."),
    "much": gettext_lazy(
        "Reading the file would take far more memory or time than a list needs; it was not read."
    ),
    "busy": gettext_lazy("Somebody else's file is being read; try again in a moment."),
    "encoding": gettext_lazy("The text of the file cannot be read: save it as UTF-8, GB18030 or XLSX."),
    "empty": gettext_lazy("The file is empty."),
    "header": gettext_lazy("A list needs the columns %(wanted)s, and the file has fewer. Found: %(found)s."),
}


class FileRefused(Refused):
    """The file as a whole cannot be read; ``wanted`` are the columns it must name, ``most`` the rows it may have."""

    def __init__(self, error: tables.NotATable, *, wanted: str, most: int) -> None:
        super().__init__(error)
        self.error, self.wanted, self.most = error, wanted, most

    def __str__(self) -> str:
        return str(WHOLE_FILE.get(self.error.code, WHOLE_FILE["broken"])) % {
            "found": self.error.header or _("nothing"),
            "wanted": self.wanted,
            "most": f"{self.most:,}".replace(",", " "),
        }


class FaultyRows(Refused):
    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return _(
            "%(number)d rows are faulty, so nothing was imported. Mend them in the file, or say that they are left out."
        ) % {"number": self.number}


class NotStaged(Refused):
    def __str__(self) -> str:
        return _("This preview has been used or dropped already. Preview the file again.")


class PreviewChanged(Refused):
    """What the file is compared with was changed after the preview."""

    def __str__(self) -> str:
        return _(
            "What the file is compared with was changed since this preview, so nothing was imported. "
            "Preview the file again."
        )


class ImportedAlready(Refused):
    """This very file was taken in before."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at

    def __str__(self) -> str:
        moment = f"{timezone.localtime(self.at):%Y-%m-%d %H:%M}"
        return _("This very file was imported already on %s. Nothing was imported again.") % moment


class CannotUndo(Refused):
    """Only the last import that stands is taken back."""

    def __str__(self) -> str:
        return _("This import cannot be undone any more: it is not the last one that stands.")


class NotSettled(Refused):
    """Nobody has said yet which column of the file is which."""

    def __str__(self) -> str:
        return _("Say first which column is which; nothing was imported.")


class Unanswered(Refused):
    """Something that the preview asks was not ticked."""

    def __init__(self, questions: Sequence[tables.Observation]) -> None:
        super().__init__(questions)
        self.questions = questions

    def __str__(self) -> str:
        return ngettext(
            "One question of the preview is not answered: tick it if it is right. Nothing was imported.",
            "%(number)d questions of the preview are not answered: tick them if they are right. Nothing was imported.",
            len(self.questions),
        ) % {"number": len(self.questions)}


@dataclass
class Confirmed(Generic[Kept]):
    """A file that is being taken in: as it was staged, its content, the table in it, its rows, which were all read, and
    what the journal will say of it.
    """

    file: Kept
    content: bytes
    table: tables.OpenTable
    rows: list[Row]
    entry: dict[str, Any]


def _as_read(file: StagedFile) -> tuple[bytes, object]:
    """Return what the rows of a file were read from: its content, and how it is to be read."""
    return bytes(file.content), file.reading


@dataclass(frozen=True, kw_only=True)
class Import(Generic[Kept]):
    """What one kind of list brings to the common way.

    ``of`` are the fields that tie a file to its cycle. ``hold`` locks what must stay put until the transaction ends,
    and refuses where nothing can be taken in now. ``wanted`` names the columns that must be there, for a person;
    ``theirs`` are the fields that tie a file to the congress of a cycle, ``labels`` what the columns are called.
    """

    model: type[Kept]
    act: Act
    columns: tables.Columns
    wanted: Callable[[], str]
    of: Callable[[Cycle], dict[str, Any]]
    hold: Callable[[Cycle], object]
    theirs: Callable[[Cycle], dict[str, Any]]
    labels: Callable[[], dict[str, str]]

    def opened(
        self, content: bytes, *, cycle: Cycle, choices: tables.Choices | None = None
    ) -> tables.OpenTable:
        """Open a file as it is proposed, with what was learnt in this congress, or as a person chose.

        Raises FileRefused.
        """
        with self._refused():
            return tables.read(content, self.columns, choices, self.learnt(cycle))

    def read_through(
        self, content: bytes, *, cycle: Cycle, choices: tables.Choices | None = None
    ) -> tables.OpenTable:
        """Open a file and, where its columns are settled, read it to its end. Raises FileRefused."""
        table = self.opened(content, cycle=cycle, choices=choices)
        if not table.unsettled:
            for _row in self.settled_rows(table):
                pass
        return table

    def reopened(self, file: StagedFile, *, cycle: Cycle) -> tables.OpenTable:
        """Open a staged file as the person chose, or as it was proposed."""
        return self.opened(bytes(file.content), cycle=cycle, choices=choices_of(file))

    def settled_rows(self, table: tables.OpenTable) -> Iterator[Row]:
        """Yield the rows of a file. Raises NotSettled at once, FileRefused for too many rows when they come."""
        if table.unsettled:
            raise NotSettled
        return self._rows(table.rows())

    def learnt(self, cycle: Cycle) -> dict[str, str]:
        """Return the headings that people of this congress gave a meaning, from the lists that were taken in."""
        applied = self.model._default_manager.filter(  # noqa: SLF001 Django's documented interface
            **self.theirs(cycle), status=FileStatus.APPLIED
        )
        learnt: dict[str, str] = {}
        for reading in applied.order_by("pk").values_list("reading", flat=True):
            learnt |= reading.get("named", {})
        return {heading: name for heading, name in learnt.items() if name in self.columns.headers}

    def _rows(self, rows: Iterator[Row]) -> Iterator[Row]:
        with self._refused():
            yield from rows

    @contextmanager
    def _refused(self) -> Iterator[None]:
        try:
            yield
        except tables.NotATable as error:
            raise FileRefused(error, wanted=self.wanted(), most=self.columns.most) from error

    @transaction.atomic
    def stage(
        self, *, cycle: Cycle, file_name: str, content: bytes, by: User, at: datetime, **own: Any
    ) -> Kept:
        """Keep a file that can be read, for its preview; ``own`` are fields of this kind of list alone."""
        self.hold(cycle)
        file = self.model(
            file_name=file_name[:200],
            content=content,
            uploaded_by=by,
            uploaded_at=at,
            **self.of(cycle),
            **own,
        )
        file.save(force_insert=True)
        return file

    @transaction.atomic
    def choose(
        self, file: StagedFile, *, cycle: Cycle, choices: tables.Choices, named: dict[str, str], **own: Any
    ) -> Kept:
        """Keep how a staged file is to be read; ``named`` are the headings that get a meaning only by this.

        Raises what ``hold`` raises, or NotStaged.
        """
        self.hold(cycle)
        kept = self._files(cycle).select_for_update().filter(pk=file.pk, status=FileStatus.STAGED).first()
        if kept is None:
            raise NotStaged
        kept.reading = {
            "sheet": choices.sheet,
            "header": choices.header,
            "places": None if choices.places is None else dict(choices.places),
            "fill": choices.fill,
            "leave_hidden": choices.leave_hidden,
            "named": named,
        }
        for name, value in own.items():
            setattr(kept, name, value)
        kept.save()
        return kept

    @contextmanager
    def confirmed(
        self, file: StagedFile, *, cycle: Cycle, by: User, at: datetime
    ) -> Iterator[Confirmed[Kept]]:
        """Let the body write the rows of a staged file, all of them or none, and add to what the journal says.

        Raises FileRefused, NotSettled, what ``hold`` raises, or NotStaged.
        """
        before = self._files(cycle).filter(pk=file.pk, status=FileStatus.STAGED).first()
        table = self.reopened(before, cycle=cycle) if before else None
        rows = list(self.settled_rows(table)) if table else []
        with transaction.atomic():
            self.hold(cycle)
            with self._moved(
                file, cycle, since=FileStatus.STAGED, to=FileStatus.APPLIED, refusal=NotStaged
            ) as staged:
                content = bytes(staged.content)
                if before is None or table is None or _as_read(staged) != _as_read(before):
                    raise NotStaged
                entry = {"file": staged.file_name, "digest": digest_of(content)}
                yield Confirmed(staged, content, table, rows, entry)
            record(cycle=cycle, act=self.act, by=by, at=at, data=entry)

    @transaction.atomic
    def drop(self, file: StagedFile, *, cycle: Cycle) -> None:
        """Drop a preview; nothing of the file is kept. Raises NotStaged."""
        with self._moved(file, cycle, since=FileStatus.STAGED, to=FileStatus.DROPPED, refusal=NotStaged):
            pass

    @contextmanager
    def undone(self, file: StagedFile, *, cycle: Cycle, act: Act, by: User, at: datetime) -> Iterator[Kept]:
        """Let the body take the rows of the last import back. Raises what ``hold`` raises, or CannotUndo."""
        with transaction.atomic():
            self.hold(cycle)
            last = self.last_applied(cycle)
            if last is None or last.pk != file.pk:
                raise CannotUndo
            with self._moved(
                file, cycle, since=FileStatus.APPLIED, to=FileStatus.UNDONE, refusal=CannotUndo
            ) as applied:
                yield applied
            record(cycle=cycle, act=act, by=by, at=at, data={"file": applied.file_name})

    def last_applied(self, cycle: Cycle) -> Kept | None:
        """Return the last import that stands: the only one that can be taken back."""
        return self._files(cycle).filter(status=FileStatus.APPLIED).order_by("-pk").first()

    def imported_at(self, content: bytes, *, cycle: Cycle) -> datetime | None:
        """Return when this very file was taken in; the journal remembers its hash."""
        entries = JournalEntry.objects.filter(cycle=cycle, act=self.act, data__digest=digest_of(content))
        return entries.order_by("sequence").values_list("at", flat=True).last()

    def _files(self, cycle: Cycle) -> QuerySet[Kept]:
        return self.model._default_manager.filter(**self.of(cycle))  # noqa: SLF001 Django's documented interface

    @contextmanager
    def _moved(
        self, file: StagedFile, cycle: Cycle, *, since: FileStatus, to: FileStatus, refusal: type[Refused]
    ) -> Iterator[Kept]:
        """Give the body a file that stands where it must, locked; after the body it has moved on, and is empty."""
        locked = self._files(cycle).select_for_update().filter(pk=file.pk, status=since).first()
        if locked is None:
            raise refusal
        yield locked
        locked.status, locked.content = to, b""
        locked.save()


def choices_of(file: StagedFile) -> tables.Choices:
    """Return what a person said of a staged file."""
    kept = file.reading
    return tables.Choices(
        sheet=kept.get("sheet"),
        header=kept.get("header"),
        places=kept.get("places"),
        fill=kept.get("fill", ""),
        leave_hidden=kept.get("leave_hidden", False),
    )


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def require_flawless(faulty: int, *, leave_out: bool = False) -> None:
    """Raise FaultyRows where a row is faulty, unless it was said that such rows are left out."""
    if faulty and not leave_out:
        raise FaultyRows(faulty)


def require_answered(questions: Collection[tables.Observation], agreed: Collection[str]) -> None:
    """Raise Unanswered where something that is asked was not said yes to."""
    if unanswered := [question for question in questions if question.code not in agreed]:
        raise Unanswered(unanswered)


def require_as_previewed(then: str, now: str) -> None:
    """Raise PreviewChanged unless the digest of what was previewed is that of what would be done now."""
    if then != now:
        raise PreviewChanged

"""The list of delegates from a file: previewed, applied whole or not at all, undone as long as that is possible.

The verbs are generators: they yield (rows done, rows in all) and return their result, so that a page or a command can
show the progress of a long list. Whoever does not ask for the progress calls ``finish``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AccessCode, Delegate, Delegation, RosterImport, User
from accounts.roles import Role
from accounts.roster import reading
from accounts.roster.checking import STRIDE, Checked, Entry, Known, Progress, check, known_delegates
from voting.count.canonical import canonical_json, sha256_hex
from voting.count.formats.roster import ROSTER_IMPORT, ROSTER_UNDO, Fault, ImportBody
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused
from voting.models import Cycle, RollEntry
from voting.states import Act, Stage

#: So many corrections are shown in the preview, and so many faults are kept for it.
SHOWN, KEPT_FAULTS = 50, 1000
BEFORE_THE_ROLL = frozenset({Stage.SOLICITATION, Stage.SCREENING, Stage.DELIBERATION})

Mode, Status = RosterImport.Mode, RosterImport.Status
Result = TypeVar("Result")
Steps = Generator[Progress, None, Result]
T = TypeVar("T")

_WHOLE_FILE: dict[str, Promise] = {
    "too_large": gettext_lazy("The file is larger than 20 MB."),
    "too_many_rows": gettext_lazy("The file has more than 200 000 rows."),
    "not_xlsx": gettext_lazy("The file is no XLSX workbook that can be read."),
    "bomb": gettext_lazy(
        "The workbook would unpack to far more than a list of delegates needs; it was not opened."
    ),
    "encoding": gettext_lazy("The text of the file cannot be read: save it as UTF-8, GB18030 or XLSX."),
    "empty": gettext_lazy("The file is empty."),
    "header": gettext_lazy(
        "The first row must name the columns 代表证号, 姓名 and 代表团. Found: %(found)s."
    ),
}
FAULTS: dict[str, Promise] = {
    "no_number": gettext_lazy("the delegate number is missing"),
    "no_name": gettext_lazy("the name is missing"),
    "no_delegation": gettext_lazy("the delegation is missing"),
    "long_number": gettext_lazy("the number is longer than 20 characters: %(about)s…"),
    "long_name": gettext_lazy("the name is longer than 60 characters: %(about)s…"),
    "long_delegation": gettext_lazy("the delegation is longer than 60 characters: %(about)s…"),
    "repeated": gettext_lazy("the same number stands in line %(about)s already"),
    "other_kind": gettext_lazy("number %(about)s belongs to other data (official, demo or rehearsal)"),
    "sub_group": gettext_lazy("“%(about)s” says neither yes nor no to the sub-group"),
}


class FileRefused(Refused):
    """The file as a whole cannot be read."""

    def __init__(self, error: reading.NotARoster) -> None:
        super().__init__(error)
        self.error = error

    def __str__(self) -> str:
        return str(_WHOLE_FILE[self.error.code]) % {"found": self.error.found or _("nothing")}


class RollIsFrozen(Refused):
    """A frozen roll is a copy; the list behind it is changed again after the vote."""

    def __str__(self) -> str:
        return _(
            "The roll of this vote is frozen. Exclude or admit single delegates on the page of the roll."
        )


class RosterChanged(Refused):
    """The delegates were changed after the preview."""

    def __str__(self) -> str:
        return _(
            "The delegates were changed since this preview, so nothing was imported. Preview the file again."
        )


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


class CannotUndo(Refused):
    def __str__(self) -> str:
        return _(
            "This import cannot be undone any more: it is not the last one, or its delegates are on a roll."
        )


def finish(steps: Steps[Result], progress: Callable[[int, int], None] | None = None) -> Result:
    """Run a verb to its end and return its result."""
    while True:
        try:
            done, total = next(steps)
        except StopIteration as stop:
            result: Result = stop.value
            return result
        if progress:
            progress(done, total)


def stage(
    *, cycle: Cycle, file_name: str, content: bytes, mode: str, by: User, at: datetime
) -> Steps[RosterImport]:
    """Read and check a file and keep it with its preview; no delegate is touched. Raises FileRefused, RollIsFrozen."""
    _require_before_the_roll(cycle)
    known = known_delegates()
    try:
        checked = yield from check(reading.read(content), kind=cycle.kind, known=known)
    except reading.NotARoster as error:
        raise FileRefused(error) from error
    return RosterImport.objects.create(
        kind=cycle.kind,
        file_name=file_name[:200],
        content=content,
        digest=hashlib.sha256(content).hexdigest(),
        mode=mode,
        uploaded_by=by,
        uploaded_at=at,
        summary=_summary(checked, known, kind=cycle.kind, mode=mode),
    )


def _summary(checked: Checked, known: dict[str, Known], *, kind: str, mode: str) -> ImportBody:
    out = _put_out(checked, known, kind=kind) if mode == Mode.WHOLE else []
    body: dict[str, Any] = {
        "format": ROSTER_IMPORT.name,
        "rows": checked.rows,
        "new": len(checked.new),
        "corrected": len(checked.corrected),
        "unchanged": checked.unchanged,
        "out": len(out),
        "faults": [[fault.line, fault.code, fault.about] for fault in checked.faults[:KEPT_FAULTS]],
        "faulty": len(checked.faults),
        "corrections": [[vars(old), vars(new)] for old, new in checked.corrected[:SHOWN]],
        "state": _state(known, kind=kind),
    }
    return ROSTER_IMPORT.of(body)


def preview_of(staged: RosterImport) -> ImportBody:
    """Return what the preview showed. Raises UnreadableRecord."""
    return ROSTER_IMPORT.of(staged.summary)


def _put_out(checked: Checked, known: dict[str, Known], *, kind: str) -> list[str]:
    """Return the delegates in office whom a whole list does not name."""
    return [n for n, k in known.items() if k.kind == kind and k.is_active and n not in checked.numbers]


def _state(known: dict[str, Known], *, kind: str) -> str:
    """Return one hash over the delegates as they stand."""
    rows = sorted(
        (n, k.entry.name, k.entry.delegation, k.entry.in_group, k.is_active)
        for n, k in known.items()
        if k.kind == kind
    )
    return sha256_hex(canonical_json(rows))


def sentence(fault: Fault) -> str:
    """Return why a row is faulty, in the reader's language."""
    _line, code, about = fault
    return str(FAULTS[code]) % {"about": about}


def apply(
    *, cycle: Cycle, staged: RosterImport, leave_out: bool = False, by: User, at: datetime
) -> Steps[RosterImport]:
    """Import what the preview showed, in one transaction.

    Raises NotStaged, RollIsFrozen, RosterChanged, or FaultyRows unless they are left out.
    """
    with transaction.atomic():
        staged = RosterImport.objects.select_for_update().get(pk=staged.pk)
        if staged.status != Status.STAGED or staged.kind != cycle.kind:
            raise NotStaged
        _require_before_the_roll(cycle)
        known = known_delegates()
        if _state(known, kind=cycle.kind) != preview_of(staged)["state"]:
            raise RosterChanged
        checked = finish(check(reading.read(bytes(staged.content)), kind=cycle.kind, known=known))
        if checked.faults and not leave_out:
            raise FaultyRows(len(checked.faults))
        out = _put_out(checked, known, kind=cycle.kind) if staged.mode == Mode.WHOLE else []
        yield from _write(cycle.kind, checked, known, out)
        staged.status = Status.APPLIED
        undo_body: dict[str, Any] = {
            "format": ROSTER_UNDO.name,
            "created": [entry.number for entry in checked.new],
            "corrected": [
                {**vars(old), "is_active": known[old.number].is_active} for old, _new in checked.corrected
            ],
            "out": out,
        }
        staged.undo = ROSTER_UNDO.of(undo_body)
        staged.save(update_fields=["status", "undo"])
        data = {
            "file": staged.file_name, "digest": staged.digest, "new": len(checked.new),
            "corrected": len(checked.corrected), "out": len(out), "left_out": len(checked.faults),
        }  # fmt: skip
        record(cycle=cycle, act=Act.ROSTER_IMPORTED, by=by, at=at, data=data)
    return staged


def _write(kind: str, checked: Checked, known: dict[str, Known], out: list[str]) -> Iterator[Progress]:
    """Write new and corrected delegates in batches."""
    total = len(checked.new) + len(checked.corrected)
    done = 0
    delegations = _delegations(kind, {entry.delegation for entry in _entries(checked)})
    for batch in _batches(checked.new):
        _create(kind, batch, delegations)
        done += len(batch)
        yield done, total
    for pairs in _batches(checked.corrected):
        _correct([new for _old, new in pairs], delegations)
        done += len(pairs)
        yield done, total
    for numbers in _batches(out):
        Delegate.objects.filter(number__in=numbers).update(is_active=False)


def _entries(checked: Checked) -> Iterator[Entry]:
    yield from checked.new
    yield from (new for _old, new in checked.corrected)


def _batches(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, STRIDE)):
        yield batch


def _delegations(kind: str, names: set[str]) -> dict[str, Delegation]:
    """Return the delegations of those names; make those that are missing, in the order of their names."""
    there = {d.name: d for d in Delegation.objects.filter(kind=kind)}
    last = Delegation.objects.filter(kind=kind).aggregate(last=Max("position"))["last"] or 0
    new = [
        Delegation(kind=kind, name=name, position=min(last + place, 32_000))
        for place, name in enumerate(sorted(names - there.keys()), start=1)
    ]
    return there | {d.name: d for d in Delegation.objects.bulk_create(new)}


def _create(kind: str, entries: Sequence[Entry], delegations: dict[str, Delegation]) -> None:
    users = User.objects.bulk_create(
        [
            User(
                username=f"delegate-{entry.number}",
                name=entry.name,
                role=Role.DELEGATE,
                kind=kind,
                password=make_password(None),
            )
            for entry in entries
        ]
    )
    Delegate.objects.bulk_create(
        [
            Delegate(
                kind=kind,
                user=user,
                delegation=delegations[entry.delegation],
                number=entry.number,
                name=entry.name,
                in_group=entry.in_group,
            )
            for user, entry in zip(users, entries, strict=True)
        ]
    )


def _correct(
    entries: Sequence[Entry], delegations: dict[str, Delegation], active: dict[str, bool] | None = None
) -> None:
    by_number = {entry.number: entry for entry in entries}
    delegates = list(Delegate.objects.select_related("user").filter(number__in=by_number))
    for delegate in delegates:
        entry = by_number[delegate.number]
        delegate.name = delegate.user.name = entry.name
        delegate.delegation = delegations[entry.delegation]
        delegate.in_group = entry.in_group
        delegate.is_active = active[entry.number] if active else True
    Delegate.objects.bulk_update(delegates, ["name", "delegation", "in_group", "is_active"])
    User.objects.bulk_update([delegate.user for delegate in delegates], ["name"])


def last_applied(kind: str) -> RosterImport | None:
    """Return the last import that stands: the one that can be undone."""
    return (
        RosterImport.objects.defer("content").filter(kind=kind, status=Status.APPLIED).order_by("-pk").first()
    )


@transaction.atomic
def undo(*, cycle: Cycle, applied: RosterImport, by: User, at: datetime) -> None:
    """Take the last import back: its new delegates go, its corrected ones are as before.

    Raises RollIsFrozen, or CannotUndo where it is not the last, or a new delegate is on a roll.
    """
    _require_before_the_roll(cycle)
    applied = RosterImport.objects.select_for_update().get(pk=applied.pk)
    last = last_applied(cycle.kind)
    if last is None or last.pk != applied.pk or applied.undo is None:
        raise CannotUndo
    before = ROSTER_UNDO.of(applied.undo)
    for numbers in _batches(before["created"]):
        if RollEntry.objects.filter(delegate__number__in=numbers).exists():
            raise CannotUndo
        AccessCode.objects.filter(delegate__number__in=numbers).delete()
        users = list(Delegate.objects.filter(number__in=numbers).values_list("user_id", flat=True))
        Delegate.objects.filter(number__in=numbers).delete()
        User.objects.filter(pk__in=users).delete()
    entries = [
        Entry(each["number"], each["name"], each["delegation"], each["in_group"])
        for each in before["corrected"]
    ]
    active = {each["number"]: each["is_active"] for each in before["corrected"]}
    delegations = _delegations(cycle.kind, {entry.delegation for entry in entries})
    for batch in _batches(entries):
        _correct(batch, delegations, active)
    for numbers in _batches(before["out"]):
        Delegate.objects.filter(number__in=numbers).update(is_active=True)
    Delegation.objects.filter(kind=cycle.kind, delegates=None).delete()
    RosterImport.objects.filter(pk=applied.pk).update(status=Status.UNDONE)
    record(cycle=cycle, act=Act.ROSTER_UNDONE, by=by, at=at, data={"file": applied.file_name})


def before_the_roll(cycle: Cycle) -> bool:
    """Tell whether the roll of a vote is still to be frozen, so that the list behind it can be changed."""
    return cycle.stage in BEFORE_THE_ROLL


def _require_before_the_roll(cycle: Cycle) -> None:
    if not before_the_roll(Cycle.objects.get(pk=cycle.pk)):
        raise RollIsFrozen

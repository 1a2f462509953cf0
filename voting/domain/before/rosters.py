"""The list of delegates from a file: previewed, applied whole or not at all, undone as long as that is possible.

The verbs are generators: they yield (rows done, rows in all) and return their result, so that a page or a command can
show the progress of a long list. Whoever does not ask for the progress calls ``finish``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import (
    AccessCode,
    Congress,
    Delegate,
    Delegation,
    RosterImport,
    User,
    delegate_username,
)
from accounts.roles import Role
from accounts.roster_rows import COLUMNS, STRIDE, Checked, Entry, Known, Progress, check, known_delegates
from voting.count.canonical import canonical_json, sha256_hex
from voting.count.formats.roster import (
    ROSTER_IMPORT,
    ROSTER_UNDO,
    Fault,
    FaultCode,
    ImportBody,
    UndoBody,
)
from voting.domain.core import imports
from voting.domain.core.refusals import Refused
from voting.models import Cycle, RollEntry
from voting.states import Act, Stage

#: So many corrections are shown in the preview, and so many faults are kept for it.
SHOWN, KEPT_FAULTS = 50, 1000
BEFORE_THE_ROLL = frozenset({Stage.SOLICITATION, Stage.SCREENING, Stage.DELIBERATION})

Mode = RosterImport.Mode
Result = TypeVar("Result")
Steps = Generator[Progress, None, Result]
T = TypeVar("T")

FAULTS: dict[FaultCode, Promise] = {
    "no_number": gettext_lazy("the delegate number is missing"),
    "no_name": gettext_lazy("the name is missing"),
    "no_delegation": gettext_lazy("the delegation is missing"),
    "long_number": gettext_lazy("the number is longer than 20 characters: %(about)s…"),
    "long_name": gettext_lazy("the name is longer than 60 characters: %(about)s…"),
    "long_delegation": gettext_lazy("the delegation is longer than 60 characters: %(about)s…"),
    "repeated": gettext_lazy("the same number stands in line %(about)s already"),
    # Said by previews from before a number belonged to its congress.
    "other_kind": gettext_lazy("number %(about)s belongs to other data (official, demo or rehearsal)"),
    "sub_group": gettext_lazy("“%(about)s” says neither yes nor no to the sub-group"),
}


class RollIsFrozen(Refused):
    """A frozen roll is a copy; the list behind it is changed again after the vote."""

    def __str__(self) -> str:
        return _(
            "The roll of this vote is frozen. Exclude or admit single delegates on the page of the roll."
        )


class OnARoll(imports.CannotUndo):
    """A delegate whom the import brought is on the roll of a vote, of another year too."""

    def __str__(self) -> str:
        return _("This import cannot be undone any more: delegates of it are on a roll.")


def hold_list(congress: int) -> None:
    """Hold the list of delegates of this congress until the transaction ends, before any row is locked.

    Whoever imports it, freezes a roll from it or prints slips for it comes alone. The cycle's row stays free: an
    import may take minutes, and every proposal of a resident takes its number under that row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"roster:{congress}"])


def _hold(cycle: Cycle) -> None:
    """Hold the list; who freezes a roll does the same, so what is read here stays. Raises RollIsFrozen."""
    hold_list(cycle.congress_id)
    if not before_the_roll(Cycle.objects.get(pk=cycle.pk)):
        raise RollIsFrozen


ROSTER = imports.Import(
    model=RosterImport,
    act=Act.ROSTER_IMPORTED,
    columns=COLUMNS,
    wanted=lambda: "代表证号, 姓名, 代表团",
    of=lambda cycle: {"congress": cycle.congress},
    hold=_hold,
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
    """Read and check a file and keep it with its preview; no delegate is touched. Raises FileRefused, RollIsFrozen.

    What is no list at all is refused before the first step.
    """
    rows = ROSTER.rows(content)
    return _staged(rows, cycle=cycle, file_name=file_name, content=content, mode=mode, by=by, at=at)


def _staged(
    rows: Iterator[imports.Row],
    *,
    cycle: Cycle,
    file_name: str,
    content: bytes,
    mode: str,
    by: User,
    at: datetime,
) -> Steps[RosterImport]:
    known = known_delegates(cycle.congress_id)
    checked = yield from check(rows, known=known)
    return ROSTER.stage(
        cycle=cycle,
        file_name=file_name,
        content=content,
        by=by,
        at=at,
        digest=imports.digest_of(content),
        mode=mode,
        summary=_summary(checked, known, mode=mode),
    )


def _summary(checked: Checked, known: dict[str, Known], *, mode: str) -> ImportBody:
    out = _put_out(checked, known) if mode == Mode.WHOLE else []
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
        "state": _state(known),
    }
    return ROSTER_IMPORT.of(body)


def preview_of(staged: RosterImport) -> ImportBody:
    """Return what the preview showed. Raises UnreadableRecord."""
    return ROSTER_IMPORT.of(staged.summary)


def _put_out(checked: Checked, known: dict[str, Known]) -> list[str]:
    """Return the delegates in office whom a whole list does not name."""
    return [n for n, k in known.items() if k.is_active and n not in checked.numbers]


def _state(known: dict[str, Known]) -> str:
    """Return one hash over the delegates as they stand."""
    rows = sorted(
        (n, k.entry.name, k.entry.delegation, k.entry.in_group, k.is_active) for n, k in known.items()
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

    Raises RollIsFrozen, NotStaged, PreviewChanged, or FaultyRows unless they are left out.
    """
    with ROSTER.confirmed(staged, cycle=cycle, by=by, at=at) as confirmed:
        file, known = confirmed.file, known_delegates(cycle.congress_id)
        imports.require_as_previewed(preview_of(file)["state"], _state(known))
        checked = finish(check(iter(confirmed.rows), known=known))
        imports.require_flawless(len(checked.faults), leave_out=leave_out)
        out = _put_out(checked, known) if file.mode == Mode.WHOLE else []
        delegations = _not_there(cycle.congress, checked.delegations)
        yield from _write(cycle.congress, checked, out)
        undo_body: dict[str, Any] = {
            "format": ROSTER_UNDO.name,
            "created": [entry.number for entry in checked.new],
            "corrected": [
                {**vars(old), "is_active": known[old.number].is_active} for old, _new in checked.corrected
            ],
            "out": out,
            "delegations": delegations,
        }
        file.undo = ROSTER_UNDO.of(undo_body)
        confirmed.entry |= {
            "new": len(checked.new), "corrected": len(checked.corrected), "out": len(out),
            "left_out": len(checked.faults),
        }  # fmt: skip
    return file


def _write(congress: Congress, checked: Checked, out: list[str]) -> Iterator[Progress]:
    """Write new and corrected delegates in batches."""
    total = len(checked.new) + len(checked.corrected)
    done = 0
    delegations = _delegations(congress, checked.delegations)
    for batch in _batches(checked.new):
        _create(congress, batch, delegations)
        done += len(batch)
        yield done, total
    for pairs in _batches(checked.corrected):
        _correct(congress, [new for _old, new in pairs], delegations)
        done += len(pairs)
        yield done, total
    for numbers in _batches(out):
        congress.delegates.filter(number__in=numbers).update(is_active=False)


def _batches(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, STRIDE)):
        yield batch


def _not_there(congress: Congress, names: Iterable[str]) -> list[str]:
    """Return the names that no delegation of the congress has, in their order."""
    there = set(congress.delegations.values_list("name", flat=True))
    return [name for name in names if name not in there]


def _delegations(congress: Congress, names: dict[str, None]) -> dict[str, Delegation]:
    """Return the delegations of the congress by their names; make those that are missing, in the order given."""
    there = {d.name: d for d in congress.delegations.all()}
    last = congress.delegations.aggregate(last=Max("position"))["last"] or 0
    new = [
        Delegation(congress=congress, name=name, position=min(last + place, 32_000))
        for place, name in enumerate((name for name in names if name not in there), start=1)
    ]
    return there | {d.name: d for d in Delegation.objects.bulk_create(new)}


def _create(congress: Congress, entries: Sequence[Entry], delegations: dict[str, Delegation]) -> None:
    users = User.objects.bulk_create(
        [
            User(
                username=delegate_username(congress, entry.number),
                name=entry.name,
                role=Role.DELEGATE,
                congress=congress,
                password=make_password(None),
            )
            for entry in entries
        ]
    )
    Delegate.objects.bulk_create(
        [
            Delegate(
                congress=congress,
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
    congress: Congress,
    entries: Sequence[Entry],
    delegations: dict[str, Delegation],
    active: dict[str, bool] | None = None,
) -> None:
    by_number = {entry.number: entry for entry in entries}
    delegates = list(congress.delegates.select_related("user").filter(number__in=by_number))
    for delegate in delegates:
        entry = by_number[delegate.number]
        delegate.name = delegate.user.name = entry.name
        delegate.delegation = delegations[entry.delegation]
        delegate.in_group = entry.in_group
        delegate.is_active = active[entry.number] if active else True
    Delegate.objects.bulk_update(delegates, ["name", "delegation", "in_group", "is_active"])
    User.objects.bulk_update([delegate.user for delegate in delegates], ["name"])


def drop(*, cycle: Cycle, staged: RosterImport) -> None:
    """Drop a preview; nothing of the file is kept. Raises NotStaged."""
    ROSTER.drop(staged, cycle=cycle)


def undo(*, cycle: Cycle, applied: RosterImport, by: User, at: datetime) -> None:
    """Take the last import back: its new delegates and delegations go, its corrected delegates are as before.

    A delegation that was there before stays, though nobody is of it.

    Raises RollIsFrozen, CannotUndo where it is not the last, or OnARoll.
    """
    with ROSTER.undone(applied, cycle=cycle, act=Act.ROSTER_UNDONE, by=by, at=at) as file:
        _take_back(cycle.congress, ROSTER_UNDO.of(file.undo))


def _take_back(congress: Congress, before: UndoBody) -> None:
    for numbers in _batches(before["created"]):
        theirs = congress.delegates.filter(number__in=numbers)
        if RollEntry.objects.filter(delegate__in=theirs).exists():
            raise OnARoll
        AccessCode.objects.filter(delegate__in=theirs).delete()
        users = list(theirs.values_list("user_id", flat=True))
        theirs.delete()
        User.objects.filter(pk__in=users).delete()
    entries = [
        Entry(each["number"], each["name"], each["delegation"], each["in_group"])
        for each in before["corrected"]
    ]
    active = {each["number"]: each["is_active"] for each in before["corrected"]}
    delegations = _delegations(congress, dict.fromkeys(entry.delegation for entry in entries))
    for batch in _batches(entries):
        _correct(congress, batch, delegations, active)
    for numbers in _batches(before["out"]):
        congress.delegates.filter(number__in=numbers).update(is_active=True)
    congress.delegations.filter(name__in=before.get("delegations", []), delegates=None).delete()


def before_the_roll(cycle: Cycle) -> bool:
    """Tell whether the roll of a vote is still to be frozen, so that the list behind it can be changed."""
    return cycle.stage in BEFORE_THE_ROLL

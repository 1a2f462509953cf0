"""The list of delegates from a file: previewed, applied whole or not at all, undone as long as that is possible.

The verbs are generators: they yield (rows done, rows in all) and return their result, so that a page or a command can
show the progress of a long list. Whoever does not ask for the progress calls ``finish``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

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
from accounts.roster_rows import COLUMNS, STRIDE, Checked, Entry, Progress, check, known_delegates
from voting.count.formats.roster import (
    ROSTER_UNDO,
    ImportBody,
    UndoBody,
)
from voting.domain.before.roster_previews import preview_of, put_out, roster_labels, state_of, summary_of
from voting.domain.core import imports
from voting.domain.core.refusals import Refused
from voting.foreign.tables import Choices, Observation, OpenTable
from voting.models import Cycle, RollEntry
from voting.states import Act, Stage

BEFORE_THE_ROLL = frozenset({Stage.SOLICITATION, Stage.SCREENING, Stage.DELIBERATION})

Mode = RosterImport.Mode
_LAST = 32_000  # the position of a delegation is a small number
Result = TypeVar("Result")
Steps = Generator[Progress, None, Result]
T = TypeVar("T")


class RollIsFrozen(Refused):
    """A frozen roll is a copy; the list behind it is changed again after the vote."""

    def __str__(self) -> str:
        return _(
            "The roll of this vote is frozen. Exclude or admit single delegates on the page of the roll."
        )


class NobodyInTheList(Refused):
    """A list of nobody would put everybody out of office."""

    def __str__(self) -> str:
        return _(
            "Nobody stands in this list below its header; nothing was imported, and nobody goes out of office."
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
    theirs=lambda cycle: {"congress": cycle.congress},
    labels=roster_labels,
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
    """Read and check a file and keep it with its preview; no delegate is touched.

    Where nobody has said which column is which, it is kept without one. What is no list at all is refused before the
    first step: raises FileRefused, RollIsFrozen, NobodyInTheList.
    """
    table = ROSTER.opened(content, cycle=cycle)
    return _staged(table, cycle=cycle, file_name=file_name, content=content, mode=mode, by=by, at=at)


def _staged(
    table: OpenTable, *, cycle: Cycle, file_name: str, content: bytes, mode: str, by: User, at: datetime
) -> Steps[RosterImport]:
    summary = yield from _looked_at(table, cycle=cycle, mode=mode)
    digest = imports.digest_of(content)
    return ROSTER.stage(
        cycle=cycle, file_name=file_name, content=content, by=by, at=at, digest=digest, mode=mode,
        summary=summary, reading={"named": table.named_by_hand()},
    )  # fmt: skip


def choose(*, cycle: Cycle, staged: RosterImport, choices: Choices) -> Steps[RosterImport]:
    """Read a staged file as a person says, and make its preview anew. Raises what ``stage`` raises, or NotStaged."""
    table = ROSTER.opened(bytes(staged.content), cycle=cycle, choices=choices)
    return _chosen(table, cycle=cycle, staged=staged, choices=choices)


def _chosen(table: OpenTable, *, cycle: Cycle, staged: RosterImport, choices: Choices) -> Steps[RosterImport]:
    summary = yield from _looked_at(table, cycle=cycle, mode=staged.mode)
    return ROSTER.choose(staged, cycle=cycle, choices=choices, named=table.named_by_hand(), summary=summary)


def _looked_at(table: OpenTable, *, cycle: Cycle, mode: str) -> Steps[ImportBody | dict[str, Any]]:
    """Return the preview of a file, empty while its columns are not settled."""
    if table.unsettled:
        return {}
    known = known_delegates(cycle.congress_id)
    checked = yield from check(ROSTER.settled_rows(table), known=known)
    if not checked.rows:
        raise NobodyInTheList
    checked.remarks[:0], checked.questions[:0] = table.remarks, table.questions
    return summary_of(checked, known, mode=mode)


def require_ready(staged: RosterImport, *, leave_out: bool, agreed: Collection[str]) -> None:
    """Raise what the preview alone refuses: NotStaged, NotSettled, FaultyRows, Unanswered, UnreadableRecord."""
    if staged.status != staged.Status.STAGED:
        raise imports.NotStaged
    if not staged.summary:
        raise imports.NotSettled
    preview = preview_of(staged)
    imports.require_flawless(preview["faulty"], leave_out=leave_out)
    imports.require_answered([Observation(*each) for each in preview.get("questions", [])], agreed)


def apply(
    *,
    cycle: Cycle,
    staged: RosterImport,
    leave_out: bool = False,
    agreed: Collection[str] = (),
    by: User,
    at: datetime,
) -> Steps[RosterImport]:
    """Import what the preview showed, in one transaction; ``agreed`` are the questions that were said yes to.

    Raises RollIsFrozen, NotStaged, NotSettled, PreviewChanged, Unanswered, NobodyInTheList, or FaultyRows unless they
    are left out.
    """
    with ROSTER.confirmed(staged, cycle=cycle, by=by, at=at) as confirmed:
        file, known = confirmed.file, known_delegates(cycle.congress_id)
        imports.require_as_previewed(preview_of(file)["state"], state_of(known))
        checked = finish(check(confirmed.rows, known=known))
        imports.require_flawless(checked.faulty, leave_out=leave_out)
        imports.require_answered([*confirmed.table.questions, *checked.questions], agreed)
        if not checked.numbers:
            raise NobodyInTheList
        whole = file.mode == Mode.WHOLE
        out = put_out(checked, known) if whole else []
        delegations = _not_there(cycle.congress, checked.delegations)
        order = [list(each) for each in cycle.congress.delegations.values_list("name", "position")]
        yield from _write(cycle.congress, checked, out)
        if whole:
            _put_in_order(cycle.congress, checked.delegations)
        undo_body: dict[str, Any] = {
            "format": ROSTER_UNDO.name,
            "created": [entry.number for entry in checked.new],
            "corrected": [
                {**vars(old), "is_active": known[old.number].is_active} for old, _new in checked.corrected
            ],
            "out": out,
            "delegations": delegations,
            "order": order,
        }
        file.undo = ROSTER_UNDO.of(undo_body)
        confirmed.entry |= {
            "new": len(checked.new), "corrected": len(checked.corrected), "out": len(out),
            "left_out": checked.faulty,
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
        Delegation(congress=congress, name=name, position=min(last + place, _LAST))
        for place, name in enumerate((name for name in names if name not in there), start=1)
    ]
    return there | {d.name: d for d in Delegation.objects.bulk_create(new)}


def _put_in_order(congress: Congress, names: Iterable[str]) -> None:
    """Give the delegations the order of the names; those that are not among them come after, as they stood."""
    first = {name: place for place, name in enumerate(names)}
    delegations = list(congress.delegations.all())
    delegations.sort(key=lambda each: first.get(each.name, len(first)))
    for position, delegation in enumerate(delegations, start=1):
        delegation.position = min(position, _LAST)
    Delegation.objects.bulk_update(delegations, ["position"])


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
    for name, position in before.get("order", []):
        congress.delegations.filter(name=name).exclude(position=position).update(position=position)


def before_the_roll(cycle: Cycle) -> bool:
    """Tell whether the roll of a vote is still to be frozen, so that the list behind it can be changed."""
    return cycle.stage in BEFORE_THE_ROLL

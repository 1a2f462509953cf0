"""Each row of a list of delegates against the list itself and against the delegates who are here already."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field

from accounts.codes import normalise
from accounts.models import Delegate
from voting.foreign.tables import Columns

COLUMNS = Columns(
    headers={
        "number": frozenset(
            {"代表证号", "代表号", "证号", "编号", "代表编号", "number", "no.", "no", "delegatenumber"}
        ),
        "name": frozenset({"姓名", "名字", "代表姓名", "name", "fullname"}),
        "delegation": frozenset({"代表团", "团组", "所属代表团", "delegation", "group"}),
        "in_group": frozenset(
            {
                "分组",
                "属于分组",
                "常委会组成人员",
                "sub-group",
                "subgroup",
                "insub-group",
                "standingcommittee",
            }
        ),
    },
    required=("number", "name", "delegation"),
)
LONGEST = {"number": 20, "name": 60, "delegation": 60}
YES = frozenset({"是", "有", "y", "yes", "1", "true", "√", "✓"})
NO = frozenset({"", "否", "无", "n", "no", "0", "false"})
#: Rows between two words about the progress.
STRIDE = 5000

#: (rows done, rows in all; 0 while it is not known)
Progress = tuple[int, int]


@dataclass(frozen=True)
class Entry:
    """A delegate as a row says it."""

    number: str
    name: str
    delegation: str
    in_group: bool = False


@dataclass(frozen=True)
class Known:
    """A delegate who is here already."""

    entry: Entry
    is_active: bool


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be taken.

    ``code`` is ``no_number``, ``no_name``, ``no_delegation``, ``long_number``, ``long_name``, ``long_delegation``,
    ``repeated`` (``about`` is the line that has the number first) or ``sub_group``.
    """

    line: int
    code: str
    about: str = ""


@dataclass
class Checked:
    """What importing the list would do."""

    rows: int = 0
    new: list[Entry] = field(default_factory=list)
    corrected: list[tuple[Entry, Entry]] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    #: The delegations that the rows name, each once, in the order of the file.
    delegations: dict[str, None] = field(default_factory=dict)


def known_delegates(congress: int) -> dict[str, Known]:
    """Return every delegate of this congress by number, in one query."""
    rows = Delegate.objects.filter(congress=congress).values_list(
        "number", "name", "delegation__name", "in_group", "is_active"
    )
    return {
        number: Known(Entry(number, name, delegation, in_group), is_active)
        for number, name, delegation, in_group, is_active in rows.iterator(chunk_size=STRIDE)
    }


def check(
    rows: Iterable[tuple[int, Mapping[str, str]]], *, known: Mapping[str, Known]
) -> Generator[Progress, None, Checked]:
    """Check the rows one by one, yielding the progress; return what importing them would do."""
    checked = Checked()
    first: dict[str, int] = {}
    for line, row in rows:
        checked.rows += 1
        if not checked.rows % STRIDE:
            yield checked.rows, 0
        entry = _entry(line, row, first, known)
        if isinstance(entry, Fault):
            checked.faults.append(entry)
            continue
        there = known.get(entry.number)
        checked.numbers.add(entry.number)
        checked.delegations.setdefault(entry.delegation)
        if there is None:
            checked.new.append(entry)
        elif there.entry != entry or not there.is_active:
            checked.corrected.append((there.entry, entry))
        else:
            checked.unchanged += 1
    yield checked.rows, checked.rows
    return checked


def _entry(
    line: int, row: Mapping[str, str], first: dict[str, int], known: Mapping[str, Known]
) -> Entry | Fault:
    """Return what a row says; ``first`` remembers which line has a number first.

    Without the column of the sub-group nothing is said about it.
    """
    number = normalise(row["number"]).upper()
    cells = {"number": number, "name": row["name"], "delegation": row["delegation"]}
    for name, text in cells.items():
        if not text:
            return Fault(line, f"no_{name}")
        if len(text) > LONGEST[name]:
            return Fault(line, f"long_{name}", text[: LONGEST[name]])
    if number in first:
        return Fault(line, "repeated", str(first[number]))
    first[number] = line
    if "in_group" not in row:
        there = known.get(number)
        return Entry(**cells, in_group=bool(there and there.entry.in_group))
    word = "".join(row["in_group"].lower().split())
    if word not in YES | NO:
        return Fault(line, "sub_group", row["in_group"][:20])
    return Entry(**cells, in_group=word in YES)

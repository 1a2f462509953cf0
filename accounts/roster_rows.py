"""Each row of a list of delegates against the list itself and against the delegates who are here already."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.codes import as_number
from accounts.models import Delegate
from voting.foreign.tables import CellFault, Columns, Observation, Row
from voting.text.likeness import alike_groups, name_key, number_key

COLUMNS = Columns(
    headers={
        "number": frozenset({
            "代表证号", "代表号", "证号", "编号", "代表编号", "代表证编号", "代表证号码", "證號", "代表證號",
            "number", "no.", "no", "delegatenumber",
        }),
        "name": frozenset({"姓名", "名字", "代表姓名", "name", "fullname"}),
        "delegation": frozenset({
            "代表团", "团组", "所属代表团", "所在代表团", "代表团名称", "代表團", "delegation", "group",
        }),
        "in_group": frozenset({
            "分组", "属于分组", "常委会组成人员", "sub-group", "subgroup", "insub-group", "standingcommittee",
            "belongstothesub-group",
        }),
    },
    required=("number", "name", "delegation"),
    stand_in={"number": frozenset({"序号", "顺序号", "序"})},
    kinds={"number": "number", "name": "name"},
    fills="delegation",
)  # fmt: skip
LONGEST = {"number": 20, "name": 60, "delegation": 60}
YES = frozenset({"是", "有", "y", "yes", "1", "true", "√", "✓"})
NO = frozenset({"", "否", "无", "n", "no", "0", "false"})
#: A remark names so many of what it counts; so many delegations are compared with each other.
MOST_LISTED, MOST_COMPARED = 20, 600
#: A new delegation of one person is worth a word where the others have so many.
LONE_AMONG = 3
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
    ``repeated`` (``about`` is the line that has the number first), ``sub_group`` or ``shifted``: what stands under the
    name is a number or a delegation.
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
    #: What is wrong with single cells, by line.
    cells: list[tuple[int, CellFault]] = field(default_factory=list)
    remarks: list[Observation] = field(default_factory=list)
    questions: list[Observation] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    #: The delegations that the rows name, each once, in the order of the file.
    delegations: dict[str, None] = field(default_factory=dict)

    @property
    def faulty(self) -> int:
        """How many rows are faulty, whatever else is wrong with them."""
        return len({fault.line for fault in self.faults} | {line for line, _fault in self.cells})


def known_delegates(congress: int) -> dict[str, Known]:
    """Return every delegate of this congress by number, in one query."""
    rows = Delegate.objects.filter(congress=congress).values_list(
        "number", "name", "delegation__name", "in_group", "is_active"
    )
    return {
        number: Known(Entry(number, name, delegation, in_group), is_active)
        for number, name, delegation, in_group, is_active in rows.iterator(chunk_size=STRIDE)
    }


def check(rows: Iterable[Row], *, known: Mapping[str, Known]) -> Generator[Progress, None, Checked]:
    """Check the rows one by one, yielding the progress; return what importing them would do."""
    checked = Checked()
    first: dict[str, int] = {}
    entries: dict[int, Entry] = {}
    plain: list[str] = []
    for row in rows:
        checked.rows += 1
        if not checked.rows % STRIDE:
            yield checked.rows, 0
        if row.faults:
            checked.cells += [(row.line, fault) for fault in row.faults]
            continue
        entry = _entry(row, first, known, checked.faults)
        if entry is not None:
            entries[row.line] = entry
            if name_key(row.cells["number"]) != entry.number.casefold():
                plain.append(f"{row.cells['number']} → {entry.number}")
    if plain:
        checked.remarks.append(Observation("plain_numbers", str(len(plain)), _listed(plain)))
    _take_shifted_out(entries, known, checked.faults)
    for entry in entries.values():
        there = known.get(entry.number)
        checked.numbers.add(entry.number)
        checked.delegations.setdefault(entry.delegation)
        if there is None:
            checked.new.append(entry)
        elif there.entry != entry or not there.is_active:
            checked.corrected.append((there.entry, entry))
        else:
            checked.unchanged += 1
    checked.faults.sort(key=lambda fault: fault.line)
    _compare(checked, list(entries.values()), known)
    yield checked.rows, checked.rows
    return checked


def _entry(row: Row, first: dict[str, int], known: Mapping[str, Known], faults: list[Fault]) -> Entry | None:
    """Return what a row says, or name all that is wrong with it; ``first`` remembers which line has a number first.

    Without the column of the sub-group nothing is said about it.
    """
    before, line = len(faults), row.line
    number = as_number(row.cells["number"])
    cells = {"number": number, "name": row.cells["name"], "delegation": row.cells["delegation"]}
    for name, text in cells.items():
        if not text:
            faults.append(Fault(line, f"no_{name}"))
        elif len(text) > LONGEST[name]:
            faults.append(Fault(line, f"long_{name}", text[: LONGEST[name]]))
    if number in first:
        faults.append(Fault(line, "repeated", str(first[number])))
    elif number:
        first[number] = line
    word = "".join(row.cells.get("in_group", "").lower().split())
    if word not in YES | NO:
        faults.append(Fault(line, "sub_group", row.cells["in_group"][:20]))
    if len(faults) > before:
        return None
    there = known.get(number)
    in_group = word in YES if "in_group" in row.cells else bool(there and there.entry.in_group)
    return Entry(**cells, in_group=in_group)


def _take_shifted_out(entries: dict[int, Entry], known: Mapping[str, Known], faults: list[Fault]) -> None:
    """Name the rows whose cells stand one column off: else a person's name would found a delegation."""
    groups = Counter(entry.delegation for entry in entries.values())
    groups.update(each.entry.delegation for each in known.values())
    for line, entry in list(entries.items()):
        is_shifted = entry.name.isdigit() or entry.delegation.isdigit()
        if is_shifted or groups[entry.name] > 1 or (groups[entry.name] and groups[entry.delegation] == 1):
            faults.append(Fault(line, "shifted", f"{entry.name} | {entry.delegation}"[:60]))
            del entries[line]


def _compare(checked: Checked, entries: Sequence[Entry], known: Mapping[str, Known]) -> None:
    """Name who is here twice in another spelling: numbers and delegations are asked about, names are warned of."""
    checked.questions += _twins(checked.new, entries, known)
    checked.questions += _alike(checked.delegations, known)
    checked.remarks += _namesakes(entries, known, {entry.number for entry in checked.new})
    sizes = Counter(entry.delegation for entry in entries)
    there = {each.entry.delegation for each in known.values()}
    alone = [name for name, size in sizes.items() if size == 1 and name not in there]
    if alone and len(entries) >= LONE_AMONG * len(sizes):
        checked.remarks.append(Observation("alone", str(len(alone)), _listed(alone)))


def _twins(new: Sequence[Entry], entries: Sequence[Entry], known: Mapping[str, Known]) -> list[Observation]:
    numbers: dict[str, set[str]] = defaultdict(set)
    for number in [*known, *(entry.number for entry in entries)]:
        numbers[number_key(number)].add(number)
    pairs = dict.fromkeys(
        " – ".join(sorted(twins, key=lambda each: (len(each), each)))
        for entry in new
        if len(twins := numbers[number_key(entry.number)]) > 1
    )
    return [Observation("twins", str(len(pairs)), _listed(list(pairs)))] if pairs else []


def _alike(names: Iterable[str], known: Mapping[str, Known]) -> list[Observation]:
    there = dict.fromkeys(each.entry.delegation for each in known.values())
    names = list(names)
    if len(names) + len(there) > MOST_COMPARED:
        return []
    pairs = []
    for place, name in enumerate(names):
        others = (other for other in [*there, *names[:place]] if alike_groups(name, other))
        if name not in there and (other := next(others, "")):
            pairs.append(f"{other} – {name}")
    return [Observation("alike", str(len(pairs)), _listed(pairs))] if pairs else []


def _namesakes(
    entries: Sequence[Entry], known: Mapping[str, Known], new: Collection[str]
) -> list[Observation]:
    people = {number: each.entry for number, each in known.items()} | {each.number: each for each in entries}
    namesakes: dict[str, list[Entry]] = defaultdict(list)
    for entry in people.values():
        namesakes[name_key(entry.name)].append(entry)
    groups = [
        ", ".join(f"{each.name} {each.number}" for each in group)
        for group in namesakes.values()
        if len(group) > 1 and any(each.number in new for each in group)
    ]
    return [Observation("namesakes", str(len(groups)), _listed(groups, "; "))] if groups else []


def _listed(items: Sequence[str], between: str = ", ") -> str:
    return between.join([*items[:MOST_LISTED], "…"] if len(items) > MOST_LISTED else items)

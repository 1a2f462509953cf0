"""Where everything stands on a sheet, in whole millimetres: one function, for who draws it and who reads it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from voting.count.canonical import canonical_json, sha256_hex
from voting.count.definition import Definition
from voting.count.formats.sheet_layout import (
    SHEET_LAYOUT,
    SheetArea,
    SheetBox,
    SheetLayoutBody,
    SheetMarker,
    SheetSlot,
)
from voting.count.measures import BallotType, Mark
from voting.count.paper_marks import MARKS
from voting.scan.markers import CORNERS, ids_of, patterns

#: The page (A4), a marker's side and its distance from the edges, the printed line in micrometres.
WIDTH, HEIGHT = 210, 297
MARKER, MARGIN = 10, 9
LINE, FRAME_LINE = 350, 700
_LEFT, _TOP, _ACROSS, _BETWEEN = 18, 46, 174, 4
_HEADING, _ROWS_HIGH, _TALLEST, _LOWEST = 9, 180, 14, 12
_NARROWEST = 24  # of the column of names
_MOST_PLACES = 10
_QUESTION_HEADING, _QUESTION = 8, 14
_COLUMN_NAMES = {Mark.FOR: "for", Mark.AGAINST: "against", Mark.ABSTAIN: "abstain"}
_GRADE_NAMES = {
    Mark.FOR: "satisfied",
    Mark.BASICALLY: "basically",
    Mark.AGAINST: "unsatisfied",
    Mark.ABSTAIN: "abstain",
}
_REPORT = (Mark.FOR, Mark.AGAINST, Mark.ABSTAIN)
#: The number of the one question about the whole list.
WHOLE_LIST = 0


class NoLayout(ValueError):
    """So many projects or places stand on no sheet that a scanner can read; such a ballot is typed by hand."""


@dataclass(frozen=True)
class Layout:
    """One sheet. Equal records are equal layouts."""

    text: str

    @cached_property
    def body(self) -> SheetLayoutBody:
        return SHEET_LAYOUT.read(self.text)

    @property
    def digest(self) -> str:
        """The hash of all that is on the sheet but the markers, which carry it."""
        return self.body["digest"]

    @property
    def boxes(self) -> list[SheetBox]:
        return self.body["boxes"]

    @property
    def in_group(self) -> bool:
        """Whether it is the sheet of the sub-group with its own threshold."""
        return self.body["in_group"]

    def drawn(self, blank: str) -> Layout:
        """Return the same layout with the sheet as it is printed, a PNG in base64."""
        return Layout(SHEET_LAYOUT.write({**self.body, "blank": blank}))


def read_layout(text: str | bytes) -> Layout:
    """Return the layout that a file holds. Raises UnreadableRecord, and NoLayout where its digest is another's."""
    body = SHEET_LAYOUT.read(text)
    if _digest(body) != body["digest"] or tuple(each["id"] for each in body["markers"]) != ids_of(
        body["digest"]
    ):
        raise NoLayout("the layout does not have the digest that it names")
    return Layout(SHEET_LAYOUT.write(body))


def layout_of(definition: Definition, *, language: str = "zh-hans", in_group: bool = False) -> Layout:
    """Return the sheet of a round, as it is printed in a language; that of the sub-group is another.

    Raises NoLayout.
    """
    return make_layout(
        definition.ballot_type,
        definition.numbers,
        places=definition.rule.numbers,
        definition=definition.digest,
        language=language,
        in_group=in_group,
    )


def make_layout(
    ballot_type: BallotType,
    numbers: Sequence[int],
    *,
    places: int,
    definition: str = "",
    language: str = "zh-hans",
    in_group: bool = False,
) -> Layout:
    """Return a sheet with projects of these numbers; without a definition it is a specimen. Raises NoLayout."""
    if not numbers:
        raise NoLayout("no project")
    plan = (
        _report_plan(numbers)
        if ballot_type is BallotType.WHOLE_REPORT
        else _plan(ballot_type, numbers, places)
    )
    body = SheetLayoutBody(
        format="piaojue-sheet-layout/1",
        definition=definition,
        language=language,
        in_group=in_group,
        ballot_type=ballot_type,
        items=list(numbers),
        page=_area(0, 0, WIDTH, HEIGHT),
        frames=plan.frames,
        lines=plan.lines,
        slots=[*plan.slots, *_around(max(each["y"] + each["h"] for each in plan.frames))],
        boxes=plan.boxes,
        markers=[],
        digest="0" * 64,
        blank="",
    )
    digest = _digest(body)
    return Layout(SHEET_LAYOUT.write({**body, "digest": digest, "markers": _markers(digest)}))


def _digest(body: SheetLayoutBody) -> str:
    return sha256_hex(
        canonical_json({key: each for key, each in body.items() if key not in {"digest", "markers", "blank"}})
    )


def _markers(digest: str) -> list[SheetMarker]:
    right, bottom = WIDTH - MARGIN - MARKER, HEIGHT - MARGIN - MARKER
    corners = ((MARGIN, MARGIN), (right, MARGIN), (right, bottom), (MARGIN, bottom))
    return [
        SheetMarker(corner=name, id=number, cells=patterns()[number], x=x, y=y, w=MARKER, h=MARKER)  # type: ignore[typeddict-item]
        for name, number, (x, y) in zip(CORNERS, ids_of(digest), corners, strict=True)
    ]


def _area(x: int, y: int, w: int, h: int) -> SheetArea:
    return SheetArea(x=x, y=y, w=w, h=h)


def _slot(kind: str, area: SheetArea, *, column: str = "", number: int = 0) -> SheetSlot:
    return SheetSlot(kind=kind, column=column, number=number, **area)  # type: ignore[typeddict-item]


@dataclass
class _Plan:
    """What the tables take."""

    frames: list[SheetArea]
    lines: list[SheetArea]
    slots: list[SheetSlot]
    boxes: list[SheetBox]


def _columns(ballot_type: BallotType, places: int) -> list[tuple[str, int]]:
    if ballot_type.numbered:
        return [(str(place), place) for place in range(1, places + 1)]
    names = _GRADE_NAMES if ballot_type is BallotType.GRADES else _COLUMN_NAMES
    return [(names[mark], int(mark)) for mark in MARKS.get(ballot_type, (Mark.FOR,))]


def _plan(ballot_type: BallotType, numbers: Sequence[int], places: int) -> _Plan:
    ranking = ballot_type.numbered
    if ranking and places > _MOST_PLACES:
        raise NoLayout(f"more than {_MOST_PLACES} places or points for one project")
    columns = _columns(ballot_type, places)
    tables = 1 if len(numbers) * _LOWEST <= _ROWS_HIGH else 2
    rows = -(-len(numbers) // tables)
    row = min(_TALLEST - (ranking or tables > 1), _ROWS_HIGH // rows)
    if row < _LOWEST:
        raise NoLayout(f"more than {2 * _ROWS_HIGH // _LOWEST} projects")
    box = (7 if row % 2 else 8) if ranking else row - 4
    across = (_ACROSS - _BETWEEN * (tables - 1)) // tables
    ordinal = 12 if tables == 1 else 9
    wide = box + 4 if ranking or tables > 1 else 20 if len(columns) == 1 else 18
    if across - ordinal - wide * len(columns) < _NARROWEST:
        raise NoLayout("too many projects for so many columns")
    plan = _Plan([], [], [], [])
    measures = _Measures(across, ordinal, wide, row, box)
    for table in range(tables):
        own = numbers[table * rows : (table + 1) * rows]
        _add_table(plan, _LEFT + table * (across + _BETWEEN), own, columns, measures)
    return plan


@dataclass(frozen=True)
class _Measures:
    """Of a table: its width, that of its column of numbers and of each with boxes, a row's height, a box's side."""

    across: int
    ordinal: int
    wide: int
    row: int
    box: int


def _add_table(
    plan: _Plan, x: int, numbers: Sequence[int], columns: Sequence[tuple[str, int]], of: _Measures
) -> None:
    """Add one table: a heading, and for each project its number, its name and its boxes."""
    high = _HEADING + of.row * len(numbers)
    names = of.across - of.ordinal - of.wide * len(columns)
    plan.frames.append(_area(x, _TOP, of.across, high))
    plan.lines += [_area(x, _TOP + _HEADING + of.row * place, of.across, 0) for place in range(len(numbers))]
    plan.lines.append(_area(x + of.ordinal, _TOP, 0, high))
    starts = [x + of.ordinal + names + of.wide * place for place in range(len(columns))]
    plan.lines += [_area(start, _TOP, 0, high) for start in starts]
    plan.slots.append(_slot("heading", _area(x, _TOP, of.ordinal, _HEADING), column="number"))
    plan.slots.append(_slot("heading", _area(x + of.ordinal, _TOP, names, _HEADING), column="name"))
    for (column, _mark), start in zip(columns, starts, strict=True):
        plan.slots.append(_slot("heading", _area(start, _TOP, of.wide, _HEADING), column=column))
    for place, number in enumerate(numbers):
        y = _TOP + _HEADING + of.row * place
        plan.slots.append(_slot("number", _area(x, y, of.ordinal, of.row), number=number))
        plan.slots.append(_slot("name", _area(x + of.ordinal, y, names, of.row), number=number))
        for (column, mark), start in zip(columns, starts, strict=True):
            area = _area(start + (of.wide - of.box) // 2, y + (of.row - of.box) // 2, of.box, of.box)
            plan.boxes.append(SheetBox(number=number, column=column, mark=mark, **area))


def _report_plan(numbers: Sequence[int]) -> _Plan:
    """The list, and beneath it the one question about all of it."""
    row = min(_HEADING, (_ROWS_HIGH - _QUESTION_HEADING - _QUESTION) // len(numbers))
    if row < 5:  # noqa: PLR2004 millimetres: a line of small type
        raise NoLayout("too many projects for one list")
    wide, ordinal = 18, 12
    asked = _TOP + _HEADING + row * len(numbers)
    high = asked - _TOP + _QUESTION_HEADING + _QUESTION
    first = _LEFT + _ACROSS - wide * len(_REPORT)
    plan = _Plan([_area(_LEFT, _TOP, _ACROSS, high)], [], [], [])
    plan.lines += [
        _area(_LEFT, _TOP + _HEADING + row * place, _ACROSS, 0) for place in range(len(numbers) + 1)
    ]
    plan.lines.append(_area(first, asked + _QUESTION_HEADING, wide * len(_REPORT), 0))
    plan.lines.append(_area(_LEFT + ordinal, _TOP, 0, asked - _TOP))
    plan.slots.append(_slot("heading", _area(_LEFT, _TOP, ordinal, _HEADING), column="number"))
    plan.slots.append(
        _slot("heading", _area(_LEFT + ordinal, _TOP, _ACROSS - ordinal, _HEADING), column="name")
    )
    for place, number in enumerate(numbers):
        y = _TOP + _HEADING + row * place
        plan.slots.append(_slot("number", _area(_LEFT, y, ordinal, row), number=number))
        plan.slots.append(_slot("name", _area(_LEFT + ordinal, y, _ACROSS - ordinal, row), number=number))
    below = _QUESTION_HEADING + _QUESTION
    plan.slots.append(_slot("question", _area(_LEFT, asked, first - _LEFT, below)))
    for place, mark in enumerate(_REPORT):
        x, column = first + wide * place, _COLUMN_NAMES[mark]
        plan.lines.append(_area(x, asked, 0, below))
        plan.slots.append(_slot("heading", _area(x, asked, wide, _QUESTION_HEADING), column=column))
        area = _area(x + 4, asked + _QUESTION_HEADING + 2, 10, 10)
        plan.boxes.append(SheetBox(number=WHOLE_LIST, column=column, mark=int(mark), **area))
    return plan


def _around(bottom: int) -> list[SheetSlot]:
    """What stands above and below the tables; the seal and the stamp have room that no ink of theirs makes doubtful."""
    below = max(bottom, 222)
    return [
        _slot("title", _area(24, 22, 162, 22)),
        _slot("note", _area(_LEFT, bottom + 2, _ACROSS, 10)),
        _slot("seal", _area(22, below + 13, 50, 287 - below - 13)),
        _slot("code", _area(94, 258, 18, 18)),
        _slot("stamp", _area(126, 258, 40, 14)),
    ]

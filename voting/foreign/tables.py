"""A list in an XLSX or CSV file as offices write it: which sheet, where its header stands, what its rows say.

Whatever program wrote it (TRUST.md F20). Nothing is decided in silence: what was left out, filled in or cleaned is a
remark; what only a person can say is asked. The file itself is opened in a child process (``voting.foreign.apart``).
"""

from __future__ import annotations

import json
import weakref
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import IO, Any

from voting.foreign import cells as plain_cells
from voting.foreign.apart import answer_of
from voting.foreign.table_parts import (
    MOST_ROWS,
    CellFault,
    Choices,
    Columns,
    FileColumn,
    ListSheet,
    NotATable,
    Observation,
    Row,
    column_letter,
    lines_named,
)
from voting.foreign.unfit import Unfit
from voting.text import upload_limits

__all__ = [
    "MOST_BYTES",
    "MOST_ROWS",
    "CellFault",
    "Choices",
    "Columns",
    "ListSheet",
    "NotATable",
    "Observation",
    "OpenTable",
    "Row",
    "read",
]

MOST_BYTES = upload_limits.TABLE
SHOWN = 200  # characters of a header that are quoted
LOOKED = 40  # lines of a sheet among which the header is looked for


def read(
    content: bytes, columns: Columns, choices: Choices | None = None, also: Mapping[str, str] | None = None
) -> OpenTable:
    """Open the file, as it is proposed or as a person chose; ``also`` are headings that a person named before.

    Raises NotATable, at once but for ``too_many_rows``.
    """
    if len(content) > MOST_BYTES:
        raise NotATable("too_large")
    try:
        answer = answer_of("sheet", content)
    except Unfit as unfit:
        raise NotATable(unfit.code, unfit.about[:SHOWN]) from None
    return OpenTable(answer, columns, choices or Choices(), also or {})


class OpenTable:
    """A file that is open. ``rows`` can be asked for once or again; ``remarks`` is whole after that."""

    def __init__(
        self, answer: IO[bytes], columns: Columns, choices: Choices, also: Mapping[str, str]
    ) -> None:
        self._answer, self.columns, self.choices = answer, columns, choices
        weakref.finalize(self, answer.close)
        self._also = also
        self.sheets = _sheets(answer)
        if not any(sheet.first for sheet in self.sheets):
            raise NotATable("empty")
        self.sheet = self._chosen_sheet()
        self.header = self._header_line()
        self.headings = self._headings()
        self._where = self._columns_of([heading.name for heading in self.headings])
        self.places, self.by_hand = self._places()
        self._require_wide_enough()
        self._lines: dict[str, list[int]] = {}

    # ------------------------------------------------------------------------------------------ which sheet and header

    def _chosen_sheet(self) -> ListSheet:
        """Return the sheet that was chosen, else the first that has a header, else the first that is not hidden."""
        filled = [sheet for sheet in self.sheets if sheet.first]
        if self.choices.sheet is not None:
            for sheet in filled:
                if sheet.name == self.choices.sheet:
                    return sheet
        seen = [sheet for sheet in filled if not sheet.hidden]
        return next((sheet for sheet in seen if self.has_header(sheet)), (seen or filled)[0])

    def has_header(self, sheet: ListSheet) -> bool:
        """Tell whether a line of the sheet names every column that must be there."""
        return any(self._is_whole(self._columns_of(cells)) for _line, cells in sheet.first)

    def _is_whole(self, where: Mapping[str, Sequence[int]]) -> bool:
        return all(where.get(name) or where.get(f"~{name}") for name in self.columns.required)

    def _columns_of(self, cells: Sequence[str]) -> dict[str, list[int]]:
        """Return where each column may stand, by the words of a header; of a stand-in under ``~`` and the column."""
        where: dict[str, list[int]] = defaultdict(list)
        for place, cell in enumerate(cells):
            if name := self._column_of(cell):
                where[name].append(place)
        return where

    def _column_of(self, cell: str) -> str:
        for key in plain_cells.heading_keys(cell):
            for name, words in self.columns.headers.items():
                if key in words or self._also.get(key) == name:
                    return name
            for name, words in self.columns.stand_in.items():
                if key in words:
                    return f"~{name}"
        return ""

    def _header_line(self) -> int:
        """Return the line of the header: the first that is whole, else the one that names most, else a likely one."""
        lines = self.sheet.first
        if self.choices.header is not None and self.choices.header in {0, *(line for line, _cells in lines)}:
            return self.choices.header
        named = {line: self._columns_of(cells) for line, cells in lines}
        for line, where in named.items():
            if self._is_whole(where):
                return line
        best = max(named, key=lambda line: (len(named[line]), -line))
        if len(named[best]) > 1:
            return best
        wide = [line for line, cells in lines if sum(map(bool, cells)) >= len(self.columns.required)]
        return wide[0] if wide else lines[0][0]

    def _headings(self) -> list[FileColumn]:
        header = next((cells for line, cells in self.sheet.first if line == self.header), [])
        below = [cells for line, cells in self.sheet.first if line > self.header]
        width = max([len(header), *(len(cells) for cells in below)], default=0)
        made = []
        for place in range(width):
            name = plain_cells.clean(header[place], "line")[0] if place < len(header) else ""
            example = next((cells[place] for cells in below if place < len(cells) and cells[place]), "")
            if name or example:
                made.append(FileColumn(place, name, plain_cells.clean(example, "line")[0][:20]))
        return made

    def _places(self) -> tuple[dict[str, int], bool]:
        """Return where each column stands, and whether a person said so."""
        if self.choices.places is not None:
            known = {heading.place for heading in self.headings}
            return {name: at for name, at in self.choices.places.items() if at in known}, True
        places = {}
        for name in self.columns.headers:
            where = self._where.get(name) or self._where.get(f"~{name}") or []
            if len(where) == 1:
                places[name] = self.headings[where[0]].place
        return places, False

    def _require_wide_enough(self) -> None:
        if len(self.headings) < len(self.columns.required):
            quoted = " | ".join(heading.name for heading in self.headings if heading.name)
            raise NotATable("header", quoted[:SHOWN])

    # --------------------------------------------------------------------------------------------- what must be settled

    @property
    def unsettled(self) -> list[Observation]:
        """Return what a person must say before the rows can be read: columns that are missing, or there twice."""
        asked = []
        for name in self.columns.headers:
            where = self._where.get(name) or self._where.get(f"~{name}") or []
            if not self.by_hand and len(where) > 1:
                about = ", ".join(
                    f"{column_letter(self.headings[at].place)} {self.headings[at].name}" for at in where
                )
                asked.append(Observation("twice", name, about))
            elif name in self.columns.required and name not in self.places:
                asked.append(Observation("missing", name))
        taken = defaultdict(list)
        for name, place in self.places.items():
            taken[place].append(name)
        asked += [
            Observation("one_for_two", " ".join(names), self.heading_at(place))
            for place, names in taken.items()
            if len(names) > 1
        ]
        return asked

    def heading_at(self, place: int) -> str:
        """Return what the column is called, or its letter where it has no heading."""
        name = next((heading.name for heading in self.headings if heading.place == place), "")
        return name or column_letter(place)

    def words_of(self, place: int) -> str:
        """Return a column as a person tells it apart: its letter, its heading, an example."""
        heading = next(each for each in self.headings if each.place == place)
        example = f" ({heading.example})" if heading.example and heading.example != heading.name else ""
        return f"{column_letter(place)} {heading.name}{example}"

    def named_by_hand(self) -> dict[str, str]:
        """Return the headings, as they are looked up, that only a person's word or memory gave a meaning."""
        named = {}
        for name, place in self.places.items():
            heading = self.heading_at(place)
            keys = set(plain_cells.heading_keys(heading))
            known = self.columns.stand_in.get(name, frozenset()).union(*self.columns.headers.values())
            if keys and not keys & known:
                named[plain_cells.heading_keys(heading)[0]] = name
        return named

    # -------------------------------------------------------------------------------------------------------- the rows

    def rows(self) -> Iterator[Row]:
        """Yield the rows; what is no row of the list is left out and named. Raises NotATable ``too_many_rows``."""
        self._lines = defaultdict(list)
        tops, above, count = self._tops(), dict.fromkeys(self.places, ""), 0
        merged: dict[str, tuple[int, str]] = {}
        for line, raw, marks in self._raw_rows():
            if line <= self.header:
                continue
            hidden = marks.get("row") == "hidden"
            row = self._row(line, raw, marks)
            merged |= {
                name: (bottom, row.cells[name])
                for name, place in self.places.items()
                if (bottom := tops.get((line, place)))
            }
            if reason := "hidden_left" if hidden and self.choices.leave_hidden else self._no_row(row, raw):
                self._lines[reason].append(line)
                continue
            if hidden:
                self._lines["hidden"].append(line)
            self._fill(row, merged, above)
            count += 1
            if count > self.columns.most:
                raise NotATable("too_many_rows")
            yield row

    def _no_row(self, row: Row, raw: Sequence[str]) -> str:
        """Return why a line is no row of the list: it is blank, the header once more, or a sum; else nothing."""
        own = {name: text for name, text in row.cells.items() if text}
        if not row.faults and set(own) <= self._standing_in:
            return "blank"
        if self._is_header(list(filter(None, raw))):
            return "header_again"
        return "total" if self._is_sum(own) else ""

    def _is_header(self, cells: Sequence[str]) -> bool:
        """Tell whether these cells are the header once more; of most lines the first cell tells that they are not."""
        names = self._names
        return len(cells) == len(names) > 0 and all(
            plain_cells.clean(cell, "line")[0] == name for cell, name in zip(cells, names, strict=True)
        )

    @cached_property
    def _names(self) -> list[str]:
        return [heading.name for heading in self.headings if heading.name]

    def _fill(self, row: Row, merged: Mapping[str, tuple[int, str]], above: dict[str, str]) -> None:
        """Fill in what merged cells say, or the row above where that was chosen; remember the row for the next.

        ``merged`` is, of a column, how far down the last cell that is merged downwards reaches, and what it says.
        """
        for name in self.places:
            if not row.cells[name]:
                bottom, says = merged.get(name, (0, ""))
                chosen = above[name] if name == self.choices.fill else ""
                row.cells[name] = (says if row.line <= bottom else "") or chosen
                if row.cells[name]:
                    self._lines["filled"].append(row.line)
            above[name] = row.cells[name]

    @cached_property
    def _standing_in(self) -> set[str]:
        """The columns that a stand-in is read for: a number that counts the lines says nobody's name."""
        return {
            name
            for name, words in self.columns.stand_in.items()
            if name in self.places
            and any(key in words for key in plain_cells.heading_keys(self.heading_at(self.places[name])))
        }

    def _raw_rows(self) -> Iterator[tuple[int, list[str], Mapping[str, str]]]:
        self._answer.seek(self.sheet.offset)
        for answered in self._answer:
            if answered.startswith(b"{"):
                return
            line, cells, *marks = json.loads(answered)
            yield line, cells, marks[0] if marks else {}

    def _row(self, line: int, raw: Sequence[str], marks: Mapping[str, str]) -> Row:
        cells, faults, its_marks = {}, [], {}
        for name, place in self.places.items():
            kind, mark = self.columns.kind(name), marks.get(str(place), "")
            text, taken = plain_cells.clean(raw[place] if place < len(raw) else "", kind)
            for each in taken:
                if not self._lines[each] or self._lines[each][-1] != line:
                    self._lines[each].append(line)
            if fault := plain_cells.wrong(text, kind, mark):
                faults.append(CellFault(self.heading_at(place), fault, text[:40]))
            if mark:
                its_marks[name] = mark
            cells[name] = text
        if self.sheet.delimiter and self.header and any(raw[self._width :]):
            faults.append(
                CellFault(
                    column_letter(self._width), "outside", " ".join(filter(None, raw[self._width :]))[:40]
                )
            )
        return Row(line, cells, faults, its_marks)

    @property
    def _width(self) -> int:
        header = next((cells for line, cells in self.sheet.first if line == self.header), [])
        return max((place + 1 for place, cell in enumerate(header) if cell.strip()), default=len(header))

    def _is_sum(self, own: Mapping[str, str]) -> bool:
        """Tell a row of sums: its first cell says so, or another does where something that must be there is missing."""
        by_place = sorted(own, key=lambda name: self.places[name])
        if by_place and plain_cells.is_total(own[by_place[0]]):
            return True
        lacks = any(not own.get(name) for name in self.columns.required)
        return lacks and any(plain_cells.is_total(text) for text in own.values())

    def _tops(self) -> dict[tuple[int, int], int]:
        """Return how far down each cell reaches that is merged downwards, by its line and place."""
        places = set(self.places.values())
        return {(top, place): bottom for top, bottom, place in self.sheet.merged if place in places}

    # ---------------------------------------------------------------------------------------------------------- remarks

    @property
    def remarks(self) -> list[Observation]:
        """Return what was done with the file beside reading its rows; whole after the rows were read."""
        notes = []
        if self.sheet.encoding not in {"", "utf-8", "utf-16", "gb18030"}:
            notes.append(Observation("encoding", about=self.sheet.encoding.upper()))
        others = [
            Observation("other_hidden" if sheet.hidden else "other_sheet", where=sheet.name)
            for sheet in self.sheets
            if sheet is not self.sheet and sheet.first and (sheet.hidden or self.has_header(sheet))
        ]
        if others or self.sheet is not self.sheets[0]:
            notes += [Observation("sheet", where=self.sheet.name), *others]
        above = [line for line, _cells in self.sheet.first if line < self.header]
        if above:
            notes.append(Observation("titles", about=lines_named(above)))
        unread = [
            heading.name
            for heading in self.headings
            if heading.name
            and heading.place not in self.places.values()
            and not self.columns.aside.intersection(plain_cells.heading_keys(heading.name))
        ]
        if unread:
            notes.append(Observation("unread", about=", ".join(unread)[:SHOWN]))
        for code in (
            "total", "header_again", "blank", "hidden_left", "filled", "invisible", "quoted", "padded",
        ):  # fmt: skip
            if lines := self._lines.get(code):
                notes.append(Observation(code, about=lines_named(list(dict.fromkeys(lines)))))
        return notes

    @property
    def questions(self) -> list[Observation]:
        """Return what a person must say yes to before the list is taken in; whole after the rows were read."""
        asked = [
            Observation("stand_in", self.heading_at(self.places[name]), name)
            for name in sorted(self._standing_in)
        ]
        if self.sheet.hidden:
            asked.append(Observation("hidden_sheet", self.sheet.name))
        if lines := self._lines.get("hidden"):
            asked.append(Observation("hidden", about=lines_named(lines)))
        return asked


def _sheets(answer: IO[bytes]) -> list[ListSheet]:
    """Return the sheets of an answer of the child, each with its first lines."""
    sheets: list[ListSheet] = []
    answer.seek(0)
    while line := answer.readline():
        if line.startswith(b"{"):
            head: dict[str, Any] = json.loads(line)
            merged = [(top, bottom, place) for top, bottom, place in head.pop("merged")]
            sheets.append(ListSheet(**head, merged=merged, offset=answer.tell()))
        elif len(sheets[-1].first) < LOOKED:
            number, cells, *_marks = json.loads(line)
            if any(cell.strip() for cell in cells):
                sheets[-1].first.append((number, cells))
    return sheets

"""What is said of any list from a file: what was done with it, what is asked, what is wrong in a cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.foreign.tables import CellFault, Observation

#: What was done with the file, and what is worth a look.
REMARKS: dict[str, Promise] = {
    "encoding": gettext_lazy(
        "The text is not UTF-8; it was read as %(about)s. Look whether the names are right."
    ),
    "sheet": gettext_lazy("The workbook has several sheets; the sheet “%(where)s” is read."),
    "other_sheet": gettext_lazy("The sheet “%(where)s” holds such a list too; it is not read."),
    "other_hidden": gettext_lazy("The sheet “%(where)s” is hidden in the workbook; it is not read."),
    "titles": gettext_lazy("Above the header, not read: line %(about)s."),
    "unread": gettext_lazy("Columns that are not read: %(about)s."),
    "total": gettext_lazy("Rows of sums, left out: line %(about)s."),
    "header_again": gettext_lazy("The header once more, left out: line %(about)s."),
    "blank": gettext_lazy("Rows left blank in the columns that are read, left out: line %(about)s."),
    "hidden_left": gettext_lazy("Hidden rows, left out: line %(about)s."),
    "filled": gettext_lazy("Filled in from the row above (merged cells, or as you chose): line %(about)s."),
    "invisible": gettext_lazy("Invisible characters were taken out: line %(about)s."),
    "quoted": gettext_lazy("An apostrophe or an equals sign around a cell was taken off: line %(about)s."),
    "padded": gettext_lazy("Blanks that only spread a short name were taken out: line %(about)s."),
}
#: What a person must say yes to before the list is taken in.
QUESTIONS: dict[str, Promise] = {
    "stand_in": gettext_lazy(
        "There is no column of its own for the number: “%(where)s” is taken for it, as it stands in the file."
    ),
    "hidden_sheet": gettext_lazy(
        "The sheet “%(where)s” is hidden in the workbook, and is the one that is meant."
    ),
    "hidden": gettext_lazy("Hidden in the workbook, and read like the others: line %(about)s."),
}
#: What keeps the rows from being read.
UNSETTLED: dict[str, Promise] = {
    "missing": gettext_lazy("No column is known as “%(where)s”: say which one it is."),
    "twice": gettext_lazy("More than one column may be “%(where)s”: %(about)s. Say which one is read."),
    "one_for_two": gettext_lazy("The column “%(about)s” was chosen for two: %(where)s."),
}
#: What is wrong with a cell.
CELLS: dict[str, Promise] = {
    "error": gettext_lazy("“%(heading)s” holds an error of the spreadsheet: %(about)s"),
    "formula": gettext_lazy(
        "“%(heading)s” holds a formula that was never worked out: open the file in a spreadsheet and save it"
    ),
    "date": gettext_lazy(
        "“%(heading)s” became a date: %(about)s; give the column the format “text” and enter it again"
    ),
    "rounded": gettext_lazy(
        "“%(heading)s” is a number too long for a spreadsheet, which rounded it: %(about)s; give the column the format "
        "“text” and enter it again"
    ),
    "fraction": gettext_lazy("“%(heading)s” is no whole number: %(about)s"),
    "quote": gettext_lazy(
        "“%(heading)s” has a quotation mark that is not closed; as it stands, it would swallow the rows below"
    ),
    "private": gettext_lazy("“%(heading)s” has a character that only some computers can show: %(about)s"),
    "outside": gettext_lazy(
        "the row has more cells than the header: “%(about)s” stands outside; is there a comma too many?"
    ),
}


def remark_sentence(remark: Observation, more: dict[str, Promise] | None = None) -> str:
    """Return what is said of a file, in the reader's language; ``more`` are sentences of one kind of list."""
    sentence = ({**REMARKS, **QUESTIONS, **UNSETTLED} | (more or {}))[remark.code]
    return str(sentence) % {"where": remark.where, "about": remark.about}


def unsettled_sentence(remark: Observation, labels: Mapping[str, str]) -> str:
    """Return what keeps the rows from being read, the columns by their names."""
    names = ", ".join(labels.get(name, name) for name in remark.where.split())
    return remark_sentence(remark._replace(where=names))


def cell_sentence(fault: CellFault) -> str:
    """Return what is wrong with a cell, in the reader's language."""
    return str(CELLS[fault.code]) % {"heading": fault.heading, "about": fault.about}


def cells_sentence(faults: Iterable[CellFault]) -> str:
    """Return everything that is wrong with the cells of one row."""
    return _("; ").join(cell_sentence(fault) for fault in faults)

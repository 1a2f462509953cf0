"""What stands in a cell of the table of progress: headings and kinds in both languages, figures and days.

People retype, paste and reformat; what can mean only one thing is taken, everything else is named.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from voting.domain.core.amounts import yuan_words
from voting.foreign.cells import heading_keys
from voting.foreign.tables import Columns
from voting.text.amounts import TEN_THOUSAND
from voting.text.numbers import small_whole

#: What a row is about, as it stands in the table: in Chinese and in English.
PROJECT, TARGET, MILESTONE = ("项目", "project"), ("目标", "target"), ("节点", "milestone")
KINDS = (PROJECT, TARGET, MILESTONE)
#: The headings of the table that goes out.
HEADINGS: dict[str, tuple[str, str]] = {
    "number": ("序号", "No."),
    "name": ("项目名称", "Project"),
    "kind": ("类别", "Kind"),
    "place": ("编号", "Item"),
    "what": ("内容", "What"),
    "plan": ("计划", "Plan"),
    "reached": ("累计完成", "Reached"),
    "spent": ("已支出（万元）", "Spent so far, 10 000 yuan"),
    "day": ("截至日期", "As of"),
    "text": ("进展说明", "What was done"),
    "delay": ("迟延原因", "Reason for a delay"),
    "last_day": ("上次报告：截至日期", "Last report: as of"),
    "last_text": ("上次报告：进展说明", "Last report: what was done"),
    "last_delay": ("上次报告：迟延原因", "Last report: reason for a delay"),
}
#: What the columns that are read may also be called.
_ALSO: dict[str, tuple[str, ...]] = {
    "spent": ("已支出", "已支出(万元)", "累计支出（万元）", "累计支出(万元)", "Spent", "Spent so far"),
    "text": ("Report",),
    "delay": ("Delay",),
}
_READ = ("number", "name", "kind", "place", "what", "reached", "spent", "day", "text", "delay")
COLUMNS = Columns(
    headers={
        name: frozenset(heading_keys(each)[0] for each in (*HEADINGS[name], *_ALSO.get(name, ())))
        for name in _READ
    },
    required=("number", "kind", "place", "reached", "day", "text"),
    kinds={
        "number": "number", "place": "number", "reached": "figure", "spent": "figure", "day": "day", "text": "text",
        "delay": "text",
    },
    aside=frozenset(
        heading_keys(each)[0] for name, both in HEADINGS.items() if name not in _READ for each in both
    ),
    most=20_000,
)  # fmt: skip
#: How many digits stand before the point of a figure and of money, and after it: as many as are kept.
FIGURE, MONEY, DECIMALS = 12, 10, 2
_MOST = 99_999
_FIGURE = re.compile(r"([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?")
_DAY = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?:[ T][0-9:.]+)?", re.ASCII
)
_SHOWN = 20  # letters of a cell that are quoted
_MINUS = ("-", "\N{MINUS SIGN}")


class Fault(ValueError):
    """Why a row is faulty, in the person's language."""


def in_words(both: tuple[str, str]) -> str:
    """Return the Chinese or the English of a heading or kind, as the person reads."""
    return both[0] if (get_language() or "zh").startswith("zh") else both[1]


def money(number: str) -> str:
    """Return a planned sum, which is kept in 10 000 yuan, with its unit."""
    return number and yuan_words(Decimal(number) * TEN_THOUSAND)


def headings() -> list[str]:
    return [in_words(both) for both in HEADINGS.values()]


def notes() -> list[tuple[str, str]]:
    """Return what a person must know who fills the table in: the heading of a column, and what goes there."""
    notes = {
        "reached": _(
            "Filled in is what is known already; change only what is new. Of a target: the figure so far, in all. "
            "Of a milestone: the day on which it was reached, empty while it is not."
        ),
        "spent": _("The money spent so far. It stands in the row of the project alone."),
        "day": _("The day of which the row speaks. Empty: the day on which the table is imported."),
        "text": _(
            "Needed wherever something is new. The rows of a project with the same day, text and reason become one "
            "report. A row without a text belongs to the one text that its project has for the same day."
        ),
        "delay": _("Needed where the project is behind its plan. It stands beside the text."),
        "last_day": _(
            "What was reported last is there to be read; it is ignored when the table comes back. An earlier figure "
            "is corrected on the page of the project."
        ),
    }
    return [(in_words(HEADINGS[name]), text) for name, text in notes.items()]


def shown(text: str) -> str:
    """Return the beginning of a cell, to be quoted."""
    return text[:_SHOWN]


def plain(text: str) -> str:
    """Return a cell with full-width digits and marks made plain."""
    return unicodedata.normalize("NFKC", text).strip()


def kind(text: str) -> tuple[str, str]:
    """Return what a row is about. Raises Fault."""
    for each in KINDS:
        if plain(text).lower() in each:
            return each
    raise Fault(_("“%s” is neither 项目 (project), 目标 (target) nor 节点 (milestone)") % shown(text))


def whole(text: str) -> int:
    """Return a whole number; anything else is no number of a project or an item."""
    return small_whole(plain(text), most=_MOST) or 0


def figure(text: str, *, digits: int) -> Decimal | None:
    """Return a figure with at most so many digits before the point; None for an empty cell. Raises Fault."""
    if not text:
        return None
    parts = _FIGURE.fullmatch(plain(text))
    if parts is None:
        if plain(text).startswith(_MINUS) and _FIGURE.fullmatch(plain(text)[1:].strip()):
            raise Fault(_("a figure is 0 or more, not “%s”") % shown(text))
        raise Fault(_("“%s” is no number") % shown(text))
    before, after = parts[1].replace(",", "").lstrip("0"), (parts[2] or "").rstrip("0")
    if len(before) > digits or len(after) > DECIMALS:
        raise Fault(
            _("“%(text)s” has too many digits: at most %(digits)d before the point and 2 after it")
            % {"text": shown(text), "digits": digits}
        )
    return Decimal(f"{before or 0}.{after or 0}")


def day(text: str, *, today: date, words: str = "%s") -> date | None:
    """Return a day that has come; None for an empty cell. Raises Fault, which says ``words`` of what is no day."""
    if not text:
        return None
    parts = _DAY.fullmatch(plain(text))
    try:
        that = date(*map(int, parts.groups())) if parts else None
    except ValueError:
        that = None
    if that is None:
        raise Fault(words % shown(text))
    if that > today:
        raise Fault(_("%s lies ahead") % that.isoformat())
    return that

"""What the rows of a table of progress say new, gathered into reports: one for every project, day, text and reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from voting.domain.after import progress_cells as cells
from voting.domain.after.progress import Progress, may_report
from voting.domain.core.list_words import cells_sentence
from voting.foreign.cells import clean
from voting.foreign.tables import Observation, Row
from voting.models import Delivery, DeliveryMilestone, DeliveryTarget
from voting.states import DeliveryStatus

Item = Delivery | DeliveryTarget | DeliveryMilestone
Value = Decimal | date | None
#: Letters that a report takes, as on its form.
MOST_TEXT, MOST_DELAY = 3000, 1000
#: Beyond so many times the plan a figure is asked about; a question names so many.
FAR, MOST_NAMED = Decimal("1.5"), 20


@dataclass
class Change:
    """What the table says new of one delivery for one day in the same words: it becomes one report.

    ``told`` says for a person what changes: of what, from what, to what.
    """

    delivery: Delivery
    line: int
    day: date
    text: str
    delay: str
    figures: dict[DeliveryTarget, Decimal] = field(default_factory=dict)
    reached: dict[DeliveryMilestone, date | None] = field(default_factory=dict)
    spent: Decimal | None = None
    told: list[tuple[str, str, str]] = field(default_factory=list)
    #: The line in which each milestone stands.
    lines: dict[DeliveryMilestone, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Stated:
    """What one row says: of a target, a milestone, or of the project itself, of which the value is the money spent."""

    line: int
    project: Project
    item: Item
    value: Value
    day: date | None
    text: str
    delay: str

    @property
    def is_new(self) -> bool:
        return self.value != self.project.now[self.item]


@dataclass(frozen=True)
class _Told:
    """A report that was made: its day and words, and what it says of which item."""

    day: date
    text: str
    delay: str
    values: Mapping[Item, Value]


class Project:
    """A delivery and what is known of it."""

    def __init__(self, delivery: Delivery, progress: Progress) -> None:
        """Take a delivery with its targets, milestones and reports prefetched."""
        self.delivery = delivery
        self.items: dict[tuple[tuple[str, str], int], DeliveryTarget | DeliveryMilestone] = {}
        self.now: dict[Item, Value] = {delivery: progress.spent}
        for target in delivery.targets.all():
            self.items[cells.TARGET, target.position] = target
            self.now[target] = progress.figures.get(target.pk)
        for milestone in delivery.milestones.all():
            self.items[cells.MILESTONE, milestone.position] = milestone
            self.now[milestone] = progress.reached.get(milestone.pk)
        self._told = self._reports()

    def _reports(self) -> list[_Told]:
        targets = {each.pk: each for each in self.delivery.targets.all()}
        milestones = {each.pk: each for each in self.delivery.milestones.all()}
        told = []
        for each in self.delivery.reports.all():
            values: dict[Item, Value] = {targets[one.target_id]: one.figure for one in each.figures.all()}
            values |= {milestones[one.milestone_id]: one.reached_on for one in each.milestones.all()}
            if each.spent is not None:
                values[self.delivery] = each.spent
            told.append(_Told(each.day, one_line(each.text), one_line(each.delay), values))
        return told

    def newest(self, item: Item) -> date | None:
        """Return the newest day for which something was reported of the item."""
        return max((told.day for told in self._told if item in told.values), default=None)

    def knows(self, row: Stated, text: str, delay: str) -> bool:
        """Tell whether a report says the same already: in the same words, for the same day where one is stated.

        A value that is new is known only from a report of the very day that the row states: without a day the row
        speaks of today.
        """
        same = [
            told
            for told in self._told
            if (told.text, told.delay) == (one_line(text), one_line(delay)) and row.day in {None, told.day}
        ]
        if not row.is_new:
            return bool(same)
        return row.day is not None and any(
            row.item in told.values and told.values[row.item] == row.value for told in same
        )


def one_line(text: str) -> str:
    """Return a text as it stands in a cell of one line."""
    return clean(text, "line")[0]


class Strange:
    """Gathers figures that may be meant, and are more often a slip: they are asked about, never refused."""

    def __init__(self) -> None:
        self._slips: dict[str, list[str]] = {}

    def look(self, row: Stated, marks: Mapping[str, str]) -> None:
        """Look at a figure that is new: a percentage, far beyond the plan, or less than was reported before."""
        value, before = row.value, row.project.now[row.item]
        if not row.is_new or not isinstance(value, Decimal):
            return
        plan = row.item.number if isinstance(row.item, DeliveryTarget) else None
        if isinstance(row.item, Delivery):
            plan = row.item.investment
        if "percent" in {marks.get("reached"), marks.get("spent")}:
            self._note("percent", row)
        elif plan and value > FAR * plan:
            self._note("beyond", row, f" / {in_cell(plan)}")
        elif isinstance(before, Decimal) and value < before:
            self._note("less", row)

    def _note(self, code: str, row: Stated, plan: str = "") -> None:
        before = in_cell(row.project.now[row.item]) or "–"
        slip = f"{row.line} ({before} → {in_cell(row.value)}{plan})"
        self._slips.setdefault(code, []).append(slip)

    @property
    def questions(self) -> list[Observation]:
        """What a person must say yes to, with the lines and figures."""
        return [
            Observation(
                code, about=", ".join([*slips[:MOST_NAMED], *(["…"] if len(slips) > MOST_NAMED else [])])
            )
            for code, slips in self._slips.items()
        ]


#: What is asked about figures.
FIGURES: dict[str, Promise] = {
    "percent": gettext_lazy(
        "These cells are percentages in the workbook, and are taken as the plain figures: line %(about)s."
    ),
    "beyond": gettext_lazy("These figures are far beyond the plan, and are right: line %(about)s."),
    "less": gettext_lazy("These figures are less than was reported before, and are right: line %(about)s."),
}


class Gathered:
    """Takes the rows one by one, names the faulty ones, and gathers what the others say new."""

    def __init__(self, projects: Mapping[int, Project], *, by: User, today: date) -> None:
        self.projects, self.by, self.today = projects, by, today
        self.faults: list[tuple[int, str]] = []
        self.faulty: set[int] = set()
        self.known = 0
        self.strange = Strange()
        self._rows: list[Stated] = []
        self._first: dict[Item, Stated] = {}
        self._words: dict[tuple[Project, date], set[tuple[str, str]]] = {}

    def read(self, row: Row) -> None:
        """Take a row; what is wrong with it by itself is named at once, what is strange is asked about."""
        try:
            _require_sound(row)
            stated = self._stated(row.line, row.cells)
            self._rows.append(stated)
        except cells.Fault as fault:
            self._name(row.line, cells.whole(row.cells["number"]), fault)
        else:
            self.strange.look(stated, row.marks)

    def changes(self) -> list[Change]:
        """Return the reports that the rows make, project by project in the order of their days.

        On one day the report that reaches a milestone comes first: the others are not behind any more.
        """
        changes: dict[tuple[int, date, str, str], Change] = {}
        for row in self._rows:
            try:
                self._add(row, changes)
            except cells.Fault as fault:
                self._name(row.line, row.project.delivery.number, fault)
        return sorted(
            changes.values(), key=lambda each: (each.delivery.number, each.day, not each.reached, each.line)
        )

    def _name(self, line: int, number: int, fault: cells.Fault) -> None:
        self.faults.append((line, str(fault)))
        self.faulty.add(number)

    def _stated(self, line: int, row: Mapping[str, str]) -> Stated:
        project = self._project(row)
        day = cells.day(row["day"], today=self.today, words=_("the day “%s” is no date like 2018-03-31"))
        text, delay = row["text"].strip(), row.get("delay", "").strip()
        _measure(text, MOST_TEXT)
        _measure(delay, MOST_DELAY)
        if text:
            # Also where the rest of the row is faulty: other rows may rely on its text.
            self._words.setdefault((project, day or self.today), set()).add((text, delay))
        item = self._item(project, row)
        stated = Stated(line, project, item, self._value(project, item, row), day, text, delay)
        self._once(stated)
        return stated

    def _project(self, row: Mapping[str, str]) -> Project:
        project = self.projects.get(cells.whole(row["number"]))
        if project is None:
            raise cells.Fault(_("there is no project with the number “%s”") % cells.shown(row["number"]))
        number, name = project.delivery.number, project.delivery.candidate.name
        if row.get("name") and one_line(row["name"]) != one_line(name):
            raise cells.Fault(_("project %(number)d is called “%(name)s”") % {"number": number, "name": name})
        return project

    def _item(self, project: Project, row: Mapping[str, str]) -> Item:
        kind = cells.kind(row["kind"])
        if kind == cells.PROJECT:
            return project.delivery
        item = project.items.get((kind, cells.whole(row["place"])))
        if item is None:
            words = {"number": project.delivery.number, "place": cells.shown(row["place"]) or "–"}
            if kind == cells.TARGET:
                raise cells.Fault(_("project %(number)d has no target %(place)s") % words)
            raise cells.Fault(_("project %(number)d has no milestone %(place)s") % words)
        if row.get("what") and one_line(row["what"]) != one_line(item.text):
            raise cells.Fault(
                _("the plan has changed since this table went out: this is “%s” now; download it again")
                % item.text
            )
        return item

    def _value(self, project: Project, item: Item, row: Mapping[str, str]) -> Value:
        """Return what a row says was reached or spent; a column that is not there says nothing."""
        spent = row.get("spent")
        if isinstance(item, Delivery):
            if row["reached"]:
                raise cells.Fault(
                    _("the row of a project takes the money spent; figures stand in the rows below")
                )
            value = project.now[item] if spent is None else cells.figure(spent, digits=cells.MONEY)
        elif spent:
            raise cells.Fault(_("the money spent stands in the row of the project alone"))
        elif isinstance(item, DeliveryMilestone):
            return cells.day(row["reached"], today=self.today, words=_("“%s” is no date like 2018-03-31"))
        else:
            value = cells.figure(row["reached"], digits=cells.FIGURE)
        if value is None and project.now[item] is not None:
            raise cells.Fault(_("a figure that was reported cannot be emptied; write 0 if it was wrong"))
        return value

    def _once(self, row: Stated) -> None:
        if row.value is None and not isinstance(row.item, DeliveryMilestone):
            return
        first = self._first.setdefault(row.item, row)
        if first.value != row.value:
            raise cells.Fault(
                _("line %d says something else of the same item; one of them must go") % first.line
            )

    def _add(self, row: Stated, changes: dict[tuple[int, date, str, str], Change]) -> None:
        """Add what a row says new to the report of its day and words. Raises Fault."""
        if not row.is_new and not (row.day or row.text or row.delay):
            self.known += 1
            return
        text, delay = self._words_of(row)
        delivery = row.project.delivery
        if row.project.knows(row, text, delay):
            self.known += 1
            return
        if not may_report(self.by, delivery):
            raise cells.Fault(
                _("project %d is another unit's; its row must stay as it was") % delivery.number
            )
        if delivery.status != DeliveryStatus.RUNNING:
            raise cells.Fault(_("project %d is completed; nothing more is reported of it") % delivery.number)
        day, newest = row.day or self.today, row.project.newest(row.item)
        if row.is_new and newest and day < newest:
            raise cells.Fault(
                _("%(newest)s was reported already; an earlier day is corrected on the page of the project")
                % {"newest": newest.isoformat()}
            )
        change = changes.setdefault(
            (delivery.number, day, text, delay), Change(delivery, row.line, day, text, delay)
        )
        if row.is_new:
            _put(change, row)

    def _words_of(self, row: Stated) -> tuple[str, str]:
        """Return the text and reason of a row, or those that its project has for the same day. Raises Fault."""
        if row.text:
            return row.text, row.delay
        words = self._words.get((row.project, row.day or self.today), set())
        if not words:
            raise cells.Fault(_("something new is reported, so say what was done"))
        if len(words) > 1:
            raise cells.Fault(
                _("the project has several texts for this day; write in this row which one is meant")
            )
        [(text, delay)] = words
        if row.delay not in {"", delay}:
            raise cells.Fault(
                _("the reason for the delay stands beside the text; write the text in this row too")
            )
        return text, delay


def _require_sound(row: Row) -> None:
    if row.faults:
        raise cells.Fault(cells_sentence(row.faults))


def _measure(text: str, most: int) -> None:
    if len(text) > most:
        raise cells.Fault(_("a text is too long: at most %d letters") % most)


def _put(change: Change, row: Stated) -> None:
    item, value = row.item, row.value
    if isinstance(item, DeliveryTarget) and isinstance(value, Decimal):
        change.figures[item] = value
    elif isinstance(item, DeliveryMilestone) and not isinstance(value, Decimal):
        change.reached[item], change.lines[item] = value, row.line
    elif isinstance(value, Decimal):
        change.spent = value
    what = _("Spent so far, 10 000 yuan") if isinstance(item, Delivery) else item.text
    change.told.append((what, in_cell(row.project.now[item]), in_cell(value)))


def in_cell(value: Value) -> str:
    """Return a figure or a day as it stands in a cell."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if value else ""

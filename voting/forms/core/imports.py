"""What a page sends to say how a list is read, to confirm its preview or to drop it, whatever the list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.foreign.tables import Choices, ListSheet, OpenTable
from voting.forms.core.steps import StepForm

#: So much of a line is shown where the header is chosen.
_SHOWN = 40
_COLUMN = "column_"


class Ticks(forms.MultipleChoiceField):
    """The boxes that were ticked, by their values; which there are, the page knows."""

    def valid_value(self, value: Any) -> bool:
        return len(str(value)) <= _SHOWN


class ApplyForm(StepForm):
    """Import what the preview shows."""

    staged = forms.IntegerField(widget=forms.HiddenInput)
    leave_out = forms.BooleanField(
        label=gettext_lazy("Leave the faulty rows out and import the others"), required=False
    )
    agreed = Ticks(required=False)


class ApplySeenForm(ApplyForm):
    """The preview is made anew at every look: the page says which one the person saw."""

    seen = forms.CharField(widget=forms.HiddenInput)


class ReadingForm(StepForm):
    """How a staged file is read: which sheet, which line is the header, which column is which.

    Without a file that is open there is nothing to choose.
    """

    edits_stored = False

    staged = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, table: OpenTable | None, labels: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._table = table
        if table is not None:
            self._ask(table, labels)

    def _ask(self, table: OpenTable, labels: dict[str, str]) -> None:
        sheets = _filled(table)
        if len(sheets) > 1:
            self.fields["sheet"] = forms.TypedChoiceField(
                label=_("Sheet"),
                coerce=int,
                choices=[(place, _sheet_name(sheet)) for place, sheet in enumerate(sheets)],
                initial=sheets.index(table.sheet),
            )
        self.fields["header"] = forms.TypedChoiceField(
            label=_("Line of the header"), coerce=int, choices=_lines(table), initial=table.header
        )
        choices = [("", _("– not in the file –"))]
        choices += [(str(each.place), table.words_of(each.place)) for each in table.headings]
        for name, label in labels.items():
            self.fields[f"{_COLUMN}{name}"] = forms.TypedChoiceField(
                label=label,
                coerce=int,
                empty_value=None,
                choices=choices,
                initial=table.places.get(name, ""),
                required=False,
            )
        if table.columns.fills:
            self.fields["fill"] = forms.BooleanField(
                label=_("Where “%s” is empty, take it from the row above") % labels[table.columns.fills],
                initial=bool(table.choices.fill),
                required=False,
            )
        if table.sheet.partly:
            self.fields["leave_hidden"] = forms.BooleanField(
                label=_("Leave hidden rows out"), initial=table.choices.leave_hidden, required=False
            )

    @property
    def choices(self) -> Choices:
        """What was chosen; for another sheet or header, the columns are proposed anew."""
        table, data = self._table, self.cleaned_data
        if table is None:
            return Choices()
        sheet = _filled(table)[data["sheet"]] if "sheet" in data else table.sheet
        other = sheet is not table.sheet
        places = {
            name.removeprefix(_COLUMN): place
            for name, place in data.items()
            if name.startswith(_COLUMN) and place is not None
        }
        return Choices(
            sheet=sheet.name,
            header=None if other else data["header"],
            places=None if other or data["header"] != table.header else places,
            fill=table.columns.fills if data.get("fill") else "",
            leave_hidden=data.get("leave_hidden", False),
        )


def _filled(table: OpenTable) -> list[ListSheet]:
    return [sheet for sheet in table.sheets if sheet.first]


def _sheet_name(sheet: ListSheet) -> str:
    return _("%s (hidden)") % sheet.name if sheet.hidden else sheet.name


def _lines(table: OpenTable) -> list[tuple[int, str]]:
    lines = [
        (line, f"{line}: {' | '.join(filter(None, (each.strip() for each in cells)))[:_SHOWN]}")
        for line, cells in table.sheet.first
    ]
    return [(0, _("– no header: the first line is a row –")), *lines]

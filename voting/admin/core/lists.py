"""What the pages of all lists from files share: how a file is read, what its preview asks, templates to fill in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

from accounts.models import FileStatus, StagedFile, User
from voting.admin.core.pages import cycle_of
from voting.domain.core.imports import FileRefused, Import
from voting.domain.core.list_words import remark_sentence, unsettled_sentence
from voting.foreign.tables import OpenTable
from voting.forms.core.imports import ReadingForm
from voting.models import Cycle
from voting.printing.files import staff_file
from voting.printing.tables import Cell, rows_as_csv, template_as_xlsx


def table_of(way: Import[Any], staged: StagedFile | None, cycle: Cycle) -> OpenTable | None:
    """Return a previewed file, open as it is to be read; None where there is none or it cannot be read now."""
    if staged is None or staged.status != FileStatus.STAGED:
        return None
    try:
        return way.reopened(staged, cycle=cycle)
    except FileRefused:
        return None


def reading_form(
    way: Import[Any], table: OpenTable | None, staged: StagedFile | None, data: Any
) -> ReadingForm:
    """Return the form that says how the file is read."""
    initial = {"staged": staged.pk if staged else None}
    return ReadingForm(data, table=table, labels=way.labels(), initial=initial, auto_id="c_%s")


def unsettled(way: Import[Any], table: OpenTable | None) -> list[str]:
    """Return what must be said before the rows can be read."""
    return [unsettled_sentence(each, way.labels()) for each in table.unsettled] if table else []


def remarks_and_questions(preview: Any, more: dict[str, Promise] | None = None) -> dict[str, Any]:
    """Return what a preview says of its file and asks, in the reader's language."""
    if preview is None:
        return {"remarks": [], "questions": []}
    return {
        "remarks": [remark_sentence(each, more) for each in preview.remarks],
        "questions": [(each.code, remark_sentence(each, more)) for each in preview.questions],
    }


def template_view(
    way: Import[Any],
    *,
    ending: str,
    allowed: Callable[[User, Cycle], bool],
    notes: Callable[[], dict[str, str]],
    name: str,
) -> Callable[..., HttpResponse]:
    """Return the view of an empty list with headings that the reader knows, as ``xlsx`` or ``csv``."""

    def view(request: HttpRequest, slug: str) -> HttpResponse:
        """Raises PermissionDenied, or Http404 for the year of another congress."""
        cycle = cycle_of(request.user, slug)
        if not isinstance(request.user, User) or not allowed(request.user, cycle):
            raise PermissionDenied
        labels = way.labels()
        headings: list[Cell] = list(labels.values())
        told = [(labels[column], text) for column, text in notes().items()]
        content = rows_as_csv([headings]) if ending == "csv" else template_as_xlsx(headings, notes=told)
        return staff_file(f"{name}.{ending}", content)

    return view

"""Lists of what is kept and the page of one row, in the house's own templates. Each list says what it shows.

Django reads the query of a list: searches, filters, order, pages. What a person sees of it is ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field, quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

#: What stands where a value is empty.
NOTHING = "—"


@dataclass(frozen=True)
class Value:
    """A value as a page shows it; ``stored``: word for word as the database has it, to be held against a hash."""

    label: str
    text: str
    stored: bool = False


class ClosedList(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list that can be narrowed by what it shows as a filter, and by nothing else (TRUST.md F34).

    Django lets an address ask for any column and for columns of related tables: by yes and no, letter by letter, a
    person could read what no page shows them.
    """

    actions = None
    show_full_result_count = False
    list_per_page = 50

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow the parameters of the filters shown and the key of a record; Django refuses the others."""
        key = self.opts.pk.name
        allowed = {f"{name}{how}" for name in ("pk", key) for how in ("", "__exact")}
        shown = self.get_list_filter(request) if request is not None else self.list_filter
        for each in shown:
            name = str(each[0] if isinstance(each, tuple) else each)
            field = self.opts.get_field(name)
            exact = f"__{field.target_field.name}__exact" if isinstance(field, ForeignKey) else "__exact"
            allowed |= {name, f"{name}{exact}", f"{name}__isnull"}
        return lookup in allowed

    @property
    def stem(self) -> str:
        """What the names of the list's addresses begin with."""
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of the list and of a row, and no other of Django's."""
        guarded = self.admin_site.admin_view
        return [
            path("", guarded(self.changelist_view), name=f"{self.stem}_changelist"),
            path("<path:object_id>/change/", guarded(self.change_view), name=f"{self.stem}_change"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the rows, a page of them. Raises PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            listed: Any = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(request.path)
        context = {
            "title": capfirst(self.opts.verbose_name_plural),
            "listed": listed,
            "columns": [self._column(listed, place, name) for place, name in enumerate(self.list_display)],
            "rows": [self._row(each) for each in listed.result_list],
            "filters": [(each, list(each.choices(listed))) for each in listed.filter_specs],
            "earlier": listed.get_query_string({"p": listed.page_num - 1}) if listed.page_num > 1 else "",
            "later": (
                listed.get_query_string({"p": listed.page_num + 1})
                if listed.page_num < listed.paginator.num_pages
                else ""
            ),
            **self.beside_list(request),
        }
        return self.shown(request, "admin/core/records.html", context)

    def beside_list(self, request: HttpRequest) -> dict[str, Any]:
        """Return what else the page of the list shows."""
        return {"records_only": True}

    def shown(
        self, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), **context}
        return TemplateResponse(request, template, context, status=status)

    def _column(self, listed: Any, place: int, name: Any) -> tuple[str, str, str]:
        """Return a column's heading, the way to the list in its order, and its order now."""
        label = self.label(name)
        if not listed.get_ordering_field(name):
            return label, "", ""
        now = listed.get_ordering_field_columns().get(place, "")
        sign = "-" if now == "asc" else ""
        return label, listed.get_query_string({"o": f"{sign}{place + 1}"}), now

    def _row(self, row: Model) -> tuple[str, list[Value]]:
        """Return the way to a row's page, and its cells."""
        way = reverse(f"admin:{self.stem}_change", args=[quote(row.pk)])
        return way, [self.value(name, row) for name in self.list_display]

    def label(self, name: Any) -> str:
        return str(capfirst(str(label_for_field(name, self.model, self))))

    def value(self, name: Any, row: Model) -> Value:
        """Return a field, or what a method of the list says, as a page shows it."""
        field, _attribute, value = lookup_field(name, row, self)
        label = self.label(name)
        if isinstance(value, dict | list) or (isinstance(value, str) and value[:1] in {"{", "["}):
            return _of_json(label, value)
        if field is not None and getattr(field, "flatchoices", None):
            return Value(label, str(dict(field.flatchoices).get(value, value)) or NOTHING)
        if isinstance(value, bool):
            return Value(label, _("yes") if value else _("no"))
        if isinstance(value, datetime):
            return Value(label, f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}")
        return Value(label, NOTHING if value is None or value == "" else str(value))

    def values_of(self, row: Model, names: Iterable[Any]) -> list[Value]:
        return [self.value(name, row) for name in names]

    def row_of(self, request: HttpRequest, object_id: str) -> Any:
        """Return the row of this key among those of the list. Raises PermissionDenied or Http404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show what one row has, to be read. Raises PermissionDenied or Http404."""
        row = self.row_of(request, object_id)
        if request.method != "GET":
            raise PermissionDenied
        context = {
            "title": str(row),
            "of": capfirst(self.opts.verbose_name),
            "back": reverse(f"admin:{self.stem}_changelist"),
            "back_to": capfirst(self.opts.verbose_name_plural),
            "values": [
                each for each in self.values_of(row, self.get_fields(request, row)) if each.text != NOTHING
            ],
        }
        return self.shown(request, "admin/core/record.html", context)


def _of_json(label: str, value: dict[str, Any] | list[Any] | str) -> Value:
    """Return lines where it is a list of texts, nothing where it is empty, or else what is stored."""
    if isinstance(value, str):
        return Value(label, value, stored=True)
    if not value or (isinstance(value, list) and all(isinstance(each, str) for each in value)):
        return Value(label, "\n".join(value) or NOTHING)
    return Value(label, json.dumps(value, ensure_ascii=False, indent=2), stored=True)

"""The journal of a cycle, with the check of its chain, a filter and files."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from voting.admin.core.pages import cycle_for
from voting.admin.core.site import site
from voting.domain.core.journal import first_break
from voting.forms.core.journal import JournalFilterForm
from voting.printing.files import staff_file
from voting.printing.tables import rows_as_csv, rows_as_xlsx
from voting.read_models.core.journal_rows import Narrowed, choices_in, entries_of, table_of

#: So many entries stand on a page, the newest first.
A_PAGE = 50
_FILES = {"csv": rows_as_csv, "xlsx": rows_as_xlsx}


def journal(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the acts of the cycle, or those asked for, a page of them, and whether the chain of hashes holds.

    ``?file=csv`` and ``?file=xlsx`` give all of them as a file, in their order.
    """
    cycle = cycle_for(request.user, slug, given_up=True)
    every = entries_of(cycle)
    form = JournalFilterForm(request.GET, choices=choices_in(every))
    asked = narrowed(form)
    entries = [entry for entry in every if asked.keeps(entry)]
    if write := _FILES.get(kind := request.GET.get("file", "")):
        return staff_file(f"{cycle.slug}-journal.{kind}", write(table_of(entries, by_letter=cycle.by_letter)))
    query = request.GET.copy()
    query.pop("file", None)
    query.pop("page", None)
    context = {
        **site.each_context(request),
        "title": _("Journal"),
        "cycle": cycle,
        "page": Paginator(entries[::-1], A_PAGE).get_page(request.GET.get("page")),
        "kept": len(entries),
        "every": len(every),
        "form": form,
        "narrowed": not asked.is_all,
        "query": query.urlencode(),
        "broken": first_break(cycle),
    }
    return TemplateResponse(request, "admin/core/journal.html", context)


def narrowed(form: JournalFilterForm) -> Narrowed:
    """Return what the form asks for; what it does not know narrows nothing, and the form says so."""
    form.is_valid()
    asked = form.cleaned_data
    return Narrowed(
        act=asked.get("act", ""),
        person=int(asked["person"]) if asked.get("person") else None,
        day=date.fromisoformat(asked["day"]) if asked.get("day") else None,
        round=int(asked["round"]) if asked.get("round") else None,
        words=asked.get("words", ""),
    )

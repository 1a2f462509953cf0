"""The journal of a cycle, with the check of its chain."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from voting.admin.core.pages import cycle_for
from voting.admin.core.site import site
from voting.domain.core.journal import first_break
from voting.models import JournalEntry


def journal(request: HttpRequest, slug: str) -> HttpResponse:
    """Show every act of the cycle in order, and whether the chain of hashes holds."""
    cycle = cycle_for(request.user, slug)
    entries = JournalEntry.objects.filter(cycle=cycle).select_related("actor").order_by("sequence")
    context = {
        **site.each_context(request),
        "title": _("Journal"),
        "cycle": cycle,
        "entries": entries,
        "broken": first_break(cycle),
    }
    return TemplateResponse(request, "admin/core/journal.html", context)

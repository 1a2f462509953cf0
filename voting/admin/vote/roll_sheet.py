"""The roll to print and to sign, before it is frozen and after."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from voting.admin.core.pages import cycle_for
from voting.admin.core.site import site
from voting.models import Round
from voting.printing.files import staff_file
from voting.printing.pdf import as_pdf
from voting.read_models.vote.roll_sheet import roll_document


def roll_sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the roll of the newest round, or who would be on it today; ``?file=pdf`` gives it as PDF."""
    cycle = cycle_for(request.user, slug)
    if cycle.by_letter:
        raise Http404  # nobody signs a roll of numbers
    document = roll_document(cycle, Round.objects.filter(cycle=cycle).order_by("-number").first())
    if request.GET.get("file") == "pdf":
        return staff_file(f"{cycle.slug}-roll.pdf", as_pdf(document))
    context = {**site.each_context(request), "title": document.title, "cycle": cycle, "document": document}
    return TemplateResponse(request, "admin/vote/roll_sheet.html", context)

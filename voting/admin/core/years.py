"""A new year: the clerk opens it, and its running order begins with the call for proposals."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from voting import permissions
from voting.admin.core.records import NO_CONGRESS
from voting.admin.core.site import site
from voting.admin.core.verbs import MISTAKEN
from voting.domain.core.cycles import create_cycle
from voting.forms.core.years import YearForm
from voting.models import Cycle


def new_year(request: HttpRequest) -> HttpResponse:
    """Show the form, or create the cycle and go to its call. Raises PermissionDenied for anybody but a clerk."""
    user = cast("User", request.user)
    if not permissions.can_open_year(user) or user.congress_id is None:
        raise PermissionDenied
    own = Cycle(congress_id=user.congress_id or NO_CONGRESS)
    form = YearForm(request.POST or None, instance=own, initial=_like_the_last(user))
    if request.method == "POST" and form.is_valid():
        try:
            cycle = create_cycle(congress=user.congress, by=user, at=timezone.now(), **form.values)
        except ValidationError as error:
            form.refuse(error)
        else:
            return HttpResponseRedirect(reverse("admin:step_call", args=[cycle.slug]))
    context = {**site.each_context(request), "title": _("Open a new year"), "form": form}
    status = MISTAKEN if form.errors else 200
    return TemplateResponse(request, "admin/core/new_year.html", context, status=status)


def _like_the_last(user: User) -> dict[str, Any]:
    """Return what the form begins with: the year after the last one of the same congress."""
    last = Cycle.objects.filter(congress=user.congress_id).order_by("-year", "-pk").first()
    if last is None:
        return {}
    year = last.year + 1
    return {"seats": last.seats, "year": year, "slug": str(year), "asked": "\n".join(last.solicited_from)}

"""Sign-ins and accounts: the journal of a congress about its staff, for its keeper and its scrutineers."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.models import User
from voting import permissions
from voting.admin.core.site import site
from voting.domain.core.journal import first_break_among
from voting.models import CongressEntry
from voting.text.numbers import small_whole

#: So many entries stand on a page, the newest first.
A_PAGE = 50


def accounts_record(request: HttpRequest) -> HttpResponse:
    """Show who signed in when and what was done to the accounts of the person's own congress, or installation.

    ``person`` shows one account alone. Raises PermissionDenied.
    """
    user = cast("User", request.user)
    if not permissions.can_see_accounts_record(user):
        raise PermissionDenied
    chain = CongressEntry.objects.filter(congress=user.congress)
    whom = small_whole(request.GET.get("person", ""), most=2**31 - 1) or 0
    entries = chain.filter(subject=whom) if whom else chain
    pages = Paginator(entries.select_related("actor", "subject").order_by("-sequence"), A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        **site.each_context(request),
        "title": _("Sign-ins and accounts"),
        "congress": user.congress,
        "page": page,
        "people": User.objects.filter(pk__in=chain.values("subject")).order_by("username"),
        "whom": whom,
        "broken": first_break_among(list(page)),
    }
    return TemplateResponse(request, "admin/core/accounts_record.html", context)

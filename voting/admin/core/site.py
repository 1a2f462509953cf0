"""The admin site: sign-in of the staff, and how long it lasts. Its pages are put together in ``admin.front``."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.congresses import addresses_of, here
from accounts.models import User
from accounts.passwords import OwnPasswordForm
from voting.admin.core.verbs import MISTAKEN
from voting.forms.core.resubmit import words_to_resubmit

#: Staff are signed out after half an hour without a page; the clerk's desk stands in a full hall.
STAFF_SESSION = 30 * 60  # seconds
#: The end of the session is moved on at most this often, so that a page does not cost a write.
TOUCH = 60  # seconds
TOUCHED = "touched"
#: Asked for by the page's own script only, never by a person: it keeps no session alive.
TURNOUT = "turnout"


class StaffSignIn(AdminAuthenticationForm):
    """User name and password; says plainly when a name rests after too many wrong passwords."""

    def confirm_login_allowed(self, user: Any) -> None:
        """Raises ValidationError, too, where the address is that of another congress than the person's own."""
        super().confirm_login_allowed(user)
        named = here(self.request) if self.request else None
        if named and user.congress and user.congress != named:
            with addresses_of(user.congress):
                address = self.request.build_absolute_uri(reverse("admin:index"))  # type: ignore[union-attr]
            raise ValidationError(
                _("This account belongs to another people's congress. Sign in at %(address)s"),
                params={"address": address},
                code="elsewhere",
            )

    def get_invalid_login_error(self) -> ValidationError:
        if getattr(self.request, "axes_locked_out", False):
            # The answer is given here, on the form; the middleware need not replace it by a bare page.
            self.request.axes_locked_out = False  # type: ignore[union-attr]
            return ValidationError(
                _(
                    "Too many wrong passwords for this user name. Sign-in rests for 15 minutes; "
                    "nothing typed in the meantime counts."
                ),
                code="locked_out",
            )
        return super().get_invalid_login_error()


class VoteAdminSite(admin.AdminSite):
    """Stock Django admin in our look; what a person may do in a vote is asked of ``voting.permissions``."""

    site_title = gettext_lazy("Livelihood project vote")
    site_header = gettext_lazy("Livelihood project vote")
    index_title = gettext_lazy("Running order")
    enable_nav_sidebar = False
    login_form = StaffSignIn
    site_url = None

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in with a fresh session key, for half an hour from the last page."""
        was = request.user
        response: HttpResponse = super().login(request, extra_context)
        if request.method == "POST" and request.user.is_authenticated and request.user is not was:
            request.session.set_expiry(STAFF_SESSION)
        return response

    @method_decorator([sensitive_post_parameters(), sensitive_variables()])
    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Let people choose a password of their own, and go on to their work with it."""
        form = OwnPasswordForm(cast("User", request.user), request.POST or None)
        if request.method == "POST" and form.is_valid():
            update_session_auth_hash(request, form.save())
            messages.success(request, _("Your own password is set; the one before it is void."))
            return redirect("admin:index")
        context = {**self.each_context(request), "title": _("Choose your own password"), "form": form}
        status = MISTAKEN if form.errors else 200
        return TemplateResponse(request, "admin/core/password.html", context, status=status)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Look for the apps only where a page lists them: Django does at every page, which asks for permissions."""
        return SimpleLazyObject(lambda: super(VoteAdminSite, self).get_app_list(request, app_label))

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:  # type: ignore[override] # noqa: FBT001, FBT002 Django's signature
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def touched(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and not request.user.is_authenticated:
                return self.signed_out(request)
            if getattr(request.user, "password_is_initial", False) and not _is_on_the_way_in(request):
                return redirect("admin:password_change")
            keep_signed_in(request)
            response: HttpResponse = inner(request, *args, **kwargs)
            return response

        return touched

    def signed_out(self, request: HttpRequest) -> HttpResponse:
        """Say that nothing was recorded, and show what the person had written."""
        way = f"{reverse('admin:login', current_app=self.name)}?{urlencode({'next': request.path})}"
        context = {
            **self.each_context(request),
            "title": _("You were signed out"),
            "words": words_to_resubmit(request.POST),
            "way": way,
        }
        return TemplateResponse(request, "admin/core/signed_out.html", context, status=403)


def _is_on_the_way_in(request: HttpRequest) -> bool:
    """Tell whether this page is for those, too, whose password somebody else gave them."""
    match = request.resolver_match
    return match is not None and match.url_name in {"password_change", "logout"}


def keep_signed_in(request: HttpRequest) -> None:
    """Move the end of a staff session on, at most once a minute; the page that polls does not count as a person."""
    if not request.user.is_authenticated or TURNOUT in request.GET:
        return
    now = int(time.time())
    if now - request.session.get(TOUCHED, 0) >= TOUCH:
        request.session[TOUCHED] = now
        request.session.set_expiry(STAFF_SESSION)


site = VoteAdminSite(name="admin")

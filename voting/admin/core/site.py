"""The admin site: sign-in of the staff, and how long it lasts. Its pages are put together in ``admin.front``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import BACKEND_SESSION_KEY, login, logout, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.attempts import remember_device
from accounts.congresses import addresses_of, here
from accounts.models import User
from accounts.passwords import OwnPasswordForm
from accounts.second_factor import is_half_way, is_required_of, proven
from accounts.staff import SignInRefused, check_password
from voting.admin.core.closed_lists import ClosedList
from voting.admin.core.verbs import MISTAKEN
from voting.domain.core.second_factor import note
from voting.forms.core.resubmit import words_to_resubmit
from voting.forms.core.second_factor import SecondStepForm
from voting.forms.core.verbs import refusal_lines
from voting.states import CongressAct

#: Staff are signed out after half an hour without activity; the clerk's desk stands in a full hall.
STAFF_SESSION = 30 * 60  # seconds
#: The end of the session is moved on at most this often, so that a page does not cost a write.
TOUCH = 60  # seconds
TOUCHED = "touched"
#: Where a session keeps whose password was right while the second factor is still to come, and for how long.
HALF, HALF_WAY = "half-way", 5 * 60  # seconds
SECOND_FACTOR = "second_factor"
#: Asked for by the page's own script only, never by a person: it keeps no session alive.
TURNOUT = "turnout"


class StaffSignIn(AdminAuthenticationForm):
    """User name and password; says plainly when a name rests here after too many wrong passwords."""

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

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """Look at name and password, unless this name rests here."""
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if name is not None and password and self.request is not None:
            try:
                self.user_cache = check_password(
                    self.request, username=name, password=password, at=timezone.now()
                )
            except SignInRefused as refusal:
                raise ValidationError(str(refusal), code=refusal.code) from refusal
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


class VoteAdminSite(admin.AdminSite):
    """Sign-in and the lists of what is kept; what a person may do in a vote is asked of ``voting.permissions``."""

    site_title = gettext_lazy("Livelihood project vote")
    site_header = gettext_lazy("Livelihood project vote")
    index_title = gettext_lazy("Running order")
    enable_nav_sidebar = False
    login_form = StaffSignIn
    logout_template = "admin/core/logged_out.html"
    site_url = None

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in with a fresh session key, for half an hour from the last page."""
        was = request.user
        response: HttpResponse = super().login(request, extra_context)
        if request.method == "POST" and request.user.is_authenticated and request.user is not was:
            if request.user.has_second_factor:
                return half_way(request, to=response["Location"])
            request.session.set_expiry(STAFF_SESSION)
            remember_device(request, response, request.user)
            note(CongressAct.SIGNED_IN, by=request.user, at=timezone.now())
        return response

    @method_decorator([never_cache, sensitive_post_parameters(), sensitive_variables()])
    def second_step(self, request: HttpRequest) -> HttpResponse:
        """Take the second factor of somebody whose password was right; until then nobody is signed in."""
        held = request.session.get(HALF) or {}
        user = _of_half_way(held)
        if user is None:
            return redirect("admin:login")
        form = SecondStepForm(request.POST if request.method == "POST" else None, user=user)
        if form.is_bound and form.is_valid():
            login(request, user, backend=held["backend"])
            request.session.pop(HALF, None)
            request.session.set_expiry(STAFF_SESSION)
            proven(request.session)
            note(CongressAct.SIGNED_IN, by=user, at=timezone.now(), how=form.how)
            response = HttpResponseRedirect(held["to"])
            remember_device(request, response, user)
            return response
        context = {**self.each_context(request), "title": _("Second factor"), "form": form, "who": user}
        context["refused"] = refusal_lines(form)
        status = MISTAKEN if form.errors else 200
        return TemplateResponse(request, "admin/core/second_step.html", context, status=status)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Sign out, and say so."""
        return super().logout(request, {"title": _("You are signed out"), **(extra_context or {})})

    @method_decorator([sensitive_post_parameters(), sensitive_variables()])
    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Let people choose a password of their own, and go on to their work with it."""
        form = OwnPasswordForm(cast("User", request.user), request.POST or None)
        if request.method == "POST" and form.is_valid():
            with transaction.atomic():
                user = form.save()
                note(CongressAct.PASSWORD_CHANGED, by=user, at=timezone.now())
            update_session_auth_hash(request, user)
            messages.success(request, _("Your own password is set; the one before it is void."))
            return redirect("admin:index")
        context = {**self.each_context(request), "title": _("Choose your own password"), "form": form}
        context["refused"] = refusal_lines(form)
        status = MISTAKEN if form.errors else 200
        return TemplateResponse(request, "admin/core/password.html", context, status=status)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return the addresses of sign-in and lists; of Django's other pages nobody comes to one."""
        return [
            path("login/", self.login, name="login"),
            path("logout/", self.admin_view(self.logout), name="logout"),
            path("password_change/", self.admin_view(self.password_change), name="password_change"),
            *(
                path(f"{each.opts.app_label}/{each.opts.model_name}/", include(each.get_urls()))
                for each in self._registry.values()
            ),
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return nothing: Django asks at every page what is told by ``lists_for`` where a page shows it."""
        return []

    def lists_for(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Return the way to every list that this person may read, and its name."""
        return [
            (reverse(f"admin:{shown.stem}_changelist"), str(capfirst(shown.opts.verbose_name_plural)))
            for shown in cast("Iterable[ClosedList]", self._registry.values())
            if shown.has_module_permission(request)
        ]

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:  # type: ignore[override] # noqa: FBT001, FBT002 Django's signature
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def touched(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and not request.user.is_authenticated:
                way = reverse("admin:login", current_app=self.name)
                return self.signed_out(request, f"{way}?{urlencode({'next': request.path})}")
            if getattr(request.user, "password_is_initial", False) and not _is_on_the_way_in(request):
                return self.first(request, redirect("admin:password_change"))
            if isinstance(request.user, User) and request.user.is_staff and not _leaves(request):
                if is_half_way(request.user, request.session):
                    return self.first(request, half_way(request, to=_way_back(request)))
                must = is_required_of(request.user) and not request.user.has_second_factor
                if must and not _is_on_the_way_in(request, SECOND_FACTOR):
                    return self.first(request, redirect(f"admin:{SECOND_FACTOR}"))
            keep_signed_in(request)
            response: HttpResponse = inner(request, *args, **kwargs)
            return response

        return touched

    def first(self, request: HttpRequest, way: HttpResponseRedirect) -> HttpResponse:
        """Send the person on the way that comes before this page; what was sent to it is not lost without a word."""
        return self.signed_out(request, way["Location"], entirely=False) if request.method == "POST" else way

    def signed_out(self, request: HttpRequest, way: str, *, entirely: bool = True) -> HttpResponse:
        """Say that nothing was recorded, and show what the person had written.

        ``entirely``: nobody is signed in; else something is still asked for before the sign-in is complete.
        """
        context = {
            **self.each_context(request),
            "title": _("You were signed out") if entirely else _("Your sign-in is not complete"),
            "entirely": entirely,
            "words": words_to_resubmit(request.POST),
            "way": way,
        }
        return TemplateResponse(request, "admin/core/signed_out.html", context, status=403)


def _is_on_the_way_in(request: HttpRequest, *more: str) -> bool:
    """Tell whether this page is for those, too, who are not all the way in."""
    match = request.resolver_match
    return match is not None and match.url_name in {"password_change", "logout", *more}


def _leaves(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.url_name == "logout"


def _way_back(request: HttpRequest) -> str:
    """Return where somebody stands after the second factor: on the page they came from or sent something to."""
    return request.get_full_path() if request.method == "GET" else request.path


def half_way(request: HttpRequest, *, to: str) -> HttpResponseRedirect:
    """Sign the person out again and ask for the second factor; ``to`` is where they go with it."""
    user = cast("User", request.user)
    backend = request.session[BACKEND_SESSION_KEY]
    logout(request)
    request.session[HALF] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": int(time.time()),
        "to": to,
        "backend": backend,
    }
    request.session.set_expiry(HALF_WAY)
    return HttpResponseRedirect(reverse("admin:second_step"))


def _of_half_way(held: dict[str, Any]) -> User | None:
    """Return whose password was right a moment ago and is still theirs."""
    if time.time() - held.get("at", 0) > HALF_WAY:
        return None
    user = User.objects.select_related("congress").filter(pk=held["user"], is_active=True).first()
    still = user is not None and constant_time_compare(user.get_session_auth_hash(), held["hash"])
    return user if still else None


def keep_signed_in(request: HttpRequest) -> None:
    """Move the end of a staff session on, at most once a minute; the page that polls does not count as a person."""
    if not request.user.is_authenticated or TURNOUT in request.GET:
        return
    now = int(time.time())
    if now - request.session.get(TOUCHED, 0) >= TOUCH:
        request.session[TOUCHED] = now
        request.session.set_expiry(STAFF_SESSION)


site = VoteAdminSite(name="admin")

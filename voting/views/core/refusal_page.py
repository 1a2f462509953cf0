"""One calm page for one sentence, and what all of the delegate's pages have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.congresses import shown_here
from voting.forms.core.resubmit import words_to_resubmit
from voting.forms.vote.ballot import BallotForm, CastForm
from voting.models import RollEntry
from voting.views.core.elder import keep_look, take_look

View = Callable[..., HttpResponse]


class RefusalPage(Exception):
    """The answer is a heading, a sentence and a way on; with ``form``, the marks, or the sealed ballot, are kept in
    the page.

    ``sealed`` shows the seal: a ballot of this delegate is in the urn. ``unsent`` says of the marks that came with the
    request that they are not.
    """

    template = "vote/ballot/refusal.html"

    def __init__(
        self,
        heading: str,
        text: object,
        *,
        status: int = 409,
        way: tuple[str, str] | None = None,
        note: str = "",
        unsent: str = "",
        sealed: bool = False,
        entry: RollEntry | None = None,
        form: BallotForm | CastForm | None = None,
    ) -> None:
        super().__init__(heading)
        self.heading, self.text, self.note, self.sealed, self.status = heading, text, note, sealed, status
        self.way = way or ("voting:home", _("To the home page"))
        self.entry, self.form, self.unsent = entry, form, unsent

    def context(self) -> dict[str, Any]:
        address, label = self.way
        context = {
            "heading": self.heading, "text": self.text, "note": self.note, "sealed": self.sealed,
            "own_switch": self.sealed, "unsent": self.unsent, "way_url": address_of(address) or "/",
            "way": label, "entry": self.entry,
        }  # fmt: skip
        if self.entry:
            context["cycle"] = self.entry.round.cycle
        if self.form:
            context |= {"ticket": str(self.form.ticket), "carried": self.form.fields()}
            context["switch_path"] = address_of(self.form.page)
            context["kept_sealed"] = isinstance(self.form, CastForm)
        return context


def address_of(name: str) -> str:
    """Return the address of that name; empty where the site has no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def delegate_page(view: View) -> View:
    """Keep the page out of caches and its form out of error reports; answer a RefusalPage with its page.

    A button of the form may ask for the page in large text: the marks go along.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        take_look(request)
        try:
            answer = view(request, *args, **kwargs)
        except RefusalPage as refusal:
            context = {"congress": shown_here(request), "words": words_to_resubmit(request.POST)}
            context |= refusal.context()
            answer = render(request, refusal.template, context, status=refusal.status)
        keep_look(request, answer)
        return answer

    guarded = require_http_methods(["GET", "HEAD", "POST"])(page)
    return sensitive_post_parameters()(sensitive_variables()(never_cache(guarded)))

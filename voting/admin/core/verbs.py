"""A page of the admin that does something: GET shows the form of every verb, POST names one and makes its one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import View

from accounts.models import User
from accounts.second_factor import is_stale
from voting.domain.core.refusals import Refused
from voting.forms.core.verbs import Alone, NotNow, Verb, refusal_alone

MISTAKEN, REFUSED, NOT_NOW = 422, 409, 403


class VerbPage(View):
    """Subclasses say which verbs there are now, and how the page looks.

    The button's name travels in ``do``; a page with one button calls its verb by the empty name. The table is asked
    once for a POST, so that the form, the call and the sentence are always those of the same verb.
    """

    request: HttpRequest

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    @property
    def acting(self) -> dict[str, Any]:
        """Who acts and when: one clock read, at the edge."""
        return {"by": self.user, "at": timezone.now()}

    @property
    def doing(self) -> str:
        """The name of the verb that was sent."""
        return self.request.POST.get("do", "")

    def verbs(self) -> Mapping[str, Verb]:
        """Return, by its name, everything that the person may do here now."""
        raise NotImplementedError

    def bar(self) -> Refused | None:
        """Return why this person may do nothing at all here, or None."""
        return None

    def page(self, sent: Any = None, *, status: int = 200) -> HttpResponse:
        """Return the page; ``sent`` is the form that was sent, with what is wrong with it."""
        raise NotImplementedError

    def renew(self) -> None:
        """Forget what was read before a verb was tried: the page shows what there is now."""
        for name in list(vars(self)):
            if isinstance(getattr(type(self), name, None), cached_property):
                delattr(self, name)

    @property
    def address(self) -> str:
        """Where the person stands after a verb that does not take the step."""
        return self.request.path

    def done(self) -> HttpResponse:
        """Return the way from a step that was taken."""
        return HttpResponseRedirect(self.address)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.page()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Make the one call of the verb that was named; refuse every name that the table does not know."""
        if barred := self.bar():
            return self.refused(barred)
        verb = self.verbs().get(self.doing)
        if verb is None:
            return self.refused(NotNow())
        form = self.made(verb, request.POST)
        if not form.is_valid():
            return self.page(form, status=MISTAKEN)
        try:
            outcome = verb.act(form)
        except (Refused, ValidationError) as refusal:
            self.renew()
            form.refuse(refusal)
            return self.page(form, status=REFUSED)
        if isinstance(outcome, HttpResponseBase):
            return outcome
        messages.success(request, verb.told(outcome))
        return self.done() if verb.ends else HttpResponseRedirect(self.address)

    def made(self, verb: Verb, data: Any) -> Any:
        """Return the verb's form; for what cannot be undone it asks for the own second factor again after a while."""
        form = verb.form(data)
        if verb.final and is_stale(self.user, self.request.session):
            form.ask_again(self.request)
        return form

    def with_files(self, make: Callable[..., Any]) -> Callable[[Any], Any]:
        """Return what makes a form that takes files too: those that were sent go to the form that was sent."""
        return lambda data: make(data, None if data is None else self.request.FILES)

    def stay(self, sentence: str, *, query: str = "") -> HttpResponse:
        """Say what was done and show this page again, at a place of its own."""
        messages.success(self.request, sentence)
        return HttpResponseRedirect(f"{self.address}{query}")

    def refused(self, refusal: Refused, *, status: int = NOT_NOW) -> HttpResponse:
        """Show the page with a refusal, and with no form that was sent."""
        return self.page(refusal_alone(refusal), status=status)

    def forms(self, sent: Any = None) -> dict[str, Any]:
        """Return the form of every verb of now; the one that was sent keeps what was typed."""
        made = {name: self.made(verb, None) for name, verb in self.verbs().items()}
        if sent is not None and self.doing in made and not isinstance(sent, Alone):
            made[self.doing] = sent
        return made

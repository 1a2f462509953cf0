"""A page of the admin that does something: GET shows the form of every verb, POST names one and makes its one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import conditional_escape
from django.views.generic import View

from accounts.models import User
from accounts.second_factor import is_stale
from voting.domain.core.journal import hold_draft, last_entry
from voting.domain.core.refusals import Refused
from voting.forms.core.drafts import SEEN, ChangedMeanwhile, carry, changes_since, edits_stored
from voting.forms.core.verbs import Alone, NotNow, Verb, refusal_alone, refusal_lines, typed_words
from voting.models import Cycle, Round
from voting.states import Act

MISTAKEN, REFUSED, NOT_NOW = 422, 409, 403


class VerbPage(View):
    """Subclasses say which verbs there are now, and how the page looks.

    The button's name travels in ``do``; a page with one button calls its verb by the empty name. The table is asked
    once for a POST, so that the form, the call and the sentence are always those of the same verb.
    """

    request: HttpRequest
    #: The page itself says what is refused, where the person looks and goes on typing: the desk in a full hall.
    refused_in_place: ClassVar[bool] = False
    #: What the journal calls a change of the draft that a verb saves.
    journaled: ClassVar[Mapping[str, tuple[Act, ...]]] = {}

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
            return self.undone(form, status=MISTAKEN)
        try:
            outcome = self.act_on(verb, form)
        except (Refused, ValidationError, Cycle.DoesNotExist, Round.DoesNotExist) as error:
            # A year may be given up, a roll unfrozen, while somebody works on it.
            refusal = error if isinstance(error, Refused | ValidationError) else NotNow()
            self.renew()
            changes = refusal.changes if isinstance(refusal, ChangedMeanwhile) else ()
            if changes:
                if verb.warning:
                    form.untick()
                form.add_error(None, str(refusal))
            else:
                form.refuse(refusal)
            return self.undone(form, status=REFUSED, changes=changes)
        if isinstance(outcome, HttpResponseBase):
            return outcome
        messages.success(request, verb.told(outcome))
        return self.done() if verb.ends else HttpResponseRedirect(self.address)

    def made(self, verb: Verb, data: Any) -> Any:
        """Return the verb's form. What cannot be undone is ticked, and after a while asks for the own second factor."""
        form = verb.form(data)
        if warning := verb.warning:
            form.tick(warning)
            if is_stale(self.user, self.request.session):
                form.ask_again(self.request)
        if data is None and edits_stored(form):
            carry(form, getattr(form, "stored", form))
        elif data is not None and SEEN in data:
            carry(form, None)
        return form

    def act_on(self, verb: Verb, form: Any) -> Any:
        """Make the verb's call, unless what the form was made from was changed meanwhile. Raises ChangedMeanwhile.

        Whoever saves the same draft at the same moment waits, and then meets what the first one saved.
        """
        token = form.cleaned_data.pop(SEEN, "")
        if not token or not edits_stored(verb.form(None)):
            return verb.act(form)  # and what a refusal leaves in the journal stays there
        with transaction.atomic():
            hold_draft(self.draft_address)
            self.renew()
            now = self.verbs().get(self.doing)
            if now is None:
                raise NotNow
            fresh = now.form(None)
            if changes := changes_since(form, token, getattr(fresh, "stored", fresh)):
                raise ChangedMeanwhile(changes, self.last_change())
            return verb.act(form)

    @property
    def draft_address(self) -> str:
        """What is edited here: one name for it, on whichever page it is."""
        return self.request.path

    def about(self) -> dict[str, Any]:
        """Return what the journal says of the thing that is edited here, beside the act."""
        return {}

    def last_change(self) -> tuple[str, str] | None:
        """Return who changed last what this page edits, and when, where the journal knows."""
        acts, cycle = self.journaled.get(self.doing, ()), getattr(self, "cycle", None)
        entry = last_entry(cycle, *acts, **self.about()) if acts and cycle else None
        return (str(entry.actor), f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M}") if entry else None

    def with_files(self, make: Callable[..., Any]) -> Callable[[Any], Any]:
        """Return what makes a form that takes files too: those that were sent go to the form that was sent."""
        return lambda data: make(data, None if data is None else self.request.FILES)

    def stay(self, sentence: str, *, query: str = "") -> HttpResponse:
        """Say what was done and show this page again, at a place of its own."""
        messages.success(self.request, sentence)
        return HttpResponseRedirect(f"{self.address}{query}")

    def refused(self, refusal: Refused, *, status: int = NOT_NOW) -> HttpResponse:
        """Show the page with a refusal, and with no form that was sent."""
        return self.undone(refusal_alone(refusal), status=status)

    def undone(self, form: Any, *, status: int, **more: Any) -> HttpResponse:
        """Show the page after a form that was refused: why stands at its top, and nothing that was typed is lost.

        What the page does not show any more, because another form stands there now, is shown to be copied.
        """
        answer = self.page(form, status=status)
        if not isinstance(answer, TemplateResponse) or answer.context_data is None:
            return answer
        lines = refusal_lines(form)
        answer.context_data |= {"refused": lines, "refused_in_place": self.refused_in_place, **more}
        answer.render()
        body = answer.content.decode().partition("</title>")[2]
        if self.refused_in_place:
            lost: list[str] = []
            unsaid = any(conditional_escape(line.sentence) not in body for line in lines)
        else:
            words = typed_words(form, self.request.POST)
            lost = [text for text in words if conditional_escape(text) not in body]
            unsaid = False
        if unsaid or lost:
            answer.context_data |= {"refused_in_place": False, "lost_words": lost}
            answer.content = answer.rendered_content
        return answer

    def forms(self, sent: Any = None) -> dict[str, Any]:
        """Return the form of every verb of now; the one that was sent keeps what was typed."""
        made = {name: self.made(verb, None) for name, verb in self.verbs().items()}
        if sent is not None and self.doing in made and not isinstance(sent, Alone):
            made[self.doing] = sent
        return made

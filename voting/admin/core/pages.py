"""What every step's page has in common: GET shows, POST makes one call of the domain and says how it went."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.generic import View

from accounts.models import User
from voting import permissions
from voting.admin.core.site import site
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.vote.running_order import RunningOrder, Step, StepKey
from voting.domain.vote.steps import BEFORE
from voting.forms.core.steps import ConfirmForm, StepForm
from voting.models import Cycle, Round

REFUSED, MISTAKEN = 409, 422
#: Names the year whose running order stands first: where somebody comes back from a step, its next step is in view.
FIRST = "first"


def cycle_for(user: Any, slug: str) -> Cycle:
    """Return the cycle that this person may watch. Raises Http404 or PermissionDenied."""
    cycle = get_object_or_404(Cycle, slug=slug)
    if not permissions.can_watch(user, cycle):
        raise PermissionDenied
    return cycle


def step_url(cycle: Cycle, key: StepKey) -> str:
    return reverse(f"admin:step_{key.replace('-', '_')}", args=[cycle.slug])


@method_decorator([sensitive_post_parameters(), sensitive_variables()], name="dispatch")
class StepPage(View):
    """One step of the running order. Subclasses say which, with which form, and what it does."""

    key: ClassVar[StepKey]
    #: What cannot be undone, in a full sentence; empty where the step can be.
    warning: ClassVar[str | Promise] = ""
    button: ClassVar[str | Promise] = ""
    #: Said on the running order when the step is done.
    success: ClassVar[str | Promise] = ""
    #: Where a step stays possible after it is done (check-in, slips), its form stays too.
    repeatable: ClassVar[bool] = False
    #: Shows what is for those alone who may take the step: people's contacts, what is held back.
    confidential: ClassVar[bool] = False

    request: HttpRequest
    order: RunningOrder

    def dispatch(self, request: HttpRequest, *args: Any, slug: str, **kwargs: Any) -> HttpResponse:
        self.cycle = cycle_for(request.user, slug)
        self.order = RunningOrder(self.cycle, user=self.user)
        if self.confidential and not self.step.mine:
            raise PermissionDenied
        return cast("HttpResponse", super().dispatch(request, *args, **kwargs))

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    @property
    def round(self) -> Round:
        """The round this step is about. Raises StepNotAllowed where there is none yet."""
        if self.order.round is None:
            raise StepNotAllowed
        return self.order.round

    @property
    def step(self) -> Step:
        return self.order.step(self.key)

    @property
    def acting(self) -> dict[str, Any]:
        """Who acts and when: one clock read, at the edge."""
        return {"by": self.user, "at": timezone.now()}

    def form(self, data: Any = None) -> StepForm:
        return ConfirmForm(data, sentence=self.warning)

    def act(self, form: Any) -> HttpResponse | None:
        """Make the one call of the domain. Return a page to show, or None for the way back to the order."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        return {}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(self.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        if not self.step.mine:
            return self.refused(form, NotYours(), status=403)
        if not form.is_valid():
            return self.page(form, status=MISTAKEN)
        try:
            shown = self.act(form)
        except (Refused, ValidationError) as refusal:
            self.order = RunningOrder(self.cycle_now(), user=self.user)
            form.refuse(refusal)
            return self.page(form, status=REFUSED)
        return shown or self.done()

    def refused(self, form: StepForm, refusal: Refused, *, status: int = REFUSED) -> HttpResponse:
        """Show the page with a refusal and none of the errors of a form that nobody sent."""
        form.full_clean()
        form.errors.clear()
        form.refuse(refusal)
        return self.page(form, status=status)

    def done(self) -> HttpResponse:
        messages.success(self.request, str(self.success))
        return HttpResponseRedirect(f"{reverse('admin:index')}?{FIRST}={self.cycle.slug}")

    def stay(self, message: str, *, query: str = "") -> HttpResponse:
        """Say what was done and show the same page again."""
        messages.success(self.request, message)
        return HttpResponseRedirect(step_url(self.cycle, self.key) + query)

    def cycle_now(self) -> Cycle:
        return Cycle.objects.get(pk=self.cycle.pk)

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        step = self.step
        context: dict[str, Any] = {
            **self.frame(step.title),
            "step": step,
            "form": form,
            "button": self.button,
            "usable": step.mine and step.possible and (self.repeatable or not step.is_done),
            **self.context(),
            **more,
        }
        return TemplateResponse(self.request, self.template, context, status=status)

    def frame(self, title: str) -> dict[str, Any]:
        """Return what the page around the step needs."""
        order = self.order
        return {
            **site.each_context(self.request),
            "title": title,
            "order": order,
            "cycle": order.cycle,
            "round": order.round,
            "attendance": order.attendance,
        }

    @property
    def template(self) -> str:
        room = "before" if self.key in BEFORE else "vote"
        return f"admin/{room}/step_{self.key.replace('-', '_')}.html"


class NotYours(Refused):
    """The step is another person's."""

    def __str__(self) -> str:
        return _("This step is not yours to take; nothing was done. The page says who takes it.")

"""What every step's page has in common: GET shows, POST makes one call of the domain and says how it went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from voting import permissions
from voting.admin.core.site import site
from voting.admin.core.verbs import VerbPage
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.vote.running_order import STEPS, RunningOrder, Step, StepKey
from voting.forms.core.steps import StepForm
from voting.forms.core.verbs import Verb
from voting.models import Cycle, Round

#: Names the year whose running order stands first: where somebody comes back from a step, its next step is in view.
FIRST = "first"


def cycle_of(user: Any, slug: str, **only: Any) -> Cycle:
    """Return the cycle at this address in the person's own congress. Raises Http404: of others nothing is told."""
    own = Cycle.objects.select_related("congress").filter(congress=user.congress_id or 0, **only)
    return get_object_or_404(own, slug=slug)


def cycle_for(user: Any, slug: str, *, given_up: bool = False) -> Cycle:
    """Return the cycle that this person may watch, or one that was given up. Raises Http404 or PermissionDenied."""
    every = Cycle.every.select_related("congress").filter(congress=user.congress_id or 0)
    cycle: Cycle = get_object_or_404(every, slug=slug) if given_up else cycle_of(user, slug)
    if not permissions.can_watch(user, cycle):
        raise PermissionDenied
    return cycle


def step_url(cycle: Cycle, key: StepKey) -> str:
    return reverse(f"admin:step_{key.replace('-', '_')}", args=[cycle.slug])


@method_decorator([sensitive_post_parameters(), sensitive_variables()], name="dispatch")
class StepPage(VerbPage):
    """One step of the running order. Subclasses say which, with which form, and what it does.

    A step of one button says ``form`` and ``act``; one of several buttons says ``verbs``, each with its name.
    """

    key: ClassVar[StepKey]
    #: What cannot be undone, in a full sentence; a step that can be says with which verb.
    warning: ClassVar[str | Promise] = ""
    undo: ClassVar[str] = ""
    button: ClassVar[str | Promise] = ""
    #: Said on the running order when the step is done.
    success: ClassVar[str | Promise] = ""
    #: The verb whose form is the step's own; the others stand beside it.
    main: ClassVar[str] = ""
    #: Where a step stays possible after it is done (check-in, slips), its form stays too.
    repeatable: ClassVar[bool] = False
    #: Shows what is for those alone who may take the step: people's contacts, what is held back.
    confidential: ClassVar[bool] = False
    #: Which votes have such a page: those of residents, who have letters, or those of people in a hall; None: all.
    by_letter: ClassVar[bool | None] = None

    order: RunningOrder

    def dispatch(self, request: HttpRequest, *args: Any, slug: str, **kwargs: Any) -> HttpResponse:
        self.cycle = cycle_for(request.user, slug)
        if self.by_letter is not None and self.by_letter is not self.cycle.by_letter:
            raise Http404
        self.order = RunningOrder(self.cycle, user=self.user)
        if self.confidential and not self.step.mine:
            raise PermissionDenied
        return cast("HttpResponse", super().dispatch(request, *args, **kwargs))

    @property
    def round(self) -> Round:
        """The round this step is about. Raises StepNotAllowed where there is none yet."""
        if self.order.round is None:
            raise StepNotAllowed
        return self.order.round

    @property
    def step(self) -> Step:
        return self.order.step(self.key)

    def verbs(self) -> Mapping[str, Verb]:
        return {
            self.main: Verb(self.form, self.act, self.success, ends=True, undo=self.undo, final=self.warning)
        }

    def form(self, data: Any = None) -> StepForm:
        return StepForm(data)

    def act(self, form: Any) -> HttpResponseBase | None:
        """Make the one call of the domain. Return a page to show, or None for the way back to the order."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        return {}

    def bar(self) -> Refused | None:
        return None if self.step.mine else NotYours()

    def renew(self) -> None:
        super().renew()
        self.cycle = get_object_or_404(Cycle.objects.select_related("congress"), pk=self.cycle.pk)
        self.order = RunningOrder(self.cycle, user=self.user)

    def done(self) -> HttpResponse:
        return HttpResponseRedirect(f"{reverse('admin:index')}?{FIRST}={self.cycle.slug}")

    @property
    def usable(self) -> bool:
        """The forms are shown: the step is this person's, its moment is there, and it is not over."""
        step = self.step
        return step.mine and step.possible and (self.repeatable or not step.is_done)

    def page(self, sent: Any = None, *, status: int = 200, **more: Any) -> HttpResponse:
        forms = self.forms(sent)
        context: dict[str, Any] = {
            **self.frame(self.step.title),
            "step": self.step,
            "forms": forms,
            "form": forms.get(self.main),
            "main": self.main,
            "button": self.button,
            "usable": self.usable,
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
        return f"admin/{STEPS[self.key].room}/step_{self.key.replace('-', '_')}.html"


class NotYours(Refused):
    """The step is another person's."""

    def __str__(self) -> str:
        return _("This step is not yours to take; nothing was done. The page says who takes it.")

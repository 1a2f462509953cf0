"""What the pages after the vote have in common: a cycle, who may see it, one form for each thing that can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.models import User
from voting import permissions
from voting.admin.core.pages import MISTAKEN, REFUSED
from voting.admin.core.site import site
from voting.domain.core.refusals import Refused
from voting.forms.core.resubmit import typed_words
from voting.forms.core.steps import StepForm
from voting.models import Cycle, Delivery

Maker = Callable[[Any], StepForm]


class NotNow(Refused):
    def __str__(self) -> str:
        return _(
            "This cannot be done here now: it was done meanwhile, or it is another person's to do. Nothing was changed."
        )


class AfterPage(View):
    """GET shows every form that the person may use; POST names one by ``do`` and makes one call of the domain."""

    template: ClassVar[str]
    #: Who may see the page at all.
    seen_by: ClassVar[Callable[[permissions.Person, Cycle], bool]]

    request: HttpRequest
    cycle: Cycle

    def dispatch(self, request: HttpRequest, *args: Any, slug: str, **kwargs: Any) -> HttpResponse:
        self.cycle = get_object_or_404(Cycle, slug=slug, assesses=None)
        if not type(self).seen_by(request.user, self.cycle):
            raise PermissionDenied
        return cast("HttpResponse", super().dispatch(request, *args, **kwargs))

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    @property
    def acting(self) -> dict[str, Any]:
        return {"by": self.user, "at": timezone.now()}

    @property
    def doing(self) -> str:
        return self.request.POST.get("do", "")

    def makers(self) -> dict[str, Maker]:
        """Return, by its name, what makes the form of everything that the person may do here now."""
        raise NotImplementedError

    def act(self, form: Any) -> str:
        """Make the one call of the domain, and return what is said about it."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        return {}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.page()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        makers = self.makers()
        if self.doing not in makers:
            form = StepForm({})
            form.full_clean()
            form.refuse(NotNow())
            return self.page(form, status=403)
        form = makers[self.doing](request.POST)
        if not form.is_valid():
            return self.page(form, status=MISTAKEN)
        try:
            said = self.act(form)
        except (Refused, ValidationError) as refusal:
            form.refuse(refusal)
            return self.page(form, status=REFUSED)
        messages.success(request, said)
        return HttpResponseRedirect(self.request.path)

    def page(self, sent: StepForm | None = None, *, status: int = 200) -> HttpResponse:
        self.cycle = Cycle.objects.get(pk=self.cycle.pk)
        forms = {name: make(None) for name, make in self.makers().items()}
        if sent is not None and self.doing in forms:
            forms[self.doing] = sent
        context = {
            **site.each_context(self.request),
            "cycle": self.cycle,
            "forms": forms,
            "form": sent,
            "words": typed_words(self.request.POST) if sent is not None and self.doing not in forms else [],
            **self.context(),
        }
        return TemplateResponse(self.request, self.template, context, status=status)

    def delivery(self, number: int) -> Delivery:
        """Return a delivery of the cycle with all that its plan and progress need. Raises Http404."""
        found = (
            Delivery.objects.filter(cycle=self.cycle, number=number)
            .select_related("cycle", "candidate", "lead_unit")
            .prefetch_related("targets", "milestones", "reports__figures", "reports__milestones")
            .first()
        )
        if found is None:
            raise Http404
        return found

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
from django.utils.functional import cached_property
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
from voting.read_models.after.lines import Line
from voting.read_models.after.overview import Overview, overview

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
    #: Every form that the page shows, by its name.
    forms: dict[str, StepForm]

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

    def read_anew(self) -> None:
        """Forget what was read before a verb was tried: the page shows what there is now."""
        self.cycle = Cycle.objects.get(pk=self.cycle.pk)
        for name in [
            each for each in vars(self) if isinstance(getattr(type(self), each, None), cached_property)
        ]:
            delattr(self, name)

    def page(self, sent: StepForm | None = None, *, status: int = 200) -> HttpResponse:
        if self.request.method == "POST":
            self.read_anew()
        self.forms = {name: make(None) for name, make in self.makers().items()}
        known = self.doing in self.forms
        if sent is not None and known:
            self.forms[self.doing] = sent
        context = {
            **site.each_context(self.request),
            "cycle": self.cycle,
            "forms": self.forms,
            "form": sent,
            "words": typed_words(self.request.POST) if sent is not None and not known else [],
            **self.context(),
        }
        return TemplateResponse(self.request, self.template, context, status=status)


class ProjectPage(AfterPage):
    """A page of one project of the cycle."""

    def dispatch(self, request: HttpRequest, *args: Any, number: int = 0, **kwargs: Any) -> HttpResponse:
        self.number = number
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def seen(self) -> Overview:
        """The project as it stands, with its plan, reports and grades, read once for forms and page. Raises Http404."""
        seen = overview(self.cycle, on=timezone.localdate(), drafts=True, numbers=[self.number])
        if seen is None:
            raise Http404
        return seen

    @property
    def line(self) -> Line:
        return self.seen.lines[0]

    @property
    def found(self) -> Delivery:
        return self.line.delivery

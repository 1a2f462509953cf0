"""What the pages after the vote have in common: a cycle, who may see it, one form for each thing that can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import cached_property

from voting import permissions
from voting.admin.core.pages import cycle_of
from voting.admin.core.site import site
from voting.admin.core.verbs import VerbPage
from voting.models import Cycle, Delivery
from voting.read_models.after.lines import Line
from voting.read_models.after.overview import Overview, overview


class AfterPage(VerbPage):
    """GET shows every form that the person may use; POST names one by ``do`` and makes one call of the domain."""

    template: ClassVar[str]
    #: Who may see the page at all.
    seen_by: ClassVar[Callable[[permissions.Person, Cycle], bool]]

    cycle: Cycle
    #: Every form that the page shows, by the name of its verb.
    shown_forms: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, slug: str, **kwargs: Any) -> HttpResponse:
        self.cycle = cycle_of(self.user, slug, assesses=None)
        if not type(self).seen_by(request.user, self.cycle):
            raise PermissionDenied
        return cast("HttpResponse", super().dispatch(request, *args, **kwargs))

    def context(self) -> dict[str, Any]:
        return {}

    def renew(self) -> None:
        super().renew()
        self.cycle = Cycle.objects.select_related("congress").get(pk=self.cycle.pk)

    def page(self, sent: Any = None, *, status: int = 200) -> HttpResponse:
        if self.request.method == "POST":
            self.renew()
        forms = self.shown_forms = self.forms(sent)
        context = {
            **site.each_context(self.request),
            "cycle": self.cycle,
            "forms": forms,
            "form": sent,
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
    def project(self) -> Delivery:
        return self.line.delivery

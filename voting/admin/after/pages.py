"""What the pages after the vote have in common: a cycle, who may see it, one form for each thing that can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from voting import permissions
from voting.admin.core.site import site
from voting.admin.core.verbs import VerbPage
from voting.forms.core.resubmit import typed_words
from voting.models import Cycle, Delivery


class AfterPage(VerbPage):
    """GET shows every form that the person may use; POST names one by ``do`` and makes one call of the domain."""

    template: ClassVar[str]
    #: Who may see the page at all.
    seen_by: ClassVar[Callable[[permissions.Person, Cycle], bool]]

    cycle: Cycle

    def dispatch(self, request: HttpRequest, *args: Any, slug: str, **kwargs: Any) -> HttpResponse:
        self.cycle = get_object_or_404(Cycle, slug=slug, assesses=None)
        if not type(self).seen_by(request.user, self.cycle):
            raise PermissionDenied
        return cast("HttpResponse", super().dispatch(request, *args, **kwargs))

    def context(self) -> dict[str, Any]:
        return {}

    def page(self, sent: Any = None, *, status: int = 200) -> HttpResponse:
        self.cycle = Cycle.objects.get(pk=self.cycle.pk)
        forms = self.forms(sent)
        context = {
            **site.each_context(self.request),
            "cycle": self.cycle,
            "forms": forms,
            "form": sent,
            "words": [] if sent is None or sent in forms.values() else typed_words(self.request.POST),
            **self.context(),
        }
        return TemplateResponse(self.request, self.template, context, status=status)

    def delivery(self, number: int) -> Delivery:
        """Return a delivery of the cycle with all that its plan and progress need. Raises Http404."""
        delivery = (
            Delivery.objects.filter(cycle=self.cycle, number=number)
            .select_related("cycle", "candidate", "lead_unit")
            .prefetch_related("targets", "milestones", "reports__figures", "reports__milestones")
            .first()
        )
        if delivery is None:
            raise Http404
        return delivery

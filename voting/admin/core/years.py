"""A new year: the clerk opens it, and its running order begins with the call for proposals."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from voting import permissions
from voting.admin.core.pages import StepPage
from voting.admin.core.records import NO_CONGRESS
from voting.admin.core.site import site
from voting.admin.core.verbs import MISTAKEN
from voting.domain.core.cycles import (
    correct_year,
    create_cycle,
    give_up_year,
    is_before_its_call,
    may_correct_session,
)
from voting.domain.vote.running_order import StepKey
from voting.forms.core.verbs import Verb, refusal_lines
from voting.forms.core.years import GiveUpForm, YearCorrectionForm, YearForm
from voting.models import Cycle, JournalEntry
from voting.states import Act


def new_year(request: HttpRequest) -> HttpResponse:
    """Show the form, or create the cycle and go to its call. Raises PermissionDenied for anybody but a clerk."""
    user = cast("User", request.user)
    if not permissions.can_open_year(user) or user.congress_id is None:
        raise PermissionDenied
    own = Cycle(congress_id=user.congress_id or NO_CONGRESS)
    form = YearForm(request.POST or None, instance=own, initial=_like_the_last(user))
    if request.method == "POST" and form.is_valid():
        try:
            cycle = create_cycle(congress=user.congress, by=user, at=timezone.now(), **form.values)
        except ValidationError as error:
            form.refuse(error)
        else:
            return HttpResponseRedirect(reverse("admin:step_call", args=[cycle.slug]))
    context = {
        **site.each_context(request),
        "title": _("Open a new year"),
        "form": form,
        "given_up": given_up(user),
        "refused": refusal_lines(form),
    }
    status = MISTAKEN if form.errors else 200
    return TemplateResponse(request, "admin/core/new_year.html", context, status=status)


class YearPage(StepPage):
    """What was entered of a year: correct it, and before its call is published give the whole year up."""

    key = StepKey.CALL
    template = "admin/core/year.html"
    repeatable = True
    confidential = True
    main = "correct"

    def verbs(self) -> dict[str, Verb]:
        return {
            "correct": Verb(
                lambda data: YearCorrectionForm(data, cycle=Cycle.objects.get(pk=self.cycle.pk)),
                self._correct,
                undo="correct",
            ),
            "give_up": Verb(
                partial(GiveUpForm, auto_id="g_%s"),
                self._give_up,
                final=_(
                    "The year is given up, with everything that was entered for it. It leaves the running order, and "
                    "its address “%(slug)s” is free again; its journal stays. It cannot be taken up again."
                )
                % {"slug": self.cycle.slug},
            ),
        }

    def _correct(self, form: Any) -> HttpResponse:
        values = form.values | {"reason": form.cleaned_data["reason"]}
        changed = correct_year(cycle=self.cycle, **values, **self.acting)
        self.cycle = Cycle.objects.get(pk=self.cycle.pk)
        messages.success(
            self.request,
            _("Corrected; the journal keeps both.")
            if changed
            else _("Nothing was changed: it stood so before."),
        )
        return HttpResponseRedirect(reverse("admin:year", args=[self.cycle.slug]))

    def _give_up(self, form: Any) -> HttpResponse:
        slug = self.cycle.slug
        give_up_year(cycle=self.cycle, reason=form.cleaned_data["reason"], **self.acting)
        messages.success(self.request, _("The year is given up. Its address “%s” is free again.") % slug)
        return HttpResponseRedirect(reverse("admin:new_year"))

    @property
    def usable(self) -> bool:
        return self.step.mine and may_correct_session(self.cycle)

    def context(self) -> dict[str, Any]:
        drafts = self.cycle.candidates.count()
        return {
            "title": _("Data of the year"),
            "early": is_before_its_call(self.cycle),
            "drafts": drafts,
            "too_few": bool(drafts) and drafts < self.cycle.seats,
        }


def given_up(user: User) -> list[JournalEntry]:
    """Return the entries with which years of the person's congress were given up, the newest first."""
    entries = JournalEntry.objects.filter(act=Act.YEAR_GIVEN_UP, cycle__congress=user.congress_id)
    return list(entries.select_related("actor", "cycle__congress").order_by("-at"))


def _like_the_last(user: User) -> dict[str, Any]:
    """Return what the form begins with: the year after the last one of the same congress."""
    last = Cycle.objects.filter(congress=user.congress_id).order_by("-year", "-pk").first()
    if last is None:
        return {}
    year = last.year + 1
    return {"seats": last.seats, "year": year, "slug": str(year), "asked": "\n".join(last.solicited_from)}

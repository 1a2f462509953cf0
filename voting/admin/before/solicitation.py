"""征集 and 初选 in the admin: the call, the queue of proposals, one proposal, opinions of units."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.admin.core.pages import StepPage
from voting.domain.before import calls, proposals, screening
from voting.domain.before.funnel import funnel_of
from voting.domain.vote.running_order import StepKey
from voting.forms.before.screening import (
    CallForm,
    DecideForm,
    FormEntry,
    HideForm,
    NumbersOfProposals,
    OpinionForm,
    TimesForm,
)
from voting.forms.core.steps import StepForm
from voting.models import Call, Proposal
from voting.states import Outcome, Visibility
from voting.text.search import terms

PER_PAGE = 50
_SHOWN_FIELDS = ("text", "criteria", "out_of_scope", "how", "opens_at", "closes_at")


class ManyForms(StepPage):
    """A page of several forms; the button that was pressed says which one is meant."""

    repeatable = True

    @property
    def doing(self) -> str:
        return self.request.POST.get("do", "")

    def empty(self, name: str) -> StepForm:
        """Return the form of that name as the page shows it first."""
        raise NotImplementedError

    def chosen(self, form: StepForm, names: tuple[str, ...]) -> dict[str, StepForm]:
        """Return every form of the page; the one that was sent keeps what was typed."""
        return {name: form if name == self.doing else self.empty(name) for name in names}


class CallPage(ManyForms):
    """Draft, publish, prolong, close by hand, and go on to the screening."""

    key = StepKey.CALL

    @property
    def call(self) -> Call | None:
        return Call.objects.filter(cycle=self.cycle).first()

    def empty(self, name: str) -> StepForm:
        call = self.call
        if name == "times" and call:
            return TimesForm(initial={"opens_at": call.opens_at, "closes_at": call.closes_at})
        if name == "draft":
            given = {field: getattr(call, field) for field in _SHOWN_FIELDS} if call else {}
            return CallForm(initial={**given, "fields_of_work": "\n".join(call.fields) if call else ""})
        return StepForm()

    def form(self, data: Any = None) -> StepForm:
        if data is None:
            return StepForm()
        return {"draft": CallForm, "times": TimesForm}.get(self.doing, StepForm)(data)

    def act(self, form: Any) -> HttpResponse | None:
        if self.doing == "draft":
            calls.draft_call(cycle=self.cycle, **form.values, **self.acting)
            return self.stay(_("The draft is saved."))
        if self.doing == "publish":
            calls.publish_call(cycle=self.cycle, **self.acting)
            return self.stay(_("The call is published."))
        if self.doing == "times":
            calls.change_times(cycle=self.cycle, **form.cleaned_data, **self.acting)
            return self.stay(_("The times of the call are changed."))
        if self.doing == "close":
            calls.close_call(cycle=self.cycle, **self.acting)
            return self.stay(_("The call is closed."))
        calls.begin_screening(cycle=self.cycle, **self.acting)
        return None

    success = gettext_lazy("The screening has begun.")

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        call = self.call
        forms = self.chosen(form, ("draft", "times"))
        now = timezone.now()
        return super().page(
            form, status=status, call=call, forms=forms, is_open=bool(call and call.is_open(now)),
            received=self.cycle.proposals.count(),
            over=bool(call and call.published_at and now >= call.ends_at), **more,
        )  # fmt: skip


class ScreeningPage(ManyForms):
    """The queue: held back first, then what is not yet decided; search, filters, several shown at once."""

    key = StepKey.SCREENING

    def empty(self, name: str) -> StepForm:
        return FormEntry() if name == "enter" else NumbersOfProposals()

    def form(self, data: Any = None) -> StepForm:
        if self.doing == "enter":
            return FormEntry(data)
        return NumbersOfProposals(data) if self.doing == "show" else StepForm(data)

    def act(self, form: Any) -> HttpResponse | None:
        if self.doing == "enter":
            texts = dict(form.cleaned_data)
            source = texts.pop("source")
            proposal, code = proposals.enter_form(
                cycle=self.cycle, ticket=proposals.new_ticket(), source=source, fields=texts, **self.acting
            )
            said = _("Proposal %(number)d is entered. Its tracking code, shown only now: %(code)s")
            return self.stay(said % {"number": proposal.number, "code": code})
        shown = proposals.show(cycle=self.cycle, numbers=form.cleaned_data["numbers"], **self.acting)
        return self.stay(_("Shown to the public: %d") % shown)

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        asked = self.request.GET
        rows = Proposal.objects.filter(cycle=self.cycle).defer("content", "terms").order_by("number")
        if (standing := asked.get("standing")) in Visibility.values:
            rows = rows.filter(standing=standing)
        outcome = asked.get("outcome", "")
        if outcome == "open":
            rows = rows.filter(outcome=Outcome.OPEN)
        elif outcome in Outcome.values and outcome:
            rows = rows.filter(outcome=outcome)
        if words := terms(asked.get("q", "")):
            rows = rows.filter(terms__contains=words)
        counts = Proposal.objects.filter(cycle=self.cycle).aggregate(
            held=Count("pk", filter=Q(standing=Visibility.HELD)),
            open=Count("pk", filter=Q(outcome=Outcome.OPEN)),
        )
        kept = asked.copy()
        kept.pop("page", None)
        return super().page(
            form, status=status, forms=self.chosen(form, ("show", "enter")), counts=counts,
            funnel=funnel_of(self.cycle), kept=kept.urlencode(), asked=asked, outcomes=Outcome.choices,
            rows=Paginator(rows, PER_PAGE).get_page(asked.get("page")), **more,
        )  # fmt: skip


class ProposalPage(ManyForms):
    """One proposal: look at it, compare, merge, ask units, decide."""

    key = StepKey.SCREENING
    template = "admin/before/proposal.html"
    confidential = True

    def dispatch(self, request: HttpRequest, *args: Any, number: int = 0, **kwargs: Any) -> HttpResponse:
        self.number = number
        return super().dispatch(request, *args, **kwargs)

    @property
    def proposal(self) -> Proposal:
        found = (
            Proposal.objects.select_related("cycle", "merged_into", "delegate", "unit", "entered_by")
            .filter(cycle=self.cycle, number=self.number)
            .first()
        )
        if found is None:
            raise Http404
        return found

    def empty(self, name: str) -> StepForm:
        kind = self.cycle.kind
        if name == "opinion":
            return OpinionForm(kind=kind, auto_id="ask_%s")
        if name == "decide":
            return DecideForm(kind=kind)
        return HideForm() if name == "hide" else NumbersOfProposals()

    def form(self, data: Any = None) -> StepForm:
        if data is None:
            return StepForm()
        kind = self.cycle.kind
        if self.doing == "opinion":
            return OpinionForm(data, kind=kind, auto_id="ask_%s")
        if self.doing == "decide":
            return DecideForm(data, kind=kind)
        return {"hide": HideForm, "merge": NumbersOfProposals}.get(self.doing, StepForm)(data)

    def act(self, form: Any) -> HttpResponse | None:
        mine: dict[str, Any] = {"cycle": self.cycle, "number": self.number}
        if self.doing == "show":
            proposals.show(cycle=self.cycle, numbers=[self.number], **self.acting)
            return self.back(_("The proposal is shown to the public."))
        if self.doing == "hide":
            proposals.hide(**mine, reason=form.cleaned_data["reason"], **self.acting)
            return self.back(_("The proposal is kept from the public; it is screened all the same."))
        if self.doing == "merge":
            merged = screening.merge(
                cycle=self.cycle, into=self.number, numbers=form.cleaned_data["numbers"], **self.acting
            )
            return self.back(_("Merged into this one: %d") % merged)
        if self.doing == "take_out":
            screening.take_out(**mine, **self.acting)
            return self.back(_("The proposal stands for itself again."))
        if self.doing == "opinion":
            screening.ask_opinion(proposal=self.proposal, **form.cleaned_data, **self.acting)
            return self.back(_("The unit is asked."))
        screening.decide(proposal=self.proposal, **form.values, **self.acting)
        return self.back(_("The decision is recorded; the proposer can read it."))

    def back(self, message: str) -> HttpResponse:
        self.stay(message)
        return HttpResponseRedirect(reverse("admin:proposal", args=[self.cycle.slug, self.number]))

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        proposal = self.proposal
        alike = [] if proposal.merged_into_id else screening.similar(proposal)
        return super().page(
            form, status=status, proposal=proposal, forms=self.chosen(form, ("hide", "merge", "opinion", "decide")),
            alike=[(other, round(part * 100)) for other, part in alike], files=proposal.attachments.defer("data"),
            opinions=proposal.opinions.select_related("unit"), decisions=proposal.decisions.select_related("unit"),
            merged=proposal.merged.order_by("number"), title=str(proposal), **more,
        )  # fmt: skip

"""征集 and 初选 in the admin: the call, the queue of proposals, one proposal, opinions of units."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
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
from voting.forms.core.verbs import Verb
from voting.models import Call, Proposal
from voting.states import Outcome, Visibility
from voting.text.search import terms

PER_PAGE = 50
_SHOWN_FIELDS = ("text", "criteria", "out_of_scope", "how", "opens_at", "closes_at")


class CallPage(StepPage):
    """Draft, publish, prolong, close by hand, and go on to the screening."""

    key = StepKey.CALL
    repeatable = True
    success = gettext_lazy("The screening has begun.")

    @cached_property
    def call(self) -> Call | None:
        return Call.objects.filter(cycle=self.cycle).first()

    def verbs(self) -> dict[str, Verb]:
        call, year = self.call, self.year
        return {
            "draft": Verb(
                partial(CallForm, initial=_as_drafted(call)),
                lambda form: calls.draft_call(**form.values, **year),
                _("The draft is saved."),
            ),
            "publish": Verb(StepForm, lambda _form: calls.publish_call(**year), _("The call is published.")),
            "times": Verb(
                partial(TimesForm, initial=_times(call)),
                lambda form: calls.change_times(**form.cleaned_data, **year),
                _("The times of the call are changed."),
            ),
            "close": Verb(StepForm, lambda _form: calls.close_call(**year), _("The call is closed.")),
            "screen": Verb(StepForm, lambda _form: calls.begin_screening(**year), self.success, ends=True),
        }

    @property
    def year(self) -> dict[str, Any]:
        return {"cycle": self.cycle, **self.acting}

    def context(self) -> dict[str, Any]:
        call, now = self.call, timezone.now()
        return {
            "call": call,
            "is_open": bool(call and call.is_open(now)),
            "received": self.cycle.proposals.count(),
            "over": bool(call and call.published_at and now >= call.ends_at),
        }


def _times(call: Call | None) -> dict[str, Any]:
    return {"opens_at": call.opens_at, "closes_at": call.closes_at} if call else {}


def _as_drafted(call: Call | None) -> dict[str, Any]:
    if call is None:
        return {"fields_of_work": ""}
    return {field: getattr(call, field) for field in _SHOWN_FIELDS} | {
        "fields_of_work": "\n".join(call.fields)
    }


class ScreeningPage(StepPage):
    """The queue: held back first, then what is not yet decided; search, filters, several shown at once."""

    key = StepKey.SCREENING
    repeatable = True

    def verbs(self) -> dict[str, Verb]:
        return {
            "enter": Verb(
                FormEntry,
                self._enter,
                lambda entered: (
                    _("Proposal %(number)d is entered. Its tracking code, shown only now: %(code)s") % entered
                ),
            ),
            "show": Verb(
                NumbersOfProposals,
                lambda form: proposals.show(
                    cycle=self.cycle, numbers=form.cleaned_data["numbers"], **self.acting
                ),
                lambda shown: _("Shown to the public: %d") % shown,
            ),
        }

    def _enter(self, form: Any) -> dict[str, Any]:
        texts = dict(form.cleaned_data)
        source = texts.pop("source")
        proposal, code = proposals.enter_form(
            cycle=self.cycle, ticket=proposals.new_ticket(), source=source, fields=texts, **self.acting
        )
        return {"number": proposal.number, "code": code}

    def context(self) -> dict[str, Any]:
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
        return {
            "counts": counts,
            "funnel": funnel_of(self.cycle),
            "asked": asked,
            "outcomes": Outcome.choices,
            "rows": Paginator(rows, PER_PAGE).get_page(asked.get("page")),
        }


class ProposalPage(StepPage):
    """One proposal: look at it, compare, merge, ask units, decide."""

    key = StepKey.SCREENING
    template = "admin/before/proposal.html"
    confidential = True
    repeatable = True

    def dispatch(self, request: HttpRequest, *args: Any, number: int = 0, **kwargs: Any) -> HttpResponse:
        self.number = number
        return super().dispatch(request, *args, **kwargs)

    @property
    def proposal(self) -> Proposal:
        proposal = (
            Proposal.objects.select_related(
                "cycle__congress", "merged_into", "delegate", "unit", "entered_by"
            )
            .filter(cycle=self.cycle, number=self.number)
            .first()
        )
        if proposal is None:
            raise Http404
        return proposal

    def verbs(self) -> dict[str, Verb]:
        mine: dict[str, Any] = {"cycle": self.cycle, "number": self.number, **self.acting}
        return {
            "show": Verb(
                StepForm,
                lambda _form: proposals.show(cycle=self.cycle, numbers=[self.number], **self.acting),
                _("The proposal is shown to the public."),
            ),
            "hide": Verb(
                HideForm,
                lambda form: proposals.hide(reason=form.cleaned_data["reason"], **mine),
                _("The proposal is kept from the public; it is screened all the same."),
            ),
            "merge": Verb(
                NumbersOfProposals,
                lambda form: screening.merge(
                    cycle=self.cycle, into=self.number, numbers=form.cleaned_data["numbers"], **self.acting
                ),
                lambda merged: _("Merged into this one: %d") % merged,
            ),
            "take_out": Verb(
                StepForm,
                lambda _form: screening.take_out(**mine),
                _("The proposal stands for itself again."),
            ),
            "opinion": Verb(
                partial(OpinionForm, congress=self.cycle.congress_id, auto_id="ask_%s"),
                lambda form: screening.ask_opinion(
                    proposal=self.proposal, **form.cleaned_data, **self.acting
                ),
                _("The unit is asked."),
            ),
            "decide": Verb(
                partial(DecideForm, congress=self.cycle.congress_id),
                lambda form: screening.decide(proposal=self.proposal, **form.values, **self.acting),
                _("The decision is recorded; the proposer can read it."),
            ),
        }

    @property
    def usable(self) -> bool:
        return self.step.mine and self.step.possible

    def context(self) -> dict[str, Any]:
        proposal = self.proposal
        alike = [] if proposal.merged_into_id else screening.similar(proposal)
        return {
            "proposal": proposal,
            "alike": [(other, round(part * 100)) for other, part in alike],
            "files": proposal.attachments.defer("data"),
            "opinions": proposal.opinions.select_related("unit"),
            "decisions": proposal.decisions.select_related("unit"),
            "merged": proposal.merged.order_by("number"),
            "title": str(proposal),
        }

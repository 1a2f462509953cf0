"""征集 and 初选 in the admin: the call, the queue of proposals, one proposal, opinions of units."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from voting.admin.core.pages import StepPage
from voting.domain.before import calls, proposals, screening
from voting.domain.before.funnel import funnel_of
from voting.domain.vote.running_order import StepKey
from voting.forms.before.screening import (
    CallForm,
    DecideForm,
    FormEntry,
    HideForm,
    OpinionForm,
    QueueForm,
    SeenForm,
    TimesForm,
)
from voting.forms.core.steps import StepForm
from voting.forms.core.verbs import Verb
from voting.models import Call, Cycle, Decision, Proposal, ProposalVersion
from voting.read_models.before.queue import next_undecided, queue
from voting.states import Act, Outcome, Visibility

_CLOSES = ngettext_lazy(
    "The call is closed now, with %(count)d proposal received: no more can come unless its times are changed.",
    "The call is closed now, with %(count)d proposals received: no more can come unless its times are changed.",
    "count",
)
_SCREENS = ngettext_lazy(
    "The screening begins with %(count)d proposal: the call is over, and nothing more is taken online.",
    "The screening begins with %(count)d proposals: the call is over, and nothing more is taken online.",
    "count",
)
PER_PAGE = 50
_SHOWN_FIELDS = ("text", "criteria", "out_of_scope", "how", "opens_at", "closes_at")


class CallPage(StepPage):
    """Draft, publish, prolong, close by hand, and go on to the screening."""

    key = StepKey.CALL
    repeatable = True
    success = gettext_lazy("The screening has begun.")
    journaled: ClassVar[Any] = {"times": (Act.CALL_PUBLISHED, Act.CALL_CHANGED)}

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
                undo="draft",
            ),
            "publish": Verb(
                StepForm,
                lambda _form: calls.publish_call(**year),
                _("The call is published."),
                final=self.from_then_on,
            ),
            "times": Verb(
                partial(TimesForm, initial=_times(call)),
                lambda form: calls.change_times(**form.cleaned_data, **year),
                _("The times of the call are changed."),
                undo="times",
            ),
            "close": Verb(
                StepForm,
                lambda _form: calls.close_call(**year),
                _("The call is closed."),
                final=lambda: self.received_words(_CLOSES),
            ),
            "screen": Verb(
                StepForm,
                lambda _form: calls.begin_screening(**year),
                self.success,
                ends=True,
                final=lambda: self.received_words(_SCREENS),
            ),
        }

    def from_then_on(self) -> str:
        """What publishing the call means, with its times."""
        if self.call is None:
            return _("The call is published.")
        return _(
            "The call is published: from %(opens)s to %(closes)s everybody can make a proposal. Its text cannot be "
            "changed any more, only its times; and the year can no longer be given up."
        ) % {"opens": calls.local(self.call.opens_at), "closes": calls.local(self.call.closes_at)}

    def received_words(self, words: Any) -> str:
        """What ends with this step, with the number of proposals as it is now."""
        return str(words % {"count": self.received})

    @cached_property
    def received(self) -> int:
        return self.cycle.proposals.count()

    @property
    def year(self) -> dict[str, Any]:
        return {"cycle": self.cycle, **self.acting}

    def context(self) -> dict[str, Any]:
        call, now = self.call, timezone.now()
        return {
            "call": call,
            "is_open": bool(call and call.is_open(now)),
            "received": self.received,
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
                undo="TogetherPage.merge",
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
        counts = Proposal.objects.filter(cycle=self.cycle).aggregate(
            held=Count("pk", filter=Q(standing=Visibility.HELD)),
            open=Count("pk", filter=Q(outcome=Outcome.OPEN)),
        )
        asked = queue_form(self.cycle, self.request.GET)
        rows = queue(self.cycle, asked.asked, on=timezone.localdate())
        return {
            "counts": counts,
            "funnel": funnel_of(self.cycle),
            "asked": asked,
            "rows": Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page")),
        }


def queue_form(cycle: Cycle, data: Any) -> QueueForm:
    """Return what is asked for of the queue; the fields of work are those that its proposals have."""
    named = Proposal.objects.filter(cycle=cycle).exclude(field="").order_by("field")
    return QueueForm(
        data, congress=cycle.congress_id, fields=list(named.values_list("field", flat=True).distinct())
    )


class ProposalPage(StepPage):
    """One proposal: look at it, compare, merge, ask units, decide."""

    key = StepKey.SCREENING
    template = "admin/before/proposal.html"
    confidential = True
    repeatable = True

    def dispatch(self, request: HttpRequest, *args: Any, number: int = 0, **kwargs: Any) -> HttpResponse:
        self.number = number
        return super().dispatch(request, *args, **kwargs)

    @cached_property
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
                partial(SeenForm, seen=len(self.versions)),
                lambda form: proposals.show(
                    cycle=self.cycle, numbers=[self.number], seen=form.cleaned_data["seen"], **self.acting
                ),
                _("The proposal is shown to the public."),
                undo="hide",
            ),
            "hide": Verb(
                HideForm,
                lambda form: proposals.hide(reason=form.cleaned_data["reason"], **mine),
                _("The proposal is kept from the public; it is screened all the same."),
                undo="show",
            ),
            "take_out": Verb(
                StepForm,
                lambda _form: screening.take_out(**mine),
                _("The proposal stands for itself again."),
                undo="TogetherPage.merge",
            ),
            "opinion": Verb(
                partial(OpinionForm, congress=self.cycle.congress_id, auto_id="ask_%s"),
                lambda form: screening.ask_opinion(
                    proposal=self.proposal, **form.cleaned_data, **self.acting
                ),
                _("The unit is asked."),
                undo="opinion",
            ),
            "decide": Verb(
                partial(
                    DecideForm,
                    congress=self.cycle.congress_id,
                    standing=self.standing,
                    seen=len(self.versions),
                ),
                self._decide,
                undo="undo_decision",
            ),
            "undo_decision": Verb(
                StepForm,
                lambda _form: screening.undo_decision(proposal=self.proposal, **self.acting),
                _("The decision is taken back; the proposal is undecided again."),
                undo="decide",
            ),
        }

    def _decide(self, form: Any) -> HttpResponse:
        """Record the decision and go on to the next proposal of the queue that waits for one."""
        screening.decide(proposal=self.proposal, **form.values, **self.acting)
        words = {"number": self.number, "outcome": Outcome(form.cleaned_data["outcome"]).label}
        messages.success(self.request, _("Recorded of proposal %(number)d: %(outcome)s.") % words)
        return HttpResponseRedirect(self.next_address())

    @cached_property
    def asked(self) -> QueueForm:
        """The queue that the person came from: search and filters stay in the address."""
        return queue_form(self.cycle, self.request.GET)

    @cached_property
    def next_number(self) -> int | None:
        today = timezone.localdate()
        return next_undecided(self.cycle, self.asked.asked, after=self.number, on=today)

    def next_address(self) -> str:
        """Return the way to the next proposal that waits for a decision; without one, to the queue."""
        self.renew()
        number, query = self.next_number, self.asked.query
        slug = self.cycle.slug
        way = (
            reverse("admin:proposal", args=[slug, number])
            if number
            else reverse("admin:step_screening", args=[slug])
        )
        return f"{way}?{query}" if query else way

    @property
    def address(self) -> str:
        return f"{self.request.path}?{self.asked.query}" if self.asked.query else self.request.path

    @cached_property
    def standing(self) -> Decision | None:
        return screening.standing_decision(self.proposal)

    @cached_property
    def versions(self) -> list[ProposalVersion]:
        """What it said before its proposer corrected it."""
        return list(self.proposal.versions.all())

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
            "versions": self.versions,
            "decisions": proposal.decisions.select_related("unit", "decided_by"),
            "standing": self.standing,
            "today": timezone.localdate(),
            "next_number": self.next_number,
            "query": self.asked.query,
            "merged": proposal.merged.order_by("number"),
            "title": str(proposal),
        }

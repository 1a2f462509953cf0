"""The slate in the admin: drafts of candidates, their order, the report, the deliberation."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Delegate
from voting.admin.before.solicitation import ManyForms
from voting.domain.before import deliberation, slate_reports, slates
from voting.domain.before.funnel import funnel_of
from voting.domain.vote.running_order import StepKey
from voting.forms.before.deliberation import AnswerQuestionForm
from voting.forms.before.screening import CandidateForm, HideForm, OrderForm, SlateReportForm
from voting.forms.core.steps import ConfirmForm, StepForm
from voting.models import Candidate, Proposal, Question
from voting.read_models.before.slate_report import changes_of, slate_document
from voting.states import Outcome, Stage


class CandidatesPage(ManyForms):
    """All drafts side by side, what is adopted and in no draft yet, and the order of the slate."""

    key = StepKey.SLATE
    template = "admin/before/candidates.html"

    def empty(self, name: str) -> StepForm:
        numbers = self.cycle.candidates.order_by("number").values_list("number", flat=True)
        return OrderForm(initial={"order": " ".join(map(str, numbers))})

    def form(self, data: Any = None) -> StepForm:
        return OrderForm(data) if self.doing == "order" else StepForm(data)

    def act(self, form: Any) -> HttpResponse | None:
        slates.number_slate(cycle=self.cycle, order=form.cleaned_data["order"], **self.acting)
        self.stay(_("The candidate projects are numbered."))
        return HttpResponseRedirect(reverse("admin:candidates", args=[self.cycle.slug]))

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        rows = self.cycle.candidates.order_by("number").prefetch_related("provenance__proposal", "versions")
        waiting = Proposal.objects.filter(cycle=self.cycle, outcome=Outcome.ADOPTED, led_to=None).order_by(
            "number"
        )
        return super().page(
            form, status=status, rows=rows, waiting=waiting, forms=self.chosen(form, ("order",)),
            title=_("Drafts of candidate projects"), **more,
        )  # fmt: skip


class CandidatePage(ManyForms):
    """One draft, or a new one; in deliberation an amendment beside the original."""

    key = StepKey.SLATE
    template = "admin/before/candidate.html"

    def dispatch(
        self, request: HttpRequest, *args: Any, number: int | None = None, **kwargs: Any
    ) -> HttpResponse:
        self.number = number
        return super().dispatch(request, *args, **kwargs)

    @property
    def candidate(self) -> Candidate | None:
        if self.number is None:
            return None
        found = Candidate.objects.filter(cycle=self.cycle, number=self.number).first()
        if found is None:
            raise Http404
        return found

    def form(self, data: Any = None) -> Any:
        if self.doing == "drop":
            return HideForm(data)
        instance = self.candidate or Candidate(cycle=self.cycle)
        adopted = self.request.GET.get("from", "")
        return CandidateForm(data, instance=instance, initial={"proposals": adopted} if adopted else None)

    def act(self, form: Any) -> HttpResponse | None:
        if self.doing == "drop":
            slates.drop_candidate(
                candidate=self.candidate_now(), reason=form.cleaned_data["reason"], **self.acting
            )
            self.stay(_("The draft is dropped."))
            return HttpResponseRedirect(reverse("admin:candidates", args=[self.cycle.slug]))
        given = {"proposals": form.cleaned_data["proposals"], **form.values, **self.acting}
        if self.number is None:
            slates.draft_candidate(cycle=self.cycle, **given)
        elif self.amending:
            given.pop("proposals")
            slates.amend_candidate(
                candidate=self.candidate_now(), reason=form.cleaned_data["reason"], **given
            )
        else:
            slates.change_candidate(
                candidate=self.candidate_now(), reason=form.cleaned_data["reason"], **given
            )
        self.stay(_("The candidate project is saved."))
        return HttpResponseRedirect(reverse("admin:candidates", args=[self.cycle.slug]))

    def candidate_now(self) -> Candidate:
        return Candidate.objects.get(cycle=self.cycle, number=self.number or 0)

    @property
    def amending(self) -> bool:
        return bool(self.cycle.slate_frozen_at) and deliberation.is_open(self.cycle)

    def page(self, form: Any, *, status: int = 200, **more: Any) -> HttpResponse:
        candidate = self.candidate
        versions = list(candidate.versions.select_related("changed_by")) if candidate else []
        may = self.step.mine and (not self.cycle.slate_frozen_at or (self.amending and candidate is not None))
        dropping = form if isinstance(form, HideForm) else HideForm()
        asked: Any = (
            CandidateForm(instance=candidate or Candidate(cycle=self.cycle)) if dropping is form else form
        )
        return super().page(
            asked, status=status, candidate=candidate, changes=changes_of(versions), may=may, amending=self.amending,
            drop=dropping, title=str(candidate) if candidate else _("New candidate project"), **more,
        )  # fmt: skip


class ReportPage(ManyForms):
    """Write the clerk's words, read the report as it would be, issue it; who has opened it."""

    key = StepKey.REPORT
    success = gettext_lazy("The report is issued and circulated; the delegates deliberate.")

    def empty(self, name: str) -> StepForm:
        draft = slate_reports.current_draft(self.cycle)
        return SlateReportForm(initial={"opening": draft.opening, "closing": draft.closing})

    def form(self, data: Any = None) -> StepForm:
        return SlateReportForm(data) if self.doing == "draft" else StepForm(data)

    def act(self, form: Any) -> HttpResponse | None:
        if self.doing == "draft":
            slate_reports.save_draft(cycle=self.cycle, **form.cleaned_data, **self.acting)
            return self.stay(_("The draft is saved."))
        slate_reports.issue(cycle=self.cycle, **self.acting)
        if self.cycle_now().stage == Stage.SCREENING:
            deliberation.begin_deliberation(cycle=self.cycle_now(), **self.acting)
        return None

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        issued = slate_reports.latest(self.cycle)
        delegates = Delegate.objects.filter(kind=self.cycle.kind, is_active=True).count()
        return super().page(
            form, status=status, forms=self.chosen(form, ("draft",)), funnel=funnel_of(self.cycle), issued=issued,
            opened=issued.readings.count() if issued else 0, delegates=delegates,
            document=slate_document(slate_reports.body_of(slate_reports.current_draft(self.cycle))), **more,
        )  # fmt: skip


class ConfirmPage(ManyForms):
    """What the delegations asked, the answers, and the presidium's confirmation of the official list."""

    key = StepKey.CONFIRM
    success = gettext_lazy("The official list is confirmed.")
    warning = gettext_lazy("The presidium has confirmed this list. From now on nothing of it changes.")

    def empty(self, name: str) -> StepForm:
        return AnswerQuestionForm()

    def form(self, data: Any = None) -> StepForm:
        if self.doing == "answer":
            return AnswerQuestionForm(data, auto_id=f"q{self.asked}_%s")
        return ConfirmForm(data, sentence=self.warning)

    @property
    def asked(self) -> str:
        return self.request.POST.get("question", "")

    def act(self, form: Any) -> HttpResponse | None:
        if self.doing == "answer":
            key = int(self.asked) if self.asked.isascii() and self.asked.isdigit() else 0
            question = Question.objects.filter(pk=key, cycle=self.cycle).first()
            if question is None:
                raise Http404
            deliberation.answer(question=question, text=form.cleaned_data["text"], **self.acting)
            return self.stay(_("The answer is recorded."))
        slates.confirm_list(cycle=self.cycle, **self.acting)
        return None

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        questions = self.cycle.questions.select_related("candidate", "delegation", "unit", "answered_by")
        rows = [
            (each, form if str(each.pk) == self.asked else AnswerQuestionForm(auto_id=f"q{each.pk}_%s"))
            for each in questions
        ]
        confirming = ConfirmForm(sentence=self.warning) if self.doing == "answer" else form
        candidates = self.cycle.candidates.order_by("number").prefetch_related("versions")
        amended = [each for each in candidates if any(v.in_deliberation for v in each.versions.all())]
        return super().page(
            confirming, status=status, rows=rows, candidates=candidates, amended=amended, **more
        )

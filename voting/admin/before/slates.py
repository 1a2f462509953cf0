"""The slate in the admin: drafts of candidates, their order, the report, the deliberation."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Delegate
from accounts.names import NamesShown
from voting.admin.core.pages import StepPage
from voting.domain.before import deliberation, slate_reports, slates
from voting.domain.before.funnel import of_data
from voting.domain.vote.running_order import StepKey
from voting.forms.before.deliberation import AnswerQuestionForm
from voting.forms.before.screening import CandidateForm, DropForm, OrderForm, SlateReportForm
from voting.forms.core.verbs import Verb
from voting.models import Candidate, Cycle, Proposal, Question, SlateReport
from voting.read_models.before.slate_report import changes_of, slate_document
from voting.states import Act, Outcome, Stage
from voting.text.numbers import MOST_KEY, small_whole


class CandidatesPage(StepPage):
    """All drafts side by side, what is adopted and in no draft yet, and the order of the slate."""

    key = StepKey.SLATE
    template = "admin/before/candidates.html"
    repeatable = True
    journaled: ClassVar[Any] = {"order": (Act.SLATE_NUMBERED,)}

    def verbs(self) -> dict[str, Verb]:
        numbers = self.cycle.candidates.order_by("number").values_list("number", flat=True)
        order = Verb(
            partial(OrderForm, initial={"order": " ".join(map(str, numbers))}),
            lambda form: slates.number_slate(
                cycle=self.cycle, order=form.cleaned_data["order"], **self.acting
            ),
            _("The candidate projects are numbered."),
            undo="order",
        )
        return {"order": order}

    @property
    def usable(self) -> bool:
        return self.step.mine and not self.cycle.slate_frozen_at and self.cycle.candidates.exists()

    def context(self) -> dict[str, Any]:
        drafts = self.cycle.candidates.order_by("number")
        adopted = Proposal.objects.filter(cycle=self.cycle, outcome=Outcome.ADOPTED, led_to=None)
        return {
            "rows": drafts.prefetch_related("provenance__proposal", "versions"),
            "waiting": adopted.order_by("number"),
            "units": NamesShown(self.cycle.congress_id),
            "title": _("Drafts of candidate projects"),
        }


class CandidatePage(StepPage):
    """One draft, or a new one; in deliberation an amendment beside the original."""

    key = StepKey.SLATE
    template = "admin/before/candidate.html"
    repeatable = True
    main = "save"
    journaled: ClassVar[Any] = {"save": (Act.CANDIDATE_ADDED, Act.CANDIDATE_CHANGED, Act.CANDIDATE_AMENDED)}

    def about(self) -> dict[str, Any]:
        return {"number": self.number}

    def dispatch(
        self, request: HttpRequest, *args: Any, number: int | None = None, **kwargs: Any
    ) -> HttpResponse:
        self.number = number
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def candidate(self) -> Candidate | None:
        if self.number is None:
            return None
        candidate = Candidate.objects.filter(cycle=self.cycle, number=self.number).first()
        if candidate is None:
            raise Http404
        return candidate

    def verbs(self) -> dict[str, Verb]:
        saved = _("The candidate project is saved.")
        if self.candidate is None:
            return {"save": Verb(self._dossier, self._draft, saved, undo="drop")}
        if self.amending:
            return {"save": Verb(self._dossier, self._amend, saved, undo="save")}
        return {
            "save": Verb(self._dossier, self._save, saved, undo="save"),
            "drop": Verb(
                DropForm,
                lambda form: slates.drop_candidate(
                    candidate=self.candidate_now(), reason=form.cleaned_data["reason"], **self.acting
                ),
                _("The draft is dropped."),
                final=_("This draft is taken off the list, with its versions. It can only be written anew."),
            ),
        }

    def _dossier(self, data: Any = None) -> CandidateForm:
        adopted = self.request.GET.get("from", "")
        instance = self.candidate or Candidate(cycle=self.cycle)
        return CandidateForm(data, instance=instance, initial={"proposals": adopted} if adopted else None)

    def _draft(self, form: Any) -> None:
        slates.draft_candidate(
            cycle=self.cycle, proposals=form.cleaned_data["proposals"], **form.values, **self.acting
        )

    def _save(self, form: Any) -> None:
        slates.change_candidate(
            candidate=self.candidate_now(),
            proposals=form.cleaned_data["proposals"],
            reason=form.cleaned_data["reason"],
            **form.values,
            **self.acting,
        )

    def _amend(self, form: Any) -> None:
        slates.amend_candidate(
            candidate=self.candidate_now(),
            reason=form.cleaned_data["reason"],
            **form.values,
            **self.acting,
        )

    @property
    def address(self) -> str:
        return reverse("admin:candidates", args=[self.cycle.slug])

    def candidate_now(self) -> Candidate:
        return Candidate.objects.get(cycle=self.cycle, number=self.number or 0)

    @property
    def amending(self) -> bool:
        return bool(self.cycle.slate_frozen_at) and deliberation.is_open(self.cycle)

    @property
    def usable(self) -> bool:
        return self.step.mine and (
            not self.cycle.slate_frozen_at or (self.amending and self.number is not None)
        )

    def context(self) -> dict[str, Any]:
        candidate = self.candidate
        versions = list(candidate.versions.select_related("changed_by")) if candidate else []
        return {
            "candidate": candidate,
            "changes": changes_of(versions, NamesShown(self.cycle.congress_id)),
            "amending": self.amending,
            "title": str(candidate) if candidate else _("New candidate project"),
        }


class ReportPage(StepPage):
    """Write the clerk's words, read the report as it would be, issue it; who has opened it."""

    key = StepKey.REPORT
    repeatable = True
    success = gettext_lazy("The report is issued and circulated; the delegates deliberate.")

    @cached_property
    def draft(self) -> SlateReport:
        return slate_reports.current_draft(self.cycle)

    def verbs(self) -> dict[str, Verb]:
        return {
            "draft": Verb(
                self.words,
                lambda form: slate_reports.save_draft(cycle=self.cycle, **form.cleaned_data, **self.acting),
                _("The draft is saved."),
                undo="draft",
            ),
            "issue": Verb(self.words, self._issue, self.success, ends=True, final=self.circulated),
        }

    def circulated(self) -> str:
        """What issuing the report means, with the numbers as they are now."""
        return _(
            "Version %(version)d of the report, with %(candidates)d candidate projects, goes to %(delegates)d "
            "delegates in office, as it stands above. It stays as it is; a later version can be issued beside it."
        ) % {
            "version": self.issued.version + 1 if self.issued else 1,
            "candidates": self.cycle.candidates.count(),
            "delegates": self.delegates,
        }

    @cached_property
    def issued(self) -> SlateReport | None:
        return slate_reports.latest(self.cycle)

    @cached_property
    def delegates(self) -> int:
        return Delegate.objects.filter(congress=self.cycle.congress_id, is_active=True).count()

    def words(self, data: Any = None) -> SlateReportForm:
        """The one form of both buttons: what is typed is saved with the one, and goes out with the other."""
        stored = {"opening": self.draft.opening, "closing": self.draft.closing}
        typed = self.request.POST if self.doing in {"draft", "issue"} else {}
        form = SlateReportForm(data, initial=stored | {name: typed[name] for name in stored if name in typed})
        if data is None:
            form.stored = SlateReportForm(initial=stored)
        return form

    @transaction.atomic
    def _issue(self, form: Any) -> None:
        if {"opening", "closing"} & set(self.request.POST):
            words = {name: form.cleaned_data[name] for name in ("opening", "closing")}
            slate_reports.save_draft(cycle=self.cycle, **words, **self.acting)
        slate_reports.issue(cycle=self.cycle, **self.acting)
        cycle = Cycle.objects.get(pk=self.cycle.pk)
        if cycle.stage == Stage.SCREENING:
            deliberation.begin_deliberation(cycle=cycle, **self.acting)

    def context(self) -> dict[str, Any]:
        issued = self.issued
        body = slate_reports.body_of(self.draft)
        return {
            "funnel": of_data(body["funnel"]),
            "issued": issued,
            "opened": issued.readings.count() if issued else 0,
            "delegates": self.delegates,
            "document": slate_document(body, self.cycle, NamesShown(self.cycle.congress_id)),
        }


class ConfirmPage(StepPage):
    """What the delegations asked, the answers, and the presidium's confirmation of the official list."""

    key = StepKey.CONFIRM
    repeatable = True
    main = "confirm"
    success = gettext_lazy("The official list is confirmed.")
    warning = gettext_lazy("The presidium has confirmed this list. From now on nothing of it changes.")

    def verbs(self) -> dict[str, Verb]:
        return {
            "answer": Verb(
                partial(AnswerQuestionForm, auto_id=f"q{self.asked}_%s"),
                self._answer,
                _("The answer is recorded."),
                undo="answer",
            ),
            "confirm": Verb(
                self.form,
                lambda _form: slates.confirm_list(cycle=self.cycle, **self.acting),
                self.success,
                ends=True,
                final=self.warning,
            ),
        }

    @property
    def asked(self) -> str:
        return self.request.POST.get("question", "")

    def _answer(self, form: Any) -> None:
        key = small_whole(self.asked, most=MOST_KEY) or 0
        question = Question.objects.filter(pk=key, cycle=self.cycle).first()
        if question is None:
            raise Http404
        deliberation.answer(question=question, text=form.cleaned_data["text"], **self.acting)

    def page(self, sent: Any = None, *, status: int = 200, **more: Any) -> HttpResponse:
        asked = self.asked if isinstance(sent, AnswerQuestionForm) else ""
        questions = self.cycle.questions.select_related("candidate", "delegation", "unit", "answered_by")
        rows = [
            (each, sent if str(each.pk) == asked else AnswerQuestionForm(auto_id=f"q{each.pk}_%s"))
            for each in questions
        ]
        return super().page(sent, status=status, rows=rows, **more)

    def context(self) -> dict[str, Any]:
        candidates = self.cycle.candidates.order_by("number").prefetch_related("versions")
        amended = [each for each in candidates if any(v.in_deliberation for v in each.versions.all())]
        return {"candidates": candidates, "amended": amended}

"""The clerk's desk after the vote: begin, break down, lights, assessment, survey, archive; and one project's page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from voting import permissions
from voting.admin.after import AfterPage, Maker
from voting.delivered import Overview, overview
from voting.domain import (
    archive,
    assessments,
    changes,
    completions,
    deliveries,
    progress,
    supervision,
    surveys,
)
from voting.domain.grading import Grade
from voting.forms import delivery as forms
from voting.forms.steps import StepForm
from voting.models import (
    ChangeRequest,
    Completion,
    Delivery,
    Disposal,
    Finding,
    LightSetting,
    Rectification,
    Survey,
)
from voting.plan_words import differences
from voting.states import DeliveryStatus, Stage


class DeliveryDesk(AfterPage):
    """Every project of the year with its light, and what the clerk can do for all of them."""

    template = "admin/delivery/desk.html"
    seen_by = permissions.can_watch

    def makers(self) -> dict[str, Maker]:
        if not permissions.can_deliver(self.user, self.cycle):
            return {}
        stage = self.cycle.stage
        found: dict[str, Maker] = {}
        if stage == Stage.PUBLICATION:
            found["begin"] = StepForm
        if stage in progress.GOING_ON:
            setting = LightSetting.objects.get(cycle=self.cycle)
            preset = self.request.GET.get("lights", "")
            found["lights"] = lambda data: forms.LightsForm(
                data, setting=setting, preset=preset, auto_id="l_%s"
            )
            if not self.cycle.breakdowns.exists():
                found["issue"] = StepForm
            else:
                numbers = [each.number for each in assessments.assessable(self.cycle)]
                found["assess"] = lambda data: forms.AssessmentForm(data, numbers=numbers, auto_id="a_%s")
                survey = Survey.objects.filter(cycle=self.cycle).first()
                if survey is None or survey.opens_at > timezone.now():
                    found["survey"] = lambda data: forms.SurveyForm(data, auto_id="s_%s")
        if stage == Stage.ASSESSMENT:
            found["archive"] = StepForm
        if stage == Stage.ARCHIVED and not Disposal.objects.filter(cycle=self.cycle).exists():
            found["dispose"] = lambda data: forms.DisposalForm(data, auto_id="d_%s")
        return found

    def act(self, form: Any) -> str:
        verbs = {
            "begin": self._begin,
            "issue": self._issue,
            "lights": self._lights,
            "assess": self._assess,
            "survey": self._survey,
            "archive": self._archive,
            "dispose": self._dispose,
        }
        return verbs[self.doing](form.cleaned_data, {"cycle": self.cycle, **self.acting})

    def _begin(self, _data: dict[str, Any], given: dict[str, Any]) -> str:
        made = len(deliveries.begin_delivery(**given))
        return _("%d projects are on their way. Fill in who does what, then issue the breakdown.") % made

    def _issue(self, _data: dict[str, Any], given: dict[str, Any]) -> str:
        version = deliveries.issue_breakdown(**given).version
        return _("The breakdown is issued as version %d. Units can report now.") % version

    def _lights(self, data: dict[str, Any], given: dict[str, Any]) -> str:
        days = data.pop("report_days")
        progress.set_lights(rule=progress.light_rule(**data), report_days=days, **given)
        return _("The rule of the lights is set.")

    def _assess(self, data: dict[str, Any], given: dict[str, Any]) -> str:
        held = assessments.open_assessment(**data, **given)
        return _("The assessment is laid out: %s. Its running order is on the first page.") % held

    def _survey(self, data: dict[str, Any], given: dict[str, Any]) -> str:
        surveys.open_survey(**data, **given)
        return _("The times of the survey are set.")

    def _archive(self, _data: dict[str, Any], given: dict[str, Any]) -> str:
        archive.archive(**given)
        return _("The year is archived: nothing of it changes any more.")

    def _dispose(self, data: dict[str, Any], given: dict[str, Any]) -> str:
        record = {name: data[name] for name in ("slips", "witnesses", "note")}
        done = archive.dispose(**record, **given)
        return _("Recorded. Sealed ballots deleted: %d.") % done.ballots

    def context(self) -> dict[str, Any]:
        found = overview(self.cycle, on=timezone.localdate())
        return {
            "title": _("Delivery of the projects"),
            "overview": found,
            "breakdown": self.cycle.breakdowns.defer("body").order_by("-version").first(),
            "lights": LightSetting.objects.filter(cycle=self.cycle).first(),
            "survey": Survey.objects.filter(cycle=self.cycle).first(),
            "assessments": list(self.cycle.assessments.order_by("pk")),
            "disposal": Disposal.objects.select_related("disposed_by").filter(cycle=self.cycle).first(),
            "waiting": self._waiting(found),
            "may": permissions.can_deliver(self.user, self.cycle),
        }

    def _waiting(self, found: Overview | None) -> list[tuple[str, list[int]]]:
        """Return what waits for the clerk, the gravest first: (what, numbers of the projects)."""
        asked = ChangeRequest.objects.filter(delivery__cycle=self.cycle, approved=None)
        handed = Completion.objects.filter(delivery__cycle=self.cycle, accepted=None)
        late = Finding.objects.filter(
            inspection__delivery__cycle=self.cycle, closed_at=None, due__lt=timezone.localdate()
        )
        silent = [line for line in found.lines if line.is_overdue] if found else []
        waiting: list[tuple[str, Iterable[int]]] = [
            (_("a change waits for the decision"), asked.values_list("delivery__number", flat=True)),
            (_("handed in as completed"), handed.values_list("delivery__number", flat=True)),
            (_("a finding is overdue"), late.values_list("inspection__delivery__number", flat=True)),
            (
                _("no report for more than twice the time, escalated"),
                [line.number for line in silent if line.is_escalated],
            ),
            (_("no report for too long"), [line.number for line in silent if not line.is_escalated]),
        ]
        named = [(what, sorted(set(numbers))) for what, numbers in waiting]
        return [(what, numbers) for what, numbers in named if numbers]


#: A key of the database has fewer digits.
MOST_KEY_DIGITS = 19


class DeliveryPage(AfterPage):
    """One project: its plan, its group, its changes, its completion, what follows a poor grade."""

    template = "admin/delivery/project.html"
    seen_by = permissions.can_watch

    def dispatch(self, request: HttpRequest, *args: Any, number: int = 0, **kwargs: Any) -> HttpResponse:
        self.number = number
        return super().dispatch(request, *args, **kwargs)

    @property
    def change(self) -> ChangeRequest | None:
        return ChangeRequest.objects.filter(delivery=self.found, approved=None).first()

    @property
    def handed_in(self) -> Completion | None:
        return Completion.objects.filter(delivery=self.found, accepted=None).first()

    @property
    def shown(self) -> int:
        """The key of the change or the hand-in that the page showed: another may wait by now."""
        asked = self.request.POST.get("shown", "")
        return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < MOST_KEY_DIGITS else 0

    @property
    def found(self) -> Delivery:
        return self.delivery(self.number)

    def makers(self) -> dict[str, Maker]:
        delivery, found = self.found, dict[str, Maker]()
        if self.cycle.stage not in progress.GOING_ON:
            return found
        waiting = {"approve", "refuse", "accept", "return"} & {self.doing}
        if permissions.can_record_change(self.user, self.cycle) and (self.change or waiting):
            found["approve"] = found["refuse"] = lambda data: forms.DecisionForm(
                data, label=_("Decision of the standing committee"), auto_id="c_%s"
            )
        if not permissions.can_deliver(self.user, self.cycle):
            return found
        found["group"] = lambda data: forms.GroupForm(data, auto_id="g_%s")
        if not self.cycle.breakdowns.exists():
            found["plan"] = lambda data: forms.PlanForm(data, delivery=delivery)
        elif delivery.status == DeliveryStatus.RUNNING:
            found["carry"] = lambda data: forms.CarryForm(data, cycle=self.cycle, auto_id="y_%s")
        if self.handed_in or waiting:
            found["accept"] = found["return"] = lambda data: forms.AcceptanceForm(
                data, label=_("What the acceptance found"), auto_id="h_%s"
            )
        if self._poor(delivery):
            found["mend"] = lambda data: forms.OrderToMendForm(
                data, label=_("What is to be put right"), auto_id="m_%s"
            )
        return found

    def _poor(self, delivery: Delivery) -> Any:
        """Return the newest assessment that graded the project poorly and was not followed up yet, or None."""
        poor = [
            each.assessment
            for each in assessments.published_grades(self.cycle)
            if each.delivery == delivery.pk and each.grade is Grade.UNSATISFIED
        ]
        ordered = set(Rectification.objects.filter(delivery=delivery).values_list("assessment_id", flat=True))
        return next((each for each in reversed(poor) if each.pk not in ordered), None)

    def act(self, form: Any) -> str:
        delivery, data = self.found, form.cleaned_data
        given: dict[str, Any] = {"delivery": delivery, **self.acting}
        if self.doing == "plan":
            deliveries.change_delivery(**data, **given)
            return _("The plan is saved.")
        if self.doing == "group":
            supervision.name_group(numbers=data["numbers"], **given)
            return _("The supervision group is named.")
        if self.doing in {"approve", "refuse"}:
            yes = self.doing == "approve"
            change = get_object_or_404(ChangeRequest, delivery=delivery, pk=self.shown)
            changes.decide_change(
                change=change, approved=yes, decision=data["text"], on=data["on"], **self.acting
            )
            return (
                _("Approved: the plan is changed and issued anew.") if yes else _("Recorded: not approved.")
            )
        if self.doing in {"accept", "return"}:
            handed_in = get_object_or_404(Completion, delivery=delivery, pk=self.shown)
            completions.decide(
                completion=handed_in, accepted=self.doing == "accept", note=data["text"], **self.acting
            )
            return _("The project is completed.") if self.doing == "accept" else _("Sent back to the unit.")
        if self.doing == "mend":
            assessments.order_rectification(
                assessment=self._poor(delivery), text=data["text"], due=data["due"], **given
            )
            return _("The order is recorded and stands on the unit's desk.")
        made = archive.carry_over(to=data["to"], stage_goal=data["stage_goal"], **given)
        return _("The project goes on as number %(number)d of %(cycle)s.") % {
            "number": made.number,
            "cycle": made.cycle,
        }

    def context(self) -> dict[str, Any]:
        delivery = self.found
        seen = overview(self.cycle, on=timezone.localdate(), numbers=[self.number])
        line = seen.line(self.number) if seen else None
        change, handed_in = self.change, self.handed_in
        return {
            "title": str(delivery),
            "delivery": delivery,
            "line": line,
            "change": change,
            "differences": differences(change.before, change.after) if change else [],
            "waiting": handed_in,
            "unreached": completions.unreached(line.delivery, line.progress) if line else None,
            "own": {
                "change": change is not None and change.asked_by_id == self.user.pk,
                "hand_in": handed_in is not None and handed_in.handed_in_by_id == self.user.pk,
            },
            "group": list(delivery.group.delegates.all()) if hasattr(delivery, "group") else [],
            "findings": Finding.objects.filter(inspection__delivery=delivery)
            .select_related("unit")
            .order_by("pk"),
            "today": timezone.localdate(),
        }

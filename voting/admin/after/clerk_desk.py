"""The clerk's desk after the vote: begin, break down, lights, assessment, survey, archive; and one project's page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting import permissions
from voting.admin.after.pages import AfterPage, Maker
from voting.domain.after import (
    archive,
    assessments,
    changes,
    completions,
    deliveries,
    light_settings,
    supervision,
    surveys,
)
from voting.forms.after import delivery as forms
from voting.forms.after.archive import CarryForm, DisposalForm
from voting.forms.core.steps import ConfirmForm, StepForm
from voting.models import (
    ChangeRequest,
    Completion,
    Cycle,
    Delivery,
    Disposal,
    Finding,
    LightSetting,
    Rectification,
    Survey,
)
from voting.read_models.after.overview import Overview, overview
from voting.read_models.after.plan_words import plan_differences
from voting.states import DeliveryStatus, Stage

_WITHDRAWS = gettext_lazy("I withdraw this assessment; it cannot be taken up again, only laid out anew.")


class DeliveryDesk(AfterPage):
    """Every project of the year with its light, and what the clerk can do for all of them."""

    template = "admin/after/desk.html"
    seen_by = permissions.can_watch
    lays_out = gettext_lazy(
        "These projects are assessed, by those named above. An assessment that is laid out is not taken back."
    )
    closes_the_year = gettext_lazy(
        "The year is closed for good: nothing of it changes any more, and the contacts of those who made proposals "
        "are deleted. This cannot be undone."
    )

    def makers(self) -> dict[str, Maker]:
        if not permissions.can_deliver(self.user, self.cycle):
            return {}
        stage = self.cycle.stage
        found: dict[str, Maker] = {}
        if stage == Stage.PUBLICATION:
            found["begin"] = StepForm
        if stage in light_settings.GOING_ON:
            setting = LightSetting.objects.get(cycle=self.cycle)
            preset = self.request.GET.get("lights", "")
            found["lights"] = lambda data: forms.LightsForm(
                data, setting=setting, preset=preset, auto_id="l_%s"
            )
            if not self.cycle.breakdowns.exists():
                found["issue"] = self._issue_form
            else:
                numbers = [each.number for each in assessments.assessable(self.cycle)]
                found["assess"] = lambda data: forms.AssessmentForm(
                    data, numbers=numbers, sentence=self.lays_out, auto_id="a_%s"
                )
            if assessments.withdrawable(self.cycle):
                found["withdraw"] = lambda data: ConfirmForm(data, sentence=_WITHDRAWS, auto_id="w_%s")
            found |= self._survey_makers()
        if stage == Stage.ASSESSMENT:
            found["archive"] = lambda data: ConfirmForm(data, sentence=self.closes_the_year, auto_id="r_%s")
        if stage == Stage.ARCHIVED and not Disposal.objects.filter(cycle=self.cycle).exists():
            issued = archive.slips_issued(self.cycle)
            found["dispose"] = lambda data: DisposalForm(data, issued=issued, auto_id="d_%s")
        return found

    def _issue_form(self, data: Any) -> ConfirmForm:
        """The tick box names the projects of which nothing could be reported."""
        sentence = _("Every project is filled in; from now on a plan changes only with approval.")
        if bare := deliveries.without_plan(self.cycle):
            sentence = _(
                "Issue it as it is; from now on a plan changes only with approval. These projects have neither "
                "targets nor milestones: %s."
            ) % ", ".join(map(str, bare))
        return ConfirmForm(data, sentence=sentence, auto_id="i_%s")

    def _survey_makers(self) -> dict[str, Maker]:
        """Return the forms of the survey: its times until it has begun, its end while it is running."""
        survey, now = Survey.objects.select_related("cycle").filter(cycle=self.cycle).first(), timezone.now()
        if survey is None or survey.opens_at > now:
            issued = self.cycle.breakdowns.exists()
            return {"survey": lambda data: forms.SurveyTimesForm(data, auto_id="s_%s")} if issued else {}
        if not surveys.is_open(survey, now):
            return {}
        end = {"closes_at": survey.closes_at}
        return {
            "survey_end": lambda data: forms.SurveyEndForm(data, initial=end, auto_id="e_%s"),
            "survey_close": StepForm,
        }

    def act(self, form: Any) -> str:
        verbs = {
            "begin": self._begin,
            "issue": self._issue,
            "lights": self._lights,
            "assess": self._assess,
            "withdraw": self._withdraw,
            "survey": self._survey,
            "survey_end": self._survey_end,
            "survey_close": self._survey_close,
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
        light_settings.set_lights(rule=light_settings.light_rule(**data), report_days=days, **given)
        return _("The rule of the lights is set.")

    def _assess(self, data: dict[str, Any], given: dict[str, Any]) -> str:
        asked = {name: data[name] for name in ("body", "numbers", "by_unit", "vote_at")}
        held = assessments.open_assessment(**asked, **given)
        return _("The assessment is laid out: %s. Its running order is on the first page.") % held

    def _withdraw(self, _data: dict[str, Any], given: dict[str, Any]) -> str:
        held = assessments.withdrawable(given.pop("cycle"))
        if held is None:
            raise assessments.NotWithdrawn
        return _("Withdrawn: %s. Another assessment can be laid out.") % assessments.withdraw_assessment(
            assessment=held, **given
        )

    def _survey(self, data: dict[str, Any], given: dict[str, Any]) -> str:
        surveys.open_survey(**data, **given)
        return _("The times of the survey are set.")

    def _survey_end(self, data: dict[str, Any], given: dict[str, Any]) -> str:
        surveys.set_survey_end(**data, **given)
        return _("The end of the survey is set.")

    def _survey_close(self, _data: dict[str, Any], given: dict[str, Any]) -> str:
        surveys.close_survey(**given)
        return _("The survey has ended.")

    def _archive(self, _data: dict[str, Any], given: dict[str, Any]) -> str:
        archive.archive(**given)
        return _("The year is archived: nothing of it changes any more.")

    def _dispose(self, data: dict[str, Any], given: dict[str, Any]) -> str:
        record = {name: data[name] for name in ("slips", "witnesses", "note")}
        archive.dispose(**record, **given)
        deleted = archive.ballots_deleted(self.cycle)
        return _("Recorded. Sealed ballots of the vote and of the assessments deleted in all: %d.") % deleted

    def context(self) -> dict[str, Any]:
        found = overview(self.cycle, on=timezone.localdate(), drafts=True)
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
        if self.cycle.stage not in light_settings.GOING_ON:
            return []
        silent = [line for line in found.lines if line.is_overdue] if found else []
        waiting: list[tuple[str, Iterable[int]]] = [
            *self._asked(),
            *self._faulty(),
            (
                _("no report for more than twice the time, escalated"),
                [line.number for line in silent if line.is_escalated],
            ),
            (_("no report for too long"), [line.number for line in silent if not line.is_escalated]),
        ]
        named = [(what, sorted(set(numbers))) for what, numbers in waiting]
        return [(what, numbers) for what, numbers in named if numbers]

    def _asked(self) -> Iterator[tuple[str, Iterable[int]]]:
        """Yield what somebody has to decide or to order."""
        mine = Delivery.objects.filter(cycle=self.cycle)
        poor = mine.filter(pk__in=assessments.not_followed_up(self.cycle))
        asked = mine.filter(changes__in=ChangeRequest.objects.filter(approved=None))
        handed = mine.filter(completions__in=Completion.objects.filter(accepted=None))
        yield _("a change waits for the decision"), asked.values_list("number", flat=True)
        yield _("handed in as completed"), handed.values_list("number", flat=True)
        yield (
            _("graded unsatisfied and not yet ordered to be put right"),
            poor.values_list("number", flat=True),
        )

    def _faulty(self) -> Iterator[tuple[str, Iterable[int]]]:
        """Yield the findings and orders whose day is over, or that the group has passed on."""
        today = timezone.localdate()
        findings = Finding.objects.filter(inspection__delivery__cycle=self.cycle, closed_at=None)
        late = findings.filter(due__lt=today, escalated_at=None)
        orders = Rectification.objects.filter(delivery__cycle=self.cycle, replied_at=None, due__lt=today)
        of = "inspection__delivery__number"
        yield (
            _("a finding is escalated: for the standing committee"),
            findings.exclude(escalated_at=None).values_list(of, flat=True),
        )
        yield _("an order to put right is overdue"), orders.values_list("delivery__number", flat=True)
        yield _("a finding is overdue"), late.values_list(of, flat=True)


#: A key of the database has fewer digits.
MOST_KEY_DIGITS = 19


class DeliveryPage(AfterPage):
    """One project: its plan, its group, its changes, its completion, what follows a poor grade."""

    template = "admin/after/project.html"
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
        if self.cycle.stage not in light_settings.GOING_ON:
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
            found["carry"] = lambda data: CarryForm(data, cycle=self.cycle, auto_id="y_%s")
        if self.handed_in or waiting:
            found["accept"] = found["return"] = lambda data: forms.AcceptanceForm(
                data, label=_("What the acceptance found"), auto_id="h_%s"
            )
        if self._poor(delivery):
            found["mend"] = lambda data: forms.OrderToMendForm(
                data, label=_("What is to be put right"), auto_id="m_%s"
            )
        return found

    def _poor(self, delivery: Delivery) -> Cycle | None:
        """Return the newest assessment that graded the project poorly and was not followed up yet, or None."""
        return assessments.not_followed_up(self.cycle).get(delivery.pk)

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
        if self.doing == "mend" and (assessment := self._poor(delivery)):
            assessments.order_rectification(
                assessment=assessment, text=data["text"], due=data["due"], **given
            )
            return _("The order is recorded and stands on the unit's desk.")
        made = archive.carry_over(to=data["to"], stage_goal=data["stage_goal"], **given)
        return _("The project goes on as number %(number)d of %(cycle)s.") % {
            "number": made.number,
            "cycle": made.cycle,
        }

    def context(self) -> dict[str, Any]:
        delivery = self.found
        seen = overview(self.cycle, on=timezone.localdate(), drafts=True, numbers=[self.number])
        line = seen.line(self.number) if seen else None
        change, handed_in = self.change, self.handed_in
        return {
            "title": str(delivery),
            "delivery": delivery,
            "line": line,
            "change": change,
            "differences": plan_differences(change.before, change.after) if change else [],
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

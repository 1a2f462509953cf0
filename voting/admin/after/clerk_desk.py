"""The clerk's desk after the vote: begin, break down, lights, assessment, survey, archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from voting import permissions
from voting.admin.after.pages import AfterPage
from voting.domain.after import (
    archive,
    assessments,
    deliveries,
    light_settings,
    rectifications,
    surveys,
)
from voting.domain.after.assessments import Graded
from voting.domain.core.sentences import in_a_row
from voting.domain.core.undrawn import undrawn
from voting.forms.after import delivery as forms
from voting.forms.after.archive import DisposalForm
from voting.forms.core.steps import StepForm
from voting.forms.core.verbs import Verb
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
from voting.states import Act, Stage

_WITHDRAWS = gettext_lazy("I withdraw this assessment; it cannot be taken up again, only laid out anew.")


class DeliveryDesk(AfterPage):
    """Every project of the year with its light, and what the clerk can do for all of them."""

    template = "admin/after/desk.html"
    seen_by = permissions.can_watch
    journaled: ClassVar[Any] = {
        "lights": (Act.LIGHTS_SET,), "survey": (Act.SURVEY_OPENED,), "survey_end": (Act.SURVEY_ENDED,)
    }  # fmt: skip
    lays_out = gettext_lazy(
        "These projects are assessed, by those named above. The assessment can be withdrawn until its roll is frozen."
    )
    closes_the_year = gettext_lazy(
        "The year is closed for good: nothing of it changes any more, and the contacts of those who made proposals "
        "are deleted. This cannot be undone."
    )

    @property
    def year(self) -> dict[str, Any]:
        """What every verb of the desk is told: which year, by whom and when."""
        return {"cycle": self.cycle, **self.acting}

    def verbs(self) -> dict[str, Verb]:
        if not permissions.can_deliver(self.user, self.cycle):
            return {}
        stage = self.cycle.stage
        if stage == Stage.PUBLICATION:
            return {"begin": Verb(StepForm, self._begin, _begun, final=self.projects_begin)}
        if stage == Stage.ARCHIVED:
            return self._disposal_verbs()
        verbs = self._delivery_verbs() if stage in light_settings.GOING_ON else {}
        if stage == Stage.ASSESSMENT:
            verbs["archive"] = Verb(
                partial(StepForm, auto_id="r_%s"),
                lambda _form: archive.archive(**self.year),
                _("The year is archived: nothing of it changes any more."),
                final=self.closes_the_year,
            )
        return verbs

    def _delivery_verbs(self) -> dict[str, Verb]:
        """Return what is done while the projects are on their way."""
        setting = LightSetting.objects.get(cycle=self.cycle)
        preset = self.request.GET.get("lights", "")
        verbs = {
            "lights": Verb(
                partial(forms.LightsForm, setting=setting, preset=preset, auto_id="l_%s"),
                self._lights,
                _("The rule of the lights is set."),
                undo="lights",
            )
        }
        if not self.cycle.breakdowns.exists():
            verbs["issue"] = Verb(
                partial(StepForm, auto_id="i_%s"),
                lambda _form: deliveries.issue_breakdown(**self.year).version,
                lambda version: _("The breakdown is issued as version %d. Units can report now.") % version,
                final=self._issues,
            )
        else:
            numbers = [each.number for each in assessments.assessable(self.cycle, self.grades)]
            verbs["assess"] = Verb(
                lambda data: forms.AssessmentForm(data, numbers=numbers, auto_id="a_%s"),
                self._assess,
                lambda held: (
                    _("The assessment is laid out: %s. Its running order is on the first page.") % held
                ),
                final=self.lays_out,
            )
        if held := assessments.withdrawable(self.cycle):
            verbs["withdraw"] = Verb(
                partial(StepForm, auto_id="w_%s"),
                lambda _form: assessments.withdraw_assessment(assessment=held, **self.acting),
                lambda withdrawn: _("Withdrawn: %s. Another assessment can be laid out.") % withdrawn,
                final=_WITHDRAWS,
            )
        return verbs | self._survey_verbs()

    @cached_property
    def seen(self) -> Overview | None:
        """Every project as it stands, read once for forms and page; None before the delivery has begun."""
        return overview(self.cycle, on=timezone.localdate(), drafts=True)

    @property
    def grades(self) -> list[Graded]:
        return [each for line in (self.seen.lines if self.seen else ()) for each in line.grades]

    def projects_begin(self) -> str:
        """What beginning the delivery means, with the number of projects."""
        count = self.cycle.candidates.count()
        return ngettext(
            "The result is taken over: %(count)d project goes on its way. This is not taken back.",
            "The result is taken over: %(count)d projects go on their way. This is not taken back.",
            count,
        ) % {"count": count}

    def _issues(self) -> str:
        """Name the projects of which nothing could be reported, and the characters that no font has."""
        told = undrawn([deliveries.body_of(self.cycle, version=1)])
        if bare := deliveries.without_plan(self.cycle):
            words = _(
                "Issue it as it is; from now on a plan changes only with approval. These projects have neither "
                "targets nor milestones: %s."
            ) % ", ".join(map(str, bare))
        else:
            words = _("Every project is filled in; from now on a plan changes only with approval.")
        return in_a_row([words, told] if told else [words])

    def _survey_verbs(self) -> dict[str, Verb]:
        """Return what is done with the survey: its times until it has begun, its end while it is running."""
        survey, now = (
            Survey.objects.select_related("cycle__congress").filter(cycle=self.cycle).first(),
            timezone.now(),
        )
        if survey is None or survey.opens_at > now:
            if not self.cycle.breakdowns.exists():
                return {}
            times = Verb(
                lambda data: forms.SurveyTimesForm(data, auto_id="s_%s"),
                lambda form: surveys.open_survey(**form.cleaned_data, **self.year),
                _("The times of the survey are set."),
                undo="survey",
            )
            return {"survey": times}
        if not surveys.is_open(survey, now):
            return {}
        end = {"closes_at": survey.closes_at}
        return {
            "survey_end": Verb(
                lambda data: forms.SurveyEndForm(data, initial=end, auto_id="e_%s"),
                lambda form: surveys.set_survey_end(**form.cleaned_data, **self.year),
                _("The end of the survey is set."),
                undo="survey_end",
            ),
            "survey_close": Verb(
                partial(StepForm, auto_id="x_%s"),
                lambda _form: surveys.close_survey(**self.year),
                _("The survey has ended."),
                final=lambda: self._ends(survey),
            ),
        }

    def _ends(self, survey: Survey) -> str:
        """What ending the survey means, with the number of answers as it is now."""
        answered = survey.forms.count()
        return ngettext(
            "The survey ends now, with %(count)d form sent in; nobody can answer any more, and it stays ended.",
            "The survey ends now, with %(count)d forms sent in; nobody can answer any more, and it stays ended.",
            answered,
        ) % {"count": answered}

    def _disposal_verbs(self) -> dict[str, Verb]:
        """Return what is done once the year is archived: keys and urns are disposed of, once."""
        if Disposal.objects.filter(cycle=self.cycle).exists():
            return {}
        issued = archive.slips_issued(self.cycle)
        dispose = Verb(
            lambda data: DisposalForm(data, issued=issued, auto_id="d_%s"),
            self._dispose,
            lambda deleted: (
                _("Recorded. Sealed ballots of the vote and of the assessments deleted in all: %d.") % deleted
            ),
            final=_("The sealed ballots of this year are deleted for ever. Hashes, count and notice stay."),
        )
        return {"dispose": dispose}

    def _begin(self, _form: Any) -> int:
        return len(deliveries.begin_delivery(**self.year))

    def _lights(self, form: Any) -> None:
        data = dict(form.cleaned_data)
        days = data.pop("report_days")
        light_settings.set_lights(rule=light_settings.light_rule(**data), report_days=days, **self.year)

    def _assess(self, form: Any) -> Cycle:
        asked = {name: form.cleaned_data[name] for name in ("body", "numbers", "by_unit", "vote_at")}
        return assessments.open_assessment(**asked, **self.year)

    def _dispose(self, form: Any) -> int:
        record = {name: form.cleaned_data[name] for name in ("slips", "witnesses", "note")}
        archive.dispose(**record, **self.year)
        return archive.ballots_deleted(self.cycle)

    def context(self) -> dict[str, Any]:
        return {
            "title": _("Delivery of the projects"),
            "overview": self.seen,
            "breakdown": self.cycle.breakdowns.defer("body").order_by("-version").first(),
            "lights": LightSetting.objects.filter(cycle=self.cycle).first(),
            "survey": Survey.objects.filter(cycle=self.cycle).first(),
            "assessments": list(self.cycle.assessments.select_related("congress").order_by("pk")),
            "disposal": Disposal.objects.select_related("disposed_by").filter(cycle=self.cycle).first(),
            "waiting": self._waiting(),
            "may": permissions.can_deliver(self.user, self.cycle),
        }

    def _waiting(self) -> list[tuple[str, list[int]]]:
        """Return what waits for the clerk, the gravest first: (what, numbers of the projects)."""
        if self.cycle.stage not in light_settings.GOING_ON:
            return []
        silent = [line for line in self.seen.lines if line.is_overdue] if self.seen else []
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
        poor = mine.filter(pk__in=rectifications.not_followed_up(self.grades))
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


def _begun(made: int) -> str:
    return _("%d projects are on their way. Fill in who does what, then issue the breakdown.") % made

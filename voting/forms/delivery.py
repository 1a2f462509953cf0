"""The forms after the vote: plan, report, change, completion, group, lights, assessment, survey."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import Unit
from voting.domain import assessments, completions, progress, surveys, uploads
from voting.domain.changes import ChangeUnexplained
from voting.domain.deliveries import NoLeadUnit, plan_of
from voting.domain.lights import PRESETS
from voting.domain.plan_rows import PlanReported
from voting.domain.refusals import Refused
from voting.forms.plan_lines import milestones_as_lines, milestones_in, targets_as_lines, targets_in
from voting.forms.screening import MOMENT, numbers_in
from voting.forms.steps import ConfirmForm, StepForm
from voting.forms.supervision import area, day_input
from voting.models import Delivery, LightSetting
from voting.states import Body, Comparator

_MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "min_value": 0, "required": False}


class PlanForm(StepForm):
    """Who does it, and the plan. Targets and milestones are one a line, their parts divided by |."""

    leader = forms.CharField(label=gettext_lazy("Leader in charge"), max_length=100, required=False)
    lead_unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Lead unit"), required=False)
    responsible_units = forms.CharField(
        label=gettext_lazy("Responsible units"), max_length=200, required=False
    )
    supporting_units = forms.CharField(label=gettext_lazy("Supporting units"), max_length=200, required=False)
    content = forms.CharField(
        label=gettext_lazy("Work content"), max_length=5000, required=False, widget=area(4)
    )
    targets = forms.CharField(
        label=gettext_lazy("Measurable targets"), required=False, widget=area(4),
        help_text=gettext_lazy("One a line: what | number | unit. Example: public toilets | 10 | 座"),
    )  # fmt: skip
    milestones = forms.CharField(
        label=gettext_lazy("Milestones"), required=False, widget=area(5),
        help_text=gettext_lazy("One a line: month | what is reached. Example: 2019-06 | work begins"),
    )  # fmt: skip
    investment = forms.DecimalField(label=gettext_lazy("Investment, 10 000 yuan"), **_MONEY)
    stage_goal = forms.CharField(
        label=gettext_lazy("Goal of this year"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Only where the project takes more than one year."),
    )

    def __init__(self, *args: Any, delivery: Delivery, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units: Any = self.fields["lead_unit"]
        units.queryset = Unit.objects.filter(kind=delivery.cycle.kind)
        plan = plan_of(delivery)
        own = ("leader", "lead_unit", "responsible_units", "supporting_units")
        self.initial = {
            **{name: getattr(delivery, name) for name in own},
            **{name: plan[name] for name in ("content", "investment", "stage_goal")},
            "targets": targets_as_lines(plan["targets"]),
            "milestones": milestones_as_lines(plan["milestones"]),
        }

    def clean_targets(self) -> list[dict[str, str]]:
        return targets_in(self.cleaned_data["targets"])

    def clean_milestones(self) -> list[dict[str, str]]:
        return milestones_in(self.cleaned_data["milestones"])


class ChangeForm(PlanForm):
    """Who does it and the plan, both as they should be, and why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for the change"),
        max_length=2000,
        widget=area(),
        error_messages={"required": gettext_lazy("Give the reason: delegates and the public read it.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead_unit"].required = True

    @property
    def plan(self) -> dict[str, Any]:
        """The plan as plain data: the lead unit by name, the money with two decimals as it is kept."""
        data = dict(self.cleaned_data)
        del data["reason"]
        investment = data["investment"]
        return data | {
            "lead_unit": data["lead_unit"].name,
            "investment": None if investment is None else f"{investment:.2f}",
        }

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, NoLeadUnit):
            return "lead_unit"
        return refusal.field if isinstance(refusal, PlanReported) else "reason"


class ReportForm(StepForm):
    """What a unit reports: the day, words, a figure for each target, a day for each milestone, pictures."""

    day = forms.DateField(label=gettext_lazy("As of"), widget=day_input())
    text = forms.CharField(
        label=gettext_lazy("What was done"),
        max_length=3000,
        widget=area(4),
        error_messages={"required": gettext_lazy("Write what was done.")},
    )

    def __init__(self, *args: Any, delivery: Delivery, now: progress.Progress, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.delivery = delivery
        self.initial = {"day": timezone.localdate(), **self.initial}
        for target in delivery.targets.all():
            self.fields[f"target_{target.pk}"] = forms.DecimalField(
                label=f"{target.text} ({target.number.normalize():f} {target.unit})",
                help_text=_("Reached so far, in all."),
                required=False,
                min_value=0,
                max_digits=14,
                decimal_places=2,
                initial=_shown(now.figures.get(target.pk)),
                show_hidden_initial=True,
            )
        for milestone in delivery.milestones.all():
            self.fields[f"milestone_{milestone.pk}"] = forms.DateField(
                label=f"{milestone.month:%Y-%m} {milestone.text}",
                help_text=_("The day on which it was reached; empty while it is not."),
                required=False,
                widget=day_input(),
                initial=now.reached.get(milestone.pk),
                show_hidden_initial=True,
            )
        self.fields["delay"] = forms.CharField(
            label=_("Reason for a delay"),
            max_length=1000,
            required=False,
            widget=area(2),
            help_text=_("Needed where the project is behind its plan."),
        )
        self.fields["spent"] = forms.DecimalField(
            label=_("Spent so far, 10 000 yuan"), initial=now.spent, show_hidden_initial=True, **_MONEY
        )
        self.fields["files"] = ManyFiles(
            label=_("Pictures or PDFs"), required=False, help_text=_("At most six, of 5 MB each.")
        )
        self.fields["corrects"] = forms.ModelChoiceField(
            delivery.reports.all(),
            label=_("This corrects an earlier report"),
            required=False,
            empty_label=pgettext("correction", "no"),
        )

    def clean_files(self) -> list[uploads.Cleaned]:
        """Return the files made anew. Raises ValidationError that names the file."""
        try:
            return [uploads.clean(each.name, each.read()) for each in self.cleaned_data["files"]]
        except uploads.BadFile as refusal:
            raise ValidationError(str(refusal)) from refusal

    @property
    def values(self) -> dict[str, Any]:
        """What the verb takes: what was changed of that which the person saw.

        Whoever reported meanwhile is not overwritten. A correction says again whatever the corrected report said, but
        for what is changed here.
        """
        data = self.cleaned_data
        plain = {name: data[name] for name in ("day", "text", "delay", "corrects", "files")}
        said = data["corrects"]
        figures = {each.target: each.figure for each in said.figures.all()} if said else {}
        reached = {each.milestone: each.reached_on for each in said.milestones.all()} if said else {}
        for target in self.delivery.targets.all():
            if f"target_{target.pk}" in self.changed_data:
                figures[target] = data[f"target_{target.pk}"]
        for milestone in self.delivery.milestones.all():
            if f"milestone_{milestone.pk}" in self.changed_data:
                reached[milestone] = data[f"milestone_{milestone.pk}"]
        figures = {target: figure for target, figure in figures.items() if figure is not None}
        spent = data["spent"] if "spent" in self.changed_data else (said.spent if said else None)
        return plain | {"figures": figures, "reached": reached, "spent": spent}

    def field_of(self, refusal: Refused) -> str | None:
        kinds: dict[type[Refused], str] = {
            progress.DayAhead: "day",
            progress.DayTooEarly: "day",
            progress.NotItsReport: "corrects",
            progress.DelayUnexplained: "delay",
            progress.TooManyFiles: "files",
            progress.NothingReported: "text",
        }
        return kinds.get(type(refusal))


def _shown(figure: Any) -> str | None:
    return None if figure is None else f"{figure.normalize():f}"


class _ManyInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Several files in one field; cleans to a list."""

    widget = _ManyInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(ManyFiles, self).clean(each, initial) for each in data or []]


class TextForm(StepForm):
    """One text: evidence, a reply, a note."""

    text = forms.CharField(
        label=gettext_lazy("What was done, and where it can be seen"),
        max_length=3000,
        widget=area(4),
        error_messages={"required": gettext_lazy("Say what was done and where it can be seen.")},
    )

    def __init__(self, *args: Any, label: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["text"].label = label

    def field_of(self, refusal: Refused) -> str | None:
        return "text"


class HandInForm(TextForm):
    """The evidence that a project is completed; beside it stands what is not reached by what was reported."""

    def __init__(self, *args: Any, unreached: completions.Unreached, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = []
        if unreached.targets:
            words = _("These targets are not reached by what was reported: %s.")
            said += [
                words % "; ".join(unreached.targets),
                _("A project can be handed in when every target is reached."),
            ]
        if unreached.milestones:
            words = _("These milestones are not reached by what was reported: %s. Report them, or say why.")
            said.append(words % "; ".join(unreached.milestones))
        self.fields["text"].help_text = escape(
            " ".join(said)
        )  # a help text may hold markup, a plan's words may not


class AcceptanceForm(TextForm):
    """What the acceptance found."""

    def field_of(self, refusal: Refused) -> str | None:
        return "text" if isinstance(refusal, completions.NoEvidence) else None


class DecisionForm(TextForm):
    """What the standing committee decided of a change, and when."""

    on = forms.DateField(label=gettext_lazy("Decided on"), widget=day_input())

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, progress.DayAhead):
            return "on"
        return "text" if isinstance(refusal, ChangeUnexplained) else None


class GroupForm(StepForm):
    numbers = forms.CharField(
        label=gettext_lazy("Delegate numbers of the supervision group"),
        max_length=600,
        help_text=gettext_lazy("With blanks or commas between them; an earlier group is replaced."),
    )

    def clean_numbers(self) -> list[str]:
        return re.split(r"[\s,，、]+", self.cleaned_data["numbers"].strip())

    def field_of(self, refusal: Refused) -> str | None:
        return "numbers"


class LightsForm(StepForm):
    """The rule of the lights; a preset fills it in."""

    yellow = forms.IntegerField(label=gettext_lazy("Yellow from, points behind"), min_value=0, max_value=100)
    yellow_from = forms.ChoiceField(label=gettext_lazy("Yellow: comparator"), choices=Comparator.choices)
    red = forms.IntegerField(label=gettext_lazy("Red from, points behind"), min_value=0, max_value=100)
    red_from = forms.ChoiceField(label=gettext_lazy("Red: comparator"), choices=Comparator.choices)
    unbegun_is_red = forms.BooleanField(
        label=gettext_lazy("What is due and not begun is red at once"), required=False
    )
    report_days = forms.IntegerField(
        label=gettext_lazy("A report is overdue after so many days"), min_value=1, max_value=400
    )

    def __init__(self, *args: Any, setting: LightSetting, preset: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source: Any = PRESETS.get(preset, setting)
        names = ("yellow", "yellow_from", "red", "red_from", "unbegun_is_red")
        self.initial = {name: getattr(source, name) for name in names} | {"report_days": setting.report_days}

    def field_of(self, refusal: Refused) -> str | None:
        if not isinstance(refusal, progress.LightsImpossible):
            return None
        return "yellow" if refusal.code == "always" else "red"


class AssessmentForm(ConfirmForm):
    """Who assesses what; the tick box says that it is not taken back."""

    body = forms.ChoiceField(
        label=gettext_lazy("Who votes"), choices=Body.choices, widget=forms.RadioSelect, initial=Body.DELEGATES,
        help_text=gettext_lazy(
            "The members of the standing committee are those who belong to the sub-group in the list of delegates."
        ),
    )  # fmt: skip
    numbers = forms.CharField(
        label=gettext_lazy("Numbers of the projects"),
        help_text=gettext_lazy("With blanks between them. Filled in: what can be assessed now."),
    )
    by_unit = forms.BooleanField(label=gettext_lazy("Every unit's part is graded by itself"), required=False)
    vote_at = forms.CharField(label=gettext_lazy("Meeting that votes"), max_length=60, required=False)

    def __init__(self, *args: Any, numbers: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"numbers": " ".join(map(str, numbers)), "body": Body.DELEGATES}

    field_order = ("body", "numbers", "by_unit", "vote_at", "confirm")

    def clean_numbers(self) -> list[int]:
        """Return the numbers; one that stands twice is a slip of the pen. Raises ValidationError."""
        numbers = numbers_in(self.cleaned_data["numbers"])
        if twice := sorted({each for each in numbers if numbers.count(each) > 1}):
            raise ValidationError(_("This number stands there twice: %s.") % ", ".join(map(str, twice)))
        return numbers

    def field_of(self, refusal: Refused) -> str | None:
        return "numbers" if isinstance(refusal, assessments.NothingToAssess) else None


class SurveyForm(StepForm):
    opens_at = forms.DateTimeField(label=gettext_lazy("Opens at"), widget=MOMENT)
    closes_at = forms.DateTimeField(label=gettext_lazy("Closes at"), widget=MOMENT)

    def field_of(self, refusal: Refused) -> str | None:
        return "opens_at" if isinstance(refusal, surveys.SurveyClosed) else None


class SurveyEndForm(StepForm):
    """Another end of a survey that is running."""

    closes_at = forms.DateTimeField(label=gettext_lazy("Closes at"), widget=MOMENT)


class OrderToMendForm(TextForm):
    """The order to put a poor project right, and until when."""

    due = forms.DateField(label=gettext_lazy("To be mended by"), widget=day_input())

    def field_of(self, refusal: Refused) -> str | None:
        return "text" if isinstance(refusal, assessments.NothingOrdered) else "due"

"""The forms after the vote: plan, change, completion, group, lights, assessment, survey."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit
from voting.domain.after import assessments, completions, light_settings, rectifications, surveys
from voting.domain.after.changes import DecisionAhead, DecisionTooEarly, DecisionUnworded
from voting.domain.after.deliveries import NoLeadUnit, plan_of
from voting.domain.after.lights import PRESETS
from voting.domain.after.plan_rows import PlanReported
from voting.domain.core.refusals import Refused
from voting.domain.core.sentences import in_a_row
from voting.forms.after.supervision import area, day_input
from voting.forms.before.screening import MOMENT, numbers_in
from voting.forms.core.plan_lines import milestones_as_lines, milestones_in, targets_as_lines, targets_in
from voting.forms.core.steps import StepForm
from voting.labels import COMPARATORS, choices_of
from voting.models import Delivery, LightSetting
from voting.states import Body

MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "min_value": 0, "required": False}


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
    investment = forms.DecimalField(label=gettext_lazy("Investment, 10 000 yuan"), **MONEY)
    stage_goal = forms.CharField(
        label=gettext_lazy("Goal of this year"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Only where the project takes more than one year."),
    )

    def __init__(self, *args: Any, delivery: Delivery, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units: Any = self.fields["lead_unit"]
        units.queryset = Unit.objects.filter(congress=delivery.cycle.congress_id)
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


class TextForm(StepForm):
    """One text: evidence, a reply, a note."""

    text = forms.CharField(
        label=gettext_lazy("What was done, and where it can be seen"),
        max_length=3000,
        widget=area(4),
    )
    #: What is said where the text is empty.
    empty: ClassVar[Any] = gettext_lazy("Say what was done and where it can be seen.")

    def __init__(self, *args: Any, label: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].error_messages["required"] = self.empty
        if label:
            self.fields["text"].label = label

    def field_of(self, refusal: Refused) -> str | None:
        return "text"


class HandInForm(TextForm):
    """The evidence that a project is completed; beside it stands what is not reached by what was reported."""

    def __init__(self, *args: Any, unreached: completions.Unreached, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        warnings = []
        if unreached.targets:
            words = _("These targets are not reached by what was reported: %s.")
            warnings += [
                words % "; ".join(unreached.targets),
                _("A project can be handed in when every target is reached."),
            ]
        if unreached.milestones:
            words = _("These milestones are not reached by what was reported: %s. Report them, or say why.")
            warnings.append(words % "; ".join(unreached.milestones))
        self.fields["text"].help_text = escape(
            in_a_row(warnings)
        )  # a help text may hold markup, a plan's words may not


class AcceptanceForm(TextForm):
    """What the acceptance found."""

    empty = gettext_lazy("Write what the acceptance found; the unit reads it.")

    def field_of(self, refusal: Refused) -> str | None:
        return "text" if isinstance(refusal, completions.NoEvidence) else None


class DecisionForm(TextForm):
    """What the standing committee decided of a change, and when."""

    empty = gettext_lazy("Write what the standing committee decided.")
    on = forms.DateField(label=gettext_lazy("Decided on"), widget=day_input())

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, DecisionAhead | DecisionTooEarly):
            return "on"
        return "text" if isinstance(refusal, DecisionUnworded) else None


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
    yellow_from = forms.ChoiceField(label=gettext_lazy("Yellow: comparator"), choices=choices_of(COMPARATORS))
    red = forms.IntegerField(label=gettext_lazy("Red from, points behind"), min_value=0, max_value=100)
    red_from = forms.ChoiceField(label=gettext_lazy("Red: comparator"), choices=choices_of(COMPARATORS))
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
        #: The form as the rule that is set fills it in, where a preset fills in this one.
        self.stored = LightsForm(setting=setting) if source is not setting else self

    def field_of(self, refusal: Refused) -> str | None:
        if not isinstance(refusal, light_settings.LightsImpossible):
            return None
        return "yellow" if refusal.code == "always" else "red"


class AssessmentForm(StepForm):
    """Who assesses what; the tick box says that it is not taken back."""

    edits_stored = False

    body = forms.ChoiceField(
        label=gettext_lazy("Who votes"), choices=Body.choices, widget=forms.RadioSelect, initial=Body.DELEGATES,
        help_text=gettext_lazy(
            "The members of the standing committee are those who are marked so in the list of delegates."
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

    field_order = ("body", "numbers", "by_unit", "vote_at")

    def clean_numbers(self) -> list[int]:
        """Return the numbers; one that stands twice is a slip of the pen. Raises ValidationError."""
        numbers = numbers_in(self.cleaned_data["numbers"])
        if twice := sorted({each for each in numbers if numbers.count(each) > 1}):
            raise ValidationError(_("This number stands there twice: %s.") % ", ".join(map(str, twice)))
        return numbers

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, assessments.NoCommittee):
            return "body"
        return "numbers" if isinstance(refusal, assessments.NothingToAssess) else None


class SurveyTimesForm(StepForm):
    opens_at = forms.DateTimeField(label=gettext_lazy("Opens at"), widget=MOMENT)
    closes_at = forms.DateTimeField(label=gettext_lazy("Closes at"), widget=MOMENT)

    def field_of(self, refusal: Refused) -> str | None:
        return "opens_at" if isinstance(refusal, surveys.SurveyClosed) else None


class SurveyEndForm(StepForm):
    """Another end of a survey that is running."""

    closes_at = forms.DateTimeField(label=gettext_lazy("Closes at"), widget=MOMENT)


class OrderToMendForm(TextForm):
    """The order to put a poor project right, and until when."""

    empty = gettext_lazy("Write what is to be put right.")
    due = forms.DateField(label=gettext_lazy("To be mended by"), widget=day_input())

    def field_of(self, refusal: Refused) -> str | None:
        return "text" if isinstance(refusal, rectifications.NothingOrdered) else "due"

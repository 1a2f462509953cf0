"""The form by which a unit reports what is reached."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from voting.domain.after import progress
from voting.domain.core import uploads
from voting.domain.core.refusals import Refused
from voting.forms.after.delivery import MONEY
from voting.forms.after.supervision import area, day_input
from voting.forms.core.many_files import ManyFiles
from voting.forms.core.steps import StepForm
from voting.models import Delivery

#: So many characters of a report tell it apart in a list.
FIRST_WORDS = 30


class ReportForm(StepForm):
    """What a unit reports: the day, words, a figure for each target, a day for each milestone, pictures."""

    #: It adds a report and takes nothing but what was changed here: see ``values``.
    edits_stored = False

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
        self._ask_what_is_reached(now)
        self.fields["delay"] = forms.CharField(
            label=_("Reason for a delay"),
            max_length=1000,
            required=False,
            widget=area(2),
            help_text=_("Needed where the project is behind its plan."),
        )
        self.fields["spent"] = forms.DecimalField(
            label=_("Spent so far, 10 000 yuan"), initial=now.spent, show_hidden_initial=True, **MONEY
        )
        self.fields["files"] = ManyFiles(
            label=_("Pictures or PDFs"), required=False, help_text=_("At most six, of 5 MB each.")
        )
        self.fields["corrects"] = _Corrected(
            delivery.reports.filter(corrections=None).order_by("-day", "-reported_at", "-pk"),
            label=_("This corrects an earlier report"),
            required=False,
            empty_label=pgettext("correction", "no"),
        )

    def _ask_what_is_reached(self, now: progress.Progress) -> None:
        """Ask for a figure of each target and a day of each milestone."""
        for target in self.delivery.targets.all():
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
        for milestone in self.delivery.milestones.all():
            self.fields[f"milestone_{milestone.pk}"] = forms.DateField(
                label=f"{milestone.month:%Y-%m} {milestone.text}",
                help_text=_("The day on which it was reached; empty while it is not."),
                required=False,
                widget=day_input(),
                initial=now.reached.get(milestone.pk),
                show_hidden_initial=True,
            )

    def clean_files(self) -> list[uploads.Raw]:
        """Return the files as they came. Raises ValidationError for more than are kept."""
        files = self.cleaned_data["files"]
        if len(files) > progress.MOST_FILES:
            raise ValidationError(str(progress.TooManyFiles()))
        return [uploads.Raw(each.name, each.read(uploads.MOST_BYTES + 1)) for each in files]

    def clean(self) -> None:
        """Make the files anew once everything else is in order; one that is not taken is named on its field."""
        super().clean()
        if self.errors:
            return
        try:
            self.cleaned_data["files"] = uploads.clean_all(self.cleaned_data["files"])
        except uploads.BadFiles as refusal:
            self.add_error("files", [str(each) for each in refusal.refusals])

    @property
    def values(self) -> dict[str, Any]:
        """What the verb takes: what was changed of that which the person saw.

        Whoever reported meanwhile is not overwritten. A correction says again whatever the corrected report said, but
        for what is changed here.
        """
        data = self.cleaned_data
        plain = {name: data[name] for name in ("day", "text", "delay", "corrects", "files")}
        corrected = data["corrects"]
        figures = {each.target: each.figure for each in corrected.figures.all()} if corrected else {}
        reached = (
            {each.milestone: each.reached_on for each in corrected.milestones.all()} if corrected else {}
        )
        for target in self.delivery.targets.all():
            if f"target_{target.pk}" in self.changed_data:
                figures[target] = data[f"target_{target.pk}"]
        for milestone in self.delivery.milestones.all():
            if f"milestone_{milestone.pk}" in self.changed_data:
                reached[milestone] = data[f"milestone_{milestone.pk}"]
        figures = {target: figure for target, figure in figures.items() if figure is not None}
        spent = data["spent"] if "spent" in self.changed_data else (corrected.spent if corrected else None)
        return plain | {"figures": figures, "reached": reached, "spent": spent}

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, progress.MilestoneDayWrong):
            return f"milestone_{refusal.milestone.pk}"
        kinds: dict[type[Refused], str] = {
            progress.DayAhead: "day",
            progress.DayTooEarly: "day",
            progress.NotItsReport: "corrects",
            progress.ReportedAlready: "text",
            progress.DelayUnexplained: "delay",
            progress.TooManyFiles: "files",
            progress.NothingReported: "text",
        }
        return kinds.get(type(refusal))


class _Corrected(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The reports that can be corrected, told apart: of which day, when recorded, how each begins."""

    def label_from_instance(self, obj: Any) -> str:
        words = {
            "day": obj.day.isoformat(),
            "at": f"{timezone.localtime(obj.reported_at):%Y-%m-%d %H:%M}",
            "text": Truncator(" ".join(obj.text.split())).chars(FIRST_WORDS),
        }
        return _("%(day)s, recorded %(at)s: %(text)s") % words


def _shown(figure: Any) -> str | None:
    return None if figure is None else f"{figure.normalize():f}"

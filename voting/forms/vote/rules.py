"""The form of the 票决办法: setting by setting, in the order of its articles, each with a note of what it means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voting.count.measures import BallotType
from voting.domain.vote import rules
from voting.forms.core.steps import StepForm
from voting.labels import BALLOT_TYPES, choices_of
from voting.models import VotingRules


@dataclass(frozen=True)
class RulesRow:
    """One line of the form: a single setting, or a comparator with its fraction."""

    label: str | Promise
    note: str | Promise
    fields: tuple[BoundField, ...]

    @property
    def is_fraction(self) -> bool:
        return len(self.fields) > 1

    @property
    def error_fields(self) -> list[BoundField]:
        return [field for field in self.fields if field.errors]


@dataclass(frozen=True)
class Part:
    """The settings of one article."""

    key: str
    title: str | Promise
    rows: tuple[RulesRow, ...]


class RulesForm(StepForm, forms.ModelForm):  # type: ignore[type-arg]
    """The draft of the 票决办法. What cannot go together, the domain says, on the field concerned."""

    class Meta:
        model = VotingRules
        fields = (*rules.SETTINGS, *rules.LIMITS, *rules.SUM, *rules.OF_GRADES)
        widgets = dict.fromkeys(
            ("ballot_type", "scoring", "method", "tie_rule", "shortfall_rule"), forms.RadioSelect
        )

    field_order = (*rules.SETTINGS, *rules.LIMITS, *rules.SUM, *rules.OF_GRADES)
    #: The form as the saved draft fills it in, where a preset fills in this one.
    stored: RulesForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.graded = self.instance.ballot_type == BallotType.GRADES
        self.layout = _GRADE_PARTS if self.graded else _PARTS
        self._keep_what_is_asked()
        for name in rules.LIMITS:
            if name in self.fields:
                self.fields[name].required = False
        for name, note in _NOTES.items():
            if name in self.fields:
                self.fields[name].help_text = note
        for part, title in self.fractions.items():
            for piece, label in _PIECES.items():
                widget = self.fields[f"{part}_{piece}"].widget
                widget.attrs["aria-label"] = f"{title} · {label}"
                widget.attrs["class"] = "form-select" if piece == "comparator" else "form-control"

    @property
    def fractions(self) -> dict[str, Promise]:
        """The shares that this kind of vote has, with what each is called."""
        return dict(_GRADE_FRACTIONS if self.graded else _FRACTIONS)

    def _keep_what_is_asked(self) -> None:
        """Leave out the settings of the other kind of vote: a choice has no grades, an assessment no places."""
        asked = {name for _key, _title, names in self.layout for name in names}
        for part in self.fractions:
            asked |= {f"{part}_{piece}" for piece in _PIECES} if part in asked else set()
        for name in set(self.fields) - asked:
            del self.fields[name]
        if not self.graded:
            kinds: Any = self.fields["ballot_type"]
            kinds.choices = [each for each in choices_of(BALLOT_TYPES) if each[0] != BallotType.GRADES]
            return
        for name in ("satisfied_base", "floor_base"):  # an assessment has both of its shares
            base: Any = self.fields[name]
            base.choices = [each for each in base.choices if each[0]]

    def clean(self) -> dict[str, Any]:
        """Take an empty field for what is usual."""
        for name, usual in rules.LIMITS.items():
            if name in self.fields and name not in self.errors:
                self.cleaned_data[name] = self.cleaned_data.get(name) or usual
        return self.cleaned_data

    def clean_budget(self) -> int:
        """Take an empty field for no sum of money."""
        return self.cleaned_data["budget"] or 0

    def clean_most_cost(self) -> int:
        """Take an empty field for any sum."""
        return self.cleaned_data["most_cost"] or 0

    def _post_clean(self) -> None:
        """Leave the rules between settings to the domain, which says on which field and why."""

    def parts(self) -> Iterator[Part]:
        """Return the settings in the order of the 票决办法."""
        for key, title, names in self.layout:
            yield Part(key, title, tuple(self._row(name) for name in names))

    def _row(self, name: str) -> RulesRow:
        if name not in self.fractions:
            return RulesRow(self.fields[name].label or "", self.fields[name].help_text, (self[name],))
        fields = tuple(self[f"{name}_{piece}"] for piece in _PIECES)
        notes = _GRADE_NOTES if self.graded else _FRACTION_NOTES
        return RulesRow(self.fractions[name], notes[name], fields)

    def mistakes(self) -> list[BoundField]:
        """Return the fields with an error, in the order of the form."""
        rows = [row for part in self.parts() for row in part.rows]
        return [field for row in rows for field in row.error_fields]


_PIECES = {
    "comparator": _("“more than” or “at least”"),
    "numerator": _("upper number of the fraction"),
    "denominator": _("lower number of the fraction"),
}
_FRACTIONS = {
    "quorum": _("So many of all delegates must be present"),
    "floor": _("So many votes a project needs"),
    "group": _("So many votes of the sub-group it needs besides"),
}
_GRADE_FRACTIONS = {
    "quorum": _FRACTIONS["quorum"],
    "satisfied": _("“Satisfied” needs so many answers “satisfied”"),
    "floor": _("“Basically satisfied” needs so many answers “satisfied” or “basically satisfied”"),
}
_EXACTLY = _("“At least” includes the figure itself, “more than” does not: that decides at exactly half.")
_GRADE_NOTES = {
    "quorum": _("A standing committee sits with more than half of its members, a plenary with at least 2/3."),
    "satisfied": _EXACTLY,
    "floor": _EXACTLY,
}
_FRACTION_NOTES = {
    "quorum": _("The Organic Law asks for at least 2/3 (art. 14). “At least” includes the figure itself."),
    "floor": _(
        "Resolutions pass by more than 1/2 (Organic Law, art. 25). “More than” leaves the figure itself out: "
        "more than 1/2 of 298 is 150."
    ),
    "group": _("Used only where a second threshold is set."),
}
_NOTES = {
    "residents": _(
        "Empty or 0: the delegates vote. A number: so many residents get a letter with a number and a code, and vote "
        "with it online or on paper; nobody is checked in, and the quorum below is not used."
    ),
    "seats": _(
        "This is N in what follows. A vote on the whole list chooses as many as there are candidates."
    ),
    "ballot_type": _("What the ballot asks; the ballot page, the paper ballot and the count follow it."),
    "scoring": _("Only for a ranking; for all others choose “nothing is ranked”."),
    "method": _(
        "With a sum of money, N is the most that are chosen. The costs are the total investments of the candidates."
    ),
    "budget": _("Empty or 0: no sum is shared out."),
    "most_cost": _(
        "Only with “up to N” and a sum of money: what the projects that one ballot votes for may cost together. "
        "Empty or 0: any sum."
    ),
    "points": _("Only for a ballot with points: how many it shares out. Empty for all others."),
    "most_points": _(
        "Only for a ballot with points: how many of them one project may get, at most 20. Up to 10 a scanner can read "
        "them on paper."
    ),
    "under_vote": _(
        "Fewer marks or places than N, or a project left without a mark. “Up to N” needs “valid”, “exactly N” "
        "needs “void”; for the whole list it stays “valid”."
    ),
    "blank_ballot": _("A ballot on which nothing at all is marked."),
    "double_mark": _(
        "Only on paper can one row have two marks. “Void for that project alone” is only for ballots with a row of "
        "boxes for each project; the project then counts for nothing on that ballot, and is shown apart."
    ),
    "first_reading": _(
        "An office scanner may read first. It never guesses: a ballot with one doubtful box is read by a person. "
        "Before the vote it must read a deck whose result is known without a mistake."
    ),
    "second_reading": _(
        "“As many as a public draw names”: after the count dice name the ballots, so many that what could change the "
        "result is found with a probability of 99 per cent at least. If one differs, all are read again."
    ),
    "floor_base": _(
        "For resolutions the law takes all delegates: whoever is absent, abstains or votes void is no vote for."
    ),
    "group_name": _(
        "For a body in which others sit beside the delegates. Who belongs to the sub-group stands in the list of "
        "delegates; it needs at least 5 members. Empty: there is no second threshold."
    ),
    "group_base": _("Without a second threshold choose the first line."),
    "tie_rule": _("Only where equal votes stand on both sides of the last place; otherwise nothing follows."),
    "most_rounds": _("0: as many as it takes. After the last one the places that are left stay empty."),
    "shortfall_rule": _("What follows where fewer projects pass than are to be chosen."),
}
_PARTS: tuple[tuple[str, Promise, tuple[str, ...]], ...] = (
    ("voters", _("Who votes"), ("residents",)),
    ("quorum", _("Quorum"), ("quorum",)),
    ("ballot", _("Places and ballot"), ("seats", "ballot_type", "scoring", "points", "most_points")),
    ("money", _("A sum of money"), ("method", "budget", "most_cost")),
    ("validity", _("Valid and void ballots"), ("under_vote", "blank_ballot", "double_mark")),
    ("paper", _("Ballots on paper"), ("first_reading", "second_reading")),
    ("threshold", _("The threshold"), ("floor_base", "floor")),
    ("second", _("The second threshold"), ("group_name", "group_base", "group")),
    (
        "follows",
        _("What follows equal votes, and too few chosen"),
        ("tie_rule", "shortfall_rule", "most_rounds"),
    ),
)
_GRADE_PARTS: tuple[tuple[str, Promise, tuple[str, ...]], ...] = (
    ("quorum", _("Quorum"), ("quorum",)),
    ("grades", _("The grades"), ("satisfied_base", "satisfied", "floor_base", "floor")),
    ("validity", _("Valid and void ballots"), ("under_vote", "blank_ballot", "double_mark")),
    ("paper", _("Ballots on paper"), ("first_reading", "second_reading")),
)

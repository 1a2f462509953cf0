"""The lines of the paper 表决票 as the pages show them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from accounts.names import NamesShown
from voting.count.counting import BallotType, Mark
from voting.domain.core.amounts import yuan_words
from voting.forms.vote.ballot import WORDS, mark_labels
from voting.models import BallotItem, Candidate
from voting.read_models.before.pictures import SourcePicture
from voting.read_models.before.slate_report import (
    NAME_UNITS,
    field_label,
    funds_text,
    targets_text,
)
from voting.read_models.core.days import milestone_words, money_words


@dataclass(frozen=True)
class Fact:
    """One row of the dossier."""

    label: str
    texts: list[str]


@dataclass(frozen=True)
class Option:
    """One circle of a per-item line."""

    value: str
    label: str
    checked: bool


@dataclass(frozen=True)
class BallotRow:
    """One line of the ballot: number · name · one line · circle, and the dossier behind it."""

    number: int
    name: str
    candidate: Candidate
    units: NamesShown
    mark: int
    #: The last place, or the most points, that a project can be given; none on the other ballots.
    places: int = 0
    #: In yuan, where a sum of money is shared out.
    cost: int | None = None
    #: What the refusal is about; the first one can be gone to.
    faulty: bool = False
    first_fault: bool = False
    kind: BallotType = BallotType.UP_TO
    pictures: Sequence[SourcePicture] = ()

    @property
    def checked(self) -> bool:
        return self.mark == Mark.FOR

    @property
    def chosen(self) -> str:
        """The mark in words."""
        return str(mark_labels(self.kind).get(Mark(self.mark), ""))

    @property
    def word(self) -> str:
        """The mark as the form says it."""
        return WORDS.get(Mark(self.mark), "")

    @property
    def options(self) -> list[Option]:
        return options(self.mark, self.kind)

    @property
    def choices(self) -> list[tuple[int, bool]]:
        """The places, or the points, that a project can be given, and which this one has."""
        beyond = [self.mark] if self.places < self.mark else []  # shown again, so that nothing is lost
        return [(place, place == self.mark) for place in (*range(1, self.places + 1), *beyond)]

    @property
    def price(self) -> str:
        """What it costs, in words; nothing where no money is shared out."""
        return "" if self.cost is None else yuan_words(self.cost)

    @cached_property
    def line(self) -> str:
        """The source's own first sentence on this year's target."""
        texts = [*self.candidate.target[:1], self.candidate.content]
        return next(filter(None, texts), "")

    @cached_property
    def facts(self) -> list[Fact]:
        """What the source states, the sentences of the report first."""
        return [fact for fact in self._dossier if fact.texts]

    @cached_property
    def unstated(self) -> str:
        """The names of what the source does not state, in one sentence: unknown is said, never invented."""
        target, _done, *others = self._dossier
        return _(", ").join(fact.label for fact in (target, *others) if not fact.texts)

    @cached_property
    def _dossier(self) -> list[Fact]:
        return dossier(self.candidate, self.units)


def options(mark: int, kind: BallotType) -> list[Option]:
    """Return the circles of a line, or of the whole list, with the one marked."""
    return [Option(WORDS[word], str(label), mark == word) for word, label in mark_labels(kind).items()]


def rows(
    items: list[BallotItem],
    chosen: Mapping[int, int],
    *,
    units: NamesShown,
    kind: BallotType,
    places: int = 0,
    costs: Mapping[int, int] | None = None,
    faults: Collection[int] = (),
    pictures: Mapping[int, Sequence[SourcePicture]] | None = None,
) -> list[BallotRow]:
    """Return the lines in the ballot's fixed order with the marks given; ``faults`` are the numbers to mend."""
    first = min(faults, default=None)
    return [
        BallotRow(
            item.number,
            item.candidate.shown_name,
            item.candidate,
            units,
            chosen.get(item.number, 0),
            places,
            cost=(costs or {}).get(item.number),
            faulty=item.number in faults,
            first_fault=item.number == first,
            kind=kind,
            pictures=(pictures or {}).get(item.candidate.pk, ()),
        )
        for item in items
    ]


def dossier(candidate: Candidate, units: NamesShown) -> list[Fact]:
    """Return every row of the dossier, the report's sentences first; what is not stated has no text."""
    facts = [
        _fact(candidate, name, units) for name in ("target", "done_last_year", *Candidate.DOSSIER_FIELDS)
    ]
    return [*facts, _fact(candidate, "milestones", units)] if candidate.milestones else facts


def _fact(candidate: Candidate, name: str, units: NamesShown) -> Fact:
    value = getattr(candidate, name)
    if name in NAME_UNITS:
        value = units.of(value)
    texts = list(value) if isinstance(value, list) else [value] if value else []
    if name in _IN_NUMBERS:
        texts = [*(texts if name != "milestones" else []), *_IN_NUMBERS[name](candidate).splitlines()]
    return Fact(field_label(name), texts)


def _total(candidate: Candidate) -> str:
    return money_words(candidate.investment_total)


def _milestones(candidate: Candidate) -> str:
    """The months as the reader's language writes them, the words as they were entered."""
    return "\n".join(milestone_words(each["month"], each["text"]) for each in candidate.milestones)


#: What the dossier also has in numbers, beside or instead of a sentence.
_IN_NUMBERS: dict[str, Callable[[Candidate], str]] = {
    "target": lambda candidate: targets_text(candidate.targets),
    "investment": _total,
    "funding": lambda candidate: funds_text(candidate.funds),
    "milestones": _milestones,
}

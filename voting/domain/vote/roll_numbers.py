"""The numbers that somebody types, found on a round's roll."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.codes import as_number, spellings
from accounts.numbers import Fitted
from voting.domain.core.refusals import Refused
from voting.models import RollEntry, Round


class NotOnRoll(Refused):
    """No such number on this round's roll; of several, all that are unknown."""

    def __init__(self, *numbers: str) -> None:
        super().__init__(*numbers)
        self.numbers = numbers

    @property
    def number(self) -> str:
        return pgettext("list", ", ").join(self.numbers)

    def __str__(self) -> str:
        words = (
            _("The number %(number)s is not on this roll.")
            if len(self.numbers) == 1
            else _("These numbers are not on this roll: %(number)s.")
        )
        return words % {"number": self.number}


class SeveralFit(Refused):
    """A number without its zeros fits several delegates."""

    def __init__(self, number: str, fits: Collection[str]) -> None:
        super().__init__(number, fits)
        self.number, self.fits = number, fits

    def __str__(self) -> str:
        return _(
            "The number %(number)s fits several on this roll: %(fits)s. Type it as it stands on the slip or the letter."
        ) % {
            "number": self.number,
            "fits": pgettext("list", ", ").join(self.fits),
        }


def meant(typed: Iterable[str], known: Collection[str]) -> list[str]:
    """Return the known numbers that are meant, each once. Raises NotOnRoll with all that are unknown, or SeveralFit."""
    fitted = Fitted(typed, known)
    if fitted.unknown:
        raise NotOnRoll(*sorted(set(fitted.unknown)))
    if fitted.doubtful:
        raise SeveralFit(*fitted.doubtful[0])
    return list(dict.fromkeys(fitted.numbers))


def on_roll(round_: Round, typed: Iterable[str]) -> list[str]:
    """Return the numbers of the delegates who count on this roll that are meant. Raises NotOnRoll or SeveralFit."""
    wanted = list(typed)
    return meant(wanted, _known(round_, wanted, round_.roll.filter(excluded=False)))


def on_whole_roll(round_: Round, typed: str) -> str:
    """Return the number that is meant, excluded or not. Raises NotOnRoll or SeveralFit."""
    return meant([typed], _known(round_, [typed], round_.roll.all()))[0]


def _known(round_: Round, typed: Iterable[str], roll: QuerySet[RollEntry]) -> set[str]:
    """Return the numbers among which those are looked for: of 300 000 letters those alone that may be meant."""
    if round_.cycle.by_letter:
        roll = roll.filter(number__in=[each for text in typed for each in spellings(as_number(text))])
    return set(roll.values_list("number", flat=True))

"""主持词 of a vote by letter: what is announced where nobody sits in a hall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def voters(numbers: Mapping[str, Any]) -> list[str]:
    """Say who is on the roll."""
    return [
        _("On the roll of this vote are %(roll)s residents, each with a letter.") % numbers,
        _("Nobody is checked in; each resident votes from wherever they are, online or on paper."),
    ]


def scrutineers_and_key(people: str) -> list[str]:
    """Name the scrutineers, and what they did before the vote opens."""
    return [
        _("Scrutineers of this vote are: %(people)s.") % {"people": people},
        _("The scrutineers have shared the key of the urn and tried it before everybody; the urn is empty."),
    ]


def letters_open() -> list[str]:
    """Say that residents can vote now."""
    return [
        _(
            "Voting is open. Number and code stand on each letter; whoever has lost theirs asks the office that sent "
            "it for a new one."
        ),
        _("Please mark your ballot, look at it once more and cast it; each ballot is secret."),
    ]


def letters_closed() -> list[str]:
    """Say that nobody can vote any more, and what follows."""
    return [
        _("The time to vote is over. Voting is closed and the urn is sealed."),
        _(
            "The scrutineers enter their key slips; the ballots are counted, and another scrutineer certifies the "
            "count."
        ),
    ]

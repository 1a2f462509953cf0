"""What is said where residents vote by letter (居民), instead of what is said of delegates in a hall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from voting.domain.vote.rules import SMALLEST_BODY


def by_letter(rules: Mapping[str, Any]) -> bool:
    """Tell whether these are rules of a vote of residents."""
    return bool(rules.get("residents"))


def basis() -> list[str]:
    return [
        _(
            "The people's congress lets residents decide this vote; it is held by these rules and the provisions "
            "concerned."
        ),
        _("The vote is secret. Each letter has one ballot; whoever was sent it casts it in person."),
    ]


def voters(rules: Mapping[str, Any]) -> list[str]:
    """Say who votes, and how a lost letter is replaced."""
    return [
        who(rules),
        _(
            "The roll holds the numbers of the letters and no names; nobody is checked in, and no quorum is asked for."
        ),
        _(
            "A lost letter is void from the moment a new one is made for the same number; of one number there is never "
            "more than one ballot."
        ),
    ]


def who(rules: Mapping[str, Any]) -> str:
    return _("%(residents)d residents vote, each with a number and a code that a letter brings.") % {
        "residents": rules["residents"]
    }


def base() -> str:
    return _("all residents on the roll")


def votes_needed(roll: int, least: int) -> str:
    return _("Of %(roll)d residents that is %(least)d votes.") % {"roll": roll, "least": least}


def stays_in_total() -> str:
    return _(
        "Whoever does not vote, abstains or casts a void ballot stays in the total and is no vote for it."
    )


def channels() -> str:
    return _("Ballots are cast online or on paper; each letter is used for one of the two, once.")


def same_roll() -> str:
    return _(
        "A further ballot is held on the same roll of letters, with a new key and new ballots; the codes stay."
    )


def single_ballots_kept() -> list[str]:
    """Say what does not stand beside a single ballot, what can be told from it, and how many letters there must be."""
    return [
        _(
            "They stand in the order of the projects' numbers, online and paper ballots together. No name, number of a "
            "letter, time or channel stands beside them, and void and blank ballots are not among them."
        ),
        _(
            "The list names nobody. But whoever agreed with a resident on a rare combination, or was told one, finds "
            "it there. No resident may be asked to mark a certain combination, or to tell which one was marked."
        ),
        _("These rules are adopted only where at least %(least)d letters are on the roll.")
        % {"least": SMALLEST_BODY},
    ]


def residents_on_roll(roll: int) -> str:
    return _("On the roll: %(roll)d residents.") % {"roll": roll}


def example_title() -> str:
    return _("A worked example for the roll of letters")


def figures() -> str:
    return _(
        "The chief scrutineer reports the result, and it is published with all its figures: letters on the roll, "
        "ballots returned, valid, void, and the votes of every project."
    )


def residents_opening(words: Mapping[str, Any]) -> str:
    """Begin a notice or minutes."""
    return (
        _(
            "Residents of %(place)s voted by letter and secret ballot on %(items)s candidate livelihood projects of "
            "%(year)s."
        )
        % words
    )


def turnout(roll: int, returned: int) -> str:
    return _("Of %(roll)d residents on the roll %(returned)d cast a ballot.") % {
        "roll": roll,
        "returned": returned,
    }

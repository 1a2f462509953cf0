"""The articles that are the same whatever the settings: the law, the conduct of the vote, the count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from voting.read_models.vote.rule_words import residents


def basis() -> list[str]:
    """地方组织法 art. 28: a secret ballot; no proxy (PROCEDURE.md §3.1)."""
    return [
        _(
            "These rules are made under the Organic Law of the Local People's Congresses and Local People's "
            "Governments and the provisions concerned."
        ),
        _(
            "The vote is secret. Each delegate has one ballot and casts it in person; nobody votes for another."
        ),
    ]


def quorum_again() -> str:
    return _("The number present is checked again before the vote; without the quorum it does not begin.")


def slate() -> str:
    """No write-ins on a decision ballot; the order is the government's (PROCEDURE.md §3.2, §3.4 (2))."""
    return _(
        "The presidium confirms the list of candidates, and they stand on the ballot in the order of that list. "
        "Nothing can be added on a ballot."
    )


def whole_vote() -> list[str]:
    """收回 ≤ 发出 (PROCEDURE.md §3.2)."""
    return [
        _(
            "If no more ballots are returned than were issued, the vote is valid; if more are returned, the whole "
            "vote is void and is held again."
        ),
        _(
            "The ballots on paper are also compared by themselves: more returned than issued void the vote too."
        ),
    ]


def channels(rules: Mapping[str, Any]) -> list[str]:
    """One delegate, one ballot, one channel; the failure of equipment stops nothing (PROCEDURE.md §3.1, §3.4 (9))."""
    return [
        residents.channels()
        if residents.by_letter(rules)
        else _("Ballots are cast online or on paper; each delegate uses one of the two, once."),
        _(
            "If the equipment or the network fails, the vote goes on with paper ballots; ballots already cast online "
            "stay valid."
        ),
        *_readings(rules),
    ]


def _readings(rules: Mapping[str, Any]) -> list[str]:
    """Who reads the paper ballots: two people, or a scanner and a person, or a person only those that are drawn."""
    scanned, sampled = rules.get("first_reading") == "scanner", rules.get("second_reading") == "sample"
    settled = _(
        "Where two readings differ, the chief scrutineer compares the ballot itself and settles it, with a recorded "
        "reason."
    )
    if not scanned and not sampled:
        return [
            _(
                "Each paper ballot is read by two people independently. Where they differ, the chief scrutineer "
                "compares the ballot itself and settles it, with a recorded reason."
            )
        ]
    first = [
        _(
            "Each paper ballot is read first by a scanner; where the scanner is in doubt of one mark, a person reads "
            "the whole ballot."
        ),
        _(
            "Before the vote the scanner reads a deck of marked ballots whose result the scrutineers know. The vote is "
            "opened only if every figure is right."
        ),
    ]
    alone = [_("Each paper ballot is read first by one person.")]
    again = [_("Another person, who does not see the first reading, reads each of them again.")]
    drawn = [
        _(
            "The first readings are fixed and counted. Then dice thrown in public name the ballots that another "
            "person, who does not see the first reading, reads again."
        ),
        _(
            "So many are drawn that misreadings which could change the result would be found with a probability of at "
            "least 99 per cent. If one ballot differs, all are read again, and the count is made anew from what is "
            "agreed."
        ),
    ]
    return [*(first if scanned else alone), *(drawn if sampled else again), settled]


def count(rules: Mapping[str, Any]) -> list[str]:
    """Plenary running order (PROCEDURE.md §2); every item's sum (§3.4 (5)); the sealed urn (TRUST.md §2)."""
    return [
        _(
            "The presidium proposes the chief scrutineer and the scrutineers, and the plenary adopts them; the tellers "
            "are named by the presidium and work under their supervision."
        ),
        _(
            "A ballot is sealed as it is cast. The urn is opened after the close, by as many scrutineers as are needed "
            "together; until then nobody learns a vote for any project, and only the turnout is announced."
        ),
        _(
            "For every project the votes for, against, abstentions, not pressed and marked twice add up to the valid "
            "ballots; where they do not, nothing is released."
        )
        if rules.get("double_mark") == "item"
        else _(
            "For every project the votes for, against, abstentions and not pressed add up to the valid ballots; where "
            "they do not, nothing is released."
        ),
        _("The count is certified by a scrutineer who did not run it."),
    ]


def announcement(rules: Mapping[str, Any]) -> list[str]:
    return [
        residents.figures()
        if residents.by_letter(rules)
        else _(
            "The chief scrutineer reports the result, the executive chairperson declares it on the spot, and the "
            "presidium publishes it with all its figures: on the roll, present, issued, returned, valid, void, and "
            "the votes of every project."
        ),
        _(
            "The votes cast online and on paper are shown apart and together; apart only where that gives nobody's "
            "vote away."
        ),
    ]


def force() -> list[str]:
    return [
        _(
            "These rules apply from their adoption by the plenary and are not changed until the vote is concluded."
        )
    ]

"""试票 and who sealed: what a notice, or a count that is not published yet, says of them (BOOTH.md §3).

A test ballot is found by its receipt, and says in words what was sealed: whoever made it compares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from voting.count.counting import BallotType, Mark, Rule, judge
from voting.count.formats.notice import RoundPart
from voting.domain.vote import receipts
from voting.read_models.core.words import VOID_REASONS
from voting.read_models.vote.lines import in_brackets, listed

_MARKS: dict[int, Promise] = {
    Mark.FOR: gettext_lazy("For"),
    Mark.AGAINST: gettext_lazy("Against"),
    Mark.ABSTAIN: gettext_lazy("Abstain"),
}
_GRADES: dict[int, Promise] = {
    Mark.FOR: gettext_lazy("Satisfied"),
    Mark.BASICALLY: gettext_lazy("Basically satisfied"),
    Mark.AGAINST: gettext_lazy("Unsatisfied"),
    Mark.ABSTAIN: gettext_lazy("Abstain"),
}


@dataclass(frozen=True)
class TriedBallot:
    """A test ballot: its receipt, and what it says in words."""

    receipt: str
    words: str


def tried_ballots(part: RoundPart, rule: Rule) -> list[TriedBallot]:
    """Return the test ballots of a round in the order of their receipts."""
    numbers = [item["number"] for item in part["items"]]
    return [
        TriedBallot(receipts.friendly(each["hash"]), marks_in_words(each["marks"], numbers, rule))
        for each in part.get("tests", [])
    ]


def marks_in_words(marks: Sequence[int] | None, numbers: Sequence[int], rule: Rule) -> str:
    """Return what a ballot says, with the official numbers; and why it would be void, where it would be."""
    if marks is None:
        return str(VOID_REASONS["malformed"])
    words = pgettext("marks", "; ").join(_marked_parts(marks, numbers, rule)) or str(VOID_REASONS["blank"])
    reason = judge(tuple(marks), rule, items=len(numbers)).reason
    if reason is None or not any(marks):
        return words
    return in_brackets(words, _("void as a ballot: %(reason)s") % {"reason": VOID_REASONS[reason]})


def _marked_parts(marks: Sequence[int], numbers: Sequence[int], rule: Rule) -> list[str]:
    """Return what is marked, part by part; nothing for a blank ballot."""
    marked = [(mark, number) for mark, number in zip(marks, numbers, strict=True) if mark]
    if rule.ballot_type is BallotType.RANKING:
        return [
            _("place %(place)d: project %(number)d") % {"place": place, "number": number}
            for place, number in sorted(marked)
        ]
    if rule.ballot_type is BallotType.POINTS:
        return [
            _("project %(number)d: %(points)d points") % {"number": number, "points": points}
            for points, number in marked
        ]
    labels = _GRADES if rule.ballot_type is BallotType.GRADES else _MARKS
    parts = []
    for mark in [*labels, *sorted({mark for mark, _number in marked} - set(labels))]:
        label = labels.get(mark, gettext_lazy("another mark"))
        if of_it := [number for each, number in marked if each == mark]:
            whole = rule.ballot_type is BallotType.WHOLE_REPORT and len(of_it) == len(numbers)
            parts.append(str(label) if whole else f"{label}{_(': ')}{listed(of_it)}")
    return parts


def sealing_sentences(part: RoundPart, *, by_letter: bool = False) -> list[str]:
    """Say who sealed the ballots, how many test ballots were made and whether all opened.

    Nothing is said of a round from before ballots were sealed on delegates' devices.
    """
    urn = part["urn"]
    if "by_server" not in urn:
        return []
    figures = {"devices": urn["ballots"] - urn["by_server"], "server": urn["by_server"]}
    words = (
        _("Ballots sealed on the residents' own devices: %(devices)d; by the server: %(server)d.")
        if by_letter
        else _("Ballots sealed on the delegates' own devices: %(devices)d; by the server: %(server)d.")
    )
    return [words % figures, _tried_sentence(part)]


def _tried_sentence(part: RoundPart) -> str:
    tests = part.get("tests", [])
    if not tests:
        return _("No test ballot was made.")
    count, torn = len(tests), sum(each["marks"] is None for each in tests)
    made = ngettext("%(count)d test ballot was made", "%(count)d test ballots were made", count) % {
        "count": count
    }
    if not torn:
        return _("%(made)s; every one could be opened, and none is counted.") % {"made": made}
    words = _("%(made)s; %(torn)d of them could not be read, and none is counted.")
    return words % {"made": made, "torn": torn}

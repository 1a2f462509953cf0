"""What the ballot page hands to the booth, the script that judges, shows again and seals the marks on the device.

All of it is the round's, in the reader's language, and nobody's: it is made before anybody marks anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from voting.count.counting import BallotType, Mark, Rule, UnderVote
from voting.count.definition import Definition
from voting.domain.core.amounts import amounts, yuan_words
from voting.domain.vote.ballots import (
    BallotRefused,
    MissingPlace,
    NotAllMarked,
    OverSum,
    RepeatedPlace,
    TooFewMarks,
    TooFewPoints,
    TooManyMarks,
    TooManyOnOne,
    TooManyPoints,
)
from voting.domain.vote.casting import open_booth
from voting.domain.vote.receipts import GROUPS
from voting.forms.vote.ballot import WORDS, mark_labels, packed
from voting.read_models.core.phrases import ON_ONE_LINE
from voting.views.vote.ballot_lines import Option

#: Stands for any other number in a sentence with its plural: no ballot has so many of anything.
_ANY = 90_001
_SLOT = mark_safe('<div data-place="marks"></div>')


@dataclass(frozen=True)
class BoothLine:
    """A line of the review with open places for its project."""

    mark: int
    number: str = "{number}"
    name: str = "{name}"
    chosen: str = ""
    word: str = ""


@dataclass(frozen=True)
class BoothPart:
    """A piece of the review, ready but for what was marked."""

    name: str
    text: SafeString


@dataclass(frozen=True)
class BallotBooth:
    """What the script goes by, and the pieces that it puts the review together from."""

    rule: dict[str, Any]
    parts: list[BoothPart]
    #: Where the marks come, and the groups of a receipt.
    slot: SafeString = _SLOT
    groups: tuple[str, ...] = ("",) * GROUPS


def ballot_booth(paper: dict[str, Any]) -> BallotBooth | None:
    """Return the booth for the page that shows ``paper``, the ballot of an open round.

    None where nothing can be sealed for the round: a ballot of it is refused, and the server says why.
    """
    try:
        round_ = paper["round"]
        booth = open_booth(round_.pk, definition=round_.definition_digest, key=round_.key_fingerprint)
    except BallotRefused:
        return None
    rule = booth_rule(booth.definition)
    rule |= {"key": packed(booth.raw_key), "info": booth.info.decode(), "length": booth.length}
    return BallotBooth(rule, _parts(paper))


def booth_rule(definition: Definition) -> dict[str, Any]:
    """Return what a ballot of this round may say, and the sentences for one that may not be cast so."""
    rule, kind = definition.rule, definition.ballot_type
    whole = kind is BallotType.WHOLE_REPORT
    labels = mark_labels(kind) if kind.per_item else [Mark.FOR]
    return {
        "code": definition.encode((Mark.NONE,) * len(definition.numbers))[1],
        "numbers": definition.numbers,
        "most": rule.points.whole if rule.points else rule.most,
        "pointed": rule.points is not None,
        "most_points": rule.numbers,
        "due": rule.points.due(len(definition.numbers)) if rule.points else 0,
        "costs": [cost for _number, cost in rule.money.costs] if rule.money else [],
        "most_cost": rule.most_cost,
        "amounts": amounts().plain(),
        "whole": whole,
        "ranking": kind is BallotType.RANKING,
        "limited": kind.limited,
        "per_item": kind.per_item and not whole,
        "complete": rule.under is UnderVote.VOID,
        "marks": {WORDS[each]: int(each) for each in labels},
        "titles": {"ballot": _("Ballot"), "review": _("Review your ballot")},
        "sentences": _sentences(rule.most) | _of_points(rule, len(definition.numbers)) | _of_cost(rule),
    }


def _sentences(most: int) -> dict[str, Any]:
    """Return what a ballot that is not taken is told, from those who say it, with open places for the numbers."""
    open_numbers: Any = ["{numbers}"]
    over = _opened(str(TooManyMarks(most + _ANY, most)), marked=most + _ANY, n=_ANY)
    missing = _opened(str(TooFewMarks(most - _ANY, most)), marked=most - _ANY, n=_ANY)
    return {
        "over": [str(TooManyMarks(most + 1, most)), over],
        "missing": [str(TooFewMarks(most - 1, most)), missing],
        "unmarked": str(NotAllMarked(open_numbers)),
        "twice": _opened(str(RepeatedPlace(_ANY, open_numbers)), place=_ANY),
        "gap": _opened(str(MissingPlace(_ANY)), place=_ANY),
        "comma": _(", "),
    }


def _of_points(rule: Rule, items: int) -> dict[str, Any]:
    if rule.points is None:
        return {}
    whole, due, open_numbers = rule.points.whole, rule.points.due(items), ["{numbers}"]
    return {
        "on_one": str(TooManyOnOne(rule.points.most, open_numbers)),  # type: ignore[arg-type]
        "over_points": _opened(str(TooManyPoints(whole + _ANY, whole)), given=whole + _ANY, over=_ANY),
        "left_points": _opened(str(TooFewPoints(due - _ANY, due)), given=due - _ANY, missing=_ANY),
    }


def _of_cost(rule: Rule) -> dict[str, Any]:
    """Return what is said of projects that cost too much; the script fills in the amounts."""
    if rule.most_cost is None:
        return {}
    return {"over_sum": OverSum.sentence(cost="{cost}", most=yuan_words(rule.most_cost), over="{over}")}


def _opened(sentence: str, **numbers: int) -> str:
    for name, number in numbers.items():
        sentence = sentence.replace(str(number), f"{{{name}}}")
    return sentence


def _parts(paper: dict[str, Any]) -> list[BoothPart]:
    """Return the review of a blank ballot and of a marked one, and what is said of the projects without a mark."""
    kind = BallotType(paper["kind"])
    labels = mark_labels(kind) if paper["per_item"] else {Mark.FOR: ""}
    marked = paper | {
        "picked": [
            BoothLine(int(each), chosen=str(label), word=WORDS[each]) for each, label in labels.items()
        ],
        "unpicked": [BoothLine(Mark.NONE)],
        "marked": "{marked}",
        "votes_for": "{votes_for}",
        "given": "{given}",
        "cost": mark_safe(ON_ONE_LINE % "{cost}"),  # noqa: S308 the words are ours
        "blank": False,
    }
    if paper["ranking"] or paper["pointed"]:
        marked["picked"] = [BoothLine("{place}")]  # type: ignore[arg-type]
    parts = {"blank": _shown("marks", marked | {"blank": True, "picked": []})}
    if paper["whole"]:
        for each, label in mark_labels(kind).items():
            answer = {"answer": Option(WORDS[each], str(label), checked=True), "unpicked": []}
            parts[f"answer-{int(each)}"] = _shown("marks", marked | answer)
    else:
        parts["marks"] = _shown("marks", marked)
    if paper["per_item"]:
        parts["left-one"] = _shown("left", paper | {"left": 1})
        parts["left-many"] = _opened(_shown("left", paper | {"left": _ANY}), left=_ANY)
    return [BoothPart(name, mark_safe(text)) for name, text in parts.items()]  # noqa: S308 our own templates'


def _shown(name: str, context: dict[str, Any]) -> str:
    return render_to_string(f"vote/ballot/_{name}.html", context)

"""How many paper ballots are read a second time, and which: so that misreadings which matter are found. Pure.

The first readings are fixed and counted. From the count follows how few misread sheets could change what it decides;
from that, how many sheets must be drawn so that one of those is among them with a probability of 99 % at least. Dice
that are thrown after the readings were fixed name the sheets, and everybody can draw them again (``draw``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import comb

from voting.count.canonical import canonical_json, sha256_hex
from voting.count.formats.working import CountedItem, FloorRecord, OutcomeRecord
from voting.count.measures import BallotType, Base, Comparator, Floor, Scoring
from voting.count.outcomes import ItemDecision

#: The chance at most that misreadings which could change the result lie in no sheet that is drawn.
RISK = Fraction(1, 100)
#: So many throws of a die are asked for at least: 6 to the 20th are more than 10 to the 15th.
FEWEST_DICE = 20
_PREFIX = "piaojue-draw/1"
_FACES = frozenset("123456")


def fewest_misread(outcome: OutcomeRecord, *, sheets: int) -> int:
    """Return the fewest misread sheets that could change what the count decides; at most ``sheets``.

    A misread sheet may give or take one vote of every project at once, and of the sub-group's besides; on a ranking by
    points it gives or takes as many points as the first place is worth, on a ballot with points as many as one project
    may get. So winner and loser come closer by twice that,
    and a project on the wrong side of a threshold by one vote comes over it with one sheet. Where nothing better is
    known the answer is 1: a tie, a ranking by places whose first places are equal, and a sum of money, which one
    project more or less shares out otherwise. Never more than the truth.
    """
    if outcome["voided"] or sheets < 1:
        return max(sheets, 1)  # misreadings change nothing: more were returned than issued
    decisions = {item["decision"] for item in outcome["items"]}
    if (
        "money" in outcome["rule"]
        or ItemDecision.TIED in decisions
        or any(item["reason"] == "admitted_with_tie" for item in outcome["items"])
    ):
        return 1
    if outcome["rule"]["ballot_type"] == BallotType.GRADES:
        return min(sheets, *(_to_another_grade(item, outcome) for item in outcome["items"]))
    return next((misread for misread in range(1, sheets) if _could_change(outcome, misread)), sheets)


def _could_change(outcome: OutcomeRecord, misread: int) -> bool:
    """Tell whether a project could come in or fall out with so many sheets, each at its worst."""
    return any(
        _could_fall(item, outcome, misread)
        if item["decision"] == ItemDecision.CHOSEN
        else _could_come_in(item, outcome, misread)
        for item in outcome["items"]
    )


def _could_fall(item: CountedItem, outcome: OutcomeRecord, misread: int) -> bool:
    if not _passes(item, outcome, -misread):
        return True
    lowest = _score(item) - misread * _weight(outcome)
    rivals = sum(
        _passes(other, outcome, misread) and _score(other) + misread * _weight(outcome) >= lowest
        for other in outcome["items"]
        if other["number"] != item["number"]
    )
    return rivals + 1 > outcome["rule"]["seats"]


def _could_come_in(item: CountedItem, outcome: OutcomeRecord, misread: int) -> bool:
    if not _passes(item, outcome, misread):
        return False
    highest = _score(item) + misread * _weight(outcome)
    above = sum(
        _passes(other, outcome, -misread) and _score(other) - misread * _weight(outcome) > highest
        for other in outcome["items"]
        if other["number"] != item["number"]
    )
    return above < outcome["rule"]["seats"]


def _passes(item: CountedItem, outcome: OutcomeRecord, more: int) -> bool:
    """Tell whether the project passes both thresholds with so many votes more, or fewer.

    A threshold that is measured against the valid ballots moves too where a sheet is void, but never faster than the
    votes do.
    """
    group = outcome["group"]
    enough = item["for"] + more >= outcome["floor"]["least"]
    return enough and (group is None or (item["group_for"] or 0) + more >= group["least"])


def _score(item: CountedItem) -> int:
    """Return what the projects are ordered by; of a ranking by places the first places alone."""
    return item["score"][0]


def _weight(outcome: OutcomeRecord) -> int:
    """Return by how much one sheet changes a score at most."""
    if "points" in outcome["rule"]:
        return outcome["rule"]["points"]["most"]
    return outcome["rule"]["seats"] if outcome["rule"]["scoring"] == Scoring.POINTS else 1


def _to_another_grade(item: CountedItem, outcome: OutcomeRecord) -> int:
    """Return the fewest sheets with which a project would be graded otherwise."""
    satisfied, both = item["for"], item["for"] + item["basically"]
    better, least = _least(outcome["rule"]["satisfied_floor"], outcome["bases"]), outcome["floor"]["least"]
    if satisfied >= better:
        return satisfied - better + 1
    return min(better - satisfied, both - least + 1 if both >= least else least - both)


def _least(floor: FloorRecord | None, bases: Mapping[Base, int]) -> int:
    if floor is None:
        return 1
    measured = Floor(
        Base(floor["base"]), floor["numerator"], floor["denominator"], Comparator(floor["comparator"])
    )
    return measured.least(bases[measured.base])


def sample_size(sheets: int, misread: int, *, risk: Fraction = RISK) -> int:
    """Return the fewest sheets to draw so that of so many misread ones at least one is among them, but for the risk.

    That is the smallest n with C(sheets − misread, n) ÷ C(sheets, n) ≤ risk. Raises ValueError unless
    1 ≤ misread ≤ sheets.
    """
    if not 1 <= misread <= sheets:
        raise ValueError("misread sheets are among the sheets")
    return next(
        drawn for drawn in range(1, sheets + 1) if comb(sheets - misread, drawn) <= risk * comb(sheets, drawn)
    )


def readings_root(readings: Iterable[tuple[int, Sequence[int]]], *, salt: str) -> str:
    """Return the hash that fixes the first readings, place by place, before any die is thrown.

    ``salt`` is random and not published: else the few sheets of a small box could be found by trying.
    """
    listed = [[place, list(marks)] for place, marks in sorted(readings)]
    return sha256_hex(canonical_json({"readings": listed, "salt": salt}))


def draw(places: Iterable[int], size: int, *, dice: str, root: str) -> list[int]:
    """Return the places that the dice draw, in ascending order.

    Every place gets a ticket, the SHA-256 of ``piaojue-draw/1``, the root of the readings, the dice and the place, one
    a line; the lowest tickets are drawn. So every choice of so many places is as likely as any other.
    """

    def ticket(place: int) -> bytes:
        return hashlib.sha256(f"{_PREFIX}\n{root}\n{dice}\n{place}".encode()).digest()

    return sorted(sorted(places, key=ticket)[:size])


#: The draw for everybody who wants to make it again.
PROGRAM = """from hashlib import sha256
root, dice, sheets, size = "{root}", "{dice}", {sheets}, {size}
def ticket(place):
    return sha256(f"piaojue-draw/1\\n{{root}}\\n{{dice}}\\n{{place}}".encode()).digest()
print(sorted(sorted(range(1, sheets + 1), key=ticket)[:size]))
"""


def dice_of(text: str) -> str:
    """Return what was thrown as the faces alone, without blanks and commas. Raises ValueError."""
    faces = "".join(each for each in text if not each.isspace() and each not in ",，、;；")
    if len(faces) < FEWEST_DICE or not _FACES.issuperset(faces):
        raise ValueError("dice are faces of 1 to 6")
    return faces

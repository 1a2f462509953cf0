"""亮灯: green, yellow or red by what was due and what is done. Pure: no Django, no database, no clock.

Due by a day is the share of milestones whose month has ended; done is the share that the unit reported as reached. The
difference, in points of a hundred, is held against the rule. The cut-offs differ by city (PROCEDURE.md §4), so they are
settings, with the comparators spelled out.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from voting.count.measures import Comparator

WHOLE = 100


class Light(StrEnum):
    """``NONE``: the plan has no milestones, or nothing is due yet and nothing reported."""

    NONE = "none"
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    DONE = "done"


class ImpossibleLights(ValueError):
    """``code`` is ``points`` unless 0 ≤ yellow ≤ red ≤ 100; ``order`` and ``always`` say what ``checked`` refuses."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class LightRule:
    """Yellow and red begin so many points behind. ``unbegun_is_red``: what is due and not begun is red at once.

    Raises ImpossibleLights ``points``.
    """

    yellow: int
    yellow_from: Comparator
    red: int
    red_from: Comparator
    unbegun_is_red: bool

    def __post_init__(self) -> None:
        if not 0 <= self.yellow <= self.red <= WHOLE:
            raise ImpossibleLights("points")


def checked(rule: LightRule) -> LightRule:
    """Return a rule under which green and yellow can both be seen; a rule of earlier days is read without this.

    Raises ImpossibleLights ``always`` where whoever is on schedule would be yellow already, ``order`` unless yellow
    begins before red: at fewer points, or at as many with "at least" against "more than".
    """
    if rule.yellow == 0 and rule.yellow_from is Comparator.AT_LEAST:
        raise ImpossibleLights("always")
    if (rule.yellow, rule.yellow_from is _MORE) >= (rule.red, rule.red_from is _MORE):
        raise ImpossibleLights("order")
    return rule


_AT_LEAST, _MORE = Comparator.AT_LEAST, Comparator.MORE_THAN
#: 银川: 10 to 30 points behind yellow, more than 30 red; 三亚: more than 50 red; 天津: monthly, 30.
#: Where a city says nothing of yellow, anything behind is.
PRESETS: dict[str, LightRule] = {
    "yinchuan": LightRule(10, _AT_LEAST, 30, _MORE, unbegun_is_red=True),
    "sanya": LightRule(0, _MORE, 50, _MORE, unbegun_is_red=True),
    "tianjin": LightRule(0, _MORE, 30, _MORE, unbegun_is_red=True),
}


@dataclass(frozen=True)
class Milestone:
    """What is to be reached by the end of a month, and since when it is; None while it is not."""

    year: int
    month: int
    reached: date | None = None

    @property
    def due(self) -> date:
        """Return the last day of the month."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def is_due(self, on: date, *, ended: bool = False) -> bool:
        """Tell whether the month was over on a day; with ``ended`` the day itself is over too."""
        return self.due < on or (ended and self.due == on)


@dataclass(frozen=True)
class LightStanding:
    """Where a delivery stands on a day: the light with its working, in points of a hundred."""

    light: Light
    due: Fraction
    done: Fraction

    @property
    def behind(self) -> Fraction:
        return max(Fraction(0), self.due - self.done)


def standing(
    milestones: Sequence[Milestone], *, on: date, rule: LightRule, begun: bool, ended: bool = False
) -> LightStanding:
    """Return the light of a delivery on a day; a plan without milestones has none.

    ``begun`` tells whether anything of it was ever reported, ``ended`` that the day is over: what was to be reached by
    that day is due then.
    """
    if not milestones:
        return LightStanding(Light.NONE, Fraction(0), Fraction(0))
    number = len(milestones)
    due = Fraction(WHOLE * sum(each.is_due(on, ended=ended) for each in milestones), number)
    done = Fraction(
        WHOLE * sum(each.reached is not None and each.reached <= on for each in milestones), number
    )
    return LightStanding(_light(due, done, rule, begun=begun), due, done)


def _light(due: Fraction, done: Fraction, rule: LightRule, *, begun: bool) -> Light:
    if done == WHOLE:
        return Light.DONE
    behind = due - done
    if due and not begun and not done and rule.unbegun_is_red:
        return Light.RED
    if _reaches(behind, rule.red, rule.red_from):
        return Light.RED
    if _reaches(behind, rule.yellow, rule.yellow_from):
        return Light.YELLOW
    return Light.GREEN if begun or done or due else Light.NONE


def _reaches(behind: Fraction, cut: int, comparator: Comparator) -> bool:
    if behind <= 0:
        return False
    return behind > cut if comparator is Comparator.MORE_THAN else behind >= cut

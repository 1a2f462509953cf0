"""亮灯: the cut-offs to the point, month ends and leap years.

Guards ``voting.domain.after.lights``.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.count.measures import Comparator
from voting.domain.after.lights import (
    PRESETS,
    ImpossibleLights,
    Light,
    LightRule,
    Milestone,
    checked,
    standing,
)

YINCHUAN = PRESETS["yinchuan"]


def plan(reached: int, of: int = 10) -> list[Milestone]:
    """Return a plan of ten milestones, all due at the end of January 2019, so many of them reached."""
    return [Milestone(2019, 1, date(2019, 1, 5) if place < reached else None) for place in range(of)]


@pytest.mark.parametrize(
    ("reached", "light"),
    [(10, Light.DONE), (9, Light.YELLOW), (7, Light.YELLOW), (6, Light.RED), (1, Light.RED)],
)
def test_yinchuan_to_the_point(reached: int, light: Light):
    """10 and 30 points behind are yellow still, 40 is red."""
    assert standing(plan(reached), on=date(2019, 2, 1), rule=YINCHUAN, begun=True).light is light


def test_nothing_is_due_before_the_month_has_ended():
    for day in (date(2019, 1, 1), date(2019, 1, 31)):
        assert standing(plan(0), on=day, rule=YINCHUAN, begun=False).light is Light.NONE
        assert standing(plan(0), on=day, rule=YINCHUAN, begun=True).light is Light.GREEN
    assert standing(plan(0), on=date(2019, 2, 1), rule=YINCHUAN, begun=False).light is Light.RED


@pytest.mark.parametrize(("year", "last"), [(2019, 28), (2020, 29)])
def test_february_ends_when_it_ends(year: int, last: int):
    one = [Milestone(year, 2)]
    assert standing(one, on=date(year, 2, last), rule=YINCHUAN, begun=True).light is Light.GREEN
    assert standing(one, on=date(year, 3, 1), rule=YINCHUAN, begun=True).light is Light.RED


def test_the_presets_differ():
    halfway = plan(5)
    lights = {
        name: standing(halfway, on=date(2019, 2, 1), rule=rule, begun=True).light
        for name, rule in PRESETS.items()
    }
    assert lights == {"yinchuan": Light.RED, "sanya": Light.YELLOW, "tianjin": Light.RED}


def test_the_working_is_told():
    found = standing(plan(1, of=3), on=date(2019, 2, 1), rule=YINCHUAN, begun=True)
    assert (found.due, found.done, found.behind) == (100, Fraction(100, 3), Fraction(200, 3))


@pytest.mark.parametrize("begun", [True, False])
def test_a_plan_without_milestones_has_no_light(begun: bool):
    assert standing([], on=date(2099, 1, 1), rule=YINCHUAN, begun=begun).light is Light.NONE


@pytest.mark.parametrize(("ended", "light"), [(False, Light.GREEN), (True, Light.RED)])
def test_a_month_is_due_when_its_last_day_is_over(ended: bool, light: Light):
    one = [Milestone(2019, 1)]
    assert standing(one, on=date(2019, 1, 31), rule=YINCHUAN, begun=True, ended=ended).light is light
    assert standing(one, on=date(2019, 1, 30), rule=YINCHUAN, begun=True, ended=ended).light is Light.GREEN


def test_an_impossible_rule_is_refused():
    for yellow, red in ((-1, 10), (20, 10), (0, 101)):
        with pytest.raises(ImpossibleLights):
            LightRule(yellow, Comparator.AT_LEAST, red, Comparator.AT_LEAST, unbegun_is_red=False)


AT_LEAST, MORE = Comparator.AT_LEAST, Comparator.MORE_THAN


@pytest.mark.parametrize(
    ("yellow", "yellow_from", "red", "red_from", "refused"),
    [
        (10, AT_LEAST, 30, MORE, None),
        (0, MORE, 1, AT_LEAST, None),
        (29, MORE, 30, AT_LEAST, None),
        (30, AT_LEAST, 30, MORE, None),
        (30, AT_LEAST, 30, AT_LEAST, "order"),
        (30, MORE, 30, MORE, "order"),
        (30, MORE, 30, AT_LEAST, "order"),
        (0, MORE, 0, MORE, "order"),
        (0, AT_LEAST, 30, MORE, "always"),
        (0, AT_LEAST, 0, MORE, "always"),
    ],
)
def test_yellow_begins_after_green_and_before_red(yellow, yellow_from, red, red_from, refused):
    """Whatever is taken shows yellow to somebody; whatever is refused never would, or to everybody."""
    rule = LightRule(yellow, yellow_from, red, red_from, unbegun_is_red=False)
    if refused is None:
        assert checked(rule) is rule
        lights = [
            standing(plan(number, of=200), on=date(2019, 2, 1), rule=rule, begun=True).light
            for number in range(200)
        ]
        assert Light.YELLOW in lights
    else:
        with pytest.raises(ImpossibleLights) as said:
            checked(rule)
        assert said.value.code == refused


def test_every_preset_shows_every_light():
    assert [checked(rule) for rule in PRESETS.values()] == list(PRESETS.values())


@given(st.integers(0, 12), st.integers(0, 12), st.sampled_from(sorted(PRESETS)))
def test_reaching_more_never_makes_the_light_worse(one: int, more: int, name: str):
    order = [Light.RED, Light.YELLOW, Light.GREEN, Light.DONE]
    low, high = sorted((one, more))
    lights = [
        standing(plan(number, of=12), on=date(2019, 2, 1), rule=PRESETS[name], begun=True).light
        for number in (low, high)
    ]
    assert order.index(lights[0]) <= order.index(lights[1])

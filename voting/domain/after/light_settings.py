"""亮灯规则 of a year: set by the clerk, read wherever a light is computed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.written import Statement, among
from voting.count.measures import Comparator
from voting.domain.after.lights import PRESETS, ImpossibleLights, LightRule, checked
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.models import Cycle, LightSetting
from voting.states import Act, Stage

#: Stages in which a delivery goes on: also while an assessment is held.
GOING_ON = frozenset({Stage.DELIVERY, Stage.ASSESSMENT})


class LightsImpossible(Refused):
    """``code`` is that of ImpossibleLights."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        if self.code == "always":
            return _("At least 0 points behind is every project, also one on schedule: write more than 0.")
        if self.code == "order":
            return _(
                "Yellow must begin before red, or it never shows: at fewer points, or at as many with "
                "“at least” for yellow and “more than” for red."
            )
        return _("Yellow begins before red, and both between 0 and 100 points.")


def rule_of(cycle: Cycle) -> tuple[LightRule, int]:
    """Return the rule of the lights, and after how many days without a report one is overdue."""
    return rules_of([cycle])[cycle.pk]


_SETTINGS = Statement(lambda: LightSetting.objects.filter(among("cycle", "cycles")))


def rules_of(cycles: Iterable[Cycle]) -> dict[int, tuple[LightRule, int]]:
    """Return the same for several cycles by their keys, in one query."""
    settings = _SETTINGS.rows(cycles=[each.pk for each in cycles])
    return {each.pk: _rule_in(each) for each in settings}


def _rule_in(setting: LightSetting) -> tuple[LightRule, int]:
    rule = LightRule(
        setting.yellow,
        Comparator(setting.yellow_from),
        setting.red,
        Comparator(setting.red_from),
        unbegun_is_red=setting.unbegun_is_red,
    )
    return rule, setting.report_days


@transaction.atomic
def set_lights(*, cycle: Cycle, rule: LightRule, report_days: int, by: User, at: datetime) -> LightSetting:
    """Set the rule of the lights, which is shown beside them. Raises StepNotAllowed outside the delivery."""
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if locked.stage not in GOING_ON:
        raise StepNotAllowed
    setting = LightSetting.objects.get(cycle=cycle)
    setting.yellow, setting.yellow_from = rule.yellow, rule.yellow_from
    setting.red, setting.red_from = rule.red, rule.red_from
    setting.unbegun_is_red, setting.report_days = rule.unbegun_is_red, report_days
    setting.preset = next((name for name, preset in PRESETS.items() if preset == rule), "")
    setting.full_clean()
    setting.save()
    data = {
        "yellow": f"{rule.yellow_from}{rule.yellow}",
        "red": f"{rule.red_from}{rule.red}",
        "days": report_days,
    }
    record(cycle=cycle, act=Act.LIGHTS_SET, by=by, at=at, data=data)
    return setting


def light_rule(*, yellow: int, yellow_from: str, red: int, red_from: str, unbegun_is_red: bool) -> LightRule:
    """Return the rule of these settings. Raises LightsImpossible."""
    try:
        return checked(
            LightRule(
                yellow, Comparator(yellow_from), red, Comparator(red_from), unbegun_is_red=unbegun_is_red
            )
        )
    except ImpossibleLights as refusal:
        raise LightsImpossible(refusal.code) from None

"""What the presets are called where they can be chosen, and how much of each is reported (PROCEDURE.md §3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voting.count.presets import ASSESSMENTS, PRESETS, WITHOUT_NUMBER


@dataclass(frozen=True)
class Preset:
    """A preset's name, and where its settings come from: ``seen`` is reported, ``assumed`` is our inference."""

    name: Promise
    seen: Promise
    assumed: Promise


_REST = _("Assumed: everything else, as in “Gongshu 2018”.")
PRESET_NAMES: dict[str, Preset] = {
    "gongshu-2018": Preset(
        _("Gongshu 2018 (assumed)"),
        _("Reported: 10 of 12 projects, voted on by the delegates at the third plenary meeting."),
        _("Assumed: every rule. No voting measures of this vote are public."),
    ),
    "binjiang": Preset(
        _("Binjiang: the highest N"),
        _("Reported of Binjiang 2017: 10 of 12, one ballot for each delegate, the highest 10 by votes."),
        _("Assumed: that no majority was asked for, and everything else as in “Gongshu 2018”."),
    ),
    "dongyang": Preset(
        _("Dongyang: project by project"),
        _(
            "Reported of Dongyang 2017: a secret ballot for or against each project, with results such as 281 to 1."
        ),
        _REST,
    ),
    "liyang": Preset(
        _("Liyang: ranking"),
        _("Reported of Liyang town 2010: 10 of 20, on paper, with numbers by priority."),
        _(
            "Assumed: that the numbers were read as points, that no majority was asked for, and everything else "
            "as in “Gongshu 2018”."
        ),
    ),
    "yangpu": Preset(
        _("Yangpu: the whole list"),
        _("Reported of Yangpu: the whole report was approved or rejected."),
        _("Assumed: more than half of all delegates, and everything else as in “Gongshu 2018”."),
    ),
    "shigu": Preset(
        _("Shigu: two thresholds"),
        _(
            "Reported of Shigu 2025, a consultative council: more than half of the delegates and more than two "
            "thirds of all, at once."
        ),
        _("Assumed: that both are measured on the roll, and everything else as in “Gongshu 2018”."),
    ),
    "seats-and-sum": Preset(
        _("A number of projects within a sum of money"),
        _(
            "Reported of some districts: a number of projects, ten for example, that may not cost more than a sum "
            "together."
        ),
        _(
            "Assumed: that a project which no longer fits is passed over, and everything else as in “Gongshu 2018”."
        ),
    ),
    "sum": Preset(
        _("What fits a sum of money"),
        _(
            "Reported of most votes on a budget elsewhere: by votes, what fits the money that is left; no number is "
            "fixed."
        ),
        _("Assumed: that no majority was asked for, and everything else as in “Gongshu 2018”."),
    ),
    "shares": Preset(
        _("Equal shares of a sum of money"),
        _(
            "Reported of Świecie 2023 and Assen 2024: the Method of Equal Shares. Every ballot has an equal share of "
            "the money for the projects that it marks. The single ballots are published without names."
        ),
        _("Assumed: that no majority was asked for, and everything else as in “Gongshu 2018”."),
    ),
}


#: The presets of an assessment.
ASSESSMENT_NAMES: dict[str, Preset] = {
    "zhenhai": Preset(
        _("Zhenhai: half of all members"),
        _(
            "Reported of Zhenhai: satisfied by half of all members or more; basically satisfied where both together "
            "are; else unsatisfied."
        ),
        _("Assumed: that exactly half is the better grade, which its text leaves open, and everything else."),
    ),
}


def preset_names(*, assessment: bool) -> dict[str, Preset]:
    """Return the presets that this kind of vote can be filled in from."""
    return ASSESSMENT_NAMES if assessment else PRESET_NAMES


def preset_values(name: str, *, candidates: int = 0) -> dict[str, Any]:
    """Return the settings of a preset; nothing for a name that is not one.

    A vote on the whole list chooses all ``candidates`` there are, and one on a sum alone may choose as many.
    """
    values = dict((PRESETS | ASSESSMENTS).get(name, {}))
    if candidates and (values.get("ballot_type") in {"whole_report", "grades"} or name in WITHOUT_NUMBER):
        values["seats"] = candidates
    return values

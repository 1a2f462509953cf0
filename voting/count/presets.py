"""Ready-made settings: what is reported of real votes (PROCEDURE.md §3.3), over what is assumed everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: PROCEDURE.md §3.4, "Gongshu 2018": assumed, since no complete 票决办法 is public; every part can be switched.
_GONGSHU: dict[str, Any] = {
    "quorum_comparator": "ge",
    "quorum_numerator": 2,
    "quorum_denominator": 3,
    "ballot_type": "up_to",
    "scoring": "",
    "under_vote": "valid",
    "blank_ballot": "valid",
    "floor_base": "all",
    "floor_comparator": "gt",
    "floor_numerator": 1,
    "floor_denominator": 2,
    "group_name": "",
    "group_base": "",
    "group_comparator": "gt",
    "group_numerator": 1,
    "group_denominator": 2,
    "tie_rule": "further_ballot",
    "shortfall_rule": "further_round",
}

#: What the place itself reports stands behind ``|``; the rest is Gongshu's, that is, assumed. None says how many are
#: chosen: the slate does. ``forms.vote.presets`` tells the clerk of each what is seen and what is assumed.
PRESETS: dict[str, dict[str, Any]] = {
    "gongshu-2018": _GONGSHU,
    "binjiang": _GONGSHU | {"floor_base": ""},
    "dongyang": _GONGSHU | {"ballot_type": "per_item"},
    "liyang": _GONGSHU | {"ballot_type": "ranking", "scoring": "points", "floor_base": ""},
    "yangpu": _GONGSHU | {"ballot_type": "whole_report"},
    "shigu": _GONGSHU
    | {
        "floor_numerator": 2,
        "floor_denominator": 3,
        "group_name": "人大代表",
        "group_base": "all",
    },
    "sum": _GONGSHU | {"floor_base": "", "method": "greedy"},
    "shares": _GONGSHU | {"floor_base": "", "method": "equal_shares"},
    "seats-and-sum": _GONGSHU | {"method": "greedy"},
}
#: As many are chosen as the sum pays for: whoever adopts one of these sets as many seats as there are candidates.
WITHOUT_NUMBER = frozenset({"sum", "shares"})

#: 镇海: at least half of all members; exactly half is read as the better grade, which its text allows
#: (PROCEDURE.md §4). The rest is assumed.
ASSESSMENTS: dict[str, dict[str, Any]] = {
    "zhenhai": _GONGSHU
    | {
        "ballot_type": "grades",
        "floor_comparator": "ge",
        "satisfied_base": "all",
        "satisfied_comparator": "ge",
        "satisfied_numerator": 1,
        "satisfied_denominator": 2,
    },
}


def preset_of(settings: Mapping[str, Any]) -> str:
    """Return the preset that these settings are, or nothing; the sub-group may be called anything."""
    wanted = {
        name: value
        for name, value in settings.items()
        if name in ASSESSMENTS["zhenhai"] and name != "group_name"
    }
    method = settings.get("method", "")
    for name, preset in (PRESETS | ASSESSMENTS).items():
        if preset.get("method", "") == method and all(preset.get(key) == wanted[key] for key in wanted):
            return name
    return ""

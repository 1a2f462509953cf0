"""The annex: every threshold worked out for this roll, without rounding and with the working shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from voting.read_models.vote.rule_words import residents
from voting.read_models.vote.rule_words.deciding import tie_example
from voting.read_models.vote.rule_words.numerals import exact_share
from voting.read_models.vote.rule_words.shares import share_example
from voting.read_models.vote.rule_words.thresholds import BASES, GROUP_BASES, least


def example(
    settings: Mapping[str, Any],
    *,
    candidates: int,
    roll: int | None,
    group_roll: int | None,
    tie_article: str,
) -> list[str]:
    """Return the working, line by line; nothing without a roll.

    A base that is only known on the day is worked out twice: with just the quorum, and with everybody.
    """
    if not roll:
        return []
    by_letter = residents.by_letter(settings)
    quorum = 1 if by_letter else least(settings, "quorum", roll)
    lines = (
        [residents.residents_on_roll(roll)]
        if by_letter
        else [
            _("On the roll: %(roll)d delegates.") % {"roll": roll},
            _("Quorum: %(working)s") % {"working": _people(settings, roll)},
        ]
    )
    if base := settings["floor_base"]:
        sizes = [roll] if base == "all" or by_letter else sorted({quorum, roll})
        named = residents.base() if by_letter and base == "all" else str(BASES[base]())
        lines += [_of(named, _votes(settings, "floor", size)) for size in sizes]
    if settings["group_base"] == "all" and group_roll:
        name = GROUP_BASES["all"]() % {"group": settings["group_name"]}
        lines.append(_of(name, _votes(settings, "group", group_roll)))
    lines.append(share_example(settings, roll))
    lines.append(tie_example(settings, candidates=candidates, article=tie_article))
    return [sentence for sentence in lines if sentence]


def _of(base: str, working: str) -> str:
    return _("Measured against %(base)s: %(working)s") % {"base": base, "working": working}


def _working(settings: Mapping[str, Any], part: str, size: int) -> dict[str, Any]:
    numerator, denominator = settings[f"{part}_numerator"], settings[f"{part}_denominator"]
    return {
        "size": size,
        "numerator": numerator,
        "denominator": denominator,
        "exact": exact_share(size, numerator, denominator),
        "least": least(settings, part, size),
    }


def _people(settings: Mapping[str, Any], size: int) -> str:
    words = _working(settings, "quorum", size)
    if settings["quorum_comparator"] == "gt":
        return (
            _("%(size)d × %(numerator)d/%(denominator)d = %(exact)s; more than that: %(least)d present.")
            % words
        )
    return (
        _("%(size)d × %(numerator)d/%(denominator)d = %(exact)s; at least that: %(least)d present.") % words
    )


def _votes(settings: Mapping[str, Any], part: str, size: int) -> str:
    words = _working(settings, part, size)
    if settings[f"{part}_comparator"] == "gt":
        return (
            _("%(size)d × %(numerator)d/%(denominator)d = %(exact)s; more than that: %(least)d votes.")
            % words
        )
    return _("%(size)d × %(numerator)d/%(denominator)d = %(exact)s; at least that: %(least)d votes.") % words

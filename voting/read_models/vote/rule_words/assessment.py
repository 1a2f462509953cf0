"""The 测评办法: the rules of an assessment in words, from the same settings and the same common articles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from voting.read_models.vote.rule_words.thresholds import BASES, fraction, joined, least


def summary() -> str:
    return _("Each project is assessed by itself: satisfied, basically satisfied, unsatisfied or abstain.")


def how(rules: Mapping[str, Any]) -> list[str]:
    """Say how an assessment ballot is marked."""
    return [
        _(
            "Assess each project by itself: one circle ○, under “satisfied”, “basically satisfied”, “unsatisfied” or "
            "“abstain”."
        ),
        _("Every project must be marked.")
        if rules["under_vote"] == "void"
        else _("A project on which nothing is marked is recorded as not pressed; that is no grade."),
    ]


def grades(rules: Mapping[str, Any], roll: int | None) -> list[str]:
    """Say what each grade needs, in figures where the roll is known, and what happens at exactly that share."""
    return [
        _share(
            rules, "satisfied", _("A project is graded “satisfied” if %(fraction)s of %(base)s say so."), roll
        ),
        _share(
            rules,
            "floor",
            _(
                "Otherwise it is graded “basically satisfied” if %(fraction)s of %(base)s say “satisfied” or "
                "“basically satisfied”."
            ),
            roll,
        ),
        _("Otherwise it is graded “unsatisfied”."),
        _(
            "“At least” includes the figure itself; “more than” does not: that decides what happens at exactly half."
        ),
    ]


def follows() -> list[str]:
    return [
        _(
            "A project graded “unsatisfied” is put right by its units within the time that the order says; then it is "
            "assessed a second time."
        ),
        _("The first result stays published beside the second."),
    ]


def _share(rules: Mapping[str, Any], part: str, words: str, roll: int | None) -> str:
    sentence = words % {"fraction": fraction(rules, part), "base": BASES[rules[f"{part}_base"]]()}
    if roll is None or rules[f"{part}_base"] != "all":
        return sentence
    worked = _("Of %(roll)d delegates that is %(least)d votes.") % {
        "roll": roll,
        "least": least(rules, part, roll),
    }
    return joined(sentence, worked)

"""Ballots as votes on money have them: one mark, points to share out, and a sum that the marked may not pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from voting.domain.core.amounts import yuan_words


def cost_words(rules: Mapping[str, Any]) -> dict[str, str]:
    """Return what the sentences on a ballot's sum name."""
    return {"most_cost": yuan_words(rules["most_cost"])}


def cost_how(rules: Mapping[str, Any]) -> list[str]:
    """Say that the marked projects may cost so much together; nothing where they may cost anything."""
    if not rules.get("most_cost"):
        return []
    return [
        _(
            "Together the projects that a ballot votes for may cost at most %(most_cost)s, in a further ballot at most "
            "the money that is left."
        )
        % cost_words(rules)
    ]


def cost_over(rules: Mapping[str, Any]) -> list[str]:
    """Say that a ballot is void whose projects cost more."""
    if not rules.get("most_cost"):
        return []
    return [
        _(
            "A ballot whose projects cost more than %(most_cost)s together, or than the money that is left, is void."
        )
        % cost_words(rules)
    ]


def one_how(_rules: Mapping[str, Any]) -> list[str]:
    return [
        _("Put one circle ○ beside one project."),
        _("A project without a circle is an abstention on it."),
    ]


def one_over() -> list[str]:
    return [_("A ballot with more than one vote for is void.")]


def points_how(rules: Mapping[str, Any]) -> list[str]:
    return [
        _(
            "A ballot has %(points)d points. All of them are shared out among the projects, at most %(most_points)d "
            "for one."
        )
        if rules["under_vote"] == "void"
        else _(
            "A ballot has %(points)d points. As many of them as you like are shared out among the projects, at most "
            "%(most_points)d for one."
        ),
        _("A project without points is an abstention on it."),
        _("A project's points are added up over all valid ballots."),
        _("Where these rules speak of most votes or equal votes, points are meant."),
    ]


def points_over() -> list[str]:
    return [
        _(
            "A ballot that gives more than %(points)d points, or one project more than %(most_points)d, is void."
        )
    ]


def points_under(rules: Mapping[str, Any]) -> list[str]:
    if rules["under_vote"] == "void":
        return [_("A ballot that gives points, but fewer than %(points)d, is void.")]
    return [_("A ballot that gives fewer than %(points)d points is valid.")]


def points_summary(rules: Mapping[str, Any]) -> str:
    """Say in one sentence what a ballot with points asks."""
    if rules["under_vote"] == "void":
        return _(
            "A ballot shares out exactly %(points)d points, at most %(most_points)d for one project; any other is void."
        )
    return _(
        "A ballot shares out up to %(points)d points, at most %(most_points)d for one project; one with more is void."
    )

"""The 票决办法 put together: its articles in order, numbered, with this roll's own figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from voting.read_models.vote.rule_words import (
    assessment,
    budget,
    conduct,
    deciding,
    marking,
    residents,
    shares,
    thresholds,
)
from voting.read_models.vote.rule_words.example import example
from voting.read_models.vote.rule_words.numerals import numeral
from voting.read_models.vote.rule_words.residents import by_letter


@dataclass(frozen=True)
class Article:
    """One article; the annex with the worked example has no number."""

    number: int | None
    title: str
    sentences: tuple[str, ...]

    @property
    def heading(self) -> str:
        """第一条, Article 1; the annex is 附, Annex."""
        return article_name(self.number) if self.number else _("Annex")


def article_name(number: int) -> str:
    return _("Article %(number)s") % {"number": numeral(number)}


def articles(
    settings: Mapping[str, Any], *, candidates: int, roll: int | None = None, group_roll: int | None = None
) -> list[Article]:
    """Return the settings as a 票决办法 in the reader's language.

    ``candidates`` is the length of the slate, 0 before there is one. ``roll`` is the number of delegates on the roll,
    ``group_roll`` that of the sub-group's members; with them every threshold is worked out, and an annex shows how.
    Sources: PROCEDURE.md §3.1 for what the law fixes (地方组织法 arts. 14, 25, 28, 29), §3.2 and §3.4 for the rest.
    """
    if settings["ballot_type"] == "grades":
        return _numbered(_of_grades(settings, candidates, roll))
    parts = [
        (_("Basis and principles"), residents.basis() if by_letter(settings) else conduct.basis()),
        (_("Who votes"), residents.voters(settings))
        if by_letter(settings)
        else (_("Quorum"), [thresholds.quorum(settings, roll), conduct.quorum_again()]),
        (_("Candidate projects and places"), [*_places(settings, candidates), conduct.slate()]),
        (_("How to vote"), marking.how(settings, candidates)),
        (_("Valid and void ballots"), marking.validity(settings, candidates)),
        (_("When the vote as a whole is valid"), conduct.whole_vote()),
        (pgettext("article", "What is chosen"), _chosen(settings, roll)),
        (_("The second threshold"), _second(settings, group_roll)),
        (_("How a ranking is read"), deciding.scoring(settings)),
        (
            _tie_title(),
            [tie, *deciding.tie_notes(settings)] if (tie := deciding.tie(settings, candidates)) else [],
        ),
        (
            _("Money that is left") if settings.get("method") else _("Too few chosen"),
            [deciding.shortfall(settings)],
        ),
        (_("A further ballot"), deciding.further(settings, candidates)),
        (_("Online and on paper"), conduct.channels(settings)),
        (_("Scrutineers and the count"), conduct.count(settings)),
        (_("Announcement"), conduct.announcement(settings)),
        (_("The single ballots"), shares.single_ballots(settings)),
        (_("Coming into force"), conduct.force()),
    ]
    numbered = _numbered(parts)
    heading = next((article.heading for article in numbered if article.title == _tie_title()), "")
    worked = example(settings, candidates=candidates, roll=roll, group_roll=group_roll, tie_article=heading)
    title = residents.example_title() if by_letter(settings) else _("A worked example")
    return [*numbered, *([Article(None, title, tuple(worked))] if worked else [])]


def _numbered(parts: Sequence[tuple[str, Sequence[str]]]) -> list[Article]:
    kept = [(title, tuple(lines)) for title, lines in parts if lines]
    return [Article(number, title, lines) for number, (title, lines) in enumerate(kept, start=1)]


def _of_grades(
    settings: Mapping[str, Any], candidates: int, roll: int | None
) -> list[tuple[str, Sequence[str]]]:
    """Return the articles of an assessment: what differs from a choice, and what is common to both."""
    assessed = _("%(candidates)d projects are assessed.") % {"candidates": candidates}
    return [
        (_("Basis and principles"), conduct.basis()),
        (_("Quorum"), [thresholds.quorum(settings, roll), conduct.quorum_again()]),
        (_("What is assessed"), [assessed]),
        (_("How to vote"), assessment.how(settings)),
        (_("Valid and void ballots"), marking.validity(settings, candidates)),
        (_("When the vote as a whole is valid"), conduct.whole_vote()),
        (_("The grades"), assessment.grades(settings, roll)),
        (_("What follows a poor grade"), assessment.follows()),
        (_("Online and on paper"), conduct.channels(settings)),
        (_("Scrutineers and the count"), conduct.count(settings)),
        (_("Announcement"), conduct.announcement(settings)),
        (_("Coming into force"), conduct.force()),
    ]


def sentences(
    settings: Mapping[str, Any], *, candidates: int, roll: int | None = None, group_roll: int | None = None
) -> list[str]:
    """Return what a reader asks first, in a few sentences; ``articles`` has the whole."""
    if settings["ballot_type"] == "grades":
        return [
            thresholds.quorum(settings, roll),
            assessment.summary(),
            marking.blank(settings),
            *assessment.grades(settings, roll),
        ]
    lines = [
        residents.who(settings) if by_letter(settings) else thresholds.quorum(settings, roll),
        places(settings, candidates),
        marking.summary(settings, candidates),
        marking.blank(settings),
        thresholds.floor(settings, roll),
        thresholds.group(settings, group_roll),
        deciding.order(settings),
        *deciding.scoring(settings)[:1],
        deciding.tie(settings, candidates),
        deciding.shortfall(settings),
        *shares.single_ballots(settings)[:1],
    ]
    return [sentence for sentence in lines if sentence]


def places(settings: Mapping[str, Any], candidates: int) -> str:
    words = {"seats": settings["seats"], "candidates": candidates}
    if settings.get("method"):
        return budget.money_places(settings, candidates)
    if not candidates:
        return _("%(seats)d of the candidate projects are chosen.") % words
    if settings["ballot_type"] == "whole_report":
        return _("The %(candidates)d candidate projects are put to the vote as one list.") % words
    return _("%(seats)d of %(candidates)d candidate projects are chosen.") % words


def _places(settings: Mapping[str, Any], candidates: int) -> list[str]:
    if not candidates or settings["ballot_type"] == "whole_report" or settings.get("method"):
        return [places(settings, candidates)]
    more = _("There are more candidates than places.")
    return [
        places(settings, candidates),
        more if candidates > settings["seats"] else _("There are as many candidates as places."),
    ]


def _chosen(settings: Mapping[str, Any], roll: int | None) -> list[str]:
    lines = [
        thresholds.floor(settings, roll),
        *thresholds.floor_notes(settings),
        "" if settings["group_base"] else deciding.order(settings),
    ]
    return [sentence for sentence in lines if sentence]


def _second(settings: Mapping[str, Any], group_roll: int | None) -> list[str]:
    if not settings["group_base"]:
        return []
    lines = [
        thresholds.group(settings, group_roll),
        deciding.order(settings),
        thresholds.group_secrecy(settings),
    ]
    return [sentence for sentence in lines if sentence]


def _tie_title() -> str:
    return pgettext("article", "Equal votes")

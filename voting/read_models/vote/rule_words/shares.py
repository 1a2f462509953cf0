"""The Method of Equal Shares in words, and what it publishes of single ballots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from voting.count.money import SHARE_STEP, Method
from voting.domain.core.amounts import amounts
from voting.domain.vote.rules import SMALLEST_BODY
from voting.read_models.vote.rule_words import residents

_FEN = 100


def order_by_shares(words: Mapping[str, str], *, floored: bool) -> str:
    """Say who pays for what, and what becomes of money that the shares leave."""
    lines = [
        _(
            "The %(sum)s are shared out equally among the valid ballots that mark a project; a share pays only for "
            "projects that its ballot marks."
        ),
        _(
            "A project is chosen if the shares of its supporters together pay for it. They pay equal parts; whoever "
            "has less left pays all of that."
        ),
        _(
            "First comes each time the project whose supporters have to pay the least for every yuan of its cost: as "
            "long as all can pay, the one with the most supporters."
        ),
        _(
            "If money is left at the end, all shares are raised by %(step)d yuan at a time and everything is counted "
            "anew, as long as the projects together do not cost more than the sum and one that is left would still fit "
            "it."
        )
        % {"step": SHARE_STEP},
    ]
    if floored:
        lines.insert(0, _("Only projects that reach this take part."))
    return _in_line(line % words if "%(sum)s" in line else line for line in lines)


def share_example(rules: Mapping[str, Any], roll: int) -> str:
    """Work the share of one ballot out for this roll; nothing under other rules."""
    if rules.get("method") != Method.EQUAL_SHARES:
        return ""
    words = {
        "sum": amounts().grouped(rules["budget"]),
        "roll": roll,
        "share": fen_words(rules["budget"] * _FEN // roll),
    }
    return (
        _("If all %(roll)d ballots mark a project, a share is %(sum)s yuan ÷ %(roll)d = %(share)s at first.")
        % words
    )


def single_ballots(rules: Mapping[str, Any]) -> list[str]:
    """Say that the single ballots are published, what stands beside them, and what can be told from them."""
    if rules.get("method") != Method.EQUAL_SHARES:
        return []
    return [
        _(
            "Equal shares cannot be counted again from the votes of each project alone. So that everybody can, the "
            "single ballots are published together with the notice, and never before: which projects a valid ballot "
            "marks, and how many ballots mark just these."
        ),
        *(residents.single_ballots_kept() if residents.by_letter(rules) else _single_ballots_kept()),
    ]


def _single_ballots_kept() -> list[str]:
    """Say what does not stand beside a single ballot, what can be told from it, and how many must vote."""
    return [
        _(
            "They stand in the order of the projects' numbers, online and paper ballots together. No name, time, "
            "channel or delegation stands beside them, and void and blank ballots are not among them."
        ),
        _(
            "The list names nobody. But whoever agreed with a delegate on a rare combination, or was told one, finds "
            "it there. No delegate may be asked to mark a certain combination, or to tell which one was marked."
        ),
        _("These rules are adopted only where at least %(least)d delegates vote.") % {"least": SMALLEST_BODY},
    ]


def fen_words(fen: int) -> str:
    """Return an amount of hundredths of a yuan as people read it, in yuan."""
    return _("%(amount)s yuan") % {"amount": amounts().grouped(in_yuan(fen))}


def in_yuan(fen: int) -> str:
    """Return an amount of hundredths of a yuan in yuan, in figures alone."""
    yuan, rest = divmod(fen, _FEN)
    return f"{yuan}.{rest:02}" if rest else f"{yuan}"


def _in_line(lines: Any) -> str:
    return ("" if (get_language() or "").startswith("zh") else " ").join(lines)

"""The list of the test ballots of a round, as the papers show it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from voting.printing.blocks import Block, Facts, Heading, Text
from voting.read_models.vote.round_result import RoundResult


def tried_blocks(one: RoundResult) -> list[Block]:
    """Return the test ballots of a round, each receipt with what was sealed; nothing where there are none."""
    if not one.tried:
        return []
    told = _(
        "Test ballots are counted nowhere. Whoever made one compares: if it does not say what they had marked, they "
        "tell a scrutineer."
    )
    rows = [(each.receipt, each.words) for each in one.tried]
    return [Heading(_("Test ballots")), Text(told, small=True), Facts(rows)]

"""The paper ballots of a round as a scanner reads them: one for each language, and for each body that votes."""

from __future__ import annotations

from voting.domain.vote.definitions import definition_of
from voting.models import Round
from voting.scan.layout import Layout, layout_of


def sheet_layouts(round_: Round) -> list[Layout]:
    """Return every sheet of the round, with its print: what ``pages_of`` takes. Raises NoLayout."""
    definition = definition_of(round_)
    return [layout_of(definition)]

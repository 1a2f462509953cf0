"""计票报告单: a stored count, ready to be read beside what was announced in the hall."""

from __future__ import annotations

from typing import Any

from voting.count.canonical import sha256_hex
from voting.count.formats.definition import DefinitionBody
from voting.count.formats.notice import RoundPart
from voting.count.formats.working import WorkingBody
from voting.domain.vote.definitions import definition_of, working_of
from voting.domain.vote.notices import ballot_figures, named_items, shown_channels
from voting.models import Round
from voting.read_models.vote.imported import imported_tally
from voting.read_models.vote.paper_channels import paper_channels
from voting.read_models.vote.round_result import RoundResult


def count_report(round_: Round) -> dict[str, Any]:
    """Return the stored count as the result pages read it; ``intact`` says whether its text still gives its hash."""
    tally = round_.tally
    working = working_of(round_)
    definition = definition_of(round_).data
    return {
        "tally": tally,
        "intact": sha256_hex(tally.working) == tally.digest,
        "urn": working["urn"],
        "imported": imported_tally(tally),
        "paper_reading": paper_channels(round_).sentences if working["paper"] else [],
        "round": RoundResult(
            part=_part(working, definition),
            rules=definition["rules"],
            number=round_.number,
            seats=round_.seats,
            by_channel=shown_channels(working),
            money=previous.get("money_left") if (previous := definition["previous"]) else None,
        ),
    }


def _part(working: WorkingBody, definition: DefinitionBody) -> RoundPart:
    """Return the count in the shape of a notice."""
    outcome = working["outcome"]
    part: RoundPart = {
        "attendance": working["attendance"],
        "ballots": ballot_figures(outcome),
        "items": named_items(working, definition),
        "floor": outcome["floor"],
        "group": outcome["group"],
        "status": outcome["status"],
        "paper": working["paper"],
        "tie": None,
        "next": None,
        "urn": working["urn"],
    }
    if "tests" in working:
        part["tests"] = working["tests"]
    if "singles" in working and "raised" in outcome:
        part |= {"singles": working["singles"], "raised": outcome["raised"]}
    return part

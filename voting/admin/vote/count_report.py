"""计票报告单: a stored count, ready to be read beside what was announced in the hall."""

from __future__ import annotations

import json
from typing import Any

from voting.count.canonical import sha256_hex
from voting.domain.vote.definitions import definition_of
from voting.domain.vote.notices import SMALLEST_SHOWN
from voting.models import Round
from voting.read_models.vote.results import RoundResult

_BALLOTS = ("issued", "returned", "valid", "void", "blank", "void_reasons")


def count_report(round_: Round) -> dict[str, Any]:
    """Return the stored count as the result pages read it; ``intact`` says whether its text still gives its hash."""
    tally = round_.tally
    working = json.loads(tally.working)
    definition = definition_of(round_).data
    return {
        "tally": tally,
        "intact": sha256_hex(tally.working) == tally.digest,
        "urn": working["urn"],
        "round": RoundResult(
            part=_part(working, definition),
            rules=definition["rules"],
            number=round_.number,
            seats=round_.seats,
        ),
    }


def _part(working: dict[str, Any], definition: dict[str, Any]) -> dict[str, Any]:
    """Return the count in the shape of a notice; votes by channel only where no channel could name a voter (F27)."""
    outcome = working["outcome"]
    names = {item["number"]: item for item in definition["items"]}
    channels = working["channels"]
    small = any(channel["returned"] < SMALLEST_SHOWN for channel in channels.values())
    return {
        "attendance": working["attendance"],
        "ballots": {name: outcome[name] for name in _BALLOTS},
        "items": [{**names[item["number"]], **item} for item in outcome["items"]],
        "floor": outcome["floor"],
        "group": outcome["group"],
        "status": outcome["status"],
        "paper": working["paper"],
        "channels": {
            name: {key: value for key, value in channel.items() if key != "items" or not small}
            for name, channel in channels.items()
        },
    }

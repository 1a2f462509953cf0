"""计票报告单: a stored count, ready to be read beside what was announced in the hall."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import get_language

from voting.domain.canonical import sha256_hex
from voting.domain.definitions import definition_of
from voting.models import Round
from voting.result_words import DECISIONS, REASONS, STATUSES


def count_report(round_: Round) -> dict[str, Any]:
    """Return the stored count with names and words; ``intact`` says whether its text still gives its hash."""
    tally = round_.tally
    working = json.loads(tally.working)
    outcome = working["outcome"]
    english = not (get_language() or "").startswith("zh")
    names = {
        item["number"]: (english and item["name_en"]) or item["name"]
        for item in definition_of(round_).data["items"]
    }
    items = [
        {
            **item,
            "name": names[item["number"]],
            "for_votes": item["for"],
            "decided": DECISIONS[item["decision"]],
            "why": REASONS[item["reason"]],
        }
        for item in outcome["items"]
    ]
    return {
        "tally": tally,
        "intact": sha256_hex(tally.working) == tally.digest,
        "attendance": working["attendance"],
        "urn": working["urn"],
        "outcome": outcome,
        "status": STATUSES[outcome["status"]],
        "items": items,
        "per_item": outcome["rule"]["ballot_type"] == "per_item",
        "seats": outcome["rule"]["seats"],
    }

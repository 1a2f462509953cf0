"""The 表决票 of a delegate as its pages show it."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from accounts.names import NamesShown
from voting.count.counting import BallotType, BlankBallot, UnderVote
from voting.domain.core.amounts import amounts, yuan_words
from voting.domain.vote.ballots import WHOLE
from voting.domain.vote.definitions import ballot_items, definition_of
from voting.domain.vote.tried_keys import mark_of
from voting.forms.vote.ballot import BallotForm, make_ticket
from voting.models import RollEntry
from voting.read_models.before.pictures import pictures_of
from voting.views.core.refusal_page import address_of
from voting.views.vote.ballot_lines import options, rows


def paper(entry: RollEntry, form: BallotForm, *, page: str, faults: Collection[int] = ()) -> dict[str, Any]:
    """Return what the ballot with the form's marks, and its review, show; ``page`` is the name of the address."""
    rule = definition_of(entry.round).rule
    kind = rule.ballot_type
    ranking, pointed = kind is BallotType.RANKING, kind is BallotType.POINTS
    items = ballot_items(entry.round)
    lines = rows(
        items,
        form.chosen,
        units=NamesShown(entry.round.cycle.congress_id),
        kind=kind,
        places=rule.numbers if kind.numbered else 0,
        costs=dict(rule.money.costs) if rule.money else {},
        faults=faults,
        pictures=pictures_of(item.candidate.pk for item in items),
    )
    return {
        "entry": entry,
        "round": entry.round,
        "cycle": entry.round.cycle,
        "ticket": str(make_ticket(entry)),
        "rows": lines,
        "count": len(lines),
        "most": rule.points.due(len(lines)) if rule.points else rule.most,
        "most_points": rule.numbers,
        "most_cost": yuan_words(rule.most_cost) if rule.most_cost else "",
        "sum_allowed": rule.most_cost,
        "amounts": json.dumps(amounts().plain(), ensure_ascii=False),
        "single": kind is BallotType.CHOOSE_ONE,
        "kind": kind.value,
        "per_item": kind.per_item and kind is not BallotType.WHOLE_REPORT,
        "graded": kind is BallotType.GRADES,
        "ranking": ranking,
        "pointed": pointed,
        "whole": kind is BallotType.WHOLE_REPORT,
        "whole_options": options(form.chosen.get(WHOLE, 0), kind),
        "limited": kind.limited,
        "any_number": rule.takes_any_number(len(lines)),
        "singles": rule.by_ballot,
        "all_needed": rule.under is UnderVote.VOID,
        "mark": mark_of(entry.round),
        "blank_is_void": rule.blank is BlankBallot.VOID,
        "switch_path": address_of(page),
        "own_switch": False,
    }

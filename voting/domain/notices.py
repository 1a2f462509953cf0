"""公告: freeze the certified result as the public notice that every page, print and export reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from voting.domain.canonical import canonical_json, sha256_hex
from voting.domain.cycles import move_cycle
from voting.domain.definitions import definition_of
from voting.domain.refusals import StepNotAllowed
from voting.domain.rounds import move_round
from voting.models import Cycle, Notice, Round
from voting.states import Act, RoundStatus, ShortfallRule, Stage

FORMAT = "piaojue-notice/1"


@transaction.atomic
def publish_notice(*, round_: Round, by: User, at: datetime) -> Notice:
    """Freeze and publish the notice of a certified round. Raises StepNotAllowed.

    Where the result stands (``is_final``) the cycle enters publication; after a tie or a shortfall that the rules send
    to another round it stays in counting until that round is opened.
    """
    related = ("cycle", "rules", "tally__counted_by", "tally__certification__certified_by", "seal")
    round_ = Round.objects.select_for_update(of=("self",)).select_related(*related).get(pk=round_.pk)
    if round_.status != RoundStatus.CERTIFIED:
        raise StepNotAllowed
    body = notice_body(round_=round_, at=at)
    text = canonical_json(body)
    notice = Notice.objects.create(
        round=round_, body=text, digest=sha256_hex(text), published_by=by, published_at=at
    )
    data = {"notice": notice.digest, "chosen": body["chosen"], "annual_tasks": body["annual_tasks"]}
    move_round(round_, to=RoundStatus.PUBLISHED, act=Act.NOTICE_PUBLISHED, by=by, at=at, data=data)
    if body["final"]:
        move_cycle(round_.cycle, to=Stage.PUBLICATION, by=by, at=at)
    return notice


def is_final(outcome: dict[str, Any], shortfall_rule: str) -> bool:
    """Tell whether the outcome needs no further round."""
    if outcome["status"] == "decided":
        return True
    return outcome["status"] == "shortfall" and shortfall_rule != ShortfallRule.FURTHER_ROUND


def notice_body(*, round_: Round, at: datetime) -> dict[str, Any]:
    """Return everything the notice says, from the certified tally and the frozen definition alone."""
    working = json.loads(round_.tally.working)
    outcome, definition = working["outcome"], definition_of(round_).data
    names = {item["number"]: item for item in definition["items"]}
    items = [{**names[item["number"]], **item} for item in outcome["items"]]
    final = is_final(outcome, round_.rules.shortfall_rule)
    chosen = [item["number"] for item in items if item["decision"] == "chosen"]
    certification = round_.tally.certification
    return {
        "format": FORMAT,
        "kind": round_.cycle.kind,
        "cycle": _cycle(round_.cycle),
        "round": {
            "number": round_.number,
            "seats": round_.seats,
            "opened_at": _moment(round_.opened_at),
            "closed_at": _moment(round_.closed_at),
            "definition": round_.definition_digest,
            "key": round_.key_fingerprint,
            "slips_needed": round_.slips_needed,
            "slips_issued": round_.slips_issued,
        },
        "rules": {**definition["rules"], "digest": round_.rules.digest},
        "attendance": working["attendance"],
        "ballots": {name: outcome[name] for name in ("returned", "valid", "void", "blank")}
        | {"issued": round_.issued},
        "floor": outcome["floor"],
        "items": items,
        "status": outcome["status"],
        "final": final,
        "chosen": chosen,
        "annual_tasks": [n["number"] for n in items if n["number"] not in chosen] if final else [],
        "tied": outcome["tied"],
        "seats_left": outcome["seats_left"],
        "missing": outcome["missing"],
        "urn": working["urn"],
        "tally": {
            "digest": round_.tally.digest,
            "counted_by": round_.tally.counted_by.name,
            "counted_at": _moment(round_.tally.counted_at),
            "certified_by": certification.certified_by.name,
            "certified_at": _moment(certification.certified_at),
        },
        "published_at": _moment(at),
    }


def _cycle(cycle: Cycle) -> dict[str, Any]:
    return {
        "slug": cycle.slug,
        "year": cycle.year,
        "place": cycle.place,
        "congress": cycle.congress,
        "vote_at": cycle.vote_at,
        "rest": cycle.rest,
        "candidate_report": cycle.candidate_report,
        "source": cycle.source,
        "disclosure": {
            "index": cycle.disclosure_index,
            "mode": cycle.disclosure_mode,
            "publisher": cycle.disclosure_publisher,
            "scope": cycle.disclosure_scope,
            "document_number": cycle.disclosure_document_number,
            "term": cycle.disclosure_term,
            "generated": _day(cycle.disclosure_generated),
            "published": _day(cycle.disclosure_published),
        },
    }


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""


def _day(day: Any) -> str:
    return day.isoformat() if day else ""

"""公告: freeze the certified result as the public notice that every page, print and export reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from voting.count.canonical import sha256_hex
from voting.count.formats.definition import DefinitionBody
from voting.count.formats.notice import (
    NOTICE,
    AnnulledRound,
    EarlierRound,
    FurtherBallot,
    NoticeBallots,
    NoticeBody,
    NoticeItem,
)
from voting.count.formats.parts import ChannelName
from voting.count.formats.working import ChannelRecord, OutcomeRecord, WorkingBody
from voting.count.key_marks import KeyMark
from voting.count.measures import BallotType, ShortfallRule
from voting.count.notice import read_notice
from voting.count.outcomes import ItemDecision, Status
from voting.domain.core.cycles import move_cycle
from voting.domain.core.names import names_of
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.vote.definitions import definition_of, working_of
from voting.domain.vote.rounds import move_round
from voting.domain.vote.ties import open_tie
from voting.domain.vote.urn_files import booth_of
from voting.models import Annulment, Cycle, Notice, Round, TieDecision, VotingRules
from voting.states import Act, RoundStatus, Stage

#: Below so many ballots a channel's votes for each project are left out of the notice: they could name voters (F27).
SMALLEST_SHOWN = 5


class TieUndecided(Refused):
    """The rules give this tie to the presidium or to a lot, and its decision is not recorded yet."""

    def __str__(self) -> str:
        return _("The tie is not decided yet. Record the decision first; then publish.")


@transaction.atomic
def publish_notice(*, round_: Round, by: User, at: datetime) -> Notice:
    """Freeze and publish the notice of a certified round. Raises StepNotAllowed or TieUndecided.

    Where the result stands (``final``) the cycle enters publication; after a tie, a shortfall or a void vote that the
    rules send to another round it stays in counting until that round is begun.
    """
    related = ("cycle", "rules", "tally__counted_by", "tally__certification__certified_by", "seal")
    round_ = Round.objects.select_for_update(of=("self",)).select_related(*related).get(pk=round_.pk)
    if round_.status != RoundStatus.CERTIFIED:
        raise StepNotAllowed
    if open_tie(round_) and not TieDecision.objects.filter(round=round_).exists():
        raise TieUndecided
    body = notice_body(round_=round_, at=at)
    text = NOTICE.write(body)
    notice = Notice.objects.create(
        round=round_, body=text, digest=sha256_hex(text), published_by=by, published_at=at
    )
    data = {"notice": notice.digest, "chosen": body["chosen"], "annual_tasks": body["annual_tasks"]}
    move_round(round_, to=RoundStatus.PUBLISHED, act=Act.NOTICE_PUBLISHED, by=by, at=at, data=data)
    if body["final"]:
        move_cycle(round_.cycle, to=Stage.PUBLICATION, by=by, at=at)
    return notice


def further_ballot(
    items: Sequence[NoticeItem], outcome: OutcomeRecord, rules: VotingRules, *, seats: int
) -> FurtherBallot | None:
    """Return the further round that the outcome calls for (PROCEDURE.md §3.4 (7), (8)), or None.

    ``items`` already carry a recorded decision of the tie. A tie: those still tied, for the seats left. A shortfall:
    the rest, for the seats missing. A void vote: everything again.
    """
    status = outcome["status"]
    everything = [item["number"] for item in items]
    tied = [item["number"] for item in items if item["decision"] is ItemDecision.TIED]
    rest = [item["number"] for item in items if item["decision"] is ItemDecision.NOT_CHOSEN]
    if status is Status.VOID:
        again: FurtherBallot = {"candidates": everything, "seats": seats, "because": "void"}
        return _with_money(again, outcome)
    if tied:
        ballot: FurtherBallot = {"candidates": tied, "seats": outcome["seats_left"], "because": "tie"}
        return _with_money(ballot, outcome)
    if status is Status.SHORTFALL and rules.shortfall_rule == ShortfallRule.FURTHER_ROUND:
        return {"candidates": rest, "seats": outcome["missing"], "because": "shortfall"}
    return None


def _with_money(ballot: FurtherBallot, outcome: OutcomeRecord) -> FurtherBallot:
    """Return the further ballot with the money that the round left of the sum, where one is shared out."""
    return ballot | {"money_left": outcome["money_left"]} if "money_left" in outcome else ballot


def is_last_round(round_: Round) -> bool:
    """Tell whether the rules allow no round after this one; those that were annulled count for none."""
    most = round_.rules.most_rounds
    held = Round.objects.filter(cycle=round_.cycle_id, number__lte=round_.number)
    return 0 < most <= held.exclude(status=RoundStatus.ANNULLED).count()


def notice_body(*, round_: Round, at: datetime) -> NoticeBody:
    """Return everything the notice says, from the certified tally and the frozen definitions alone."""
    working = working_of(round_)
    outcome, definition = working["outcome"], definition_of(round_).data
    tie = TieDecision.objects.select_related("recorded_by").filter(round=round_).first()
    items = [_decided(item, tie) for item in named_items(working, definition)]
    following = further_ballot(items, outcome, round_.rules, seats=round_.seats)
    if following and is_last_round(round_):
        following = None
    earlier = [read_notice(notice.body) for notice in _earlier(round_)]
    chosen = [item["number"] for item in items if item["decision"] is ItemDecision.CHOSEN]
    in_all = sorted([n for body in earlier for n in body["chosen"]] + chosen)
    slate = earlier[0]["slate"] if earlier else definition["items"]
    graded = definition["rules"]["ballot_type"] == BallotType.GRADES
    rest = [] if following or graded else [item["number"] for item in slate if item["number"] not in in_all]
    left_over = (
        outcome["status"] is Status.SHORTFALL and round_.rules.shortfall_rule == ShortfallRule.NEXT_SESSION
    )
    body: dict[str, Any] = {
        "format": NOTICE.name,
        "kind": round_.cycle.kind,
        "cycle": _cycle(round_.cycle),
        "round": _round(round_, definition),
        "rules": {**definition["rules"], "digest": round_.rules.digest},
        "attendance": working["attendance"],
        "ballots": ballot_figures(outcome),
        "paper": working["paper"],
        "channels": shown_channels(working),
        "floor": outcome["floor"],
        "group": outcome["group"],
        "items": items,
        "status": outcome["status"],
        "tie": _tie(tie),
        "next": following,
        "final": following is None,
        "chosen": chosen,
        "tied": outcome["tied"],
        "seats_left": outcome["seats_left"],
        "missing": outcome["missing"],
        "slate": slate,
        "rounds": [_in_short(body) for body in earlier],
        "annulled": _annulled(round_),
        "chosen_in_all": in_all,
        "annual_tasks": [] if left_over else rest,
        "left_over": rest if left_over else [],
        "urn": working["urn"],
        **({"tests": working["tests"]} if "tests" in working else {}),
        **by_shares(working),
        "tally": _tally(round_),
        "published_at": _moment(at),
    }
    return NOTICE.of(body)


def _annulled(round_: Round) -> list[AnnulledRound]:
    """Return the rounds before this one that were annulled."""
    annulments = Annulment.objects.filter(round__cycle=round_.cycle, round__number__lt=round_.number)
    return [
        {
            "number": each.round.number,
            "decision": each.decision,
            "reason": each.reason,
            "counted": each.counted,
            "urn": {"ballots": each.round.seal.ballots, "root": each.round.seal.root},
            "recorded_by": each.recorded_by.name,
            "recorded_at": _moment(each.recorded_at),
        }
        for each in annulments.select_related("round__seal", "recorded_by").order_by("round__number")
    ]


def _earlier(round_: Round) -> list[Notice]:
    return list(
        Notice.objects.filter(round__cycle=round_.cycle, round__number__lt=round_.number).order_by(
            "round__number"
        )
    )


def named_items(working: WorkingBody, definition: DefinitionBody) -> list[NoticeItem]:
    """Return the counted items with their names, as a notice has them."""
    lines = {line["number"]: line for line in definition["items"]}
    return [
        {**item, "name": lines[item["number"]]["name"], "name_en": lines[item["number"]]["name_en"]}
        for item in working["outcome"]["items"]
    ]


def _decided(item: NoticeItem, tie: TieDecision | None) -> NoticeItem:
    """Return the item as a recorded decision of the tie leaves it."""
    if tie is None or item["decision"] is not ItemDecision.TIED:
        return item
    won = item["number"] in tie.chosen
    reason: Any = f"{tie.method}_{'for' if won else 'against'}"
    return {**item, "decision": ItemDecision.CHOSEN if won else ItemDecision.NOT_CHOSEN, "reason": reason}


def _in_short(body: NoticeBody) -> EarlierRound:
    """Return what a later notice says of an earlier round: its result, with the hash of its own notice."""
    short: EarlierRound = {
        "number": body["round"]["number"],
        "seats": body["round"]["seats"],
        "ballots": body["ballots"],
        "attendance": body["attendance"],
        "paper": body["paper"],
        "floor": body["floor"],
        "group": body["group"],
        "items": body["items"],
        "status": body["status"],
        "tie": body["tie"],
        "next": body["next"],
        "chosen": body["chosen"],
        "urn": body["urn"],
        "notice": sha256_hex(NOTICE.write(body)),
        "imported": body["tally"].get("imported", False),
        "proof": body["tally"].get("proof", ""),
    }
    if "tests" in body:
        short["tests"] = body["tests"]
    if "singles" in body and "raised" in body:
        short |= {"singles": body["singles"], "raised": body["raised"]}
    return short


def by_shares(working: WorkingBody) -> dict[str, Any]:
    """Return what is said of a round by equal shares besides: the hash of its single ballots, and the raises."""
    if "singles" not in working or "raised" not in working["outcome"]:
        return {}
    return {"singles": working["singles"], "raised": working["outcome"]["raised"]}


def ballot_figures(outcome: OutcomeRecord) -> NoticeBallots:
    """Return 发出, 收回, 有效, 空白 and 无效 of a count, as a notice has them."""
    return {
        "issued": outcome["issued"],
        "returned": outcome["returned"],
        "valid": outcome["valid"],
        "void": outcome["void"],
        "blank": outcome["blank"],
        "void_reasons": outcome["void_reasons"],
    }


def shown_channels(working: WorkingBody) -> dict[ChannelName, ChannelRecord]:
    """Return the channels apart, with votes for each project only where no channel is so small as to name voters."""
    channels = working["channels"]
    if all(channel["returned"] >= SMALLEST_SHOWN for channel in channels.values()):
        return channels
    return {name: {**channel, "items": []} for name, channel in channels.items()}


def _tie(tie: TieDecision | None) -> dict[str, Any] | None:
    if tie is None:
        return None
    return {
        "method": tie.method,
        "chosen": tie.chosen,
        "drawn": tie.drawn,
        "reason": tie.reason,
        "witnesses": tie.witnesses,
        "recorded_by": tie.recorded_by.name,
        "recorded_at": _moment(tie.recorded_at),
    }


def _round(round_: Round, definition: DefinitionBody) -> dict[str, Any]:
    return {
        "number": round_.number,
        "previous": definition["previous"],
        "seats": round_.seats,
        "opened_at": _moment(round_.opened_at),
        "closed_at": _moment(round_.closed_at),
        "definition": round_.definition_digest,
        "key": round_.key_fingerprint,
        "key_mark": str(KeyMark.of(round_.key_fingerprint)),
        "booth": booth_of(round_),
        "slips_needed": round_.slips_needed,
        "slips_issued": round_.slips_issued,
        "paper_only": round_.paper_only,
    }


def _tally(round_: Round) -> dict[str, Any]:
    certification = round_.tally.certification
    return {
        "digest": round_.tally.digest,
        "counted_by": round_.tally.counted_by.name,
        "counted_at": _moment(round_.tally.counted_at),
        "certified_by": certification.certified_by.name,
        "certified_at": _moment(certification.certified_at),
        "imported": round_.tally.imported,
        "proof": certification.proof,
    }


def _cycle(cycle: Cycle) -> dict[str, Any]:
    return {
        "slug": cycle.slug,
        "year": cycle.year,
        **names_of(cycle),
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

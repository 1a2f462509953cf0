"""Recount a published notice: add the sums up again, decide again, check the urn's list and the hashes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from voting.count import counting
from voting.count.canonical import canonical_json, root_of, sha256_hex
from voting.count.definition import counting_rule
from voting.recount.report import Report

FORMAT = "piaojue-public/1"
_PARTS = ("for", "basically", "against", "abstain", "not_pressed")
_WORKING = ("place", "score", "points", "passes_floor", "passes_group", "group_for")


def recount(file: Mapping[str, Any]) -> Report:
    """Return the report on a public recount file."""
    body = file["notice"]
    report = Report(FORMAT)
    report.check("hash of the notice", found=sha256_hex(canonical_json(body)), said=file["notice_digest"])
    hashes = [bytes.fromhex(each) for each in file["hashes"]]
    report.check("ballots in the urn", found=len(hashes), said=body["urn"]["ballots"])
    report.check(
        "list of the urn is sorted, each ballot once", found=sorted(set(hashes)) == hashes, said=True
    )
    report.check("root of the urn", found=root_of(hashes), said=body["urn"]["root"])
    rounds = [*body["rounds"], {**body, "number": body["round"]["number"], "seats": body["round"]["seats"]}]
    for part in rounds:
        _round(report, part, body["rules"])
    _all_rounds(report, body, rounds)
    report.result = {
        "chosen": body["chosen_in_all"],
        "rounds": {
            str(part["number"]): {str(item["number"]): item["for"] for item in part["items"]}
            for part in rounds
        },
    }
    return report


def _round(report: Report, part: Mapping[str, Any], rules: Mapping[str, Any]) -> None:
    """Check one round: its sums, and that the totals held against the rules give what it says."""
    name = f"round {part['number']}"
    ballots = part["ballots"]
    _sums(report, f"{name}, all ballots", ballots, part["items"])
    channels = part.get("channels") or {}
    for channel, its in channels.items():
        _sums(report, f"{name}, {channel}", its, its.get("items", []))
    if channels:
        for figure in ("returned", "valid", "blank", "void"):
            found = sum(channel[figure] for channel in channels.values())
            report.check(f"{name}, {figure} over the channels", found=found, said=ballots[figure])
        if all("items" in channel for channel in channels.values()):
            for place, item in enumerate(part["items"]):
                found = [sum(c["items"][place].get(vote, 0) for c in channels.values()) for vote in _PARTS]
                said = [item.get(vote, 0) for vote in _PARTS]
                report.check(f"{name}, project {item['number']} over the channels", found=found, said=said)
    try:
        outcome = _decide(part, rules)
    except (counting.ImpossibleCount, counting.CountMismatch) as error:
        report.check(f"{name}, can be decided", found=str(error), said="")
        return
    _decisions(report, name, part, outcome)


def _sums(report: Report, name: str, ballots: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> None:
    report.check(f"{name}: valid + void", found=ballots["valid"] + ballots["void"], said=ballots["returned"])
    reasons = sum(ballots["void_reasons"].values())
    report.check(f"{name}: reasons of the void", found=reasons, said=ballots["void"])
    for item in items:
        number = item["number"]
        report.check(
            f"{name}: project {number}", found=sum(item.get(p, 0) for p in _PARTS), said=ballots["valid"]
        )
        if item["places"]:
            report.check(f"{name}: places of project {number}", found=sum(item["places"]), said=item["for"])


def _decide(part: Mapping[str, Any], rules: Mapping[str, Any]) -> counting.Outcome:
    attendance, paper, group = part["attendance"], part["paper"], part["group"]
    ballots = part["ballots"]
    members = None
    if group:
        others = group["returned"] - group["valid"]
        members = (
            _totals(group["returned"], group["valid"], 0, {"malformed": others}, _group_items(part)),
            counting.Attendance(roll=group["roll"], present=group["present"], issued=group["returned"]),
        )
    return counting.decide(
        counting_rule(rules, seats=part["seats"]),
        _totals(
            ballots["returned"], ballots["valid"], ballots["blank"], ballots["void_reasons"], part["items"]
        ),
        counting.Attendance(
            roll=attendance["roll"],
            present=attendance["present"],
            issued=ballots["issued"],
            paper_issued=paper["issued"] if paper else 0,
        ),
        group=members,
        paper_returned=paper["returned"] if paper else 0,
    )


def _group_items(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the sub-group's votes for; what it said otherwise is not published, and decides nothing."""
    valid = part["group"]["valid"]
    return [
        {
            "number": item["number"], "for": item["group_for"], "against": 0,
            "abstain": valid - item["group_for"], "not_pressed": 0, "places": [],
        }
        for item in part["items"]
    ]  # fmt: skip


def _totals(
    returned: int, valid: int, blank: int, reasons: Mapping[str, int], items: Sequence[Mapping[str, Any]]
) -> counting.Totals:
    return counting.Totals(
        returned=returned,
        valid=valid,
        blank=blank,
        void_reasons={reason: reasons.get(reason.value, 0) for reason in counting.VoidReason},
        items=tuple(
            counting.ItemTotals(
                number=item["number"],
                for_=item["for"],
                against=item["against"],
                abstain=item["abstain"],
                not_pressed=item["not_pressed"],
                places=tuple(item["places"]),
                basically=item.get("basically", 0),
            )
            for item in items
        ),
    )


def _decisions(report: Report, name: str, part: Mapping[str, Any], outcome: counting.Outcome) -> None:
    counted, tie = outcome.to_dict(), part["tie"]
    for figure in ("status", "floor", "group"):
        report.check(f"{name}, {figure}", found=counted[figure], said=part[figure])
    report.check(f"{name}, votes void", found=counted["void"], said=part["ballots"]["void"])
    for item, said in zip(counted["items"], part["items"], strict=True):
        found = _after(tie, item)
        for figure in (*_WORKING, "decision", "reason", "grade"):
            report.check(
                f"{name}, project {item['number']}, {figure}", found=found.get(figure), said=said.get(figure)
            )
    chosen = [item["number"] for item in part["items"] if item["decision"] == "chosen"]
    report.check(f"{name}, chosen", found=chosen, said=part["chosen"])
    if tie:
        among = set(tie["chosen"]) <= set(counted["tied"])
        report.check(f"{name}, decided among the tied", found=among, said=True)
        report.check(f"{name}, places decided", found=len(set(tie["chosen"])), said=counted["seats_left"])
        report.check(f"{name}, each decided once", found=len(set(tie["chosen"])), said=len(tie["chosen"]))


def _after(tie: Mapping[str, Any] | None, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the item as a recorded decision of the tie leaves it."""
    if not tie or item["decision"] != "tied":
        return dict(item)
    won = item["number"] in tie["chosen"]
    reason = f"{tie['method']}_{'for' if won else 'against'}"
    return {**item, "decision": "chosen" if won else "not_chosen", "reason": reason}


def _all_rounds(report: Report, body: Mapping[str, Any], rounds: Sequence[Mapping[str, Any]]) -> None:
    chosen = sorted(number for part in rounds for number in part["chosen"])
    report.check("chosen in all rounds", found=chosen, said=body["chosen_in_all"])
    slate = [item["number"] for item in body["slate"]]
    final = body["final"] and body["rules"]["ballot_type"] != "grades"
    rest = [number for number in slate if number not in chosen] if final else []
    report.check(
        "annual tasks and what is left over", found=rest, said=body["annual_tasks"] + body["left_over"]
    )
    report.check("a result that stands calls for no round", found=body["next"] is None, said=body["final"])
    for part, following in pairwise(rounds):
        called = part["next"] or {}
        numbers = [item["number"] for item in following["items"]]
        name = f"round {following['number']}"
        report.check(f"{name}, its projects", found=numbers, said=called.get("candidates"))
        report.check(f"{name}, its seats", found=following["seats"], said=called.get("seats"))

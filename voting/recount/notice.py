"""Recount a published notice: add the sums up again, decide again, check the urn's list and the hashes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from voting.count import counting
from voting.count.canonical import root_of, sha256_hex
from voting.count.definition import counting_rule
from voting.count.formats.files import PUBLIC, PublicBody
from voting.count.formats.notice import (
    NOTICE,
    EarlierRound,
    NoticeBody,
    NoticeTie,
    RoundPart,
)
from voting.count.formats.parts import ChannelName, Settings, UrnFigures
from voting.count.formats.working import BallotFigures, ChannelRecord, ItemVotes, OpenedTest
from voting.count.key_marks import KeyMark
from voting.count.singles import Approvals, SingleRow
from voting.recount.report import Report
from voting.recount.singles import checked_singles, singles_in

#: The name of the check, which the program says last.
MARK = "mark of the key"
_FIGURES: tuple[Literal["returned", "valid", "blank", "void"], ...] = ("returned", "valid", "blank", "void")
_PARTS: tuple[Literal["for", "basically", "against", "abstain", "not_pressed", "double_marked"], ...] = (
    "for", "basically", "against", "abstain", "not_pressed", "double_marked",
)  # fmt: skip
_WORKING: tuple[
    Literal[
        "place", "score", "points", "passes_floor", "passes_group", "group_for", "decision", "reason", "grade",
    ], ...
] = (
    "place", "score", "points", "passes_floor", "passes_group", "group_for", "decision", "reason", "grade",
)  # fmt: skip


def recount(file: PublicBody) -> Report:
    """Return the report on a public recount file."""
    body = file["notice"]
    report = Report(PUBLIC.name)
    report.check("hash of the notice", found=sha256_hex(NOTICE.write(body)), said=file["notice_digest"])
    check_mark(report, body["round"]["key"], body["round"].get("key_mark"))
    hashes = [bytes.fromhex(each) for each in file["hashes"]]
    report.check("ballots in the urn", found=len(hashes), said=body["urn"]["ballots"])
    report.check(
        "list of the urn is sorted, each ballot once", found=sorted(set(hashes)) == hashes, said=True
    )
    report.check("root of the urn", found=root_of(hashes), said=body["urn"]["root"])
    check_tests(report, body["urn"], body.get("tests"), set(file["hashes"]))
    rounds = [*map(_earlier, body["rounds"]), _own(body)]
    singles = singles_in(report, file, [each.number for each in rounds])
    for each, money_left in zip(rounds, _money_of(report, body, rounds), strict=True):
        _check(report, each, body["rules"], money_left, singles.get(each.number))
    _all_rounds(report, body, rounds)
    report.result = {
        "chosen": body["chosen_in_all"],
        "rounds": {
            str(each.number): {str(item["number"]): item["for"] for item in each.part["items"]}
            for each in rounds
        },
    }
    return report


def check_mark(report: Report, key: str, said: str | None) -> None:
    """Draw the key's mark again; a record from before there were marks says none."""
    mark = str(KeyMark.of(key))
    report.check(MARK, found=mark, said=mark if said is None else said)


def check_tests(
    report: Report, urn: UrnFigures, tests: Sequence[OpenedTest] | None, cast: Collection[str]
) -> None:
    """Check the list of the test ballots against what the close sealed, and that none of them was cast.

    A record from before there were test ballots has none. ``cast`` are the hashes of the ballots in the urn.
    """
    if tests is None and "tests" not in urn:
        return
    hashes = [each["hash"] for each in tests or []]
    report.check("number of test ballots", found=len(hashes), said=urn.get("tests"))
    report.check(
        "list of the test ballots is sorted, each once", found=sorted(set(hashes)) == hashes, said=True
    )
    report.check(
        "root of the test ballots", found=root_of(map(bytes.fromhex, hashes)), said=urn.get("test_root")
    )
    report.check("test ballots that were cast", found=sorted(set(hashes) & set(cast)), said=[])
    by_server = urn.get("by_server", -1)
    report.check("sealed by the server, of all ballots", found=0 <= by_server <= urn["ballots"], said=True)


class _Round(NamedTuple):
    """One round of a notice; the channels are told apart only in the notice of the round itself."""

    number: int
    seats: int
    chosen: list[int]
    part: RoundPart
    channels: Mapping[ChannelName, ChannelRecord]


def _earlier(part: EarlierRound) -> _Round:
    return _Round(part["number"], part["seats"], part["chosen"], part, {})


def _own(body: NoticeBody) -> _Round:
    return _Round(body["round"]["number"], body["round"]["seats"], body["chosen"], body, body["channels"])


def _money_of(report: Report, body: NoticeBody, rounds: Sequence[_Round]) -> list[int | None]:
    """Return the money that each round shares out: what the one before left, and of the first the whole sum."""
    called = [each.part["next"] for each in rounds[:-1]]
    left = [ballot.get("money_left") if ballot else None for ballot in called]
    previous = body["round"]["previous"]
    own = previous.get("money_left") if previous else None
    if left and (own is not None or left[-1] is not None):
        report.check("money of the last round", found=own, said=left[-1])
    return [None, *left[:-1], own] if left else [own]


def _check(
    report: Report,
    checked: _Round,
    rules: Settings,
    money_left: int | None,
    rows: Sequence[SingleRow] | None,
) -> None:
    """Check one round: its sums, and that the totals held against the rules give what it says."""
    name, part, channels = f"round {checked.number}", checked.part, checked.channels
    ballots = part["ballots"]
    _sums(report, f"{name}, all ballots", ballots, part["items"])
    for channel, its in channels.items():
        _sums(report, f"{name}, {channel}", its, its["items"])
        if channel == "online" and any("double_marked" in item for item in its["items"]):
            twice = sum(item.get("double_marked", 0) for item in its["items"])
            report.check(f"{name}, marked twice online", found=twice, said=0)
    if channels:
        _channels(report, name, part, list(channels.values()))
    singles = checked_singles(report, name, part, rules, rows)
    try:
        outcome = _decide(part, rules, seats=checked.seats, money_left=money_left, singles=singles)
    except (counting.ImpossibleCount, counting.CountMismatch) as error:
        report.check(f"{name}, can be decided", found=str(error), said="")
        return
    _decisions(report, name, checked, outcome)


def _channels(report: Report, name: str, part: RoundPart, channels: Sequence[ChannelRecord]) -> None:
    """Check that the channels add up to the round; their votes only where no channel was too small to show them."""
    for figure in _FIGURES:
        total = sum(channel[figure] for channel in channels)
        report.check(f"{name}, {figure} over the channels", found=total, said=part["ballots"][figure])
    if not all(channel["items"] for channel in channels):
        return
    numbers = [item["number"] for item in part["items"]]
    listed = [[item["number"] for item in channel["items"]] for channel in channels]
    report.check(f"{name}, projects of the channels", found=listed, said=[numbers] * len(channels))
    if all(each == numbers for each in listed):
        for item, *parts in zip(part["items"], *(channel["items"] for channel in channels), strict=True):
            votes = [sum(each.get(vote, 0) for each in parts) for vote in _PARTS]
            said = [item.get(vote, 0) for vote in _PARTS]
            report.check(f"{name}, project {item['number']} over the channels", found=votes, said=said)


def _sums(report: Report, name: str, ballots: BallotFigures, items: Sequence[ItemVotes]) -> None:
    report.check(f"{name}: valid + void", found=ballots["valid"] + ballots["void"], said=ballots["returned"])
    reasons = sum(ballots["void_reasons"].values())
    report.check(f"{name}: reasons of the void", found=reasons, said=ballots["void"])
    for item in items:
        number = item["number"]
        parts = sum(item.get(part, 0) for part in _PARTS)
        report.check(f"{name}: project {number}", found=parts, said=ballots["valid"])
        if item["places"]:
            report.check(f"{name}: places of project {number}", found=sum(item["places"]), said=item["for"])


def _decide(
    part: RoundPart, rules: Settings, *, seats: int, money_left: int | None, singles: Approvals | None
) -> counting.CountOutcome:
    attendance, paper, group = part["attendance"], part["paper"], part["group"]
    ballots = part["ballots"]
    members = None
    if group:
        others = {counting.VoidReason.MALFORMED: group["returned"] - group["valid"]}
        items = _group_items(part, group["valid"])
        members = (
            _totals(group["returned"], group["valid"], 0, others, items),
            counting.Turnout(roll=group["roll"], present=group["present"], issued=group["returned"]),
        )
    costs = tuple((item["number"], item["cost"]) for item in part["items"] if "cost" in item)
    return counting.decide(
        counting_rule(rules, seats=seats, budget=money_left, costs=costs),
        _totals(
            ballots["returned"], ballots["valid"], ballots["blank"], ballots["void_reasons"], part["items"]
        ),
        counting.Turnout(
            roll=attendance["roll"],
            present=attendance["present"],
            issued=ballots["issued"],
            paper_issued=paper["issued"] if paper else 0,
        ),
        group=members,
        paper_returned=paper["returned"] if paper else 0,
        singles=singles,
    )


def _group_items(part: RoundPart, valid: int) -> list[ItemVotes]:
    """Return the sub-group's votes for; what it said otherwise is not published, and decides nothing."""
    return [
        {
            "number": item["number"], "for": item["group_for"] or 0, "against": 0,
            "abstain": valid - (item["group_for"] or 0), "not_pressed": 0, "places": [], "basically": 0,
        }
        for item in part["items"]
    ]  # fmt: skip


def _totals(
    returned: int,
    valid: int,
    blank: int,
    reasons: Mapping[counting.VoidReason, int],
    items: Sequence[ItemVotes],
) -> counting.Totals:
    return counting.Totals(
        returned=returned,
        valid=valid,
        blank=blank,
        void_reasons={reason: reasons.get(reason, 0) for reason in counting.VoidReason},
        items=tuple(
            counting.ItemTotals(
                number=item["number"],
                for_=item["for"],
                against=item["against"],
                abstain=item["abstain"],
                not_pressed=item["not_pressed"],
                places=tuple(item["places"]),
                basically=item["basically"],
                double_marked=item.get("double_marked", 0),
            )
            for item in items
        ),
    )


def _decisions(report: Report, name: str, checked: _Round, outcome: counting.CountOutcome) -> None:
    part = checked.part
    counted, tie = outcome.to_dict(), part["tie"]
    report.check(f"{name}, status", found=counted["status"], said=part["status"])
    report.check(f"{name}, floor", found=counted["floor"], said=part["floor"])
    report.check(f"{name}, group", found=counted["group"], said=part["group"])
    report.check(f"{name}, votes void", found=counted["void"], said=part["ballots"]["void"])
    for item, said in zip(counted["items"], part["items"], strict=True):
        found = _after(tie, item)
        for figure in _WORKING:
            report.check(
                f"{name}, project {item['number']}, {figure}", found=found[figure], said=said[figure]
            )
        for amount in ("cost", "money_left", "paid"):
            if amount in found or amount in said:
                report.check(
                    f"{name}, project {item['number']}, {amount}",
                    found=found.get(amount),
                    said=said.get(amount),
                )
    if "raised" in part or outcome.raised is not None:
        report.check(f"{name}, times the shares were raised", found=outcome.raised, said=part.get("raised"))
    if outcome.money_left is not None and part["next"]:
        left = part["next"].get("money_left")
        report.check(f"{name}, money left for the next", found=outcome.money_left, said=left)
    chosen = [item["number"] for item in part["items"] if item["decision"] == counting.ItemDecision.CHOSEN]
    report.check(f"{name}, chosen", found=chosen, said=checked.chosen)
    if tie:
        among = set(tie["chosen"]) <= set(counted["tied"])
        report.check(f"{name}, decided among the tied", found=among, said=True)
        report.check(f"{name}, places decided", found=len(set(tie["chosen"])), said=counted["seats_left"])
        report.check(f"{name}, each decided once", found=len(set(tie["chosen"])), said=len(tie["chosen"]))


def _after(tie: NoticeTie | None, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the item as a recorded decision of the tie leaves it."""
    if not tie or item["decision"] != "tied":
        return dict(item)
    won = item["number"] in tie["chosen"]
    reason = f"{tie['method']}_{'for' if won else 'against'}"
    return {**item, "decision": "chosen" if won else "not_chosen", "reason": reason}


def _all_rounds(report: Report, body: NoticeBody, rounds: Sequence[_Round]) -> None:
    chosen = sorted(number for each in rounds for number in each.chosen)
    report.check("chosen in all rounds", found=chosen, said=body["chosen_in_all"])
    slate = [item["number"] for item in body["slate"]]
    final = body["final"] and body["rules"]["ballot_type"] != counting.BallotType.GRADES
    rest = [number for number in slate if number not in chosen] if final else []
    report.check(
        "annual tasks and what is left over", found=rest, said=body["annual_tasks"] + body["left_over"]
    )
    report.check("a result that stands calls for no round", found=body["next"] is None, said=body["final"])
    for each, following in pairwise(rounds):
        called = each.part["next"]
        numbers = [item["number"] for item in following.part["items"]]
        name = f"round {following.number}"
        report.check(f"{name}, its projects", found=numbers, said=called and called["candidates"])
        report.check(f"{name}, its seats", found=following.seats, said=called and called["seats"])

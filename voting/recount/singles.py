"""The single ballots of a public file, from which equal shares are counted again."""

from __future__ import annotations

from collections.abc import Sequence

from voting.count.formats.files import PublicBody
from voting.count.formats.notice import RoundPart
from voting.count.formats.parts import Settings
from voting.count.money import Method
from voting.count.singles import Approvals, SingleRow, singles_digest
from voting.recount.report import Report


def singles_in(report: Report, file: PublicBody, rounds: Sequence[int]) -> dict[int, Sequence[SingleRow]]:
    """Return the single ballots by their round, and check that they are of rounds of the file, each once."""
    listed = file.get("singles", [])
    if listed:
        named = [each["round"] for each in listed]
        report.check("rounds of the single ballots", found=named, said=[n for n in rounds if n in named])
    return {each["round"]: each["rows"] for each in listed}


def checked_singles(
    report: Report, name: str, part: RoundPart, rules: Settings, rows: Sequence[SingleRow] | None
) -> Approvals | None:
    """Hold a round's single ballots against the hash in its notice; return what they approve.

    None where the rules need none, or the file has none.
    """
    if rules.get("method") != Method.EQUAL_SHARES and rows is None and "singles" not in part:
        return None
    digest = None if rows is None else singles_digest(rows)
    report.check(f"{name}, hash of the single ballots", found=digest, said=part.get("singles"))
    if rows is None:
        return None
    approved = {tuple(row): times for row, times in rows}
    in_order = sorted(approved) == [tuple(row) for row, _times in rows]
    report.check(f"{name}, single ballots are sorted, each combination once", found=in_order, said=True)
    return approved

"""The result as CSV and XLSX, from the frozen notice; the JSON download is the notice's own text."""

from __future__ import annotations

from django.utils.translation import gettext as _

from voting.printing.tables import Cell, Sheet, rows_as_csv, sheets_as_xlsx
from voting.read_models.vote.lines import Item
from voting.read_models.vote.results import Result
from voting.read_models.vote.round_result import RoundResult


def table(result: Result, round_: RoundResult | None = None) -> list[list[Cell]]:
    """Return the votes of every project in a round (the notice's own by default), a header first, as on its page."""
    round_ = round_ or result
    head: list[Cell] = [
        _("No."), round_.name_heading, *round_.columns, round_.percent_heading, _("Place"), _("Result"),
        _("Reason"), _("Annual task"),
    ]  # fmt: skip
    return [head, *(_row(item) for item in round_.rows)]


def _row(item: Item) -> list[Cell]:
    task = _("yes") if item.annual_task else _("no")
    task_or_decision = _("annual task") if item.annual_task else item.decided
    return [
        item.number, item.name, *item.cells, item.percent, item.place, task_or_decision, item.reason, task,
    ]  # fmt: skip


def standings(result: Result) -> list[list[Cell]]:
    """Return what became of every project over all rounds, a header first."""
    rows: list[list[Cell]] = [[_("No."), result.name_heading, _("Result"), _("Round"), _("Votes")]]
    for standing in result.standings:
        line = standing["line"]
        rows.append([standing["number"], standing["name"], standing["word"], standing["round"], line.value])
    return rows


def facts(result: Result) -> list[list[Cell]]:
    """Return the figures and hashes of the notice, one name and one value a row."""
    body = result.body
    rows: list[list[Cell]] = [[name, value] for name, value in result.figures]
    for channel in result.channels:
        for name, key in [(_("Ballots issued"), "issued"), (_("Ballots returned"), "returned")]:
            rows.append([f"{name} ({channel['name']})", channel[key]])
    if not result.graded:
        rows.append([_("Votes needed at least"), result.least])
    rows += [
        [_("Root of the sealed urn"), body["urn"]["root"]],
        [_("Hash of the count"), body["tally"]["digest"]],
        [_("Hash of the notice"), result.digest],
    ]
    if result.imported:
        rows.append([_("Count"), result.imported])
    return rows


def result_sheets(result: Result) -> list[Sheet]:
    """Return the sheets of the workbook: the result of each round, what became of all, the figures."""
    if not result.several:
        return [Sheet(_("Result"), table(result)), _figures(result)]
    rounds = [
        Sheet(_("Round %(number)d") % {"number": one.number}, table(result, one))
        for one in reversed(result.rounds)
    ]
    return [Sheet(_("Result"), standings(result)), *rounds, _figures(result)]


def _figures(result: Result) -> Sheet:
    return Sheet(_("Figures"), facts(result), has_header=False)


def as_csv(result: Result) -> bytes:
    """Return the table as UTF-8 with a byte order mark, lines ended as RFC 4180 asks."""
    return rows_as_csv(table(result))


def as_xlsx(result: Result) -> bytes:
    """Return a workbook: a table for every round, and the figures with the hashes. No cell is a formula."""
    return sheets_as_xlsx(result_sheets(result), title=_("Result of the vote"), created=result.published_at)

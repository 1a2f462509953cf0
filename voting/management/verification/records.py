"""What was issued before and after the vote, and the files that came with reports and proposals."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.models import Congress
from voting.count.canonical import sha256_hex
from voting.count.formats.breakdown import BREAKDOWN
from voting.count.formats.slate_report import SLATE_REPORT
from voting.domain.core.journal import first_break, first_break_of_congress
from voting.management.verification.checks import Look, damage
from voting.models import Attachment, Breakdown, Cycle, JournalEntry, ReportFile, SlateReport
from voting.states import Act


def journals(look: Look) -> Iterator[str]:
    """Follow the chain of every journal from its first entry to its last."""
    cycles = list(Cycle.every.select_related("congress").order_by("congress", "year", "slug"))
    congresses: list[Congress | None] = [None, *Congress.objects.order_by("slug")]
    total = len(cycles) + len(congresses)
    for done, cycle in enumerate(cycles, start=1):
        if broken := first_break(cycle):
            yield _("%(where)s: the journal's chain is broken at entry %(number)d") % {
                "where": cycle, "number": broken,
            }  # fmt: skip
        look.each(done, total)
    for done, congress in enumerate(congresses, start=len(cycles) + 1):
        if broken := first_break_of_congress(congress):
            yield _("%(where)s: the chain of the sign-ins and accounts is broken at entry %(number)d") % {
                "where": congress or _("the installation"), "number": broken,
            }  # fmt: skip
        look.each(done, total)


def issued(look: Look) -> Iterator[str]:
    """Hold slate reports and breakdowns as issued against their hashes and the journal."""
    reports = list(SlateReport.objects.filter(issued_at__isnull=False).select_related("cycle__congress"))
    breakdowns = list(Breakdown.objects.select_related("cycle__congress"))
    total = len(reports) + len(breakdowns)
    for done, report in enumerate(reports, start=1):
        where = f"{report.cycle}, {_('report on the candidate projects')} {report.version}"
        yield from damage(where, SLATE_REPORT.read, report.body)
        yield from _as_issued(where, report, Act.REPORT_ISSUED)
        look.each(done, total)
    for done, breakdown in enumerate(breakdowns, start=len(reports) + 1):
        where = f"{breakdown.cycle}, {_('breakdown')} {breakdown.version}"
        yield from damage(where, BREAKDOWN.read, breakdown.body)
        yield from _as_issued(where, breakdown, Act.BREAKDOWN_ISSUED)
        look.each(done, total)


def _as_issued(where: str, row: SlateReport | Breakdown, act: Act) -> Iterator[str]:
    entries = JournalEntry.objects.filter(cycle=row.cycle, act=act, data__version=row.version)
    recorded = entries.values_list("data__digest", flat=True).first()
    if not sha256_hex(row.body) == row.digest == recorded:
        yield _("%(where)s: it is not what its hash and the journal say") % {"where": where}


def attachments(look: Look) -> Iterator[str]:
    """Hold every file of a report or a proposal against its hash and its size."""
    files = [(model, pk) for model in (ReportFile, Attachment) for pk in _keys(model)]
    for done, (model, pk) in enumerate(files, start=1):
        file = model._default_manager.get(pk=pk)  # noqa: SLF001 Django's documented interface
        if hashlib.sha256(file.data).hexdigest() != file.digest or len(file.data) != file.size:
            yield _("file “%(name)s” (%(table)s %(key)s): it is not what its hash says") % {
                "name": file.name, "table": model.__name__, "key": pk,
            }  # fmt: skip
        look.each(done, len(files))


def _keys(model: type[ReportFile] | type[Attachment]) -> list[int]:
    return list(model._default_manager.order_by("pk").values_list("pk", flat=True))  # noqa: SLF001 Django's documented interface

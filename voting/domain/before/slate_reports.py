"""候选项目形成情况的报告: generated from the data, edited, issued as a fixed version, read by every delegate."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Delegate, User
from voting.count.canonical import sha256_hex
from voting.count.formats.slate_report import SLATE_REPORT, SlateReportBody
from voting.domain.before.funnel import funnel_of
from voting.domain.before.seconding import seconds_together
from voting.domain.before.slates import content
from voting.domain.core.journal import record
from voting.domain.core.names import names_of
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.models import Call, Cycle, ReportReading, SlateReport
from voting.states import Act, Stage

ISSUES = frozenset({Stage.SCREENING, Stage.DELIBERATION})


class SlateNotFrozen(Refused):
    def __str__(self) -> str:
        return _("Freeze the slate first: the report tells of a fixed list.")


def current_draft(cycle: Cycle) -> SlateReport:
    """Return the draft of the next version; where none is saved it begins with the words of the version before."""
    last = cycle.reports.order_by("version").last()
    if last is None:
        return SlateReport(cycle=cycle, version=1)
    if last.issued_at is None:
        return last
    return SlateReport(cycle=cycle, version=last.version + 1, opening=last.opening, closing=last.closing)


def latest(cycle: Cycle) -> SlateReport | None:
    """Return the version that was issued last."""
    return cycle.reports.exclude(issued_at=None).order_by("-version").first()


@transaction.atomic
def save_draft(*, cycle: Cycle, opening: str, closing: str, by: User, at: datetime) -> SlateReport:
    """Save the clerk's own words. Raises StepNotAllowed once the vote has begun."""
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if locked.stage not in ISSUES | {Stage.SOLICITATION}:
        raise StepNotAllowed
    draft = current_draft(cycle)
    draft.opening, draft.closing = opening.strip(), closing.strip()
    draft.full_clean()
    draft.save()
    return draft


def body_of(report: SlateReport) -> SlateReportBody:
    """Return what the report says, from the data as they are now."""
    cycle = report.cycle
    call = Call.objects.filter(cycle=cycle).first()
    candidates = cycle.candidates.order_by("number").prefetch_related("provenance__proposal__merged")
    body: dict[str, Any] = {
        "format": SLATE_REPORT.name,
        "cycle": {"slug": cycle.slug, "year": cycle.year, **names_of(cycle)},
        "kind": cycle.kind,
        "seats": cycle.seats,
        "version": report.version,
        "opening": report.opening,
        "closing": report.closing,
        "criteria": call.criteria if call else "",
        "solicited_from": cycle.solicited_from,
        "funnel": funnel_of(cycle).as_data(),
        "candidates": [
            {"number": each.number, **content(each), "proposals": _origins(each)} for each in candidates
        ],
    }
    return SLATE_REPORT.of(body)


def _origins(candidate: Any) -> list[dict[str, Any]]:
    return sorted(
        (
            {
                "number": link.proposal.number,
                "title": link.proposal.title if link.proposal.standing == "shown" else "",
                "source": link.proposal.source,
                "merged": sorted(each.number for each in link.proposal.merged.all()),
                "seconds": seconds_together(link.proposal, link.proposal.merged.all()),
            }
            for link in candidate.provenance.all()
        ),
        key=lambda each: each["number"],
    )


@transaction.atomic
def issue(*, cycle: Cycle, by: User, at: datetime) -> SlateReport:
    """Issue the draft as a fixed version with its hash and circulate it. Raises SlateNotFrozen or StepNotAllowed."""
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if locked.stage not in ISSUES:
        raise StepNotAllowed
    if not locked.slate_frozen_at:
        raise SlateNotFrozen
    report = current_draft(cycle)
    report.body = SLATE_REPORT.write(body_of(report))
    report.digest, report.issued_by, report.issued_at = sha256_hex(report.body), by, at
    report.save()
    data = {"version": report.version, "digest": report.digest}
    record(cycle=cycle, act=Act.REPORT_ISSUED, by=by, at=at, data=data)
    return report


def read_body(report: SlateReport) -> SlateReportBody:
    """Return what an issued report says, from its own frozen text. Raises UnreadableRecord."""
    return SLATE_REPORT.read(report.body)


def opened_by(report: SlateReport, delegate: Delegate) -> None:
    """Remember that the delegate has opened the report; once is enough."""
    ReportReading.objects.get_or_create(report=report, delegate=delegate)

"""The records of the vote in the admin: to be read by the staff of the same congress, changed by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Delegate, Delegation, Unit
from accounts.names import NamesShown
from voting import permissions
from voting.admin.core.closed_lists import ClosedList
from voting.admin.core.kept_people import DelegateAdmin, DelegationAdmin, UnitAdmin
from voting.admin.core.site import site
from voting.models import (
    BallotItem,
    Breakdown,
    Candidate,
    Certification,
    ChangeRequest,
    Completion,
    Cycle,
    Delivery,
    Disposal,
    JournalEntry,
    Notice,
    ProgressReport,
    RollEntry,
    Round,
    Tally,
    UrnSeal,
    VotingRules,
)  # fmt: skip

#: The key of no congress: a filter by it finds nothing.
NO_CONGRESS = 0


def congress_of(user: object) -> int | None:
    """Return the key of the congress that this person belongs to; None where there is none."""
    return getattr(user, "congress_id", None)


class Record(ClosedList):
    """View-only for everyone, and only within the person's own congress."""

    #: The way from a record to its cycle, for the filter by congress.
    to_cycle = "cycle"
    may_see = staticmethod(permissions.can_watch)
    list_select_related: ClassVar[Any] = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask of the record's own cycle; for a list, of a cycle of the person's own congress."""
        own = Cycle(congress_id=congress_of(request.user) or NO_CONGRESS)
        return self.may_see(request.user, self.cycle_of(obj) if obj is not None else own)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the records of the person's own congress with what they point to, which lists and pages name."""
        path = f"{self.to_cycle}__congress" if self.to_cycle else "congress"
        named = {field.name for field in self.opts.fields if field.many_to_one or field.one_to_one}
        rows = super().get_queryset(request).select_related(*named, *self.list_select_related)
        return rows.filter(**{path: congress_of(request.user) or NO_CONGRESS})

    def cycle_of(self, obj: Any) -> Any:
        for name in filter(None, self.to_cycle.split("__")):
            obj = getattr(obj, name)
        return obj


class CycleRecord(Record):
    to_cycle = ""
    list_display = ("slug", "year", "stage", "seats")


class CandidateRecord(Record):
    list_display = ("number", "name", "cycle")
    list_select_related = ("cycle__congress",)
    search_fields = ("name", "name_en")


class RulesRecord(Record):
    list_display = ("cycle", "seats", "ballot_type", "adopted_at", "digest")
    list_select_related = ("cycle__congress",)
    readonly_fields = ("adopted_at", "digest")


class RoundRecord(Record):
    list_display = ("cycle", "number", "status", "opened_at", "closed_at", "key_fingerprint")
    list_select_related = ("cycle__congress", "rules__cycle__congress")
    fields = (
        "cycle", "number", "rules", "status", "seats", "definition_digest", "definition", "slips_needed",
        "slips_issued", "key_fingerprint", "opened_at", "closed_at", "issued",
    )  # fmt: skip


class DelegationsOfRoll(admin.AllValuesFieldListFilter):
    """The delegations as the roll has them, called as the reader knows them."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        names = NamesShown(congress_of(self.request.user) or NO_CONGRESS, Delegation)
        for each in super().choices(changelist):
            yield each | {"display": names.of(str(each["display"]))}


class RollRecord(Record):
    """应到: without who has voted, which nobody needs to look up (TRUST.md §2)."""

    to_cycle = "round__cycle"
    list_display = ("number", "name", "delegation_shown", "presence", "round")
    list_select_related = ("round__cycle__congress", "delegate__delegation")
    list_filter = ("presence", ("delegation", DelegationsOfRoll))
    search_fields = ("number", "name")
    fields = ("round", "number", "name", "delegation", "presence")

    @admin.display(description=_("delegation"), ordering="delegation")
    def delegation_shown(self, entry: RollEntry) -> str:
        return entry.delegation_shown


class ItemRecord(Record):
    to_cycle = "round__cycle"
    list_display = ("number", "candidate", "round")
    list_select_related = ("candidate", "round__cycle__congress")


class SealRecord(Record):
    to_cycle = "round__cycle"
    list_display = ("round", "ballots", "root")
    list_select_related = ("round__cycle__congress",)
    fields = ("round", "ballots", "root", "tests", "test_root", "by_server")


class TallyRecord(Record):
    """The patterns are for the scrutineers only: a full ballot can name its voter (TRUST.md F26)."""

    to_cycle = "round__cycle"
    may_see = staticmethod(permissions.can_see_tally)
    list_display = ("round", "counted_by", "counted_at", "digest")
    list_select_related = ("round__cycle__congress", "counted_by")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = ("round", "counted_by", "counted_at", "digest", "working")
        if obj is None or not permissions.can_see_patterns(request.user, self.cycle_of(obj)):
            return fields
        return (*fields, "patterns")


class CertificationRecord(Record):
    to_cycle = "tally__round__cycle"
    may_see = staticmethod(permissions.can_see_tally)
    list_display = ("tally", "certified_by", "certified_at")
    list_select_related = ("tally__round__cycle__congress", "certified_by")


class NoticeRecord(Record):
    to_cycle = "round__cycle"
    list_display = ("round", "published_by", "published_at", "digest")
    list_select_related = ("round__cycle__congress", "published_by")


class JournalRecord(Record):
    list_display = ("sequence", "act", "actor", "at", "cycle", "short_digest")
    list_select_related = ("actor", "cycle__congress")
    list_filter = ("act",)

    @admin.display(description=_("hash"))
    def short_digest(self, entry: JournalEntry) -> str:
        return entry.digest[:12]


class DeliveryRecord(Record):
    list_display = ("number", "candidate", "became", "status", "lead_unit", "cycle")
    list_select_related = ("cycle__congress", "candidate", "lead_unit")


class BreakdownRecord(Record):
    list_display = ("cycle", "version", "issued_by", "issued_at", "digest")
    list_select_related = ("cycle__congress", "issued_by")


class DeliveryPart(Record):
    """What hangs on a delivery."""

    to_cycle = "delivery__cycle"


class ReportRecord(DeliveryPart):
    list_display = ("delivery", "day", "reported_by", "reported_at")
    list_select_related = ("delivery__cycle__congress", "delivery__candidate", "reported_by")


class ChangeRecord(DeliveryPart):
    list_display = ("delivery", "asked_by", "asked_at", "approved", "decided_on")
    list_select_related = ("delivery__cycle__congress", "delivery__candidate", "asked_by")


class CompletionRecord(DeliveryPart):
    list_display = ("delivery", "handed_in_by", "handed_in_at", "accepted", "decided_at")
    list_select_related = ("delivery__cycle__congress", "delivery__candidate", "handed_in_by")


class DisposalRecord(Record):
    list_display = ("cycle", "slips", "ballots", "disposed_by", "disposed_at")
    list_select_related = ("cycle__congress", "disposed_by")


def register() -> None:
    """Put everything that may be looked at on the site. SealedBallot and AccessCode are not among it."""
    site.register(Cycle, CycleRecord)
    site.register(Candidate, CandidateRecord)
    site.register(VotingRules, RulesRecord)
    site.register(Round, RoundRecord)
    site.register(BallotItem, ItemRecord)
    site.register(RollEntry, RollRecord)
    site.register(UrnSeal, SealRecord)
    site.register(Tally, TallyRecord)
    site.register(Certification, CertificationRecord)
    site.register(Notice, NoticeRecord)
    site.register(JournalEntry, JournalRecord)
    site.register(Delivery, DeliveryRecord)
    site.register(Breakdown, BreakdownRecord)
    site.register(ProgressReport, ReportRecord)
    site.register(ChangeRequest, ChangeRecord)
    site.register(Completion, CompletionRecord)
    site.register(Disposal, DisposalRecord)
    site.register(Unit, UnitAdmin)
    site.register(Delegation, DelegationAdmin)
    site.register(Delegate, DelegateAdmin)

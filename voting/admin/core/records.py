"""The records of the vote in the admin: to be read by the staff of the same kind, changed by nobody."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import admin as accounts_admin
from accounts.models import Delegate, Delegation, Unit, User
from voting import permissions
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


class Record(accounts_admin.ClosedList):
    """View-only for everyone, superusers included, and only within the person's own kind."""

    #: The way from a record to its cycle, for the filter by kind.
    to_cycle = "cycle"
    may_see = staticmethod(permissions.can_watch)
    actions = None
    list_display_links: Any = None
    show_full_result_count = False
    list_select_related: ClassVar[Any] = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask of the record's own cycle; for a list, of a cycle of the person's own kind."""
        kind = getattr(request.user, "kind", "")
        return self.may_see(request.user, self.cycle_of(obj) if obj is not None else Cycle(kind=kind))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the records of the person's own kind with what they point to, which lists and pages name."""
        path = f"{self.to_cycle}__kind" if self.to_cycle else "kind"
        named = {field.name for field in self.opts.fields if field.many_to_one or field.one_to_one}
        rows = super().get_queryset(request).select_related(*named, *self.list_select_related)
        return rows.filter(**{path: getattr(request.user, "kind", "")})

    def cycle_of(self, obj: Any) -> Any:
        for name in filter(None, self.to_cycle.split("__")):
            obj = getattr(obj, name)
        return obj


class CycleRecord(Record):
    to_cycle = ""
    list_display = ("slug", "place", "year", "kind", "stage", "seats")
    list_display_links = ("slug",)


class CandidateRecord(Record):
    list_display = ("number", "name", "cycle")
    list_display_links = ("name",)
    list_select_related = ("cycle",)
    search_fields = ("name", "name_en")


class RulesRecord(Record):
    list_display = ("cycle", "seats", "ballot_type", "adopted_at", "digest")
    list_display_links = ("cycle",)
    list_select_related = ("cycle",)
    readonly_fields = ("adopted_at", "digest")


class RoundRecord(Record):
    list_display = ("cycle", "number", "status", "opened_at", "closed_at", "key_fingerprint")
    list_display_links = ("number",)
    list_select_related = ("cycle",)
    fields = (
        "cycle", "number", "rules", "status", "seats", "definition_digest", "definition", "slips_needed",
        "slips_issued", "key_fingerprint", "opened_at", "closed_at", "issued",
    )  # fmt: skip


class RollRecord(Record):
    """应到: without who has voted, which nobody needs to look up (TRUST.md §2)."""

    to_cycle = "round__cycle"
    list_display = ("number", "name", "delegation", "presence", "round")
    list_select_related = ("round__cycle",)
    list_filter = ("presence", "delegation")
    search_fields = ("number", "name")
    fields = ("round", "number", "name", "delegation", "presence")


class ItemRecord(Record):
    to_cycle = "round__cycle"
    list_display = ("number", "candidate", "round")
    list_display_links = ("candidate",)
    list_select_related = ("candidate", "round__cycle")


class SealRecord(Record):
    to_cycle = "round__cycle"
    list_display = ("round", "ballots", "root")
    list_display_links = ("round",)
    list_select_related = ("round__cycle",)
    fields = ("round", "ballots", "root")


class TallyRecord(Record):
    """The patterns are for the scrutineers only: a full ballot can name its voter (TRUST.md F26)."""

    to_cycle = "round__cycle"
    may_see = staticmethod(permissions.can_see_tally)
    list_display = ("round", "counted_by", "counted_at", "digest")
    list_display_links = ("round",)
    list_select_related = ("round__cycle", "counted_by")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = ("round", "counted_by", "counted_at", "digest", "working")
        if obj is None or not permissions.can_see_patterns(request.user, self.cycle_of(obj)):
            return fields
        return (*fields, "patterns")


class CertificationRecord(Record):
    to_cycle = "tally__round__cycle"
    may_see = staticmethod(permissions.can_see_tally)
    list_display = ("tally", "certified_by", "certified_at")
    list_display_links = ("tally",)
    list_select_related = ("tally__round__cycle", "certified_by")


class NoticeRecord(Record):
    to_cycle = "round__cycle"
    list_display = ("round", "published_by", "published_at", "digest")
    list_display_links = ("round",)
    list_select_related = ("round__cycle", "published_by")


class JournalRecord(Record):
    list_display = ("sequence", "act", "actor", "at", "cycle", "short_digest")
    list_display_links = ("sequence",)
    list_select_related = ("actor", "cycle")
    list_filter = ("act",)

    @admin.display(description=_("hash"))
    def short_digest(self, entry: JournalEntry) -> str:
        return entry.digest[:12]


class DeliveryRecord(Record):
    list_display = ("number", "candidate", "became", "status", "lead_unit", "cycle")
    list_display_links = ("number",)
    list_select_related = ("cycle", "candidate", "lead_unit")


class BreakdownRecord(Record):
    list_display = ("cycle", "version", "issued_by", "issued_at", "digest")
    list_display_links = ("cycle",)
    list_select_related = ("cycle", "issued_by")


class DeliveryPart(Record):
    """What hangs on a delivery."""

    to_cycle = "delivery__cycle"
    list_display_links = ("delivery",)


class ReportRecord(DeliveryPart):
    list_display = ("delivery", "day", "reported_by", "reported_at")
    list_select_related = ("delivery__cycle", "delivery__candidate", "reported_by")


class ChangeRecord(DeliveryPart):
    list_display = ("delivery", "asked_by", "asked_at", "approved", "decided_on")
    list_select_related = ("delivery__cycle", "delivery__candidate", "asked_by")


class CompletionRecord(DeliveryPart):
    list_display = ("delivery", "handed_in_by", "handed_in_at", "accepted", "decided_at")
    list_select_related = ("delivery__cycle", "delivery__candidate", "handed_in_by")


class DisposalRecord(Record):
    list_display = ("cycle", "slips", "ballots", "disposed_by", "disposed_at")
    list_display_links = ("cycle",)
    list_select_related = ("cycle", "disposed_by")


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
    site.register(User, accounts_admin.UserAdmin)
    site.register(Unit, accounts_admin.UnitAdmin)
    site.register(Delegation, accounts_admin.DelegationAdmin)
    site.register(Delegate, accounts_admin.DelegateAdmin)

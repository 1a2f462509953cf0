"""The unit's own project on a phone: report, ask for a change, hand in, answer; and the table of progress."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from voting import permissions
from voting.admin.after.pages import AfterPage, ProjectPage
from voting.admin.core.lists import reading_form, remarks_and_questions, table_of, unsettled
from voting.admin.core.pages import cycle_of
from voting.domain.after import (
    changes,
    completions,
    light_settings,
    progress,
    progress_cells,
    progress_lists,
    rectifications,
    supervision,
)
from voting.domain.after.progress_rows import FIGURES
from voting.domain.core.imports import choices_of
from voting.foreign.tables import MOST_BYTES, OpenTable
from voting.forms.after import delivery as forms
from voting.forms.after.progress import ReportForm
from voting.forms.after.supervision import FindingForm
from voting.forms.before.proposal_list import UploadTableForm
from voting.forms.core.imports import ApplyForm, ApplySeenForm, ReadingForm
from voting.forms.core.verbs import Verb
from voting.models import Cycle, Delivery, Finding, ProgressList, Rectification
from voting.printing.files import staff_file
from voting.printing.tables import rows_as_xlsx
from voting.read_models.after.overview import overview
from voting.read_models.after.unit_desk import pending, step_words, unit_notes, where_it_stands
from voting.states import DeliveryStatus
from voting.text.numbers import MOST_KEY, small_whole


class UnitDeliveryPage(ProjectPage):
    """One project for the officers of its unit, and for the clerk."""

    template = "admin/after/unit.html"
    seen_by = permissions.can_report

    @cached_property
    def project(self) -> Delivery:
        """The project, where it is on the person's desk: to report on it, or to answer a finding or an order."""
        delivery = self.line.delivery
        mine = progress.may_report(self.user, delivery) or self.findings or self.orders
        if not mine and not asked_of(self.user, delivery):
            raise PermissionDenied
        return delivery

    def verbs(self) -> dict[str, Verb]:
        delivery = self.project
        if self.cycle.stage not in light_settings.GOING_ON or self.line.begun is None:
            return {}
        verbs: dict[str, Verb] = {}
        if progress.may_report(self.user, delivery) and delivery.status == DeliveryStatus.RUNNING:
            verbs |= self._report_verbs(delivery)
        if self.user.role == Role.UNIT:
            verbs |= {f"finding-{each.pk}": self._answer(each) for each in self.findings}
            verbs |= {f"order-{each.pk}": self._reply(each) for each in self.orders}
        return verbs

    def _report_verbs(self, delivery: Delivery) -> dict[str, Verb]:
        now = self.line.progress
        verbs = {
            "report": Verb(
                self.with_files(partial(ReportForm, delivery=delivery, now=now)),
                lambda form: progress.report(**form.values, delivery=delivery, **self.acting),
                _("The report is published. A mistake is mended by another report."),
                undo="report",
            )
        }
        if not delivery.changes.filter(approved=None).exists():
            verbs["change"] = Verb(
                lambda data: forms.ChangeForm(data, delivery=delivery, auto_id="c_%s"),
                lambda form: changes.ask_change(
                    plan=form.plan, reason=form.cleaned_data["reason"], delivery=delivery, **self.acting
                ),
                _("The change is asked for; nothing changes before the standing committee has approved it."),
                undo="DeliveryPage.refuse",
            )
        if all(each.accepted is not None for each in delivery.completions.all()):
            unreached = completions.unreached(delivery, now)
            verbs["hand_in"] = Verb(
                lambda data: forms.HandInForm(data, unreached=unreached, auto_id="h_%s"),
                lambda form: completions.hand_in(
                    evidence=form.cleaned_data["text"], delivery=delivery, **self.acting
                ),
                _("Handed in. The clerk accepts it or sends it back."),
                undo="DeliveryPage.return",
            )
        return verbs

    def _answer(self, finding: Finding) -> Verb:
        return Verb(
            partial(FindingForm, auto_id=f"f{finding.pk}_%s"),
            lambda form: supervision.reply(finding=finding, text=form.cleaned_data["text"], **self.acting),
            _("The answer is given; the supervision group closes the finding or sends it back."),
            undo="supervision.back",
        )

    def _reply(self, order: Rectification) -> Verb:
        return Verb(
            partial(forms.TextForm, auto_id=f"o{order.pk}_%s"),
            lambda form: rectifications.reply_rectification(
                rectification=order, text=form.cleaned_data["text"], **self.acting
            ),
            _("The answer is given; the project can be assessed again."),
            undo="DeliveryPage.mend",
        )

    @cached_property
    def findings(self) -> list[Finding]:
        """The open findings that the person's unit answers."""
        asked = Finding.objects.filter(inspection__delivery=self.line.delivery, closed_at=None)
        return list(asked.filter(unit=self.user.unit_id).prefetch_related("steps__by").order_by("due"))

    @cached_property
    def orders(self) -> list[Rectification]:
        """The open orders that the person's unit answers; the clerk sees all of them."""
        orders = Rectification.objects.filter(delivery=self.line.delivery, replied_at=None)
        waiting = list(orders.select_related("delivery__cycle__congress"))
        if self.user.role == Role.CLERK:
            return waiting
        if self.cycle.stage not in light_settings.GOING_ON:
            return []
        return [each for each in waiting if rectifications.answers(self.user, each, self.line.grades)]

    def context(self) -> dict[str, Any]:
        delivery, shown = self.project, self.shown_forms
        return {
            "title": str(delivery),
            "delivery": delivery,
            "line": self.line,
            "rule_words": self.seen.rule_words,
            "pending": pending(delivery),
            "findings": [
                (each, shown.get(f"finding-{each.pk}"), where_it_stands(each), step_words(each))
                for each in self.findings
            ],
            "orders": [(each, shown.get(f"order-{each.pk}")) for each in self.orders],
            "today": timezone.localdate(),
        }


def asked_of(user: User, delivery: Delivery) -> bool:
    """Tell whether a finding was ever put to the person's unit, closed ones too."""
    return Finding.objects.filter(inspection__delivery=delivery, unit=user.unit_id).exists()


class ProgressTablePage(AfterPage):
    """The table of all targets and milestones: out as XLSX, back with a preview, all of it or nothing."""

    template = "admin/after/table.html"
    seen_by = permissions.can_report

    def verbs(self) -> dict[str, Verb]:
        if self.cycle.stage not in light_settings.GOING_ON or not self.cycle.breakdowns.exists():
            return {}
        return {
            "upload": Verb(self.with_files(UploadTableForm), self._upload, undo="drop"),
            "read": Verb(self._reading_form, self._read, undo="read"),
            "apply": Verb(
                ApplySeenForm,
                lambda form: progress_lists.apply(
                    staged=self._sent(form),
                    seen=form.cleaned_data["seen"],
                    agreed=form.cleaned_data["agreed"],
                    **self.acting,
                ),
                lambda published: _("Reports published: %d") % published,
                undo="UnitDeliveryPage.report",
            ),
            "drop": Verb(
                ApplyForm,
                lambda form: progress_lists.drop(staged=self._sent(form)),
                _("The preview is dropped; nothing was imported."),
                undo="upload",
            ),
        }

    def _upload(self, form: Any) -> HttpResponse:
        file = form.cleaned_data["file"]
        staged = progress_lists.stage(
            cycle=self.cycle, file_name=file.name, content=file.read(MOST_BYTES + 1), **self.acting
        )
        return self.stay(_("The table is read; nothing is reported yet."), query=f"?list={staged.pk}")

    def _reading_form(self, data: Any) -> ReadingForm:
        return reading_form(progress_lists.TABLES, self.table, self.asked(), data)

    def _read(self, form: Any) -> HttpResponse:
        staged = self._sent(form)
        progress_lists.choose(cycle=self.cycle, staged=staged, choices=form.choices)
        return self.stay(_("The table is read; nothing is reported yet."), query=f"?list={staged.pk}")

    @cached_property
    def table(self) -> OpenTable | None:
        """The file of a preview, open as it is to be read."""
        return table_of(progress_lists.TABLES, self.asked(), self.cycle)

    def _sent(self, form: Any) -> ProgressList:
        return self.staged(form.cleaned_data["staged"])

    def staged(self, key: int) -> ProgressList:
        """Return a preview of the person's own. Raises Http404."""
        staged = ProgressList.objects.filter(pk=key, cycle=self.cycle, uploaded_by=self.user).first()
        if staged is None:
            raise Http404
        return staged

    def asked(self) -> ProgressList | None:
        """Return the preview that the address or the form names. Raises Http404 where it names none of the person's."""
        key = self.request.GET.get("list") or self.request.POST.get("staged", "")
        return self.staged(small_whole(key, most=MOST_KEY) or 0) if key else None

    def context(self) -> dict[str, Any]:
        staged, preview, table = self.asked(), None, self.table
        if staged and table and not table.unsettled:
            preview = progress_lists.preview(
                cycle=self.cycle,
                content=bytes(staged.content),
                by=self.user,
                at=timezone.now(),
                choices=choices_of(staged),
            )
        return {
            "title": _("Table of progress"),
            "staged": staged,
            "preview": preview,
            "notes": progress_cells.notes(),
            "table": table,
            "unsettled": unsettled(progress_lists.TABLES, table),
            "templates": "",
            **remarks_and_questions(preview, FIGURES),
        }


def progress_table(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the table of the person's own projects, or of all for the clerk. Raises PermissionDenied."""
    cycle = cycle_of(request.user, slug, assesses=None)
    if not permissions.can_report(request.user, cycle) or not isinstance(request.user, User):
        raise PermissionDenied
    rows = progress_lists.table(progress_lists.deliveries_of(cycle, request.user), on=timezone.localdate())
    content = rows_as_xlsx([list(row) for row in rows], second=progress_cells.notes())
    return staff_file(f"{slug}-progress.xlsx", content)


def unit_rows(user: User) -> list[tuple[Cycle, list[Any]]]:
    """Return the cycles with projects of the officer's unit: each line as it stands today, with what waits there."""
    rows = []
    asked = Finding.objects.filter(unit=user.unit_id, closed_at=None).values("inspection__delivery")
    orders = rectifications.orders_for(user)
    ordered = [each.delivery_id for each in orders]
    mine = Delivery.objects.filter(Q(lead_unit=user.unit_id) | Q(pk__in=asked) | Q(pk__in=ordered))
    own = Cycle.objects.select_related("congress").filter(congress=user.congress_id)
    cycles = own.filter(stage__in=light_settings.GOING_ON, deliveries__in=mine).distinct()
    waits = unit_notes(orders, Delivery.objects.filter(lead_unit=user.unit_id)) if user.unit_id else {}
    for cycle in cycles.order_by("-year", "slug") if user.unit_id else ():
        numbers = list(mine.filter(cycle=cycle).values_list("number", flat=True).distinct())
        if seen := overview(cycle, on=timezone.localdate(), drafts=True, numbers=numbers):
            rows.append((cycle, [(line, waits.get(line.delivery.pk, [])) for line in seen.lines]))
    return rows

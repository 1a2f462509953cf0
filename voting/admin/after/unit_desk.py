"""The unit's own project on a phone: report, ask for a change, hand in, answer; and the table of progress."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from voting import permissions
from voting.admin.after.pages import AfterPage, Maker
from voting.domain.after import (
    assessments,
    changes,
    completions,
    light_settings,
    progress,
    progress_cells,
    progress_lists,
    supervision,
)
from voting.forms.after import delivery as forms
from voting.forms.after.progress import ReportForm
from voting.forms.after.supervision import FindingForm
from voting.forms.before.proposal_list import UploadTableForm
from voting.forms.core.steps import StepForm
from voting.forms.vote.roster import ApplyForm
from voting.models import Cycle, Delivery, Finding, ProgressList, Rectification
from voting.printing.tables import rows_as_xlsx
from voting.read_models.after.overview import overview
from voting.read_models.after.unit_desk import pending, said_of, unit_notes, where_it_stands
from voting.states import DeliveryStatus

MOST_DIGITS = 18  # of a key that the database can hold
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UnitDeliveryPage(AfterPage):
    """One project for the officers of its unit, and for the clerk."""

    template = "admin/after/unit.html"
    seen_by = permissions.can_report

    def dispatch(self, request: HttpRequest, *args: Any, number: int = 0, **kwargs: Any) -> HttpResponse:
        self.number = number
        return super().dispatch(request, *args, **kwargs)

    @property
    def found(self) -> Delivery:
        found = self.delivery(self.number)
        if not concerns(self.user, found):
            raise PermissionDenied
        return found

    def makers(self) -> dict[str, Maker]:
        delivery, found = self.found, dict[str, Maker]()
        if self.cycle.stage not in light_settings.GOING_ON or not self.cycle.breakdowns.exists():
            return found
        if progress.may_report(self.user, delivery) and delivery.status == DeliveryStatus.RUNNING:
            rule, _days = light_settings.rule_of(self.cycle)
            now = progress.progress_of(delivery, on=timezone.localdate(), rule=rule)
            files = self.request.FILES or None
            found["report"] = lambda data: ReportForm(data, files, delivery=delivery, now=now)
            if not delivery.changes.filter(approved=None).exists():
                found["change"] = lambda data: forms.ChangeForm(data, delivery=delivery, auto_id="c_%s")
            if not delivery.completions.filter(accepted=None).exists():
                unreached = completions.unreached(delivery, now)
                found["hand_in"] = lambda data: forms.HandInForm(data, unreached=unreached, auto_id="h_%s")
        if self.user.role == Role.UNIT:
            for finding in self.findings(delivery):
                found[f"finding-{finding.pk}"] = partial(FindingForm, auto_id=f"f{finding.pk}_%s")
            for each in self.orders(delivery):
                found[f"order-{each.pk}"] = partial(forms.TextForm, auto_id=f"o{each.pk}_%s")
        return found

    def findings(self, delivery: Delivery) -> list[Finding]:
        """Return the open findings that the person's unit answers."""
        found = Finding.objects.filter(inspection__delivery=delivery, unit=self.user.unit_id, closed_at=None)
        return list(found.prefetch_related("steps__by").order_by("due"))

    def orders(self, delivery: Delivery) -> list[Rectification]:
        """Return the open orders that the person's unit answers; the clerk sees all of them."""
        if self.user.role == Role.CLERK:
            return list(Rectification.objects.filter(delivery=delivery, replied_at=None))
        return [each for each in assessments.orders_for(self.user) if each.delivery_id == delivery.pk]

    def act(self, form: Any) -> str:
        delivery, data = self.found, form.cleaned_data
        given: dict[str, Any] = {"delivery": delivery, **self.acting}
        if self.doing == "report":
            progress.report(**form.values, **given)
            return _("The report is published. A mistake is mended by another report.")
        if self.doing == "change":
            changes.ask_change(plan=form.plan, reason=data["reason"], **given)
            return _(
                "The change is asked for; nothing changes before the standing committee has approved it."
            )
        if self.doing == "hand_in":
            completions.hand_in(evidence=data["text"], **given)
            return _("Handed in. The clerk accepts it or sends it back.")
        kind, _dash, key = self.doing.partition("-")
        if kind == "finding":
            finding = get_object_or_404(Finding, pk=key)
            supervision.reply(finding=finding, text=data["text"], **self.acting)
            return _("The answer is given; the supervision group closes the finding or sends it back.")
        order = get_object_or_404(Rectification, pk=key)
        assessments.reply_rectification(rectification=order, text=data["text"], **self.acting)
        return _("The answer is given; the project can be assessed again.")

    def context(self) -> dict[str, Any]:
        delivery = self.found
        seen = overview(self.cycle, on=timezone.localdate(), drafts=True, numbers=[self.number])
        shown = self._forms
        return {
            "title": str(delivery),
            "delivery": delivery,
            "line": seen.line(self.number) if seen else None,
            "rule_words": seen.rule_words if seen else [],
            "pending": pending(delivery),
            "findings": [
                (each, shown.get(f"finding-{each.pk}"), where_it_stands(each), said_of(each))
                for each in self.findings(delivery)
            ],
            "orders": [(each, shown.get(f"order-{each.pk}")) for each in self.orders(delivery)],
            "today": timezone.localdate(),
        }

    def page(self, sent: StepForm | None = None, *, status: int = 200) -> HttpResponse:
        self._forms = {name: make(None) for name, make in self.makers().items()}
        if sent is not None and self.doing in self._forms:
            self._forms[self.doing] = sent
        return super().page(sent, status=status)


def concerns(user: User, delivery: Delivery) -> bool:
    """Tell whether the project is on the person's desk: to report on it, or to answer a finding or an order."""
    if progress.may_report(user, delivery):
        return True
    if Finding.objects.filter(inspection__delivery=delivery, unit=user.unit_id).exists():
        return True
    return any(each.delivery_id == delivery.pk for each in assessments.orders_for(user))


class ProgressTablePage(AfterPage):
    """The table of all targets and milestones: out as XLSX, back with a preview, all of it or nothing."""

    template = "admin/after/table.html"
    seen_by = permissions.can_report

    def makers(self) -> dict[str, Maker]:
        if self.cycle.stage not in light_settings.GOING_ON or not self.cycle.breakdowns.exists():
            return {}
        files = self.request.FILES or None
        return {
            "upload": lambda data: UploadTableForm(data, files),
            "apply": ApplyForm,
            "drop": ApplyForm,
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        answer = super().post(request, **kwargs)
        if self.doing == "upload" and isinstance(answer, HttpResponseRedirect):
            return HttpResponseRedirect(f"{request.path}?list={self.kept}")
        return answer

    def staged(self, key: int) -> ProgressList:
        found = ProgressList.objects.filter(pk=key, cycle=self.cycle, uploaded_by=self.user).first()
        if found is None:
            raise Http404
        return found

    def act(self, form: Any) -> str:
        data = form.cleaned_data
        if self.doing == "upload":
            file = data["file"]
            self.kept = progress_lists.stage(
                cycle=self.cycle, file_name=file.name, content=file.read(), **self.acting
            ).pk
            return _("The table is read; nothing is reported yet.")
        staged = self.staged(data["staged"])
        if self.doing == "drop":
            progress_lists.drop(staged=staged)
            return _("The preview is dropped; nothing was imported.")
        return _("Reports published: %d") % progress_lists.apply(staged=staged, **self.acting)

    def asked(self) -> ProgressList | None:
        """Return the preview that the address or the form names. Raises Http404 where it names none of the person's."""
        key = self.request.GET.get("list") or self.request.POST.get("staged", "")
        if not key:
            return None
        if not (key.isascii() and key.isdigit()) or len(key) > MOST_DIGITS:
            raise Http404
        return self.staged(int(key))

    def context(self) -> dict[str, Any]:
        staged = self.asked()
        preview = None
        if staged and staged.status == ProgressList.Status.STAGED:
            preview = progress_lists.preview(
                cycle=self.cycle, content=bytes(staged.content), by=self.user, at=timezone.now()
            )
        said = {"staged": staged, "preview": preview, "notes": progress_cells.notes()}
        return {"title": _("Table of progress"), **said}


def progress_table(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the table of the person's own projects, or of all for the clerk. Raises PermissionDenied."""
    cycle = get_object_or_404(Cycle, slug=slug, assesses=None)
    if not permissions.can_report(request.user, cycle) or not isinstance(request.user, User):
        raise PermissionDenied
    rows = progress_lists.table(progress_lists.deliveries_of(cycle, request.user), on=timezone.localdate())
    content = rows_as_xlsx([list(row) for row in rows], second=progress_cells.notes())
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{slug}-progress.xlsx"'
    return answer


def unit_rows(user: User) -> list[tuple[Cycle, list[Any]]]:
    """Return the cycles with projects of the officer's unit: each line as it stands today, with what waits there."""
    found = []
    asked = Finding.objects.filter(unit=user.unit_id, closed_at=None).values("inspection__delivery")
    orders = assessments.orders_for(user)
    ordered = [each.delivery_id for each in orders]
    mine = Delivery.objects.filter(Q(lead_unit=user.unit_id) | Q(pk__in=asked) | Q(pk__in=ordered))
    cycles = Cycle.objects.filter(
        kind=user.kind, stage__in=light_settings.GOING_ON, deliveries__in=mine
    ).distinct()
    waits = unit_notes(orders, Delivery.objects.filter(lead_unit=user.unit_id)) if user.unit_id else {}
    for cycle in cycles.order_by("-year", "slug") if user.unit_id else ():
        numbers = list(mine.filter(cycle=cycle).values_list("number", flat=True).distinct())
        if seen := overview(cycle, on=timezone.localdate(), drafts=True, numbers=numbers):
            found.append((cycle, [(line, waits.get(line.delivery.pk, [])) for line in seen.lines]))
    return found

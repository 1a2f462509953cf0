"""The delegates' part after the vote: remarks, and the supervision group's inspections and findings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from voting import queries
from voting.domain.after import supervision as verbs
from voting.domain.core.refusals import Refused
from voting.forms.after.supervision import FindingForm, InspectionForm, RemarkForm
from voting.forms.core.steps import StepForm
from voting.models import Cycle, Delivery, Finding, Inspection
from voting.views.vote.refusal_page import Calm, delegate_page

MISTAKEN, REFUSED = 422, 409


class NoSuchStep(Refused):
    def __str__(self) -> str:
        return _("A finding is closed, sent back or escalated: press one of these buttons. Nothing was done.")


def _delivery(slug: str, number: int) -> tuple[Cycle, Delivery]:
    cycle = queries.public_cycle(slug)
    found = (
        Delivery.objects.filter(cycle=cycle, number=number)
        .select_related("cycle", "candidate", "lead_unit")
        .first()
    )
    if found is None:
        raise Http404
    return cycle, found


def _signed_in(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        way = ("accounts:enter", _("Delegate sign-in"))
        raise Calm(_("This page is for delegates"), _("Please sign in with your slip."), status=403, way=way)
    return request.user


@delegate_page
def remark(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Publish a delegate's remark; a mistake shows it again with what was written."""
    cycle, delivery = _delivery(slug, number)
    if request.method != "POST":
        return redirect("voting:delivery", slug=slug, number=number)
    user, form = _signed_in(request), RemarkForm(request.POST)
    status = MISTAKEN
    if form.is_valid():
        try:
            verbs.remark(delivery=delivery, text=form.cleaned_data["text"], by=user, at=timezone.now())
            return redirect("voting:delivery", slug=slug, number=number)
        except (Refused, ValidationError) as refusal:
            form.refuse(refusal)
            status = REFUSED
    context = {"cycle": cycle, "delivery": delivery, "remark_form": form}
    return render(request, "after/remark.html", context, status=status)


@delegate_page
def supervise(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Record an inspection with its faults; close a finding, send it back or escalate it."""
    cycle, delivery = _delivery(slug, number)
    user = _signed_in(request)
    if not verbs.is_watcher(user, delivery):
        raise Calm(_("This page is for the supervision group"), verbs.NotOfTheGroup(), status=403)
    if request.method != "POST":
        return _page(request, cycle, delivery, _inspection(delivery))
    doing = request.POST.get("do", "")
    form: Any = _inspection(delivery, request.POST) if doing == "inspect" else FindingForm(request.POST)
    if not form.is_valid():
        return _page(request, cycle, delivery, form, status=MISTAKEN)
    try:
        said = _act(request, doing, delivery, form, user)
    except (Refused, ValidationError) as refusal:
        form.refuse(refusal)
        return _page(request, cycle, delivery, form, status=REFUSED)
    messages.success(request, said)
    return redirect("voting:supervise", slug=slug, number=number)


def _inspection(delivery: Delivery, data: Any = None) -> InspectionForm:
    return InspectionForm(
        data, kind=delivery.cycle.kind, lead=delivery.lead_unit, initial={"day": timezone.localdate()}
    )


def _act(request: HttpRequest, doing: str, delivery: Delivery, form: Any, user: User) -> str:
    """Make the one call of the domain that the button names, and return what is said about it.

    Raises Http404, NoSuchStep, or what the verb refuses.
    """
    acting: dict[str, Any] = {"by": user, "at": timezone.now()}
    if doing == "inspect":
        given = {name: form.cleaned_data[name] for name in ("visit", "day", "text")}
        verbs.inspect(delivery=delivery, faults=form.faults, **given, **acting)
        if not (found := len(form.faults)):
            return _("The inspection is recorded, without findings.")
        return (
            ngettext(
                "The inspection is recorded; %d fault goes to its unit.",
                "The inspection is recorded; %d faults go to their units.",
                found,
            )
            % found
        )
    finding = _finding(delivery, request.POST.get("finding", ""))
    text = form.cleaned_data["text"]
    if doing == "close":
        verbs.close(finding=finding, text=text, **acting)
        return _("The finding is closed.")
    if doing not in {"back", "escalate"}:
        raise NoSuchStep
    verbs.send_back(finding=finding, text=text, escalate=doing == "escalate", **acting)
    return (
        _("The finding is escalated.") if doing == "escalate" else _("The finding is sent back to its unit.")
    )


def _finding(delivery: Delivery, key: str) -> Finding:
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 12 else 0  # noqa: PLR2004 digits
    found = Finding.objects.filter(pk=number, inspection__delivery=delivery).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, cycle: Cycle, delivery: Delivery, form: StepForm, *, status: int = 200
) -> HttpResponse:
    findings = (
        Finding.objects.filter(inspection__delivery=delivery)
        .select_related("unit", "inspection")
        .prefetch_related("steps")
        .order_by("closed_at", "due", "pk")
    )
    asked = request.POST.get("finding", "") if isinstance(form, FindingForm) else ""
    context = {
        "cycle": cycle,
        "delivery": delivery,
        "form": form if isinstance(form, InspectionForm) else _inspection(delivery),
        "findings": [
            (
                each,
                form if str(each.pk) == asked else FindingForm(auto_id=f"f{each.pk}_%s"),
                verbs.is_answered(each),
            )
            for each in findings
        ],
        "without": Inspection.objects.filter(delivery=delivery, findings=None).order_by("-day", "-pk"),
        "today": timezone.localdate(),
    }
    return render(request, "after/supervise.html", context, status=status)

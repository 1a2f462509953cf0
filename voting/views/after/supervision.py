"""The delegates' part after the vote: remarks, and the supervision group's inspections and findings."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.congresses import here
from accounts.models import User
from voting import queries
from voting.domain.after import supervision as verbs
from voting.domain.core.refusals import Refused
from voting.forms.after.supervision import FindingForm, InspectionForm, RemarkForm
from voting.forms.core.resubmit import words_to_resubmit
from voting.forms.core.steps import StepForm
from voting.forms.core.verbs import Verb, refusal_lines
from voting.models import Cycle, Delivery, Finding, Inspection
from voting.text.numbers import MOST_KEY, small_whole
from voting.views.core.refusal_page import RefusalPage, delegate_page

MISTAKEN, REFUSED = 422, 409


class NoSuchStep(Refused):
    def __str__(self) -> str:
        return _("A finding is closed, sent back or escalated: press one of these buttons. Nothing was done.")


def _delivery(request: HttpRequest, slug: str, number: int) -> tuple[Cycle, Delivery]:
    cycle = queries.public_cycle(here(request), slug)
    delivery = (
        Delivery.objects.filter(cycle=cycle, number=number)
        .select_related("cycle__congress", "candidate", "lead_unit")
        .first()
    )
    if delivery is None:
        raise Http404
    return cycle, delivery


def _signed_in(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        way = ("accounts:enter", _("Delegate sign-in"))
        raise RefusalPage(
            _("This page is for delegates"), _("Please sign in with your slip."), status=403, way=way
        )
    return request.user


@delegate_page
def remark(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Publish a delegate's remark; a mistake shows it again with what was written."""
    cycle, delivery = _delivery(request, slug, number)
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
    context = {"cycle": cycle, "delivery": delivery, "remark_form": form, "refused": refusal_lines(form)}
    return render(request, "after/remark.html", context, status=status)


@delegate_page
def supervise(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Record an inspection with its faults; close a finding, send it back or escalate it."""
    cycle, delivery = _delivery(request, slug, number)
    user = _signed_in(request)
    if not verbs.is_watcher(user, delivery):
        raise RefusalPage(_("This page is for the supervision group"), verbs.NotOfTheGroup(), status=403)
    if request.method != "POST":
        return _page(request, cycle, delivery, _inspection(delivery))
    verb = _verbs(request, delivery, user).get(request.POST.get("do", ""))
    if verb is None:
        return _page(request, cycle, delivery, _no_such_step(request), status=REFUSED)
    form = verb.form(request.POST)
    if not form.is_valid():
        return _page(request, cycle, delivery, form, status=MISTAKEN)
    try:
        outcome = verb.act(form)
    except (Refused, ValidationError) as refusal:
        form.refuse(refusal)
        return _page(request, cycle, delivery, form, status=REFUSED)
    messages.success(request, verb.told(outcome))
    return redirect("voting:supervise", slug=slug, number=number)


def _no_such_step(request: HttpRequest) -> FindingForm:
    """Return the form of a finding with what was typed into it, and the refusal."""
    form = FindingForm(request.POST)
    form.full_clean()
    form.errors.clear()
    form.refuse(NoSuchStep())
    return form


def _verbs(request: HttpRequest, delivery: Delivery, user: User) -> dict[str, Verb]:
    """Return what the group can do: inspect; close a finding, send it back or escalate it. Acts raise Http404."""
    acting: dict[str, Any] = {"by": user, "at": timezone.now()}

    def inspect(form: Any) -> int:
        seen = {name: form.cleaned_data[name] for name in ("visit", "day", "text")}
        verbs.inspect(delivery=delivery, faults=form.faults, **seen, **acting)
        return len(form.faults)

    def close(form: Any) -> None:
        verbs.close(finding=_finding(request, delivery), text=form.cleaned_data["text"], **acting)

    def send_back(form: Any, *, escalate: bool) -> None:
        finding = _finding(request, delivery)
        verbs.send_back(finding=finding, text=form.cleaned_data["text"], escalate=escalate, **acting)

    return {
        "inspect": Verb(partial(_inspection, delivery), inspect, _inspected, undo="inspect"),
        "close": Verb(FindingForm, close, _("The finding is closed."), undo="inspect"),
        "back": Verb(
            FindingForm,
            partial(send_back, escalate=False),
            _("The finding is sent back to its unit."),
            undo="close",
        ),
        "escalate": Verb(
            FindingForm, partial(send_back, escalate=True), _("The finding is escalated."), undo="close"
        ),
    }


def _inspection(delivery: Delivery, data: Any = None) -> InspectionForm:
    return InspectionForm(
        data,
        congress=delivery.cycle.congress_id,
        lead=delivery.lead_unit,
        initial={"day": timezone.localdate()},
    )


def _inspected(faults: int) -> str:
    if not faults:
        return _("The inspection is recorded, without findings.")
    text = ngettext(
        "The inspection is recorded; %d fault goes to its unit.",
        "The inspection is recorded; %d faults go to their units.",
        faults,
    )
    return text % faults


def _finding(request: HttpRequest, delivery: Delivery) -> Finding:
    key = small_whole(request.POST.get("finding", ""), most=MOST_KEY) or 0
    return get_object_or_404(Finding, pk=key, inspection__delivery=delivery)


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
    shown = isinstance(form, InspectionForm) or any(asked == str(each.pk) for each in findings)
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
        "refused": refusal_lines(form),
        "lost_words": [] if shown else words_to_resubmit(request.POST),
        "without": Inspection.objects.filter(delivery=delivery, findings=None).order_by("-day", "-pk"),
        "today": timezone.localdate(),
        "own_switch": True,
    }
    return render(request, "after/supervise.html", context, status=status)

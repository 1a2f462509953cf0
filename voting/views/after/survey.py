"""The residents' survey: open to everybody, without an account, without a script."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.congresses import here
from accounts.networks import address_of_person
from voting import queries
from voting.domain.after import surveys
from voting.domain.core.refusals import Refused
from voting.forms.core.honeypot import UNSEEN, UnseenFilledIn
from voting.forms.core.verbs import RefusalLine
from voting.labels import GRADES, choices_of
from voting.models import Cycle, Delivery, Survey
from voting.views.core.asked import reading
from voting.views.core.elder import switch_of_form, turning

MISTAKEN = 422


def _asked_of(request: HttpRequest, slug: str) -> tuple[Cycle, Survey, list[Delivery]]:
    """Return the year, its survey and what it asks about. Raises Http404 where there is none."""
    cycle = queries.public_cycle(here(request), slug)
    asked = Survey.objects.select_related("cycle__congress").filter(cycle=cycle).first()
    if asked is None:
        raise Http404
    deliveries = Delivery.objects.filter(cycle=cycle).select_related("candidate").order_by("number")
    return cycle, asked, list(deliveries)


def _ticked(request: HttpRequest, deliveries: list[Delivery]) -> dict[int, str]:
    return {each.number: request.POST.get(f"grade-{each.number}", "") for each in deliveries}


def _half_answered(request: HttpRequest, slug: str) -> HttpResponse:
    cycle, asked, deliveries = _asked_of(request, slug)
    return _page(request, cycle, asked, deliveries, _ticked(request, deliveries))


@reading("sent")
@turning(_half_answered)
def survey(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form, or take it in and say thank you; a refusal keeps what was marked."""
    cycle, asked, deliveries = _asked_of(request, slug)
    if request.method != "POST":
        return _page(request, cycle, asked, deliveries, {}, sent="sent" in request.GET)
    ticked = _ticked(request, deliveries)
    answers = {each.pk: ticked[each.number] for each in deliveries if ticked[each.number] in GRADES}
    ticket, address = request.POST.get("ticket", ""), address_of_person(request)
    try:
        if request.POST.get(UNSEEN):
            raise UnseenFilledIn
        surveys.answer(survey=asked, ticket=ticket, answers=answers, address=address, at=timezone.now())
    except (Refused, ValidationError) as refusal:
        return _page(request, cycle, asked, deliveries, ticked, refusal=refusal)
    return redirect(f"{request.path}?sent")


def _page(
    request: HttpRequest,
    cycle: Cycle,
    asked: Survey,
    deliveries: list[Delivery],
    ticked: dict[int, str],
    *,
    refusal: Exception | None = None,
    sent: bool = False,
) -> HttpResponse:
    rows = [
        (each, [(value, label, ticked.get(each.number) == value) for value, label in choices_of(GRADES)])
        for each in deliveries
    ]
    is_open = surveys.is_open(asked, timezone.now())
    context = {
        "cycle": cycle,
        "survey": asked,
        "rows": rows,
        "ticket": surveys.survey_ticket(asked),
        "refused": [RefusalLine(str(refusal))] if refusal else [],
        "sent": sent,
        "open": is_open,
    }
    if is_open and not sent:
        context |= switch_of_form(request, "survey")
    return render(request, "after/survey.html", context, status=MISTAKEN if refusal else 200)

"""附议 for everybody: second a public proposal, and learn while typing which ones are like it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.congresses import here
from accounts.networks import address_of_person
from voting import queries
from voting.domain.before import seconding
from voting.domain.before.calls import CallNotOpen
from voting.domain.core.refusals import Refused
from voting.forms.core.honeypot import UNSEEN, UnseenFilledIn
from voting.forms.core.verbs import RefusalLine
from voting.models import MOST_TITLE, Cycle, Proposal
from voting.read_models.before.public_proposals import alike_shown
from voting.states import Visibility
from voting.text.plain import plain
from voting.text.turns import NoTurn, Turns
from voting.views.core.asked import reading

CONFLICT = 409
#: The browser's own note of what was seconded from it: numbers, which nobody else keeps.
COOKIE = "seconded"
_KEPT = 90 * 24 * 3600  # seconds
_MOST_KEPT = 200
#: One looks for what a title is like, and one more waits a second.
SEARCHING = Turns(waiting=1, patience=1)


@reading("sent")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Ask whether it is meant, count it, and say thank you; what can't be counted is said in a sentence.

    A page of its own, so that the proposal's page is the same for everybody and may be kept.
    """
    cycle = queries.public_cycle(here(request), slug)
    proposal = get_object_or_404(Proposal.objects.select_related("merged_into"), cycle=cycle, number=number)
    now, kept = timezone.now(), _kept(request)
    if request.method != "POST":
        return _page(request, cycle, proposal, sent="sent" in request.GET and number in kept)
    try:
        if request.POST.get(UNSEEN):
            raise UnseenFilledIn
        if number in kept:
            raise seconding.SecondedAlready
        seconding.second(
            proposal=proposal,
            ticket=request.POST.get("ticket", ""),
            address=address_of_person(request),
            at=now,
        )
    except Refused as refusal:
        proposal.refresh_from_db()
        return _page(request, cycle, proposal, refusal=refusal)
    answer = HttpResponseRedirect(f"{request.path}?sent")
    numbers = ".".join(map(str, [number, *kept][:_MOST_KEPT]))
    way = reverse("voting:proposals", args=[slug])
    answer.set_cookie(
        COOKIE, numbers, max_age=_KEPT, path=way, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return answer


def _kept(request: HttpRequest) -> list[int]:
    """Return the numbers that this browser has noted; what makes no sense is left out of account."""
    noted = request.COOKIES.get(COOKIE, "").split(".")[:_MOST_KEPT]
    return [int(each) for each in noted if each.isascii() and each.isdigit() and len(each) < 7]  # noqa: PLR2004


def _page(
    request: HttpRequest,
    cycle: Cycle,
    proposal: Proposal,
    *,
    sent: bool = False,
    refusal: Refused | None = None,
) -> HttpResponse:
    published = queries.published_call(cycle)
    possible = seconding.may_be_seconded(proposal, published, timezone.now())
    shown = proposal.standing == Visibility.SHOWN
    if not (possible or sent or refusal):
        refusal = (
            CallNotOpen(published, timezone.now())
            if shown and proposal.merged_into_id is None
            else seconding.NotToBeSeconded(proposal.merged_into if shown else None)
        )
    context = {
        "cycle": cycle,
        "proposal": proposal,
        "shown": shown,
        "possible": possible and not isinstance(refusal, seconding.SecondedAlready),
        "sent": sent,
        "ticket": seconding.second_ticket(proposal),
        "refused": [RefusalLine(str(refusal))] if refusal else [],
    }
    return render(request, "before/proposals/second.html", context, status=CONFLICT if refusal else 200)


@require_POST
def alike(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the public proposals that a typed title is like. What is typed comes in the body: no address shows it.

    Whoever types can do without: where many ask at once, most are told of none, and the voters have the threads.
    """
    cycle = queries.public_cycle(here(request), slug)
    try:
        with SEARCHING.turn():
            like = alike_shown(cycle, plain(request.POST.get("title", ""))[:MOST_TITLE])
    except NoTurn:
        like = []
    rows = [
        {
            "number": each.number,
            "title": each.title,
            "seconds": each.seconds,
            "page": reverse("voting:proposal", args=[slug, each.number]),
            "second": reverse("voting:second", args=[slug, each.number]),
        }
        for each in like
    ]
    answer = JsonResponse({"alike": rows})
    answer["Cache-Control"] = "no-store"
    return answer

"""Check a receipt against the sealed lists, and the list itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.congresses import addresses_of, here
from accounts.models import Congress
from voting import queries
from voting.domain.vote import receipts
from voting.forms.core.verbs import refusal_lines
from voting.forms.vote.receipt import ReceiptForm
from voting.models import Round, UrnSeal
from voting.states import RoundStatus
from voting.views.core.files import download


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest) -> HttpResponse:
    """Tell whether a ballot with the typed receipt is in a sealed urn. The receipt is in no address and no log."""
    form = ReceiptForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form, "refused": refusal_lines(form)}
    holder: Round | None = None
    if request.method == "POST" and form.is_valid():
        holder = receipts.find(form.cleaned_data["receipt"], here(request))
        open_now = holder is None and _is_a_vote_open(here(request))
        context |= {
            "checked": True,
            "holder": holder,
            "open_now": open_now,
            "cycle": holder.cycle if holder else None,
        }
    status = 422 if form.errors else 200
    # Wherever the receipt is typed, the way leads on to the congress whose urn holds the ballot.
    with addresses_of(holder.cycle.congress if holder else None):
        return render(request, "vote/receipt.html", context, status=status)


def _is_a_vote_open(congress: Congress | None) -> bool:
    """Tell whether people are voting now in that congress, or in any where none is named."""
    rounds = Round.objects.filter(status=RoundStatus.OPEN)
    return (rounds.filter(cycle__congress=congress) if congress else rounds).exists()


@require_safe
def urn_hashes(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """Return the sorted hashes of a round's sealed ballots, one a line, after their number and root.

    The newest round by default; 404 before its close.
    """
    cycle = queries.public_cycle(here(request), slug)
    round_ = next((each for each in cycle.rounds.all() if number is None or each.number == number), None)
    seal = UrnSeal.objects.filter(round=round_).first() if round_ else None
    if seal is None:
        return render(request, "vote/urn_not_sealed.html", {"cycle": cycle}, status=404)
    hashes = bytes(seal.hashes)
    lines = [
        hashes[i : i + receipts.DIGEST_BYTES].hex() for i in range(0, len(hashes), receipts.DIGEST_BYTES)
    ]
    text = "\n".join([f"# ballots {seal.ballots}", f"# root {seal.root}", *lines, ""])
    part = "urn" if number is None else f"round-{number}-urn"
    return download(request, f"{slug}-{part}.txt", text.encode(), inline=True)

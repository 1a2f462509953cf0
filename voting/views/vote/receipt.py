"""Check a receipt against the sealed lists, and the list itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from voting import queries
from voting.domain.vote import receipts
from voting.forms.vote.receipt import ReceiptForm
from voting.models import Round, UrnSeal
from voting.states import RoundStatus


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest) -> HttpResponse:
    """Tell whether a ballot with the typed receipt is in a sealed urn. The receipt is in no address and no log."""
    form = ReceiptForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        found = receipts.find(form.cleaned_data["receipt"])
        open_now = found is None and Round.objects.filter(status=RoundStatus.OPEN).exists()
        context |= {
            "checked": True,
            "found": found,
            "open_now": open_now,
            "cycle": found.cycle if found else None,
        }
    status = 422 if form.errors else 200
    return render(request, "vote/receipt.html", context, status=status)


@require_safe
def urn_hashes(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """Return the sorted hashes of a round's sealed ballots, one a line, after their number and root.

    The newest round by default; 404 before its close.
    """
    rounds = list(queries.public_cycle(slug).rounds.all())
    round_ = next((r for r in rounds if number is None or r.number == number), None)
    seal = UrnSeal.objects.filter(round=round_).first() if round_ else None
    if seal is None:
        return render(request, "vote/urn_not_sealed.html", {"cycle": queries.public_cycle(slug)}, status=404)
    hashes = bytes(seal.hashes)
    lines = [
        hashes[i : i + receipts.DIGEST_BYTES].hex() for i in range(0, len(hashes), receipts.DIGEST_BYTES)
    ]
    text = "\n".join([f"# ballots {seal.ballots}", f"# root {seal.root}", *lines, ""])
    return HttpResponse(
        text, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "public, max-age=60"}
    )

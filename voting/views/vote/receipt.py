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
from voting.models import Notice, Round, UrnSeal
from voting.read_models.vote.results import Result
from voting.read_models.vote.tried_ballots import TriedBallot
from voting.states import RoundStatus
from voting.views.core.blank import blank_page
from voting.views.core.elder import switch_of_form, turning, typed_so_far
from voting.views.core.files import download


def _half_typed_receipt(request: HttpRequest) -> HttpResponse:
    form = ReceiptForm(initial=typed_so_far(ReceiptForm(request.POST)))
    return render(request, "vote/receipt.html", {"form": form} | switch_of_form(request, "receipt"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@turning(_half_typed_receipt)
def receipt(request: HttpRequest) -> HttpResponse:
    """Tell whether a ballot with the typed receipt is in a sealed urn, or what the test ballot with it says.

    The receipt is in no address and no log.
    """
    form = ReceiptForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form, "refused": refusal_lines(form), "only_looks_up": True}
    context |= switch_of_form(request, "receipt")
    if (blank := blank_page(request, "vote/receipt.html", context)) is not None:
        return blank
    holder: Round | None = None
    if form.is_valid():
        typed, congress = form.cleaned_data["receipt"], here(request)
        holder = receipts.find(typed, congress)
        tester = None if holder else receipts.find_test(typed, congress)
        context |= {
            "checked": True,
            "own_switch": True,
            "holder": holder,
            "tester": tester,
            "tried": _tried(tester, typed) if tester else None,
            "open_now": not holder and not tester and _is_a_vote_open(congress),
        }
        holder = holder or tester
        context["cycle"] = holder.cycle if holder else None
    status = 422 if form.errors else 200
    # Wherever the receipt is typed, the way leads on to the congress whose urn holds the ballot.
    with addresses_of(holder.cycle.congress if holder else None):
        return render(request, "vote/receipt.html", context, status=status)


def _tried(round_: Round, typed: str) -> TriedBallot | None:
    """Return what the published notice says of the test ballot with this receipt; None before there is a notice."""
    notice = Notice.objects.select_related("round__cycle__congress").filter(round=round_).first()
    receipt_ = receipts.read(typed)
    tried = Result(notice).tried if notice else []
    return next((each for each in tried if receipts.read(each.receipt) == receipt_), None)


def _is_a_vote_open(congress: Congress | None) -> bool:
    """Tell whether people are voting now in that congress, or in any where none is named."""
    rounds = Round.objects.filter(status=RoundStatus.OPEN)
    return (rounds.filter(cycle__congress=congress) if congress else rounds).exists()


@require_safe
def urn_hashes(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """Return the sorted hashes of a round's sealed ballots, one a line, after their number and root.

    The hashes of the test ballots follow on lines that begin as comments do. The newest round by default; 404 before
    its close.
    """
    cycle = queries.public_cycle(here(request), slug)
    round_ = next((each for each in cycle.rounds.all() if number is None or each.number == number), None)
    seal = UrnSeal.objects.filter(round=round_).first() if round_ else None
    if seal is None:
        return render(request, "vote/urn_not_sealed.html", {"cycle": cycle}, status=404)
    lines = [f"# ballots {seal.ballots}", f"# root {seal.root}", *_in_hex(bytes(seal.hashes))]
    if seal.test_root:
        lines += [f"# test ballots {seal.tests}", f"# root of the test ballots {seal.test_root}"]
        lines += [f"# test ballot {each}" for each in _in_hex(bytes(seal.test_hashes))]
    text = "\n".join([*lines, ""])
    part = "urn" if number is None else f"round-{number}-urn"
    return download(request, f"{slug}-{part}.txt", text.encode(), inline=True)


def _in_hex(hashes: bytes) -> list[str]:
    size = receipts.DIGEST_BYTES
    return [hashes[start : start + size].hex() for start in range(0, len(hashes), size)]

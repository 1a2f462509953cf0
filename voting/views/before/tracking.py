"""The proposer's own page: what became of the proposal, its text and pictures, its correction while it is held back.

The tracking code is as good as a key. It is kept nowhere: the database has a keyed digest of it, and of a ticket that
the server's secret key turns into the code. So it must not get into addresses that servers and proxies write down:
the form sends it in its body, and the link to keep and its QR code carry it behind the ``#``, which no browser sends;
``track.js`` moves it into the form, takes it out of the address and sends the form. Without JavaScript it is typed.
The pictures of what is not public are shown under a key that is good for a quarter of an hour and says no code.
"""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.congresses import addresses_of
from accounts.networks import address_of_person
from voting import queries
from voting.domain.before import corrections, proposals
from voting.domain.core.refusals import Refused
from voting.forms.before.proposal import CorrectionForm, TrackForm
from voting.forms.core.verbs import RefusalLine, refusal_lines
from voting.models import Proposal
from voting.printing.qr import qr
from voting.read_models.after.proposal_story import steps_of, story
from voting.states import Visibility
from voting.views.core.blank import blank_page
from voting.views.core.elder import switch_of_form, turning, typed_so_far

UNPROCESSABLE, CONFLICT, TOO_MANY = 422, 409, 429
_SALT = "piaojue.proposal.pictures"
_PICTURES_LAST = 15 * 60  # seconds


def kept_by_proposer(request: HttpRequest, proposal: Proposal, code: str) -> dict[str, Any]:
    """Return what the end page gives to keep: the address that carries the code where no server sees it, and its QR."""
    address = f"{request.build_absolute_uri(reverse('voting:track'))}#{code}"
    return {
        "address": address,
        "qr": qr(address),
        "correctable": corrections.correctable(proposal),
        "files": proposal.attachments.defer("data"),
    }


def picture_key(proposal: Proposal) -> str:
    """Return what opens the pictures of a proposal for a quarter of an hour."""
    return signing.TimestampSigner(salt=_SALT).sign(str(proposal.pk))


def opens_pictures(key: str, proposal_pk: int) -> bool:
    """Tell whether this key opens the pictures of that proposal now."""
    try:
        return signing.TimestampSigner(salt=_SALT).unsign(key, max_age=_PICTURES_LAST) == str(proposal_pk)
    except signing.BadSignature:
        return False


def _half_typed(request: HttpRequest) -> HttpResponse:
    form = TrackForm(initial=typed_so_far(TrackForm(request.POST)))
    return render(request, "before/proposals/track.html", {"form": form} | switch_of_form(request, "track"))


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@turning(_half_typed)
def track(request: HttpRequest) -> HttpResponse:
    """Tell the proposer what became of the proposal. The code is in no address and no log."""
    form = TrackForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "refused": refusal_lines(form), "only_looks_up": True}
    context |= switch_of_form(request, "track")
    if (blank := blank_page(request, "before/proposals/track.html", context)) is not None:
        return blank
    if request.method != "POST" or not form.is_valid():
        status = UNPROCESSABLE if form.errors else 200
        return render(request, "before/proposals/track.html", context, status=status)
    tracked = proposals.by_code(form.cleaned_data["code"])
    if tracked is None:
        context["unknown"] = True
        return render(request, "before/proposals/track.html", context, status=UNPROCESSABLE)
    return _told(request, tracked, form.cleaned_data["code"], context)


def _told(
    request: HttpRequest, proposal: Proposal, code: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Show it all. Wherever the code was typed, the way leads on to the congress that has the proposal."""
    what_became = story(proposal)
    with addresses_of(proposal.cycle.congress):
        context |= what_became | {
            "form": TrackForm(),
            "proposal": proposal,
            "cycle": proposal.cycle,
            "steps": steps_of(proposal, **what_became),
            "files": proposal.attachments.defer("data"),
            "pictures_query": f"?key={picture_key(proposal)}",
            "correctable": corrections.correctable(proposal),
            "code": code,
            "own_switch": True,
        }
        return render(request, "before/proposals/track.html", context, status=status)


def _half_corrected(request: HttpRequest) -> HttpResponse:
    code = request.POST.get("code", "")
    tracked = proposals.by_code(code)
    if tracked is None:
        return redirect("voting:track")
    published = queries.published_call(tracked.cycle)
    fields = published.fields if published else []
    form = CorrectionForm(fields=fields, initial=typed_so_far(CorrectionForm(request.POST, fields=fields)))
    return _correction(request, tracked, code, form)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@turning(_half_corrected)
def correct(request: HttpRequest) -> HttpResponse:
    """Let the proposer correct what is held back: the form with what it says, then what it says now."""
    tracked = proposals.by_code(request.POST.get("code", ""))
    if request.method != "POST" or tracked is None:
        return redirect("voting:track")
    code, published = request.POST["code"], queries.published_call(tracked.cycle)
    fields = published.fields if published else []
    if not corrections.correctable(tracked):
        refused = [RefusalLine(str(corrections.CorrectionTooLate()))]
        return _told(request, tracked, code, {"refused": refused}, CONFLICT)
    if "title" not in request.POST:
        texts = {name: getattr(tracked, name) for name in corrections.CORRECTED}
        form = CorrectionForm(fields=fields, initial=texts)
        return _correction(request, tracked, code, form)
    form, status = CorrectionForm(request.POST, fields=fields), UNPROCESSABLE
    if form.is_valid():
        address = address_of_person(request)
        try:
            mended = corrections.correct(
                proposal=tracked, texts=form.texts, address=address, at=timezone.now()
            )
        except proposals.TooMany as refusal:
            form.add_error(None, str(refusal))
            status = TOO_MANY
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = CONFLICT
        except ValidationError as error:
            form.add_error(None, error)
        else:
            words = _("Your correction is in. The public sees the proposal now.")
            if mended.standing == Visibility.HELD:
                words = _("Your correction is in. Somebody still looks at it before the public sees it.")
            fresh = proposals.by_code(code) or mended
            return _told(request, fresh, code, {"corrected": words})
    return _correction(request, tracked, code, form, status)


def _correction(
    request: HttpRequest, proposal: Proposal, code: str, form: CorrectionForm, status: int = 200
) -> HttpResponse:
    with addresses_of(proposal.cycle.congress):
        context = {
            "proposal": proposal,
            "cycle": proposal.cycle,
            "code": code,
            "form": form,
            "refused": refusal_lines(form),
        } | switch_of_form(request, "correct", reverse("voting:correct"))
        return render(request, "before/proposals/correct.html", context, status=status)

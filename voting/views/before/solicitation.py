"""征集 for everybody: the call, the proposal form, the list, a proposal with its answer."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts.congresses import here
from accounts.models import User
from accounts.networks import address_of_person
from accounts.roles import Role
from voting import queries
from voting.domain.before import proposals
from voting.domain.before.calls import CallNotOpen
from voting.domain.before.seconding import may_be_seconded
from voting.domain.core import uploads
from voting.domain.core.refusals import Refused
from voting.forms.before.proposal import ListForm, ProposalForm
from voting.forms.core.verbs import refusal_lines
from voting.models import Attachment, Cycle, Proposal
from voting.printing.tables import rows_as_csv
from voting.read_models.after.proposal_story import story
from voting.read_models.before.public_proposals import alike_shown, open_proposal_rows
from voting.states import Visibility
from voting.views.before.tracking import kept_by_proposer, opens_pictures
from voting.views.core.asked import reading
from voting.views.core.elder import switch_of_form, turning, typed_so_far
from voting.views.core.files import download, to_all

PER_PAGE = 30
UNPROCESSABLE, TOO_MANY, NOT_YET = 422, 429, 409


@require_safe
def call(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the call: what is asked for, until when, how to take part."""
    cycle = queries.public_cycle(here(request), slug)
    published = queries.published_call(cycle)
    now = timezone.now()
    context = {
        "cycle": cycle,
        "call": published,
        "now": now,
        "is_open": bool(published and published.is_open(now)),
    }
    return render(request, "before/proposals/call.html", context, status=200 if published else 404)


def _person(request: HttpRequest, cycle: Cycle) -> User | None:
    """Return the delegate or unit officer of the cycle's congress who is signed in; anybody else is a resident."""
    user = request.user
    known = (
        isinstance(user, User)
        and user.role in {Role.DELEGATE, Role.UNIT}
        and user.congress_id == cycle.congress_id
    )
    return user if known and isinstance(user, User) else None


def _half_written(request: HttpRequest, slug: str) -> HttpResponse:
    cycle = queries.public_cycle(here(request), slug)
    published, person = queries.published_call(cycle), _person(request, cycle)
    asked: dict[str, Any] = {"fields": published.fields if published else [], "personal": person is None}
    form = ProposalForm(initial=typed_so_far(ProposalForm(request.POST, **asked)), **asked)
    context = {"cycle": cycle, "call": published, "person": person, "form": form}
    return render(request, "before/proposals/propose.html", context | switch_of_form(request, "proposal"))


@sensitive_post_parameters("contact_name", "contact")
@sensitive_variables()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@turning(_half_written)
def propose(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a proposal. What is refused is said on its field, and everything typed stays."""
    cycle = queries.public_cycle(here(request), slug)
    published, person = queries.published_call(cycle), _person(request, cycle)
    fields = published.fields if published else []
    now = timezone.now()
    context: dict[str, Any] = {"cycle": cycle, "call": published, "person": person}
    again = switch_of_form(request, "proposal")
    if request.method != "POST":
        if published is None or not published.is_open(now):
            context["refusal"] = CallNotOpen(published, now)
            return render(request, "before/proposals/closed.html", context, status=409)
        context |= again | {"form": ProposalForm(fields=fields, personal=person is None)}
        return render(request, "before/proposals/propose.html", context)
    form = ProposalForm(request.POST, request.FILES, fields=fields, personal=person is None)
    status = UNPROCESSABLE
    if form.is_valid() and (like := _like_it(cycle, form)):
        # Before it is final: others may have said it. A file could not be kept meanwhile; who sends one is not asked.
        context |= again | {"form": form, "alike": like}
        return render(request, "before/proposals/propose.html", context, status=NOT_YET)
    if form.is_valid():
        try:
            proposal, code = proposals.submit(
                cycle=cycle,
                ticket=form.cleaned_data["ticket"],
                at=now,
                fields=form.texts,
                attachments=form.cleaned_data["attachments"],
                by=person,
                address="" if person else address_of_person(request),
            )
        except proposals.TooMany as refusal:
            form.add_error(None, str(refusal))
            status = TOO_MANY
        except uploads.BadFiles as refusal:
            form.add_error("attachments", [str(each) for each in refusal.refusals])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return render(
                request,
                "before/proposals/done.html",
                context
                | {"proposal": proposal, "code": code, "shown_once": True}
                | kept_by_proposer(request, proposal, code),
            )
    context |= again | {"form": form, "refused": refusal_lines(form)}
    return render(request, "before/proposals/propose.html", context, status=status)


def _like_it(cycle: Cycle, form: ProposalForm) -> list[Proposal]:
    """Return the public proposals that this one says again, unless its person was shown them or sends files."""
    if form.cleaned_data["sure"] or form.cleaned_data["attachments"]:
        return []
    return alike_shown(cycle, form.cleaned_data["title"])


@reading(*ListForm.base_fields, "page")
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the public may see of the proposals: searched, filtered, a page at a time."""
    cycle = queries.public_cycle(here(request), slug)
    published = queries.published_call(cycle)
    form = ListForm(request.GET, fields=published.fields if published else [])
    chosen = form.chosen
    rows = queries.shown_proposals(cycle, chosen)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "cycle": cycle, "call": published, "form": form, "page": page,
        "chosen": {name: value for name, value in chosen.items() if name != "sort"},
        "is_open": bool(published and published.is_open(timezone.now())), "received": cycle.proposals.count(),
    }  # fmt: skip
    return render(request, "before/proposals/list.html", context)


def _shown(cycle: Cycle, number: int) -> Proposal:
    return get_object_or_404(
        Proposal.objects.select_related(
            "cycle__congress", "merged_into__cycle__congress", "delegate__delegation", "unit"
        ).filter(cycle=cycle),
        number=number,
        standing=Visibility.SHOWN,
    )


@require_safe
def proposal(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show a proposal and its answer."""
    cycle = queries.public_cycle(here(request), slug)
    shown = _shown(cycle, number)
    files = shown.attachments.defer("data")
    merged = list(shown.merged.order_by("number"))
    context = {
        "cycle": cycle,
        "proposal": shown,
        "files": files,
        "merged": merged,
        "may_be_seconded": may_be_seconded(shown, queries.published_call(cycle), timezone.now()),
    }
    return render(request, "before/proposals/proposal.html", context | story(shown))


@reading("key")
@require_safe
def attachment(request: HttpRequest, slug: str, number: int, position: int) -> HttpResponse:
    """Return a file as we made it; no browser runs anything of it."""
    cycle = queries.public_cycle(here(request), slug)
    kept = (
        Attachment.objects.select_related("proposal")
        .filter(proposal__cycle=cycle, proposal__number=number, position=position)
        .first()
    )
    if kept is None or not _may_see(request, cycle, kept.proposal):
        raise Http404
    name = f"{number}-{position}.{kept.content_type.split('/')[1]}"
    answer = download(
        request,
        name,
        bytes(kept.data),
        kind=kept.content_type,
        inline=True,
        private=True,
        max_age=300,
    )
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _may_see(request: HttpRequest, cycle: Cycle, proposal: Proposal) -> bool:
    """Everybody, once it is public; until then the clerk, and the proposer from the page that the code opened."""
    if proposal.standing == Visibility.SHOWN or opens_pictures(request.GET.get("key", ""), proposal.pk):
        return True
    user = request.user
    return isinstance(user, User) and user.role == Role.CLERK and user.congress_id == cycle.congress_id


@require_safe
def open_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the public proposals as a table, for whoever counts them with a program of their own."""
    cycle = queries.public_cycle(here(request), slug)
    content = rows_as_csv(open_proposal_rows(cycle))
    return to_all(download(request, f"{cycle.slug}-proposals.csv", content))

"""The delegate's minute, quickly: ballot, review and cast for whoever may vote now, from frames and plain statements.

Each of these answers, or returns None where there is more to say than the usual; then the views of
``voting.views.vote.ballot`` answer and say it. Nothing here keeps a choice, nor makes anything because of one: what is
sealed for a device that cannot is sealed for that one answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from html import escape
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.congresses import congress_of, own_congress, pages_of
from accounts.forgery import token_of
from accounts.frames import Frame, Kept, address_key, mark, not_to_be_kept, render_frame
from accounts.models import in_this_language
from voting.count.counting import BallotType, Mark
from voting.domain.core.amounts import yuan_words
from voting.domain.core.refusals import Refused
from voting.domain.vote import casting
from voting.domain.vote.ballots import WHOLE, BallotRefused
from voting.domain.vote.electors import Elector, elector_now
from voting.domain.vote.receipts import GROUPS
from voting.domain.vote.urn_statement import Leaving
from voting.forms.vote.ballot import SERVER, BallotForm, CastForm, Ticket, mark_labels, packed
from voting.models import RollEntry
from voting.read_models.core.phrases import unbroken
from voting.read_models.core.spoken import spoken
from voting.views.core.elder import keep_look, take_look
from voting.views.vote.ballot_lines import BallotRow
from voting.views.vote.booth import ballot_booth
from voting.views.vote.cast_page import cast_page, make_receipts_ready
from voting.views.vote.paper import paper

View = Callable[..., HttpResponse]
Quick = Callable[[HttpRequest], HttpResponse | None]


def quick_first(quick: Quick) -> Callable[[View], View]:
    """Let the quick one answer where it can, else the view, in the pages of the person's own congress."""

    def decorate(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            take_look(request)
            answer = quick(request)
            if answer is not None:
                keep_look(request, answer)
                return answer
            with pages_of(request, own_congress(request.user)):
                return view(request, *args, **kwargs)

        return sensitive_post_parameters()(sensitive_variables()(not_to_be_kept(page)))

    return decorate


# -------------------------------------------------------------------------------------------------- the frames


@dataclass(frozen=True)
class ReadyLine:
    """A line of the review, rendered before anybody marked it."""

    ready: SafeString


@dataclass(frozen=True)
class BallotFrame:
    """The ballot without a mark."""

    page: Frame


@dataclass(frozen=True)
class ReviewFrame:
    """The review without its marks; the field of a mark; every project's line with every mark that it may have."""

    page: Frame
    field: Frame
    #: What the marks' own template goes by, the same for all ballots of the round.
    rule: dict[str, Any]
    rows: dict[int, BallotRow]
    lines: dict[int, dict[int, Frame]]
    #: The line of each project without a mark.
    unmarked: dict[int, str]
    #: What the review says of the marks where no project is without one, and where some are.
    full: Frame
    partly: Frame


_ballots: Kept[BallotFrame] = Kept()
_reviews: Kept[ReviewFrame] = Kept()


def _key(request: HttpRequest, elector: Elector) -> tuple[Any, ...]:
    return *address_key(request), elector.round, elector.definition, elector.key


def _marked_entry(elector: Elector) -> RollEntry:
    """Return an entry of the roll that has marks for whatever tells whose it is."""
    entry = RollEntry.objects.select_related("delegate__delegation", "round__cycle__congress").get(
        pk=elector.entry
    )
    entry.number, entry.name, entry.delegation = mark("number"), mark("name"), mark("delegation")
    return entry


def _paper_frame(elector: Elector, page: str) -> dict[str, Any]:
    return paper(_marked_entry(elector), BallotForm(ticket=None, chosen={}), page=page) | {
        "ticket": mark("ticket")
    }


def ballot_frame(request: HttpRequest, elector: Elector) -> BallotFrame:
    """Return the ballot of the elector's round as this address, language and look have it."""

    def make() -> BallotFrame:
        if "HTTP_HOST" in request.META:  # not while a worker starts
            make_receipts_ready(request)
        context = _paper_frame(elector, "voting:ballot") | {"refusal": None, "faults": (), "posted": False}
        context["booth"] = ballot_booth(context)
        return BallotFrame(Frame.of(render_frame("vote/ballot/ballot.html", context, request)))

    return _ballots.get(_key(request, elector), make)


def review_frame(request: HttpRequest, elector: Elector) -> ReviewFrame:
    """Return the review of the elector's round as this address, language and look have it."""

    def make() -> ReviewFrame:
        context = _paper_frame(elector, "voting:ballot-review")
        field = {"name": mark("field"), "value": mark("value")}
        whole = context | {"marks": mark("marks"), "carried": [field], "sealed": mark("sealed")}
        whole |= {"sealer": SERVER, "by_server": True, "receipt": mark("receipt")}
        whole["groups"] = [mark(f"g{place}") for place in range(GROUPS)]
        text = render_frame("vote/ballot/review.html", whole, request)
        hidden = re.search(rf"<[^<>]*{mark('field')}[^<>]*>", text)
        if hidden is None:
            raise AssertionError("the review carries no marks")
        page = Frame.of(text.replace(hidden[0], mark("carried")))
        rows = {row.number: row for row in context["rows"]}
        return ReviewFrame(page, Frame.of(hidden[0]), context, rows, _lines(context), **_rest(context, rows))

    return _reviews.get(_key(request, elector), make)


def _lines(context: dict[str, Any]) -> dict[int, dict[int, Frame]]:
    """Return every project's line of the review with every mark that it may have; a place, or points, stay open."""
    if context["whole"]:
        return {}
    marks = [0] if context["ranking"] or context["pointed"] else [Mark.FOR]
    if context["per_item"]:
        marks = list(mark_labels(BallotType(context["kind"])))
    return {row.number: {int(each): _line(context, row, each) for each in marks} for row in context["rows"]}


def _rest(context: dict[str, Any], rows: dict[int, BallotRow]) -> dict[str, Any]:
    """Return what the review says of marks, with marks for all that a ballot says, and the lines without a mark."""
    left = {"number": mark("number"), "name": mark("name")}
    whole = context | {
        "picked": [ReadyLine(mark_safe(mark("picked")))],  # noqa: S308 no text of anybody's
        "unpicked": [],
        "marked": mark("marked"),
        "votes_for": mark("for"),
        "given": mark("given"),
        "cost": mark("cost"),
        "answer": {"label": mark("label"), "value": mark("value")},
        "blank": False,
    }
    full = render_to_string("vote/ballot/_marks.html", whole)
    partly = render_to_string("vote/ballot/_marks.html", whole | {"unpicked": [left]})
    line = re.search(rf"<li>(?:(?!<li>).)*{left['name']}.*?</li>", partly, re.DOTALL)
    if line is None:
        return {"full": Frame.of(full), "partly": Frame.of(full), "unmarked": {}}
    each = Frame.of(line[0])
    return {
        "full": Frame.of(full),
        "partly": Frame.of(partly.replace(line[0], mark("unpicked"))),
        "unmarked": {n: each.joined(number=str(n), name=escape(row.name)) for n, row in rows.items()},
    }


def _line(context: dict[str, Any], row: BallotRow, each: int) -> Frame:
    marked = BallotRow(row.number, row.name, row.candidate, row.units, each, kind=row.kind)
    whole = context | {"row": marked, "place": mark("place")}
    return Frame.of(render_to_string("vote/ballot/_picked.html", whole))


# --------------------------------------------------------------------------------------------------- the pages


def ballot(request: HttpRequest) -> HttpResponse | None:
    """Show an unmarked ballot; one that brings marks back is not the quick one's."""
    if request.method != "GET":
        return None
    elector = elector_now(request.session.shown)  # type: ignore[attr-defined]
    if elector is None:
        return None
    with pages_of(request, congress_of(elector.congress)):
        frame = ballot_frame(request, elector)
        return HttpResponse(frame.page.as_sent(**_texts_of(request, elector, str(_ticket(elector)))))


def review(request: HttpRequest) -> HttpResponse | None:
    """Seal on the server, and show the marks once more where they may be cast as they are."""
    if request.method != "POST":
        return None
    form = BallotForm.read(request.POST)
    ticket = form.ticket
    elector = elector_now(request.session.shown) if ticket and not form.foreign else None  # type: ignore[attr-defined]
    if elector is None or ticket != _ticket(elector):
        return None
    try:
        booth = casting.open_booth(elector.round, definition=elector.definition, key=elector.key)
        sealed = casting.seal_choice(round_id=elector.round, chosen=form.chosen)
    except Refused:
        return None
    if booth.definition.digest != elector.definition:
        return None
    with pages_of(request, congress_of(elector.congress)):
        frame = review_frame(request, elector)
        carried = "".join(
            frame.field.joined(field=each["name"], value=each["value"]) for each in form.fields()
        )
        receipt = booth.receipt(sealed).friendly
        texts = _texts_of(request, elector, request.POST["ticket"])
        texts |= {
            "carried": carried,
            "marks": _marks(frame, form),
            "sealed": packed(sealed),
            "receipt": receipt,
        }
        texts |= {f"g{place}": group for place, group in enumerate(receipt.split("-"))}
        return HttpResponse(frame.page.as_sent(**texts))


def cast(request: HttpRequest) -> HttpResponse | None:
    """Put the sealed ballot into the urn and end the session, in one statement; what refuses it, others say why."""
    if request.method != "POST":
        return None
    form = CastForm.read(request.POST)
    ticket, shown = form.ticket, request.session.shown  # type: ignore[attr-defined]
    if ticket is None or shown is None:
        return None
    leaving = Leaving(shown.key, ticket.user, shown.proof(ticket.user))
    try:
        receipt = casting.cast_sealed(
            entry_id=ticket.entry,
            round_id=ticket.round,
            blob=form.sealed,
            by_server=form.by_server,
            leaving=leaving,
        )
    except BallotRefused:
        return None
    request.session.ended()  # type: ignore[attr-defined]
    with pages_of(request, congress_of(ticket.congress)):
        return HttpResponse(cast_page(request, receipt, kind=ticket.kind, by_letter=ticket.by_letter))


def _ticket(elector: Elector) -> Ticket:
    return Ticket(
        user=elector.user,
        entry=elector.entry,
        round=elector.round,
        kind=elector.kind,
        congress=elector.congress,
        by_letter=elector.by_letter,
    )


def _texts_of(request: HttpRequest, elector: Elector, ticket: str) -> dict[str, str]:
    english = elector.delegation_en if elector.delegation_now == elector.delegation else ""
    return {
        "csrf": token_of(request),
        "ticket": escape(ticket),
        "number": escape(elector.number),
        "name": spoken(elector.name),
        "delegation": spoken(in_this_language(elector.delegation, english)),
    }


def _marks(frame: ReviewFrame, form: BallotForm) -> str:
    """Return what the review says of the marks. Its lines are ready, and mostly what stands around them."""
    chosen, rule = form.chosen, frame.rule
    picked = sorted(chosen, key=chosen.__getitem__) if rule["ranking"] else sorted(chosen)
    lines = [_ready(frame, number, chosen[number]) for number in picked if number in frame.lines]
    unpicked = [number for number in frame.rows if number not in chosen]
    counts = {"marked": len(lines), "votes_for": sum(each == Mark.FOR for each in chosen.values())}
    if form.is_blank or (unpicked and rule["per_item"]):
        context = (
            rule
            | counts
            | {
                "picked": [ReadyLine(mark_safe(line)) for line in lines],  # noqa: S308 our own template's
                "unpicked": [frame.rows[number] for number in unpicked],
                "blank": form.is_blank,
            }
        )
        return render_to_string("vote/ballot/_marks.html", context)
    answer = _answer(rule, chosen.get(WHOLE, 0))
    return (frame.partly if unpicked else frame.full).joined(
        picked="".join(lines),
        unpicked="".join([frame.unmarked[number] for number in unpicked]) if frame.unmarked else "",
        marked=str(counts["marked"]),
        **{"for": str(counts["votes_for"])},
        given=str(sum(chosen.values())),
        cost=unbroken(
            yuan_words(sum(frame.rows[number].cost or 0 for number in chosen if number in frame.rows))
        ),
        label=escape(answer.label) if answer else "",
        value=answer.value if answer else "",
    )


def _ready(frame: ReviewFrame, number: int, marked: int) -> str:
    line = frame.lines[number]
    return line[0].joined(place=str(marked)) if 0 in line else line[marked].joined()


def _answer(rule: dict[str, Any], marked: int) -> Any:
    labels = list(mark_labels(BallotType(rule["kind"])))
    return rule["whole_options"][labels.index(Mark(marked))] if rule["whole"] and marked else None

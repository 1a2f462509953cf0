"""May this person vote, with this form, now? Every no is a RefusalPage: a clear sentence and a way on."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Value, When
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.congresses import congress_of
from accounts.forms import EnterForm, sign_in_form
from accounts.models import User
from accounts.roles import VOTERS, Role
from voting.domain.vote.ballots import (
    AlreadyCast,
    BallotRefused,
    HoldsPaperBallot,
    NotPresent,
    OnPaperOnly,
    RoundNotOpen,
)
from voting.domain.vote.told_residents import to_resident
from voting.forms.vote.ballot import BallotForm, CastForm, Ticket
from voting.models import RollEntry
from voting.states import OVER_STATUSES, Presence, RoundStatus
from voting.views.core.refusal_page import RefusalPage, address_of


class SessionLost(RefusalPage):
    """The session has ended before the cast: the page to sign in again, which carries the marks.

    They, or the sealed ballot, stay in the form and nowhere else, and only the delegate whose ticket goes with them
    sees them again.
    """

    template = "accounts/enter.html"

    def __init__(
        self, form: BallotForm | CastForm, *, sign_in: EnterForm | None = None, status: int = 403
    ) -> None:
        super().__init__(_("You are signed out"), "", status=status, form=form)
        by_letter = bool(form.ticket and form.ticket.by_letter)
        self.sign_in = sign_in or sign_in_form(by_letter=by_letter)()

    def context(self) -> dict[str, Any]:
        """Return what the sign-in page shows, and carries."""
        path = address_of("voting:ballot-sign-in")
        again = {"lost": True, "form": self.sign_in, "switch_form": "enter", "switch_path": path}
        again["sealed"] = isinstance(self.form, CastForm)
        if self.form and self.form.ticket:
            again["congress"] = congress_of(self.form.ticket.congress)
        return super().context() | again


def current_entry(user: User) -> RollEntry | None:
    """Return the delegate's line on the roll of the open round, else of the newest, in one query."""
    return (
        RollEntry.objects.filter(delegate__user=user, excluded=False)
        .exclude(round__status=RoundStatus.UNFROZEN)
        .select_related("delegate__delegation", "round__cycle__congress")
        .order_by(
            Case(When(round__status=RoundStatus.OPEN, then=Value(0)), default=Value(1)),
            "-round__cycle__year",
            "-round__number",
        )
        .first()
    )


def has_nothing_to_vote_on(user: User | AnonymousUser) -> bool:
    """Tell whether a delegate is on the roll of no vote that is still to come or under way."""
    if not isinstance(user, User) or user.role != Role.DELEGATE:
        return False
    entry = current_entry(user)
    return entry is None or entry.round.status in OVER_STATUSES


def elector(request: HttpRequest, form: BallotForm | CastForm | None = None) -> RollEntry:
    """Return the signed-in delegate's entry on the roll, whose ballot may be cast now. Raises RefusalPage."""
    user = own_ticket(request, form)[0] if form else _delegate(request)
    entry = current_entry(user)
    if entry is None:
        raise RefusalPage(
            _("You are not on the roll"),
            _("You are on the roll of no vote. If you should be, please go to the check-in desk.")
            if user.role != Role.RESIDENT
            else _("This letter is on the roll of no vote. If it should be, ask the office that sent it."),
            status=403,
            way=("voting:delegate", _("My page")) if user.role != Role.RESIDENT else None,
        )
    if form and form.ticket and form.ticket.round != entry.round_id:
        raise RefusalPage(
            _("This form is from an earlier round"),
            _("This request cast nothing. Please open the ballot of the present round."),
            way=("voting:ballot", _("Open my ballot")),
        )
    if entry.voted and (form or entry.round.status != RoundStatus.PUBLISHED):
        raise already(request, form)
    _require_open(entry)
    _require_present(entry, form)
    _require_online(entry)
    return entry


def own_ticket(request: HttpRequest, form: BallotForm | CastForm) -> tuple[User, Ticket]:
    """Return the signed-in delegate and the form's ticket, once it is theirs. Raises RefusalPage.

    Where the session has ended, the ticket still tells whether the ballot is in the urn (F6); if it is not, the marks
    go along to the sign-in (F41).
    """
    ticket = form.ticket
    if not request.user.is_authenticated and ticket:
        raise already(request, form) if _is_in_urn(ticket) else SessionLost(form)
    user = _delegate(request, by_letter=bool(ticket and ticket.by_letter))
    own = ("voting:ballot", _("Open my ballot"))
    if ticket is None:
        raise RefusalPage(
            _("This form is damaged"),
            _("Part of it is missing or was changed on the way. This request cast nothing."),
            status=400,
            way=own,
        )
    if ticket.user != user.pk:
        raise RefusalPage(
            _("This form belongs to another sign-in"),
            _("It was opened before you signed in on this device. This request cast nothing."),
            status=403,
            way=own,
        )
    return user, ticket


def already(request: HttpRequest, form: BallotForm | CastForm | None = None) -> RefusalPage:
    """Sign out, and say that a ballot of this delegate is in the urn; and of the form's marks, that they are not."""
    unsent = ""
    if form and not form.is_blank:
        unsent = _(
            "These marks were not cast. The ballot that you cast before is in the urn; it counts and cannot be changed."
        )
    sign_out(request)
    return RefusalPage(
        _("Your ballot is in the urn"),
        AlreadyCast(),
        status=409 if request.method == "POST" else 200,
        sealed=True,
        unsent=unsent,
        note=_(
            "The receipt was shown once, when the ballot was cast; it is kept nowhere and cannot be "
            "shown again. You are signed out."
        ),
    )


def sign_out(request: HttpRequest) -> None:
    """End the session: the next person on this device starts with nothing of it (F8)."""
    request.session.flush()
    request.user = AnonymousUser()


def _is_in_urn(ticket: Ticket) -> bool:
    return RollEntry.objects.filter(pk=ticket.entry, round=ticket.round, voted=True).exists()


def _delegate(request: HttpRequest, *, by_letter: bool = False) -> User:
    """Return who is signed in and may vote at all; whose form came with a resident's ticket is told of the letter."""
    way = ("accounts:enter", _("Delegate sign-in"))
    if by_letter:
        way = ("accounts:enter_by_letter", _("Residents' sign-in"))
    if not isinstance(request.user, User):
        raise RefusalPage(
            _("You are signed out"),
            _("This request cast nothing. Please sign in again with your letter and mark the ballot.")
            if by_letter
            else _("This request cast nothing. Please sign in again with your slip and mark the ballot."),
            status=403,
            way=way,
        )
    if request.user.role not in VOTERS:
        raise RefusalPage(
            _("This page is for delegates"),
            _("You are signed in with a staff account. A ballot is cast with a delegate's slip."),
            status=403,
            way=way,
        )
    return request.user


def _require_open(entry: RollEntry) -> None:
    if entry.round.status == RoundStatus.OPEN:
        return
    refusal = RoundNotOpen(entry.round.status)
    if refusal.is_over:
        raise RefusalPage(_("Voting is closed"), refusal, entry=entry)
    again = ("voting:ballot", _("Load again"))
    raise RefusalPage(
        _("Voting has not opened yet"), refusal_sentence(refusal, entry), entry=entry, way=again
    )


def refusal_sentence(refusal: BallotRefused, entry: RollEntry) -> str:
    """Return the sentence of a refusal for whoever votes in this round."""
    return to_resident(refusal) if entry.round.cycle.by_letter else str(refusal)


def _require_online(entry: RollEntry) -> None:
    """One delegate, one channel: who holds paper votes on it, and after the switch to paper everyone does."""
    again = ("voting:ballot", _("Load again"))
    if entry.paper:
        raise RefusalPage(
            _("You vote on paper"),
            refusal_sentence(HoldsPaperBallot(), entry),
            entry=entry,
            status=409,
            way=again,
        )
    if entry.round.paper_only:
        raise RefusalPage(
            _("The vote goes on with paper"), refusal_sentence(OnPaperOnly(), entry), entry=entry, status=409
        )


def _require_present(entry: RollEntry, form: BallotForm | CastForm | None) -> None:
    if entry.presence == Presence.PRESENT:
        return
    if form:
        raise RefusalPage(_("You are not checked in"), NotPresent(), entry=entry, form=form)
    again = ("voting:ballot", _("Load again"))
    if entry.presence == Presence.ON_LEAVE:
        text = _("You are recorded as on leave. If you are in the hall, please go to the check-in desk.")
        raise RefusalPage(_("You are on leave"), text, entry=entry, way=again)
    text = _("You are not checked in as present. Please go to the check-in desk, then load this page again.")
    raise RefusalPage(_("You are not checked in"), text, entry=entry, way=again)

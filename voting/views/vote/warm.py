"""A worker that starts has the delegates' pages ready before anybody asks: the first would wait for a second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import Error
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import override

from accounts.congresses import addresses_of, are_several, congress_of, shown_here
from accounts.forms import sign_in_form
from accounts.models import Congress
from accounts.views import sign_in_frame
from voting.count.formats import UnreadableRecord
from voting.domain.core.refusals import Refused
from voting.domain.vote.casting import open_booth
from voting.domain.vote.electors import Elector
from voting.domain.vote.receipts import GROUPS
from voting.models import RollEntry, Round
from voting.states import RoundStatus
from voting.views.vote.cast_page import end_frame
from voting.views.vote.minute import ballot_frame, review_frame

#: Of so many open rounds, the newest: a server for a whole country leaves the others to who asks first.
MOST = 8


def warm() -> Exception | None:
    """Make the pages of the sign-in and of the open rounds, in every language; return what hindered any of it.

    What is not ready waits for who asks first.
    """
    hindered: Exception | None = None
    try:
        newest = Round.objects.filter(status=RoundStatus.OPEN).select_related("cycle__congress")
        for round_ in newest.order_by("-pk")[:MOST]:
            try:
                _warm_round(round_)
            except (Refused, UnreadableRecord) as problem:
                hindered = problem
        for request in _requests(None, "accounts:enter"):
            if not are_several():
                sign_in_frame(request, shown_here(request))
    except Error as problem:
        return problem
    return hindered


def _warm_round(round_: Round) -> None:
    open_booth(round_.pk)
    congress_of(round_.cycle.congress_id)
    entry = RollEntry.objects.filter(round=round_, excluded=False).first()
    if entry is None:
        return
    congress = round_.cycle.congress
    elector = Elector(
        user=0,
        proof="",
        congress=congress.pk,
        kind=congress.kind,
        by_letter=round_.cycle.by_letter,
        round=round_.pk,
        definition=round_.definition_digest,
        key=round_.key_fingerprint,
        entry=entry.pk,
        number="",
        name="",
        delegation="",
        delegation_now="",
        delegation_en="",
        may_vote=False,
    )
    for request in _requests(congress, "voting:ballot"):
        ballot_frame(request, elector)
    for request in _requests(congress, "voting:ballot-review"):
        review_frame(request, elector)
    for request in _requests(congress, "voting:ballot-cast"):
        end_frame(request, kind=congress.kind, by_letter=round_.cycle.by_letter, groups=GROUPS)
    form = sign_in_form(by_letter=round_.cycle.by_letter)
    for request in _requests(congress, form.address):
        sign_in_frame(request, congress, form)


def _requests(congress: Congress | None, name: str) -> Iterator[HttpRequest]:
    """Yield a request for that page of the congress in every language, from nobody."""
    named = congress if are_several() else None
    for language, _name in settings.LANGUAGES:
        with override(language), addresses_of(named):
            request: Any = HttpRequest()
            request.method, request.path = "GET", reverse(name)
            request.path_info, request.congress, request.user = request.path, named, AnonymousUser()
            yield request

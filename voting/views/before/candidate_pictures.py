"""The pictures that the clerk added to a candidate project."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.congresses import here
from accounts.models import User
from accounts.roles import Role
from voting import queries
from voting.models import CandidatePicture, Cycle
from voting.views.core.files import download

KEPT = 300  # seconds


@require_safe
def candidate_picture(request: HttpRequest, slug: str, number: int, position: int) -> HttpResponse:
    """Return a picture as we made it, once the slate is frozen; to the clerk before that, too. Nothing of it runs."""
    cycle = queries.public_cycle(here(request), slug)
    kept = CandidatePicture.objects.filter(
        candidate__cycle=cycle, candidate__number=number, position=position
    ).first()
    if kept is None or not (cycle.slate_frozen_at or _is_its_clerk(request, cycle)):
        raise Http404
    name = f"project-{number}-{position}.{kept.content_type.split('/')[1]}"
    data = bytes(kept.data)
    answer = download(request, name, data, kind=kept.content_type, inline=True, private=True, max_age=KEPT)
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _is_its_clerk(request: HttpRequest, cycle: Cycle) -> bool:
    user = request.user
    return isinstance(user, User) and user.role == Role.CLERK and user.congress_id == cycle.congress_id

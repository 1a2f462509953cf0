"""Pictures of a candidate project: the clerk adds and takes them off until the slate is frozen."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from voting.domain.before.slates import unfrozen
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused
from voting.domain.core.uploads import Cleaned
from voting.models import MOST_PICTURES, Candidate, CandidatePicture
from voting.states import Act


class NoPicture(Refused):
    """The file is a paper, not a picture."""

    def __str__(self) -> str:
        return _("Only a picture (JPEG, PNG, WebP) stands beside a project, no PDF.")


class WordsMissing(Refused):
    def __str__(self) -> str:
        return _("Say in words what the picture shows: some people hear it instead of seeing it.")


class TooManyPictures(Refused):
    def __str__(self) -> str:
        return _("At most %d pictures of one project; take one off first.") % MOST_PICTURES


class PictureGone(Refused):
    def __str__(self) -> str:
        return _("There is no such picture any more; somebody took it off.")


@transaction.atomic
def add_picture(*, candidate: Candidate, file: Cleaned, alt: str, by: User, at: datetime) -> CandidatePicture:
    """Add a picture, made anew before, in the first free place.

    Raises SlateFrozen, NoPicture, WordsMissing, TooManyPictures.
    """
    unfrozen(candidate.cycle)
    if not file.content_type.startswith("image/"):
        raise NoPicture
    if not alt.strip():
        raise WordsMissing
    taken = set(candidate.pictures.values_list("position", flat=True))
    free = [place for place in range(1, MOST_PICTURES + 1) if place not in taken]
    if not free:
        raise TooManyPictures
    picture = CandidatePicture(
        candidate=candidate, position=free[0], alt=alt.strip(), content_type=file.content_type, data=file.data,
        size=len(file.data), digest=file.digest,
    )  # fmt: skip
    picture.full_clean(exclude=["candidate"])
    picture.save(force_insert=True)
    _record("picture", picture, by=by, at=at)
    return picture


@transaction.atomic
def take_picture_off(*, candidate: Candidate, position: int, by: User, at: datetime) -> None:
    """Take a picture off a draft; the journal keeps its words and its hash. Raises SlateFrozen, PictureGone."""
    unfrozen(candidate.cycle)
    picture = CandidatePicture.objects.filter(candidate=candidate, position=position).defer("data").first()
    if picture is None:
        raise PictureGone
    _record("picture_off", picture, by=by, at=at)
    picture.delete()


def _record(what: str, picture: CandidatePicture, *, by: User, at: datetime) -> None:
    candidate = picture.candidate
    data = {
        "number": candidate.number,
        "name": candidate.name,
        what: picture.alt,
        "digest": picture.digest,
    }
    record(cycle=candidate.cycle, act=Act.CANDIDATE_CHANGED, by=by, at=at, data=data)

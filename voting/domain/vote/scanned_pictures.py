"""The pictures of scanned sheets: sealed to the round's key at once, at hand for the second reading, then put away."""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from voting.count import sealing
from voting.domain.core.refusals import Refused
from voting.domain.vote.definitions import sealing_info
from voting.models import Cycle, Round, ScannedSheet


class PictureDamaged(Refused):
    """A picture does not open: the row is not what was sealed."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place

    def __str__(self) -> str:
        return _("The picture of ballot %(place)d does not open. Look at the paper at its place.") % {
            "place": self.place
        }


def _info(round_: Round, place: int) -> bytes:
    return sealing_info(round_) + f"|picture|{place}".encode()


def _secret() -> bytes:
    return salted_hmac("voting.working-picture", "", secret=settings.SECRET_KEY, algorithm="sha256").digest()


def seal_picture(round_: Round, place: int, picture: bytes) -> bytes:
    """Return the picture as evidence: sealed to the key that the scrutineers share, bound to round and place."""
    key = sealing.load_public_key(bytes(round_.public_key or b""))
    return sealing.seal(key, picture, info=_info(round_, place))


def veil_picture(round_: Round, place: int, picture: bytes) -> bytes:
    """Return the picture as it waits for the second reading: unreadable in the database."""
    return sealing.veil(picture, secret=_secret(), info=_info(round_, place))


def places_with_pictures(round_: Round) -> set[int]:
    """Return the places whose working picture is at hand."""
    return set(ScannedSheet.objects.filter(round=round_).exclude(working=b"").values_list("place", flat=True))


def working_picture(round_: Round, place: int) -> bytes | None:
    """Return the picture of the ballot at that place, None where it is put away or there never was one.

    Raises PictureDamaged.
    """
    sheet = ScannedSheet.objects.filter(round=round_, place=place).only("working").first()
    if sheet is None or not sheet.working:
        return None
    try:
        return sealing.unveil(bytes(sheet.working), secret=_secret(), info=_info(round_, place))
    except sealing.CannotUnseal as error:
        raise PictureDamaged(place) from error


def put_away(round_: Round) -> None:
    """Empty the working pictures; the sealed ones stay."""
    ScannedSheet.objects.filter(round=round_).exclude(working=b"").update(working=b"")


@sensitive_variables()
def opened_picture(round_: Round, place: int, key: sealing.PrivateKey) -> bytes | None:
    """Open the sealed picture of the ballot at that place; None where it is not what was sealed, or not there."""
    sheet = ScannedSheet.objects.filter(round=round_, place=place).only("picture").first()
    if sheet is None:
        return None
    try:
        return sealing.unseal(key, bytes(sheet.picture), info=_info(round_, place))
    except sealing.CannotUnseal:
        return None


def destroy_pictures(cycle: Cycle) -> int:
    """Delete the pictures of a year's rounds, with its disposal; their hashes stay. Return how many."""
    return ScannedSheet.objects.filter(round__cycle=cycle).delete()[0]

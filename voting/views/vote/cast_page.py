"""您的表决票已投入票箱: the page after the cast, with the receipt."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.frames import Frame, Kept, address_key, mark, render_frame
from voting.domain.vote.ballots import Receipt
from voting.views.core.refusal_page import address_of
from voting.views.vote.receipt_qr import receipt_svg

_frames: Kept[Frame] = Kept()


def cast_page(request: HttpRequest, receipt: Receipt, *, kind: str) -> str:
    """Return the end page of a ballot cast in a cycle of that kind."""
    page = address_of("voting:receipt")
    groups = receipt.friendly.split("-")
    return end_frame(request, kind=kind, groups=len(groups)).joined(
        **{f"g{place}": group for place, group in enumerate(groups)},
        home=address_of("voting:home"),
        enter=address_of("accounts:enter"),
        receipt=receipt.friendly,
        mark=receipt.mark.characters,
        digits=receipt.mark.digits,
        qr=receipt_svg(request.build_absolute_uri(page) if page else "", receipt.friendly),
    )


def end_frame(request: HttpRequest, *, kind: str, groups: int) -> Frame:
    """Return the page without receipt and mark: the same for everybody, and a whole hall asks for it in a minute."""

    def make() -> Frame:
        places: dict[str, Any] = {
            "receipt": mark("receipt"),
            "qr": mark("qr"),
            "groups": [mark(f"g{place}") for place in range(groups)],
            "mark": {"characters": mark("mark"), "digits": mark("digits")},
            "cycle": {"kind": kind},
            "ways": {"home": mark("home"), "enter": mark("enter")},
            "own_switch": True,
        }
        return Frame.of(render_frame("vote/ballot/done.html", places, request))

    return _frames.get((*address_key(request), kind, groups), make)

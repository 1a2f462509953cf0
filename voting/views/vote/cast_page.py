"""您的表决票已投入票箱: the page after the cast, with the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts.forms import sign_in_form
from accounts.frames import Frame, Kept, address_key, mark, render_frame
from voting.domain.vote.ballots import Receipt
from voting.views.core.refusal_page import address_of
from voting.views.vote.receipt_qr import make_ready, receipt_svg


@dataclass(frozen=True)
class EndFrame:
    """The page without receipt and mark, and the path of the page that looks a receipt up."""

    page: Frame
    lookup: str


_frames: Kept[EndFrame] = Kept()


def cast_page(request: HttpRequest, receipt: Receipt, *, kind: str, by_letter: bool = False) -> bytes:
    """Return the end page of a ballot cast in a cycle of that kind, by a delegate or by a resident's letter."""
    friendly = receipt.friendly
    groups = friendly.split("-")
    frame = end_frame(request, kind=kind, by_letter=by_letter, groups=len(groups))
    return frame.page.as_sent(
        **{f"g{place}": group for place, group in enumerate(groups)},
        receipt=friendly,
        mark=receipt.mark.characters,
        digits=receipt.mark.digits,
        qr=receipt_svg(_absolute(request, frame.lookup), friendly),
    )


def make_receipts_ready(request: HttpRequest) -> None:
    """Find out what all receipts of this site and congress need, before the first is asked for."""
    make_ready(_absolute(request, address_of("voting:receipt")))


def _absolute(request: HttpRequest, path: str) -> str:
    return f"{request.scheme}://{request.get_host()}{path}" if path else ""


def end_frame(request: HttpRequest, *, kind: str, by_letter: bool, groups: int) -> EndFrame:
    """Return the page without receipt and mark: the same for everybody, and a whole hall asks for it in a minute."""

    def make() -> EndFrame:
        places: dict[str, Any] = {
            "receipt": mark("receipt"),
            "qr": mark("qr"),
            "groups": [mark(f"g{place}") for place in range(groups)],
            "mark": {"characters": mark("mark"), "digits": mark("digits")},
            "cycle": {"kind": kind, "by_letter": by_letter},
            "ways": {
                "home": address_of("voting:home"),
                "enter": address_of(sign_in_form(by_letter=by_letter).address),
            },
            "own_switch": True,
        }
        page = Frame.of(render_frame("vote/ballot/done.html", places, request))
        return EndFrame(page, address_of("voting:receipt"))

    return _frames.get((*address_key(request), kind, by_letter, groups), make)

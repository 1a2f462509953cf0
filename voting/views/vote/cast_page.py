"""您的表决票已投入票箱: the page after the cast, with the receipt."""

from __future__ import annotations

from functools import lru_cache
from string import Template
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language

from voting.domain.vote.ballots import Receipt
from voting.views.core.refusal_page import address_of
from voting.views.vote.receipt_qr import receipt_svg


def cast_page(request: HttpRequest, receipt: Receipt, *, kind: str) -> str:
    """Return the end page of a ballot cast in a cycle of that kind."""
    page = address_of("voting:receipt")
    groups = receipt.friendly.split("-")
    return _frame(get_language() or "", kind, len(groups)).substitute(
        {f"g{place}": group for place, group in enumerate(groups)},
        receipt=receipt.friendly,
        mark=receipt.mark.characters,
        digits=receipt.mark.digits,
        qr=receipt_svg(request.build_absolute_uri(page) if page else "", receipt.friendly),
    )


@lru_cache(maxsize=16)
def _frame(language: str, kind: str, groups: int) -> Template:
    """Return the page without receipt and mark, in the active language.

    The same for everybody, and the whole hall asks for it within a minute: rendered once per language and kind.
    """
    places: dict[str, Any] = {
        "receipt": "$receipt",
        "qr": "$qr",
        "groups": [f"$g{place}" for place in range(groups)],
    }
    places["mark"] = {"characters": "$mark", "digits": "$digits"}
    return Template(render_to_string("vote/ballot/done.html", places | {"cycle": {"kind": kind}}))

"""What the two pages that print slips have in common."""

from __future__ import annotations

from django.utils.translation import gettext as _

from voting.domain.core.refusals import Refused


class PrintedBefore(Refused):
    """The same form again: the slips it asked for are printed, and printing again would void them."""

    def __str__(self) -> str:
        return _(
            "Slips have been printed since this page was opened, so nothing was printed again: that would "
            "make the printed ones worthless. If you want new slips all the same, print them from this page now."
        )

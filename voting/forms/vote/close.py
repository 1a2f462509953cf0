"""The form with which the vote is closed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import ngettext

from voting.forms.core.second_person import TwoPeople


class CloseForm(TwoPeople):
    """A second person, unless everybody who was in the hall has a ballot in the urn."""

    def __init__(self, *args: Any, pending: int, by_letter: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, needed=pending > 0, **kwargs)
        self.pending, self.by_letter = pending, by_letter

    @property
    def why_two(self) -> str:
        """Say how many could still vote, and who is therefore needed; empty where nobody is."""
        if not self.asks_for_second:
            return ""
        if self.by_letter:
            return ngettext(
                "With %(count)d letter no ballot is in the urn: not voted, or on paper. To close now, a second person "
                "confirms it here: another clerk, the executive chairperson or a scrutineer.",
                "With %(count)d letters no ballot is in the urn: not voted, or on paper. To close now, a second person "
                "confirms it here: another clerk, the executive chairperson or a scrutineer.",
                self.pending,
            ) % {"count": self.pending}
        return ngettext(
            "%(count)d delegate who was in the hall since the opening has no ballot in the urn: not voted, or on "
            "paper. To close now, a second person confirms it here: another clerk, the executive chairperson or a "
            "scrutineer.",
            "%(count)d delegates who were in the hall since the opening have no ballot in the urn: not voted, or on "
            "paper. To close now, a second person confirms it here: another clerk, the executive chairperson or a "
            "scrutineer.",
            self.pending,
        ) % {"count": self.pending}

"""A field that nobody sees and that programs fill in: what is answered to whoever filled it in, a person too."""

from __future__ import annotations

from django.utils.translation import gettext as _

from voting.domain.core.refusals import Refused

#: What the field is called in the form that is sent.
UNSEEN = "website"


class UnseenFilledIn(Refused):
    """The field that people do not see came back with something in it."""

    def __str__(self) -> str:
        return _(
            "A field of this form that people do not see was filled in, as programs do; perhaps your browser did it. "
            "Everything you typed is kept: send it once more."
        )

"""What a page with several buttons can do: a table of verbs by name. What is not in the table is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from voting.domain.core.refusals import Refused
from voting.forms.core.steps import StepForm


class NotNow(Refused):
    """The name that was sent stands for nothing that this person can do on this page now."""

    def __str__(self) -> str:
        return _(
            "This cannot be done here now: it was done meanwhile, or it is another person's to do. Nothing was changed."
        )


@dataclass(frozen=True)
class Verb:
    """One thing that can be done on a page.

    ``form`` makes its form, of what was sent or of None. ``act`` takes the valid form and makes the one call of
    the domain; it returns an answer, or anything that ``sentence`` may speak of.
    """

    form: Callable[[Any], Any]
    act: Callable[[Any], Any]
    #: Says what was done, as it stands or made from what the call returned.
    sentence: str | Promise | Callable[[Any], str] = ""
    #: The step is taken with it: the way leads back to the running order.
    ends: bool = False
    #: It cannot be undone: whoever does it proves the own second factor again after a while.
    final: bool = False

    def told(self, outcome: object) -> str:
        """Return what is said of that outcome."""
        return self.sentence(outcome) if callable(self.sentence) else str(self.sentence)


class Alone(StepForm):
    """No form of the page: it carries a refusal of something that the page has no form for."""


def refusal_alone(refusal: Refused) -> Alone:
    """Return a form without fields that says the refusal."""
    form = Alone({})
    form.full_clean()
    form.refuse(refusal)
    return form


def refusals_on(form: Any) -> list[str]:
    """Return everything that is wrong with a form that was sent, for a page that does not show the form itself."""
    return [error for errors in form.errors.values() for error in errors] if form is not None else []

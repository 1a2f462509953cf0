"""What a page with several buttons can do: a table of verbs by name. What is not in the table is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from voting.domain.core.refusals import Refused
from voting.forms.core.resubmit import words_to_resubmit
from voting.forms.core.steps import StepForm, Unechoed


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
    #: The verb with which it is put right, its own or another's: a name on this page, or ``Page.name``.
    undo: str = ""
    #: What cannot be put right, in a sentence with the numbers of now; whoever does it ticks that sentence, and after a
    #: while proves the own second factor. Every verb says one of the two.
    final: str | Promise | Callable[[], str] = ""

    def __post_init__(self) -> None:
        """Raises TypeError where it says neither."""
        if not (self.undo or self.final):
            raise TypeError("A verb says how it is put right, or what cannot be")

    @property
    def warning(self) -> str:
        """Return the sentence to be ticked; empty where it can be put right."""
        return self.final() if callable(self.final) else str(self.final)

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


@dataclass(frozen=True)
class RefusalLine:
    """One sentence of why nothing was done; at a field, what that is called and where it stands on the page."""

    sentence: str
    label: str = ""
    target: str = ""


def refusal_lines(form: Any) -> list[RefusalLine]:
    """Return everything that is wrong with a form that was sent, in the form's order: what is about all of it first."""
    lines = [RefusalLine(str(error)) for error in form.non_field_errors()]
    for field in form:
        target = field.id_for_label or f"div_{field.auto_id}"
        # The label of a tick is a sentence: no full stop stands before the colon.
        named = (str(field.label).rstrip("。."), target) if not field.is_hidden else ("", "")
        lines += [RefusalLine(str(error), *named) for error in field.errors]
    return lines


def typed_words(form: Any, data: QueryDict) -> list[str]:
    """Return what was typed into a form that was sent, in its order; never what a page must not echo."""
    if isinstance(form, Alone):
        return words_to_resubmit(data)
    typed = [
        str(field.value() or "").strip()
        for field in form
        if isinstance(field.field.widget, forms.TextInput | forms.Textarea)
        and not isinstance(field.field.widget, Unechoed)
    ]
    return [text for text in typed if text]


def refusals_on(form: Any) -> list[str]:
    """Return everything that is wrong with a form that was sent, for a page that does not show the form itself."""
    return [error for errors in form.errors.values() for error in errors] if form is not None else []

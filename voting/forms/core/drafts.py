"""What a form was made from, carried in the form: two people who change the same draft are told of each other (F46)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

from voting.domain.core.refusals import Refused

#: The field that carries it: for every field that can be edited its name and a hash of what stood there.
SEEN = "seen_values"
_LENGTH = 12  # hex digits of a hash
_MANY = "\x1f"


@dataclass(frozen=True)
class FieldChange:
    """What somebody else made of one field meanwhile, beside what was typed here."""

    label: str
    target: str
    theirs: str
    yours: str
    #: Nothing was typed here: the form has taken theirs over.
    taken: bool


class ChangedMeanwhile(Refused):
    """Somebody else saved another text of the same draft while this one was written."""

    def __init__(self, changes: Sequence[FieldChange], last: tuple[str, str] | None = None) -> None:
        super().__init__(changes, last)
        self.changes, self.last = tuple(changes), last

    def __str__(self) -> str:
        if self.last:
            return _(
                "%(name)s changed this on %(at)s, while you had it open. Nothing was saved; both texts stand side by "
                "side below. Put them together in the form and save once more."
            ) % {"name": self.last[0], "at": self.last[1]}
        return _(
            "Somebody else changed this while you had it open. Nothing was saved; both texts stand side by side below. "
            "Put them together in the form and save once more."
        )


def edited(form: Any) -> list[BoundField]:
    """Return the fields of a form in which a person edits what is stored; no file and no secret is among them."""
    return [
        field
        for field in form
        if not field.is_hidden
        and field.name != SEEN
        and not isinstance(field.field.widget, forms.PasswordInput | forms.FileInput)
    ]


def edits_stored(form: Any) -> bool:
    """Tell whether a form that nobody has sent is made from what is stored, to be changed; that may be empty still."""
    if not getattr(form, "edits_stored", True):
        return False
    made_from = bool(form.initial) or isinstance(form, forms.BaseModelForm)
    return bool(edited(form)) and (made_from or any(map(text_in, edited(form))))


def text_in(field: BoundField) -> str:
    """Return what a form shows in a field, or what was sent in it, as one text that can be compared."""
    widget = field.field.widget
    if field.form.is_bound:
        return _text(widget.value_from_datadict(field.form.data, field.form.files, field.html_name))
    value = field.value()
    if isinstance(widget, forms.CheckboxInput):
        return _text(bool(value))
    return _text(widget.format_value(value))


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, list | tuple):
        return _MANY.join(_text(each) for each in value)
    return str(value).replace("\r\n", "\n").strip()


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:_LENGTH]


def token_of(form: Any) -> str:
    """Return what a form that nobody has sent carries of what it was made from."""
    return " ".join(f"{field.name}:{_hash(text_in(field))}" for field in edited(form))


def carry(form: Any, stored: Any) -> None:
    """Let a form carry what it was made from; ``stored`` is the form as the stored draft alone fills it in."""
    form.fields[SEEN] = forms.CharField(
        required=False, widget=forms.HiddenInput, initial=None if form.is_bound else token_of(stored)
    )


def changes_since(form: Any, token: str, now: Any) -> list[FieldChange]:
    """Return the fields that stand differently now than when the form was made, and than what was sent.

    The form takes over what somebody else changed and the person did not touch, and carries what there is now.
    """
    then = dict(part.split(":", 1) for part in token.split() if ":" in part)
    changes, data = [], form.data.copy()
    for field in edited(now):
        was, theirs = then.get(field.name), text_in(field)
        if was is None or was == _hash(theirs) or field.name not in form.fields:
            continue
        yours = text_in(form[field.name])
        if yours == theirs:
            continue
        untouched = _hash(yours) == was
        if untouched:
            _put(data, form[field.name], theirs)
        target = field.id_for_label or f"div_{field.auto_id}"
        changes.append(
            FieldChange(
                str(field.label), target, _shown(field, theirs), _shown(field, yours), taken=untouched
            )
        )
    data[form[SEEN].html_name] = token_of(now)
    form.data = data
    return changes


def _put(data: Any, field: BoundField, text: str) -> None:
    """Let a form be sent with that in a field."""
    name, widget = field.html_name, field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        data.pop(name, None)
        if text:
            data[name] = "on"
    elif isinstance(widget, forms.SelectMultiple):
        data.setlist(name, text.split(_MANY) if text else [])
    else:
        data[name] = text


def _shown(field: BoundField, text: str) -> str:
    """Return the text as a person reads it: the word of a choice, yes or no for a tick."""
    if isinstance(field.field.widget, forms.CheckboxInput):
        return _("yes") if text else _("no")
    if isinstance(field.field, forms.DateTimeField):
        return text.replace("T", " ")
    choices = getattr(field.field, "choices", None)
    if choices is None:
        return text
    words = {str(value): str(label) for value, label in choices}
    return ", ".join(words.get(each, each) for each in text.split(_MANY))

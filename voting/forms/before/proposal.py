"""The proposal form of residents, delegates and unit officers, and the tracking code as it is typed."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.domain.before.proposals import new_ticket
from voting.domain.core import uploads
from voting.forms.core.honeypot import UNSEEN, UnseenFilledIn
from voting.forms.core.plain import PlainForm
from voting.models import MOST_ATTACHMENTS, Proposal
from voting.queries import MOST_SECONDED

_SALT = "piaojue.proposal.ticket"
_TICKET_LASTS = 24 * 3600  # seconds


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Up to five files as they came. Nobody opens one before the other fields are judged and the network is counted."""

    widget = ManyFilesInput(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf"})

    def clean(self, data: Any, initial: Any = None) -> list[uploads.Raw]:
        files: list[Any] = [file for file in data or [] if file]
        if len(files) > MOST_ATTACHMENTS:
            raise ValidationError(_("At most %d files; choose again which ones.") % MOST_ATTACHMENTS)
        return [uploads.Raw(file.name or "", file.read(uploads.MOST_BYTES + 1)) for file in files]


class ProposalForm(PlainForm, forms.ModelForm):  # type: ignore[type-arg]
    """A proposal; ``ticket`` makes the same form sent twice one proposal, ``website`` is for machines alone.

    ``sure`` says that its person has seen the proposals that are like it.
    """

    attachments = FilesField(
        label=gettext_lazy("Pictures or papers"),
        required=False,
        help_text=gettext_lazy(
            "Up to five, JPEG, PNG, WebP or PDF, at most 5 MB each. The place where a picture was taken is removed."
        ),
    )
    ticket = forms.CharField(widget=forms.HiddenInput, required=False)
    sure = forms.CharField(widget=forms.HiddenInput, required=False)
    website = forms.CharField(required=False, label=gettext_lazy("Leave this empty"))

    class Meta:
        model = Proposal
        fields = [
            "title", "content", "field", "place", "reason", "beneficiaries", "cost", "contact_name", "contact",
        ]  # fmt: skip
        widgets = {
            "content": forms.Textarea(attrs={"rows": 6}),
            "reason": forms.Textarea(attrs={"rows": 3}),
            "contact_name": forms.TextInput(attrs={"autocomplete": "name"}),
        }
        help_texts = {
            "title": gettext_lazy("One line, for example: a lift for the footbridge at the market"),
            "cost": gettext_lazy("If you know it."),
            "contact_name": gettext_lazy("May stay empty. Never shown to the public."),
            "contact": gettext_lazy(
                "May stay empty. Never shown to the public; only for questions about your proposal."
            ),
        }
        error_messages = {
            "title": {"required": gettext_lazy("Say in one line what you propose.")},
            "content": {"required": gettext_lazy("Say what should be done.")},
        }

    def __init__(self, *args: Any, fields: list[str], personal: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("I am not sure")), *((name, name) for name in fields)]
        self.fields["field"] = forms.ChoiceField(label=_("Field of work"), choices=choices, required=False)
        if not personal:
            del self.fields["contact_name"], self.fields["contact"]
        if not self.is_bound:
            self.initial["ticket"] = signing.TimestampSigner(salt=_SALT).sign(str(new_ticket()))
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)  # a text that is too long is said to be, not cut

    def clean_ticket(self) -> uuid.UUID:
        try:
            text = signing.TimestampSigner(salt=_SALT).unsign(
                self.cleaned_data["ticket"], max_age=_TICKET_LASTS
            )
        except signing.BadSignature:
            fresh = new_ticket()
            renewed: Any = self.data.copy()  # type: ignore[attr-defined]
            renewed["ticket"] = signing.TimestampSigner(salt=_SALT).sign(str(fresh))
            self.data = renewed
            raise ValidationError(
                _("This form was open for more than a day. Everything is kept: send it once more.")
            ) from None
        return uuid.UUID(text)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get(UNSEEN):
            raise ValidationError(str(UnseenFilledIn()))
        return cleaned

    @property
    def texts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


class CorrectionForm(ProposalForm):
    """What a proposer may correct: the texts, without the contact and the files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, personal=False, **kwargs)
        del self.fields["attachments"], self.fields["ticket"], self.fields["sure"]


class TrackForm(PlainForm, forms.Form):
    """The tracking code."""

    code = forms.CharField(
        label=gettext_lazy("Tracking code"),
        max_length=200,
        help_text=gettext_lazy("Three groups of four. Capitals, dashes and blanks do not matter."),
        error_messages={"required": gettext_lazy("Please enter the code that you were given.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "mono",
            }
        ),
    )


class ListForm(PlainForm, forms.Form):
    """Search and filters of the public list; what makes no sense is left out of account."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=100)
    source = forms.ChoiceField(label=gettext_lazy("From"), required=False)
    field = forms.ChoiceField(label=gettext_lazy("Field of work"), required=False)
    outcome = forms.ChoiceField(label=gettext_lazy("What became of it"), required=False)
    sort = forms.ChoiceField(label=gettext_lazy("Order"), required=False)

    def __init__(self, *args: Any, fields: list[str], **kwargs: Any) -> None:
        from voting.states import Outcome, Source  # noqa: PLC0415

        super().__init__(*args, **kwargs)
        everything = ("", _("all"))
        self.fields["source"].choices = [everything, *Source.choices]  # type: ignore[attr-defined]
        self.fields["field"].choices = [everything, *((name, name) for name in fields)]  # type: ignore[attr-defined]
        outcomes = [(value or "open", label) for value, label in Outcome.choices]
        self.fields["outcome"].choices = [everything, *outcomes]  # type: ignore[attr-defined]
        orders = [("", _("newest first")), (MOST_SECONDED, _("most seconded first"))]
        self.fields["sort"].choices = orders  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, str]:
        """Return what is asked for and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

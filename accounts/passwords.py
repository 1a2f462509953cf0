"""Passwords that one person gives another: drawn, easy to type, shown once, and replaced by their owner at once."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.forms import PasswordChangeForm
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User

#: No 0 1 i l o u v: nothing that looks alike, on paper or aloud. 12 of 29 are 58 bits.
ALPHABET = "23456789abcdefghjkmnpqrstwxyz"
GROUPS, GROUP = 3, 4


def new_password() -> str:
    """Return 58 random bits that are easy to type."""
    return "-".join("".join(secrets.choice(ALPHABET) for _sign in range(GROUP)) for _group in range(GROUPS))


def give_initial_password(user: User) -> str:
    """Set, without saving, a password that can do nothing but be changed; return it, this once."""
    password = new_password()
    user.set_password(password)
    user.password_is_initial = True
    return password


class OwnPasswordForm(PasswordChangeForm):
    """With a password of their own people can do what is theirs to do."""

    error_messages = {
        "password_incorrect": _("This is not your present password."),
        "password_mismatch": _("The two new passwords differ."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Present password")
        self.fields["new_password1"].label = _("New password")
        again = self.fields["new_password2"]
        again.label, again.help_text = _("New password, a second time"), ""

    def clean(self) -> dict[str, Any]:
        """Refuse the password of now: whoever gave an initial one would go on knowing it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        new = cleaned.get("new_password1")
        if new and self.user.check_password(new):
            self.add_error("new_password1", gettext("Choose a password that differs from the present one."))
        return cleaned

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 Django's signature
        user = super().save(commit=False)
        user.password_is_initial = False
        if commit:
            user.save(update_fields=["password", "password_is_initial"])
        return user

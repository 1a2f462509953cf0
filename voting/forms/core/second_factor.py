"""The forms of the second factor: at the sign-in, when it is set up, and when it is given up."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.second_factor import Factor
from voting.forms.core.steps import StepForm, code_field, take_code


class SecondStepForm(StepForm):
    """Six digits or a recovery code, after the password; also to give the second factor up."""

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.user = user
        self.fields["code"] = code_field()
        #: What the record says of it: ``recovery`` where it was a recovery code.
        self.how = ""

    def use_up(self) -> None:
        """Take the code as the person's."""
        taken = take_code(self, "code", self.user)
        self.how = str(taken) if taken is Factor.RECOVERY else ""


class EnrolForm(StepForm):
    """The first six digits that the app shows."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["code"] = code_field(label=_("The six digits that the app shows now"), help_text="")
        self.fields["code"].error_messages["required"] = _("Type the six digits that the app shows now.")

"""Staff say who they are with name and password; wrong ones are slowed, and no one else with them."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import authenticate
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from accounts import attempts
from accounts.models import User

#: A first rest begins: sent by ``check_password`` with ``username`` and ``at``, for whoever keeps a record of it.
rest_began = Signal()


class SignInRefused(Exception):
    """Name and password that are not taken; ``str()`` is a translated sentence, the same whether the name exists."""

    code = "invalid_login"


class WrongPassword(SignInRefused):
    """Name and password do not belong together."""

    def __str__(self) -> str:
        return _("User name and password do not match. Both are case-sensitive.")


class Resting(SignInRefused):
    """Too many wrong ones: what is typed now is not looked at."""

    code = "resting"

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return ngettext(
            "Too many wrong passwords for this user name from here. Try again in %(seconds)d second; what is typed "
            "until then does not count. A device on which you have signed in before is not held up.",
            "Too many wrong passwords for this user name from here. Try again in %(seconds)d seconds; what is typed "
            "until then does not count. A device on which you have signed in before is not held up.",
            self.seconds,
        ) % {"seconds": self.seconds}


@sensitive_variables()
def check_password(request: HttpRequest, *, username: str, password: str, at: datetime) -> User:
    """Return the account that name and password belong to. Raises WrongPassword or Resting.

    The one place where a password of staff is looked at: every page that asks for one counts in the same budgets, and
    a rest that begins is told of wherever it does.
    """
    budget = attempts.budget_of(request, username)
    if seconds := attempts.rests_for(budget, at=at):
        raise Resting(seconds)
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        times = attempts.wrong_password(budget, at=at)
        if times == attempts.MOST_WRONG_PASSWORDS:
            rest_began.send(check_password, username=username, at=at)
        raise WrongPassword
    attempts.right_password(budget)
    return user

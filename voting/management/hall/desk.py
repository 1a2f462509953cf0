"""A member of staff at the admin, who takes the steps of the running order over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from voting.domain.vote.running_order import STEPS, StepKey
from voting.management.hall.browser import FOUND, OK, Browser, Fields, Unexpected


class OtherDatabase(Exception):
    """The server does not know somebody who is in our database, or keeps another secret; ``str()`` is the sentence."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url

    def __str__(self) -> str:
        return _(
            "The server at %(url)s does not use the same database and secret as this command. "
            "Run the command with the environment of the server: DATABASE_URL, SECRET_KEY, PIAOJUE_VAR."
        ) % {"url": self.url}


@dataclass(frozen=True)
class Desk:
    """One member of staff, signed in."""

    browser: Browser
    slug: str

    def take(self, key: StepKey, **fields: str) -> None:
        """Take a step, ticking whatever it asks to be ticked. Raises Unexpected where it was not taken."""
        sent: Fields = {"confirm": "on", **fields}
        with self.browser:
            answer = self.browser.post(f"/admin/vote/{self.slug}/{key}/", sent)
        if answer.status != FOUND or "/login/" in answer.location:
            raise Unexpected(str(STEPS[key].title), answer)

    def take_with_slips(self, key: StepKey, slips: Sequence[str], *, do: str) -> None:
        """Take a step that asks for the words of key slips; ``do`` is the button that is pressed."""
        words = {f"slip_{place}": each for place, each in enumerate(slips, start=1)}
        self.take(key, do=do, **words)


def sign_in(url: str, user: User, password: str, *, slug: str) -> Desk:
    """Sign a member of staff in. Raises OtherDatabase where the server does not know them, NoAnswer, Unexpected."""
    with Browser(url, congress=user.congress.slug if user.congress else "") as browser:
        page = browser.get("/admin/login/")
        if page.status != OK:
            raise Unexpected(_("staff sign-in page"), page)
        fields = {"username": user.username, "password": password, "next": "/admin/"}
        answer = browser.post("/admin/login/", fields)
    if answer.status == OK or (answer.status == FOUND and not _is_our_session(browser, user)):
        raise OtherDatabase(url)
    if answer.status != FOUND:
        raise Unexpected(_("staff sign-in"), answer)
    return Desk(browser, slug)


def _is_our_session(browser: Browser, user: User) -> bool:
    """Tell whether the session is in our database and readable with our secret."""
    store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    session = store(browser.cookies.get(settings.SESSION_COOKIE_NAME))
    return session.get("_auth_user_id") == str(user.pk)

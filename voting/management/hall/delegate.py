"""A delegate with a slip and a phone: sign in, mark, review, cast, keep the receipt."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from voting.management.hall.browser import FOUND, OK, Answer, Browser, Unexpected

_TICKET = re.compile(r'name="ticket" value="([^"]+)"')
_RECEIPT = re.compile(r"(?:[0-9A-Z]{4}-){7}[0-9A-Z]{4}")


@dataclass
class Voter:
    """One delegate. ``marks`` are the official numbers they will mark; none is a blank ballot."""

    browser: Browser
    number: str
    code: str = field(repr=False)
    marks: Sequence[int] = field(repr=False)
    receipt: str = ""

    def sign_in(self) -> float:
        """Sign in with the slip; return the seconds that the sign-in itself took. Raises Unexpected, NoAnswer."""
        with self.browser:
            self._expect(_("sign-in page"), self.browser.get("/enter/"), OK)
            answer = self.browser.post("/enter/", {"number": self.number, "code": self.code})
        self._expect(_("sign-in"), answer, FOUND)
        return answer.seconds

    def vote(self) -> float:
        """Mark, review and cast; return the seconds that the cast itself took. Raises Unexpected, NoAnswer."""
        with self.browser:
            return self._vote()

    def come_and_vote(self) -> float:
        """Sign in, mark, review and cast; return the seconds from the first page to the receipt.

        Raises Unexpected, NoAnswer.
        """
        began = time.perf_counter()
        self.sign_in()
        self.vote()
        return time.perf_counter() - began

    def _vote(self) -> float:
        ballot = self.browser.get("/ballot/")
        ticket = _TICKET.search(ballot.text)
        if not ticket:
            raise Unexpected(self._whose(_("ballot")), ballot)
        fields: dict[str, str | Sequence[str]] = {
            "ticket": ticket[1],
            "mark": [str(mark) for mark in self.marks],
        }
        self._expect(_("review"), self.browser.post("/ballot/review/", fields), OK)
        answer = self.browser.post("/ballot/cast/", fields | ({} if self.marks else {"blank": "yes"}))
        receipt = _RECEIPT.search(answer.text)
        if answer.status != OK or not receipt:
            raise Unexpected(self._whose(_("cast")), answer)
        self.receipt = receipt[0]
        return answer.seconds

    def _expect(self, what: str, answer: Answer, status: int) -> None:
        if answer.status != status:
            raise Unexpected(self._whose(what), answer)

    def _whose(self, what: str) -> str:
        return _("delegate %(number)s, %(what)s") % {"number": self.number, "what": what}

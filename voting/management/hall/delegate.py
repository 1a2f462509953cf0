"""A delegate with a slip and a phone: sign in, mark, review, test if so inclined, cast, keep the receipt.

The phone cannot seal by itself, so the server seals the ballot on its review.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from voting.management.hall.browser import FOUND, OK, Answer, Browser, Unexpected

_TICKET = re.compile(r'name="ticket" value="([^"]+)"')
_OF_A_CAST = re.compile(r'name="(ticket|sealed|sealer)" value="([^"]+)"')
_RECEIPT = re.compile(r"(?:[0-9A-Z]{4}-){7}[0-9A-Z]{4}")


def cast_fields(review: str) -> dict[str, str]:
    """Return what the form of a review casts: the ballot that the server sealed."""
    return dict(_OF_A_CAST.findall(review))


@dataclass
class Voter:
    """One delegate, whose browser lets the server seal.

    ``marks`` are the official numbers they will mark; none is a blank ballot. Who ``tests`` makes a test ballot of the
    marks before casting them; ``tested`` is its receipt then.
    """

    browser: Browser
    number: str
    code: str = field(repr=False)
    marks: Sequence[int] = field(repr=False)
    receipt: str = ""
    tests: bool = False
    tested: str = ""

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
        if self.tests:
            answer = self._hand_in("/ballot/test/", _("test ballot"), self._sealed(fields))
            self.tested = _RECEIPT.findall(answer.text)[0]
        answer = self._hand_in("/ballot/cast/", _("cast"), self._sealed(fields))
        self.receipt = _RECEIPT.findall(answer.text)[0]
        return answer.seconds

    def _sealed(self, fields: dict[str, str | Sequence[str]]) -> dict[str, str]:
        """Review the marks, and return what is sent of them from here on: nothing but what is sealed."""
        answer = self.browser.post("/ballot/review/", fields)
        self._expect(_("review"), answer, OK)
        return cast_fields(answer.text)

    def _hand_in(self, path: str, what: str, fields: dict[str, str]) -> Answer:
        answer = self.browser.post(path, fields)
        if answer.status != OK or not _RECEIPT.search(answer.text):
            raise Unexpected(self._whose(what), answer)
        return answer

    def _expect(self, what: str, answer: Answer, status: int) -> None:
        if answer.status != status:
            raise Unexpected(self._whose(what), answer)

    def _whose(self, what: str) -> str:
        return _("delegate %(number)s, %(what)s") % {"number": self.number, "what": what}

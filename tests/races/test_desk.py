"""Two clerks, or one with two fingers: slips are printed once per opened form, a key is made once.

Guards ``voting.domain.vote.rolls``, ``voting.domain.vote.attendance`` and ``voting.domain.vote.keys``.
"""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import Client

from accounts.models import AccessCode
from tests.factories import PASSWORD, make_vote
from voting.domain.vote.rolls import freeze_roll
from voting.models import JournalEntry
from voting.states import Act

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 6


def all_at_once(user, path: str, data: dict[str, str]) -> list[int]:
    """Send the same form from several browsers of one person at the same moment; return the answers' codes."""
    barrier = threading.Barrier(TIMES)
    codes: list[int] = []

    def send() -> None:
        try:
            client = Client()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            barrier.wait(timeout=10)
            codes.append(client.post(path, data).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(codes)


def test_slips_are_printed_once():
    vote = make_vote(until="adopted", delegates=3)

    freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    codes = all_at_once(vote.clerk, "/admin/vote/2018/slips/", {"do": "all", "printed": "", "confirm": "on"})
    assert codes == [200] + [409] * (TIMES - 1)
    assert JournalEntry.objects.filter(act=Act.CODES_ISSUED).count() == 1
    assert AccessCode.objects.filter(voided=False).count() == AccessCode.objects.count() == 3


def test_the_key_is_made_once():
    vote = make_vote(until="rolled", delegates=3)
    holders = [str(holder.pk) for holder in vote.holders]
    form = {"do": "hold", "holders": holders, "needed": "3", "confirm": "on", "fingerprint": ""}
    codes = all_at_once(vote.clerk, "/admin/vote/2018/key/", form)
    assert codes == [200] + [409] * (TIMES - 1)
    assert JournalEntry.objects.filter(act=Act.KEY_SPLIT).count() == 1


def test_the_vote_is_opened_once():
    vote = make_vote(until="ready", delegates=3)
    beside = {"second_name": vote.chief.username, "second_password": PASSWORD}
    sent = {"confirm": "on", "mark": vote.mark, **beside}
    codes = all_at_once(vote.clerk, "/admin/vote/2018/open/", sent)
    assert codes == [302] + [409] * (TIMES - 1)
    assert JournalEntry.objects.filter(act=Act.ROUND_OPENED).count() == 1

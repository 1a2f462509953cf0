"""The one counter of floods: by purpose, network and window; nothing says who knocked, what for, or when within it.

Guards ``voting.domain.core.floods``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection

from tests.factories import NOW
from voting.domain.core.floods import TooOften, count_knock
from voting.models import Knock

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def knock(*, at: datetime = NOW, purpose: str = "a", address: str = "192.0.2.1", most: int = 2) -> None:
    count_knock(purpose=purpose, address=address, most=most, ends_at=at + 10 * MINUTE, at=at)


def test_beyond_the_limit_it_is_said_when_the_window_ends_and_nothing_more_is_counted():
    knock()
    knock(at=NOW + MINUTE)
    for minutes in (2, 9, 10):
        with pytest.raises(TooOften) as refused:
            knock(at=NOW + minutes * MINUTE)
        assert refused.value.again == NOW + 10 * MINUTE
    assert Knock.objects.get().times == 2
    knock(at=NOW + 11 * MINUTE)
    assert Knock.objects.get().times == 1, "another window"


def test_another_purpose_and_another_network_have_their_own_count():
    for purpose, address in (
        ("a", "192.0.2.1"),
        ("b", "192.0.2.1"),
        ("a", "2001:db8::1"),
        ("a", "2001:db8::2"),
    ):
        knock(purpose=purpose, address=address)
    assert sorted(Knock.objects.values_list("times", flat=True)) == [1, 1, 2]


def test_of_every_purpose_what_is_over_is_forgotten():
    knock(purpose="a")
    knock(purpose="b", address="192.0.2.7", at=NOW + 11 * MINUTE)
    assert Knock.objects.get().ends_at == NOW + 21 * MINUTE


def test_the_digest_changes_daily_and_a_row_says_nothing_but_the_end_of_its_window():
    ends_at = NOW + timedelta(days=3)
    for days in (0, 1):
        count_knock(purpose="a", address="192.0.2.1", most=1, ends_at=ends_at, at=NOW + timedelta(days=days))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM voting_knock")
        assert [column.name for column in cursor.description] == ["digest", "ends_at", "times"]
        rows = cursor.fetchall()
    assert len({digest for digest, *_rest in rows}) == 2
    assert {(end, times) for _digest, end, times in rows} == {(ends_at, 1)}

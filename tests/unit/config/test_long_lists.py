"""Lists longer than a statement has room for values.

Guards ``config.database.long_lists`` and ``config.database.base``.
"""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from accounts.models import Delegate, Delegation
from config.database.base import MOST_VALUES
from config.database.long_lists import LONG
from tests.factories import CongressFactory, DelegateFactory
from voting.models import SealedBallot

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("length", [2, LONG, LONG + 1, MOST_VALUES + 1])
def test_a_list_of_any_length_finds_what_is_in_it_and_nothing_else(length: int):
    inside, outside = DelegateFactory(number="5"), DelegateFactory(number="outside")
    numbers = [str(number) for number in range(5, 5 + length)]
    keys = [inside.pk, *range(-length, -1)]
    assert list(Delegate.objects.filter(number__in=numbers)) == [inside]
    assert list(Delegate.objects.exclude(number__in=numbers)) == [outside]
    assert list(Delegate.objects.filter(pk__in=keys)) == [inside]
    assert list(Delegation.objects.filter(delegates__in=keys)) == [inside.delegation]
    assert list(Delegate.objects.filter(delegation__in=[inside.delegation_id, *keys[1:]])) == [inside]
    assert not SealedBallot.objects.filter(pk__in=[uuid.uuid4() for _ in range(min(length, 2000))]).exists()


def test_more_rows_than_fit_into_a_statement_are_written_in_several():
    congress = CongressFactory()
    count = MOST_VALUES // 3 + 1
    Delegation.objects.bulk_create(Delegation(congress=congress, name=str(n)) for n in range(count))
    assert Delegation.objects.count() == count


def test_values_are_bound_on_the_server():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid() AND %s = 'canary'", ["canary"]
        )
        ((statement,),) = cursor.fetchall()
    assert "$1 = 'canary'" in statement

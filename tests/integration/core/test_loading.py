"""Rows that belong to rows are what Django's own prefetching gives, in one statement for each relation.

Guards ``voting.domain.core.loading`` and ``voting.domain.after.whole_deliveries``.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from tests.lived import make_lived
from voting.domain.core.loading import load
from voting.models import Delivery, ProgressReport

pytestmark = pytest.mark.django_db


def values_of(rows) -> list[dict[str, object]]:
    return [{name: value for name, value in vars(row).items() if not name.startswith("_")} for row in rows]


@pytest.mark.parametrize("relation", ["targets", "milestones", "reports", "completions", "inspections"])
def test_the_rows_are_those_of_djangos_own_prefetching(relation: str):
    make_lived(2)
    ours = list(Delivery.objects.order_by("pk"))
    theirs = list(Delivery.objects.order_by("pk").prefetch_related(relation))
    with CaptureQueriesContext(connection) as caught:
        every = load(ours, relation)
        found = [values_of(getattr(each, relation).all()) for each in ours]
    assert len(caught.captured_queries) == 1
    assert sum(map(len, found)) == len(every)
    assert found == [
        values_of(sorted(getattr(each, relation).all(), key=lambda row: row.pk)) for each in theirs
    ]
    assert all(row.delivery is each for each in ours for row in getattr(each, relation).all())


def test_what_a_list_cannot_answer_the_database_does_of_this_parent_alone():
    make_lived(2)
    first, second = Delivery.objects.order_by("pk")[:2]
    load([first, second], "targets")
    assert first.targets.filter(position=1).get().delivery == first
    assert first.targets.exclude(position=1).count() == len(first.targets.all()) - 1
    both = {name for name in {*dir(list)} & {*dir(QuerySet)} if not name.startswith("_")}
    assert both == {"count", "reverse"}, "what a list and a manager call alike is the manager's"
    assert first.targets.count() == len(first.targets.all())
    assert list(first.targets.reverse()) == list(first.targets.all())[::-1]
    assert second.targets.order_by("-position").first() == second.targets.all()[-1]
    with CaptureQueriesContext(connection) as caught:
        assert load([], "targets") == []
    assert not caught.captured_queries


def test_a_column_that_is_left_out_is_read_when_it_is_asked_for():
    make_lived(2)
    reports = list(ProgressReport.objects.all())
    files = load(reports, "files", order="position", without="data")
    assert files
    assert all("data" not in vars(each) for each in files)
    assert bytes(files[0].data)

"""A statement that is written once answers what Django would, for whatever values; rows are read when looked at.

Guards ``accounts.written`` and ``voting.domain.after.whole_deliveries``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from django.db import connection
from django.db.models import QuerySet, Sum
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext

from accounts.written import Statement, among, later, read_later
from tests.lived import make_lived
from voting.domain.after.whole_deliveries import whole_deliveries
from voting.models import Cycle, Delivery, ProgressReport, ReportFile, Round

pytestmark = pytest.mark.django_db
#: What belongs to a delivery, and what belongs to that.
BELOW = {
    "targets": [], "milestones": [], "reports": ["figures", "milestones", "files"], "completions": [],
    "inspections": ["findings"], "changes": [], "rectifications": [], "remarks": [],
}  # fmt: skip


def values_of(row) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def sorted_values(rows) -> list[dict[str, object]]:
    return [values_of(row) for row in sorted(rows, key=lambda row: row.pk)]


def asked(look) -> int:
    with CaptureQueriesContext(connection) as caught:
        look()
    return len(caught.captured_queries)


def test_all_that_belongs_to_deliveries_is_what_djangos_own_prefetching_gives():
    make_lived(2)
    cycles = list(Cycle.objects.select_related("congress"))
    ours = sorted(whole_deliveries(cycles, None), key=lambda each: each.pk)
    theirs = list(
        Delivery.objects.order_by("pk").prefetch_related(
            *BELOW, *(f"{above}__{below}" for above, names in BELOW.items() for below in names)
        )
    )
    assert len(ours) == len(theirs) > 2
    for our, their in zip(ours, theirs, strict=True):
        assert values_of(our) == values_of(their)
        assert values_of(our.candidate) == values_of(their.candidate)
        for above, names in BELOW.items():
            mine, its = getattr(our, above).all(), getattr(their, above).all()
            assert sorted_values(mine) == sorted_values(its)
            assert all(row.delivery is our for row in mine)
            for below in names:
                for parent, other in zip(
                    sorted(mine, key=lambda row: row.pk), sorted(its, key=lambda row: row.pk), strict=True
                ):
                    left = {"data"} if below == "files" else set()
                    assert sorted_values(getattr(parent, below).all()) == [
                        {name: value for name, value in each.items() if name not in left}
                        for each in sorted_values(getattr(other, below).all())
                    ]
    assert {name for name in BELOW if any(getattr(each, name).all() for each in ours)} >= {
        "targets",
        "reports",
    }


def test_rows_are_read_once_for_all_parents_and_only_when_somebody_looks():
    make_lived(2)
    cycles = list(Cycle.objects.select_related("congress"))
    deliveries = whole_deliveries(cycles, None)
    first, second = deliveries[:2]
    assert asked(lambda: [list(each.targets.all()) for each in deliveries]) == 1
    assert asked(lambda: (first.targets.all()[0], len(second.targets.all()))) == 0
    assert first.targets.filter(position=1).get().delivery == first
    assert first.targets.exclude(position=1).count() == len(first.targets.all()) - 1
    assert second.targets.order_by("-position").first() == second.targets.all()[-1]
    both = {name for name in {*dir(Sequence)} & {*dir(QuerySet)} if not name.startswith("_")}
    assert both == {"count"}, "what a sequence and a manager call alike is the manager's"
    assert first.targets.count() == len(first.targets.all())
    assert list(first.targets.reverse()) == list(reversed(first.targets.all()))
    assert asked(lambda: whole_deliveries([], None)) == 1
    assert asked(lambda: read_later([], "targets", Statement(Delivery.objects.all))) == 0


def test_of_deliveries_with_numbers_only_those_come():
    make_lived(2)
    cycles = list(Cycle.objects.all())
    every = {(each.cycle_id, each.number) for each in whole_deliveries(cycles, None)}
    assert {(each.cycle_id, each.number) for each in whole_deliveries(cycles, [1])} == {
        (cycle, number) for cycle, number in every if number == 1
    }


def test_a_column_that_is_left_out_is_read_when_it_is_asked_for():
    make_lived(2)
    statement = Statement(lambda: ReportFile.objects.filter(report=later("report")).defer("data"))
    report = ProgressReport.objects.exclude(files=None).first()
    (file,) = statement.rows(report=report.pk)
    assert "data" not in vars(file)
    assert bytes(file.data)


def test_what_hangs_on_a_row_comes_with_it_and_what_is_not_there_is_none():
    make_lived(2)
    related = Round.objects.select_related("rules", "seal", "notice").defer("seal__hashes").order_by("pk")
    ours, theirs = Statement(lambda: related).rows(), list(related)
    assert len(ours) == len(theirs)
    for our, their in zip(ours, theirs, strict=True):
        assert values_of(our) == values_of(their)
        assert values_of(our.rules) == values_of(their.rules)
        assert asked(lambda our=our: getattr(our, "notice", None)) == 0
        assert getattr(our, "notice", None) == getattr(their, "notice", None)
    assert {getattr(each, "notice", None) is None for each in ours} == {True, False}


def test_it_is_written_once_and_asked_with_other_values(monkeypatch):
    make_lived(2)
    written = []
    original = SQLCompiler.as_sql
    monkeypatch.setattr(
        SQLCompiler, "as_sql", lambda *some, **more: written.append(1) or original(*some, **more)
    )
    statement = Statement(
        lambda: (
            Delivery.objects.filter(among("cycle", "cycles"), number__lte=later("most"))
            .order_by("cycle_id")
            .values_list("cycle_id")
            .annotate(sum=Sum("number"))
        )
    )
    keys = list(Cycle.objects.values_list("pk", flat=True))
    written.clear()
    both = [statement.rows(cycles=keys, most=2), statement.rows(cycles=keys[:0], most=2)]
    assert len(written) == 1
    assert both == [
        list(
            Delivery.objects.filter(number__lte=2)
            .order_by("cycle_id")
            .values_list("cycle_id")
            .annotate(sum=Sum("number"))
        ),
        [],
    ]
    assert statement.first(cycles=keys, most=1) == (*both[0][0][:1], 1)
    with pytest.raises(KeyError):
        statement.rows(cycles=keys)


def test_values_of_every_kind_travel_apart_from_the_statement():
    make_lived(2)
    statement = Statement(lambda: ProgressReport.objects.filter(day=later("day"), text=later("text")))
    report = ProgressReport.objects.first()
    text = "'; DROP TABLE x; -- %s %(day)s"
    assert report in statement.rows(day=report.day, text=report.text)
    assert statement.rows(day=date(1999, 1, 1), text=text) == []
    assert text not in statement._written.statement

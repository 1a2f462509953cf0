"""A table of progress comes back while units report by hand: everything is taken in, nobody waits for ever.

Guards ``voting.domain.after.progress_lists``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from unittest import mock

import pytest

from tests.races.crowd import at_once
from tests.spring import Spring
from tests.tables import AT, big, out, put, workbook
from voting.domain.after import progress, progress_lists
from voting.domain.core.journal import first_break
from voting.models import JournalEntry, ProgressReport
from voting.states import Act

pytestmark = pytest.mark.django_db(transaction=True)
PROJECTS = 8
HALF_A_SECOND = 0.5


def after_its_first_report(begun: threading.Event) -> Callable[..., Any]:
    """Return the import's own report, which pauses after the first that stays: the others are known to be under way.

    The reports that were made before to try them out are as many as the projects.
    """
    made, report = iter(range(1, 1000)), progress_lists._report

    def pausing(*args: Any, **kwargs: Any) -> None:
        report(*args, **kwargs)
        if next(made) == PROJECTS + 1:
            begun.set()
            time.sleep(HALF_A_SECOND)

    return pausing


def report_meanwhile(spring: Spring, number: int, begun: threading.Event) -> object:
    assert begun.wait(timeout=30)
    return progress.report(
        delivery=spring.delivery(number),
        day=date(2018, 7, 1),
        text="单独报告",
        delay="雨",
        by=spring.officer,
        at=AT,
    )


def test_an_import_beside_single_reports_lets_all_of_them_through():
    spring = big(candidates=PROJECTS, targets=1, milestones=1)
    rows = out(spring)
    for row in rows[1:]:
        put(row, text="从表格来", delay="雨")
    acting = {"by": spring.vote.clerk, "at": AT}
    staged = progress_lists.stage(cycle=spring.cycle, file_name="进度.xlsx", content=workbook(rows), **acting)
    begun = threading.Event()
    singles = [partial(report_meanwhile, spring, number, begun) for number in range(2, PROJECTS + 1)]
    with mock.patch.object(progress_lists, "_report", after_its_first_report(begun)):
        results = at_once([partial(progress_lists.apply, staged=staged, **acting), *singles])
    assert [each for each in results if isinstance(each, Exception)] == []
    assert results[0] == PROJECTS
    reports = ProgressReport.objects.values_list("delivery__number", "text")
    assert sorted(reports) == sorted(
        [(number, "从表格来") for number in range(1, PROJECTS + 1)]
        + [(number, "单独报告") for number in range(2, PROJECTS + 1)]
    )
    told = JournalEntry.objects.filter(act=Act.PROGRESS_REPORTED).count()
    assert (told, first_break(spring.cycle)) == (len(reports), None)

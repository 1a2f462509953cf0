"""The journal's page: narrowed by act, person, day, round and words, and the same entries as a file.

Guards ``voting.admin.core.journal``, ``voting.forms.core.journal`` and ``voting.read_models.core.journal_rows``.
"""

from __future__ import annotations

import csv
import io

import pytest
from python_calamine import CalamineWorkbook

from tests.factories import make_vote
from voting.admin.core import journal
from voting.models import JournalEntry
from voting.states import Act

pytestmark = pytest.mark.django_db
PAGE = "/en/admin/vote/2018/journal/"


@pytest.fixture
def vote(client):
    vote = make_vote(until="published", delegates=3, ballots=[[1]] * 3)
    client.force_login(vote.clerk)
    return vote


def numbers(client, query):
    answer = client.get(PAGE + query)
    assert answer.status_code == 200
    return [entry.sequence for entry in answer.context["page"]]


def test_every_filter_keeps_the_entries_it_names_and_no_other(vote, client):
    every = list(JournalEntry.objects.filter(cycle=vote.cycle).order_by("sequence"))
    day = every[-1].at.date().isoformat()
    for query, keeps in (
        ("", lambda _entry: True),
        (f"?act={Act.ROUND_OPENED}", lambda entry: entry.act == Act.ROUND_OPENED),
        (f"?person={vote.clerk.pk}", lambda entry: entry.actor_id == vote.clerk.pk),
        ("?round=1", lambda entry: entry.data.get("round") == 1),
        (f"?day={day}", lambda entry: entry.at.date().isoformat() == day),
        ("?words=VOTING+OPENED", lambda entry: entry.act == Act.ROUND_OPENED),
    ):
        expected = [entry.sequence for entry in every if keeps(entry)]
        assert expected
        assert numbers(client, query) == expected[::-1]


@pytest.mark.parametrize(
    "query",
    ["?act=x", "?person=abc", "?person=" + "9" * 5000, "?day=2018-99-99", "?round=-1", "?words=%C2%85"],
)
def test_what_the_filter_does_not_know_is_no_error(vote, client, query):
    assert client.get(PAGE + query).status_code == 200


def test_the_files_have_what_the_page_shows(vote, client):
    shown = numbers(client, "?round=1")
    text = client.get(PAGE + "?round=1&file=csv").content.decode("utf-8-sig")
    assert [int(row[0]) for row in list(csv.reader(io.StringIO(text)))[1:]] == shown[::-1]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(PAGE + "?round=1&file=xlsx").content))
    assert [int(row[0]) for row in book.get_sheet_by_index(0).to_python()[1:]] == shown[::-1]


def test_a_long_journal_is_shown_by_the_page_and_its_file_is_whole(vote, client, monkeypatch):
    monkeypatch.setattr(journal, "A_PAGE", 3)
    every = list(
        JournalEntry.objects.filter(cycle=vote.cycle).order_by("-sequence").values_list("sequence", flat=True)
    )
    pages = [numbers(client, f"?person={vote.clerk.pk}&page={page}") for page in (1, 2)]
    first = client.get(PAGE)
    assert [entry.sequence for entry in first.context["page"]] == every[:3]
    assert [len(page) for page in pages] == [3, 3]
    assert min(pages[0]) > max(pages[1])
    narrowed = client.get(PAGE + f"?person={vote.clerk.pk}&page=2").content.decode()
    assert f"?person={vote.clerk.pk}&amp;page=1" in narrowed
    assert f"?person={vote.clerk.pk}&amp;file=csv" in narrowed
    text = client.get(PAGE + "?page=2&file=csv").content.decode("utf-8-sig")
    assert [int(row[0]) for row in list(csv.reader(io.StringIO(text)))[1:]] == every[::-1]


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 5000])
def test_a_page_that_is_not_there_is_no_error(vote, client, page):
    assert client.get(PAGE + f"?page={page}").status_code == 200

"""JSON, CSV and XLSX agree with the page to the digit and cannot be computed by a spreadsheet.

Guards ``voting.views.vote.published`` and ``voting.read_models.vote.results``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_vote
from voting.domain.core import cycles
from voting.domain.core.cycles import add_candidate
from voting.models import Notice
from voting.printing.tables import inert
from voting.read_models.vote.lines import tenths_of_a_percent
from voting.read_models.vote.results import Result

CHOICES = [range(1, 11)] * 3 + [range(3, 13)]


def fetch(client: Client, ending: str, **headers: str):
    return client.get(reverse(f"voting:result-{ending}", args=["2018"]), headers=headers)


def csv_rows(client: Client) -> list[list[str]]:
    content = fetch(client, "csv").content
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def sheets(client: Client) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(fetch(client, "xlsx").content))


@pytest.mark.django_db
def test_f22_every_download_says_what_the_snapshot_says(client: Client):
    make_vote(until="published", delegates=5, ballots=CHOICES, present=4)
    notice = Notice.objects.get()
    raw = fetch(client, "json").content
    assert raw.decode() == notice.body
    assert hashlib.sha256(raw).hexdigest() == notice.digest
    expected = [(item["number"], item["for"], item["place"]) for item in json.loads(raw)["items"]]
    head, *rows = csv_rows(client)
    number, votes, place = head.index("序号"), head.index("赞成"), head.index("名次")
    assert [(int(row[number]), int(row[votes]), int(row[place])) for row in rows] == expected
    book = sheets(client)
    table = [[cell.value for cell in row] for row in book["结果"].iter_rows()]
    assert [[str(cell) for cell in row] for row in table] == [head, *rows]
    figures = {row[0].value: row[1].value for row in book["数据"].iter_rows()}
    assert figures["应到代表"] == 5
    assert figures["公告校验值"] == notice.digest
    page = client.get(reverse("voting:result", args=["2018"])).content.decode()
    percent = head.index("赞成占比")
    assert all(f"{row[percent]}%" in page for row in rows)


@pytest.mark.django_db
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " =", "　＝"])
def test_f11_no_cell_begins_like_a_formula(client: Client, monkeypatch, start):
    name = f"{start}1+1"

    def add(**values):
        return add_candidate(**values | ({"name": name, "name_en": name} if values["number"] == 1 else {}))

    monkeypatch.setattr(cycles, "add_candidate", add)
    make_vote(until="published", delegates=4, ballots=CHOICES)
    assert csv_rows(client)[1][1].startswith("'")
    cell = sheets(client)["结果"]["B2"]
    assert cell.data_type == "s", "a text, not a formula"


def test_f11_numbers_and_ordinary_text_stay_as_they_are():
    assert [inert(cell) for cell in (-1, "停车场库", "3-5", "")] == [-1, "停车场库", "3-5", ""]


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["json", "csv", "xlsx"])
def test_an_unchanged_download_is_not_sent_twice(client: Client, ending):
    make_vote(until="published", delegates=4, ballots=CHOICES)
    first = fetch(client, ending)
    name = f"2018-result.{ending}"
    assert first["Content-Disposition"] == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    again = fetch(client, ending, if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
def test_f26_no_download_holds_a_whole_ballot(client: Client):
    make_vote(until="published", delegates=4, ballots=CHOICES)
    assert "patterns" not in fetch(client, "json").content.decode()
    assert Result(Notice.objects.get()).body.keys().isdisjoint({"patterns", "ballot_patterns"})


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "0.0"), (0, 7, "0.0"), (1, 3, "33.3"), (2, 3, "66.7"),
     (149, 298, "50.0"), (150, 298, "50.3"), (1, 2000, "0.1"), (1, 2001, "0.0"), (5, 5, "100.0")],
)  # fmt: skip
def test_f18_percentages_are_rounded_half_up_by_integers(part, whole, text):
    assert tenths_of_a_percent(part, whole) == text

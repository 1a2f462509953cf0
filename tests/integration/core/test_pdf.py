"""The papers of the vote as page and as PDF: every number is the notice's own (F22).

Guards ``voting.printing.pdf`` and ``voting.read_models.vote.documents``.
"""

from __future__ import annotations

import io
import json
import re

import pypdf
import pytest
from django.utils.translation import override

from tests.factories import make_vote
from tests.integration.vote.test_presets import CASES, played
from voting import queries
from voting.printing.blocks import Document, Listing, Table
from voting.printing.pdf import as_pdf
from voting.read_models.vote import documents
from voting.read_models.vote.results import Result

pytestmark = pytest.mark.django_db
PAPERS = ("report", "minutes", "notice")


def two_rounds():
    vote = make_vote(until="published", delegates=6, ballots=[[1, 2], [1, 2], [1], [1], [1, 3]])
    vote.further()
    vote.finish(chosen=[range(2, 11)] * 4 + [[2, 3, 11]])
    return vote


def document(vote, paper) -> Document:
    result = Result(vote.round.notice)
    if paper == "minutes":
        cycle = queries.public_cycle(None, vote.cycle.slug)
        return documents.minutes(result, queries.journal_until(cycle, result.number))
    return documents.notice(result) if paper == "notice" else documents.count_report(result)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def text_of(raw: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("paper", PAPERS)
def test_page_and_pdf_say_every_word_of_the_same_document(client, paper, language):
    vote = two_rounds()
    prefix = "/en" if language == "en" else ""
    with override(language):
        shown = document(vote, paper)
    answer = client.get(f"{prefix}/2018/{paper}.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert f'filename="2018-{paper}.pdf"' in answer["Content-Disposition"]
    pdf = text_of(answer.content)
    page = squeezed(re.sub(r"<[^>]+>", "", client.get(f"{prefix}/2018/{paper}/").content.decode()))
    assert squeezed(shown.title) in pdf
    for name, digest in shown.digests:
        assert squeezed(f"{name}{digest}") in pdf
    for block in shown.blocks:
        if isinstance(block, Table):
            for row in block.rows:
                assert squeezed("".join(row)) in pdf, row
                assert paper == "notice" or squeezed("".join(row)) in page, row
        elif isinstance(block, Listing):
            for number, line in block.lines:
                assert squeezed(f"{number}.{line}") in pdf
        else:
            assert squeezed(block.text) in pdf


def test_the_report_holds_the_numbers_of_the_record():
    vote = make_vote(until="published", delegates=6, ballots=[range(1, 11)] * 4 + [[1]])
    body = json.loads(vote.round.notice.body)
    with override("en"):
        figures, votes = [b for b in document(vote, "report").blocks if isinstance(b, Table)]
    assert [int(value) for _name, value in figures.rows] == [
        body["attendance"]["roll"], body["attendance"]["present"], body["ballots"]["issued"],
        body["ballots"]["returned"], body["ballots"]["valid"], body["ballots"]["blank"], body["ballots"]["void"],
        body["floor"]["least"],
    ]  # fmt: skip
    assert [(int(row[0]), int(row[2]), int(row[3])) for row in votes.rows] == [
        (item["number"], item["for"], item["abstain"]) for item in body["items"]
    ]


def test_a_long_table_repeats_its_head_and_the_pages_are_numbered():
    vote = make_vote(until="published", delegates=3, candidates=90, ballots=[range(1, 11)] * 2)
    with override("en"):
        raw = as_pdf(document(vote, "report"))
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages]
    assert len(pages) > 2
    for place, page in enumerate(pages, start=1):
        assert f"Page {place} of {len(pages)}" in page
        assert Result(vote.round.notice).body["tally"]["digest"] in page
    assert all("Candidate project" in page for page in pages[:-1])


@pytest.mark.parametrize("preset", list(CASES))
def test_the_papers_of_every_ballot_type_say_the_votes(preset):
    vote = played(preset)
    with override("en"):
        rows = Result(vote.round.notice).rows
        for paper in PAPERS:
            text = text_of(as_pdf(document(vote, paper)))
            for item in rows:
                assert "".join(map(str, item.cells)) + f"{item.percent}%{item.place}" in text


def test_the_same_document_gives_the_same_bytes():
    vote = make_vote(until="published", delegates=3, ballots=[range(1, 11)] * 2)
    assert as_pdf(document(vote, "report")) == as_pdf(document(vote, "report"))


def test_markup_in_a_name_is_text():
    shown = Document(title="<b>&", overline="", note="", blocks=[Listing([(1, "<font color=red>甲 & 乙</font>")])],
                     digests=[("h", "0" * 64)])  # fmt: skip
    assert "<fontcolor=red>甲&乙</font>" in text_of(as_pdf(shown))


@pytest.mark.parametrize("name", ["report.pdf", "minutes.pdf", "notice.pdf"])
def test_nothing_is_there_before_the_notice(client, name):
    make_vote(until="certified", delegates=3, ballots=[[1]])
    assert client.get(f"/2018/{name}").status_code == 404


def test_a_round_has_its_own_papers(client):
    two_rounds()
    for paper in PAPERS:
        answer = client.get(f"/2018/rounds/1/{paper}.pdf")
        assert f'filename="2018-round-1-{paper}.pdf"' in answer["Content-Disposition"]
    assert client.get("/2018/rounds/3/report.pdf").status_code == 404
    first = client.get("/2018/report.pdf")
    assert client.get("/2018/report.pdf", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_taller_than_a_page_is_split_and_nothing_of_it_is_lost(place):
    rows = [["1", "甲", "短"], ["2", "乙", "短"], ["3", "丙", "短"]]
    rows[place][2] = "\n".join(f"第{number}行" for number in range(300))
    table = Table("表", ["序号", "名称", "内容"], rows, frozenset({0}), shares=(1, 3, 4))
    raw = as_pdf(Document("题", "上", "", [table], [("h", "abc")], sealed_by=["地方"], landscape=True))
    said = text_of(raw)
    assert [number for number in range(300) if f"第{number}行" not in said] == []
    assert len(pypdf.PdfReader(io.BytesIO(raw)).pages) > 3
    assert "（印章）" in said

"""A file that was made to stop the server is a sentence to whoever sent it, and nothing else (TRUST.md §5, F35).

Guards ``voting.foreign.apart``, ``voting.domain.core.uploads``,
``voting.domain.core.imports``, ``voting.domain.before.proposals``, ``voting.forms.before.proposal`` and
``voting.forms.after.progress``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import StagedFile
from tests import hostile_files
from tests.autumn import clock, make_autumn
from tests.factories import NOW
from tests.importing import WORLDS
from tests.spring import make_spring
from tests.tables import AT
from tests.unit.domain.test_uploads import paper, picture
from voting.domain.before.proposals import MOST_KNOCKS
from voting.domain.core import uploads
from voting.foreign import apart
from voting.foreign.unfit import Unfit
from voting.models import Attachment, ProgressReport, Proposal, ReportFile

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
SHEETS: dict[str, tuple[Callable[[], bytes], str]] = {
    "far cell": (hostile_files.far_cell, "Something stands in cell XFD1048576"),
    "far column": (hostile_files.far_column, "Something stands in cell XFD2"),
    "string bomb": (hostile_files.string_bomb, "far more memory or time than a list needs"),
}
OTHERS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "picture bomb": ("a.png", lambda: hostile_files.picture_bomb(8000, 5001), "has too many pixels"),
    "PDF bomb": ("a.pdf", hostile_files.page_tree_bomb, "cannot be read"),
    "packed PDF": ("a.pdf", hostile_files.packed_bomb, "cannot be read"),
    "nested PDF": ("a.pdf", hostile_files.nested_bomb, "cannot be read"),
}


@pytest.fixture(autouse=True)
def web_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever decodes a file in this process, which stands for the one that serves the vote, fails the test."""

    def refuse(*_args: object, **_how: object) -> None:
        pytest.fail("a foreign file is decoded in the web process")

    monkeypatch.setattr(Image, "open", refuse)
    monkeypatch.setattr(pypdf.PdfReader, "__init__", refuse)


# -------------------------------------------------------------------------------------------------------- lists


@pytest.mark.parametrize("kind", WORLDS, ids=lambda kind: kind.__name__)
def test_a_hostile_list_is_a_sentence_on_its_field_and_nothing_is_kept(kind: type[StagedFile]):
    world = WORLDS[kind]()
    client = Client()
    client.force_login(world.people[0])
    for make, sentence in SHEETS.values():
        sent = {"do": "upload", "mode": "whole", "file": SimpleUploadedFile("a.xlsx", make())}
        with clock(world.at):
            answer = client.post(f"/en{world.page}", sent)
        assert answer.status_code in {409, 422}
        form = answer.context["forms"]["upload"] if "forms" in answer.context else answer.context["form"]
        assert sentence in str(form.errors["file"])
        assert sentence in answer.content.decode()
        if "mode" in form.fields:
            assert form["mode"].value() == "whole"
    assert not kind.objects.exists()


# ------------------------------------------------------------------------------------------------ pictures, PDFs


def propose(client: Client, *files: tuple[str, bytes], **more: str):
    with clock(NOW):
        ticket = client.get("/en/2019/propose/").context["form"].initial["ticket"]
        sent = {"title": "建公厕", "content": "河边没有。", "ticket": ticket, **more}
        return client.post(
            "/en/2019/propose/",
            sent | {"attachments": [SimpleUploadedFile(name, data) for name, data in files]},
        )


@pytest.mark.parametrize("kind", OTHERS)
def test_a_hostile_file_of_a_resident_is_a_sentence_on_its_field_and_the_text_stays(kind: str):
    make_autumn(until="call")
    name, make, sentence = OTHERS[kind]
    answer = propose(Client(), (name, make()))
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors["attachments"])
    assert "河边没有。" in answer.content.decode()
    assert (Proposal.objects.count(), Attachment.objects.count()) == (0, 0)


def test_five_large_pictures_in_one_megabyte_are_taken_or_refused_and_nothing_breaks():
    make_autumn(until="call")
    bomb = hostile_files.picture_bomb()
    answer = propose(Client(), *((f"{place}.png", bomb) for place in range(5)))
    assert answer.status_code in {200, 422}
    assert Attachment.objects.count() in {0, 5}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_hostile_file_of_a_unit_is_a_sentence_on_its_field_and_the_report_stays(kind: str):
    spring = make_spring()
    client = Client()
    client.force_login(spring.officer)
    name, make, sentence = OTHERS[kind]
    sent = {"do": "report", "day": "2018-07-01", "text": "基础完工", "delay": "雨"}
    sent |= {"files": SimpleUploadedFile(name, make())}
    with clock(AT):
        answer = client.post("/en/admin/vote/2018/unit/1/", sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "基础完工" in answer.content.decode()
    assert (ProgressReport.objects.count(), ReportFile.objects.count()) == (0, 0)


def test_a_file_is_opened_after_the_network_is_counted_and_the_other_fields_are_judged(
    monkeypatch: pytest.MonkeyPatch,
):
    make_autumn(until="call")
    opened: list[str] = []

    def answer_of(reader: str, content: bytes) -> None:
        opened.append(reader)
        raise Unfit("broken")

    monkeypatch.setattr(uploads, "answer_of", answer_of)
    client = Client()
    assert propose(client, ("a.png", picture("PNG")), title=" ").status_code == 422
    assert opened == []
    statuses = [propose(client, ("a.png", picture("PNG"))).status_code for _ in range(MOST_KNOCKS + 2)]
    assert statuses == [422] * MOST_KNOCKS + [429] * 2
    assert len(opened) == MOST_KNOCKS


def test_a_units_file_is_opened_after_the_other_fields_are_judged(monkeypatch: pytest.MonkeyPatch):
    spring = make_spring()
    monkeypatch.setattr(uploads, "answer_of", lambda *_: pytest.fail("opened"))
    client = Client()
    client.force_login(spring.officer)
    files = [SimpleUploadedFile("a.png", picture("PNG"))]
    with clock(AT):
        for sent in ({"text": " ", "files": files}, {"text": "完工", "files": files * 7}):
            answer = client.post("/en/admin/vote/2018/unit/1/", {"do": "report", "day": "2018-07-01", **sent})
            assert answer.status_code == 422


def test_whoever_comes_while_another_file_is_read_is_told_so_and_loses_nothing():
    make_autumn(until="call")
    with apart.READING.turn():
        apart.READING.patience, patience = 0.01, apart.READING.patience
        try:
            answer = propose(Client(), ("a.pdf", paper()), ("b.pdf", paper()))
        finally:
            apart.READING.patience = patience
    assert "Somebody else&#x27;s file is being read; try again in a moment." in answer.content.decode()
    at_fields = re.findall(r'invalid-feedback"[^>]*>(?:\s*<[^>]+>)*\s*Somebody else', answer.content.decode())
    assert len(at_fields) == 1, "of two files that wait, it is said of one"
    assert "河边没有。" in answer.content.decode()
    assert propose(Client(), ("a.pdf", paper())).status_code == 200


# ------------------------------------------------------------------------------------------------------ all of them

#: Every field that takes a file, and what becomes of the file.
FIELDS = {
    ("voting/forms/vote/roster.py", "FileField"): "a list, read apart",
    ("voting/forms/before/proposal_list.py", "FileField"): "lists, read apart",
    ("voting/forms/before/proposal.py", "FilesField"): "pictures and PDFs, made anew apart",
    ("voting/forms/before/candidate_pictures.py", "FileField"): "pictures, made anew apart",
    ("voting/forms/after/progress.py", "ManyFiles"): "pictures and PDFs, made anew apart",
    ("voting/forms/vote/scans.py", "ManyFiles"): "scanned sheets, read apart",
    ("voting/forms/vote/count.py", "FileField"): "JSON of a known format and of a bounded size",
    ("voting/forms/core/steps.py", "FileField"): "JSON of a known format and of a bounded size",
    ("voting/forms/vote/witnessed.py", "FileField"): "JSON of a known format and of a bounded size",
}


def test_every_field_that_takes_a_file_is_known_here():
    fields = set()
    for path in [each for room in ("accounts", "voting") for each in (ROOT / room).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func).rpartition(".")[2]
                if name in {"FileField", "ImageField", "FilesField", "ManyFiles"}:
                    fields.add((str(path.relative_to(ROOT)), name))
    assert fields == set(FIELDS)

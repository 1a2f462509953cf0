"""Every kind of list by its page: one reader, columns mapped by hand and remembered, questions, templates (F45, F47).

Guards ``voting.admin.core.lists``, ``voting.domain.core.list_words``, ``voting.forms.core.imports`` and
``voting.domain.core.imports``.
"""

from __future__ import annotations

import ast
import csv
import io
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from accounts.models import FileStatus, StagedFile
from tests.autumn import clock
from tests.importing import WORLDS, World
from tests.office_files import book_of, saved
from tests.pages import text_of
from voting.domain.after.progress_rows import FIGURES
from voting.domain.before.roster_previews import PEOPLE
from voting.domain.core import list_words
from voting.domain.core.imports import NotSettled
from voting.foreign import cells, tables
from voting.foreign.cells import heading_keys
from voting.foreign.tables import Choices

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
#: Where an empty list is to be had; the table of progress goes out filled in instead.
TEMPLATES = {
    "RosterImport": "/admin/vote/2018/roster/empty",
    "ProposalList": "/admin/vote/2019/proposals/empty",
}


@pytest.fixture(params=WORLDS, ids=lambda model: model.__name__)
def world(request: pytest.FixtureRequest) -> World:
    return WORLDS[request.param]()


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.people[0])
    return client


def sent(client: Client, world: World, do: str, **more: Any) -> str:
    """Send a verb of the page, and return the page that comes of it."""
    with clock(world.at):
        answer = client.post(f"/en{world.page}", {"do": do, **more}, follow=True)
        return (b"".join(answer) if answer.streaming else answer.content).decode()


def upload(client: Client, world: World, content: bytes, name: str = "a.xlsx") -> StagedFile:
    """Send a file and return it as it is staged."""
    sent(client, world, "upload", mode="append", file=SimpleUploadedFile(name, content))
    return world.way.model.objects.latest("pk")


def look(client: Client, world: World, staged: StagedFile) -> str:
    with clock(world.at):
        answer = client.get(f"/en{world.page}", {"import": staged.pk, "list": staged.pk})
    return text_of(answer)


def unknown(world: World) -> bytes:
    """The good list of the world, with headings that nobody knows."""
    table = world.way.opened(world.good, cycle=world.cycle)
    rows = [row.cells for row in table.rows()]
    return saved(
        book_of([[f"未知{n}" for n, _name in enumerate(table.places)], *(list(row.values()) for row in rows)])
    )


def test_the_one_reader_is_the_only_one():
    """Whoever opens a list does it by ``Import``; nobody else asks the reader of tables or the child for a sheet."""
    readers = set()
    for path in [each for room in ("accounts", "voting") for each in (ROOT / room).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "tables.read":
                readers.add(str(path.relative_to(ROOT)))
    assert readers == {"voting/domain/core/imports.py"}
    asks = {path.name for path in (ROOT / "voting").rglob("*.py") if 'answer_of("sheet"' in path.read_text()}
    assert asks == {"tables.py"}


def test_every_heading_that_a_page_names_is_one_that_the_reader_knows(world: World):
    for language in ("zh-hans", "en"):
        with override(language):
            for column, label in world.way.labels().items():
                assert world.way.columns.headers[column] & set(heading_keys(label)), (language, column, label)


def test_an_empty_list_that_is_downloaded_is_known_when_it_comes_back(world: World, client: Client):
    address = TEMPLATES.get(world.way.model.__name__)
    if address is None:
        assert "progress_table" in (ROOT / "templates/admin/after/table.html").read_text()
        return
    for language in ("", "/en"):
        for ending in ("xlsx", "csv"):
            answer = client.get(f"{language}{address}.{ending}")
            assert answer["Content-Disposition"].endswith(f".{ending}")
            headings = header_of(answer.content, ending)
            assert len(headings) == len(world.way.columns.headers)
            filled = saved(book_of([headings, ["001"] * len(headings)]))
            assert world.way.opened(filled, cycle=world.cycle).unsettled == []
    stranger = Client()
    stranger.force_login(world.stranger)
    may_watch = world.way.model.__name__ == "RosterImport"
    assert stranger.get(f"{address}.xlsx").status_code == (200 if may_watch else 403)
    assert Client().get(f"{address}.xlsx").status_code == 302


def header_of(content: bytes, ending: str) -> list[str]:
    if ending == "csv":
        return next(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet.column_dimensions["A"].width
    return [str(cell.value) for cell in sheet[1]]


def test_unknown_columns_are_mapped_by_hand_and_proposed_next_time(world: World, client: Client):
    content, before = unknown(world), world.made()
    staged = upload(client, world, content)
    page = look(client, world, staged)
    assert "Before the rows can be read, say which column is which:" in page
    assert str(NotSettled()) in sent(client, world, "apply", staged=staged.pk, seen="x")
    assert world.made() == before
    places = world.way.opened(world.good, cycle=world.cycle).places
    order = {name: place for place, name in enumerate(places)}
    chosen = {f"column_{name}": place for name, place in order.items()}
    sent(client, world, "read", staged=staged.pk, header="1", **chosen)
    staged.refresh_from_db()
    assert staged.reading["places"] == order
    assert "Before the rows can be read" not in look(client, world, staged)
    taken_in(client, world, staged)
    assert world.made() == before + 1
    again = world.way.opened(content, cycle=world.cycle)
    assert (again.unsettled, again.places) == ([], order), "remembered in this congress"


def taken_in(client: Client, world: World, staged: StagedFile) -> None:
    more = {}
    if staged.pk and world.way.model.__name__ == "ProgressList":
        with clock(world.at):
            page = client.get(f"/en{world.page}", {"list": staged.pk}).content.decode()
        more["seen"] = page.split('name="seen"')[1].split('value="')[1].split('"')[0]
    sent(client, world, "apply", staged=staged.pk, **more)
    staged.refresh_from_db()
    assert staged.status == FileStatus.APPLIED


def test_another_sheet_is_chosen_on_the_page_and_its_columns_are_proposed_anew(world: World, client: Client):
    table = world.way.opened(world.good, cycle=world.cycle)
    header = [table.heading_at(place) for place in table.places.values()]
    rows = [list(row.cells.values()) for row in table.rows()]
    book = book_of([header, *rows], title="一")
    other = book.create_sheet("二")
    for row in [["某年"], ["未知", "别的", "x", "y", "z", "u"][: len(header)], *rows]:
        other.append(row)
    staged = upload(client, world, saved(book))
    assert "The sheet “一” is read" not in look(client, world, staged), "the other is no list"
    sent(client, world, "read", staged=staged.pk, sheet="1", header="1")
    staged.refresh_from_db()
    assert (staged.reading["sheet"], staged.reading["places"]) == ("二", None)
    assert "Before the rows can be read" in look(client, world, staged)


def test_what_is_asked_is_ticked_before_anything_is_taken_in(world: World, client: Client):
    table = world.way.opened(world.good, cycle=world.cycle)
    header = [table.heading_at(place) for place in table.places.values()]
    book = book_of([header, *(list(row.cells.values()) for row in table.rows())])
    book.active.row_dimensions[2].hidden = True
    staged, before = upload(client, world, saved(book)), world.made()
    page = look(client, world, staged)
    asked = "Hidden in the workbook, and read like the others: line 2"
    assert asked in page
    more: dict[str, Any] = {}
    if world.way.model.__name__ == "ProgressList":
        more["seen"] = "x"
        with clock(world.at):
            html = client.get(f"/en{world.page}", {"list": staged.pk}).content.decode()
        more["seen"] = html.split('name="seen"')[1].split('value="')[1].split('"')[0]
    page = sent(client, world, "apply", staged=staged.pk, **more)
    assert "One question of the preview is not answered" in page
    assert world.made() == before
    sent(client, world, "apply", staged=staged.pk, agreed="hidden", **more)
    assert world.made() > before


def test_a_choice_of_a_list_that_was_used_already_is_refused(world: World):
    staged = world.staged()
    world.drop(staged)
    with pytest.raises(Exception, match=r".") as refusal:
        world.way.choose(staged, cycle=world.cycle, choices=Choices(), named={})
    assert type(refusal.value).__name__ == "NotStaged"


def test_everything_that_can_be_said_of_a_list_has_its_sentence_in_both_languages():
    codes = set(get_args(cells.Wrong)) | {"outside"}
    assert codes == set(list_words.CELLS)
    for sentences in (
        list_words.REMARKS, list_words.QUESTIONS, list_words.UNSETTLED, list_words.CELLS, PEOPLE, FIGURES,
    ):  # fmt: skip
        for code, sentence in sentences.items():
            with override("en"):
                english = str(sentence)
            with override("zh-hans"):
                assert str(sentence) != english, code
    source = (ROOT / "voting/foreign/tables.py").read_text() + (ROOT / "accounts/roster_rows.py").read_text()
    used = {
        node.args[0].value
        for node in ast.walk(ast.parse(source.replace("from __future__ import annotations", "")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Observation"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert used <= {*list_words.REMARKS, *list_words.QUESTIONS, *list_words.UNSETTLED, *PEOPLE}
    assert tables.Observation("titles", about="1").code in list_words.REMARKS

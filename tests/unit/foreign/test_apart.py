"""Files from outside are opened in a child process that has nothing, and may fail (TRUST.md F35).

Guards ``voting.foreign.apart``, ``voting.foreign.child``, ``voting.foreign.picture``, ``voting.foreign.paper``,
``voting.foreign.sheet``, ``voting.foreign.unfit`` and ``voting.text.turns``.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import threading
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from tests import hostile_files
from tests.unit.domain.test_uploads import paper, picture
from voting.foreign import apart
from voting.foreign.apart import Reader, answer_of, pieces_of
from voting.foreign.unfit import Unfit
from voting.text.turns import NoTurn, Turns

ROOT = Path(__file__).resolve().parents[3]
#: What decodes files of others. Whoever imports it may open one.
DECODERS = frozenset(
    {"PIL", "pypdf", "python_calamine", "openpyxl", "zipfile", "tarfile", "lxml", "docx", "pypdfium2"}
)


def refusal_of(reader: Reader, content: bytes) -> Unfit:
    with pytest.raises(Unfit) as refusal:
        answer_of(reader, content)
    return refusal.value


@pytest.mark.parametrize(
    ("reader", "make", "codes"),
    [
        ("sheet", hostile_files.far_cell, {"far"}),
        ("sheet", hostile_files.far_column, {"far"}),
        ("sheet", hostile_files.hidden_far_cell, {"not_xlsx", "much", "far"}),
        ("sheet", hostile_files.string_bomb, {"much"}),
        ("sheet", hostile_files.long_string_bomb, {"bomb", "much"}),
        ("picture", lambda: hostile_files.picture_bomb(8000, 5001), {"pixels"}),
        ("paper", hostile_files.page_tree_bomb, {"broken", "much", "pages"}),
        ("paper", hostile_files.nested_bomb, {"broken", "much"}),
        ("paper", hostile_files.packed_bomb, {"broken", "much"}),
    ],
)
def test_a_file_that_was_made_to_stop_a_server_is_refused_with_a_word(
    reader: Reader, make: Callable[[], bytes], codes: set[str]
):
    assert refusal_of(reader, make()).code in codes


def test_the_far_cell_is_named():
    assert refusal_of("sheet", hostile_files.far_cell()).about == "XFD1048576"


def test_an_empty_cell_far_away_that_only_has_a_format_is_no_reason_to_refuse_a_list():
    row = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    with answer_of("sheet", hostile_files.workbook(hostile_files.HEADER + row)) as answer:
        assert [json.loads(line) for line in answer][1:] == [[1, ["代表证号", "姓名", "代表团"]]]


@pytest.mark.parametrize(("reader", "content"), [("picture", picture()), ("paper", paper())])
def test_a_plain_file_comes_back(reader: Reader, content: bytes):
    with answer_of(reader, content) as answer:
        assert answer.read()


def reader_that(monkeypatch: pytest.MonkeyPatch, does: str) -> None:
    """Let the child do something else than read."""
    start = "import sys; sys.path.insert(0, sys.argv[2]); from voting.foreign import child; "
    start += "child.limit(sys.argv[1], int(sys.argv[3])); "
    monkeypatch.setattr(apart, "_START", start + does)


@pytest.mark.parametrize("own_number", [1, 4711])
def test_where_the_server_is_the_first_process_a_file_is_opened_too(
    monkeypatch: pytest.MonkeyPatch, own_number: int
):
    """In a container the server may have the number 1; elsewhere it is whose child has lost its parent."""
    monkeypatch.setattr(apart, "_START", f"import os; os.getppid = lambda: 1; {apart._START}")
    monkeypatch.setattr(apart.os, "getpid", lambda: own_number)
    if own_number == 1:
        with answer_of("paper", paper()) as answer:
            assert answer.read()
    else:
        assert refusal_of("paper", paper()).code == "broken"


@pytest.mark.parametrize(
    ("does", "code"),
    [
        ("import os; os.kill(os.getpid(), 11)", "much"),
        ("import os; os.kill(os.getpid(), 9)", "much"),
        ("import os; os.abort()", "much"),
        ("import os; os._exit(77)", "much"),
        ("bytearray(1 << 30)", "broken"),
        ("sys.stdout.buffer.write(bytes(1 << 30)); sys.stdout.flush()", "broken"),
        ("import os; os.write(1, b'<b>no word</b>'); os._exit(3)", "much"),
    ],
)
def test_a_child_that_breaks_off_is_a_refusal(monkeypatch: pytest.MonkeyPatch, does: str, code: str):
    reader_that(monkeypatch, does)
    assert refusal_of("paper", b"x").code == code


def test_a_child_that_hangs_is_ended_with_all_that_it_started(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(apart, "LONGEST", {"paper": 1})
    reader_that(monkeypatch, "import time; time.sleep(600)")
    assert refusal_of("paper", b"x").code == "much"
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def pieces(limit: int = 1000) -> list[bytes]:
    return list(islice(pieces_of("paper", b"x"), limit))


def test_an_answer_comes_piece_by_piece_and_ends_with_why_it_is_none(monkeypatch: pytest.MonkeyPatch):
    says = "import os, time; os.write(1, b'one'); time.sleep({}); os.write(1, b'two'); os._exit({})"
    reader_that(monkeypatch, says.format(0.4, 0))
    assert pieces() == [b"one", b"two"]
    for status, code in [(1, "broken"), (77, "much")]:
        reader_that(monkeypatch, says.format(0.4, status))
        taken = pieces_of("paper", b"x")
        assert next(taken) == b"one"
        with pytest.raises(Unfit) as refusal:
            list(taken)
        assert refusal.value.code == code
    reader_that(monkeypatch, "import os; os.write(1, b'pages'); os._exit(3)")
    with pytest.raises(Unfit) as refusal:
        pieces()
    assert refusal.value.code == "pages"


def test_an_answer_that_falls_silent_is_given_up_and_one_that_nobody_takes_ends(
    monkeypatch: pytest.MonkeyPatch,
):
    reader_that(monkeypatch, "import os, time; os.write(1, b'one'); time.sleep(600)")
    monkeypatch.setattr(apart, "STILL", 0.5)
    taken = pieces_of("paper", b"x")
    assert next(taken) == b"one"
    with pytest.raises(Unfit) as refusal:
        next(taken)
    assert refusal.value.code == "slow"
    assert pieces(1) == [b"one"]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    with apart.READING.turn():
        pass


def test_the_child_knows_nothing_and_may_take_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_KEY", "SECRET-NOTE")
    monkeypatch.setenv("DATABASE_URL", "SECRET-NOTE")
    with (ROOT / "manage.py").open() as open_file:
        os.set_inheritable(open_file.fileno(), True)
        reader_that(
            monkeypatch,
            "import json, os, resource as r; limit = lambda n: r.getrlimit(n)[1]; "
            "print(json.dumps([dict(os.environ), os.getcwd(), sorted(map(int, os.listdir('/proc/self/fd')))[:4], "
            "limit(r.RLIMIT_AS) >> 20, limit(r.RLIMIT_CPU), limit(r.RLIMIT_FSIZE) >> 20, limit(r.RLIMIT_NOFILE), "
            "limit(r.RLIMIT_CORE), os.getpgrp() == os.getpid(), os.getsid(0), os.nice(0) >= 15]))",
        )
        with answer_of("paper", b"x") as answer:
            told = json.load(answer)
    environment, *rest = told
    assert "SECRET-NOTE" not in json.dumps(environment)
    assert set(environment) <= {"LANG", "LC_CTYPE"}
    # The fourth file is the directory that it is just looking at.
    # Niceness is weighed within a session: in one of its own it would have as much of the machine as all voters.
    assert rest == ["/", [0, 1, 2, 3], 320, 6, 16, 16, 0, True, os.getsid(0), True]


def test_the_child_dies_with_whoever_started_it(monkeypatch: pytest.MonkeyPatch):
    reader_that(
        monkeypatch,
        "import ctypes; held = ctypes.c_int(); ctypes.CDLL(None).prctl(2, ctypes.byref(held)); print(held.value)",
    )
    with answer_of("paper", b"x") as answer:
        assert answer.read().strip() == (b"9" if sys.platform == "linux" else b"0")


def test_one_file_is_read_at_a_time_and_few_wait(monkeypatch: pytest.MonkeyPatch):
    turns, first, second = Turns(waiting=1, patience=30), threading.Event(), threading.Event()
    monkeypatch.setattr(apart, "READING", turns)
    order: list[str] = []

    def hold() -> None:
        with turns.turn():
            first.set()
            second.wait(30)
            order.append("first")

    def wait() -> None:
        with turns.turn():
            order.append("second")

    holder, waiter = threading.Thread(target=hold), threading.Thread(target=wait)
    holder.start()
    first.wait(30)
    waiter.start()
    while turns._room._value:  # until the second one waits
        pass
    assert refusal_of("paper", paper()).code == "busy"
    second.set()
    holder.join(30)
    waiter.join(30)
    assert order == ["first", "second"]
    with answer_of("paper", paper()):
        pass


def test_nobody_waits_for_long():
    turns = Turns(waiting=1, patience=0.01)
    with turns.turn(), pytest.raises(NoTurn), turns.turn():
        pass
    with turns.turn():
        pass


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add((node.module or "").split(".")[0])
    return names


def test_the_readers_alone_know_how_to_decode_a_file_and_only_the_child_imports_them():
    ours = [path for room in ("accounts", "config", "voting") for path in (ROOT / room).rglob("*.py")]
    readers = {"picture.py", "paper.py", "scan.py", "sheet.py", "workbook_parts.py"}
    decoding = {path.relative_to(ROOT).as_posix() for path in ours if DECODERS & imports(path)}
    # These open the picture that they have just drawn themselves, or pack and never unpack.
    decoding -= {f"voting/printing/{name}.py" for name in ("packed", "pdf", "simulated")}
    assert {Path(each).name for each in decoding} == readers
    named = [
        path.name
        for path in ours
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom | ast.Import)
        and any(re.search(rf"foreign(\.| import ){reader[:-3]}\b", ast.unparse(node)) for reader in readers)
    ]
    assert named == []
    # What measures a decoded picture is for the child too.
    texts = {path.relative_to(ROOT).as_posix(): path.read_text() for path in ours}
    measuring = [
        Path(name).stem
        for name, text in texts.items()
        if re.search(r"^import (cv2|numpy)", text, re.MULTILINE)
    ]
    about = {
        name for name, text in texts.items() if re.search(rf"voting\.scan\.({'|'.join(measuring)}) ", text)
    }
    assert {name for name in about if not name.startswith("voting/scan/")} == {"voting/foreign/scan.py"}
    users = [
        path.name for path in ours if "workbook_parts" in path.read_text() or "comma_text" in path.read_text()
    ]
    assert users == ["sheet.py"]

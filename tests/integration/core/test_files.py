"""Every file that anybody can download: sent once, under a name that every browser understands, as what it is.

Guards ``voting.views.core.files``.
"""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tests.integration.core.test_query_counts import BACKEND, addresses, clients_of
from tests.lived import make_lived
from tests.spring import make_spring
from voting.printing.files import TYPES, staff_file
from voting.views.core.files import download, sent

pytestmark = pytest.mark.django_db
#: Answers that are no files: for programs, always new, or nobody's but the staff's.
NO_FILE = re.compile(r"/(admin|api)/|/robots\.txt$|/sitemap\.xml$|\.atom$|/screen\.json$")
FILE = re.compile(r"\.[a-z]+$|/files/")
NAMES = re.compile(r"(inline|attachment); filename=\"([\w.-]+)\"; filename\*=UTF-8''([\w.%-]+)")


def answers() -> dict[str, tuple[Client, HttpResponse]]:
    """Return the answer of every file of a year that was lived in, by its address, with who asked."""
    lived = make_lived(3)
    client, found = clients_of(lived)["nobody"], {}
    for pattern, _slug, address in addresses(lived):
        if FILE.search(pattern) and not NO_FILE.search(pattern):
            answer = client.get(address)
            if answer.status_code == 200:
                found[address] = client, answer
    return found


def test_every_file_is_sent_once_under_its_name_as_what_it_is():
    found = answers()
    known = {
        "/2018/result.csv", "/2018/rounds/1/result.xlsx", "/2018/recount.json", "/2018/urn.txt", "/2018/notice.pdf",
        "/2018/minutes.pdf", "/2019/slate-report.json", "/2018/breakdowns/1.xlsx", "/2018/quarters/1.csv",
        "/2018/projects.json", "/2019/proposals/11/files/1/",
    }  # fmt: skip
    assert known <= set(found)
    assert any("/delivery/1/files/" in address for address in found)
    for address, (client, answer) in found.items():
        way, plain, name = NAMES.fullmatch(answer["Content-Disposition"]).groups()
        assert plain == name, address
        kind = answer["Content-Type"]
        assert kind == TYPES.get(plain[plain.rfind(".") :], "image/jpeg"), address
        assert (way == "inline") == kind.startswith(("image/", "text/plain")), address
        assert answer["X-Content-Type-Options"] == "nosniff", address
        assert "max-age=" in answer["Cache-Control"], address
        again = client.get(address, headers={"if-none-match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b""), address
        assert again["ETag"] == answer["ETag"], address
        assert again["Cache-Control"] == answer["Cache-Control"], address
        assert client.get(address, headers={"if-none-match": '"other"'}).content == answer.content, address


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("minutes/?file=pdf", "2018-minutes.pdf"),
        ("delivery/table.xlsx", "2018-progress.xlsx"),
        ("count/?file=recount", "2018-recount.json"),
    ],
)
def test_a_file_of_the_staff_is_kept_nowhere(address: str, name: str):
    spring, client = make_spring(), Client()
    client.force_login(spring.vote.scrutineer if "recount" in name else spring.vote.clerk, backend=BACKEND)
    answer = client.get(f"/admin/vote/2018/{address}")
    assert answer["Content-Disposition"] == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    assert answer["Content-Type"] == TYPES[name[name.rfind(".") :]]
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert staff_file(name, b"")["Cache-Control"] == "private, no-store", (
        "on every page, not only on those of the admin"
    )


def test_a_name_that_is_not_ascii_is_said_twice():
    answer = download(RequestFactory().get("/"), "结果 1.csv", b"a")
    assert answer["Content-Disposition"] == (
        "attachment; filename=\"__ 1.csv\"; filename*=UTF-8''%E7%BB%93%E6%9E%9C%201.csv"
    )
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


def test_what_somebody_has_already_is_not_even_made():
    made = []

    def content() -> bytes:
        made.append(1)
        return b"a"

    request = RequestFactory().get("/")
    first = sent(request, content, kind="text/plain", version="1")
    request.META["HTTP_IF_NONE_MATCH"] = first["ETag"]
    assert sent(request, content, kind="text/plain", version="1").status_code == 304
    assert sent(request, content, kind="text/plain", version="2").content == b"a"
    assert len(made) == 2
    request.LANGUAGE_CODE = "en"
    assert sent(request, content, kind="text/plain", version="1").status_code == 200

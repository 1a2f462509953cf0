"""config.env returns what it understands and refuses the rest in a sentence that names the variable.

Guards ``config.env``.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from config import env
from config.env import MisunderstoodSetting

NAME = "PIAOJUE_TEST_VARIABLE"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Set the variable, or unset it."""

    def give(value: str | None) -> None:
        if value is None:
            monkeypatch.delenv(NAME, raising=False)
        else:
            monkeypatch.setenv(NAME, value)

    return give


@pytest.mark.parametrize("value", [None, "", "   "])
def test_what_is_unset_or_empty_takes_its_default(given: Any, value: str | None) -> None:
    given(value)
    assert env.text(NAME, default="x") == "x"
    assert env.boolean(NAME, default=True) is True
    assert env.integer(NAME, default=7, least=1, most=9) == 7
    assert env.choice(NAME, options=("a", "b"), default="b") == "b"
    assert env.listing(NAME, default=["x"]) == ["x"]
    assert env.hosts(NAME, default=["x"]) == ["x"]
    assert env.origins(NAME) == []
    assert env.database(NAME) is None


@pytest.mark.parametrize(
    ("value", "meaning"),
    [("on", True), ("True", True), ("YES", True), ("1", True), ("off", False), ("no", False), (" 0 ", False)],
)
def test_booleans(given: Any, value: str, meaning: bool) -> None:
    given(value)
    assert env.boolean(NAME, default=not meaning) is meaning


@pytest.mark.parametrize("value", ["maybe", "2", "o n", "真"])
def test_other_booleans_are_refused(given: Any, value: str) -> None:
    given(value)
    with pytest.raises(MisunderstoodSetting) as refusal:
        env.boolean(NAME, default=False)
    assert str(refusal.value) == f"{NAME} must be on or off, not {value!r}."


@pytest.mark.parametrize("value", ["1", "9"])
def test_integers_within_their_bounds(given: Any, value: str) -> None:
    given(value)
    assert env.integer(NAME, default=5, least=1, most=9) == int(value)


@pytest.mark.parametrize("value", ["0", "10", "-1", "1.5", "five", "１", "0x1", "1_0"])
def test_other_integers_are_refused(given: Any, value: str) -> None:
    given(value)
    with pytest.raises(MisunderstoodSetting) as refusal:
        env.integer(NAME, default=5, least=1, most=9)
    assert str(refusal.value) == f"{NAME} must be a whole number from 1 to 9, not {value!r}."


def test_choices(given: Any) -> None:
    given("b")
    assert env.choice(NAME, options=("a", "b"), default="a") == "b"
    given("c")
    with pytest.raises(MisunderstoodSetting, match=f"^{NAME} must be one of a, b, not 'c'.$"):
        env.choice(NAME, options=("b", "a"), default="a")


def test_lists_lose_blanks_and_empty_parts(given: Any) -> None:
    given(" a, b ,,c,")
    assert env.listing(NAME) == ["a", "b", "c"]


@pytest.mark.parametrize("value", ["vote.example.org", ".example.org", "127.0.0.1", "[::1]", "*"])
def test_hosts(given: Any, value: str) -> None:
    given(value)
    assert env.hosts(NAME) == [value]


@pytest.mark.parametrize("value", ["https://vote.example.org", "vote.example.org:8000", "a b", "a/b"])
def test_what_is_no_host_is_refused(given: Any, value: str) -> None:
    given(f"vote.example.org, {value}")
    with pytest.raises(MisunderstoodSetting, match=f"{NAME} must hold host names"):
        env.hosts(NAME)


def test_origins(given: Any) -> None:
    given("https://vote.example.org, http://127.0.0.1:8000")
    assert env.origins(NAME) == ["https://vote.example.org", "http://127.0.0.1:8000"]


@pytest.mark.parametrize(
    "value",
    ["vote.example.org", "https://vote.example.org/", "ftp://a", "https://", "https://[", "https://a?b"],
)
def test_what_is_no_origin_is_refused(given: Any, value: str) -> None:
    given(value)
    with pytest.raises(MisunderstoodSetting, match=f"{NAME} must hold origins"):
        env.origins(NAME)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("postgres://u:p@h:5433/d", {"USER": "u", "PASSWORD": "p", "HOST": "h", "PORT": "5433"}),
        ("postgresql://h/d", {"HOST": "h"}),
        ("postgres://u:%40%2F%3A@h/d", {"USER": "u", "PASSWORD": "@/:", "HOST": "h"}),
        ("postgresql:///d?host=/run/postgresql", {"HOST": "/run/postgresql"}),
        ("postgresql://%2Frun%2Fpostgresql/d", {"HOST": "/run/postgresql"}),
        ("postgres://u@[::1]:1/d", {"USER": "u", "HOST": "::1", "PORT": "1"}),
        ("postgres://h/d?sslmode=require", {"HOST": "h", "OPTIONS": {"sslmode": "require"}}),
        (
            "postgres://h1:5433,h2:5434/d",
            {"HOST": "h1,h2", "PORT": "5433,5434", "OPTIONS": {"target_session_attrs": "read-write"}},
        ),
        (
            "postgres:///d?host=h1,h2&target_session_attrs=primary",
            {"HOST": "h1,h2", "OPTIONS": {"target_session_attrs": "primary"}},
        ),
    ],
)
def test_databases(given: Any, url: str, parts: dict[str, Any]) -> None:
    given(url)
    empty = {"USER": "", "PASSWORD": "", "HOST": "", "PORT": "", "OPTIONS": {}}
    assert env.database(NAME) == {"NAME": "d", **empty, **parts}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://u:geheim@h/d", "it begins with 'mysql'"),
        ("sqlite:///d", "it begins with 'sqlite'"),
        ("postgres:d", "it begins with 'postgres'"),
        ("piaojue", "it begins with 'piaojue'"),
        ("postgres://u:geheim@h", "names no database"),
        ("postgres://u:geheim@h/", "names no database"),
        ("postgres://u:geheim@[h/d", "not a well-formed address"),
        ("postgres://u:geheim%zz@h/d", "not a well-formed address"),
        ("postgres://u:geheim@h/d?colour=red", "not a well-formed address"),
        ("postgres://u:geheim@h1,h2/d?target_session_attrs=any", "target_session_attrs must be read-write"),
    ],
)
def test_what_is_no_database_is_refused_without_its_password(given: Any, url: str, reason: str) -> None:
    given(url)
    with pytest.raises(MisunderstoodSetting) as refusal:
        env.database(NAME)
    assert str(refusal.value).startswith(NAME)
    assert reason in str(refusal.value)
    assert "geheim" not in f"{refusal.value} {refusal.value.__cause__}"


def test_a_private_file_is_drawn_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "key"
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: env.private_file(path), range(32)))
    assert secrets == {path.read_text().strip()}
    assert len(secrets.pop()) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["key"]


def test_a_private_file_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("not a directory")
    with pytest.raises(MisunderstoodSetting, match="PIAOJUE_VAR names another directory"):
        env.private_file(tmp_path / "var" / "key")


def test_directories_are_there_or_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("WHERE", f"{tmp_path}:")
    assert env.directories("WHERE") == [str(tmp_path)]
    monkeypatch.setenv("WHERE", "")
    assert env.directories("WHERE") == []
    monkeypatch.setenv("WHERE", f"{tmp_path}:/nowhere/at/all")
    with pytest.raises(
        env.MisunderstoodSetting, match="WHERE must name directories that exist, not '/nowhere/at/all'"
    ):
        env.directories("WHERE")

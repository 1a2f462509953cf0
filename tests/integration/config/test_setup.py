"""The settings as a whole, the monitor's address, what the browser is told, the catalogues.

Guards ``config.settings``, ``config.catalogues`` and ``config.health``.
"""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from django.test import Client
from pytest_django import Settings

from config import catalogues
from config.checks import production_rules
from config.database.patience import PatientConnection
from config.env import LOST_SERVER, MisunderstoodSetting

ROOT = Path(__file__).resolve().parents[3]
VARIABLES = (
    *("PIAOJUE_ENV", "PIAOJUE_VAR", "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "HTTPS"),
    *("BEHIND_PROXY", "DATABASE_URL", "DATABASE_POOL", "DATABASE_POOL_MIN", "DATABASE_POOL_MAX", "TIME_ZONE"),
    *("SESSION_MINUTES", "GRANIAN_WORKERS", "GRANIAN_BLOCKING_THREADS"),
)
KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
PRODUCTION = {
    "PIAOJUE_ENV": "production",
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": "vote.example.org",
    "DATABASE_URL": "postgres://piaojue@db.example.org/piaojue",
}
NOBODY_LISTENS = "postgres://piaojue@127.0.0.1:1/piaojue"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Return the settings as a fresh process with these variables, and no others, would read them."""

    def read_with(**variables: str) -> dict[str, Any]:
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        for name, value in {"PIAOJUE_VAR": str(tmp_path), **variables}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "config" / "settings.py"))

    return read_with


# --------------------------------------------------------------------------------------------------- settings


def test_development_needs_no_variable(read: Any, tmp_path: Path) -> None:
    found = read()
    assert (found["PRODUCTION"], found["DEBUG"], found["HTTPS"]) == (False, False, False)
    assert found["SECRET_KEY"] == (tmp_path / "secret-key").read_text().strip()
    assert found["ALLOWED_HOSTS"] == [".localhost", "127.0.0.1", "[::1]"]
    assert found["DATABASES"]["default"] == {
        "ENGINE": "config.database",
        "CONN_MAX_AGE": 0,
        "NAME": "piaojue",
        "EMBEDDED_IN": tmp_path / "postgres",
        "OPTIONS": {**LOST_SERVER, "server_side_binding": True},
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
    assert not (tmp_path / "postgres").exists(), "reading the settings starts no server"


def test_production_is_strict_by_itself(read: Any) -> None:
    found = read(**PRODUCTION)
    assert (found["PRODUCTION"], found["DEBUG"], found["SECRET_KEY"]) == (True, False, KEY)
    assert found["ALLOWED_HOSTS"] == ["vote.example.org"]
    on = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_HTTPONLY")
    assert {name: found[name] for name in on} == dict.fromkeys(on, True)
    assert found["SECURE_HSTS_SECONDS"] == 31_536_000
    assert "SECURE_PROXY_SSL_HEADER" not in found
    assert found["DATABASES"]["default"]["HOST"] == "db.example.org"
    assert "EMBEDDED_IN" not in found["DATABASES"]["default"]


def test_the_proxys_word_counts_only_where_there_is_a_proxy(read: Any) -> None:
    found = read(**PRODUCTION, BEHIND_PROXY="on")
    assert found["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
def test_production_has_no_default_for_what_must_be_decided(read: Any, missing: str) -> None:
    with pytest.raises(MisunderstoodSetting, match=f"^{missing} must be set in production"):
        read(**{name: value for name, value in PRODUCTION.items() if name != missing})


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PIAOJUE_ENV": "staging"}, "PIAOJUE_ENV must be one of development, production"),
        ({**PRODUCTION, "DEBUG": "on"}, "DEBUG must be off in production"),
        ({"DEBUG": "perhaps"}, "DEBUG must be on or off"),
        ({"TIME_ZONE": "Asia/Hangzhou"}, "TIME_ZONE must be a name like Asia/Shanghai, not 'Asia/Hangzhou'"),
        ({"SESSION_MINUTES": "1"}, "SESSION_MINUTES must be a whole number from 5 to 720, not '1'"),
        ({"DATABASE_POOL_MIN": "9", "DATABASE_POOL_MAX": "8"}, "DATABASE_POOL_MAX must be at least"),
        ({"DATABASE_URL": "sqlite:///db"}, "DATABASE_URL must be the address of a PostgreSQL server"),
        ({"CSRF_TRUSTED_ORIGINS": "vote.example.org"}, "CSRF_TRUSTED_ORIGINS must hold origins"),
    ],
)
def test_what_is_not_understood_is_refused(read: Any, variables: dict[str, str], sentence: str) -> None:
    with pytest.raises(MisunderstoodSetting, match=sentence):
        read(**variables)


def test_only_what_serves_keeps_a_pool(read: Any) -> None:
    assert "pool" not in read()["DATABASES"]["default"]["OPTIONS"]
    pooled = read(DATABASE_POOL="on", DATABASE_POOL_MAX="4")["DATABASES"]["default"]
    pool = dict(pooled["OPTIONS"]["pool"])
    assert pool.pop("connection_class") is PatientConnection
    assert pool == {"min_size": 2, "max_size": 4, "timeout": 5, "reconnect_timeout": 3}
    assert "DISABLE_SERVER_SIDE_CURSORS" not in pooled


def test_a_pooler_of_transactions_finds_no_cursor_that_the_server_keeps(read: Any) -> None:
    assert read(DATABASE_POOL="off")["DATABASES"]["default"]["DISABLE_SERVER_SIDE_CURSORS"]


def test_a_lost_server_is_noticed_within_seconds_unless_the_address_says_otherwise(read: Any) -> None:
    options = read(DATABASE_URL="postgres://db1,db2/piaojue?connect_timeout=9")["DATABASES"]["default"][
        "OPTIONS"
    ]
    assert options["connect_timeout"] == "9"
    assert options["tcp_user_timeout"] == 3000
    assert options["target_session_attrs"] == "read-write"


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({}, []),
        ({"PRODUCTION": False}, ["piaojue.E001"]),
        ({"DEBUG": True}, ["piaojue.E002"]),
        ({"SECRET_KEY": KEY[:49]}, ["piaojue.E003"]),
        ({"SECRET_KEY": "ab" * 40}, ["piaojue.E003"]),
        ({"DATABASES": {"default": {"EMBEDDED_IN": Path()}}}, ["piaojue.E004"]),
        ({"HTTPS": False}, ["piaojue.E005"]),
        ({"ALLOWED_HOSTS": ["*"]}, ["piaojue.W006"]),
    ],
)
def test_check_deploy_knows_our_rules(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], ids: list[str]
) -> None:
    sound = {
        "PRODUCTION": True,
        "DEBUG": False,
        "SECRET_KEY": KEY,
        "DATABASES": {"default": {}},
        "HTTPS": True,
        "ALLOWED_HOSTS": ["vote.example.org"],
    }
    monkeypatch.setattr("config.checks.settings", type("Settings", (), {**sound, **changes}))
    assert [message.id for message in production_rules()] == ids


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py in an environment of these variables."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.defpath, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_check_deploy_has_only_the_silent_database_to_say_of_a_production_environment() -> None:
    done = run(
        "check", "--deploy", "--fail-level", "WARNING", **{**PRODUCTION, "DATABASE_URL": NOBODY_LISTENS}
    )
    assert done.returncode == 1
    assert "identified 1 issue (2 silenced)" in done.stderr
    assert "(piaojue.E010) The database does not answer: " in done.stderr


def test_a_database_that_does_not_answer_is_one_sentence() -> None:
    done = run("migrate", DATABASE_URL=NOBODY_LISTENS, SECRET_KEY=KEY)
    assert done.returncode == 1
    assert done.stderr == (
        "piaojue: The database 'piaojue' at 127.0.0.1, port 1 gives no connection (Connection refused). "
        "Is the server running, and is DATABASE_URL right?\n"
    )


def test_a_variable_that_is_not_understood_is_one_sentence() -> None:
    done = run("migrate", DEBUG="perhaps", SECRET_KEY=KEY)
    assert (done.returncode, done.stderr) == (1, "piaojue: DEBUG must be on or off, not 'perhaps'.\n")


def test_gathering_static_files_starts_no_database(tmp_path: Path) -> None:
    done = run("collectstatic", "--no-input", PIAOJUE_VAR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret-key", "static"]


# -------------------------------------------------------------------------------------------------- responses


@pytest.mark.django_db
def test_what_every_response_tells_the_browser(client: Client) -> None:
    headers = client.get("/robots.txt").headers
    assert set(headers["Content-Security-Policy"].split("; ")) == {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    }
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


@pytest.mark.django_db
def test_production_sends_everyone_but_the_monitor_to_https(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200
    away = client.get("/")
    assert (away.status_code, away.headers["Location"]) == (301, "https://testserver/")


def test_the_service_starts_as_many_workers_as_the_checks_take() -> None:
    """An environment of before says nothing of them; granian's own defaults are others."""
    unit = (catalogues.ROOT / "deploy" / "piaojue@.service").read_text()
    [line] = re.findall(r"^Environment=(GRANIAN_.+)$", unit, re.MULTILINE)
    started = dict(each.split("=") for each in line.split())
    read = (catalogues.ROOT / "config" / "settings.py").read_text()
    taken = dict(re.findall(r'env\.integer\("(GRANIAN_\w+)", default=(\d+)', read))
    assert {name: started[name] for name in taken} == taken


# ------------------------------------------------------------------------------------------------- catalogues

CATALOGUE = catalogues.LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po"


def test_no_sentence_is_without_its_translation() -> None:
    assert catalogues.check(CATALOGUE) == []


@pytest.mark.parametrize(
    ("message", "faults"),
    [
        (Message("a %(name)s", "%(name)s 甲"), []),
        (Message("a", ""), ["not translated"]),
        (Message("a", None), ["not translated"]),
        (Message("a", "甲", flags=["fuzzy"]), ["fuzzy"]),
        (Message("a %(name)s", "甲"), ["placeholders differ (%(name)s)"]),
        (Message("a", "甲 %s"), ["placeholders differ (%s)"]),
        (Message("a {count}", "甲 {number}"), ["placeholders differ ({count}, {number})"]),
        (Message("100%", "百分之百"), []),
        (Message(("one", "%(n)d things"), ("%(n)d件",)), []),
        (Message(("one", "%(n)d things"), ("",)), ["not translated"]),
        (Message("certified", "已签认"), ["“签认” for “核签”"]),
        (Message("a presiding officer", "执行主席"), ["“presiding officer” for “executive chairperson”"]),
    ],
)
def test_faults_of_a_translation(message: Message, faults: list[str]) -> None:
    assert list(catalogues.faults_of(message)) == faults


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the catalogue of a small project of two sources."""
    (tmp_path / "voting").mkdir()
    (tmp_path / "voting" / "words.py").write_text(
        'a = _("from Python")\nb = ngettext("%(n)d vote", "%(n)d votes", n)\nc = pgettext("ballot", "for")\n'
    )
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        "{% load i18n %}\n    <p>{% translate 'from a template' %}</p>\n"
        "  {% blocktranslate trimmed with n=1 %}\n   {{ n }} of\n 100%\n  {% endblocktranslate %}\n"
        "{% include 'x.html' with title=_('a title') only %}\n"
    )
    catalogue = tmp_path / "config" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "from Python"\nmsgstr "甲"\n\nmsgid "no more"\nmsgstr "乙"\n'
    )
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path / "config" / "locale")
    return catalogue


def test_check_names_what_is_missing_and_what_is_left_over(sources: Path) -> None:
    assert catalogues.check(sources) == [
        "missing in zh_Hans: '%(n)d vote'",
        "missing in zh_Hans: '%(n)s of 100%%'",
        "missing in zh_Hans: 'a title'",
        "missing in zh_Hans: 'for'",
        "missing in zh_Hans: 'from a template'",
        "no longer used, in zh_Hans: 'no more'",
    ]


def test_extract_adds_and_drops_and_keeps_the_translations(sources: Path) -> None:
    assert catalogues.main("extract") == 0
    written = sources.read_text()
    assert 'msgid "from Python"\nmsgstr "甲"\n' in written
    assert 'msgctxt "ballot"\nmsgid "for"\nmsgstr ""\n' in written
    assert "no more" not in written
    assert {fault.partition(",")[0] for fault in catalogues.check(sources)} == {"not translated"}
    assert catalogues.main("extract") == 0
    assert sources.read_text() == written


def test_compile_writes_what_gettext_reads(sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogues.main("compile") == 0
    assert sources.with_suffix(".mo").read_bytes().startswith(b"\xde\x12\x04\x95")
    assert catalogues.main("check") == 1
    assert "missing in zh_Hans: 'a title'" in capsys.readouterr().err
    assert catalogues.main("translate") == 2

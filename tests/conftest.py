"""What every test may use: a database that can be emptied, the site in a real browser.

Fixtures besides those of pytest-django: ``live`` (a running site and browsers, for tests marked ``e2e``) and
``database_url`` (the test's database, for a program that the test starts).
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import hypothesis
import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connection
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.backends.postgresql.operations import DatabaseOperations
from django.template import RequestContext
from django.test import client
from django.utils.translation import override
from playwright.sync_api import Browser, sync_playwright

from accounts import frames
from accounts.congresses import forget
from config.database.embedded import HASTY
from tests import worlds
from tests.browser import ARGUMENTS, MISSING, Live, find_chromium
from tests.databases import copy_migrated_databases
from tests.frames import in_a_wide_frame
from voting.domain.vote import casting

CI = os.environ.get("CI") == "true"
OUTCOME = pytest.StashKey[bool]()
#: Whoever waits longer for another's lock waits for ever: the statement that does is named.
PATIENCE = "lock_timeout=60s"
#: What Django writes after every migration, and nothing else does.
AFTER_MIGRATION = {"django_content_type", "auth_permission"}


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests quick, free of built files, and away from the data of the demo."""
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }
    settings.DRAWN_PAPERS = settings.VAR / "drawn-test"
    settings.KEPT_SECONDS = 0
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    database = settings.DATABASES["default"]
    if "EMBEDDED_IN" in database:
        database.update(EMBEDDED_IN=settings.VAR / "postgres-test", EMBEDDED_OPTIONS=(*HASTY, PATIENCE))
    _let_tests_empty_the_evidence()
    copy_migrated_databases()
    _let_nobody_keep_the_database()
    _give_requests_room()
    _let_clients_note_whole_pages_alone()
    # A slow machine is no fault of what is tested.
    hypothesis.settings.register_profile(
        "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """Let the collector pass over what stays until the end; measured: a twentieth of what the tests cost."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _let_tests_empty_the_evidence() -> None:
    """Let Django empty the tables between tests although triggers keep evidence from being deleted.

    The role ``replica`` passes over ordinary triggers; only a superuser of the database may take it, and the
    tests of those triggers never do. Deleting a few rows is quicker than making every table's files anew, and
    what Django writes after a migration stays instead of being written again.
    """
    execute = DatabaseOperations.execute_sql_flush

    def sql_flush(self: DatabaseOperations, style: Any, tables: list[str], **_options: Any) -> list[str]:
        return [f"DELETE FROM {self.quote_name(table)}" for table in tables if table not in AFTER_MIGRATION]

    def execute_sql_flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        asked = (f"SELECT '{each}' WHERE EXISTS ({each.replace('DELETE', 'SELECT', 1)})" for each in sql_list)
        with self.connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(asked))
            filled = [each for (each,) in cursor.fetchall()]
        execute(self, ["SET LOCAL session_replication_role = replica", *filled])

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]
    DatabaseOperations.execute_sql_flush = execute_sql_flush  # type: ignore[method-assign]
    flush.emit_post_migrate_signal = lambda *_signal: None


def _let_nobody_keep_the_database() -> None:
    """Drop the test's database although a browser's last request may still hold a connection to it."""

    def destroy(self: DatabaseCreation, test_database_name: str, verbosity: int) -> None:
        with self._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {self.connection.ops.quote_name(test_database_name)} WITH (FORCE)")

    DatabaseCreation._destroy_test_db = destroy


def _give_requests_room() -> None:
    """Answer the browsers' requests, each in its thread, where the stack has room."""
    answer = ThreadedWSGIServer.process_request_thread

    def process_request_thread(self: ThreadedWSGIServer, request: Any, client_address: Any) -> None:
        in_a_wide_frame(lambda: answer(self, request, client_address))

    ThreadedWSGIServer.process_request_thread = process_request_thread


def _let_clients_note_whole_pages_alone() -> None:
    """Note for ``answer.context`` what a view hands to its page, and not once more for each of a hundred parts."""
    note = client.store_rendered_templates

    def note_pages(store: Any, signal: Any, sender: Any, template: Any, context: Any, **more: Any) -> None:
        if context.template is template and isinstance(context, RequestContext):
            note(store, signal, sender, template, context, **more)

    client.store_rendered_templates = note_pages


@pytest.fixture(autouse=True)
def site_language() -> Iterator[None]:
    """Begin every test in the site's first language, whatever page the test before asked for."""
    with override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def congresses_as_they_are() -> None:
    """Let no test go by the congresses of the test before, nor by its pages, nor by the key of its round."""
    forget()
    frames.forget()
    casting._booths.clear()


@pytest.fixture(autouse=True)
def worlds_as_the_code_makes_them(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep no world that was made while the test had something in the place of the code.

    A variable of the environment is none: the verbs read none.
    """
    patch: Any = request.getfixturevalue("monkeypatch") if "monkeypatch" in request.fixturenames else None

    def patched() -> bool:
        if patch is None:
            return False
        items = [each for each in patch._setitem if each[0] is not os.environ]
        names = [(getattr(target, "__name__", ""), name) for target, name, _before in patch._setattr]
        return bool(items or set(names) - worlds.UNCALLED)

    worlds.patched = patched
    yield
    worlds.patched = bool


@pytest.fixture
def database_url(db: None) -> str:
    """Return the address of the database that this test uses, for a program that the test starts."""
    known = connection.settings_dict
    place = {key: known[key.upper()] for key in ("host", "port", "user", "password") if known[key.upper()]}
    return f"postgresql:///{quote(known['NAME'])}?{urlencode(place)}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run tests where the stack has room; skip those of the browser where there is none.

    In continuous integration those fail.
    """
    for item in items:
        item.runtest = partial(in_a_wide_frame, item.runtest)  # type: ignore[method-assign]
    if find_chromium() or CI:
        return
    for item in items:
        if item.get_closest_marker("e2e"):
            item.add_marker(pytest.mark.skip(reason=MISSING))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that the browser tests were skipped."""
    reports = terminalreporter.stats.get("skipped", ())
    skipped = [report for report in reports if MISSING in str(report.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", f"{len(skipped)} BROWSER TESTS WERE NOT RUN", red=True, bold=True)
        terminalreporter.write_line(MISSING)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember whether a test failed, for the fixture that photographs it."""
    report = yield
    if report.when == "call":
        item.stash[OUTCOME] = report.failed
    return _not_skipped(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    return _not_skipped((yield))


def _not_skipped(report: Any) -> Any:
    """Let nothing be skipped in continuous integration: a test that is not run there is run nowhere."""
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped, and nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start one Chromium for all browser tests of this process."""
    program = find_chromium()
    if not program:
        pytest.fail(MISSING)
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def live(request: pytest.FixtureRequest, live_server, chromium: Browser) -> Iterator[Live]:
    """Serve the site and hand out browsers; ``live.person()`` is a phone, each call another person."""
    site = Live(url=live_server.url, browser=chromium)
    yield site
    if request.node.stash.get(OUTCOME, False):
        site.photograph(Path(settings.VAR) / "screenshots", request.node.nodeid.removeprefix("tests/"))
    site.leave()
    assert site.complaints == []

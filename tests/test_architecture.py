"""What the code as a whole keeps to: who imports whom, what the admin knows, what templates may hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from accounts.models import AccessCode
from voting.admin.core.site import site
from voting.models import SealedBallot

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OURS = sorted(path for package in ("accounts", "config", "voting") for path in (ROOT / package).rglob("*.py"))
TESTS = ROOT / "tests"
GUARDS = sorted(
    path
    for room in ("integration", "races", "security", "unit")
    for path in (TESTS / room).rglob("test_*.py")
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_lower_never_imports_higher():
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout
    assert "0 broken" in run.stdout


def test_ballots_and_codes_are_not_in_the_admin():
    assert not site.is_registered(SealedBallot)
    assert not site.is_registered(AccessCode)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_holds_no_script_no_style_and_trusts_no_text(path: Path):
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), "inline style or handler"
    assert not re.search(r"\|\s*safe\b|autoescape off|safeseq", text), "text that is not escaped"
    assert text.count("\n") <= 40, "a template is one thought"


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_a_module_knows_its_room(path: Path):
    if "migrations" not in path.parts:
        assert path.read_text().count("\n") <= 400


GUARDED = re.compile(r"``((?:accounts|config|voting)(?:\.\w+)*)``")
#: Whose every module some test names as the one it guards.
ROOMS = ("count", "domain", "read_models")


def guarded(path: Path) -> set[str]:
    """Return the modules that a test module names in its docstring as those it guards."""
    _before, _word, names = (ast.get_docstring(ast.parse(path.read_text())) or "").rpartition("Guards ")
    return set(GUARDED.findall(names))


def is_there(module: str) -> bool:
    place = ROOT.joinpath(*module.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


@pytest.mark.parametrize("path", GUARDS, ids=name_of)
def test_a_test_names_the_modules_it_guards(path: Path):
    assert guarded(path), 'the docstring ends with "Guards ``voting.….…``."'
    assert {module for module in guarded(path) if not is_there(module)} == set()


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_is_guarded_by_a_test_that_names_it(room: str):
    paths = [path for path in (ROOT / "voting" / room).rglob("*.py") if path.name != "__init__.py"]
    assert paths
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}
    assert modules - set().union(*map(guarded, GUARDS)) == set()


def test_the_casting_of_a_ballot_writes_no_log():
    for path in OURS:
        if "domain" in path.parts or path.is_relative_to(ROOT / "voting" / "views" / "vote"):
            assert not re.search(r"\blogging\b|\bprint\(", path.read_text()), name_of(path)

"""What the code as a whole keeps to: who imports whom, what the admin knows, what templates may hold."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
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


#: Names that stand twice, and why they may.
TWICE = {
    "Command": "Django finds a management command by this name",
    "Entry": "of a roster, and of a feed that has no other word for it",
    "Fault": "of a row, in the two lists that are imported",
    "Preview": "of the two lists that are imported",
}


def defined(kind: type[ast.AST]) -> dict[str, set[str]]:
    """Return the public names that are defined at the top of our modules, each with its modules."""
    names = defaultdict(set)
    for path in OURS:
        if "migrations" not in path.parts:
            for node in ast.parse(path.read_text()).body:
                # What the interface answers is named after what it tells of; it stands there as records.Cycle.
                if (
                    isinstance(node, kind)
                    and not node.name.startswith("_")
                    and path.parts[-2:] != ("api", "records.py")
                ):
                    names[node.name].add(module_of(path))
    return names


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imported_alone() -> Iterator[tuple[str, str]]:
    """Yield every name that is imported without its module, and from where: the reader sees the name alone."""
    for path in OURS:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                yield from ((alias.name, node.module or "") for alias in node.names if not alias.asname)


def test_one_name_is_one_class():
    classes = {name: modules for name, modules in defined(ast.ClassDef).items() if len(modules) > 1}
    assert {name: modules for name, modules in classes.items() if name not in TWICE} == {}
    assert set(TWICE) <= set(classes), "a name that stands once needs no leave"


def test_a_function_that_is_called_by_its_bare_name_is_the_only_one_of_that_name():
    """``surveys.answer`` and ``deliberation.answer`` may stand side by side; ``answer`` alone must be one thing."""
    rooms = tuple(f"voting.{room}." for room in ("count", "models", "domain", "read_models", "forms"))
    functions = defined(ast.FunctionDef)
    doubles = {}
    for name, module in imported_alone():
        others = {other for other in functions[name] - {module} if other.startswith(rooms)}
        if module in functions[name] and module.startswith(rooms) and others:
            doubles[name] = others | {module}
    assert doubles == {}


#: Words that say that there is a value, not what it is; in the recount they are keys of its published report.
NO_NAMES = frozenset({"said", "found", "given"})
NAMED_ELSEWHERE = ("voting/recount/", "voting/management/terminal_language.py")


def given_names(path: Path) -> Iterator[str]:
    """Yield the names of a module's functions, parameters, variables and attributes, without the leading line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name.lstrip("_")
        elif isinstance(node, ast.arg):
            yield node.arg.lstrip("_")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id.lstrip("_")
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr.lstrip("_")


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_a_value_is_named_after_what_it_is(path: Path):
    if not name_of(path).startswith(NAMED_ELSEWHERE):
        assert NO_NAMES.isdisjoint(given_names(path))


def test_ballots_and_codes_are_not_in_the_admin():
    assert not site.is_registered(SealedBallot)
    assert not site.is_registered(AccessCode)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_holds_no_script_no_style_and_trusts_no_text(path: Path):
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), "inline style or handler"
    assert not re.search(r"\|\s*safe\b|autoescape off|safeseq", text), "text that is not escaped"
    assert text.count("\n") <= 90, "a template is one thought"
    assert max(map(len, text.splitlines()), default=0) <= 160, "a line that can be read"
    alone = re.sub(r"{% blocktranslate.*?endblocktranslate %}", "", text, flags=re.DOTALL)
    colons = re.findall(r'}}:\s|translate "[^"]*:" %}(?:</b>)?[ \t]*(?:{{|{% for|<a)', alone)
    assert colons == [], (
        "a colon before something is translated with its blank: Chinese has neither half width nor blank"
    )


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


#: A name of ours in words: ``domain.after.lights.Light`` counted from ``voting`` or from the top, or rolls.Roll.
IN_TICKS = re.compile(r"``([a-z_]\w*(?:\.\w+)+)(?:\(\))?``")
BARE = re.compile(r"(?<![\w.`/])((?:[a-z_]\w*\.)+[A-Z]\w*[a-z]\w*)")
HOUSE = {each.stem for each in (ROOT / "voting").iterdir() if not each.name.startswith("_")} | {
    "accounts", "config", "voting",
}  # fmt: skip
FILE_NAMES = (".py", ".sql", ".json", ".csv", ".html", ".po", ".txt", ".xlsx", ".pdf", ".toml")


def spoken(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the comments of a module and all its texts that may be docstrings, with their lines."""
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type == tokenize.COMMENT or token.string.startswith('"""'):
                yield token.start[0], token.string


def resolves(name: str) -> bool:
    """Tell whether a dotted name is a module of ours or what one holds, however deep."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        if is_there(module) or ROOT.joinpath(*parts[:length]).is_dir():
            held: object = importlib.import_module(module)
            for part in parts[length:]:
                if part in getattr(held, "__annotations__", {}):
                    return True
                if not hasattr(held, part):
                    return False
                held = getattr(held, part)
            return True
    return False


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_a_module_that_is_named_in_words_is_there(path: Path):
    """A module that moves takes its name in docstrings and comments with it."""
    modules = {module_of(each).removesuffix(".__init__") for each in OURS}
    stale = set()
    for line, text in spoken(path):
        names = {name for name in IN_TICKS.findall(text) if name.split(".")[0] in HOUSE}
        bare = {name for name in BARE.findall(text) if name not in names}
        for name in names:
            if not name.endswith(FILE_NAMES) and not (resolves(name) or resolves(f"voting.{name}")):
                stale.add((line, name))
        for name in bare:
            module, _dot, held = name.rpartition(".")
            homes = [each for each in modules if f".{each}".endswith(f".{module}")]
            if not any(resolves(f"{each}.{held}") for each in homes):
                stale.add((line, name))
    assert stale == set()


def test_a_cycle_is_locked_without_its_key():
    """Else two who write the journal wait for each other: its reference to the cycle for us, we for the journal."""
    with_key = re.compile(r"\bCycle\.objects\.select_for_update\((?![^)]*no_key=True)")
    assert [name_of(path) for path in OURS if with_key.search(path.read_text())] == []


@pytest.mark.parametrize("path", sorted((ROOT / "voting" / "admin").rglob("*.py")), ids=name_of)
def test_what_a_page_is_stands_before_what_it_does(path: Path):
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef):
            methods = [isinstance(each, ast.FunctionDef) for each in node.body]
            assert methods == sorted(methods), f"{node.name} has an attribute between its methods"


def test_a_file_gets_its_name_and_its_kind_in_one_place():
    header, sheet = "Content-Disposition", "application/vnd.openxmlformats"
    named = {name_of(path) for path in OURS if header in path.read_text()}
    assert named == {"voting/printing/files.py", "voting/views/core/files.py"}
    assert {name_of(path) for path in OURS if sheet in path.read_text()} == {"voting/printing/files.py"}


STEPS = {"act", "click", "dblclick", "tap", "press"}
#: What a browser test reads of the page as it stands, without waiting for what it asks for; or how it leaves the page,
#: or lets another person look, before what was pressed is done.
READS = {
    "all", "all_inner_texts", "bounding_box", "count", "evaluate", "evaluate_all", "is_visible", "url",
    "go_back", "goto", "reload",
}  # fmt: skip
READERS = {"assert_good", "look", "marks", "passwords"}


def words_of(node: ast.stmt) -> set[str]:
    """Return what a statement calls and asks for."""
    every = list(ast.walk(node))
    called = {each.id for each in every if isinstance(each, ast.Name)}
    return called | {each.attr for each in every if isinstance(each, ast.Attribute)}


def is_too_early(step: ast.stmt, then: ast.stmt) -> bool:
    """Tell whether what was pressed is read at once, or a key goes to a page whose script is still to take it."""
    if not isinstance(step, ast.Expr) or "expect" in ast.unparse(step) or "expect" in words_of(then):
        return False
    done, next_ = words_of(step), words_of(then)
    if "goto" in done:
        return "keyboard" in next_ and isinstance(then, ast.Expr)
    block = isinstance(then, ast.With | ast.For | ast.If)
    return bool(done & STEPS and (next_ & (READS - {"goto"} if block else READS) or next_ & READERS))


@pytest.mark.parametrize("path", sorted((TESTS / "e2e").glob("test_*.py")), ids=name_of)
def test_a_page_is_waited_for_before_it_is_read(path: Path):
    early = []
    for node in ast.walk(ast.parse(path.read_text())):
        body = getattr(node, "body", None)
        for step, then in pairwise(body) if isinstance(body, list) else ():
            if is_too_early(step, then):
                early.append(f"{then.lineno}: {ast.unparse(then)[:80]}")
    assert not early, early


def test_nothing_that_a_server_writes_is_in_the_tree():
    """A cluster of a trial, with its key and the sign-ins of its people, would go to everybody who gets the source."""
    git = ["git", "-C", str(ROOT), "ls-files"]
    known = subprocess.run(git, capture_output=True, text=True, check=False).stdout.splitlines()
    rooms = {"secret-key", "PG_VERSION", "postgres.users", "embedded.json", "staticfiles.json"}
    assert not [path for path in known if path.startswith("var") or Path(path).name in rooms]

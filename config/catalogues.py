"""The translations: ``python -m config.catalogues compile | extract | check``.

English is the message and zh-Hans the translation that people read, so a message without one is a defect.
Babel does the work; no gettext program is needed. Compiled catalogues are never committed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as read_messages
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "config" / "locale"
PYTHON = ("accounts", "config", "voting")
TEMPLATES = ("templates", "accounts/templates", "voting/templates")
HEADER = """\
# Piaojue 票决: the sentences of the interface.
# Written by `make messages`; sorted by message."""
#: What a translation must carry over: %(name)s, %s, %d, {name}.
PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sdif](?!\w)|\{\w*\}")

#: Words that an official would take for another thing, and the one word that this application has for it.
ONE_WORD = {"签认": "核签", "本次大会": "本级人民代表大会", "presiding officer": "executive chairperson"}

_PLAIN = ("_", "gettext", "gettext_lazy", "gettext_noop")
KEYWORDS = {
    **dict.fromkeys(_PLAIN, (1,)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}


def compile_catalogue(path: Path) -> list[str]:
    """Write the compiled catalogue beside the written one."""
    compiled = BytesIO()
    write_mo(compiled, _read(path))
    path.with_suffix(".mo").write_bytes(compiled.getvalue())
    return []


def extract_into(path: Path) -> list[str]:
    """Add the messages that the sources have gained, drop those they have lost, keep every translation."""
    old = _read(path)
    new = Catalog(
        locale=old.locale,
        project="Piaojue",
        version="1",
        header_comment=HEADER,
        msgid_bugs_address="the project",
        last_translator="Piaojue",
        language_team="zh-Hans",
        charset="utf-8",
        creation_date=old.creation_date,
        revision_date=old.revision_date,
        fuzzy=False,
    )
    for message in (message for message in found_messages() if message.id):
        known = old.get(message.id, message.context)
        new.add(message.id, known.string if known else None, context=message.context)
    written = BytesIO()
    write_po(written, new, sort_output=True, width=100, no_location=True)
    path.write_bytes(written.getvalue())
    return []


def check(path: Path) -> list[str]:
    """Return what keeps this catalogue from being complete and true, a line for each fault."""
    catalogue = _read(path)
    language = path.parent.parent.name
    used = {_key(message): message for message in found_messages() if message.id}
    kept = {_key(message): message for message in catalogue if message.id}
    faults = [f"missing in {language}: {_name(used[key])}" for key in used.keys() - kept.keys()]
    faults += [f"no longer used, in {language}: {_name(kept[key])}" for key in kept.keys() - used.keys()]
    for key in used.keys() & kept.keys():
        faults += [f"{fault}, in {language}: {_name(kept[key])}" for fault in faults_of(kept[key])]
    return sorted(faults)


def faults_of(message: Message) -> Iterator[str]:
    """Yield what is wrong with one translation."""
    strings = [message.string] if isinstance(message.string, str) else list(message.string or [""])
    model = message.id if isinstance(message.id, str) else message.id[-1]
    if not all(strings):
        yield "not translated"
    if message.fuzzy:
        yield "fuzzy"
    for other, word in ONE_WORD.items():
        if any(other in string for string in (model, *strings)):
            yield f"“{other}” for “{word}”"
    wanted = set(PLACEHOLDER.findall(model))
    for string in filter(None, strings):
        if (placeholders := set(PLACEHOLDER.findall(string))) != wanted:
            yield f"placeholders differ ({', '.join(sorted(placeholders ^ wanted))})"


def found_messages() -> Catalog:
    """Return every message of the sources and the templates."""
    catalogue = Catalog()
    for folder in PYTHON:
        for path in sorted((ROOT / folder).rglob("*.py")):
            _collect(path.read_bytes(), into=catalogue)
    for folder in TEMPLATES:
        for path in sorted((ROOT / folder).rglob("*.*")):
            # In brackets, for the indentation of a template means nothing to Python.
            source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            _collect(f"(\n{source}\n)".encode(), into=catalogue)
    return catalogue


def _collect(source: bytes, *, into: Catalog) -> None:
    options = {"encoding": "utf-8"}
    for line, messages, _comments, context in read_messages(
        "python", BytesIO(source), keywords=KEYWORDS, options=options
    ):
        into.add(messages, context=context, locations=[("", line)])


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def _key(message: Message) -> tuple[str, str | None]:
    return (message.id if isinstance(message.id, str) else message.id[0], message.context)


def _name(message: Message) -> str:
    return repr(_key(message)[0])


COMMANDS: dict[str, Callable[[Path], list[str]]] = {
    "compile": compile_catalogue,
    "extract": extract_into,
    "check": check,
}


def main(*arguments: str) -> int:
    """Run one command over all catalogues; return the exit status."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        sys.stderr.write(f"{__doc__}")
        return 2
    run = COMMANDS[arguments[0]]
    faults = [fault for path in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")) for fault in run(path)]
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

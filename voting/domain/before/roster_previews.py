"""What the preview of a list of delegates says: who comes, changes and leaves, what is wrong and what is asked."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import RosterImport
from accounts.roster_rows import Checked, Known
from voting.count.canonical import canonical_json, sha256_hex
from voting.count.formats.roster import ROSTER_IMPORT, Fault, FaultCode, ImportBody
from voting.domain.core.list_words import cell_sentence, remark_sentence
from voting.foreign.tables import CellFault, Observation

#: So many people of a kind are named in the preview, and so many faults.
SHOWN, KEPT_FAULTS = 3000, 1000

FAULTS: dict[FaultCode, Promise] = {
    "no_number": gettext_lazy("the delegate number is missing"),
    "no_name": gettext_lazy("the name is missing"),
    "no_delegation": gettext_lazy("the delegation is missing"),
    "long_number": gettext_lazy("the number is longer than 20 characters: %(about)s…"),
    "long_name": gettext_lazy("the name is longer than 60 characters: %(about)s…"),
    "long_delegation": gettext_lazy("the delegation is longer than 60 characters: %(about)s…"),
    "repeated": gettext_lazy("the same number stands in line %(about)s already"),
    # Said by previews from before a number belonged to its congress.
    "other_kind": gettext_lazy("number %(about)s belongs to other data (official, demo or rehearsal)"),
    "sub_group": gettext_lazy("“%(about)s” says neither yes nor no to the sub-group"),
    "shifted": gettext_lazy(
        "name and delegation would be “%(about)s”: the cells seem to stand in the wrong columns"
    ),
}
#: What is said of the people of a list, beside what is said of every list.
PEOPLE: dict[str, Promise] = {
    "twins": gettext_lazy(
        "Numbers that differ only in zeros or width, and are different people: %(about)s (%(where)s in all)."
    ),
    "alike": gettext_lazy(
        "Delegations that differ only in brackets, width or ending, and are different ones: %(about)s."
    ),
    "plain_numbers": gettext_lazy("Numbers are kept without dashes and dots: %(about)s."),
    "namesakes": gettext_lazy("People of one name; look whether somebody stands here twice: %(about)s."),
    "alone": gettext_lazy("New delegations of one person, perhaps misspelt: %(about)s."),
}


def roster_labels() -> dict[str, str]:
    """Return what the columns are called, as the person reads."""
    return {
        "number": _("Delegate number"),
        "name": pgettext("person", "Name"),
        "delegation": _("Delegation"),
        "in_group": _("Belongs to the sub-group"),
    }


def notes() -> dict[str, str]:
    """Return what a person must know who fills the list in."""
    return {
        "number": _("As it stands on the delegate's card, for example 001; each only once."),
        "name": _("As on the card, without blanks between the characters."),
        "delegation": _("Always written alike. The order of the list is the order of the delegations."),
        "in_group": _("是 or 否; only where the voting rules ask for a sub-group, else the column may go."),
    }


def summary_of(checked: Checked, known: dict[str, Known], *, mode: str) -> ImportBody:
    out = put_out(checked, known) if mode == RosterImport.Mode.WHOLE else []
    body: dict[str, Any] = {
        "format": ROSTER_IMPORT.name,
        "rows": checked.rows,
        "new": len(checked.new),
        "corrected": len(checked.corrected),
        "unchanged": checked.unchanged,
        "out": len(out),
        "faults": [[fault.line, fault.code, fault.about] for fault in checked.faults[:KEPT_FAULTS]],
        "cells": [[line, *fault] for line, fault in checked.cells[:KEPT_FAULTS]],
        "faulty": checked.faulty,
        "corrections": [[vars(old), vars(new)] for old, new in checked.corrected[:SHOWN]],
        "people": [vars(entry) for entry in checked.new[:SHOWN]],
        "leaving": [vars(known[number].entry) for number in out[:SHOWN]],
        "strengths": _strengths(checked, known, out),
        "remarks": [list(remark) for remark in checked.remarks],
        "questions": [list(question) for question in checked.questions],
        "state": state_of(known),
    }
    return ROSTER_IMPORT.of(body)


def _strengths(checked: Checked, known: dict[str, Known], out: list[str]) -> list[list[Any]]:
    """Return how many are in office in each delegation before and after, those of the file first, in its order."""
    before = Counter(each.entry.delegation for each in known.values() if each.is_active)
    after = before + Counter(entry.delegation for entry in checked.new)
    for old, new in checked.corrected:
        after[old.delegation] -= known[old.number].is_active
        after[new.delegation] += 1
    after.subtract(known[number].entry.delegation for number in out)
    names = [*checked.delegations, *sorted(before.keys() - checked.delegations.keys())]
    return [[name, before[name], after[name]] for name in names]


def preview_of(staged: RosterImport) -> ImportBody:
    """Return what the preview showed. Raises UnreadableRecord."""
    return ROSTER_IMPORT.of(staged.summary)


def put_out(checked: Checked, known: dict[str, Known]) -> list[str]:
    """Return the delegates in office whom a whole list does not name."""
    return [n for n, k in known.items() if k.is_active and n not in checked.numbers]


def state_of(known: dict[str, Known]) -> str:
    """Return one hash over the delegates as they stand."""
    rows = sorted(
        (n, k.entry.name, k.entry.delegation, k.entry.in_group, k.is_active) for n, k in known.items()
    )
    return sha256_hex(canonical_json(rows))


def sentence(fault: Fault) -> str:
    """Return why a row is faulty, in the reader's language."""
    _line, code, about = fault
    return str(FAULTS[code]) % {"about": about}


def faults_of(preview: ImportBody) -> list[tuple[int, str]]:
    """Return line and reason of everything that is wrong with the rows, line by line."""
    told = [(fault[0], sentence(fault)) for fault in preview["faults"]]
    told += [(line, cell_sentence(CellFault(*fault))) for line, *fault in preview.get("cells", [])]
    return sorted(told, key=lambda each: each[0])


def remarks_of(preview: ImportBody) -> list[str]:
    """Return what is said of the file and its people, in the reader's language."""
    return [remark_sentence(Observation(*each), PEOPLE) for each in preview.get("remarks", [])]


def questions_of(preview: ImportBody) -> list[tuple[str, str]]:
    """Return code and sentence of everything that a person must say yes to before the list is taken in."""
    return [(each[0], remark_sentence(Observation(*each), PEOPLE)) for each in preview.get("questions", [])]

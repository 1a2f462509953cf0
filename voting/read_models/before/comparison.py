"""The candidate projects of a year side by side: money, who benefits, where, by when, where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from voting.models import Candidate
from voting.read_models.before.slate_report import field_label, targets_text
from voting.read_models.core.days import money_words
from voting.text.search import terms

#: What is compared, in the order of the columns: fields of the dossier.
COMPARED = ("target", "investment", "beneficiaries", "site", "deadline", "origin")


@dataclass(frozen=True)
class Compared:
    """A candidate's line; ``cells`` are (heading, text) in the order of the columns, empty where nothing is stated."""

    candidate: Candidate
    standing: Mapping[str, Any] | None
    cells: Sequence[tuple[str, str]]

    @property
    def became(self) -> str:
        return str(self.standing["became"]) if self.standing else ""


@dataclass(frozen=True)
class Comparison:
    """The lines that fit, and the names of what no project of the year states: it has no column."""

    lines: Sequence[Compared]
    unstated: Sequence[str]


def compared(
    rows: Sequence[tuple[Candidate, Mapping[str, Any] | None]], *, asked: Mapping[str, Any]
) -> Comparison:
    """Return the lines that fit: of a ``field``, by what ``became`` of them, with all words ``q``, ``only`` some.

    ``rows`` are the candidates with what became of each, and with their origins fetched.
    """
    texts = [[_cell(candidate, name) for name in COMPARED] for candidate, _standing in rows]
    is_stated = [any(column) for column in zip(*texts, strict=True)] or [False] * len(COMPARED)
    names = [field_label(name) for name in COMPARED]
    wanted = terms(asked.get("q", ""))
    lines = []
    for (candidate, standing), cells in zip(rows, texts, strict=True):
        shown = [
            pair for pair, stated in zip(zip(names, cells, strict=True), is_stated, strict=True) if stated
        ]
        line = Compared(candidate, standing, shown)
        if _fits(line, asked) and _has(line, wanted):
            lines.append(line)
    return Comparison(lines, [name for name, stated in zip(names, is_stated, strict=True) if not stated])


def _fits(line: Compared, asked: Mapping[str, Any]) -> bool:
    field, became, only = asked.get("field"), asked.get("became"), asked.get("only")
    return (
        (not field or line.candidate.field == field)
        and (not became or (line.became == "chosen") == (became == "chosen"))
        and (not only or str(line.candidate.number) in only)
    )


def _has(line: Compared, wanted: Sequence[str]) -> bool:
    """Tell whether every term is in the name or in what is compared."""
    known = " ".join(
        [
            line.candidate.name,
            line.candidate.name_en,
            *line.candidate.target,
            *(text for _n, text in line.cells),
        ]
    ).casefold()
    return all(word.casefold() in known for word in wanted)


def _one_text(sentences: Sequence[str]) -> str:
    """Return what the dossier quotes line by line as one text."""
    return "".join(each if each.endswith(("。", "；")) else f"{each}；" for each in sentences).removesuffix(
        "；"
    )


def _cell(candidate: Candidate, name: str) -> str:
    if name == "target":
        return _one_text([*candidate.target, *targets_text(candidate.targets).splitlines()])
    if name == "investment" and candidate.investment_total is not None:
        return money_words(candidate.investment_total)
    if name == "origin":
        numbers = [str(link.proposal.number) for link in candidate.provenance.all()]
        if numbers:
            return _("proposals %(numbers)s") % {"numbers": _(", ").join(numbers)}
    return str(getattr(candidate, name))

"""代表名册 to print and sign: the people of a roll by delegation, a line for each; and one hash over all of them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from voting.count.canonical import canonical_json, sha256_hex
from voting.domain.vote.rolls import eligible
from voting.models import Cycle, Round
from voting.printing.blocks import Block, Document, Heading, Table, Text
from voting.read_models.core.letterhead import Letterhead

#: Delegation, number, name; the delegation first as it is kept, then as the reader reads it.
Line = tuple[str, str, str, str]


def roll_document(cycle: Cycle, round_: Round | None) -> Document:
    """Return the roll of the round; before one is frozen, whoever would be on it today."""
    lines = _frozen(round_) if round_ is not None else _today(cycle)
    kinds = {"demo": _("Demonstration"), "rehearsal": _("Rehearsal")}
    blocks: list[Block] = [Text(_stands(round_, len(lines)))]
    head = [_("Delegate number"), pgettext("person", "Name"), _("Signature")]
    for (_kept, shown), people in groupby(lines, key=lambda line: line[:2]):
        rows = [[number, name, ""] for _kept_too, _shown_too, number, name in people]
        blocks += [Heading(f"{shown} ({len(rows)})"), Table(shown, head, rows, shares=(2, 3, 5))]
    return Document(
        title=_("Roll of delegates"),
        overline=Letterhead.of(cycle).overline,
        note=kinds.get(cycle.congress.kind, ""),
        blocks=blocks,
        digests=[(_("Hash of the list"), sha256_hex(canonical_json([list(line[2:]) for line in lines])))],
        signatures=[_("Made by"), _("Checked by")],
    )


def _stands(round_: Round | None, number: int) -> str:
    if round_ is None:
        return (
            ngettext("%(number)d delegate is in office.", "%(number)d delegates are in office.", number)
            % {"number": number}
            + " "
            + _("The roll is not frozen yet: check names, numbers and delegations before it is.")
        )
    return ngettext(
        "%(number)d delegate is on the frozen roll.", "%(number)d delegates are on the frozen roll.", number
    ) % {"number": number}


def _frozen(round_: Round) -> list[Line]:
    entries: Iterable[tuple[str, str, str, str]] = (
        (entry.delegation, entry.delegation_shown, entry.number, entry.name)
        for entry in round_.roll.filter(excluded=False)
        .select_related("delegate__delegation")
        .order_by("delegate__delegation__position", "delegation", "number")
    )
    return list(entries)


def _today(cycle: Cycle) -> list[Line]:
    delegates = eligible(cycle).order_by("delegation__position", "delegation__name", "number")
    return [(each.delegation.name, str(each.delegation), each.number, each.name) for each in delegates]

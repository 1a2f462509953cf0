"""The sample of a second reading in words: how many are drawn and why, and how anybody draws them again."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from voting.count.formats.parts import DrawFigures, ReadingFigures
from voting.count.sampling import PROGRAM, sample_size
from voting.read_models.vote.lines import listed


def why_so_many(*, sheets: int, misread: int) -> list[str]:
    """Say how many of the paper ballots are drawn, and why so many."""
    words = {"sheets": sheets, "misread": misread, "size": sample_size(sheets, misread)}
    return [
        ngettext(
            "%(sheets)d paper ballot was read. At least %(misread)d would have to be misread to change the result.",
            "%(sheets)d paper ballots were read. At least %(misread)d of them would have to be misread to change the "
            "result.",
            sheets,
        )
        % words,
        _(
            "%(size)d are drawn: the fewest of which one of those would be found with a probability of at least 99 per "
            "cent."
        )
        % words,
        _("With N ballots, k misread and n drawn, C(N − k, n) ÷ C(N, n) ≤ 1/100: N = %(sheets)d, k = %(misread)d, "
          "n = %(size)d.")
        % words,
    ]  # fmt: skip


def draw_program(drawn: DrawFigures) -> str:
    """Return the few lines of Python that draw the same places again."""
    return PROGRAM.format(
        root=drawn["root"], dice=drawn["dice"], sheets=drawn["sheets"], size=len(drawn["places"])
    )


def reading_sentences(readings: ReadingFigures | None, *, returned: int) -> list[str]:
    """Say how the paper ballots of a round were read; nothing where two people read all of them."""
    if readings is None:
        return []
    words = {
        "scanned": readings["scanned"],
        "people": returned - readings["scanned"],
        "twice": readings["twice"],
        "settled": readings["settled"],
    }
    lines = [
        _("Paper ballots read first by the scanner: %(scanned)d; by a person: %(people)d.") % words,
        _("Read again by another person: %(twice)d; settled by the chief scrutineer: %(settled)d.") % words,
    ]
    if drawn := readings["sample"]:
        lines += why_so_many(sheets=drawn["sheets"], misread=drawn["misread"])
        lines.append(
            _("The dice %(dice)s drew: %(places)s.")
            % {"dice": drawn["dice"], "places": listed(drawn["places"])}
        )
        more = readings["twice"] > len(drawn["places"])
        lines.append(
            _("One of them differed: all were read again, and the count was made anew.")
            if more
            else _("All of them agreed.")
        )
        lines.append(_("Hash of the first readings: %(root)s.") % {"root": drawn["root"]})
    return lines

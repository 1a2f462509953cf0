"""Characters that no font of the papers has: told to the clerk before a paper is issued, and never replaced.

It keeps nobody from a step. A name is right as its bearer writes it, and a vote does not wait for a font: page and
print show the character with the reader's own fonts, the PDF is refused until a font has it (docs/production.md,
"Rare characters").
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from voting.printing.fonts import texts_in, undrawable

#: So many texts are named, with so many characters of each.
_MOST_NAMED, _LONG = 5, 24


def undrawn(values: Iterable[object]) -> str:
    """Return what to tell the clerk: empty where every character of the texts in ``values`` can be drawn."""
    lacking = {text: letters for text in texts_in(list(values)) if (letters := undrawable([text]))}
    if not lacking:
        return ""
    each = " ".join(dict.fromkeys(letter for letters in lacking.values() for letter in letters))
    comma = pgettext("list", ", ")
    where = comma.join(
        text if len(text) <= _LONG else f"{text[:_LONG]}…" for text in list(lacking)[:_MOST_NAMED]
    )
    return _(
        "No font here has %(letters)s, in: %(where)s. Compare with the identity papers. If the character is right, "
        "whoever runs the server adds a font (MORE_FONTS); until then the PDF is refused, page and print are not."
    ) % {"letters": each, "where": where}

"""The parts of a run that can also be taken alone: each is a method of ``Bench`` and a list of rows.

They stand in the order of the table; the last one takes as long as all the others.
"""

from __future__ import annotations

PARTS = {
    "minute": "the delegate's minute on the real ballot",
    "hostile": "a vote beside hostile files",
    "flood": "a vote beside 200 readers of public pages",
    "after": "surveys and projects, few and many",
    "public": "the pages that everybody reads",
    "money": "the rules of money, beside pabutools",
    "congresses": "every county of the country beside one congress",
}

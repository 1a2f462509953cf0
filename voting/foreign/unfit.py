"""Why a file is not taken, in one word; whoever shows it has the sentence."""

from __future__ import annotations


class Unfit(Exception):
    """A file that is not taken.

    ``code`` is ``broken``, ``much`` (it wants more memory, time or room than such a file needs), ``busy`` (another
    file is being read), or a word of its reader; ``about`` quotes what it is about, at most 200 characters.
    """

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(code, about)
        self.code, self.about = code, about

"""Whether a person's name is what somebody types at the desk: its characters, their sounds, their initials. Pure."""

from __future__ import annotations

import os
from functools import lru_cache

from voting.text.likeness import name_key

# The dictionary of phrases is three quarters of the memory, and names are no phrases.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

from pypinyin import Style, pinyin

#: Longer than any name is typed.
_MOST = 60


@lru_cache(maxsize=8192)
def _sounds(character: str) -> frozenset[str]:
    """Return every way to read a character without tones; a letter is read as itself."""
    if character.isascii():
        return frozenset({character})
    readings = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    sounds = {sound for each in readings for sound in each}
    return frozenset(sounds | {sound.replace("v", "u") for sound in sounds})


def is_called(name: str, typed: str) -> bool:
    """Tell whether the name has what was typed in it, or sounds so from its beginning.

    李明 is 李明, 明, ``liming``, ``lm`` and ``lim``. Every reading counts: 单 is ``shan`` and ``dan``.
    """
    name, typed = name_key(name), name_key(typed)[:_MOST].replace("'", "")
    if not typed:
        return False
    return typed in name or (typed.isascii() and typed.isalpha() and _sounds_so(name.replace("·", ""), typed))


def _sounds_so(name: str, typed: str) -> bool:
    """Tell whether the beginning of the name may be read so: of each character the whole sound or its first letters."""
    rests = {typed}
    for character in name:
        following = set()
        for rest in rests:
            for sound in _sounds(character):
                if sound.startswith(rest):
                    return True
                following |= {rest[length:] for length in _lengths(sound) if rest.startswith(sound[:length])}
        rests = following
    return False


def _lengths(sound: str) -> set[int]:
    """Return how much of a sound may stand for its character: one letter, the two of zh, ch and sh, or all."""
    return {1, len(sound)} | ({2} if sound[1:2] == "h" else set())

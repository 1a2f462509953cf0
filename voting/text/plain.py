"""Text as every paper and feed can carry it, that says what it shows: no control characters, nothing that is not seen.

What turns a line round (U+202E and its like), hides between letters or shows as a blank without being one can make a
public title say what nobody wrote, or two texts that look alike differ. It is taken out wherever a text comes in.
"""

from __future__ import annotations

import re

#: What XML 1.0 (section 2.2) has no place for, and with it the feeds and workbooks.
_FORBIDDEN = r"\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
#: The second set of controls, marks and embeddings of direction, blanks of no width, invisible operators, fillers,
#: annotations, language tags. The joiners and the Mongolian vowel separator are looked at beside their neighbours.
_UNSEEN = (
    r"\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e00ff"
)
_MONGOLIAN = r"\u1820-\u18aa"
#: A joiner holds emoji together and shapes letters of some scripts; beside Chinese, plain Latin or nothing it hides.
_JOINED = r"[^\x00-\x7f\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
#: A run of these is looked at once, as a whole: whatever somebody sends, the time grows with its length alone.
_RUN = re.compile(rf"[{_FORBIDDEN}{_UNSEEN}]+|[\u200c\u200d]+|\u180e+")
_BESIDE_JOINER, _BESIDE_SEPARATOR = re.compile(_JOINED), re.compile(f"[{_MONGOLIAN}]")
_LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029]")


def plain(text: str) -> str:
    """Return the text with every line ended by a line feed alone, without what XML forbids and what nobody sees."""
    return _RUN.sub(_seen, _LINE_END.sub("\n", text))


def _seen(run: re.Match[str]) -> str:
    """Return the run where it shapes the letters on both sides of it, else nothing."""
    text, (start, end) = run.string, run.span()
    if text[start] in "\u200c\u200d":
        beside = _BESIDE_JOINER
    elif run[0] == "\u180e":
        beside = _BESIDE_SEPARATOR
    else:
        return ""
    return run[0] if start and beside.match(text, start - 1) and beside.match(text, end) else ""

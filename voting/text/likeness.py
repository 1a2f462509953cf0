"""When two names, numbers or groups of people are probably one, however they were typed. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_HAN = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_PADDED = re.compile(rf"{_HAN}(?:\s+{_HAN})+")
_DOTS = re.compile(r"[·•・‧∙⋅.．]")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|〔[^〕]*〕")
_BRACKETS = re.compile(r"[()\[\]【】〔〕\"'“”‘’]")
_ENDING = re.compile(r"(代表)?(小组|团组|团|组)$")
#: Traditional forms that names of groups and places are written with.
_PLAIN_FORMS = str.maketrans(
    "團區鄉鎮縣東會橋組莊龍門運湖灣陽興華豐樂廣寧遠濱蕭臨餘雙",
    "团区乡镇县东会桥组庄龙门运湖湾阳兴华丰乐广宁远滨萧临余双",
)


def unpadded(name: str) -> str:
    """Return the name without the blanks that only spread a short one over its column: 李　明 is 李明."""
    return "".join(name.split()) if _PADDED.fullmatch(name) else name


def name_key(name: str) -> str:
    """Return what two spellings of one person's name have in common."""
    return _DOTS.sub("·", "".join(unicodedata.normalize("NFKC", name).casefold().split()))


def number_key(number: str) -> str:
    """Return what two spellings of one number have in common: 001, 1 and ① are one."""
    return "".join(unicodedata.normalize("NFKC", number).upper().split()).lstrip("0")


def fitting(number: str, known: Collection[str]) -> list[str]:
    """Return the known numbers that may be meant, in order: the very same alone, else all with other leading zeros."""
    if not number or number in known:
        return [number] if number else []
    return sorted(each for each in known if number_key(each) == number_key(number))


def alike_groups(one: str, other: str) -> bool:
    """Tell whether two names of groups probably mean one: width, brackets and an ending 代表团 make no difference.

    What stands in brackets does, unless one of the two has none: (一) and (二) are two groups.
    """
    (whole, short), (other_whole, other_short) = _group_keys(one), _group_keys(other)
    return whole == other_whole or short == other_whole == other_short or other_short == whole == short


def _group_keys(name: str) -> tuple[str, str]:
    """Return the name with what stands in its brackets, and without."""
    plain = "".join(unicodedata.normalize("NFKC", name).casefold().split()).translate(_PLAIN_FORMS)
    return _ending_off(_BRACKETS.sub("", plain)), _ending_off(_BRACKETS.sub("", _BRACKETED.sub("", plain)))


def _ending_off(name: str) -> str:
    return _ENDING.sub("", name) or name

"""The mark of a key: drawn from the fingerprint alone, of characters that people know and can type.

Guards ``voting.count.key_marks``.
"""

from __future__ import annotations

import hashlib

import pytest

from voting.count.key_marks import KeyMark, characters

#: Look-alikes, of which no mark may hold both.
TWINS = [
    "未末",
    "土士",
    "己已巳",
    "人入",
    "日曰",
    "大太",
    "王玉",
    "力刀",
    "干千",
    "贝见",
    "午牛",
    "田由甲申",
    "乌鸟",
    "析折",
    "住往",
    "清请情",
    "晴睛",
    "辩辨",
    "拨拔",
    "侯候",
    "历厉",
    "困因",
    "间问",
    "买卖",
    "反友",
    "传转",
    "令今",
    "末木",
    "名各",
    "白自",
]


def fingerprint(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def test_the_list_has_1024_common_characters_each_once():
    listed = characters()
    assert len(listed) == len(set(listed)) == 1024
    first_bytes = {character.encode("gb2312")[0] for character in listed}
    assert min(first_bytes) >= 0xB0
    assert max(first_bytes) <= 0xD7, "GB 2312, level 1"


@pytest.mark.parametrize("twins", TWINS)
def test_no_two_characters_of_the_list_are_taken_for_each_other(twins):
    assert len(set(twins) & set(characters())) <= 1


def test_a_mark_is_the_first_60_bits_of_the_fingerprint():
    mark = KeyMark.of("0001" + "f" * 60)
    bits = bin(int("1" + "0001" + "f" * 11, 16))[3:]
    assert mark.places == tuple(int(bits[start : start + 10], 2) for start in range(0, 60, 10))
    assert mark.digits == "0000 0031 1023 1023 1023 1023"
    assert mark.characters == "".join(characters()[place] for place in mark.places)
    assert KeyMark.of("0001" + "f" * 11 + "0" * 49) == mark
    assert KeyMark.of("0001" + "f" * 10 + "e" + "f" * 49) != mark


def test_the_keys_of_many_rounds_have_marks_of_their_own():
    assert len({KeyMark.of(fingerprint(number)).characters for number in range(2000)}) == 2000


def ways(mark: KeyMark) -> list[str]:
    wide = mark.digits.translate({ord("0") + digit: ord("\uff10") + digit for digit in range(10)})
    return [
        mark.characters, " ".join(mark.characters), f" {mark.characters[:3]}\u3000{mark.characters[3:]}\n",
        mark.digits, mark.digits.replace(" ", ""), mark.digits.replace(" ", "-"), wide, wide.replace(" ", "，"),
        str(mark), f"{mark.digits}，{mark.characters}",
    ]  # fmt: skip


@pytest.mark.parametrize("way", range(10))
def test_a_mark_may_be_typed_in_many_ways(way):
    mark = KeyMark.of(fingerprint(1))
    assert mark.is_typed(ways(mark)[way])
    assert not KeyMark.of(fingerprint(2)).is_typed(ways(mark)[way])


@pytest.mark.parametrize("text", ["", " ", "0031", "印记"])
def test_a_part_of_a_mark_is_no_mark(text):
    mark = KeyMark.of(fingerprint(1))
    assert not mark.is_typed(text)
    assert not mark.is_typed(mark.characters[:5])
    assert not mark.is_typed(mark.digits[:-1])
    assert not mark.is_typed(mark.characters[::-1])

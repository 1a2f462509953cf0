"""A name is found by its characters, their sounds and their initials, every reading of them.

Guards ``voting.text.pinyin``.
"""

from __future__ import annotations

import pytest

from voting.text.pinyin import is_called


@pytest.mark.parametrize(
    ("name", "typed", "fits"),
    [
        ("李明", "李", True),
        ("李　明", "李明", True),
        ("李明", "lm", True),
        ("李明", "LM", True),
        ("李明", "lim", True),
        ("李明", "limi", True),
        ("李明", "ml", False),
        ("李明", "lmx", False),
        ("张三丰", "zhsf", True),
        ("张三丰", "zs", True),
        ("单雄信", "sxx", True),
        ("单雄信", "danxiong", True),
        ("吕布", "lvbu", True),
        ("吕布", "lubu", True),
        ("阿卜杜·热合曼", "abdr", True),
        ("李明", "", False),
        ("李明", "5", False),
        ("李明", "a" * 5000, False),
    ],
)
def test_a_name_is_called_by_its_characters_sounds_and_initials(name: str, typed: str, fits: bool):
    assert is_called(name, typed) is fits

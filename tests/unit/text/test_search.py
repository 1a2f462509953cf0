"""Terms and likeness: what search and the finding of duplicates look at.

Guards ``voting.text.search``.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voting.text.search import MOST_TERMS, likeness, terms


def test_chinese_is_cut_into_pairs_and_everything_else_into_words():
    assert terms("建公厕 Toilet ＡＢＣ-2") == sorted(["建公", "公厕", "toilet", "abc", "2"])
    assert terms("厕") == ["厕"]
    assert terms("，。！ …") == []


def test_width_and_case_make_no_difference():
    assert terms("ＡＢＣ") == terms("abc")


@given(st.text(max_size=400))
def test_terms_are_few_short_sorted_and_each_once(text: str):
    found = terms(text)
    assert found == sorted(set(found))
    assert all(0 < len(term) <= 40 for term in found)


def test_a_long_text_gives_a_bounded_number_of_terms():
    long = "".join(chr(0x4E00 + at % 20000) for at in range(10_000))
    assert len(terms(long)) == MOST_TERMS


def test_likeness_is_what_two_texts_share():
    one, other = terms("建公共停车场"), terms("建公共停车楼")
    assert likeness(one, one) == 1
    assert 0 < likeness(one, other) < 1
    assert likeness(one, terms("老年食堂")) == 0
    assert likeness([], one) == 0

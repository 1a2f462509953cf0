"""The reader and the JSON Schema that a typed definition gives; what does not fit is refused with its place.

Guards ``voting.count.formats.shapes``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import pytest

from voting.count.formats import ALL, UnreadableRecord
from voting.count.formats.records import Format
from voting.count.formats.shapes import Form


class Colour(StrEnum):
    RED = "red"


class Line(TypedDict):
    number: int
    sure: bool


class Sample(TypedDict):
    format: Literal["piaojue-sample/1"]
    name: str
    day: Annotated[str, Form(r"[0-9]{2}", "a day")] | None
    colour: Colour | Literal[""]
    lines: list[Line]
    pair: tuple[str, int]
    figures: dict[Colour, int]


SAMPLE = Format(Sample, "A sample.")
GOOD: dict[str, Any] = {
    "format": "piaojue-sample/1", "name": "名", "day": "09", "colour": "red", "lines": [{"number": 1, "sure": True}],
    "pair": ["a", 2], "figures": {"red": 3},
}  # fmt: skip


def test_what_is_written_is_read_and_written_again_the_same():
    record = SAMPLE.of(GOOD)
    text = SAMPLE.write(record)
    assert json.loads(text) == GOOD
    assert SAMPLE.read(text) == record
    assert record["colour"] is Colour.RED
    assert record["pair"] == ("a", 2)


@pytest.mark.parametrize(
    ("changes", "place", "why"),
    [
        ({"name": 3}, "name", "a text"),
        ({"name": "\ud800"}, "name", "half of a character"),
        ({"day": "9"}, "day", "a day"),
        ({"day": "０９"}, "day", "a day"),
        ({"day": "09\n"}, "day", "a day"),
        ({"colour": "blue"}, "colour", "red"),
        ({"colour": None}, "colour", "word"),
        ({"lines": {}}, "lines", "a list"),
        ({"lines": [{"number": 1}]}, "lines[0].sure", "missing"),
        ({"lines": [{"number": True, "sure": True}]}, "lines[0].number", "a whole number"),
        ({"lines": [{"number": 1.0, "sure": True}]}, "lines[0].number", "a whole number"),
        ({"lines": [{"number": 1, "sure": 1}]}, "lines[0].sure", "true or false"),
        ({"lines": [[1]]}, "lines[0]", "an object"),
        ({"pair": ["a"]}, "pair", "2 values"),
        ({"pair": ["a", "b"]}, "pair[1]", "a whole number"),
        ({"figures": {"blue": 1}}, "figures.blue", "red"),
        ({"figures": {"red": "1"}}, "figures.red", "a whole number"),
        ({"more": 1}, "more", "not known"),
        ({"\ud800": 1}, r"\ud800", "not known"),
    ],
)
def test_a_misfit_is_named_with_its_place(changes: dict[str, Any], place: str, why: str):
    with pytest.raises(UnreadableRecord) as refusal:
        SAMPLE.of(GOOD | changes)
    assert refusal.value.place == place
    assert why in refusal.value.why
    assert "piaojue-sample/1 is not whole" in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no JSON object"),
        ("{}", "does not read: none is named"),
        ('{"format": 1}', "does not read: none is named"),
        ('{"format": "piaojue-sample/2"}', "does not read: piaojue-sample/2. It reads piaojue-sample/1."),
    ],
)
def test_another_format_is_refused_with_a_sentence(text: str | bytes, sentence: str):
    with pytest.raises(UnreadableRecord, match=sentence):
        SAMPLE.read(text)


def test_what_would_not_be_read_is_not_written():
    with pytest.raises(UnreadableRecord):
        SAMPLE.write(Sample(**GOOD | {"pair": "ab"}))


class Later(TypedDict):
    format: Literal["piaojue-later/1"]
    name: str
    seal: NotRequired[str]


def test_a_key_that_came_later_may_be_missing_and_nothing_else():
    later = Format(Later, "A sample with a key that came later.")
    before: dict[str, Any] = {"format": "piaojue-later/1", "name": "名"}
    for record in (before, before | {"seal": "印"}):
        assert json.loads(later.write(later.of(record))) == record
    for wrong, place in [
        (before | {"seal": None}, "seal"),
        ({"format": "piaojue-later/1", "seal": "印"}, "name"),
    ]:
        with pytest.raises(UnreadableRecord) as refusal:
            later.of(wrong)
        assert refusal.value.place == place
    assert later.schema()["required"] == ["format", "name"]
    assert later.schema()["properties"]["seal"] == {"type": "string"}


def test_a_published_pattern_means_the_same_to_every_program():
    """A shorthand as ``\\d`` is the digits of every script to some, and ten digits to others."""
    patterns = {each for format_ in ALL.values() for each in _patterns(format_.schema())}
    assert len(patterns) > 3
    assert not [each for each in patterns if re.search(r"\\[a-zA-Z]", each)]


def _patterns(schema: Any) -> Iterator[str]:
    below = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    if isinstance(schema, dict) and isinstance(schema.get("pattern"), str):
        yield schema["pattern"]
    for each in below:
        yield from _patterns(each)


def test_every_format_begins_at_one_and_says_what_it_is():
    for name, format_ in ALL.items():
        assert name.startswith("piaojue-")
        assert name.endswith("/1")
        assert format_.about.endswith(".")

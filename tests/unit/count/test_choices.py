"""A ballot as bytes: one width whatever it says, exact both ways, nothing else accepted.

Guards ``voting.count.choices``.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.count import choices
from voting.count.choices import Choice, MalformedChoice, decode, encode, width
from voting.count.counting import BallotType, Mark

TWELVE = (1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1)


@st.composite
def ballots(draw: st.DrawFn) -> tuple[Choice, BallotType]:
    marks = draw(st.lists(st.integers(0, 255), min_size=1, max_size=140))
    return Choice(tuple(marks), draw(st.booleans())), draw(st.sampled_from(BallotType))


@pytest.mark.parametrize(
    ("items", "expected"), [(1, 64), (12, 64), (62, 64), (63, 128), (126, 128), (127, 192), (300, 320)]
)
def test_width_is_the_next_multiple_of_64(items: int, expected: int) -> None:
    assert width(items) == expected


@pytest.mark.parametrize("items", [0, -1, -70])
def test_a_ballot_has_an_item(items: int) -> None:
    for attempt in (
        lambda: width(items),
        lambda: encode((), ballot_type=BallotType.UP_TO, items=items),
        lambda: decode(bytes(64), ballot_type=BallotType.UP_TO, items=items),
    ):
        with pytest.raises(MalformedChoice) as refusal:
            attempt()
        assert refusal.value.code == "items"


def test_the_bytes_of_version_1_never_change() -> None:
    """Sealed ballots outlive a release: the count of an old urn gives the same bytes."""
    assert encode(TWELVE, ballot_type=BallotType.UP_TO, items=12) == bytes((1, 1, *TWELVE)) + bytes(50)
    marks = (Mark.FOR, Mark.AGAINST, Mark.ABSTAIN, Mark.NONE)
    assert encode(marks, ballot_type=BallotType.PER_ITEM, items=4) == b"\x01\x02\x01\x02\x03\x00" + bytes(58)


def test_every_ballot_type_has_its_own_number() -> None:
    assert set(choices._CODES) == set(BallotType)
    assert len(set(choices._CODES.values())) == len(BallotType)


@given(ballots())
@settings(max_examples=100, deadline=None)
def test_what_is_encoded_is_decoded(ballot: tuple[Choice, BallotType]) -> None:
    choice, ballot_type = ballot
    items = len(choice.marks)
    data = encode(choice.marks, ballot_type=ballot_type, items=items, in_group=choice.in_group)
    assert len(data) == width(items)
    assert decode(data, ballot_type=ballot_type, items=items) == choice


@pytest.mark.parametrize("ballot_type", BallotType)
def test_the_width_says_nothing_of_the_choice(ballot_type: BallotType) -> None:
    every = [(0,) * 12, (1,) * 12, (3,) * 12, (255,) * 12, TWELVE]
    assert {
        len(encode(marks, ballot_type=ballot_type, items=12, in_group=member))
        for marks in every
        for member in (False, True)
    } == {64}


@given(st.binary(min_size=64, max_size=64), st.integers(1, 62), st.sampled_from(BallotType))
@settings(max_examples=100, deadline=None)
def test_only_its_own_bytes_stand_for_a_ballot(noise: bytes, items: int, ballot_type: BallotType) -> None:
    """Whatever is decoded encodes to the very same bytes: no second spelling of a ballot."""
    header = bytes((1, choices._CODES[ballot_type]))
    for data in (noise, header + noise[2:], header + noise[2 : 2 + items] + bytes(62 - items)):
        try:
            choice = decode(data, ballot_type=ballot_type, items=items)
        except MalformedChoice:
            continue
        again = encode(choice.marks, ballot_type=ballot_type, items=items, in_group=choice.in_group)
        assert again == data


GOOD = encode(TWELVE, ballot_type=BallotType.UP_TO, items=12)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "width"),
        (GOOD[:-1], "width"),
        (GOOD + b"\0", "width"),
        (GOOD + bytes(64), "width"),
        (b"\x00" + GOOD[1:], "version"),
        (b"\x02" + GOOD[1:], "version"),
        (GOOD[:1] + b"\x00" + GOOD[2:], "ballot_type"),
        (GOOD[:1] + b"\x02" + GOOD[2:], "ballot_type"),
        (GOOD[:1] + b"\x41" + GOOD[2:], "ballot_type"),
        (GOOD[:1] + b"\x82" + GOOD[2:], "ballot_type"),
        (GOOD[:14] + b"\x01" + GOOD[15:], "padding"),
        (GOOD[:-1] + b"\x01", "padding"),
    ],
)
def test_foreign_bytes_are_refused(data: bytes, code: str) -> None:
    assert decode(GOOD, ballot_type=BallotType.UP_TO, items=12) == Choice(TWELVE)
    with pytest.raises(MalformedChoice) as refusal:
        decode(data, ballot_type=BallotType.UP_TO, items=12)
    assert refusal.value.code == code


def test_a_ballot_of_another_round_is_refused() -> None:
    with pytest.raises(MalformedChoice, match="ballot_type"):
        decode(GOOD, ballot_type=BallotType.PER_ITEM, items=12)
    with pytest.raises(MalformedChoice, match="padding"):
        decode(GOOD, ballot_type=BallotType.UP_TO, items=11)


@pytest.mark.parametrize(
    "marks", [(), (1, 0), (1, 0, 1, 0), (1, 0, -1), (1, 0, 256), (1, 0, 1.0), (1, 0, "1"), 3]
)
def test_marks_that_fit_no_ballot_are_refused_without_being_quoted(marks: Any) -> None:
    with pytest.raises(MalformedChoice) as refusal:
        encode(marks, ballot_type=BallotType.PER_ITEM, items=3)
    assert refusal.value.code == "marks"
    assert str(refusal.value) == "malformed choice: marks"
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None

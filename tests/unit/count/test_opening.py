"""A sealed ballot once it is opened: what it says, whose word on the sub-group holds, and that nothing stops a count.

Guards ``voting.count.opening``.
"""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.count import sealing
from voting.count.choices import Choice
from voting.count.counting import BallotType
from voting.count.definition import Definition, read_definition
from voting.count.formats.definition import DEFINITION
from voting.count.judging import UNREADABLE
from voting.count.opening import Opener
from voting.count.presets import PRESETS

SEED = bytes(range(16))
KEY = sealing.load_public_key(sealing.public_key(SEED).raw)
INFO = b"round 1"
ONE = (1, 0, 0)


def definition(preset: str = "gongshu-2018") -> Definition:
    rules = {"seats": 2, **PRESETS[preset]}
    body = {
        "format": DEFINITION.name, "cycle": "2018", "kind": "demo", "round": 1, "previous": None, "seats": 2,
        "rules": rules, "rules_digest": "0" * 64,
        "items": [{"number": n, "name": str(n), "name_en": ""} for n in (1, 2, 3)],
    }  # fmt: skip
    return read_definition(DEFINITION.write(json.loads(json.dumps(body))))


PLAIN, GROUPED = definition(), definition("shigu")


def blob(of: Definition, *, bit: bool = False, info: bytes = INFO) -> bytes:
    return sealing.seal(KEY, of.encode(ONE, in_group=bit), info=info)


@pytest.mark.parametrize(
    ("of", "bit", "word", "choice"),
    [
        (PLAIN, False, None, Choice(ONE, in_group=False)),
        (PLAIN, True, None, Choice(UNREADABLE, in_group=False)),
        (GROUPED, False, True, Choice(ONE, in_group=True)),
        (GROUPED, False, False, Choice(ONE, in_group=False)),
        (GROUPED, True, True, Choice(UNREADABLE, in_group=True)),
        (GROUPED, True, False, Choice(UNREADABLE, in_group=False)),
        # Ballots from before the roll's word stood beside them say it themselves.
        (GROUPED, True, None, Choice(ONE, in_group=True)),
        (GROUPED, False, None, Choice(ONE, in_group=False)),
    ],
)
def test_the_rolls_word_on_the_sub_group_holds(of: Definition, bit: bool, word: bool | None, choice: Choice):
    assert Opener(of, SEED, info=INFO).ballot(blob(of, bit=bit), in_group=word) == choice


@given(st.binary(max_size=1300))
def test_any_bytes_are_a_ballot_that_cannot_be_read(raw: bytes):
    assert Opener(PLAIN, SEED, info=INFO).ballot(raw, in_group=None) == Choice(UNREADABLE, in_group=False)


@given(st.binary(max_size=130).filter(lambda plain: plain != PLAIN.encode(ONE)))
def test_any_plain_bytes_are_opened_without_a_stop(plain: bytes):
    sealed = sealing.seal(KEY, plain, info=INFO)
    choice = Opener(PLAIN, SEED, info=INFO).ballot(sealed, in_group=None)
    assert choice.marks == UNREADABLE or len(choice.marks) == len(PLAIN.numbers)


def test_a_ballot_of_another_round_cannot_be_read():
    assert (
        Opener(PLAIN, SEED, info=INFO).ballot(blob(PLAIN, info=b"round 2"), in_group=None).marks == UNREADABLE
    )


def test_test_ballots_are_opened_but_for_those_that_were_cast():
    cast, tried, torn = blob(PLAIN), blob(PLAIN), b"torn"
    opened = list(
        Opener(PLAIN, SEED, info=INFO).tests([cast, tried, torn], urn=[hashlib.sha256(cast).digest()])
    )
    assert opened == [
        {"hash": hashlib.sha256(tried).hexdigest(), "marks": list(ONE)},
        {"hash": hashlib.sha256(torn).hexdigest(), "marks": None},
    ]


def test_the_types_that_it_is_tried_with_differ_in_their_second_threshold():
    assert (PLAIN.rule.group_floor is None, GROUPED.rule.group_floor is None) == (True, False)
    assert PLAIN.ballot_type is BallotType.UP_TO

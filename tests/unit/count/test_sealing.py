"""Sealing, and the scrutineers' slips: k open, k−1 do not, and every mistake is named with its place.

Guards ``voting.count.sealing``.
"""

from __future__ import annotations

import itertools
import secrets

import pytest

from voting.count import sealing

INFO = b"piaojue round 1"


@pytest.fixture(scope="module")
def seed() -> bytes:
    return sealing.new_seed()


@pytest.fixture(scope="module")
def slips(seed: bytes) -> list[str]:
    return sealing.split(seed, needed=3, issued=5)


def test_s6_any_three_of_five_slips_give_the_seed_and_no_two_do(seed, slips):
    for three in itertools.permutations(slips, 3):
        assert sealing.join(list(three), needed=3) == seed
    for two in itertools.combinations(slips, 2):
        with pytest.raises(sealing.SlipsTooFew):
            sealing.join(list(two), needed=3)


def test_four_letters_capitals_and_line_breaks_are_enough(seed, slips):
    short = ["\n".join(word[:4].upper() for word in slip.split()) for slip in slips[:3]]
    assert sealing.join(short, needed=3) == seed


def test_a_slip_more_than_needed_does_no_harm(seed, slips):
    assert sealing.join(slips[:4], needed=3) == seed


def test_an_empty_field_is_no_slip(seed, slips):
    assert sealing.join([slips[0], "", slips[1], "  ", slips[2]], needed=3) == seed


def test_a_word_that_is_not_on_the_list_is_named_with_its_place(slips):
    words = slips[1].split()
    words[6] = "xylophone"
    with pytest.raises(sealing.SlipWordUnknown) as refused:
        sealing.join([slips[0], " ".join(words), slips[2]], needed=3)
    assert (refused.value.slip, refused.value.place, refused.value.word) == (2, 7, "xylophone")


def test_f23_two_words_in_the_wrong_order_are_told(slips):
    words = slips[2].split()
    words[10], words[11] = words[11], words[10]
    assert words != slips[2].split()
    with pytest.raises(sealing.SlipMistyped) as refused:
        sealing.join([slips[0], slips[1], " ".join(words)], needed=3)
    assert refused.value.slip == 3


def test_a_slip_that_is_too_short_repeated_or_of_another_ceremony_is_named(slips):
    with pytest.raises(sealing.SlipIncomplete) as short:
        sealing.join([slips[0], " ".join(slips[1].split()[:-1]), slips[2]], needed=3)
    assert (short.value.slip, short.value.words) == (2, 19)
    with pytest.raises(sealing.SlipRepeated) as twice:
        sealing.join([slips[0], slips[1], slips[0]], needed=3)
    assert twice.value.slip == 3
    stranger = sealing.split(sealing.new_seed(), needed=3, issued=5)[0]
    with pytest.raises(sealing.SlipForeign) as foreign:
        sealing.join([slips[0], slips[1], stranger], needed=3)
    assert foreign.value.slip == 3


def in_groups(slip: str) -> list[str]:
    digits = sealing.digits_of_slip(slip)
    return [digits[start : start + 4] for start in range(0, 80, 4)]


def mixed(slip: str) -> str:
    return " ".join(
        word if place % 2 else group
        for place, (word, group) in enumerate(zip(slip.split(), in_groups(slip), strict=True))
    )


WAYS = {
    "80 digits in a row": sealing.digits_of_slip,
    "groups": lambda slip: " ".join(in_groups(slip)),
    "groups and commas, full width": lambda slip: "，".join(in_groups(slip)).translate(
        {ord("0") + digit: ord("\uff10") + digit for digit in range(10)}
    ),
    "lines": lambda slip: "\n".join(in_groups(slip)),
    "hyphens": lambda slip: "-".join(in_groups(slip)),
    "numbered groups": lambda slip: "\n".join(f"{n}. {each}" for n, each in enumerate(in_groups(slip), 1)),
    "numbered without a blank": lambda slip: " ".join(
        f"{n}.{each}" for n, each in enumerate(in_groups(slip), 1)
    ),
    "numbered words": lambda slip: "\n".join(f"{n}. {each}" for n, each in enumerate(slip.split(), 1)),
    "words, numbers bare": lambda slip: " ".join(f"{n} {each}" for n, each in enumerate(slip.split(), 1)),
    "rows of four groups": lambda slip: " ".join(
        "".join(in_groups(slip)[at : at + 4]) for at in range(0, 20, 4)
    ),
    "words and digits": mixed,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_slip_may_be_typed_in_many_ways(slips, way):
    for slip in slips:
        assert sealing.read_slip(WAYS[way](slip), slip=1) == slip


def test_every_group_of_digits_that_stands_for_no_word_is_named(slips):
    groups = in_groups(slips[0])
    groups[3], groups[9], groups[14] = "1024", "123", "9999"
    with pytest.raises(sealing.SlipWordUnknown) as refused:
        sealing.read_slip(" ".join(groups), slip=2)
    assert (refused.value.slip, refused.value.place, refused.value.word) == (2, 4, "1024")
    assert refused.value.unknown == ((4, "1024"), (10, "123"), (15, "9999"))


def test_a_digit_left_out_of_a_row_is_told_by_their_number(slips):
    digits = sealing.digits_of_slip(slips[0])
    with pytest.raises(sealing.SlipDigitsMissing) as refused:
        sealing.read_slip(digits[:30] + digits[31:], slip=3)
    assert (refused.value.slip, refused.value.digits) == (3, 79)


def test_two_digits_swapped_are_told(slips):
    digits = sealing.digits_of_slip(slips[0])
    at = next(at for at in range(0, 80, 4) if digits[at + 2] != digits[at + 3])
    swapped = digits[: at + 2] + digits[at + 3] + digits[at + 2] + digits[at + 4 :]
    with pytest.raises((sealing.SlipMistyped, sealing.SlipWordUnknown)):
        sealing.read_slip(swapped, slip=1)


def test_all_mistakes_are_told_at_once(slips):
    stranger = sealing.split(sealing.new_seed(), needed=3, issued=5)[0]
    typed = [slips[0], "academic", stranger, slips[0], slips[1], "9999 " + slips[2]]
    read, faults = sealing.read_slips(typed)
    assert {place: type(fault) for fault in faults if (place := fault.slip)} == {
        2: sealing.SlipIncomplete, 3: sealing.SlipForeign, 4: sealing.SlipRepeated, 6: sealing.SlipWordUnknown,
    }  # fmt: skip
    assert read == {1: slips[0], 3: stranger, 4: slips[0], 5: slips[1]}


def test_of_two_ceremonies_the_fewer_slips_are_the_strangers(slips):
    stranger = sealing.split(sealing.new_seed(), needed=3, issued=5)[0]
    faults = sealing.read_slips([stranger, slips[0], slips[1]])[1]
    assert [(type(fault), fault.slip) for fault in faults] == [(sealing.SlipForeign, 1)]


def test_a_slip_knows_its_place(slips):
    assert [sealing.place_of_slip(slip) for slip in slips] == [1, 2, 3, 4, 5]


def test_a_waiting_slip_opens_with_its_own_secret_and_place_alone(slips):
    sealed = sealing.lay_by(slips[0], secret=b"1", info=b"round 1, place 1")
    assert slips[0].encode() not in sealed
    assert sealing.hand_over(sealed, secret=b"1", info=b"round 1, place 1") == slips[0]
    for secret, info in ((b"2", b"round 1, place 1"), (b"1", b"round 1, place 2")):
        with pytest.raises(sealing.CannotUnseal):
            sealing.hand_over(sealed, secret=secret, info=info)
    with pytest.raises(sealing.CannotUnseal):
        sealing.hand_over(b"", secret=b"1", info=b"round 1, place 1")


@pytest.mark.parametrize(("needed", "issued"), [(1, 5), (0, 3), (2, 17)])
def test_an_impossible_split_is_refused(seed, needed, issued):
    with pytest.raises(ValueError, match="SLIP-39"):
        sealing.split(seed, needed=needed, issued=issued)


def test_s3_a_sealed_text_is_equally_long_and_never_the_same(seed):
    key = sealing.load_public_key(sealing.public_key(seed).raw)
    blobs = [sealing.seal(key, plain, info=INFO) for plain in (bytes(64), b"\x01" * 64, bytes(64))]
    assert len({len(blob) for blob in blobs}) == 1
    assert len(set(blobs)) == 3
    assert sealing.unseal(sealing.private_key(seed), blobs[1], info=INFO) == b"\x01" * 64


def test_s12_another_round_another_key_or_one_bit_changed_does_not_unseal(seed):
    key = sealing.load_public_key(sealing.public_key(seed).raw)
    blob = sealing.seal(key, bytes(64), info=INFO)
    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal(sealing.private_key(seed), blob, info=b"piaojue round 2")
    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal(sealing.private_key(sealing.new_seed()), blob, info=INFO)
    for place in (0, 600, 1100, 1150, len(blob) - 1):
        broken = bytearray(blob)
        broken[place] ^= 1
        with pytest.raises(sealing.CannotUnseal):
            sealing.unseal(sealing.private_key(seed), bytes(broken), info=INFO)


def test_bytes_that_are_no_sealed_ballot_and_no_key_are_refused(seed):
    for blob in (b"", b"x", secrets.token_bytes(1200)):
        with pytest.raises(sealing.CannotUnseal):
            sealing.unseal(sealing.private_key(seed), blob, info=INFO)
    with pytest.raises(ValueError, match="1216"):
        sealing.load_public_key(b"short")


def test_the_key_comes_from_the_seed_alone(seed):
    assert sealing.public_key(seed) == sealing.public_key(bytes(seed))
    assert sealing.public_key(seed).fingerprint != sealing.public_key(sealing.new_seed()).fingerprint

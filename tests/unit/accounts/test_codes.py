"""Access codes: enough random bits, typing errors told apart from wrong codes, a right one always taken.

Guards ``accounts.codes``.
"""

from __future__ import annotations

import logging
import math
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts import attempts, codes
from accounts.models import AccessCode, Attempts, Delegate
from tests.factories import NOW, Vote, make_vote

DIGITS = st.integers(0, 10**19 - 1).map(lambda n: f"{n:019d}")


def whole(digits: str) -> str:
    """Return the 19 random digits with their check digit."""
    return next(f"{digits}{d}" for d in range(10) if codes._check_digit(f"{digits}{d}") == "0")


def test_a_code_holds_at_least_60_random_bits_in_groups_of_four_digits():
    assert math.log2(10**codes.RANDOM_DIGITS) >= 60
    many = [codes.new_code() for _ in range(500)]
    assert len(set(many)) == 500
    for code in many:
        assert [len(group) for group in code.split(" ")] == [4] * 5
        assert codes.digits_of(code) == code.replace(" ", "")
    seen = {(place, digit) for code in many for place, digit in enumerate(code.replace(" ", ""))}
    assert len(seen) == 200, "every digit occurs at every place"


@given(DIGITS, st.integers(0, 19), st.integers(1, 9))
def test_every_single_wrong_digit_is_told(digits, place, by):
    code = whole(digits)
    wrong = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1 :]
    with pytest.raises(codes.MistypedCode):
        codes.digits_of(wrong)


@given(DIGITS, st.integers(0, 18))
def test_every_pair_of_neighbours_swapped_is_told(digits, place):
    code = whole(digits)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        with pytest.raises(codes.MistypedCode):
            codes.digits_of(swapped)


@pytest.mark.parametrize(
    "typed", ["１２３４ 5678", "1234-5678", " 1234\u3000 5678\n", "1234.5678", "12345678"]
)
def test_full_width_digits_blanks_and_dashes_are_no_mistake(typed):
    assert codes.normalise(typed) == "12345678"


@pytest.mark.parametrize("typed", ["", "1234", "x" * 20, "1" * 21, "²" * 20, "٣" * 20])
def test_what_cannot_be_a_code_is_mistyped(typed):
    with pytest.raises(codes.MistypedCode):
        codes.digits_of(typed)


def test_the_digest_is_bound_to_the_delegate_and_to_the_secret_key(settings):
    code = whole("1" * 19)
    mine = codes.digest(1, code)
    assert mine != codes.digest(2, code)
    settings.SECRET_KEY = "another"
    assert codes.digest(1, code) != mine


@pytest.mark.django_db
def test_f28_only_the_digest_of_a_code_is_kept():
    vote = make_vote(until="rolled", delegates=2)
    kept = " ".join(str(value) for row in AccessCode.objects.values_list() for value in row)
    for code in vote.codes.values():
        assert code.replace(" ", "") not in kept


def checked(vote: Vote, **typed: Any) -> Delegate:
    given = {"network": "192.0.2.1", "at": NOW, **typed}
    return Delegate.objects.get(user=codes.check_code(congress=vote.cycle.congress, **given))


@pytest.mark.django_db
def test_f36_a_right_code_is_taken_whatever_was_tried_before_it():
    vote = make_vote(until="rolled", delegates=2)
    one, other = (delegate.number for delegate in vote.delegates)
    for _ in range(attempts.MOST_WRONG_CODES):
        with pytest.raises(codes.WrongCode) as refused:
            checked(vote, number=one, code=codes.new_code())
        assert type(refused.value) is codes.WrongCode
    with pytest.raises(codes.ManyWrongCodes):
        checked(vote, number=other, code=codes.new_code())
    for place, number in enumerate([one, other]):
        assert checked(vote, number=number, code=vote.codes[number]) == vote.delegates[place]


@pytest.mark.django_db
def test_wrong_codes_are_counted_by_network_for_a_while():
    vote = make_vote(until="rolled", delegates=1)
    number = vote.delegates[0].number

    def answer(**typed: Any) -> type[codes.CodeRefused]:
        with pytest.raises(codes.CodeRefused) as refused:
            checked(vote, number=number, code=codes.new_code(), **typed)
        return type(refused.value)

    answers = [answer() for _ in range(attempts.MOST_WRONG_CODES + 1)]
    assert answers[-2:] == [codes.WrongCode, codes.ManyWrongCodes]
    assert answer(network="192.0.2.2") is codes.WrongCode
    assert answer(at=NOW + attempts.WINDOW / 2) is codes.ManyWrongCodes
    assert answer(at=NOW + 2 * attempts.WINDOW) is codes.WrongCode
    assert Attempts.objects.count() == 1


@pytest.mark.django_db
def test_a_mistyped_code_is_no_attempt():
    vote = make_vote(until="rolled", delegates=1)
    for _ in range(2 * attempts.MOST_WRONG_CODES):
        with pytest.raises(codes.MistypedCode):
            checked(vote, number=vote.delegates[0].number, code="1234")
    assert not Attempts.objects.exists()


@pytest.mark.django_db
def test_a_right_code_leaves_no_trace(django_assert_num_queries):
    vote = make_vote(until="rolled", delegates=1)
    number = vote.delegates[0].number
    assert vote.cycle.congress
    with django_assert_num_queries(1):
        codes.check_code(
            congress=vote.cycle.congress, number=number, code=vote.codes[number], network="192.0.2.1", at=NOW
        )


@pytest.mark.django_db
def test_f37_known_and_unknown_numbers_cost_the_same(django_assert_num_queries, monkeypatch):
    vote = make_vote(until="rolled", delegates=1)
    assert vote.cycle.congress
    compared = []
    monkeypatch.setattr(codes, "constant_time_compare", lambda *those: compared.append(those))
    for number in (vote.delegates[0].number, "999"):
        with django_assert_num_queries(3), pytest.raises(codes.WrongCode):
            checked(vote, number=number, code=codes.new_code())
    assert len(compared) == 2


@pytest.mark.django_db
def test_a_new_slip_ends_the_old_one():
    vote = make_vote(until="rolled", delegates=1)
    delegate = vote.delegates[0]
    new = codes.issue_codes([delegate])[delegate.pk]
    with pytest.raises(codes.WrongCode):
        checked(vote, number=delegate.number, code=vote.codes[delegate.number])
    assert checked(vote, number=delegate.number, code=new) == delegate
    codes.void_code(delegate)
    with pytest.raises(codes.WrongCode):
        checked(vote, number=delegate.number, code=new)


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["99999", "", "' OR 1=1", "0" * 500])
def test_an_unknown_number_is_answered_like_a_wrong_code(number):
    vote = make_vote(until="rolled", delegates=1)
    with pytest.raises(codes.WrongCode):
        checked(vote, number=number, code=codes.new_code(), at=NOW)


@pytest.mark.django_db
def test_f28_a_code_is_in_no_log_and_no_address(caplog, client: Client):
    vote = make_vote(until="open", delegates=1)
    number, code = vote.delegates[0].number, vote.codes[vote.delegates[0].number]
    with caplog.at_level(logging.DEBUG):
        wrong = client.post("/enter/", {"number": number, "code": codes.new_code()})
        right = client.post("/enter/", {"number": number, "code": code})
    assert (wrong.status_code, right.status_code) == (403, 302)
    assert code.replace(" ", "") not in caplog.text.replace(" ", "")
    assert code.replace(" ", "") not in right["Location"]

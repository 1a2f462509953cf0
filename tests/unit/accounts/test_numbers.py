"""A typed number without its zeros is a delegate's where it fits one alone; nowhere is it read in another way.

Guards ``accounts.numbers``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from accounts.numbers import Fitted

KNOWN = {"005", "016", "16", "A07", "000"}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("5", "005"),
        ("05", "005"),
        ("００５", "005"),
        ("16", "16"),
        ("a-07", "A07"),
        ("0", "000"),
        ("016", "016"),
    ],
)
def test_a_number_that_fits_one_delegate_is_that_delegate(typed: str, number: str):
    assert Fitted([typed], KNOWN).numbers == [number]


def test_a_number_that_fits_several_or_nobody_is_none_of_them():
    fitted = Fitted(["0016", "7", "", "x"], KNOWN)
    assert fitted.numbers == []
    assert fitted.doubtful == [("0016", ["016", "16"])]
    assert fitted.unknown == ["7", "", "X"]


def test_nobody_reads_a_number_in_another_way():
    root = Path(__file__).parents[3]
    own = re.compile(r"normalise\([^()]*\)\.upper\(\)")
    files = [path for app in ("accounts", "voting") for path in (root / app).rglob("*.py")]
    assert [path.name for path in files if own.search(path.read_text())] == ["codes.py"]

"""Which delegates typed numbers mean: ``5`` is 005 wherever only one delegate can be meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from accounts.codes import as_number
from voting.text.likeness import fitting, number_key


class Fitted:
    """What became of typed numbers: those that fit one delegate each, those that fit nobody, those that fit several."""

    def __init__(self, typed: Iterable[str], known: Collection[str]) -> None:
        self.numbers: list[str] = []
        self.unknown: list[str] = []
        self.doubtful: list[tuple[str, list[str]]] = []
        by_key: dict[str, list[str]] = {}
        for number in known:
            by_key.setdefault(number_key(number), []).append(number)
        for text in typed:
            number = as_number(text)
            fits = fitting(number, by_key.get(number_key(number), ()))
            if len(fits) == 1:
                self.numbers.append(fits[0])
            elif fits:
                self.doubtful.append((number, fits))
            else:
                self.unknown.append(number)

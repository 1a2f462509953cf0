"""The sum of money that a vote shares out, as the rule of a count has it. Pure: no Django, no database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Tuple  # noqa: UP035 the one file runs on 3.8


class Method(StrEnum):
    """How a sum is shared out: past what does not fit, or up to the first that does not."""

    GREEDY = "greedy"
    GREEDY_STOP = "greedy_stop"


@dataclass(frozen=True)
class Money:
    """A sum of money and what each project costs, by its official number, in whole units."""

    method: Method
    budget: int
    costs: Tuple[Tuple[int, int], ...] = ()  # noqa: UP006

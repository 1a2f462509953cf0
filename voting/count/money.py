"""The sum of money that a vote shares out, as the rule of a count has it. Pure: no Django, no database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Callable, Tuple  # noqa: UP035 the one file runs on 3.8


class Method(StrEnum):
    """How a sum is shared out: past what does not fit, up to the first that does not, or by equal shares."""

    GREEDY = "greedy"
    GREEDY_STOP = "greedy_stop"
    EQUAL_SHARES = "equal_shares"


#: By so many yuan equal shares are raised at a time: costs are stated in hundredths of 10 000 yuan.
SHARE_STEP = 100
#: Ballots that mark projects and say nothing else: what they say can be published, and approves.
APPROVING = ("up_to", "exactly", "choose_one")
#: What a rule (``measures.Rule``) with equal shares cannot have besides.
SHARES_CONTRADICTIONS: Tuple[Tuple[Callable[[Any], bool], str, str], ...] = (  # noqa: UP006
    (
        lambda rule: rule.by_ballot and rule.ballot_type.value not in APPROVING,
        "shares_ballot",
        "equal shares are counted from ballots that mark projects, and nothing else",
    ),
    (
        lambda rule: rule.by_ballot and rule.group_floor is not None,
        "shares_group",
        "equal shares publish the single ballots, beside which a sub-group's votes could name its members",
    ),
)


@dataclass(frozen=True)
class Money:
    """A sum of money and what each project costs, by its official number, in whole units."""

    method: Method
    budget: int
    costs: Tuple[Tuple[int, int], ...] = ()  # noqa: UP006

    @property
    def by_ballot(self) -> bool:
        """The votes of each project do not decide it: which ballots they stand on together does."""
        return self.method is Method.EQUAL_SHARES

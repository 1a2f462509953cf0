"""What a verb says when it will not act: one family of exceptions, each a sentence fit for the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from voting.domain.core.sentences import in_a_row


class Refused(Exception):
    """A refusal of the domain; ``str()`` is a translated sentence for the person who asked."""


class StepNotAllowed(Refused):
    """The state does not allow this step, or somebody else took a step in the meantime."""

    def __str__(self) -> str:
        return _(
            "This step is not possible now: the vote already stands somewhere else. "
            "Load the page again to see where."
        )


class ReasonMissing(Refused):
    """An act that is explained in the journal was given no reason."""

    def __str__(self) -> str:
        return _("Say why: the reason stands in the journal.")


@dataclass(frozen=True)
class Condition:
    """One thing a step needs: whether it holds, what it is, and what to do where it does not hold.

    What does not bar the step is only told.
    """

    met: bool
    text: str | Promise
    help: str | Promise = ""
    bars: bool = True

    @property
    def holds_up(self) -> bool:
        """The step waits for it."""
        return self.bars and not self.met

    @property
    def sign(self) -> str:
        return "✓" if self.met else "✗" if self.bars else "!"


class ConditionsUnmet(Refused):
    """A step whose conditions do not all hold; ``unmet`` names them."""

    def __init__(self, unmet: Sequence[Condition]) -> None:
        super().__init__(unmet)
        self.unmet = tuple(unmet)

    def __str__(self) -> str:
        return in_a_row(str(condition.help or condition.text) for condition in self.unmet)


def require(conditions: Sequence[Condition]) -> None:
    """Raise ConditionsUnmet naming every condition that does not hold."""
    if unmet := [condition for condition in conditions if condition.holds_up]:
        raise ConditionsUnmet(unmet)

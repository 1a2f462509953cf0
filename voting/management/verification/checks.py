"""What one check is, and how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from voting.count.formats import UnreadableRecord
from voting.domain.core.refusals import Refused
from voting.read_models.core.unreadable import unreadable_sentence

#: So many sentences of one check are shown; a database of another day would bury the rest.
MOST_SHOWN = 20


class HowFar(Protocol):
    """Told after each thing that was looked at: how many are done, how many there are in all."""

    def __call__(self, done: int, total: int, /) -> None: ...


@dataclass
class Look:
    """What a check looks at: it counts the things, and says why it does not apply where it doesn't."""

    progress: HowFar | None = None
    seen: int = 0
    apart: str = ""

    def each(self, done: int, total: int) -> None:
        """Say that one more thing has been looked at."""
        self.seen = done
        if self.progress:
            self.progress(done, total)


@dataclass(frozen=True)
class Check:
    """A promise in a few words, and what yields a sentence for every damage to it."""

    title: Promise
    damages: Callable[[Look], Iterator[str]]


@dataclass
class CheckOutcome:
    """How a check went: ``looked`` things, the damages, or why it was not made."""

    title: str
    looked: int = 0
    apart: str = ""
    damages: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return not self.damages


@contextmanager
def one_moment() -> Iterator[None]:
    """Let everything that is read within be of one moment: what is cast meanwhile is in all of it or in none.

    Within a transaction that has begun already, its own moments hold. Nothing can be written.
    """
    begun = connection.in_atomic_block
    with transaction.atomic():
        if not begun:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def carry_out(check: Check, progress: HowFar) -> CheckOutcome:
    """Make a check; one that itself fails over what it meets has found a damage."""
    look = Look(progress)
    outcome = CheckOutcome(str(check.title))
    try:
        # Of its own: where the database refuses a question, the next check can still ask.
        with transaction.atomic():
            for sentence in check.damages(look):
                outcome.damages.append(sentence)
    except (DatabaseError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError) as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        outcome.damages.append(_("The check could not be carried to its end: %(why)s") % {"why": why})
    outcome.looked, outcome.apart = look.seen, look.apart
    return outcome


def damage(where: object, act: Callable[..., object], *arguments: object) -> Iterator[str]:
    """Yield what keeps *act* from its end, with where that is; nothing where all is well."""
    try:
        act(*arguments)
    except Refused as refusal:
        yield f"{where}: {refusal}"
    except UnreadableRecord as error:
        yield f"{where}: {unreadable_sentence(error)}"
    except ObjectDoesNotExist as error:
        yield _("%(where)s: a record that belongs to it is missing (%(why)s)") % {
            "where": where,
            "why": error,
        }

"""Load seed files for a command: read, load, keep a demo's secrets, and put every refusal into one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError
from django.utils import timezone

from accounts.models import User
from accounts.roles import Kind
from voting.domain.core.refusals import Refused
from voting.management.demo.secrets import give_passwords, keep_secrets, read_secrets
from voting.management.people import Taken
from voting.management.seeds.files import NO_ROLL, read_cycle, read_roll
from voting.management.seeds.loading import (
    Loaded,
    NoClerk,
    OtherKind,
    PeopleMadeUp,
    Point,
    SecretsBelongToPeople,
    load,
)
from voting.management.seeds.reading import SeedDamaged


def load_files(*, cycle: Path, roll: Path | None, until: Point, roll_of_demo: Path | None = None) -> Loaded:
    """Load the two files, or the cycle alone, as far as *until*; all or nothing. Raises CommandError with a sentence.

    Without a roll, a demo takes *roll_of_demo*, and a real congress whom it has already. A demo's staff get
    passwords, and passwords, codes and key slips go to the demo's private file before anything is committed: a demo
    that nobody can get into is worse than none.
    """
    with one_sentence():
        cycle_file = read_cycle(cycle)
        path = roll or (roll_of_demo if cycle_file.kind == Kind.DEMO else None)
        roll_file = read_roll(path) if path else NO_ROLL
        usernames = [person.username for person in roll_file.staff]

        def keep(loaded: Loaded) -> None:
            if cycle_file.kind == Kind.DEMO:
                keep_loaded(loaded, usernames)

        return load(cycle=cycle_file, roll=roll_file, until=until, at=timezone.now(), keep=keep)


def keep_loaded(loaded: Loaded, usernames: list[str]) -> None:
    """Put what a demo handed out, and passwords for these members of its staff, into the demo's private file."""
    known = read_secrets()
    known.take(loaded)
    give_passwords(known, User.objects.filter(username__in=usernames).order_by("pk"))
    if known != read_secrets():
        keep_secrets(known)


@contextmanager
def one_sentence() -> Iterator[None]:
    """Raise CommandError with the sentence of whatever refuses to load."""
    try:
        yield
    except (SeedDamaged, SecretsBelongToPeople, PeopleMadeUp, NoClerk, OtherKind, Taken, Refused) as refusal:
        raise CommandError(str(refusal)) from refusal

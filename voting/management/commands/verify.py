"""``manage.py verify``: hold everything that is kept against everything else that tells of it."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from voting.management.terminal_language import SpeakingCommand, speak_freely
from voting.management.verification import records, server, votes
from voting.management.verification.checks import MOST_SHOWN, Check, CheckOutcome, carry_out, one_moment
from voting.models import Verification

#: Between two words about how far a check has come, in seconds.
EVERY = 2.0

#: Of the database and its server. One of them tries the rules out, which a transaction that only reads may not.
OF_SERVER = (
    Check(gettext_lazy("the tables are of this version"), server.tables),
    Check(gettext_lazy("the rules of the database are as in their files, and on"), server.rules),
    Check(gettext_lazy("the role may do what it needs and nothing else"), server.rights),
)
#: Of what is kept, all of it as it is at one moment: the vote goes on while they run.
OF_RECORDS = (
    Check(gettext_lazy("the journals: every chain is whole"), records.journals),
    Check(gettext_lazy("rules and definitions: as adopted and frozen"), votes.rules_and_definitions),
    Check(gettext_lazy("keys: as the ceremony made and the trial tried them"), votes.keys),
    Check(gettext_lazy("urns: as sealed, and as many ballots as delegates marked"), votes.urns),
    Check(gettext_lazy("rolls and ballots issued: as the journal recorded them"), votes.figures),
    Check(gettext_lazy("counts: counted once more, certified by another scrutineer"), votes.counts),
    Check(gettext_lazy("notices: as published, recounted"), votes.notices),
    Check(gettext_lazy("reports and breakdowns: as issued"), records.issued),
    Check(gettext_lazy("attached files: as they came"), records.attachments),
)
CHECKS = (*OF_SERVER, *OF_RECORDS)


class Command(SpeakingCommand):
    summary = gettext_lazy(
        "Hold everything that is kept against everything else: chains, seals, counts, notices, files, the rules of the "
        "database. Run it after every restore and upgrade and before the opening. Exit status 1 if anything is damaged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--no-record",
            action="store_true",
            help=_("do not note on the clerks' first page that it was run"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        speak_freely(sys.stdout, sys.stderr)
        outcomes = [self._made(CHECKS[0])]
        if outcomes[0].held:
            outcomes += [self._made(check) for check in OF_SERVER[1:]]
            with one_moment():
                outcomes += [self._made(check) for check in OF_RECORDS]
        else:
            self.say(_("The rest was not looked at: it needs the tables of this version."))
        damages = sum(len(outcome.damages) for outcome in outcomes)
        self._note(len(outcomes), damages, record=not options["no_record"])
        if damages:
            self.say(
                _("DAMAGED: %d. Keep the database as it is, and compare it with the newest backup.") % damages
            )
            sys.exit(1)
        self.say(_("Everything holds."))

    def _made(self, check: Check) -> CheckOutcome:
        outcome = carry_out(check, Spoken(self, str(check.title)))
        self._say(CHECKS.index(check) + 1, outcome)
        return outcome

    def _say(self, place: int, outcome: CheckOutcome) -> None:
        word = _("not made") if outcome.apart else _("holds") if outcome.held else _("DAMAGED")
        looked = outcome.apart or ngettext("%d looked at", "%d looked at", outcome.looked) % outcome.looked
        self.say(f"{place:2}/{len(CHECKS)} {word:8} {outcome.title} ({looked})")
        for sentence in outcome.damages[:MOST_SHOWN]:
            self.say(f"      ✗ {sentence}")
        if (more := len(outcome.damages) - MOST_SHOWN) > 0:
            self.say(_("      … and %d more") % more)

    def _note(self, checks: int, damages: int, *, record: bool) -> None:
        """Note the run for the clerks' first page; a database that takes nothing any more is no damage of this kind."""
        if not record:
            return
        try:
            run = Verification(at=timezone.now(), checks=checks, damages=damages)
            run.mac = run.vouched()
            run.save(force_insert=True)
        except DatabaseError as error:
            self.stderr.write(_("The run could not be noted: %s") % " ".join(str(error).split()))


class Spoken:
    """Says on the terminal how far a long check has come."""

    def __init__(self, command: SpeakingCommand, title: str) -> None:
        self.command, self.title, self.last = command, title, time.monotonic()

    def __call__(self, done: int, total: int, /) -> None:
        if time.monotonic() - self.last >= EVERY:
            self.last = time.monotonic()
            self.command.stderr.write(f"      … {done}/{total} {self.title}")

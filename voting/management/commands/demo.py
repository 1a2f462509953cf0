"""``manage.py demo``: what ``make demo`` runs once everything is installed."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import Kind
from voting.management.commands.seed import CYCLE, NEXT_YEAR, ROLL, THIS_YEAR
from voting.management.demo.places import Place, PlaceTaken
from voting.management.demo.reset import ResetRefused, official_cycles, reset_demo
from voting.management.demo.secrets import give_passwords, keep_secrets, read_secrets
from voting.management.demo.server import ServerEnded, serve, stop_on_any_signal
from voting.management.demo.sheet import sheet
from voting.management.seeds.command import load_files
from voting.management.seeds.loading import Point
from voting.management.seeds.next_year import NextPoint, load_next_year
from voting.management.seeds.reading import SeedDamaged
from voting.management.seeds.this_year import load_this_year
from voting.management.terminal_language import SpeakingCommand, speak_freely
from voting.models import Cycle

SLUG = "2018"


class Command(SpeakingCommand):
    summary = gettext_lazy(
        "Serve the vote of 2018 as a demo on HOST and PORT until Ctrl-C. A demo that is there is served as it stands."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reset",
            action="store_true",
            help=_("delete the demo's embedded database instead of serving it"),
        )

        parser.add_argument(
            "--until",
            choices=[point.value for point in Point],
            default=Point.OPEN.value,
            help=_("how far a new demo is brought: slate frozen … vote open (default: %(default)s)"),
        )

        parser.add_argument(
            "--next-year",
            choices=[point.value for point in NextPoint],
            default=NextPoint.CALL.value,
            help=_(
                "how far the coming year of a new demo is brought: call … deliberation (default: %(default)s)"
            ),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        speak_freely(sys.stdout, sys.stderr)
        until, next_year = Point(options["until"]), NextPoint(options["next_year"])
        try:
            self.reset() if options["reset"] else self.run(until=until, next_year=next_year)
        except (PlaceTaken, ResetRefused, ServerEnded) as refusal:
            raise CommandError(str(refusal)) from refusal
        except KeyboardInterrupt:
            self.say("")

    def reset(self) -> None:
        reset_demo()
        self.say(_("The demo and its data are deleted. make demo begins anew."))

    def run(self, *, until: Point, next_year: NextPoint) -> None:
        stop_on_any_signal()
        if settings.PRODUCTION:
            raise CommandError(
                _("The demo is not for production: its secrets stand in a file. Unset PIAOJUE_ENV.")
            )
        if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
            raise CommandError(_("The static files are not gathered yet; make demo does that."))
        place = Place(*settings.DEMO_PLACE)
        place.require_free()
        cycle = self.prepare(until=until, next_year=next_year)
        connections.close_all()
        serve(place, when_ready=lambda: self.print_sheet(place, cycle))
        self.say(_("The demo has stopped."))

    def prepare(self, *, until: Point, next_year: NextPoint) -> Cycle:
        """Bring the database up to date and load the demo, once: a vote that is under way is served as it stands."""
        self.say(_("preparing the database"))
        call_command("migrate", interactive=False, verbosity=0)
        if slugs := official_cycles():
            sentence = _("This database holds a real vote (%s); the demo wants a database of its own.")
            raise CommandError(sentence % ", ".join(slugs))
        cycle = Cycle.objects.filter(slug=SLUG, kind=Kind.DEMO).first()
        if cycle is None:
            self.say(_("loading the seeds"))
            try:
                with transaction.atomic():
                    # The running year first: a slip of the vote of 2018 is the last that its delegate is given.
                    load_files(cycle=CYCLE, roll=ROLL, until=Point.SLATE)
                    load_this_year(THIS_YEAR, at=timezone.now())
                    load_files(cycle=CYCLE, roll=ROLL, until=until)
                    load_next_year(NEXT_YEAR, until=next_year, at=timezone.now())
            except SeedDamaged as damage:
                raise CommandError(str(damage)) from damage
            cycle = Cycle.objects.get(slug=SLUG)
        known = read_secrets()
        give_passwords(
            known, User.objects.filter(kind=Kind.DEMO, is_active=True).exclude(role__in=["", "delegate"])
        )
        keep_secrets(known)
        return cycle

    def print_sheet(self, place: Place, cycle: Cycle) -> None:
        self.say(*sheet(place, cycle=cycle, known=read_secrets()))
        connections.close_all()

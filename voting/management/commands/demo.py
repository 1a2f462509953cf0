"""``manage.py demo``: what ``make demo`` runs once everything is installed."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import STAFF_ROLES, Kind, Role
from voting.management.commands.seed import (
    CYCLE,
    NEXT_YEAR,
    PAPER_TOWN,
    RESIDENTS_TOWN,
    ROLL,
    THIS_YEAR,
    TOWNS,
)
from voting.management.demo.left_over import demo_lock, stop_left_over
from voting.management.demo.places import Place, PlaceTaken
from voting.management.demo.reset import ResetRefused, official_cycles, reset_demo
from voting.management.demo.secrets import DemoSecrets, give_passwords, keep_secrets, read_secrets
from voting.management.demo.server import ServerEnded, serve, stop_on_any_signal
from voting.management.demo.sheet import sheet
from voting.management.demo.votes import vote_of_the_district
from voting.management.people import enter_staff
from voting.management.seeds.command import keep_loaded, load_files, one_sentence
from voting.management.seeds.loading import Point
from voting.management.seeds.next_year import NextPoint, load_next_year
from voting.management.seeds.this_year import load_this_year
from voting.management.seeds.towns import load_towns
from voting.management.terminal_language import SpeakingCommand, speak_freely

#: Who keeps the installation of the demo: opens congresses and names their keepers.
KEEPER, KEEPER_NAME = "demo-installation", "演示系统管理员"


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
        if demo_lock(place) is not None and stop_left_over(place):
            self.say(
                _(
                    "The web server of an earlier demo, which was killed, still ran at this port; it was stopped."
                )
            )
        place.require_free()
        self.prepare(until=until, next_year=next_year)
        connections.close_all()
        serve(place, when_ready=lambda: self.print_sheet(place))
        self.say(_("The demo has stopped."))

    def prepare(self, *, until: Point, next_year: NextPoint) -> None:
        """Bring the database up to date and load the demo, once: a vote that is under way is served as it stands."""
        self.say(_("preparing the database"))
        call_command("migrate", interactive=False, verbosity=0)
        if slugs := official_cycles():
            sentence = _("This database holds a real vote (%s); the demo wants a database of its own.")
            raise CommandError(sentence % ", ".join(slugs))
        if vote_of_the_district() is None:
            self.say(_("loading the seeds"))
            with one_sentence(), transaction.atomic():
                # The running year first: a slip of the vote of 2018 is the last that its delegate is given.
                load_files(cycle=CYCLE, roll=ROLL, until=Point.SLATE)
                load_this_year(THIS_YEAR, at=timezone.now())
                load_files(cycle=CYCLE, roll=ROLL, until=until)
                load_next_year(NEXT_YEAR, until=next_year, at=timezone.now())
                load_towns(TOWNS, at=timezone.now(), keep=keep_loaded)
                load_towns(RESIDENTS_TOWN, at=timezone.now(), keep=keep_loaded)
                load_towns(PAPER_TOWN, at=timezone.now(), keep=keep_loaded)
                enter_staff(congress=None, username=KEEPER, name=KEEPER_NAME, role=Role.KEEPER)
        known = read_secrets()
        give_passwords(known, _staff_of_the_demo(known))
        keep_secrets(known)

    def print_sheet(self, place: Place) -> None:
        self.say(*sheet(place, known=read_secrets()))
        connections.close_all()


def _staff_of_the_demo(known: DemoSecrets) -> QuerySet[User]:
    """Return whose passwords stand on the sheet: not those of accounts that a visitor has made in the demo."""
    ours = Q(congress__kind=Kind.DEMO) | Q(congress=None, username=KEEPER)
    staff = User.objects.filter(ours, role__in=STAFF_ROLES, is_active=True)
    without = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return staff.filter(without | Q(username__in=known.staff)) if known.staff else staff

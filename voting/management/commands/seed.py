"""``manage.py seed``: load the seed files."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.management.database_version import require_tables
from voting.management.demo.secrets import secrets_file
from voting.management.seeds.command import load_files
from voting.management.seeds.loading import Point
from voting.management.terminal_language import SpeakingCommand, speak_freely

SEEDS = Path(settings.BASE_DIR) / "seeds"
CYCLE, ROLL = SEEDS / "2018.toml", SEEDS / "demo-roll.toml"
THIS_YEAR, NEXT_YEAR = SEEDS / "demo-this-year.toml", SEEDS / "demo-next-year.toml"
TOWNS, PAPER_TOWN = SEEDS / "demo-towns.toml", SEEDS / "demo-paper.toml"
RESIDENTS_TOWN = SEEDS / "demo-residents.toml"


class Command(SpeakingCommand):
    summary = gettext_lazy(
        "Load a cycle with its slate, and a roll with its staff, from seed files through the verbs that people use. "
        "What is there already stays as it is. Nobody is made up but for a demo."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--until",
            choices=[point.value for point in Point],
            default=Point.OPEN.value,
            help=_(
                "how far: slate frozen, rules adopted, roll frozen, ready to open, open (default: %(default)s)"
            ),
        )
        parser.add_argument("--cycle", type=Path, default=CYCLE, help=_("the file of the cycle"))
        parser.add_argument(
            "--roll",
            type=Path,
            help=_("the file of delegates and staff (default: the demo's, for the demo alone)"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        speak_freely(sys.stdout, sys.stderr)
        require_tables()
        until = Point(options["until"])
        loaded = load_files(cycle=options["cycle"], roll=options["roll"], until=until, roll_of_demo=ROLL)
        self.say(*(loaded.steps or [_("Nothing to do: all of this is loaded already.")]))
        if loaded.differences:
            places = ", ".join(loaded.differences)
            self.say(_("The database says otherwise than the file and stays as it is: %s") % places)
        if loaded.new_staff and not loaded.is_demo:
            names = ", ".join(user.username for user in loaded.new_staff)
            self.say(
                _("Entered without a password; the keeper of accounts gives each a new initial one: %s")
                % names
            )
        elif loaded.new_staff or loaded.key:
            self.say(_("Sign-ins and slips of the demo: %s") % secrets_file())

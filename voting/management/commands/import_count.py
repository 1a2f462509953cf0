"""``manage.py import_count``: take the count that the scrutineers made offline."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.domain.core.refusals import Refused
from voting.domain.vote.urn_files import import_count
from voting.management.rounds import add_round, counter_of, round_of, second_of
from voting.management.terminal_language import SpeakingCommand


class Command(SpeakingCommand):
    summary = gettext_lazy(
        "Take the count of the offline unsealing; it is counted once more and must be equal byte for byte."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument("file", type=Path, help=_("the count that the offline unsealing wrote"))
        parser.add_argument(
            "--by", required=True, help=_("user name of the clerk or scrutineer who imports it")
        )
        parser.add_argument(
            "--second", required=True, help=_("user name of a second person, whose password is asked for")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_of(options)
        by = counter_of(options, round_)
        second = second_of(options)
        try:
            text = options["file"].read_text(encoding="utf-8")
            tally = import_count(round_=round_, text=text, by=by, at=timezone.now(), second=second)
        except (Refused, OSError, UnicodeDecodeError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.say(_("The count is taken. Its hash: %s") % tally.digest)

"""``manage.py export_urn``: a closed round's urn as a file, for the scrutineers' offline unsealing."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.domain.core.refusals import Refused
from voting.domain.vote.proofs import take_urn
from voting.management.rounds import add_round, counter_of, round_of
from voting.management.terminal_language import SpeakingCommand


class Command(SpeakingCommand):
    summary = gettext_lazy("Write the sealed urn of a closed round into a new file, to be unsealed offline.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument("file", type=Path, help=_("the file to write; it must not exist yet"))
        parser.add_argument(
            "--by",
            required=True,
            help=_("user name of the clerk or scrutineer who takes it; the journal says so"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_of(options)
        by = counter_of(options, round_)
        try:
            with options["file"].open("x", encoding="utf-8") as file:
                file.write(take_urn(round_=round_, by=by, at=timezone.now()))
        except (Refused, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.say(_("The urn is written to %s.") % options["file"])

"""``manage.py import_count``: take the count that the scrutineers made offline."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from voting import permissions
from voting.domain.core.refusals import Refused
from voting.domain.vote.urn_files import import_count
from voting.management.rounds import add_round, round_of
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

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_of(options)
        by = User.objects.filter(username=options["by"]).first()
        if by is None or not permissions.can_count(by, round_.cycle):
            raise CommandError(_("“%s” may not count in this vote.") % options["by"])
        try:
            text = options["file"].read_text(encoding="utf-8")
            tally = import_count(round_=round_, text=text, by=by, at=timezone.now())
        except (Refused, OSError, UnicodeDecodeError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.say(_("The count is taken. Its hash: %s") % tally.digest)

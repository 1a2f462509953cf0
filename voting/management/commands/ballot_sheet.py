"""``manage.py ballot_sheet``: the paper ballot as PDF and picture, and where every box stands on it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.domain.vote.definitions import definition_of
from voting.management.rounds import add_round, round_of
from voting.management.terminal_language import SpeakingCommand
from voting.printing.pdf import Undrawable
from voting.printing.sheets import drawn_layout, sheet_pdf, sheet_png
from voting.read_models.vote.printed_decks import printed_deck
from voting.read_models.vote.sheet_layouts import LANGUAGES, printed_sheet
from voting.scan.layout import NoLayout


class Command(SpeakingCommand):
    summary = gettext_lazy(
        "Write the blank paper ballot of a round: as PDF, as a picture of 300 dots an inch, and the layout by which "
        "`python -m voting.scan` reads scans of it; or its test deck, marked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument("--pdf", type=Path, help=_("the PDF to write"))
        parser.add_argument("--png", type=Path, help=_("the picture to write"))
        parser.add_argument("--layout", type=Path, help=_("the layout to write, as JSON in millimetres"))
        parser.add_argument(
            "--deck",
            type=Path,
            help=_("the test deck to write: marked sheets as PDF, the key as the last page"),
        )
        parser.add_argument(
            "--language", choices=LANGUAGES, default=LANGUAGES[0], help=_("language of the sheet")
        )
        parser.add_argument("--group", action="store_true", help=_("the sheet of the sub-group"))

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_of(options)
        if not any(options[name] for name in ("pdf", "png", "layout", "deck")):
            raise CommandError(_("Say what to write: --pdf, --png, --layout or --deck."))
        if options["group"] and not definition_of(round_).rule.group_floor:
            raise CommandError(_("By the rules of this round no sub-group has a ballot of its own."))
        try:
            with translation.override(options["language"]):
                sheet = printed_sheet(round_.cycle, round_, in_group=options["group"])
                makers: dict[str, Callable[[], bytes]] = {
                    "pdf": lambda: sheet_pdf(sheet),
                    "png": lambda: sheet_png(sheet),
                    "layout": lambda: _readable(drawn_layout(sheet).text),
                    "deck": lambda: printed_deck(round_, in_group=options["group"]),
                }
                contents = {name: make() for name, make in makers.items() if options[name]}
            for name, content in contents.items():
                options[name].write_bytes(content)
                self.say(_("Written to %s.") % options[name])
        except NoLayout as refusal:
            raise CommandError(
                _("No sheet that a scanner can read has room for so many projects or places.")
            ) from refusal
        except Undrawable as lacking:
            raise CommandError(_("No font has these characters: %s") % lacking) from lacking
        except OSError as refusal:
            raise CommandError(str(refusal)) from refusal


def _readable(text: str) -> bytes:
    """Return the layout for people too; whoever reads it reads the same record."""
    return json.dumps(json.loads(text), ensure_ascii=False, indent=1).encode()

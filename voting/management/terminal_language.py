"""What our commands have in common: the person's language, and one sentence where they cannot do it.

Chinese where the environment's language is Chinese (LC_ALL, LC_MESSAGES or LANG begins with ``zh``), else English.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from voting.count.formats import UnreadableRecord
from voting.read_models.core.unreadable import unreadable_sentence
from voting.text.numbers import small_whole

INTERRUPTED = 130  # what a shell reports for a program ended by Ctrl-C


def language_of_environment() -> str:
    """Return the language that the person's terminal asks for."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    wanted = next(filter(None, (os.environ.get(name, "") for name in names)), "")
    return "zh-hans" if wanted.lower().startswith("zh") else "en"


class SpeakingCommand(BaseCommand):
    """A command that speaks the person's language; a refusal is one sentence and exit status 1, never a traceback."""

    summary: str | Promise = ""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        with translation.override(language_of_environment()):
            self.help = str(self.summary)
            return super().create_parser(prog_name, subcommand, **kwargs)

    def execute(self, *args: Any, **options: Any) -> str | None:
        with translation.override(language_of_environment()):
            try:
                output: str | None = super().execute(*args, **options)
            except (CommandError, UnreadableRecord) as error:
                refusal = unreadable_sentence(error) if isinstance(error, UnreadableRecord) else str(error)
                if not getattr(self, "_called_from_command_line", False):
                    raise CommandError(refusal) from error  # a program called us and sees to it
                sys.exit(f"piaojue: {refusal}")
            except KeyboardInterrupt:
                sys.exit(INTERRUPTED)
        return output

    def say(self, *lines: str) -> None:
        """Write lines to standard output, at once even where that is a file."""
        for line in lines:
            self.stdout.write(line)
        self.stdout.flush()


def speak_freely(*streams: TextIO) -> None:
    """Let a terminal that knows no Chinese show escapes instead of ending the program."""
    for stream in streams:
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return the reader of an argument that is a whole number between *least* and *most*, both included."""
    language = translation.get_language()

    def read(text: str) -> int:
        number = small_whole(text, most=most)
        if number is None or number < least:
            with translation.override(language):  # arguments are read before the command is executed
                sentence = _("a whole number from %(least)d to %(most)d is wanted, not “%(text)s”")
            raise ArgumentTypeError(sentence % {"least": least, "most": most, "text": text})
        return number

    return read


def add_url(parser: ArgumentParser) -> None:
    """Add ``--url``, the running server, by default the one that ``make demo`` starts here, and ``--ca``."""
    parser.add_argument(
        "--url",
        default=f"http://127.0.0.1:{os.environ.get('PORT', '').strip() or 8000}",
        help=_("the running server's address (default: %(default)s)"),
    )
    parser.add_argument(
        "--ca",
        type=Path,
        metavar="FILE",
        help=_("certificates (PEM) to believe instead of this machine's authorities"),
    )

"""Which round a command is about."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from voting.models import Round


def add_round(parser: ArgumentParser) -> None:
    """Add the arguments that name a round."""
    parser.add_argument("slug", help=_("the address of the vote, for example 2018 or gongshu/2018"))
    parser.add_argument("--round", type=int, help=_("number of the round (default: the newest)"))


def round_of(options: dict[str, Any]) -> Round:
    """Return the round that the arguments name. Raises CommandError."""
    congress, _between, slug = options["slug"].rpartition("/")
    rounds = Round.objects.select_related("cycle__congress", "rules").filter(cycle__slug=slug)
    if congress:
        rounds = rounds.filter(cycle__congress__slug=congress)
    elif rounds.values("cycle__congress").distinct().count() > 1:
        raise CommandError(_("Several congresses have that year; say which, for example gongshu/2018."))
    if options["round"]:
        rounds = rounds.filter(number=options["round"])
    newest = rounds.order_by("-number").first()
    if newest is None:
        raise CommandError(_("There is no such round here."))
    return newest

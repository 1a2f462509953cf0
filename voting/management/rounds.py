"""Which round a command is about."""

from __future__ import annotations

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from accounts.models import User
from voting import permissions
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


def counter_of(options: dict[str, Any], round_: Round) -> User:
    """Return the person whom ``--by`` names, who may count in this vote. Raises CommandError."""
    by = User.objects.filter(username=options["by"]).first()
    if by is None or not permissions.can_count(by, round_.cycle):
        raise CommandError(_("“%s” may not count in this vote.") % options["by"])
    return by


def second_of(options: dict[str, Any]) -> User:
    """Return the person whom ``--second`` names, once they have typed their password. Raises CommandError."""
    second = User.objects.filter(username=options["second"]).first()
    typed = getpass(_("Password of %s: ") % options["second"])
    if second is None or not second.check_password(typed):
        raise CommandError(_("User name and password of the second person do not match."))
    return second

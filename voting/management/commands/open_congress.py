"""``manage.py open_congress``: a congress with its delegations and its first keeper, whose password is shown once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Congress
from accounts.roles import Kind, Level, Role
from voting.domain.core.congresses import open_with_keeper
from voting.domain.core.people import Newcomer
from voting.domain.core.refusals import Refused
from voting.management.terminal_language import SpeakingCommand

_NAMES = ("name_en", "place_en", "issuer", "issuer_en", "seal", "publisher")


class Command(SpeakingCommand):
    summary = gettext_lazy(
        "Open a people's congress and print the initial password of its first keeper, who enters everybody else in "
        "the browser."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help=_("what its addresses begin with, for example jiaxian"))
        parser.add_argument("name", help=_("its name, for example 甲县人民代表大会"))
        parser.add_argument("place", help=_("its place as titles say it, for example 甲县"))
        parser.add_argument("--keeper", required=True, help=_("name of its first keeper of accounts"))
        parser.add_argument(
            "--keeper-username", default="", help=_("user name of the keeper (default: SLUG-keeper)")
        )
        parser.add_argument("--level", choices=Level.values, default=Level.COUNTY.value)
        parser.add_argument(
            "--kind", choices=[Kind.OFFICIAL.value, Kind.DEMO.value], default=Kind.OFFICIAL.value
        )
        parser.add_argument("--parent", help=_("address of the county's congress that a town belongs to"))
        parser.add_argument("--time-zone", default="Asia/Shanghai")
        parser.add_argument(
            "--delegation",
            action="append",
            default=[],
            help=_("name of a delegation; once for each, in their order"),
        )
        for name in _NAMES:
            parser.add_argument(f"--{name.replace('_', '-')}", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        fields = {
            name: options[name] for name in ("slug", "name", "place", "level", "kind", "time_zone", *_NAMES)
        }
        if options["parent"]:
            fields["parent"] = Congress.objects.filter(slug=options["parent"]).first()
            if fields["parent"] is None:
                raise CommandError(_("There is no congress at the address “%s”.") % options["parent"])
        keeper = Newcomer(options["keeper"], Role.KEEPER, options["keeper_username"])
        try:
            congress, password = open_with_keeper(
                keeper=keeper, delegations=options["delegation"], by=None, at=timezone.now(), **fields
            )
        except ValidationError as error:
            raise CommandError("\n".join(_sentences(error))) from error
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.say(_("Open: /%s/") % congress.slug)
        self.say(
            _("Keeper: %(username)s, initial password %(password)s, to be changed at the first sign-in")
            % {"username": password.user.username, "password": password.password}
        )


def _sentences(error: ValidationError) -> list[str]:
    return [
        sentence if name == NON_FIELD_ERRORS else f"{name}: {sentence}"
        for name, sentences in error.message_dict.items()
        for sentence in sentences
    ]

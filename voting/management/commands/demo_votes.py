"""``manage.py demo_votes``: the remaining delegates of the demo vote, over HTTP."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from random import Random
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.codes import digest, normalise
from accounts.models import AccessCode, User
from accounts.roles import Role
from voting.domain.vote.delegate_slips import issue_slips
from voting.management.database_version import require_tables
from voting.management.demo.choices import draw_choices
from voting.management.demo.secrets import keep_secrets, read_secrets
from voting.management.demo.votes import demo_congresses, vote_of, vote_of_the_district
from voting.management.hall.browser import (
    BadAddress,
    BadAuthority,
    Browser,
    NoAnswer,
    Unexpected,
    require_answer,
    trust,
)
from voting.management.hall.crowd import all_at_once
from voting.management.hall.delegate import Voter
from voting.management.terminal_language import SpeakingCommand, add_url, speak_freely
from voting.models import RollEntry, Round
from voting.states import Presence, RoundStatus

AT_ONCE = 16
SHOWN = 5  # errors
STEPS = 10  # lines of progress


class Command(SpeakingCommand):
    summary = gettext_lazy(
        "Let every present demo delegate who has not voted vote at the running demo. Their choices are drawn."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_url(parser)
        parser.add_argument(
            "--congress", help=_("the address of another congress of the demo, for example jia")
        )

        parser.add_argument(
            "--new-slips",
            action="store_true",
            help=_(
                "print new slips for delegates whose code only their slip knows; those slips are void then"
            ),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        speak_freely(sys.stdout, sys.stderr)
        require_tables()
        try:
            trust(options["ca"])
            require_answer(options["url"])
        except (BadAddress, BadAuthority, NoAnswer, Unexpected) as refusal:
            raise CommandError(str(refusal)) from refusal
        waiting = self.waiting(self.open_round(options["congress"]))
        if not waiting:
            self.say(_("All demo delegates who are present have voted."))
            return
        self.vote(waiting, self.codes(waiting, new=options["new_slips"]), options["url"])

    def open_round(self, slug: str | None) -> Round:
        """Return the newest round of the district, or of the congress at that address. Raises CommandError."""
        cycle = vote_of_the_district()
        if slug:
            congress = demo_congresses().filter(slug=slug).first()
            cycle = vote_of(congress) if congress else None
        round_ = Round.objects.select_related("cycle__congress").filter(cycle=cycle).order_by("number").last()
        if round_ is None and slug:
            raise CommandError(_("The demo has no congress “%s” with a vote.") % slug)
        if round_ is None:
            raise CommandError(_("There is no demo in this database; make demo loads it."))
        if round_.status != RoundStatus.OPEN:
            raise CommandError(_("The vote of the demo is not open (%s).") % round_.get_status_display())
        return round_

    def waiting(self, round_: Round) -> list[RollEntry]:
        waiting = round_.roll.filter(presence=Presence.PRESENT, voted=False).order_by("number")
        return list(waiting.select_related("round__cycle__congress"))

    def codes(self, waiting: list[RollEntry], *, new: bool) -> dict[str, str]:
        """Return everybody's code; with *new* those that no file knows are made anew. Raises CommandError."""
        cycle = waiting[0].round.cycle
        known = read_secrets()
        codes = known.of(cycle).codes
        if unknown := unknown_to(codes, waiting):
            if not new:
                sentence = ngettext(
                    "%(count)d delegate has a slip that was printed on the pages of the staff, and only that slip "
                    "knows its code. The demo can print a new one, which makes that slip void: "
                    "make demo-votes SLIPS=new%(more)s",
                    "%(count)d delegates have slips that were printed on the pages of the staff, and only those slips "
                    "know their codes. The demo can print new ones, which makes those slips void: "
                    "make demo-votes SLIPS=new%(more)s",
                    len(unknown),
                )
                more = f" CONGRESS={cycle.congress.slug}" if cycle != vote_of_the_district() else ""
                raise CommandError(sentence % {"count": len(unknown), "more": more})
            issued = new_slips(waiting[0].round, unknown)
            known.of_or_new(cycle).codes.update(issued)
            keep_secrets(known)
            codes = known.of(cycle).codes
        return codes

    def vote(self, waiting: list[RollEntry], codes: dict[str, str], url: str) -> None:
        cycle = waiting[0].round.cycle
        address = f"{cycle.congress.slug}/{cycle.slug}"
        round_ = waiting[0].round
        numbers = list(round_.items.order_by("number").values_list("number", flat=True))
        drawn = draw_choices(numbers, seats=round_.seats, people=len(waiting), chance=Random(address))  # noqa: S311
        voters = [
            Voter(Browser(url, congress=cycle.congress.slug), entry.number, codes[entry.number], marks)
            for entry, marks in zip(waiting, drawn, strict=True)
        ]
        measured = all_at_once(
            [lambda v=voter: v.sign_in() + v.vote() for voter in voters],  # type: ignore[misc]
            most=AT_ONCE,
            progress=self.progress,
        )
        text = ngettext("%(count)d demo ballot cast.", "%(count)d demo ballots cast.", measured.done)
        self.say(text % {"count": measured.done})
        if measured.errors:
            self.say(*measured.errors[:SHOWN])
            raise CommandError(_("%d demo delegates could not vote.") % len(measured.errors))

    def progress(self, done: int, total: int) -> None:
        if done == total or done % max(1, total // STEPS) == 0:
            self.say(_("%(done)d of %(total)d") % {"done": done, "total": total})


def unknown_to(codes: dict[str, str], waiting: list[RollEntry]) -> list[str]:
    """Return the numbers of those whose slip of today is not among these codes."""
    current = AccessCode.objects.filter(delegate__in=[each.delegate_id for each in waiting], voided=False)
    digests = dict(current.values_list("delegate_id", "digest"))
    return [
        each.number
        for each in waiting
        if each.number not in codes
        or digest(each.delegate_id, normalise(codes[each.number])) != digests.get(each.delegate_id)
    ]


def new_slips(round_: Round, numbers: list[str]) -> dict[str, str]:
    """Print slips for those numbers as the demo's clerk with its chief scrutineer beside, and return the codes."""
    staff = User.objects.filter(congress=round_.cycle.congress, is_active=True)
    clerk, chief = staff.filter(role=Role.CLERK).first(), staff.filter(role=Role.CHIEF).first()
    if clerk is None or chief is None:
        raise CommandError(
            _("New slips need a clerk and a chief scrutineer of the demo, and one is missing.")
        )
    issued = issue_slips(round_=round_, numbers=numbers, by=clerk, second=chief, at=timezone.now())
    return {entry.number: code for entry, code in issued}

"""``manage.py demo_votes``: the remaining delegates of the demo vote, over HTTP."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from random import Random
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from voting.management.database_version import require_tables
from voting.management.demo.choices import draw_choices
from voting.management.demo.secrets import read_secrets, secrets_file
from voting.management.demo.votes import demo_congresses, vote_of, vote_of_the_district
from voting.management.hall.browser import BadAddress, Browser, NoAnswer, Unexpected, require_answer
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

    def handle(self, *args: Any, **options: Any) -> None:
        speak_freely(sys.stdout, sys.stderr)
        require_tables()
        try:
            require_answer(options["url"])
        except (BadAddress, NoAnswer, Unexpected) as refusal:
            raise CommandError(str(refusal)) from refusal
        waiting = self.waiting(self.open_round(options["congress"]))
        if not waiting:
            self.say(_("All demo delegates who are present have voted."))
            return
        self.vote(waiting, options["url"])

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

    def vote(self, waiting: list[RollEntry], url: str) -> None:
        cycle = waiting[0].round.cycle
        address = f"{cycle.congress.slug}/{cycle.slug}"
        codes = read_secrets().of(cycle).codes
        if missing := [entry.number for entry in waiting if entry.number not in codes]:
            sentence = _("The slip of delegate %(number)s is not in %(file)s; make demo-reset starts over.")
            raise CommandError(sentence % {"number": missing[0], "file": secrets_file()})
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

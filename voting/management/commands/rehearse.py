"""``manage.py rehearse``: a whole session over HTTP against the running server, in a cycle of its own."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from random import Random
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Congress
from voting.count.definition import counting_rule
from voting.domain.core.refusals import Refused
from voting.domain.vote import receipts
from voting.domain.vote.running_order import StepKey
from voting.management.ceremonies import typed_mark
from voting.management.database_version import require_tables
from voting.management.demo.choices import draw_choices
from voting.management.hall.browser import (
    BadAddress,
    BadAuthority,
    Browser,
    NoAnswer,
    Unexpected,
    require_answer,
    trust,
)
from voting.management.hall.crowd import Measured, all_at_once
from voting.management.hall.delegate import Voter
from voting.management.hall.desk import OtherDatabase, sign_in
from voting.management.hall.paper import hand_out_paper, read_paper
from voting.management.hall.rehearsal import Prepared, engage_staff, engaged, prepare
from voting.management.hall.slow import SlowClients
from voting.management.people import Taken
from voting.management.terminal_language import (
    SpeakingCommand,
    add_url,
    speak_freely,
    whole_number,
)
from voting.models import Notice, SealedBallot
from voting.read_models.vote.results import Result
from voting.read_models.vote.tried_ballots import marks_in_words
from voting.states import Presence

MOST_DELEGATES = 3000
MOST_PAPER = 200
SHOWN = 5  # errors
TESTERS = 3  # who make a test ballot before they cast theirs
REFUSALS = (BadAddress, BadAuthority, NoAnswer, OtherDatabase, Refused, Taken, Unexpected)


class Command(SpeakingCommand):
    summary = gettext_lazy(
        "Play a whole session over HTTP against the running server, in a congress of its own for the rehearsal. "
        "The exit status is 1 after any error, or where count, urn and marked delegates differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_url(parser)
        parser.add_argument(
            "--delegates",
            type=whole_number(1, MOST_DELEGATES),
            default=298,
            help=_("how many delegates come (default: %(default)s)"),
        )
        parser.add_argument(
            "--seconds",
            type=whole_number(0, 600),
            default=0,
            help=_(
                "let them come spread over so many seconds; 0, the default, is everyone in the same moment"
            ),
        )

        parser.add_argument(
            "--in-one-go",
            action="store_true",
            help=_("let every delegate sign in and cast at once, instead of all signing in first"),
        )
        parser.add_argument(
            "--slow",
            type=whole_number(0, 200),
            default=0,
            help=_("so many slow clients drip headers, and as many drip bodies, beside them (default: none)"),
        )

        parser.add_argument(
            "--paper",
            type=whole_number(0, MOST_PAPER),
            default=0,
            help=_("so many of the delegates vote on paper, and a scanner reads it (default: none)"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        speak_freely(sys.stdout, sys.stderr)
        require_tables()
        try:
            trust(options["ca"])
            require_answer(options["url"])
            with engaged(timezone.now()) as congress:
                errors, equal = self.rehearse(congress, options)
        except REFUSALS as refusal:
            raise CommandError(str(refusal)) from refusal
        if errors or not equal:
            raise CommandError(_("The rehearsal did not come out right."))
        self.say(_("The rehearsal came out right."))

    def rehearse(self, congress: Congress, options: dict[str, Any]) -> tuple[int, bool]:
        """Play the session; return the number of errors, and whether all the sums agree."""
        url, delegates = options["url"], options["delegates"]
        slug = str(timezone.localdate().year)
        clerk, counter, certifier, *_others = engage_staff(congress)
        desks = [
            sign_in(url, member.user, member.password, slug=slug) for member in (clerk, counter, certifier)
        ]
        paper = min(options["paper"], delegates - 1)
        prepared = prepare(congress, delegates=delegates, by=clerk.user, is_scanned=paper > 0)
        self.say(
            _("rehearsal %(slug)s: %(count)d delegates, checked in over HTTP")
            % {"slug": congress.slug, "count": delegates}
        )
        at_clerk, at_counter, at_certifier = desks
        at_clerk.take(StepKey.CHECK_IN, do="rest")
        at_clerk.take_with_slips(StepKey.TRIAL, prepared.slips[:3], do="unseal")
        beside = {"second_name": counter.user.username, "second_password": counter.password}
        at_clerk.take(StepKey.OPEN, mark=typed_mark(prepared.round), **beside)
        holders = hand_out_paper(prepared.round, paper, by=clerk.user)
        voters = [voter for voter in _voters(url, prepared) if voter.number not in holders]
        with SlowClients(url, options["slow"]):
            errors = self.come(voters, seconds=options["seconds"], in_one_go=options["in_one_go"])
        # Asked for where somebody could not vote.
        at_clerk.take(StepKey.CLOSE, **beside)
        if paper:
            read = read_paper(prepared.round, paper, clerk=clerk.user, reader=certifier.user)
            self.say(*read.sentences)
        at_counter.take_with_slips(StepKey.COUNT, prepared.slips[2:], do="count")
        at_certifier.take(StepKey.CERTIFY)
        at_clerk.take(StepKey.PUBLISH)
        self.say(*errors[:SHOWN], _("errors: %d") % len(errors))
        return len(errors), self.compare(prepared, voters)

    def come(self, voters: list[Voter], *, seconds: int, in_one_go: bool) -> list[str]:
        """Let the delegates sign in and cast; return what went wrong."""
        if in_one_go:
            crowd = all_at_once([voter.come_and_vote for voter in voters], within=seconds)
            self.report(_("sign-ins with casts"), crowd)
            return crowd.errors
        signed_in = all_at_once([voter.sign_in for voter in voters], within=seconds)
        self.report(_("sign-ins"), signed_in)
        cast = all_at_once([voter.vote for voter in voters], within=seconds)
        self.report(_("casts"), cast)
        return signed_in.errors + cast.errors

    def report(self, what: str, crowd: Measured) -> None:
        self.say(
            _("%(what)s: %(count)d in %(seconds).1f s, %(rate).1f/s, p50 %(p50)d ms, p99 %(p99)d ms")
            % {
                "what": what,
                "count": crowd.done,
                "seconds": crowd.seconds,
                "rate": crowd.per_second,
                "p50": crowd.percentile(50),
                "p99": crowd.percentile(99),
            }
        )

    def compare(self, prepared: Prepared, voters: list[Voter]) -> bool:
        """Say how many are marked, in the urn, counted, and found by their receipt, and what the test ballots say.

        Return whether all agree.
        """
        round_ = prepared.round
        marked = round_.roll.filter(voted=True).count()
        paper = round_.roll.filter(paper=True).count()
        urn = SealedBallot.objects.filter(round=round_).count()
        result = Result(Notice.objects.select_related("round__cycle__congress").get(round=round_))
        counted = result.body["ballots"]["returned"]
        present = round_.roll.filter(presence=Presence.PRESENT).count()
        slips = [voter.receipt for voter in voters if voter.receipt]
        in_urn = sum(receipts.is_in_urn(round_, receipt) is True for receipt in slips)
        sums = {"marked": marked, "urn": urn, "counted": counted, "given": len(slips), "found": in_urn}
        self.say(
            _("roll marked = urn = count: %(marked)d = %(urn)d = %(counted)d") % sums
            if not paper
            else _("roll marked = urn, with the paper ballots the count: %(marked)d = %(urn)d, %(counted)d")
            % sums,
            _("receipts given, found in the sealed list: %(given)d, %(found)d") % sums,
        )
        tested = {voter.tested: voter.marks for voter in voters if voter.tested}
        opened = {each.receipt: each.words for each in result.tried}
        right = sum(opened.get(receipt) == _words(result, marks) for receipt, marks in tested.items())
        self.say(
            _(
                "test ballots made, opened with the count and as they were marked: %(made)d, %(opened)d, %(right)d"
            )
            % {"made": len(tested), "opened": len(opened), "right": right}
        )
        agree = len(tested) == len(opened) == right
        whole = agree and present - paper == marked == urn == len(slips) == in_urn
        return whole and counted == present


def _voters(url: str, prepared: Prepared) -> list[Voter]:
    """Return a voter with a browser for every slip; what they choose is drawn."""
    round_ = prepared.round
    numbers = list(round_.items.order_by("number").values_list("number", flat=True))
    drawn = draw_choices(numbers, seats=round_.seats, people=len(prepared.codes), chance=Random(1))  # noqa: S311
    pairs = zip(prepared.codes.items(), drawn, strict=True)
    return [
        Voter(Browser(url, congress=round_.cycle.congress.slug), number, code, marks, tests=place < TESTERS)
        for place, ((number, code), marks) in enumerate(pairs)
    ]


def _words(result: Result, marked: Sequence[int]) -> str:
    """Return what a test ballot with these projects marked says."""
    numbers = [item["number"] for item in result.part["items"]]
    rule = counting_rule(result.rules, seats=result.seats)
    return marks_in_words([int(number in marked) for number in numbers], numbers, rule)

"""附议: whoever wants what a public proposal wants says so, while the call is open; without an account, without a name.

Kept are a number and the digest of each form's random ticket: no address, no time, no person. So it is the number of
forms (人次), not of people; a network sends at most ``MOST_OF_ONE`` for a proposal and ``MOST_IN_ALL`` in all a day. It
is no act of the staff and has no entry in the journal. What was seconded orders lists and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from voting.domain.before.calls import CallNotOpen
from voting.domain.core.floods import TooOften, count_knock
from voting.domain.core.refusals import Refused
from voting.domain.core.tickets import one_time_ticket, ticket_digest
from voting.models import Call, Proposal
from voting.states import Visibility

#: Households share an address, and so do whole quarters of mobile telephones.
MOST_OF_ONE, MOST_IN_ALL = 10, 60
_PURPOSE = "second"


class SecondedAlready(Refused):
    def __str__(self) -> str:
        return _("You seconded this proposal already; it counts once. Thank you.")


class TooManySeconds(Refused):
    def __str__(self) -> str:
        return _(
            "Very many people seconded from your network today. Please second it tomorrow, or from another network."
        )


class NotToBeSeconded(Refused):
    """The proposal went from the public list, or into another one, after the page was opened."""

    def __init__(self, main: Proposal | None) -> None:
        super().__init__(main)
        self.main = main

    def __str__(self) -> str:
        if self.main is None:
            return _("This proposal is not shown to the public now. Nothing was counted.")
        return _(
            "This proposal says the same as proposal %d and goes on together with it. Nothing was counted; please "
            "second that one."
        ) % (self.main.number)


def second_ticket(proposal: Proposal) -> str:
    """Return the ticket of a form that is handed out now."""
    return one_time_ticket(purpose=_PURPOSE, key=proposal.pk)


def may_be_seconded(proposal: Proposal, call: Call | None, at: datetime) -> bool:
    """Tell whether a form for it would be taken: it is public, stands for itself, and its call is open."""
    stands = proposal.standing == Visibility.SHOWN and proposal.merged_into_id is None
    return stands and call is not None and call.is_open(at)


@transaction.atomic
def second(*, proposal: Proposal, ticket: str, address: str, at: datetime) -> int:
    """Count a form for the proposal and return how many there are now.

    The call is taken shared first, so that nothing is counted after its end. Raises CallNotOpen, FormDamaged,
    TooManySeconds, NotToBeSeconded or SecondedAlready; then nothing is counted.
    """
    call = _held(proposal.cycle_id)
    if call is None or not call.is_open(at):
        raise CallNotOpen(call, at)
    digest = ticket_digest(ticket, purpose=_PURPOSE, key=proposal.pk)
    _count_address(proposal, address, at)
    number = _one_more(proposal)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO voting_seconding (digest, proposal_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [digest, proposal.pk],
        )
        if not cursor.rowcount:
            raise SecondedAlready
    return number


def _held(cycle: int) -> Call | None:
    """Return the call as it is now; many forms hold it at once, and who ends it waits for them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM voting_call WHERE cycle_id = %s FOR SHARE", [cycle])
    return Call.objects.filter(cycle=cycle).first()


def _count_address(proposal: Proposal, address: str, at: datetime) -> None:
    tomorrow = timezone.localdate(at) + timedelta(days=1)
    ends_at = timezone.make_aware(datetime.combine(tomorrow, time.min))
    budgets = ((_PURPOSE, MOST_IN_ALL), (f"{_PURPOSE} {proposal.pk}", MOST_OF_ONE))
    try:
        for purpose, most in budgets:
            count_knock(purpose=purpose, address=address, most=most, ends_at=ends_at, at=at)
    except TooOften as flood:
        raise TooManySeconds from flood


def _one_more(proposal: Proposal) -> int:
    """Count one more of a proposal that the public sees and that stands for itself, whatever it was a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE voting_proposal SET seconds = seconds + 1"
            " WHERE id = %s AND standing = %s AND merged_into_id IS NULL RETURNING seconds",
            [proposal.pk, Visibility.SHOWN],
        )
        row = cursor.fetchone()
    if row is None:
        now = Proposal.objects.select_related("merged_into").get(pk=proposal.pk)
        main = now.merged_into if now.standing == Visibility.SHOWN else None
        raise NotToBeSeconded(main)
    return int(row[0])


def seconds_together(proposal: Proposal, merged: Iterable[Proposal]) -> int:
    """Return how often a proposal and those that were merged into it were seconded; somebody may have seconded two."""
    return proposal.seconds + sum(each.seconds for each in merged)

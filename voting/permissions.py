"""Who may do what: one truth for views, admin and templates. *When* it may be done is the domain's question."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.roles import SCRUTINEERS, Role
from voting.models import Cycle

Person = User | AnonymousUser


def _is(user: Person, *roles: Role) -> bool:
    return isinstance(user, User) and user.is_active and user.role in roles


def _acts(user: Person, cycle: Cycle, *roles: Role) -> bool:
    """People act in the cycles of their own congress only: each is a world of its own."""
    return _is(user, *roles) and isinstance(user, User) and user.congress_id == cycle.congress_id


def can_open_congress(user: Person) -> bool:
    """Open congresses and name their first keepers: the keeper of the installation, who belongs to none."""
    return _is(user, Role.KEEPER) and isinstance(user, User) and user.congress_id is None


def can_keep_accounts(user: Person) -> bool:
    """Keep the accounts and the names of the person's own congress."""
    return _is(user, Role.KEEPER) and isinstance(user, User) and user.congress_id is not None


def can_see_accounts_record(user: Person) -> bool:
    """See who signed in when, and what was done to the accounts: keepers, and a congress's scrutineers."""
    return _is(user, Role.KEEPER, *SCRUTINEERS)


def can_open_year(user: Person) -> bool:
    """Open a new cycle of the person's own congress."""
    return _is(user, Role.CLERK)


def can_prepare(user: Person, cycle: Cycle) -> bool:
    """Draft and adopt the rules, freeze the roll."""
    return _acts(user, cycle, Role.CLERK)


def can_screen(user: Person, cycle: Cycle) -> bool:
    """Keep the call, look at proposals, screen them, draft the slate and its report."""
    return _acts(user, cycle, Role.CLERK)


def can_confirm(user: Person, cycle: Cycle) -> bool:
    """Confirm the official list of candidate projects (the presidium)."""
    return _acts(user, cycle, Role.CLERK, Role.PRESIDING)


def can_answer(user: Person, cycle: Cycle) -> bool:
    """Answer for a unit: opinions on proposals, questions of delegations."""
    return _acts(user, cycle, Role.UNIT)


def can_check_in(user: Person, cycle: Cycle) -> bool:
    """Work at the check-in desk: presence, slips, blocks."""
    return _acts(user, cycle, Role.CLERK)


def can_hold_key(user: Person, cycle: Cycle) -> bool:
    """Lead the key ceremony and the trial unsealing."""
    return _acts(user, cycle, Role.CLERK, *SCRUTINEERS)


def can_hold_slip(user: Person, cycle: Cycle) -> bool:
    """Hold a slip of the key: take it at the own sign-in and type it back."""
    return _acts(user, cycle, *SCRUTINEERS)


def can_change_roll(user: Person, cycle: Cycle) -> bool:
    """Exclude a delegate from a frozen roll, or admit one to it, with a reason."""
    return _acts(user, cycle, Role.CLERK)


def can_switch(user: Person, cycle: Cycle) -> bool:
    """Switch a round to paper."""
    return _acts(user, cycle, Role.CLERK, Role.PRESIDING)


def can_read_paper(user: Person, cycle: Cycle) -> bool:
    """Count and read the returned paper ballots."""
    return _acts(user, cycle, Role.CLERK, *SCRUTINEERS)


def can_settle_paper(user: Person, cycle: Cycle) -> bool:
    """Settle a difference between two readings of a paper ballot (总监票人)."""
    return _acts(user, cycle, Role.CHIEF)


def can_open(user: Person, cycle: Cycle) -> bool:
    return _acts(user, cycle, Role.CLERK, Role.PRESIDING)


def can_close(user: Person, cycle: Cycle) -> bool:
    return _acts(user, cycle, Role.CLERK, Role.PRESIDING)


def can_count(user: Person, cycle: Cycle) -> bool:
    return _acts(user, cycle, Role.CLERK, *SCRUTINEERS)


def can_certify(user: Person, cycle: Cycle) -> bool:
    return _acts(user, cycle, *SCRUTINEERS)


def can_decide(user: Person, cycle: Cycle) -> bool:
    """Record how the presidium or a public lot decided a tie."""
    return _acts(user, cycle, Role.CLERK, Role.PRESIDING)


def can_begin_round(user: Person, cycle: Cycle) -> bool:
    """Begin the further round that a tie, a shortfall or a void vote calls for."""
    return _acts(user, cycle, Role.CLERK, Role.PRESIDING)


def can_annul(user: Person, cycle: Cycle) -> bool:
    """Record that the presidium annulled a round."""
    return _acts(user, cycle, Role.CLERK, Role.PRESIDING)


def can_end_rounds(user: Person, cycle: Cycle) -> bool:
    """Record that the presidium decided to hold no further round."""
    return _acts(user, cycle, Role.CLERK, Role.PRESIDING)


def can_publish(user: Person, cycle: Cycle) -> bool:
    return _acts(user, cycle, Role.CLERK, Role.PRESIDING)


def can_see_tally(user: Person, cycle: Cycle) -> bool:
    """See a count before it is published (it exists only after the close)."""
    return _acts(user, cycle, Role.CLERK, *SCRUTINEERS, Role.PRESIDING)


def can_see_patterns(user: Person, cycle: Cycle) -> bool:
    """See the distinct ballots: scrutineers only (TRUST.md F26)."""
    return _acts(user, cycle, *SCRUTINEERS)


def can_watch(user: Person, cycle: Cycle) -> bool:
    """See the running order, roll and journal."""
    return _acts(user, cycle, Role.CLERK, *SCRUTINEERS, Role.PRESIDING)


def can_deliver(user: Person, cycle: Cycle) -> bool:
    """Keep the breakdown, the lights, the groups, completions, the assessment, the survey and the archive."""
    return _acts(user, cycle, Role.CLERK)


def can_record_change(user: Person, cycle: Cycle) -> bool:
    """Record what the standing committee decided of a change."""
    return _acts(user, cycle, Role.CLERK, Role.PRESIDING)


def can_report(user: Person, cycle: Cycle) -> bool:
    """Report on projects: an officer on those of the own unit, the clerk on all; which, the domain says."""
    return _acts(user, cycle, Role.CLERK, Role.UNIT)

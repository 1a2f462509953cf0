"""Two people for one act: what cannot be undone and is shown by no arithmetic is not one person's to do (F39).

A verb that needs a second person takes ``second`` and writes what ``second_person`` returns into its journal entry.
"""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from accounts.models import Congress, User
from accounts.roles import SCRUTINEERS, Role
from voting.domain.core.refusals import Refused

#: Who may stand beside a keeper of accounts.
BESIDE_KEEPERS: frozenset[Role] = frozenset({Role.KEEPER, Role.CHIEF, Role.PRESIDING})

#: Who may stand in as second person where a verb names nobody else.
SECONDS: frozenset[Role] = SCRUTINEERS | {Role.CLERK, Role.PRESIDING}


class SecondPersonNeeded(Refused):
    """Nobody else of the congress, or nobody with a part in the vote, stands by the act."""

    def __str__(self) -> str:
        return _(
            "This needs a second person of this congress, who enters their own user name and password on this page. "
            "Nothing was done."
        )


class SamePersonTwice(Refused):
    """The second person is the first."""

    def __str__(self) -> str:
        return _("The second person must be someone other than the person signed in. Nothing was done.")


def second_person(
    second: User | None, *, by: User, congress: Congress, roles: Collection[Role] = SECONDS
) -> dict[str, str]:
    """Return what the journal says of the second person. Raises SecondPersonNeeded or SamePersonTwice."""
    if second is None:
        raise SecondPersonNeeded
    if second.pk == by.pk:
        raise SamePersonTwice
    if not second.is_active or second.congress_id != congress.pk or second.role not in roles:
        raise SecondPersonNeeded
    return {"second": second.username}

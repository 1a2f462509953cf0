"""Who a person is in the procedure (PROCEDURE.md §7), and which world they belong to."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """The one role of a user. A keeper looks after the accounts of a congress and takes no step of its votes; one
    without a congress, the keeper of the installation, opens congresses and names their first keepers. A resident votes
    by letter and does nothing else; nobody is given that role by hand.
    """

    NONE = "", _("no part in the vote")
    DELEGATE = "delegate", _("delegate")
    RESIDENT = "resident", _("resident")
    CLERK = "clerk", _("clerk")
    SCRUTINEER = "scrutineer", _("scrutineer")
    CHIEF = "chief", _("chief scrutineer")
    PRESIDING = "presiding", _("executive chairperson")
    UNIT = "unit", _("unit officer")
    KEEPER = "keeper", _("account keeper")


#: Who signs in with number and code, and has a ballot where a roll says so.
VOTERS = (Role.DELEGATE, Role.RESIDENT)
#: 监票人: the chief scrutineer (总监票人) is one of them.
SCRUTINEERS = frozenset({Role.SCRUTINEER, Role.CHIEF})
#: Roles that sign in with a password and work in the admin.
STAFF_ROLES = SCRUTINEERS | {Role.CLERK, Role.PRESIDING, Role.UNIT, Role.KEEPER}


class Kind(TextChoices):
    """Official, demo and rehearsal data never mix: a congress is of one kind, with all that belongs to it."""

    OFFICIAL = "official", _("official")
    DEMO = "demo", _("demo")
    REHEARSAL = "rehearsal", _("rehearsal")


class Level(TextChoices):
    """Which government the congress watches over."""

    COUNTY = "county", _("county or district")
    TOWN = "town", _("town")

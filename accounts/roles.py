"""Who a person is in the procedure (PROCEDURE.md §7), and which world they belong to."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """The one role of a user; a superuser without a role keeps accounts and takes no step of the vote."""

    NONE = "", _("no part in the vote")
    DELEGATE = "delegate", _("delegate")
    CLERK = "clerk", _("clerk")
    SCRUTINEER = "scrutineer", _("scrutineer")
    CHIEF = "chief", _("chief scrutineer")
    PRESIDING = "presiding", _("presiding officer")
    UNIT = "unit", _("unit officer")


#: 监票人: the chief scrutineer (总监票人) is one of them.
SCRUTINEERS = frozenset({Role.SCRUTINEER, Role.CHIEF})
#: Roles that sign in with a password and work in the admin.
STAFF_ROLES = SCRUTINEERS | {Role.CLERK, Role.PRESIDING, Role.UNIT}


class Kind(TextChoices):
    """Official, demo and rehearsal data never mix: a cycle and everyone on its roll are of one kind."""

    OFFICIAL = "official", _("official")
    DEMO = "demo", _("demo")
    REHEARSAL = "rehearsal", _("rehearsal")

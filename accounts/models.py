"""Users, delegations, delegates and access codes."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.authenticators import Authenticator, RecoveryCodes  # noqa: F401 models of this app
from accounts.kept_sessions import KeptSession, SignedOutByChange  # noqa: F401 a model of this app
from accounts.managers import DelegatesAlone, UserManager
from accounts.roles import STAFF_ROLES, Kind, Level, Role


def require_time_zone(name: str) -> None:
    """Raises ValidationError where the tz database has no zone of that name."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is no time zone; Asia/Shanghai is one."), params={"name": name})


def time_zone_of_server() -> str:
    return str(settings.TIME_ZONE)


class Congress(models.Model):
    """人民代表大会: one people's congress, a world of its own with its people, units, years and rules.

    Nobody acts, and nothing that is not public is seen, beyond one's own; its kind tells whether all of it is
    official, a demo or a rehearsal.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.OFFICIAL)
    slug = models.CharField(
        _("address"),
        max_length=30,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z][a-z0-9-]*$", _("Lower-case letters, digits and hyphens, a letter first."))
        ],
        error_messages={"unique": _("Another congress has this address.")},
    )
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    place = models.CharField(_("place"), max_length=60)
    place_en = models.CharField(_("place in English"), max_length=120, blank=True)
    level = models.CharField(_("level"), max_length=8, choices=Level.choices, default=Level.COUNTY)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="below",
        null=True,
        blank=True,
        verbose_name=_("belongs to"),
        help_text=_("For a town: the congress of its county or district, where that is here too."),
    )
    publisher = models.CharField(_("publisher"), max_length=60, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=40, default=time_zone_of_server, validators=[require_time_zone]
    )
    issuer = models.CharField(_("issuing body of notices"), max_length=60, blank=True)
    issuer_en = models.CharField(_("issuing body in English"), max_length=120, blank=True)
    seal = models.CharField(_("text of the seal"), max_length=60, blank=True)
    #: One more with every correction: what is kept in memory goes by it (``accounts.congresses``).
    edition = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("people's congress")
        verbose_name_plural = _("people's congresses")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="congress_kind_known"),
            models.CheckConstraint(condition=models.Q(level__in=Level.values), name="congress_level_known"),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="congress_not_its_own_parent",
                violation_error_message=_("A congress does not belong to itself."),
            ),
        ]

    def __str__(self) -> str:
        return in_this_language(self.name, self.name_en)

    @property
    def place_shown(self) -> str:
        """The place in the reader's language, where it has a name in it."""
        return in_this_language(self.place, self.place_en)


def in_this_language(chinese: str, english: str) -> str:
    """Return the English words to an English reader where there are any, else the Chinese."""
    return english if english and (get_language() or "").startswith("en") else chinese


class Unit(models.Model):
    """单位: a subdistrict, a department or an office of the government."""

    congress = models.ForeignKey(
        Congress, on_delete=models.PROTECT, related_name="units", verbose_name=_("people's congress")
    )
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["congress", "name"]
        constraints = [models.UniqueConstraint(fields=["congress", "name"], name="unit_name_once")]

    def __str__(self) -> str:
        return in_this_language(self.name, self.name_en)


class User(SignedOutByChange, AbstractBaseUser):
    """One person who signs in; the role says what they may do (``voting.permissions``).

    There is deliberately no time of the last sign-in: for a delegate it would be a clock beside the vote
    (TRUST.md F29).
    """

    last_login = None

    username = models.CharField(
        _("user name"), max_length=64, unique=True, error_messages={"unique": _("This user name is taken.")}
    )
    name = models.CharField(_("name shown"), max_length=100)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.NONE, blank=True)
    congress = models.ForeignKey(
        Congress,
        on_delete=models.PROTECT,
        related_name="users",
        null=True,
        blank=True,
        verbose_name=_("people's congress"),
        help_text=_(
            "Nobody has a part in a vote without one; the keeper of the installation belongs to none."
        ),
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        related_name="officers",
        null=True,
        blank=True,
        verbose_name=_("unit"),
        help_text=_("Only for a unit officer."),
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    password_is_initial = models.BooleanField(
        _("initial password"),
        default=False,
        help_text=_("Given by somebody else; nothing can be done with it but to choose another."),
    )

    has_second_factor = models.BooleanField(
        _("second factor"),
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Asked for after the password; written by ``accounts.second_factor`` alone."),
    )

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(
                condition=models.Q(congress__isnull=False) | models.Q(role__in=[Role.NONE, Role.KEEPER]),
                name="user_role_in_a_congress",
                violation_error_message=_("A part in a vote needs the congress that votes."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def is_staff(self) -> bool:
        """May enter the admin; what they see and do there is decided by the role."""
        return self.role in STAFF_ROLES

    @property
    def as_delegate(self) -> Delegate | None:
        """The delegate whose account it is; None for everybody else, also for a resident's letter."""
        delegate: Delegate | None = getattr(self, "delegate", None) if self.role == Role.DELEGATE else None
        return delegate

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's own permissions are given to nobody: each page asks for a role in a congress."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Delegation(models.Model):
    """代表团: the group of delegates of one subdistrict."""

    congress = models.ForeignKey(
        Congress, on_delete=models.PROTECT, related_name="delegations", verbose_name=_("people's congress")
    )
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["congress", "position", "name"]
        constraints = [models.UniqueConstraint(fields=["congress", "name"], name="delegation_name_once")]

    def __str__(self) -> str:
        return in_this_language(self.name, self.name_en)


class Delegate(models.Model):
    """人大代表: a delegate of the people's congress, with the number that stands on the slip.

    Where residents vote (居民), each letter is such a row too: a number that nobody's name stands beside
    (``accounts.letters``). ``objects`` are the delegates, ``every`` has the letters as well.
    """

    congress = models.ForeignKey(
        Congress, on_delete=models.PROTECT, related_name="delegates", verbose_name=_("people's congress")
    )
    user = models.OneToOneField(
        User, on_delete=models.PROTECT, related_name="delegate", verbose_name=_("user")
    )
    delegation = models.ForeignKey(
        Delegation, on_delete=models.PROTECT, related_name="delegates", verbose_name=_("delegation")
    )
    number = models.CharField(_("delegate number"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    in_group = models.BooleanField(
        _("belongs to the sub-group"),
        default=False,
        help_text=_("Only where the voting rules ask for a second threshold of a sub-group."),
    )
    is_active = models.BooleanField(_("in office"), default=True)
    is_resident = models.BooleanField(_("resident's letter"), default=False, db_default=False, editable=False)

    objects = DelegatesAlone()
    every: models.Manager[Delegate] = models.Manager()

    class Meta:
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["congress", "number", "is_resident"],
                name="delegate_number_once",
                violation_error_message=_("Another delegate has this number."),
            ),
            models.CheckConstraint(condition=~models.Q(number=""), name="delegate_number_given"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


def delegate_username(congress: Congress, number: str) -> str:
    """Return the user name of a delegate's account, which nobody types and no user name of staff can be."""
    return f"delegate:{congress.pk}:{number}"


class AccessCode(models.Model):
    """The one-time access code of a delegate, kept only as a keyed digest.

    No time of issue, use or last success is kept, and no wrong one: a right code is always taken.
    """

    delegate = models.ForeignKey(
        Delegate, on_delete=models.CASCADE, related_name="access_codes", verbose_name=_("delegate")
    )
    digest = models.CharField(_("keyed digest"), max_length=64)
    voided = models.BooleanField(_("void"), default=False)

    class Meta:
        verbose_name = _("access code")
        verbose_name_plural = _("access codes")
        constraints = [
            models.UniqueConstraint(
                fields=["delegate"], condition=models.Q(voided=False), name="access_code_one_valid"
            ),
        ]

    def __str__(self) -> str:
        return str(self.delegate)


class Attempts(models.Model):
    """How often somebody was wrong lately, and until when they rest (``accounts.attempts``).

    ``digest`` and ``of`` are keyed digests: of who tried, and of the name that was tried; for delegates' codes the
    latter is empty.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    of = models.CharField(max_length=64, blank=True, db_index=True)
    times = models.PositiveIntegerField()
    rest_until = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest


class FileStatus(models.TextChoices):
    """How far a file with a list has come."""

    STAGED = "staged", _("previewed")
    APPLIED = "applied", _("imported")
    UNDONE = "undone", _("undone")
    DROPPED = "dropped", _("dropped")


class StagedFile(models.Model):
    """A list from a file: previewed first, taken in only when that is confirmed (``voting.domain.core.imports``).

    The file is kept as it came while it is previewed; then its content, which may name people, is emptied.
    """

    Status = FileStatus

    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(_("content"))
    status = models.CharField(
        _("status"),
        max_length=8,
        choices=[each for each in FileStatus.choices if each[0] != FileStatus.UNDONE],
        default=FileStatus.STAGED,
    )
    uploaded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    #: How it is to be read, where a person said so: sheet, header, columns (``voting.domain.core.imports``).
    reading = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name


class RosterImport(StagedFile):
    """A file of delegates, which can be undone as long as they are on no roll.

    ``summary`` is what the preview said, ``undo`` what taking the import back needs.
    """

    class Mode(models.TextChoices):
        APPEND = "append", _("append and correct")
        WHOLE = "whole", _("the file is the whole list")

    congress = models.ForeignKey(
        Congress, on_delete=models.PROTECT, related_name="+", verbose_name=_("people's congress")
    )
    digest = models.CharField(_("hash"), max_length=64)
    mode = models.CharField(_("mode"), max_length=8, choices=Mode.choices, default=Mode.APPEND)
    status = models.CharField(
        _("status"), max_length=8, choices=FileStatus.choices, default=FileStatus.STAGED
    )
    summary = models.JSONField(_("preview"), default=dict, blank=True)
    undo = models.JSONField(_("what undoing needs"), null=True, blank=True)

    class Meta:
        verbose_name = _("import of delegates")
        verbose_name_plural = _("imports of delegates")
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mode__in=["append", "whole"]), name="roster_mode_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["staged", "applied", "undone", "dropped"]),
                name="roster_status_known",
            ),
        ]

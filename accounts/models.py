"""Users, delegations, delegates and access codes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import STAFF_ROLES, Kind, Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Save a user; without a password the account cannot sign in by password."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Save an account keeper: may look after accounts, takes no step of a vote."""
        return self.create_user(username, password, is_superuser=True, **fields)


class Unit(models.Model):
    """单位: a subdistrict, a department or an office of the government."""

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.OFFICIAL)
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="unit_name_once"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="unit_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser, PermissionsMixin):
    """One person who signs in.

    There is deliberately no time of the last sign-in: for a delegate it would be a clock beside the vote
    (TRUST.md F29).
    """

    last_login = None

    username = models.CharField(
        _("user name"), max_length=64, unique=True, error_messages={"unique": _("This user name is taken.")}
    )
    name = models.CharField(_("name shown"), max_length=100)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.NONE, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.OFFICIAL)
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

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="user_kind_known"),
            models.CheckConstraint(
                condition=~models.Q(role=Role.DELEGATE, is_superuser=True), name="user_delegate_not_superuser"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def is_staff(self) -> bool:
        """May enter the admin; what they see and do there is decided by the role."""
        return self.is_superuser or self.role in STAFF_ROLES


class Delegation(models.Model):
    """代表团: the group of delegates of one subdistrict."""

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.OFFICIAL)
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["kind", "position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="delegation_name_once"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="delegation_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Delegate(models.Model):
    """人大代表: a delegate of the people's congress, with the number that stands on the slip."""

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.OFFICIAL)
    user = models.OneToOneField(
        User, on_delete=models.PROTECT, related_name="delegate", verbose_name=_("user")
    )
    delegation = models.ForeignKey(
        Delegation, on_delete=models.PROTECT, related_name="delegates", verbose_name=_("delegation")
    )
    number = models.CharField(
        _("delegate number"),
        max_length=20,
        unique=True,
        error_messages={"unique": _("Another delegate has this number.")},
    )
    name = models.CharField(_("name"), max_length=60)
    in_group = models.BooleanField(
        _("belongs to the sub-group"),
        default=False,
        help_text=_("Only where the voting rules ask for a second threshold of a sub-group."),
    )
    is_active = models.BooleanField(_("in office"), default=True)

    class Meta:
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="delegate_kind_known"),
            models.CheckConstraint(condition=~models.Q(number=""), name="delegate_number_given"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class AccessCode(models.Model):
    """The one-time access code of a delegate, kept only as a keyed digest.

    No time of issue, use or last success is kept. ``blocked_until`` is set by wrong codes alone and cleared by
    the next right one.
    """

    delegate = models.ForeignKey(
        Delegate, on_delete=models.CASCADE, related_name="access_codes", verbose_name=_("delegate")
    )
    digest = models.CharField(_("keyed digest"), max_length=64)
    voided = models.BooleanField(_("void"), default=False)
    failures = models.PositiveSmallIntegerField(_("wrong codes in a row"), default=0)
    blocked_until = models.DateTimeField(_("blocked until"), null=True, blank=True)

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

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.OFFICIAL)
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
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="roster_kind_known"),
            models.CheckConstraint(
                condition=models.Q(mode__in=["append", "whole"]), name="roster_mode_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["staged", "applied", "undone", "dropped"]),
                name="roster_status_known",
            ),
        ]

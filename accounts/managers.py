"""Which rows a model gives where nothing is said: accounts that end their sessions, delegates without letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import models

from accounts.kept_sessions import EndingSessions
from accounts.roles import Role

if TYPE_CHECKING:
    from accounts.models import Delegate, User


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> models.QuerySet[User]:
        return EndingSessions(self.model, using=self._db)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Save a user; without a password the account cannot sign in by password."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Save a keeper of the installation: opens congresses, takes no step of a vote."""
        return self.create_user(username, password, role=Role.KEEPER, **fields)


class DelegatesAlone(models.Manager["Delegate"]):
    """The delegates, without the residents who vote by letter."""

    def get_queryset(self) -> models.QuerySet[Delegate]:
        return super().get_queryset().filter(is_resident=False)

"""Accounts in the admin: users, delegations, delegates. Registered on a site by whoever has one.

Superusers keep the accounts; a clerk keeps the delegates of the own kind. Nobody takes a step of a vote here.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.db import transaction
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Delegate, Delegation, User
from accounts.roles import Role


def keeps(request: HttpRequest, obj: Delegate | Delegation | None = None) -> bool:
    """Tell whether the person keeps delegates, or this one: superusers all, a clerk those of the own kind."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.is_superuser or (user.role == Role.CLERK and (obj is None or obj.kind == user.kind))


class ClosedList(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list that can be narrowed by what it shows as a filter, and by nothing else (TRUST.md F34).

    Django lets an address ask for any column and for columns of related tables: by yes and no, letter by letter, a
    person could read what no page shows them.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow the parameters of the filters shown and the key of a record; Django refuses the others."""
        key = self.opts.pk.name
        allowed = {f"{name}{how}" for name in ("pk", key) for how in ("", "__exact")}
        shown = self.get_list_filter(request) if request is not None else self.list_filter
        for name in shown:
            field = self.opts.get_field(str(name))
            exact = f"__{field.target_field.name}__exact" if isinstance(field, ForeignKey) else "__exact"
            allowed |= {str(name), f"{name}{exact}", f"{name}__isnull"}
        return lookup in allowed


class UserAdmin(ClosedList, StockUserAdmin):  # type: ignore[type-arg]
    """Staff accounts, for superusers only. Delegates' accounts come with the delegate and have no password."""

    list_display = ("username", "name", "role", "kind", "is_active", "is_superuser")
    list_filter = ("role", "kind", "is_active")
    search_fields = ("username", "name")
    ordering = ("username",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password", "name")}),
        (_("Part in the vote"), {"fields": ("role", "kind", "unit", "is_active", "is_superuser")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001 Django's signature
        """Save the account; a keeper of accounts has no part in a vote, so making one takes the part away."""
        if obj.is_superuser:
            obj.role = ""
        super().save_model(request, obj, form, change)

    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "username",
                    "name",
                    "role",
                    "kind",
                    "unit",
                    "usable_password",
                    "password1",
                    "password2",
                )
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """The journal knows people by user name; a part in the vote is given once, with the account."""
        return ("username", "role", "kind") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody is deleted: the journal names them. Who leaves may no longer sign in."""
        return False


class KeptByClerks(ClosedList):
    """Kept by superusers and by the clerks of the same kind; what is on a roll is never deleted (F17)."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return keeps(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return keeps(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return keeps(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return keeps(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        user = request.user
        return rows if getattr(user, "is_superuser", False) else rows.filter(kind=getattr(user, "kind", ""))

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A clerk's own kind is set by itself, and for nobody does it change afterwards."""
        return () if request.user.is_superuser and obj is None else ("kind",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 Django's signature
        if not change and isinstance(request.user, User) and not request.user.is_superuser:
            obj.kind = request.user.kind
        super().save_model(request, obj, form, change)


class UnitAdmin(KeptByClerks):
    list_display = ("name", "kind")
    list_filter = ("kind",)
    search_fields = ("name",)


class DelegationAdmin(KeptByClerks):
    list_display = ("name", "kind", "position")
    list_filter = ("kind",)
    search_fields = ("name",)


class DelegateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A delegate's number is fixed once given: it stands on slips and rolls."""

    class Meta:
        model = Delegate
        fields = ("kind", "number", "name", "delegation", "in_group", "is_active")
        labels: ClassVar[dict[str, Any]] = {
            "in_group": _("member of the standing committee, or of the sub-group")
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "in_group": _(
                "Votes in an assessment by the standing committee; counts in a second threshold of a sub-group. "
                "A roll that is frozen does not change."
            )
        }


class DelegateAdmin(KeptByClerks):
    form = DelegateForm
    list_display = ("number", "name", "delegation", "kind", "in_group", "is_active")
    list_select_related = ("delegation",)
    list_filter = ("is_active", "in_group", "delegation", "kind")
    search_fields = ("number", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Delegate | None = None) -> tuple[str, ...]:
        return ("number",) if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        user = request.user
        if db_field.name == "delegation" and isinstance(user, User) and not user.is_superuser:
            kwargs["queryset"] = Delegation.objects.filter(kind=user.kind)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 Django's signature
        """Save the delegate; a new one gets an account that signs in with a slip and has no password."""
        if not change:
            kind = obj.kind if request.user.is_superuser else getattr(request.user, "kind", "")
            obj.user = User.objects.create_user(
                f"delegate-{obj.number}", name=obj.name, role=Role.DELEGATE, kind=kind
            )
        super().save_model(request, obj, form, change)

"""Units, delegations and delegates in the admin. Registered on a site by whoever has one.

Clerk and keeper keep those of their own congress. Nobody takes a step of a vote here.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Delegate, Delegation, Unit, User, delegate_username
from accounts.roles import Role


def keeps(request: HttpRequest, obj: Unit | Delegate | Delegation | None = None) -> bool:
    """Tell whether the person keeps the people of a congress, or this one: its clerk and its keeper of accounts do."""
    user = request.user
    return (
        isinstance(user, User)
        and user.is_active
        and user.congress_id is not None
        and user.role in {Role.CLERK, Role.KEEPER}
        and (obj is None or obj.congress_id == user.congress_id)
    )


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
        for each in shown:
            name = str(each[0] if isinstance(each, tuple) else each)
            field = self.opts.get_field(name)
            exact = f"__{field.target_field.name}__exact" if isinstance(field, ForeignKey) else "__exact"
            allowed |= {name, f"{name}{exact}", f"{name}__isnull"}
        return lookup in allowed


class OwnDelegations(admin.RelatedOnlyFieldListFilter):
    """The delegations of the person's own congress, in their order."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        own = Delegation.objects.filter(congress=_own(request))
        return [(str(each.pk), str(each)) for each in own]


def _own(request: HttpRequest) -> int:
    """Return the key of the person's congress; the key of none where there is none, which finds nothing."""
    return getattr(request.user, "congress_id", None) or 0


class KeptByClerks(ClosedList):
    """Kept by the clerks and the keeper of the same congress; what is on a roll is never deleted (F17)."""

    #: Whoever adds a row adds it to the own congress.
    exclude = ("congress",)
    show_full_result_count = False

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
        return rows.filter(congress=_own(request))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 Django's signature
        """Return the form of a row that is in the own congress already, so that its names are looked for there."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        model, own = self.model, _own(request)

        class InOwnCongress(form):  # type: ignore[misc]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                kwargs["instance"] = kwargs.get("instance") or model(congress_id=own)
                super().__init__(*args, **kwargs)

            def _get_validation_exclusions(self) -> set[str]:
                return super()._get_validation_exclusions() - {"congress"}  # type: ignore[no-any-return]

        return InOwnCongress


class UnitAdmin(KeptByClerks):
    list_display = ("name", "name_en")
    search_fields = ("name", "name_en")


class DelegationAdmin(KeptByClerks):
    list_display = ("name", "name_en", "position")
    search_fields = ("name", "name_en")


class DelegateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A delegate's number is fixed once given: it stands on slips and rolls."""

    class Meta:
        model = Delegate
        fields = ("number", "name", "delegation", "in_group", "is_active")
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
    list_display = ("number", "name", "delegation", "in_group", "is_active")
    list_select_related = ("delegation",)
    list_filter = ("is_active", "in_group", ("delegation", OwnDelegations))
    search_fields = ("number", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Delegate | None = None) -> tuple[str, ...]:
        return ("number",) if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "delegation":
            kwargs["queryset"] = Delegation.objects.filter(congress=_own(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 Django's signature
        """Save the delegate; a new one gets an account that signs in with a slip and has no password."""
        if not change:
            obj.user = User.objects.create_user(
                delegate_username(obj.congress, obj.number),
                name=obj.name,
                role=Role.DELEGATE,
                congress=obj.congress,
            )
        super().save_model(request, obj, form, change)

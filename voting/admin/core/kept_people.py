"""Units, delegations and delegates: the lists that a congress's clerks and its keeper keep.

Nobody takes a step of a vote here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Delegate, Delegation, Unit, User, delegate_username
from accounts.roles import Role
from voting.admin.core.closed_lists import ClosedList
from voting.admin.core.verbs import MISTAKEN, REFUSED
from voting.domain.before.rosters import hold_list
from voting.forms.core.drafts import SEEN, ChangedMeanwhile, FieldChange, carry, changes_since
from voting.forms.core.plain import PlainForm
from voting.forms.core.verbs import refusal_lines


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


class OwnDelegations(RelatedOnlyFieldListFilter):
    """The delegations of the person's own congress, in their order."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        own = Delegation.objects.filter(congress=_own(request))
        return [(str(each.pk), str(each)) for each in own]


def _own(request: HttpRequest) -> int:
    """Return the key of the person's congress; the key of none where there is none, which finds nothing."""
    return getattr(request.user, "congress_id", None) or 0


@contextmanager
def _held(request: HttpRequest) -> Iterator[None]:
    """Hold the lists of the congress while one is written: another, or an import, comes before or after."""
    if request.method != "POST":
        yield
        return
    with transaction.atomic():
        hold_list(_own(request))
        yield


class OfOwnCongress(PlainForm, forms.ModelForm):  # type: ignore[type-arg]
    """A row of the own congress, whose names are looked for among its rows."""

    def _get_validation_exclusions(self) -> set[str]:
        of_model = self._meta.model._meta.constraints  # noqa: SLF001
        once = {name for each in of_model for name in getattr(each, "fields", ())}
        return super()._get_validation_exclusions() - {"congress", *once}  # type: ignore[no-any-return,misc]


class UnitForm(OfOwnCongress):
    class Meta:
        model = Unit
        fields = ("name", "name_en")


class DelegationForm(OfOwnCongress):
    class Meta:
        model = Delegation
        fields = ("name", "name_en", "position")


class DelegateForm(OfOwnCongress):
    """A delegate's number is fixed once given: it stands on slips and rolls."""

    class Meta:
        model = Delegate
        fields = ("number", "name", "delegation", "in_group", "is_active")
        labels: ClassVar[dict[str, Any]] = {
            "in_group": gettext_lazy("member of the standing committee, or of the sub-group")
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "in_group": gettext_lazy(
                "Votes in an assessment by the standing committee; counts in a second threshold of a sub-group. "
                "A roll that is frozen does not change."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["delegation"].queryset = Delegation.objects.filter(congress=self.instance.congress_id)  # type: ignore[attr-defined]
        if self.instance.pk:
            del self.fields["number"]


class KeptByClerks(ClosedList):
    """Kept by the clerks and the keeper of the same congress; what is on a roll is never deleted (F17)."""

    #: The form of a row.
    form = OfOwnCongress
    #: What the list's button says.
    new: ClassVar[Any]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return keeps(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return keeps(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(congress=_own(request))

    def get_urls(self) -> list[URLPattern]:
        add = path("add/", self.admin_site.admin_view(self.add_view), name=f"{self.stem}_add")
        return [add, *super().get_urls()]

    def beside_list(self, request: HttpRequest) -> dict[str, Any]:
        return {"new": self.new, "add": reverse(f"admin:{self.stem}_add")}

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Take in a row of the own congress. Raises PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        with _held(request):
            return self._edited(request, self.model(congress_id=_own(request)), title=str(self.new))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Correct a row. Raises PermissionDenied or Http404."""
        with _held(request):
            row = self.row_of(request, object_id)
            return self._edited(request, row, title=str(row))

    def _edited(self, request: HttpRequest, row: Any, *, title: str) -> HttpResponse:
        """Save what was sent, unless somebody else changed the row since the form was made."""
        stored = self.form(instance=row)
        form = self.form(request.POST if request.method == "POST" else None, instance=row)
        if row.pk:
            carry(form, stored)
        changes: list[FieldChange] = []
        if form.is_bound and form.is_valid():
            token = form.cleaned_data.pop(SEEN, "")
            changes = changes_since(form, token, stored) if token else []
            if not changes:
                self.kept(request, form)
                messages.success(request, _("Saved: %(name)s.") % {"name": form.instance})
                return HttpResponseRedirect(reverse(f"admin:{self.stem}_changelist"))
            form.add_error(None, str(ChangedMeanwhile(changes)))
        context = {
            "title": title,
            "of": capfirst(self.opts.verbose_name),
            "back": reverse(f"admin:{self.stem}_changelist"),
            "back_to": capfirst(self.opts.verbose_name_plural),
            "form": form,
            "refused": refusal_lines(form),
            "changes": changes,
        }
        status = REFUSED if changes else MISTAKEN if form.errors else 200
        return self.shown(request, "admin/core/record.html", context, status=status)

    def kept(self, request: HttpRequest, form: Any) -> None:
        """Save the row of a form that is right; who did it and what changed stands in the log."""
        is_new = form.instance.pk is None
        row = form.save()
        log = self.log_addition if is_new else self.log_change
        log(request, row, self.construct_change_message(request, form, [], is_new))


class UnitAdmin(KeptByClerks):
    form = UnitForm
    new = gettext_lazy("Enter a unit")
    list_display = ("name", "name_en")
    search_fields = ("name", "name_en")


class DelegationAdmin(KeptByClerks):
    form = DelegationForm
    new = gettext_lazy("Enter a delegation")
    list_display = ("name", "name_en", "position")
    search_fields = ("name", "name_en")


class DelegateAdmin(KeptByClerks):
    form = DelegateForm
    new = gettext_lazy("Enter a delegate")
    list_display = ("number", "name", "delegation", "in_group", "is_active")
    list_select_related = ("delegation",)
    list_filter = ("is_active", "in_group", ("delegation", OwnDelegations))
    search_fields = ("number", "name")

    def kept(self, request: HttpRequest, form: Any) -> None:
        """Save the delegate with the account, which has the same name, signs in with a slip and has no password."""
        delegate = form.instance
        if not delegate.pk:
            delegate.user = User.objects.create_user(
                delegate_username(delegate.congress, delegate.number),
                name=delegate.name,
                role=Role.DELEGATE,
                congress=delegate.congress,
            )
        User.objects.filter(pk=delegate.user_id).update(name=delegate.name)
        super().kept(request, form)

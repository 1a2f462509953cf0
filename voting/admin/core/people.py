"""The accounts of the staff: a keeper enters people, corrects them, and gives initial passwords, each shown once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.attempts import resting_until
from accounts.congresses import addresses_of
from accounts.models import Congress, User
from accounts.roles import Role
from accounts.second_factor import waits_until
from voting import permissions
from voting.admin.core.site import site
from voting.admin.core.verbs import VerbPage
from voting.domain.core import people
from voting.domain.core.refusals import Refused
from voting.domain.core.second_factor import lift_rest
from voting.forms.core.people import LiftForm, PeopleForm, PersonForm, RenewForm
from voting.forms.core.verbs import Verb
from voting.queries import units_of


class EnteredMeanwhile(Refused):
    """The same form again, or one older than what somebody else has done: a second account for everybody on it."""

    def __str__(self) -> str:
        return _(
            "Accounts have been entered or passwords given since this page was opened, perhaps by this very form; "
            "nothing was done now. Look at the list, and send the form once more if it is still needed."
        )


class PeoplePage(VerbPage):
    """Everybody who works for a congress, whom a vote still needs, and a few empty rows."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Raises PermissionDenied for anybody but the congress's keeper of accounts."""
        if not permissions.can_keep_accounts(self.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def congress(self) -> Congress:
        congress = self.user.congress
        if congress is None:
            raise PermissionDenied
        return congress

    @cached_property
    def needed(self) -> list[Role]:
        return people.still_needed(self.congress)

    def verbs(self) -> dict[str, Verb]:
        return {
            "": Verb(
                lambda data: PeopleForm(
                    data,
                    begin_with=self.needed,
                    request=self.request,
                    needed=people.needs_two(self.congress, *people.OF_THE_VOTE),
                ),
                self._enter,
                undo="PersonPage.save",
                final=_(
                    "They are entered with these roles. The next page shows their initial passwords, this once."
                ),
            )
        }

    @cached_property
    def shown(self) -> str:
        return newest(people.kept_by(self.user))

    def _enter(self, form: Any) -> HttpResponse:
        require_shown(self.request, self.shown)
        entered = people.enter_people(
            congress=self.congress, people=form.cleaned_data["newcomers"], second=form.second, **self.acting
        )
        return slips(self.request, entered, way=self.address)

    def page(self, sent: Any = None, *, status: int = 200) -> HttpResponse:
        context = {
            **site.each_context(self.request),
            "title": _("Accounts"),
            "congress": self.congress,
            "people": people.kept_by(self.user)
            .select_related("unit")
            .order_by("-is_active", "role", "username"),
            "needed": [_some(role, number) for role, number in Counter(self.needed).items()],
            "units": units_of(self.congress),
            "opened": self.congress.cycles.exists(),
            "form": self.forms(sent)[""],
            "shown": self.shown,
        }
        return TemplateResponse(self.request, "admin/core/people.html", context, status=status)


def _some(role: Role, number: int) -> str:
    return str(role.label) if number == 1 else f"{role.label} × {number}"


class PersonPage(VerbPage):
    """One person: name, role, unit, whether they may sign in, a new initial password."""

    def dispatch(self, request: HttpRequest, *args: Any, pk: int, **kwargs: Any) -> Any:
        """Raises Http404 for whoever is not among the accounts that the person keeps."""
        self.key = pk
        if self.person is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def person(self) -> Any:
        """The account that is kept here, or None."""
        return people.kept_by(self.user).select_related("unit", "congress").filter(pk=self.key).first()

    def verbs(self) -> dict[str, Verb]:
        verbs = {
            "save": Verb(
                lambda data: PersonForm(data, person=self.person, roles=self.may_change_role, **self.two),
                self._save,
                gettext_lazy("Saved."),
                ends=True,
                undo="save",
            ),
            "renew": Verb(
                lambda data: RenewForm(data, needed=self.needs_two, **self.two),
                self._renew,
                final=_("The old password is lost or known to others."),
            ),
            "lift": Verb(
                LiftForm,
                lambda _form: lift_rest(user=self.person, **self.acting),
                gettext_lazy("Sign-in under this name is possible everywhere at once."),
                undo="save",
            ),
        }
        if self.person.has_second_factor:
            sentence = _(
                "The phone and the recovery codes are lost; I have made sure that it is this person who asks."
            )
            verbs["reset"] = Verb(
                lambda data: RenewForm(data, auto_id="f_%s", needed=self.needs_two, **self.two),
                self._reset,
                final=sentence,
            )
        return verbs

    @property
    def two(self) -> dict[str, Any]:
        """What the forms are told of the second person."""
        return {"request": self.request, "congress": self.person.congress}

    @property
    def may_change_role(self) -> bool:
        """Roles are given within a congress, by its own keeper; the keeper of the installation names keepers alone."""
        return permissions.can_keep_accounts(self.user)

    @property
    def needs_two(self) -> bool:
        return people.needs_two(self.person.congress, self.person.role)

    def _save(self, form: Any) -> None:
        values = form.cleaned_data
        people.change_person(
            user=self.person,
            name=values["name"],
            unit=values.get("unit", ""),
            role=Role(values["role"]) if values.get("role") else None,
            may_sign_in=values["may_sign_in"],
            second=form.second,
            **self.acting,
        )

    def done(self) -> HttpResponse:
        """Whoever keeps the accounts no more signs in anew, as what they are now: the change ended their sessions."""
        if people.kept_by(User.objects.get(pk=self.user.pk)).filter(pk=self.key).exists():
            return super().done()
        logout(self.request)
        return HttpResponseRedirect(reverse("admin:index"))

    @property
    def shown(self) -> str:
        """Changes with every password of the person, and tells nothing of it."""
        return str(self.person.get_session_auth_hash())[:16]

    def _renew(self, form: Any) -> HttpResponse:
        require_shown(self.request, self.shown)
        return slips(
            self.request,
            [people.renew_password(self.person, second=form.second, **self.acting)],
            way=self.address,
        )

    def _reset(self, form: Any) -> HttpResponse:
        require_shown(self.request, self.shown)
        return slips(
            self.request,
            [people.reset_second_factor(self.person, second=form.second, **self.acting)],
            way=self.address,
        )

    def page(self, sent: Any = None, *, status: int = 200) -> HttpResponse:
        person, now = self.person, timezone.now()
        context = {
            **site.each_context(self.request),
            "title": str(person),
            "person": person,
            "back": keeper_home(self.user, person),
            "units": units_of(person.congress) if self.may_change_role else [],
            "forms": self.forms(sent),
            "shown": self.shown,
            "rests_until": resting_until(person, at=now),
            "waits_until": waits_until(person, at=now),
        }
        return TemplateResponse(self.request, "admin/core/person.html", context, status=status)


def newest(accounts: QuerySet[User]) -> str:
    """Return what changes with every account that is entered among these."""
    return str(accounts.aggregate(newest=Max("pk"))["newest"] or 0)


def require_shown(request: HttpRequest, shown: str) -> None:
    """Raises EnteredMeanwhile where the form that was sent is of a page before the last account or password."""
    if request.POST.get("shown", "") != shown:
        raise EnteredMeanwhile


def keeper_home(user: User, person: User) -> str:
    """Return the page on which this keeper found that person."""
    if permissions.can_keep_accounts(user):
        return reverse("admin:people")
    return (
        reverse("admin:congress", args=[person.congress.slug])
        if person.congress
        else reverse("admin:congresses")
    )


def slips(request: HttpRequest, entered: Sequence[people.InitialPassword], *, way: str) -> HttpResponse:
    """Show initial passwords, this once, a slip for each person with where to sign in."""
    rows = []
    for each in entered:
        with addresses_of(each.user.congress):
            rows.append((each, request.build_absolute_uri(reverse("admin:index"))))
    context = {**site.each_context(request), "title": _("Initial passwords"), "slips": rows, "way": way}
    return TemplateResponse(request, "admin/core/initial_passwords.html", context)

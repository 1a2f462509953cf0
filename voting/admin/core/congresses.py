"""The congresses of this server: its keeper opens them; a congress's own keeper corrects its names."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.congresses import MOST_TYPED, listed
from accounts.models import Congress, User
from accounts.roles import Role
from voting import permissions
from voting.admin.core.people import newest, require_shown, slips
from voting.admin.core.site import site
from voting.admin.core.verbs import VerbPage
from voting.domain.core.congresses import change_congress, open_with_keeper
from voting.domain.core.people import enter_people, kept_by, needs_two
from voting.forms.core.congresses import CongressForm, OpenForm
from voting.forms.core.people import AnotherKeeperForm
from voting.forms.core.verbs import Verb
from voting.text.plain import plain

#: So many congresses stand on a page.
A_PAGE = 50


def congresses(request: HttpRequest) -> HttpResponse:
    """List the congresses with a search, those without a keeper marked. Raises PermissionDenied."""
    user = cast("User", request.user)
    if not permissions.can_open_congress(user):
        raise PermissionDenied
    words = plain(request.GET.get("q", ""))[:MOST_TYPED]
    page = Paginator(listed(words), A_PAGE).get_page(request.GET.get("page"))
    active = User.objects.filter(role=Role.KEEPER, is_active=True, congress__in=[each.pk for each in page])
    keepers = Counter(active.values_list("congress", flat=True))
    context = {
        **site.each_context(request),
        "title": _("People's congresses"),
        "page": page,
        "rows": [(congress, keepers[congress.pk]) for congress in page],
        "q": words,
        "others": kept_by(user).filter(congress=None).order_by("username"),
    }
    return TemplateResponse(request, "admin/core/congresses.html", context)


_OPENS = gettext_lazy(
    "The congress is opened and is never deleted. The next page shows the initial password of its keeper, this once."
)
_ENTERS = gettext_lazy(
    "Whoever keeps accounts enters everybody else. The next page shows the initial password, this once."
)


class OpenCongressPage(VerbPage):
    """Open a congress: its names, its delegations and its first keeper, on one page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Raises PermissionDenied for anybody but the keeper of the installation."""
        if not permissions.can_open_congress(self.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def verbs(self) -> dict[str, Verb]:
        return {"": Verb(OpenForm, self._open, final=_OPENS)}

    def _open(self, form: Any) -> HttpResponse:
        congress, password = open_with_keeper(
            keeper=form.newcomer, delegations=form.delegation_names, **self.acting, **form.values
        )
        return slips(self.request, [password], way=_page_of(congress))

    def page(self, sent: Any = None, *, status: int = 200) -> HttpResponse:
        form = self.forms(sent)[""]
        context = {
            **site.each_context(self.request),
            "title": _("Open a people's congress"),
            "form": form,
            "later": [form[name] for name in OpenForm.LATER],
            "now": [form[name] for name in form.fields if name not in OpenForm.LATER],
            "later_is_wrong": any(form[name].errors for name in OpenForm.LATER),
        }
        return TemplateResponse(self.request, "admin/core/open_congress.html", context, status=status)


class CongressPage(VerbPage):
    """One congress, for the keeper of the installation: names, address, and its keepers of accounts."""

    own = False

    def dispatch(self, request: HttpRequest, *args: Any, slug: str = "", **kwargs: Any) -> Any:
        """Raises PermissionDenied, or Http404 where there is no such congress."""
        if not permissions.can_open_congress(self.user):
            raise PermissionDenied
        self.slug = slug
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def congress(self) -> Congress:
        congress: Congress = get_object_or_404(listed(""), slug=self.slug)
        return congress

    def verbs(self) -> dict[str, Verb]:
        return {"save": self.saving, "keeper": Verb(self._keeper, self._enter, final=_ENTERS)}

    @property
    def saving(self) -> Verb:
        return Verb(
            lambda data: CongressForm(data, own=self.own, instance=self.congress),
            self._save,
            gettext_lazy("Saved."),
            undo="save",
        )

    def _save(self, form: Any) -> HttpResponse | None:
        change_congress(self.congress, **form.values)
        return None

    @property
    def draft_address(self) -> str:
        return f"congress {self.congress.pk}"

    @cached_property
    def shown(self) -> str:
        return newest(kept_by(self.user).filter(congress=self.congress))

    def _keeper(self, data: Any = None) -> AnotherKeeperForm:
        needed = needs_two(self.congress, Role.KEEPER)
        return AnotherKeeperForm(data, request=self.request, congress=self.congress, needed=needed)

    def _enter(self, form: Any) -> HttpResponse:
        require_shown(self.request, self.shown)
        return slips(
            self.request,
            enter_people(congress=self.congress, people=[form.newcomer], second=form.second, **self.acting),
            way=self.address,
        )

    @property
    def address(self) -> str:
        return _page_of(Congress.objects.get(pk=self.congress.pk))

    def page(self, sent: Any = None, *, status: int = 200) -> HttpResponse:
        congress = self.congress
        context = {
            **site.each_context(self.request),
            "title": str(congress),
            "congress": congress,
            "own": self.own,
            "keepers": [] if self.own else kept_by(self.user).filter(congress=congress).order_by("username"),
            "forms": self.forms(sent),
            "shown": "" if self.own else self.shown,
        }
        return TemplateResponse(self.request, "admin/core/congress.html", context, status=status)


class OwnCongressPage(CongressPage):
    """The names of the own congress, for its keeper of accounts."""

    own = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Raises PermissionDenied for anybody but the congress's keeper of accounts."""
        if not permissions.can_keep_accounts(self.user):
            raise PermissionDenied
        return VerbPage.dispatch(self, request, *args, **kwargs)

    @cached_property
    def congress(self) -> Congress:
        return get_object_or_404(Congress, pk=self.user.congress_id or 0)

    def verbs(self) -> dict[str, Verb]:
        return {"save": self.saving}

    @property
    def address(self) -> str:
        return self.request.path


def _page_of(congress: Congress) -> str:
    return reverse("admin:congress", args=[congress.slug])

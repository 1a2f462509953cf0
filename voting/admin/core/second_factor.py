"""The page on which a member of staff sets up the own second factor, renews the recovery codes, or gives it up."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.second_factor import (
    WrongFactor,
    address_for_app,
    is_required_of,
    key_to_type,
    new_key,
    proven,
    recovery_codes_left,
)
from voting.admin.core.site import site
from voting.admin.core.verbs import MISTAKEN, VerbPage
from voting.domain.core import second_factor
from voting.forms.core.second_factor import EnrolForm, SecondStepForm
from voting.forms.core.verbs import Verb
from voting.printing.qr import qr

#: Where the session keeps the key of an app that is being set up: nothing of it is in the database before.
KEY = "second-factor-key"


@method_decorator([sensitive_post_parameters(), sensitive_variables()], name="dispatch")
class SecondFactorPage(VerbPage):
    """What there is of the own second factor, and what can be done about it. Every change of it needs a code."""

    def verbs(self) -> dict[str, Verb]:
        if not self.user.has_second_factor:
            return {"enrol": Verb(EnrolForm, self._enrol, undo="remove")}
        return {
            "codes": Verb(
                lambda data: SecondStepForm(data, user=self.user, auto_id="c_%s"), self._renew, undo="codes"
            ),
            "remove": Verb(
                lambda data: SecondStepForm(data, user=self.user, auto_id="r_%s"),
                lambda _form: second_factor.give_up(**self.acting),
                gettext_lazy("The second factor is removed. Here another can be set up."),
                undo="enrol",
            ),
        }

    @property
    def key(self) -> str:
        """The stored form of the key that is being set up, the same until it is."""
        if KEY not in self.request.session:
            self.request.session[KEY] = new_key()
        return str(self.request.session[KEY])

    def _enrol(self, form: Any) -> HttpResponseBase:
        try:
            codes = second_factor.set_up(key=self.key, code=form.cleaned_data["code"], **self.acting)
        except WrongFactor as wrong:
            form.add_error("code", str(wrong))
            return self.undone(form, status=MISTAKEN)
        self.request.session.pop(KEY, None)
        proven(self.request.session)
        return recovery_codes(self.request, codes)

    def _renew(self, form: Any) -> HttpResponse:
        proven(self.request.session)
        return recovery_codes(self.request, second_factor.renew_codes(**self.acting))

    def page(self, sent: Any = None, *, status: int = 200) -> HttpResponse:
        user = self.user
        forms = self.forms(sent)
        context = {
            **site.each_context(self.request),
            "title": _("Second factor"),
            "forms": forms,
            "required": is_required_of(user),
        }
        if "enrol" in forms:
            context |= {"qr": qr(address_for_app(user, self.key)), "key": key_to_type(user, self.key)}
        else:
            context |= {"left": recovery_codes_left(user)}
        return TemplateResponse(self.request, "admin/core/second_factor.html", context, status=status)


def recovery_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Show ten recovery codes, this once."""
    context = {**site.each_context(request), "title": _("Recovery codes"), "codes": codes}
    return TemplateResponse(request, "admin/core/recovery_codes.html", context)

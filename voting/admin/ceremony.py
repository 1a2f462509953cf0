"""The scrutineers' key: ceremony and trial. Words of slips live in one request and its answer, nowhere else."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.admin.pages import StepPage
from voting.admin.paper import qr
from voting.domain.keys import DEFAULT_NEEDED, hold_ceremony, try_unsealing
from voting.domain.refusals import Refused
from voting.domain.running_order import StepKey
from voting.forms.steps import CeremonyForm, SlipWordsForm, StepForm
from voting.models import Round


class HeldBefore(Refused):
    """The same form again: the ceremony it asked for was held, and another would void its slips."""

    def __str__(self) -> str:
        return _(
            "A key ceremony has been held since this page was opened, so none was held again: that would "
            "make its key slips worthless. If you want a new key all the same, hold the ceremony from this page now."
        )


class KeyPage(StepPage):
    key = StepKey.KEY
    button = gettext_lazy("Make the key and show the key slips")
    repeatable = True
    first = gettext_lazy(
        "The scrutineers are here. The key slips are shown once, on the next page, and are stored nowhere."
    )
    again = gettext_lazy(
        "The scrutineers are here. A new key is made, the key slips given out before become worthless, "
        "and the new ones are shown once and stored nowhere."
    )

    @property
    def fingerprint(self) -> str:
        return self.order.round.key_fingerprint if self.order.round else ""

    def form(self, data: Any = None) -> StepForm:
        return CeremonyForm(data, sentence=self.again if self.fingerprint else self.first)

    def context(self) -> dict[str, Any]:
        return {"fingerprint": self.fingerprint}

    @transaction.atomic
    def act(self, form: Any) -> HttpResponse | None:
        """Hold the ceremony, once per opened form, and answer with its slips."""
        locked = Round.objects.select_for_update(of=("self",)).get(pk=self.round.pk)
        if self.request.POST.get("fingerprint", "") != locked.key_fingerprint:
            raise HeldBefore
        needed, issued = form.cleaned_data["needed"], form.cleaned_data["issued"]
        words = hold_ceremony(round_=self.round, needed=needed, issued=issued, **self.acting)
        self.order = type(self.order)(self.cycle, user=self.user)
        context = self.frame(_("Key slips")) | {
            "slips": [{"words": slip.split(), "qr": qr(slip)} for slip in words],
            "needed": needed,
            "issued": issued,
        }
        return TemplateResponse(self.request, "admin/key_slips.html", context).render()


class WordsPage(StepPage):
    """A step that asks for the words of k slips."""

    @property
    def needed(self) -> int:
        return (self.order.round and self.order.round.slips_needed) or DEFAULT_NEEDED

    def form(self, data: Any = None) -> StepForm:
        return SlipWordsForm(data, needed=self.needed, sentence=self.warning)

    def context(self) -> dict[str, Any]:
        return {"needed": self.needed}


class TrialPage(WordsPage):
    key = StepKey.TRIAL
    button = gettext_lazy("Unseal the trial ballot")
    success = gettext_lazy("The trial ballot was unsealed: the key slips work, and the vote may be opened.")

    def act(self, form: Any) -> HttpResponse | None:
        try_unsealing(round_=self.round, slips=form.slips, **self.acting)
        return None

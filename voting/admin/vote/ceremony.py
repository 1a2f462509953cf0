"""The scrutineers' key: ceremony and trial. Words of slips live in one request and its answer, nowhere else."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Any

from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.admin.core.pages import StepPage
from voting.admin.core.qr import qr
from voting.count.formats import UnreadableRecord
from voting.count.formats.files import KEY
from voting.domain.core.refusals import Refused
from voting.domain.vote.keys import (
    DEFAULT_NEEDED,
    NotAKey,
    hold_ceremony,
    pass_trial,
    register_key,
    trial_file,
    try_unsealing,
)
from voting.domain.vote.running_order import StepKey
from voting.forms.core.steps import CeremonyForm, KeyFileForm, SlipWordsForm, StepForm, TrialWordForm
from voting.models import Round

KEY_FILE_MOST = 64 * 1024  # bytes


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

    @property
    def by_file(self) -> bool:
        return self.request.POST.get("do") == "offline"

    def form(self, data: Any = None) -> StepForm:
        if self.by_file:
            return KeyFileForm(data, self.request.FILES)
        return CeremonyForm(data, sentence=self.again if self.fingerprint else self.first)

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        held = form if isinstance(form, CeremonyForm) else self.ceremony_form()
        file_form = form if isinstance(form, KeyFileForm) else KeyFileForm()
        return super().page(held, status=status, file_form=file_form, **more)

    def ceremony_form(self) -> CeremonyForm:
        return CeremonyForm(sentence=self.again if self.fingerprint else self.first)

    def context(self) -> dict[str, Any]:
        return {"fingerprint": self.fingerprint}

    @transaction.atomic
    def act(self, form: Any) -> HttpResponse | None:
        """Hold the ceremony, once per opened form, and answer with its slips; or take a key made offline."""
        if self.by_file:
            return self.offline(form)
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
        return TemplateResponse(self.request, "admin/vote/key_slips.html", context).render()

    def offline(self, form: Any) -> HttpResponse:
        """Take a key that was made offline; only its public half comes here."""
        read = public_key_of(form.cleaned_data["key_file"])
        register_key(round_=self.round, **read, **self.acting)
        return self.stay(_("The key is taken. Now try its slips: open the trial ballot offline."))


def public_key_of(file: Any) -> dict[str, Any]:
    """Return what the offline ceremony wrote. Raises NotAKey."""
    try:
        read = KEY.read(file.read(KEY_FILE_MOST))
        raw = base64.b64decode(read["key"], validate=True)
    except (UnreadableRecord, binascii.Error) as error:
        raise NotAKey from error
    return {"raw": raw, "needed": read["needed"], "issued": read["issued"]}


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

    @property
    def by_word(self) -> bool:
        return self.request.POST.get("do") == "word"

    def form(self, data: Any = None) -> StepForm:
        return TrialWordForm(data) if self.by_word else super().form(data)

    def act(self, form: Any) -> HttpResponse | None:
        if self.by_word:
            expected = trial_word(self.round, self.request.POST.get("trial", ""))
            pass_trial(round_=self.round, word=form.cleaned_data["word"], expected=expected, **self.acting)
            return None
        try_unsealing(round_=self.round, slips=form.slips, **self.acting)
        return None

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        """Show the slips' fields, and beside them the trial ballot for whoever keeps the slips off the server."""
        words = form if isinstance(form, TrialWordForm) else TrialWordForm()
        slips = super().form() if isinstance(form, TrialWordForm) else form
        trial = self.request.POST.get("trial") or secrets.token_hex(16)
        return super().page(slips, status=status, word_form=words, trial=trial, **more)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page, or hand out the trial ballot as a file."""
        if "file" not in request.GET or not self.step.mine:
            return super().get(request)
        try:
            word = trial_word(self.round, request.GET["file"])
            file = trial_file(self.round, word=word)
        except Refused as refusal:
            return self.refused(super().form({}), refusal)
        headers = {"Content-Disposition": f'attachment; filename="{self.cycle.slug}-trial.json"'}
        return HttpResponse(file, content_type="application/json", headers=headers)


def trial_word(round_: Round, trial: str) -> str:
    """Return the word of a trial: known to this server alone, kept nowhere, the same for the same trial and key."""
    digest = signing.Signer(salt="voting.trial").signature(f"{trial}|{round_.pk}|{round_.key_fingerprint}")
    return digest.upper().translate(_PLAIN)[:8]


#: Characters that look alike on a screen and on paper.
_PLAIN = str.maketrans("", "", "-_0O1I")

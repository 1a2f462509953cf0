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
from voting.admin.core.verbs import REFUSED
from voting.count.formats import UnreadableRecord
from voting.count.formats.files import KEY
from voting.count.sealing import PublicKey
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
from voting.forms.core.verbs import Verb
from voting.models import Round
from voting.printing.files import staff_file

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
    main = "hold"
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

    def verbs(self) -> dict[str, Verb]:
        sentence = self.again if self.fingerprint else self.first
        return {
            "hold": Verb(lambda data: CeremonyForm(data, sentence=sentence), self._hold),
            "offline": Verb(
                self.with_files(KeyFileForm),
                self._offline,
                _("The key is taken. Now try its slips: open the trial ballot offline."),
            ),
        }

    def context(self) -> dict[str, Any]:
        return {"fingerprint": self.fingerprint}

    @transaction.atomic
    def _hold(self, form: Any) -> HttpResponse:
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
        return TemplateResponse(self.request, "admin/vote/key_slips.html", context).render()

    def _offline(self, form: Any) -> None:
        """Take a key that was made offline; only its public half comes here."""
        register_key(round_=self.round, **public_key_of(form.cleaned_data["key_file"]), **self.acting)


def public_key_of(file: Any) -> dict[str, Any]:
    """Return what the offline ceremony wrote. Raises NotAKey, also where the key has another fingerprint."""
    try:
        read = KEY.read(file.read(KEY_FILE_MOST))
        raw = base64.b64decode(read["key"], validate=True)
    except (UnreadableRecord, binascii.Error) as error:
        raise NotAKey from error
    if PublicKey(raw).fingerprint != read["fingerprint"]:
        raise NotAKey
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
    main = "unseal"
    button = gettext_lazy("Unseal the trial ballot")
    success = gettext_lazy("The trial ballot was unsealed: the key slips work, and the vote may be opened.")

    def verbs(self) -> dict[str, Verb]:
        return {
            "unseal": Verb(
                self.form,
                lambda form: try_unsealing(round_=self.round, slips=form.slips, **self.acting),
                self.success,
                ends=True,
            ),
            "word": Verb(TrialWordForm, self._compare, self.success, ends=True),
        }

    def _compare(self, form: Any) -> None:
        expected = trial_word(self.round, self.request.POST.get("trial", ""))
        pass_trial(round_=self.round, word=form.cleaned_data["word"], expected=expected, **self.acting)

    def context(self) -> dict[str, Any]:
        """Beside the slips' fields stands the trial ballot, for whoever keeps the slips off the server."""
        return super().context() | {"trial": self.request.POST.get("trial") or secrets.token_hex(16)}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page, or hand out the trial ballot as a file."""
        if "file" not in request.GET or not self.step.mine:
            return super().get(request, **kwargs)
        try:
            word = trial_word(self.round, request.GET["file"])
            file = trial_file(self.round, word=word)
        except Refused as refusal:
            return self.refused(refusal, status=REFUSED)
        return staff_file(f"{self.cycle.slug}-trial.json", file)


def trial_word(round_: Round, trial: str) -> str:
    """Return the word of a trial: known to this server alone, kept nowhere, the same for the same trial and key."""
    digest = signing.Signer(salt="voting.trial").signature(f"{trial}|{round_.pk}|{round_.key_fingerprint}")
    return digest.upper().translate(_PLAIN)[:8]


#: Characters that look alike on a screen and on paper.
_PLAIN = str.maketrans("", "", "-_0O1I")

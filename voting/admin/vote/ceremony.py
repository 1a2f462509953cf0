"""The scrutineers' key: ceremony and trial. Words of slips live in one request and its answer, nowhere else."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, cast

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.models import User
from accounts.roles import SCRUTINEERS, Role
from voting import permissions
from voting.admin.core.pages import NotYours, StepPage, cycle_for
from voting.admin.core.verbs import REFUSED
from voting.count.formats import UnreadableRecord
from voting.count.formats.files import KEY
from voting.count.sealing import MOST_ISSUED, PublicKey
from voting.domain.core.refusals import Refused
from voting.domain.core.sentences import in_a_row
from voting.domain.vote.key_slips import SlipOfAnother, prove_slip, read_typed, slips_of, take_slip
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
from voting.domain.vote.tried_keys import mark_of
from voting.forms.core.steps import CeremonyForm, ProveSlipForm, SlipWordsForm, StepForm, TakeSlipForm
from voting.forms.core.verbs import Verb
from voting.forms.vote.witnessed import KeyFileForm, TrialWordForm
from voting.models import KeySlip, Round
from voting.printing.files import staff_file
from voting.printing.qr import qr
from voting.states import RoundStatus
from voting.text.numbers import small_whole

KEY_FILE_MOST = 64 * 1024  # bytes
LONGEST_SLIP = 600  # characters


class HeldBefore(Refused):
    """The same form again: the ceremony it asked for was held, and another would void its slips."""

    def __str__(self) -> str:
        return _(
            "A key ceremony has been held since this page was opened, so none was held again: that would "
            "make its key slips worthless. If you want a new key all the same, hold the ceremony from this page now."
        )


class KeyPage(StepPage):
    key = StepKey.KEY
    button = gettext_lazy("Make the key")
    repeatable = True
    main = "hold"
    first = gettext_lazy(
        "The scrutineers chosen above are here. The code to take the slips is shown once, on the next page, and is "
        "stored nowhere."
    )
    again = gettext_lazy(
        "The scrutineers chosen above are here. A new key is made, and the key slips given out before become worthless."
    )
    first_offline = gettext_lazy("The scrutineers made this key on their own device and hold its slips.")
    again_offline = gettext_lazy(
        "The scrutineers made this key on their own device and hold its slips. The key slips given out before become "
        "worthless."
    )

    @property
    def fingerprint(self) -> str:
        return self.order.round.key_fingerprint if self.order.round else ""

    @cached_property
    def scrutineers(self) -> list[User]:
        staff = self.cycle.congress.users.filter(is_active=True, role__in=SCRUTINEERS)
        return sorted(staff, key=lambda person: (person.role != Role.CHIEF, person.pk))

    @cached_property
    def held(self) -> list[KeySlip]:
        return slips_of(self.order.round) if self.order.round else []

    def verbs(self) -> dict[str, Verb]:
        # A form that was opened before the last ceremony is refused for that alone.
        shown = (
            self.request.POST.get("fingerprint", "")
            if self.doing in {"hold", "offline"}
            else self.fingerprint
        )
        again = bool(shown)
        held, taken = (self.again, self.again_offline) if again else (self.first, self.first_offline)
        is_stale = shown != self.fingerprint
        return {
            "hold": Verb(
                lambda data: CeremonyForm(data, scrutineers=self.scrutineers, again=again),
                self._hold,
                undo="hold",
                final="" if is_stale else held,
            ),
            "offline": Verb(
                self.with_files(partial(KeyFileForm, request=self.request, again=again, auto_id="o_%s")),
                self._offline,
                _("The key is taken. Now try its slips: open the trial ballot offline."),
                undo="hold",
                final="" if is_stale else taken,
            ),
        }

    def context(self) -> dict[str, Any]:
        return {"fingerprint": self.fingerprint, **slip_context(self.user, self.order.round, self.held)}

    @transaction.atomic
    def _hold(self, form: Any) -> HttpResponse:
        """Hold the ceremony, once per opened form, and answer with the code that its slips wait for."""
        self._require_not_held()
        held = hold_ceremony(
            round_=self.round,
            needed=form.cleaned_data["needed"],
            holders=form.chosen,
            all_needed=form.cleaned_data["all_needed"],
            reason=form.cleaned_data.get("reason", ""),
            **self.acting,
        )
        self.renew()
        address = self.request.build_absolute_uri(reverse("admin:key_slip", args=[self.cycle.slug]))
        context = self.frame(_("Code of the ceremony")) | {
            "code": held.code,
            "qr": qr(f"{address}#{held.code.replace(' ', '')}"),
            **slip_context(self.user, self.order.round, held.slips),
        }
        return TemplateResponse(self.request, "admin/vote/key_code.html", context).render()

    def _require_not_held(self) -> None:
        """Lock the round. Raises HeldBefore where it has another key than the page that was sent shows."""
        locked = Round.objects.select_for_update(of=("self",)).get(pk=self.round.pk)
        if self.request.POST.get("fingerprint", "") != locked.key_fingerprint:
            raise HeldBefore

    @transaction.atomic
    def _offline(self, form: Any) -> None:
        """Take a key that was made offline, once per opened form; only its public half comes here."""
        self._require_not_held()
        register_key(
            round_=self.round,
            reason=form.cleaned_data.get("reason", ""),
            second=form.second,
            **public_key_of(form.cleaned_data["key_file"]),
            **self.acting,
        )


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


def slip_context(user: Any, round_: Round | None, held: Sequence[KeySlip]) -> dict[str, Any]:
    """Return what a page says of the slips: whose they are, who has taken and proven them, and the key's mark.

    The mark is for scrutineers: at the opening they type it from their slips, so nobody else's page shows it before.
    """
    return {
        "held": held,
        "mark": mark_of(round_) if user.role in SCRUTINEERS else None,
        "own_slip": next((slip for slip in held if slip.holder_id == user.pk), None),
        "being_keyed": bool(round_ and round_.status == RoundStatus.KEYED),
        "needed": (round_ and round_.slips_needed) or DEFAULT_NEEDED,
    }


class KeySlipPage(StepPage):
    """A holder's own slip, at their own sign-in: taken once, shown once, typed back from the paper."""

    key = StepKey.KEY
    template = "admin/vote/key_slip.html"
    repeatable = True
    main = "take"

    @cached_property
    def held(self) -> list[KeySlip]:
        return slips_of(self.order.round) if self.order.round else []

    @property
    def own(self) -> KeySlip | None:
        return next((slip for slip in self.held if slip.holder_id == self.user.pk), None)

    def bar(self) -> Refused | None:
        return None if permissions.can_hold_slip(self.user, self.cycle) else NotYours()

    def verbs(self) -> dict[str, Verb]:
        return {
            "take": Verb(
                TakeSlipForm,
                self._take,
                undo="KeyPage.hold",
                final=_("I am %(name)s and alone with this screen: the slip is mine and is shown this once.")
                % {"name": self.user},
            ),
            "prove": Verb(
                ProveSlipForm,
                lambda form: prove_slip(round_=self.round, holder=self.user, text=form.slips[0], at=self.now),
                lambda slip: (
                    _("Key slip %(place)d is proven: what stands on your paper is right. Keep it on you.")
                    % {"place": slip.place}
                ),
                undo="KeyPage.hold",
            ),
        }

    @property
    def now(self) -> datetime:
        """The one clock read, at the edge."""
        return timezone.now()

    def context(self) -> dict[str, Any]:
        return slip_context(self.user, self.order.round, self.held)

    def _take(self, form: Any) -> HttpResponse:
        """Hand the slip over: the answer shows it, this once."""
        code = form.cleaned_data["code"]
        handed = take_slip(round_=self.round, holder=self.user, code=code, at=self.now)
        self.renew()
        digits = handed.digits
        lines = [
            {"word": word, "digits": digits[4 * at : 4 * at + 4]} for at, word in enumerate(handed.words)
        ]
        return self.page(lines=lines, qr=qr(digits), slip=handed.slip)


@sensitive_post_parameters()
@sensitive_variables()
def check_slip(request: HttpRequest, slug: str) -> HttpResponse:
    """Say of one slip that was just typed whether it is right, and whose it is. Nothing is kept of it.

    Raises Http404 or PermissionDenied.
    """
    cycle = cycle_for(request.user, slug)
    round_ = Round.objects.select_related("cycle__congress").filter(cycle=cycle).order_by("number").last()
    person = cast("User", request.user)
    if round_ is None or not permissions.can_hold_key(person, cycle):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    field = min(max(small_whole(request.POST.get("field", "")) or 1, 1), MOST_ISSUED)
    texts = [""] * (field - 1) + [request.POST.get("text", "")[:LONGEST_SLIP]]
    held = slips_of(round_)
    typed = read_typed(round_, texts, held=held)
    row, own = typed.rows.get(field), next((slip for slip in held if slip.holder_id == person.pk), None)
    sentences = [fault.sentence for fault in typed.faults]
    if row and own and row != own and "mine" in request.POST:
        sentences.append(str(SlipOfAnother(row, own)))
    right = bool(typed.good) and not sentences
    if right and row:
        sentences.append(
            _("Right: key slip %(place)d, %(name)s.") % {"place": row.place, "name": row.holder.name}
        )
    elif right:
        sentences.append(_("The words of this slip fit together."))
    return JsonResponse({"right": right, "sentence": in_a_row(sentences)})


class WordsPage(StepPage):
    """A step that asks for key slips: one field for each."""

    @property
    def needed(self) -> int:
        return (self.order.round and self.order.round.slips_needed) or DEFAULT_NEEDED

    @cached_property
    def held(self) -> list[KeySlip]:
        return slips_of(self.order.round) if self.order.round else []

    @property
    def labels(self) -> list[str]:
        """What stands at each field."""
        return [_("Field %(place)d, any key slip") % {"place": place} for place in range(1, self.needed + 1)]

    def form(self, data: Any = None) -> StepForm:
        return SlipWordsForm(data, labels=self.labels)

    def context(self) -> dict[str, Any]:
        return slip_context(self.user, self.order.round, self.held)


class TrialPage(WordsPage):
    key = StepKey.TRIAL
    main = "unseal"
    button = gettext_lazy("Unseal the trial ballot")
    success = gettext_lazy("The trial ballot was unsealed: the key slips work, and the vote may be opened.")

    @property
    def labels(self) -> list[str]:
        """Every slip of the ceremony may be typed here, at the field of its holder."""
        label = _("Key slip %(place)d, %(name)s")
        return [label % {"place": s.place, "name": s.holder.name} for s in self.held] or super().labels

    def verbs(self) -> dict[str, Verb]:
        return {
            "unseal": Verb(
                self.form,
                lambda form: try_unsealing(round_=self.round, slips=form.slips, **self.acting),
                self.success,
                ends=True,
                undo="KeyPage.hold",
                final=_(
                    "Each slip was typed by its holder. Once the trial is passed, the vote can be opened."
                ),
            ),
            "word": Verb(
                partial(TrialWordForm, request=self.request, auto_id="w_%s"),
                self._compare,
                self.success,
                ends=True,
                undo="KeyPage.hold",
                final=_(
                    "The scrutineers opened the trial ballot on their own device. Once the trial is passed, the vote "
                    "can be opened."
                ),
            ),
        }

    def _compare(self, form: Any) -> None:
        expected = trial_word(self.round, self.request.POST.get("trial", ""))
        word = form.cleaned_data["word"]
        pass_trial(round_=self.round, word=word, expected=expected, second=form.second, **self.acting)

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

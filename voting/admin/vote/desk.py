"""The desk: the delegates' slips, and the check-in."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from django.db import transaction
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.codes import normalise
from accounts.congresses import addresses_of
from accounts.models import User
from voting.admin.core.pages import StepPage
from voting.admin.core.qr import qr
from voting.admin.core.slips import PrintedBefore
from voting.domain.vote.delegate_slips import issue_slips, slips_need_two, void_slip
from voting.domain.vote.rolls import set_presence, set_rest_present
from voting.domain.vote.running_order import RunningOrder, StepKey
from voting.forms.core.steps import OneNumberForm, PresenceForm, StepForm
from voting.forms.core.verbs import Verb, refusals_on
from voting.forms.vote.slips import AllSlipsForm, OneSlipForm
from voting.models import RollEntry, Round
from voting.states import Presence


class SlipsPage(StepPage):
    """Print all, print one again, void one. Codes are in the answer, this once, and nowhere else."""

    key = StepKey.SLIPS
    button = gettext_lazy("Print all slips")
    warning = gettext_lazy("All slips printed until now become worthless; every delegate gets a new one.")
    repeatable = True
    main = "all"

    @property
    def printed(self) -> str:
        """The journal's number of the last printing: a form sent twice prints once."""
        entry = self.step.entry
        return str(entry.sequence) if entry else ""

    def verbs(self) -> dict[str, Verb]:
        return {
            "all": Verb(self.form, lambda form: self.sheet(None, second=form.second), final=True),
            "one": Verb(
                partial(OneSlipForm, **self.two),
                lambda form: self.sheet([form.cleaned_data["number"]], second=form.second),
                final=True,
            ),
            "void": Verb(
                OneNumberForm, self._void, lambda number: _("The slip of delegate %s is void.") % number
            ),
        }

    def form(self, data: Any = None) -> StepForm:
        # A form opened before somebody else printed asks for nothing: it is refused for that alone.
        known = self.printed if data is None else data.get("printed", "")
        return AllSlipsForm(data, sentence=self.warning if known else "", auto_id="all_%s", **self.two)

    @property
    def two(self) -> dict[str, Any]:
        """What the forms are told of the second person."""
        round_ = self.order.round
        return {"request": self.request, "needed": round_ is not None and slips_need_two(round_)}

    def _void(self, form: Any) -> str:
        number: str = form.cleaned_data["number"]
        void_slip(round_=self.round, number=number, **self.acting)
        return number

    @transaction.atomic
    def sheet(self, numbers: list[str] | None, *, second: User | None) -> HttpResponse:
        """Issue the codes and return the sheet with them, once per opened form."""
        Round.objects.select_for_update(of=("self",)).get(pk=self.round.pk)
        self.order = RunningOrder(self.cycle, user=self.user)  # as it stands now that nobody else can print
        if self.request.POST.get("printed", "") != self.printed:
            raise PrintedBefore
        issued = issue_slips(round_=self.round, numbers=numbers, second=second, **self.acting)
        with addresses_of(self.cycle.congress):
            address = self.request.build_absolute_uri(reverse("accounts:enter"))
        slips = [
            {
                "entry": entry,
                "delegation": entry.delegation_shown,
                "code": code,
                "qr": qr(f"{address}#{entry.number}.{normalise(code)}"),
            }
            for entry, code in issued
        ]
        context = {**self.frame(_("Slips")), "slips": slips, "address": address}
        return TemplateResponse(self.request, "admin/vote/slips.html", context).render()

    def context(self) -> dict[str, Any]:
        return {"printed": self.printed}

    def forms(self, sent: Any = None) -> dict[str, Any]:
        """Two buttons stand at one field: the number that was sent stays in it."""
        made = super().forms(sent)
        return made | {"one": made.get(self.doing) if isinstance(sent, OneNumberForm) else made["one"]}


class CheckInPage(StepPage):
    """Presence by number or in the list; late delegates and leavers are recorded until the vote is closed."""

    key = StepKey.CHECK_IN
    repeatable = True
    main = "record"

    def verbs(self) -> dict[str, Verb]:
        return {
            "record": Verb(PresenceForm, self._record),
            "rest": Verb(
                StepForm,
                lambda _form: set_rest_present(round_=self.round, **self.acting),
                lambda changed: recorded(changed, Presence.PRESENT),
            ),
        }

    def _record(self, form: Any) -> HttpResponse:
        presence, numbers = Presence(form.cleaned_data["presence"]), form.cleaned_data["numbers"]
        changed = set_presence(round_=self.round, numbers=numbers, presence=presence, **self.acting)
        group = self.request.POST.get("delegation", "")
        query = f"?{urlencode({'delegation': group})}#d{quote(group)}" if group else ""
        return self.stay(recorded(changed, presence), query=query)

    @property
    def listed(self) -> bool:
        """The form that was sent is the one of a delegation, in the list below."""
        return bool(self.request.POST.get("delegation"))

    def forms(self, sent: Any = None) -> dict[str, Any]:
        """What was sent from the list is not typed into the field: the ticks stay, and the refusal stands there."""
        return super().forms(None if self.listed else sent)

    def page(self, sent: Any = None, *, status: int = 200, **more: Any) -> HttpResponse:
        if self.listed and isinstance(sent, PresenceForm):
            more |= {
                "refusal_in_list": refusals_on(sent),
                "ticked": set(self.request.POST.getlist("numbers")),
            }
        return super().page(sent, status=status, groups=self.groups(), **more)

    def context(self) -> dict[str, Any]:
        opened = self.request.POST.get("delegation") or self.request.GET.get("delegation", "")
        return {"presences": Presence, "opened": opened}

    def groups(self) -> list[dict[str, Any]]:
        """Return the roll by delegation, each with its numbers, in one query."""
        if self.order.round is None:
            return []
        groups: dict[str, list[RollEntry]] = {}
        for entry in self.order.round.roll.select_related("delegate__delegation").order_by("number"):
            groups.setdefault(entry.delegation_shown, []).append(entry)
        return [
            {
                "place": str(place),
                "name": name,
                "entries": entries,
                "present": sum(e.presence == Presence.PRESENT for e in entries),
                "on_leave": sum(e.presence == Presence.ON_LEAVE for e in entries),
                "absent": sum(e.presence == Presence.ABSENT for e in entries),
            }
            for place, (name, entries) in enumerate(groups.items(), start=1)
        ]


def recorded(changed: int, presence: Presence) -> str:
    """Return what is said of delegates whose presence was recorded."""
    if not changed:
        return _("Nothing changed: that was recorded already.")
    text = ngettext(
        "%(count)d delegate is now recorded as: %(presence)s.",
        "%(count)d delegates are now recorded as: %(presence)s.",
        changed,
    )
    return text % {"count": changed, "presence": presence.label}

"""The desk: the delegates' slips, and the check-in."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.codes import normalise
from voting.admin.core.pages import StepPage
from voting.admin.core.qr import qr
from voting.domain.core.refusals import Refused
from voting.domain.vote.rolls import issue_slips, lift_block, set_presence, set_rest_present, void_slip
from voting.domain.vote.running_order import RunningOrder, StepKey
from voting.forms.core.steps import ConfirmForm, OneNumberForm, PresenceForm, StepForm
from voting.models import RollEntry, Round
from voting.states import Presence


class PrintedBefore(Refused):
    """The same form again: the slips it asked for are printed, and printing again would void them."""

    def __str__(self) -> str:
        return _(
            "Slips have been printed since this page was opened, so nothing was printed again: that would "
            "make the printed ones worthless. If you want new slips all the same, print them from this page now."
        )


class SlipsPage(StepPage):
    """Print all, print one again, void one, lift a block. Codes are in the answer, this once, and nowhere else."""

    key = StepKey.SLIPS
    button = gettext_lazy("Print all slips")
    warning = gettext_lazy("All slips printed until now become worthless; every delegate gets a new one.")
    repeatable = True

    @property
    def doing(self) -> str:
        return self.request.POST.get("do", "")

    @property
    def printed(self) -> str:
        """The journal's number of the last printing: a form sent twice prints once."""
        entry = self.step.entry
        return str(entry.sequence) if entry else ""

    def form(self, data: Any = None) -> StepForm:
        if self.doing in {"one", "void", "lift"}:
            return OneNumberForm(data)
        # A form opened before somebody else printed asks for nothing: it is refused for that alone.
        known = self.printed if data is None else data.get("printed", "")
        return ConfirmForm(data, sentence=self.warning if known else "")

    def act(self, form: Any) -> HttpResponse | None:
        if self.doing == "void":
            void_slip(round_=self.round, number=form.cleaned_data["number"], **self.acting)
            return self.stay(_("The slip of delegate %s is void.") % form.cleaned_data["number"])
        if self.doing == "lift":
            lift_block(round_=self.round, number=form.cleaned_data["number"], **self.acting)
            return self.stay(_("Delegate %s can try again at once.") % form.cleaned_data["number"])
        return self.sheet([form.cleaned_data["number"]] if self.doing == "one" else None)

    @transaction.atomic
    def sheet(self, numbers: list[str] | None) -> HttpResponse:
        """Issue the codes and return the sheet with them, once per opened form."""
        Round.objects.select_for_update(of=("self",)).get(pk=self.round.pk)
        self.order = RunningOrder(self.cycle, user=self.user)  # as it stands now that nobody else can print
        if self.request.POST.get("printed", "") != self.printed:
            raise PrintedBefore
        issued = issue_slips(round_=self.round, numbers=numbers, **self.acting)
        address = self.request.build_absolute_uri(reverse("accounts:enter"))
        slips = [
            {"entry": entry, "code": code, "qr": qr(f"{address}#{entry.number}.{normalise(code)}")}
            for entry, code in issued
        ]
        context = {**self.frame(_("Slips")), "slips": slips, "address": address}
        return TemplateResponse(self.request, "admin/vote/slips.html", context).render()

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        one, everyone = (form, None) if isinstance(form, OneNumberForm) else (OneNumberForm(), form)
        printed = self.printed
        everyone = everyone or ConfirmForm(sentence=self.warning if printed else "")
        return super().page(everyone, status=status, one=one, printed=printed, **more)


class CheckInPage(StepPage):
    """Presence by number or in the list; late delegates and leavers are recorded until the vote is closed."""

    key = StepKey.CHECK_IN
    repeatable = True

    @property
    def rest(self) -> bool:
        return self.request.POST.get("do") == "rest"

    def form(self, data: Any = None) -> StepForm:
        return ConfirmForm(data) if self.rest else PresenceForm(data)

    def act(self, form: Any) -> HttpResponse | None:
        if self.rest:
            changed = set_rest_present(round_=self.round, **self.acting)
            return self.stay(self.said(changed, Presence.PRESENT))
        presence = Presence(form.cleaned_data["presence"])
        changed = set_presence(
            round_=self.round, numbers=form.cleaned_data["numbers"], presence=presence, **self.acting
        )
        group = self.request.POST.get("delegation", "")
        return self.stay(self.said(changed, presence), query=f"?delegation={group}#d{group}" if group else "")

    @staticmethod
    def said(changed: int, presence: Presence) -> str:
        if not changed:
            return _("Nothing changed: that was recorded already.")
        text = ngettext(
            "%(count)d delegate is now recorded as: %(presence)s.",
            "%(count)d delegates are now recorded as: %(presence)s.",
            changed,
        )
        return text % {"count": changed, "presence": presence.label}

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        typed = form if isinstance(form, PresenceForm) else PresenceForm()
        listed = bool(self.request.POST.get("delegation"))
        ticked = set(self.request.POST.getlist("numbers")) if listed else set()
        if listed:  # the refusal stands at the list, the ticks stay
            typed, more["refusal"] = PresenceForm(), [e for errors in form.errors.values() for e in errors]
        return super().page(typed, status=status, ticked=ticked, groups=self.groups(), **more)

    def context(self) -> dict[str, Any]:
        opened = self.request.POST.get("delegation") or self.request.GET.get("delegation", "")
        return {"presences": Presence, "opened": opened}

    def groups(self) -> list[dict[str, Any]]:
        """Return the roll by delegation, each with its numbers, in one query."""
        if self.order.round is None:
            return []
        groups: dict[str, list[RollEntry]] = {}
        for entry in self.order.round.roll.order_by("number"):
            groups.setdefault(entry.delegation, []).append(entry)
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

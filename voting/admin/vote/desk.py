"""The desk: the delegates' slips, and the check-in."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from django.db import transaction
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.codes import normalise
from accounts.congresses import addresses_of
from accounts.models import User
from voting import permissions
from voting.admin.core.pages import NotYours, StepPage
from voting.admin.core.slips import PrintedBefore
from voting.domain.core.refusals import Refused
from voting.domain.vote.delegate_slips import issue_slips, slips_need_two, void_slip, without_slip
from voting.domain.vote.rolls import set_presence, set_rest_present
from voting.domain.vote.running_order import RunningOrder, StepKey
from voting.domain.vote.same_people import confirm_same_people, last_attendance
from voting.forms.core.steps import OneNumberForm, PresenceForm, StepForm
from voting.forms.core.verbs import Verb, refusals_on
from voting.forms.vote.slips import AllSlipsForm, DelegationSlipsForm, OneSlipForm
from voting.models import RollEntry, Round
from voting.printing.qr import qr
from voting.states import CHECK_IN_STATUSES, Presence


class SlipsPage(StepPage):
    """Print all, print one again, void one. Codes are in the answer, this once, and nowhere else."""

    key = StepKey.SLIPS
    by_letter = False
    button = gettext_lazy("Print all slips")
    first = gettext_lazy("Every delegate on the roll gets a slip. The next page shows the slips, this once.")
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
            "all": Verb(
                partial(AllSlipsForm, auto_id="all_%s", **self.two),
                lambda form: self.sheet(None, second=form.second),
                undo="void",
                final=self.prints,
            ),
            "some": Verb(
                partial(DelegationSlipsForm, names=self.delegations, auto_id="some_%s", **self.two),
                lambda form: self.sheet(
                    None, second=form.second, delegations=form.cleaned_data["delegations"]
                ),
                undo="void",
                final=_(
                    "The new slips of these delegations are shown this once. Older ones of theirs are worthless from "
                    "then on."
                ),
            ),
            "one": Verb(
                partial(OneSlipForm, **self.two),
                lambda form: self.sheet([form.cleaned_data["number"]], second=form.second),
                undo="one",
                final=_(
                    "The new slip of this delegate is shown this once. An older one is worthless from then on."
                ),
            ),
            "void": Verb(
                partial(OneNumberForm, auto_id="v_%s"),
                self._void,
                lambda number: _("The slip of delegate %s is void.") % number,
                undo="one",
            ),
        }

    @cached_property
    def delegations(self) -> list[tuple[str, str]]:
        """The delegations on the roll, as they are kept and as they are shown with their numbers of delegates."""
        if self.order.round is None:
            return []
        people = self.order.round.roll.filter(excluded=False).select_related("delegate__delegation")
        entries = list(people.order_by("delegate__delegation__position", "delegation"))
        shown = {entry.delegation: entry.delegation_shown for entry in entries}
        numbers = Counter(entry.delegation for entry in entries)
        return [(name, f"{words} ({numbers[name]})") for name, words in shown.items()]

    def prints(self) -> str:
        """What printing all of them means. A form opened before somebody else printed is refused for that alone."""
        known = self.request.POST.get("printed", "") if self.doing == "all" else self.printed
        if known != self.printed:
            return ""
        return str(self.warning if known else self.first)

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
    def sheet(
        self, numbers: list[str] | None, *, second: User | None, delegations: list[str] | None = None
    ) -> HttpResponse:
        """Issue the codes and return the sheet with them, once per opened form."""
        Round.objects.select_for_update(of=("self",)).get(pk=self.round.pk)
        self.order = RunningOrder(self.cycle, user=self.user)  # as it stands now that nobody else can print
        if self.request.POST.get("printed", "") != self.printed:
            raise PrintedBefore
        issued = issue_slips(
            round_=self.round, numbers=numbers, delegations=delegations, second=second, **self.acting
        )
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
        missing = len(without_slip(self.round)) if self.printed and self.order.round else 0
        return {"printed": self.printed, "without_slip": missing, "several": len(self.delegations) > 1}


class CheckInPage(StepPage):
    """Presence by number or in the list; late delegates and leavers are recorded until the vote is closed."""

    key = StepKey.CHECK_IN
    by_letter = False
    repeatable = True
    main = "record"

    def verbs(self) -> dict[str, Verb]:
        return {
            "record": Verb(PresenceForm, self._record, undo="record"),
            "rest": Verb(
                StepForm,
                lambda _form: set_rest_present(round_=self.round, **self.acting),
                lambda changed: recorded(changed, Presence.PRESENT),
                final=self.everybody,
            ),
            **self._of_the_round_before(),
        }

    def _of_the_round_before(self) -> dict[str, Verb]:
        """In a further round the same people may be confirmed at once, or the desk is done again."""
        round_ = self.order.round
        if round_ is None or round_.number == 1 or round_.status not in CHECK_IN_STATUSES:
            return {}
        before = Counter(last_attendance(round_).values())
        if not before:
            return {}
        same = Verb(
            partial(StepForm, auto_id="s_%s"),
            lambda _form: confirm_same_people(round_=self.round, **self.acting),
            lambda present: _("Confirmed: %d delegates are present.") % present,
            final=_(
                "I have looked: the people in the hall are the same as at the end of round %(round)d, %(present)d "
                "present, %(on_leave)d on leave, %(left)d gone. Who has been entered since stays as entered."
            )
            % {
                "round": round_.number - 1,
                "present": before[Presence.PRESENT],
                "on_leave": before[Presence.ON_LEAVE],
                "left": before[Presence.LEFT],
            },
        )
        return {"same": same}

    def bar(self) -> Refused | None:
        """The desk is the clerk's; the presiding officer may confirm the same people besides."""
        mine = permissions.can_open(self.user, self.cycle) if self.doing == "same" else self.step.mine
        return None if mine else NotYours()

    def everybody(self) -> str:
        """What recording all the rest means, with the number as it is now."""
        absent = self.order.attendance.absent if self.order.attendance else 0
        text = ngettext(
            "%(count)d delegate who is not checked in is in the hall: recorded as present, counted for the quorum, and "
            "may vote.",
            "%(count)d delegates who are not checked in are in the hall: recorded as present, counted for the quorum, "
            "and may vote.",
            absent,
        )
        return text % {"count": absent}

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
        may = permissions.can_open(self.user, self.cycle)
        return {"presences": Presence, "opened": opened, "may_confirm": may}

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

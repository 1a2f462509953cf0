"""The check-in desk in the doorway: a number typed or scanned, the answer at once, the quorum as it grows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from voting.admin.core.pages import StepPage
from voting.admin.core.site import TURNOUT
from voting.domain.core.refusals import Refused
from voting.domain.vote.roll_numbers import NotOnRoll, meant
from voting.domain.vote.rolls import last_presence, set_presence, undo_presence
from voting.domain.vote.running_order import StepKey
from voting.forms.core.steps import StepForm
from voting.forms.core.verbs import Verb
from voting.forms.vote.desk import ScanForm
from voting.models import JournalEntry, RollEntry, Round
from voting.states import Act, Presence
from voting.text.pinyin import is_called

SHOWN = 10  # entries of this desk
MOST_HITS = 12  # delegates shown for a name; the desk types more of it
#: The buttons in their order; Enter presses the first.
PRESSED = {
    Presence.PRESENT: pgettext_lazy("button", "Present"),
    Presence.ON_LEAVE: pgettext_lazy("button", "On leave"),
    Presence.LEFT: pgettext_lazy("button", "Left early"),
    Presence.ABSENT: pgettext_lazy("button", "Not checked in"),
}
_NAMED = 3  # delegates named in one line; more are counted


class Excluded(NotOnRoll):
    def __str__(self) -> str:
        return _("Delegate %(number)s was excluded from this roll.") % {"number": self.number}


class SomethingElse(Refused):
    """Another desk was faster: what would be taken back is not what the page showed."""

    def __str__(self) -> str:
        return _(
            "Another entry was made since this page was shown, so nothing was taken back. Look again at what the "
            "button takes back now."
        )


class DeskPage(StepPage):
    """One large field. Enter records as present; the answer is the page itself."""

    key = StepKey.CHECK_IN
    by_letter = False
    refused_in_place = True
    repeatable = True
    template = "admin/vote/desk.html"
    main = "record"

    def verbs(self) -> dict[str, Verb]:
        return {
            "record": Verb(ScanForm, self._record, undo="undo"),
            "undo": Verb(StepForm, self._undo, undo="record"),
        }

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if TURNOUT in request.GET:
            return JsonResponse(self.numbers(last_presence(self.order.round) if self.order.round else None))
        return super().get(request, **kwargs)

    def numbers(self, last: JournalEntry | None) -> dict[str, Any]:
        """Return what the page's script keeps up to date."""
        seen = self.order.attendance
        if seen is None:
            return {}
        return {
            "roll": seen.roll,
            "present": seen.present,
            "on_leave": seen.on_leave,
            "left": seen.left,
            "absent": seen.absent,
            "quorum": seen.quorum_least,
            "missing": max(0, seen.quorum_least - seen.present),
            "last": last.sequence if last else 0,
        }

    def _record(self, form: Any) -> HttpResponse:
        number, presence = form.cleaned_data["number"], Presence(form.cleaned_data["presence"])
        try:
            entry = self.delegate(number)
        except NotOnRoll as unknown:
            if type(unknown) is not NotOnRoll or not (hits := self.called(number)):
                raise
            return self.page(
                hits=hits, asked=number, more_hits=len(hits) > MOST_HITS, answer=None, undone=None
            )
        changed = set_presence(round_=self.round, numbers=[entry.number], presence=presence, **self.acting)
        if not changed:
            again = _("Recorded as %(presence)s before; nothing changed.") % {"presence": presence.label}
            return self.page(answer=self.answer([entry], presence), again=again)
        return self.to(number=entry.number)

    def delegate(self, number: str) -> RollEntry:
        """Return the delegate's entry. Raises NotOnRoll or Excluded."""
        known = set(self.round.roll.values_list("number", flat=True))
        entry = self.round.roll.select_related("delegate__delegation").get(number=meant([number], known)[0])
        if entry.excluded:
            raise Excluded(entry.number)
        return entry

    def called(self, typed: str) -> list[RollEntry]:
        """Return the delegates on the roll whose name is what was typed, one more than the page shows."""
        people = self.round.roll.filter(excluded=False).order_by("number")
        keys = [pk for pk, name in people.values_list("pk", "name") if is_called(name, typed)][
            : MOST_HITS + 1
        ]
        return list(people.filter(pk__in=keys).select_related("delegate__delegation")) if keys else []

    @transaction.atomic
    def _undo(self, _form: Any) -> HttpResponse:
        """Take back the entry that the page showed, and no other."""
        Round.objects.select_for_update(of=("self",)).get(pk=self.round.pk)
        last = last_presence(self.round)
        if last is not None and str(last.sequence) != self.request.POST.get("entry", ""):
            raise SomethingElse
        numbers = undo_presence(round_=self.round, **self.acting)
        return self.to(undone=",".join(numbers[:_NAMED]) or "-")

    def to(self, **query: str) -> HttpResponse:
        return HttpResponseRedirect(f"{self.address}?{urlencode(query)}")

    def page(self, sent: Any = None, *, status: int = 200, **more: Any) -> HttpResponse:
        """Show the desk; a refusal empties the field and stands in the place of the answer."""
        nothing = {"answer": None, "undone": None} if sent is not None else {}
        return super().page(
            sent,
            status=status,
            buttons=[(str(value), PRESSED[value]) for value in PRESSED],
            **{**self.shown(), **nothing, **more},
        )

    def shown(self) -> dict[str, Any]:
        """Return the answer to the last number, what Undo takes back, and this desk's last entries."""
        round_ = self.order.round
        if round_ is None:
            return {}
        mine = list(
            JournalEntry.objects.filter(
                cycle_id=round_.cycle_id, act=Act.PRESENCE_SET, actor=self.user, data__round=round_.number
            )
            .select_related("actor")
            .order_by("-sequence")[:SHOWN]
        )
        last = last_presence(round_)
        numbers = {n for e in [*mine, *([last] if last else [])] for n in e.data["delegates"][:_NAMED]}
        asked = self.request.GET.get("number", "")
        undone = [n for n in self.request.GET.get("undone", "").split(",") if n][:_NAMED]
        asked_for = round_.roll.filter(number__in={*numbers, asked, *undone})
        known = {e.number: e for e in asked_for.select_related("delegate__delegation")}
        return {
            "answer": self.answer([known[asked]], known[asked].presence) if asked in known else None,
            "undone": [known[n] for n in undone if n in known] if undone else None,
            "undoing": bool(undone),
            "last": self.line(last, known) if last else None,
            "entries": [self.line(entry, known) for entry in mine],
            "numbers": self.numbers(last),
        }

    @staticmethod
    def answer(entries: list[RollEntry], presence: str) -> dict[str, Any]:
        return {"entry": entries[0], "presence": presence, "presence_word": Presence(presence).label}

    def line(self, entry: JournalEntry, known: dict[str, RollEntry]) -> dict[str, Any]:
        """Return one entry of the journal in words."""
        numbers = entry.data["delegates"]
        return {
            "sequence": entry.sequence,
            "at": entry.at,
            "by": entry.actor,
            "mine": entry.actor_id == self.user.pk,
            "delegates": [known[n] for n in numbers[:_NAMED] if n in known],
            "more": max(0, len(numbers) - _NAMED),
            "presence_word": Presence(entry.data["presence"]).label,
            "undoes": "undoes" in entry.data,
        }

"""Changes of the frozen roll: exclude a delegate or admit one, with a reason, until the vote opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from voting import permissions
from voting.admin.core.pages import StepPage
from voting.domain.vote.roll_changes import admit, exclude
from voting.domain.vote.running_order import StepKey
from voting.forms.core.verbs import Verb
from voting.forms.vote.desk import RollChangeForm
from voting.models import JournalEntry
from voting.states import BEFORE_OPENING, Act

_ACTS = (Act.DELEGATE_EXCLUDED, Act.DELEGATE_ADMITTED)


class RollChangesPage(StepPage):
    """The two verbs, and every change that was made."""

    key = StepKey.ROLL
    template = "admin/vote/roll_changes.html"

    main = "exclude"

    def verbs(self) -> dict[str, Verb]:
        by_letter = self.cycle.by_letter
        form = partial(RollChangeForm, by_letter=by_letter)
        admitted = (
            _("Number %s is on the roll again.")
            if by_letter
            else _("Number %s is on the roll now, not checked in yet.")
        )
        return {
            "exclude": Verb(
                form,
                partial(self._change, exclude),
                lambda number: _("Number %s is excluded from the roll and counts nowhere.") % number,
                undo="admit",
            ),
            "admit": Verb(
                form,
                partial(self._change, admit),
                lambda number: admitted % number,
                undo="exclude",
            ),
        }

    def _change(self, change: Callable[..., object], form: Any) -> str:
        number: str = form.cleaned_data["number"]
        change(round_=self.round, number=number, reason=form.cleaned_data["reason"], **self.acting)
        return number

    def forms(self, sent: Any = None) -> dict[str, Any]:
        """Two buttons stand at one form: it keeps what was sent by either."""
        made = super().forms(sent)
        return made | {self.main: made.get(self.doing, made[self.main])}

    @property
    def usable(self) -> bool:
        round_ = self.order.round
        may = permissions.can_change_roll(self.user, self.cycle)
        return may and round_ is not None and round_.status in BEFORE_OPENING

    def context(self) -> dict[str, Any]:
        round_ = self.order.round
        entries = JournalEntry.objects.filter(cycle=self.cycle, act__in=_ACTS).select_related("actor")
        return {
            "changes": entries.order_by("-sequence"),
            "frozen": round_ is not None,
            "may": permissions.can_change_roll(self.user, self.cycle),
        }

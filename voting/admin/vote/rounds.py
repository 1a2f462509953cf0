"""What follows a tie, a shortfall or a void vote: the decision on the record, and the further round."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from voting.admin.core.pages import StepPage
from voting.admin.vote.urn import report_for
from voting.count.measures import TieRule
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.vote.definitions import definition_of
from voting.domain.vote.further_rounds import ballot_called_for, begin_round
from voting.domain.vote.running_order import StepKey
from voting.domain.vote.ties import decide_by_lot, decide_by_presidium, open_tie
from voting.forms.core.steps import ConfirmForm, StepForm
from voting.forms.vote.rounds import LotForm, PresidiumForm
from voting.models import TieDecision
from voting.read_models.vote.lines import english


class DecidePage(StepPage):
    """Record the presidium's decision, or the draw of a lot."""

    key = StepKey.DECIDE
    button = gettext_lazy("Record the decision")
    success = gettext_lazy("The decision is recorded. Now publish the result.")
    warning = gettext_lazy("It was decided as entered here. The record cannot be changed.")

    @property
    def by_lot(self) -> bool:
        return self.order.round is not None and self.order.round.rules.tie_rule == TieRule.LOT

    def tied(self) -> list[tuple[int, str]]:
        round_ = self.order.round
        outcome = open_tie(round_) if round_ else None
        if round_ is None or outcome is None:
            return []
        named = {item["number"]: item for item in definition_of(round_).data["items"]}
        return [
            (number, (english() and named[number]["name_en"]) or named[number]["name"])
            for number in outcome["tied"]
        ]

    def form(self, data: Any = None) -> StepForm:
        if not self.tied():
            return ConfirmForm(data)
        kind = LotForm if self.by_lot else PresidiumForm
        return kind(data, tied=self.tied(), sentence=self.warning)

    def act(self, form: Any) -> HttpResponse | None:
        """Record it. Raises StepNotAllowed where nothing is tied, and what the two ways refuse."""
        if isinstance(form, LotForm):
            data = form.cleaned_data
            decide_by_lot(
                round_=self.round,
                drawn=form.drawn,
                reason=data["reason"],
                witnesses=data["witnesses"],
                **self.acting,
            )
        elif isinstance(form, PresidiumForm):
            data = form.cleaned_data
            decide_by_presidium(
                round_=self.round, chosen=data["chosen"], reason=data["reason"], **self.acting
            )
        else:
            raise StepNotAllowed
        return None

    def context(self) -> dict[str, Any]:
        round_ = self.order.round
        outcome = open_tie(round_) if round_ else None
        return report_for(self.user, round_) | {
            "seats_left": outcome["seats_left"] if outcome else 0,
            "tied": self.tied(),
            "by_lot": self.by_lot,
            "decision": TieDecision.objects.filter(round=round_).first() if round_ else None,
        }


class FurtherPage(StepPage):
    key = StepKey.FURTHER
    button = gettext_lazy("Begin the further round")
    success = gettext_lazy(
        "The further round has begun: same roll, same slips, a new key. Check who is present, "
        "then hold the key ceremony."
    )
    warning = gettext_lazy(
        "A further round is held on the projects above. The round before stays as it was published."
    )

    def act(self, form: Any) -> HttpResponse | None:
        begin_round(cycle=self.cycle, **self.acting)
        return None

    def context(self) -> dict[str, Any]:
        ballot = ballot_called_for(self.order.round)
        numbers = ballot["candidates"] if ballot else []
        candidates = self.cycle.candidates.filter(number__in=numbers).order_by("number")
        return {"ballot": ballot, "candidates": candidates}

"""What follows a tie, a shortfall or a void vote: the decision on the record, and the further round."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting import permissions
from voting.admin.core.pages import NotYours, StepPage
from voting.admin.vote.urn import report_for
from voting.count.measures import ShortfallRule, TieRule
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.core.sentences import english
from voting.domain.vote.annulments import annul_round
from voting.domain.vote.definitions import definition_of
from voting.domain.vote.further_rounds import ballot_called_for, begin_round, end_conditions, end_rounds
from voting.domain.vote.running_order import StepKey
from voting.domain.vote.taking_back import anew_conditions, prepare_anew
from voting.domain.vote.ties import decide_by_lot, decide_by_presidium, open_tie
from voting.forms.core.steps import StepForm
from voting.forms.core.verbs import Verb
from voting.forms.vote.repairs import ByDecision, EndRoundsForm, TakeBackForm
from voting.forms.vote.rounds import LotForm, PresidiumForm
from voting.models import Annulment, TieDecision
from voting.states import ANNULLABLE, RoundStatus


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
            return StepForm(data)
        kind = LotForm if self.by_lot else PresidiumForm
        return kind(data, tied=self.tied())

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

    def verbs(self) -> dict[str, Verb]:
        return {
            "": Verb(self.form, self.act, self.success, ends=True, final=self.warn),
            **self.anew(),
            "end": Verb(
                partial(EndRoundsForm, request=self.request, auto_id="e_%s"),
                lambda form: end_rounds(
                    cycle=self.cycle,
                    seats=ShortfallRule(form.cleaned_data["seats"]),
                    decision=form.cleaned_data["decision"],
                    reason=form.cleaned_data["reason"],
                    second=form.second,
                    **self.acting,
                ),
                _("No further round is held; the year goes on with what was chosen."),
                ends=True,
                final=self.ends,
            ),
        }

    def warn(self) -> str:
        """What beginning the round means: a result that is published stays, an annulled urn stays sealed."""
        ballot = ballot_called_for(self.order.round)
        if ballot and ballot["because"] == "annulled":
            return _(
                "The same projects are voted on again, with the same roll. The urn of the annulled round stays sealed "
                "and is never counted."
            )
        return str(self.warning)

    def anew(self) -> dict[str, Verb]:
        """What an annulled round leaves open beside voting again on the same slate."""
        if self.order.round is None or self.order.round.status != RoundStatus.ANNULLED:
            return {}
        if not all(each.met for each in anew_conditions(self.cycle)):
            return {}
        anew = Verb(
            partial(
                TakeBackForm,
                request=self.request,
                auto_id="n_%s",
                wrong=_("What was wrong, and is mended now"),
            ),
            lambda form: prepare_anew(
                cycle=self.cycle, reason=form.cleaned_data["reason"], second=form.second, **self.acting
            ),
            _("The vote is prepared anew: take back what was wrong, mend it, then freeze the roll."),
            ends=True,
            final=_(
                "The vote goes back to its preparation. Slate, rules and roll can be mended, the roll is frozen anew, "
                "slips are printed again; the annulled round stays on record."
            ),
        )
        return {"anew": anew}

    def ends(self) -> str:
        """What ending the rounds means, with the numbers of the last result."""
        ballot = ballot_called_for(self.order.round)
        return _(
            "The presidium has decided: no further round is held. %(seats)d places are left, and %(candidates)d "
            "projects are not voted on again. This is published and cannot be taken back."
        ) % {
            "seats": ballot["seats"] if ballot else 0,
            "candidates": len(ballot["candidates"]) if ballot else 0,
        }

    def act(self, form: Any) -> HttpResponse | None:
        begin_round(cycle=self.cycle, **self.acting)
        return None

    def context(self) -> dict[str, Any]:
        ballot = ballot_called_for(self.order.round)
        numbers = ballot["candidates"] if ballot else []
        candidates = self.cycle.candidates.filter(number__in=numbers).order_by("number")
        ending = end_conditions(self.cycle)
        return {
            "ballot": ballot,
            "candidates": candidates,
            "ending": ending,
            "may_end": all(each.met for each in ending) and permissions.can_end_rounds(self.user, self.cycle),
            "annulment": Annulment.objects.filter(round=self.order.round).first()
            if self.order.round
            else None,
        }


class AnnulPage(StepPage):
    """From the opening until the count is certified the presidium may annul the round, on record."""

    key = StepKey.CLOSE
    template = "admin/vote/annul.html"
    repeatable = True
    main = "annul"

    def verbs(self) -> dict[str, Verb]:
        return {
            "annul": Verb(
                partial(ByDecision, request=self.request),
                lambda form: annul_round(
                    round_=self.round,
                    decision=form.cleaned_data["decision"],
                    reason=form.cleaned_data["reason"],
                    second=form.second,
                    **self.acting,
                ),
                _(
                    "The round is annulled; its urn stays sealed. The same slate can be voted on in a new round, or "
                    "the vote is prepared anew."
                ),
                ends=True,
                final=self.annuls,
            )
        }

    def annuls(self) -> str:
        """What annulling means, with the numbers of now."""
        counts = self.order.attendance
        return _(
            "The presidium has decided to annul the round. The %(voted)d ballots in the urn stay sealed and are never "
            "counted; everybody votes again in a new round. This is published and cannot be taken back."
        ) % {"voted": counts.voted if counts else 0}

    def bar(self) -> Refused | None:
        return None if permissions.can_annul(self.user, self.cycle) else NotYours()

    @property
    def usable(self) -> bool:
        round_ = self.order.round
        return (
            permissions.can_annul(self.user, self.cycle)
            and round_ is not None
            and round_.status in ANNULLABLE
        )

    def context(self) -> dict[str, Any]:
        round_ = self.order.round
        return {
            "title": _("Annul the round"),
            "annulment": Annulment.objects.select_related("recorded_by", "second")
            .filter(round=round_)
            .first()
            if round_
            else None,
        }

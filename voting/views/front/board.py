"""The years that live, each with where it stands and what anybody can do in it now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.addresses import address_for
from voting import queries
from voting.models import Cycle, Survey
from voting.states import DELIVERED_STAGES, Stage
from voting.views.core.phases import Moment, Phase, moments_of

#: Nothing more happens in these.
_OVER = frozenset({Stage.ARCHIVED, Stage.WITHDRAWN, Stage.GIVEN_UP})
_HELD = frozenset({Stage.VOTING, Stage.COUNTING})

#: What can be done in a phase, the first of it first: its name, the address and place, whether that names the year.
_Way = tuple[Promise, str, bool]
PROPOSE: _Way = (_("Make a proposal"), "voting:propose", True)
PROPOSALS: _Way = (_("Read the proposals"), "voting:proposals", True)
TRACK: _Way = (_("What became of my proposal"), "voting:track", False)
CALL: _Way = (_("Read the call"), "voting:call", True)
REPORT: _Way = (_("Report on the candidate projects"), "voting:slate-report", True)
QUESTIONS: _Way = (_("Questions of the delegations"), "voting:deliberation", True)
CANDIDATES: _Way = (_("Compare the candidate projects"), "voting:candidates", True)
DECIDED: _Way = (_("How it is decided"), "voting:cycle#how", True)
VOTE: _Way = (_("I am a delegate: vote"), "accounts:enter", False)
LETTER: _Way = (_("Vote with your letter"), "accounts:enter_by_letter", False)
WATCH: _Way = (_("Watch the vote"), "voting:screen", True)
RECEIPT: _Way = (_("Check a receipt"), "voting:receipt", False)
SECRET: _Way = (_("How the vote is kept secret"), "voting:secrecy", False)
RESULT: _Way = (_("See the result"), "voting:result", True)
RECOUNT: _Way = (_("Recount it yourself"), "voting:recount", True)
PROGRESS: _Way = (_("What became of the projects"), "voting:deliveries", True)
SURVEY: _Way = (_("Answer the survey"), "voting:survey", True)
WAYS: dict[Phase, tuple[_Way, ...]] = {
    Phase.PLANNED: (CALL,),
    Phase.CALL: (PROPOSE, PROPOSALS, TRACK),
    Phase.SCREENING: (PROPOSALS, TRACK),
    Phase.DELIBERATION: (REPORT, CANDIDATES, QUESTIONS, TRACK),
    Phase.BEFORE: (CANDIDATES, DECIDED, TRACK),
    Phase.CHECK_IN: (CANDIDATES, WATCH, DECIDED),
    Phase.VOTING: (VOTE, WATCH, CANDIDATES, SECRET),
    Phase.COUNTING: (WATCH, RECEIPT, CANDIDATES, SECRET),
    Phase.ANNULLED: (CANDIDATES, DECIDED),
    Phase.RESULT: (RESULT, RECOUNT, RECEIPT, CANDIDATES),
    Phase.DELIVERY: (PROGRESS, RESULT, RECEIPT),
    Phase.ASSESSMENT: (PROGRESS, RESULT, RECEIPT),
    Phase.ARCHIVED: (PROGRESS, RESULT),
    Phase.WITHDRAWN: (),
}


@dataclass(frozen=True)
class Card:
    """One year: where it stands, and what can be done in it now."""

    cycle: Cycle
    moment: Moment
    survey: Survey | None = None

    @property
    def ways(self) -> list[tuple[str, str]]:
        """Return what can be done now, by its name and its address; the first is what most people come for."""
        args = [self.cycle.slug]
        return [(str(name), _reversed(to, args if of_year else [])) for name, to, of_year in self._ways()]

    def _ways(self) -> Iterator[_Way]:
        if self.survey:
            yield SURVEY
        for way in WAYS[self.moment.phase]:
            if way is CANDIDATES and not self.cycle.slate_frozen_at:
                continue
            if not self.moment.by_letter:
                yield way
            elif way is not WATCH:  # there is no hall
                yield LETTER if way is VOTE else way


def board(cycles: Sequence[Cycle], *, at: datetime) -> list[Card]:
    """Return a card for every year that lives, the one that is voted on now first, then the newest.

    Where none lives it is the newest of all. The number of queries does not grow with the years that are not voted on.
    """
    living = [each for each in cycles if each.stage not in _OVER] or list(cycles[:1])
    living.sort(key=lambda each: each.stage not in _HELD)
    moments = moments_of(living)
    delivered = [each for each in living if each.stage in DELIVERED_STAGES]
    surveys = queries.open_surveys(delivered, at) if delivered else {}
    return [Card(each, moments[each.pk], surveys.get(each.pk)) for each in living]


def _reversed(to: str, args: list[str]) -> str:
    name, mark, place = to.partition("#")
    return address_for(name, *args) + mark + place

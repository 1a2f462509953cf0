"""A published notice, ready to be shown. Reads the frozen snapshot, and that a round it calls for was ruled out."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property, lru_cache, partial
from typing import Any

from django.utils.translation import gettext as _

from voting.count.formats.notice import FurtherBallot, NoticeBody
from voting.count.key_marks import KeyMark
from voting.count.measures import ShortfallRule
from voting.count.notice import read_notice
from voting.domain.core.sentences import english
from voting.models import EndOfRounds, Notice
from voting.read_models.core.letterhead import Letterhead
from voting.read_models.core.words import (
    BECAME,
    BECAUSE,
    MONEY_WAS_TIED,
)
from voting.read_models.vote.round_result import RoundResult
from voting.read_models.vote.verdicts import verdict
from voting.states import Stage


def reason_sentence(reason: str) -> str:
    """Return why something was decided, as a sentence of its own behind the decision."""
    return _("Reason: %(reason)s.") % {"reason": reason.strip().rstrip("。.；;")}


#: So many notices a process keeps as they were read, of some 100 KB each: nobody changes what is frozen.
_read_once = lru_cache(maxsize=32)(read_notice)


class Result(RoundResult):
    """A notice for the pages, the documents and the exports, so that all of them say the same to the digit.

    It is the result of its own round, and knows the rounds before it.
    """

    def __init__(self, notice: Notice) -> None:
        """Raises UnreadableRecord."""
        body = _read_once(notice.body)
        previous = body["round"]["previous"]
        super().__init__(
            part=body,
            rules=body["rules"],
            number=body["round"]["number"],
            seats=body["round"]["seats"],
            annual_numbers=tuple(body["annual_tasks"]),
            by_channel=body["channels"],
            money=previous.get("money_left") if previous else None,
        )
        object.__setattr__(self, "notice", notice)
        object.__setattr__(self, "body", body)

    notice: Notice
    body: NoticeBody

    @property
    def digest(self) -> str:
        return self.notice.digest

    @property
    def key_mark(self) -> KeyMark:
        """The mark of the key that the ballots were sealed to."""
        return KeyMark.of(self.body["round"]["key"])

    @cached_property
    def letterhead(self) -> Letterhead:
        return Letterhead.of(self.notice.round.cycle, self.body["cycle"])

    @cached_property
    def rounds(self) -> list[RoundResult]:
        """Return every round in its order; the last is this one."""
        parts = self.body["rounds"]
        called = [None, *(part["next"] for part in parts)]
        earlier = [
            RoundResult(
                part=part,
                rules=self.rules,
                number=part["number"],
                seats=part["seats"],
                money=ballot.get("money_left") if ballot else None,
            )
            for part, ballot in zip(parts, called, strict=False)
        ]
        return [*earlier, self]

    @property
    def several(self) -> bool:
        return bool(self.body["rounds"])

    @property
    def because(self) -> str:
        """Say why there is this further round; empty for a first one."""
        previous = self.body["round"]["previous"]
        if previous and previous["because"] == "tie" and "money_left" in previous:
            return str(MONEY_WAS_TIED)
        return str(BECAUSE[previous["because"]]) if previous else ""

    @cached_property
    def ended(self) -> EndOfRounds | None:
        """The decision by which no further round is held although this result calls for one; asked for only there."""
        cycle = self.notice.round.cycle
        if not self.body["next"] or cycle.stage in {Stage.VOTING, Stage.COUNTING}:
            return None
        return EndOfRounds.objects.filter(cycle=cycle).first()

    @property
    def following(self) -> FurtherBallot | None:
        """The further round that this result calls for; None once it is decided that none is held."""
        return None if self.ended else self.body["next"]

    @property
    def ending(self) -> list[str]:
        """Say that no further round is held, by which decision, why, and what becomes of the places left."""
        if self.ended is None:
            return []
        left = (
            _("The places that are left stay empty.")
            if self.ended.seats == ShortfallRule.STAY_EMPTY
            else _("The rest is left to the next session.")
        )
        sentence = _("By decision of the presidium (%(decision)s) no further round is held.")
        return [sentence % {"decision": self.ended.decision}, left, reason_sentence(self.ended.reason)]

    @property
    def rest(self) -> str:
        """What the congress said of the projects that are left, as long as so many are left: it names their number."""
        planned = len(self.slate) - self.rounds[0].seats
        return str(self.body["cycle"]["rest"]) if len(self.annual_tasks) == planned else ""

    @property
    def annulled(self) -> list[tuple[int, list[str]]]:
        """Say of every round that was annulled which it was, by which decision and why."""
        told = []
        for each in self.body.get("annulled", []):
            words = [
                _("Round %(number)d was annulled by decision of the presidium: %(decision)s.")
                % {"number": each["number"], "decision": each["decision"]},
                _("Its count is not published.")
                if each["counted"]
                else _("Its urn with %(ballots)d ballots stays sealed and is not counted.") % each["urn"],
                reason_sentence(each["reason"]),
            ]
            told.append((each["number"], words))
        return told

    @cached_property
    def slate(self) -> list[tuple[int, str]]:
        """Return number and name of every project that was ever on the ballot."""
        return [
            (item["number"], (english() and item["name_en"]) or item["name"]) for item in self.body["slate"]
        ]

    @cached_property
    def standings(self) -> list[dict[str, Any]]:
        """Return what became of every project of the slate over all rounds, in the order of the slate.

        Each has ``number``, ``name``, ``round`` (the last one it stood in), ``line`` (its Item there), and ``became``:
        chosen, tied, annual_task, left_over or open; ``word`` says it, and ``verdict()`` says why.
        """
        lines = {item.number: (one, item) for one in self.rounds for item in one.items}
        return [
            {
                "number": number,
                "name": name,
                "round": lines[number][0].number,
                "line": lines[number][1],
                "became": self._became(number),
                "word": str(BECAME[self._became(number)]),
                "verdict": partial(self._verdict, lines[number][0], number),
            }
            for number, name in self.slate
        ]

    def _verdict(self, round_: RoundResult, number: int) -> str:
        """Return why the project is in or out; where there were several rounds, in which one."""
        why = verdict(round_, number)
        return _("Round %(round)d: %(why)s") % {"round": round_.number, "why": why} if self.several else why

    @property
    def standings_chosen_first(self) -> list[dict[str, Any]]:
        """Return the standings, what was chosen first, each part in the order of the slate."""
        return sorted(self.standings, key=lambda standing: standing["became"] != "chosen")

    def _became(self, number: int) -> str:
        body = self.body
        if self.ended and number not in body["chosen_in_all"] and not self.graded:
            return "annual_task" if self.ended.seats == ShortfallRule.STAY_EMPTY else "left_over"
        if number in body["chosen_in_all"]:
            return "chosen"
        if number in body["annual_tasks"]:
            return "annual_task"
        if number in body["left_over"]:
            return "left_over"
        return "open" if body["next"] and number in body["next"]["candidates"] else "not_chosen"

    @property
    def chosen_in_all(self) -> list[dict[str, Any]]:
        return [standing for standing in self.standings if standing["became"] == "chosen"]

    @property
    def annual_tasks(self) -> list[dict[str, Any]]:
        return [standing for standing in self.standings if standing["became"] == "annual_task"]

    @property
    def left_over(self) -> list[dict[str, Any]]:
        return [standing for standing in self.standings if standing["became"] == "left_over"]

    def moment(self, text: str) -> datetime | None:
        """Return a moment of the snapshot; None where there is none."""
        return datetime.fromisoformat(text) if text else None

    @property
    def published_at(self) -> datetime | None:
        return self.moment(self.body["published_at"])

    @property
    def counted_at(self) -> datetime | None:
        return self.moment(self.body["tally"]["counted_at"])

    @property
    def certified_at(self) -> datetime | None:
        return self.moment(self.body["tally"]["certified_at"])

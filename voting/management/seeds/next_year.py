"""Load the demo of the coming year through the verbs that people use: call, proposals, screening, slate, deliberation.

Everything in it is made up and marked as a demo. What is there already stays: the cycle is loaded once or not at all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Congress
from accounts.roles import Role
from voting.domain.before import (
    calls,
    deliberation,
    proposal_lists,
    proposals,
    screening,
    seconding,
    slate_reports,
    slates,
)
from voting.domain.core import cycles
from voting.domain.core.refusals import Refused
from voting.management.people import enter_officer, enter_units
from voting.management.seeds.reading import SeedDamaged, read_toml
from voting.models import Candidate, Cycle, Opinion, Proposal, Question
from voting.states import Channel, Criterion, Outcome, Source, Visibility

#: The first so many proposals are screened while the call is still open.
SCREENED_EARLY = 40
OPENED = timedelta(days=12)
TEXTS = ("title", "content", "place", "field", "reason", "beneficiaries", "cost")


class NextPoint(StrEnum):
    """How far the coming year is brought: its call is open, or its delegates deliberate."""

    CALL = "call"
    DELIBERATION = "deliberation"


def load_next_year(file: Path, *, until: NextPoint, at: datetime) -> Cycle | None:
    """Load the demo and return its cycle; None where it is there already. All or nothing. Raises SeedDamaged."""
    data = read_toml(file)
    try:
        if Cycle.objects.filter(
            slug=data["cycle"]["slug"], congress__slug=data["cycle"]["congress"]
        ).exists():
            return None
        with transaction.atomic():
            loading = _Loading(data, at)
            loading.open_call()
            loading.propose()
            loading.second()
            loading.screen(SCREENED_EARLY)
            if until == NextPoint.DELIBERATION:
                loading.deliberate()
    except KeyError as error:
        raise SeedDamaged(file, "", _("“%s” is missing.") % error.args[0]) from error
    except ValidationError as error:
        raise SeedDamaged(file, "", " ".join(error.messages)) from error
    except Refused as refusal:
        raise SeedDamaged(file, "", str(refusal)) from refusal
    return loading.cycle


class _Loading:
    def __init__(self, data: Mapping[str, Any], at: datetime) -> None:
        self.data, self.at = data, at
        self.congress = Congress.objects.get(slug=data["cycle"]["congress"])
        people = self.congress.users.filter(is_active=True)
        self.clerk = people.filter(role=Role.CLERK).order_by("pk")[0]
        self.acting: dict[str, Any] = {"by": self.clerk, "at": at}
        self.opened = timezone.localtime(at).replace(hour=9, minute=0, second=0, microsecond=0) - OPENED
        #: The file's number of a proposal → the proposal.
        self.proposals: dict[int, Proposal] = {}

    def open_call(self) -> None:
        self.units = enter_units(congress=self.congress, tables=self.data["unit"])
        self.officers = {
            name: enter_officer(congress=self.congress, unit=unit) for name, unit in self.units.items()
        }
        fields = self.data["cycle"] | {"congress": self.congress}
        cycles.create_cycle(**fields, by=self.clerk, at=self.opened)
        self.cycle = Cycle.objects.get(congress=self.congress, slug=fields["slug"])
        call = dict(self.data["call"])
        closes = (self.opened + timedelta(days=call.pop("days"))).replace(hour=18)
        calls.draft_call(
            cycle=self.cycle, opens_at=self.opened, closes_at=closes, by=self.clerk, at=self.opened, **call
        )
        calls.publish_call(cycle=self.cycle, by=self.clerk, at=self.opened)

    def propose(self) -> None:
        """Let everybody propose in the order of the file; a list from the subdistricts comes last."""
        delegates = list(self.congress.delegates.filter(is_active=True).select_related("user")[:40])
        listed = []
        for place, table in enumerate(self.data["proposal"]):
            at = self.opened + timedelta(days=table["day"], minutes=7 * place % 480)
            fields = {name: table.get(name, "") for name in TEXTS}
            if table["channel"] == Channel.IMPORT:
                listed.append(table)
                continue
            by = None
            if table["source"] == Source.DELEGATE:
                by = delegates[place % len(delegates)].user
            elif table["source"] == Source.UNIT:
                by = self.officers[table["unit"]]
            if table["channel"] == Channel.FORM:
                self.proposals[table["n"]], _code = proposals.enter_form(
                    cycle=self.cycle, ticket=proposals.new_ticket(), source=table["source"], fields=fields,
                    by=self.clerk, at=at,
                )  # fmt: skip
            else:
                self.proposals[table["n"]], _code = proposals.submit(
                    cycle=self.cycle, ticket=proposals.new_ticket(), at=at, fields=fields, by=by
                )
        self._import(listed)

    def second(self) -> None:
        """Let people second what the public sees, each network as often as it may."""
        for table in self.data["proposal"]:
            proposal = self.proposals[table["n"]]
            if proposal.standing != Visibility.SHOWN:
                continue
            for form in range(table.get("seconds", 0)):
                seconding.second(
                    proposal=proposal,
                    ticket=seconding.second_ticket(proposal),
                    address=f"2001:db8:{table['n']}:{form // seconding.MOST_OF_ONE}::1",
                    at=self.at,
                )

    def _import(self, listed: Sequence[Mapping[str, Any]]) -> None:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["来源", "title", "content", "place", "field", "reason", "beneficiaries", "cost"])
        writer.writerows([[table["source"], *(table.get(name, "") for name in TEXTS)] for table in listed])
        at = self.opened + timedelta(days=11, hours=6)
        staged = proposal_lists.stage(
            cycle=self.cycle, file_name="演示清单.csv", content=text.getvalue().encode(), by=self.clerk, at=at
        )
        first = proposals.next_number(self.cycle)
        proposal_lists.apply(cycle=self.cycle, staged=staged, leave_out=False, by=self.clerk, at=at)
        imported = Proposal.objects.filter(cycle=self.cycle, number__gte=first).order_by("number")
        self.proposals |= {table["n"]: each for table, each in zip(listed, imported, strict=True)}

    def screen(self, most: int) -> None:
        """Merge, ask and decide what the file says of the first *most* proposals, each once."""
        for table in self.data["proposal"]:
            n = table["n"]
            into = table.get("merged_into")
            proposal = Proposal.objects.get(pk=self.proposals[n].pk)
            if n > most or proposal.outcome != Outcome.OPEN:
                continue
            if into:
                main = self.proposals[into].number
                screening.merge(cycle=self.cycle, into=main, numbers=[proposal.number], **self.acting)
                continue
            self._ask(proposal, table.get("opinions", []))
            outcome = table["outcome"]
            screening.decide(
                proposal=proposal,
                outcome=outcome,
                checklist={
                    name: name in table.get("checklist", Criterion.values) for name in Criterion.values
                },
                public_reason=table["public_reason"],
                unit=self.units[table["passed_to"]] if outcome == Outcome.ORDINARY else None,
                **self.acting,
            )

    def _ask(self, proposal: Proposal, opinions: Sequence[Mapping[str, str]]) -> None:
        due = timezone.localdate(self.at) + timedelta(days=5)
        for table in opinions:
            unit = self.units[table["unit"]]
            opinion: Opinion = screening.ask_opinion(proposal=proposal, unit=unit, due=due, **self.acting)
            if table.get("text"):
                screening.give_opinion(
                    opinion=opinion, feasible=table["feasible"], text=table["text"],
                    by=self.officers[table["unit"]], at=self.at,
                )  # fmt: skip

    def deliberate(self) -> None:
        """Screen the rest, draft and freeze the slate, issue the report, let delegations ask and units answer."""
        calls.close_call(cycle=self.cycle, **self.acting)
        calls.begin_screening(cycle=self.cycle, **self.acting)
        self.cycle.refresh_from_db()
        held = Proposal.objects.filter(cycle=self.cycle, standing="held").order_by("number")
        for proposal in held[:1]:
            proposals.hide(
                cycle=self.cycle,
                number=proposal.number,
                reason="正文含个人电话，不公开，照常办理。",
                **self.acting,
            )
        self.screen(len(self.data["proposal"]))
        for table in self.data["candidate"]:
            self._draft(table)
        cycles.freeze_slate(cycle=self.cycle, **self.acting)
        slate_reports.save_draft(cycle=self.cycle, **self.data["report"], **self.acting)
        slate_reports.issue(cycle=self.cycle, **self.acting)
        self.cycle.refresh_from_db()
        deliberation.begin_deliberation(cycle=self.cycle, **self.acting)
        self.cycle.refresh_from_db()
        for table in self.data["question"]:
            self._question(table)
        self._amend(self.data["amendment"])

    def _draft(self, table: Mapping[str, Any]) -> None:
        fields = dict(table)
        fields.pop("number")
        numbers = [self.proposals[n].number for n in fields.pop("proposals")]
        fields["investment_total"] = Decimal(fields["investment_total"])
        slates.draft_candidate(cycle=self.cycle, proposals=numbers, **fields, **self.acting)

    def _question(self, table: Mapping[str, Any]) -> None:
        delegations = list(
            self.congress.delegates.filter(is_active=True).order_by("delegation__position", "number")
            .distinct("delegation__position").select_related("user")
        )  # fmt: skip
        asker = delegations[(table["delegation"] - 1) % len(delegations)].user
        question: Question = deliberation.ask(
            cycle=self.cycle,
            candidate=Candidate.objects.filter(cycle=self.cycle, number=table["candidate"]).first(),
            text=table["text"],
            wants_answer=table.get("wants_answer", True),
            unit=self.units[table["unit"]],
            by=asker,
            at=self.at,
        )
        if table.get("answer"):
            by = self.officers[table["unit"]]
            deliberation.answer(question=question, text=table["answer"], by=by, at=self.at)

    def _amend(self, table: Mapping[str, Any]) -> None:
        fields = dict(table)
        candidate = Candidate.objects.get(cycle=self.cycle, number=fields.pop("candidate"))
        slates.amend_candidate(candidate=candidate, **fields, **self.acting)

"""Load the demo of the running year through the verbs that people use: a vote, its result, and what became of it.

Everything in it is made up and marked as a demo. What is there already stays: the cycle is loaded once or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Congress
from accounts.roles import Role
from voting.domain.after import changes, completions, deliveries, progress, supervision, surveys
from voting.domain.core import cycles
from voting.domain.core.refusals import Refused
from voting.domain.vote import casting, counts, delegate_slips, keys, notices, rolls, rounds, rules
from voting.forms.core.plan_lines import milestones_in, targets_in
from voting.management.ceremonies import play_ceremony, scrutineers_of, typed_mark, witness_of
from voting.management.demo.choices import LIKED, NOT_LIKED
from voting.management.people import enter_officer, enter_units
from voting.management.seeds.reading import SeedDamaged, read_toml
from voting.models import Cycle, Delivery, Finding, Round
from voting.states import Stage

PRESET = "gongshu-2018"
SURVEY = timedelta(days=60)


def load_this_year(file: Path, *, at: datetime) -> Cycle | None:
    """Load the demo and return its cycle; None where it is there already. All or nothing. Raises SeedDamaged."""
    data = read_toml(file)
    try:
        if Cycle.objects.filter(
            slug=data["cycle"]["slug"], congress__slug=data["cycle"]["congress"]
        ).exists():
            return None
        with transaction.atomic():
            loading = _Loading(data, at)
            loading.vote()
            loading.plan()
            loading.report()
            loading.supervise()
            loading.open_survey()
    except KeyError as error:
        raise SeedDamaged(file, "", _("“%s” is missing.") % error.args[0]) from error
    except ValidationError as error:
        raise SeedDamaged(file, "", " ".join(error.messages)) from error
    except Refused as refusal:
        raise SeedDamaged(file, "", str(refusal)) from refusal
    return loading.cycle


class _Loading:
    def __init__(self, data: Mapping[str, Any], at: datetime) -> None:
        self.data, self.now = data, at
        self.congress = Congress.objects.get(slug=data["cycle"]["congress"])
        people = self.congress.users.filter(is_active=True)
        self.clerk = people.filter(role=Role.CLERK).order_by("pk")[0]
        self.scrutineer = people.filter(role=Role.SCRUTINEER).order_by("pk")[0]
        self.moment = self._at(data["times"]["vote"])

    @staticmethod
    def _at(day: date) -> datetime:
        """Return ten in the morning of a day, where the place is."""
        return datetime.combine(day, time(10), tzinfo=timezone.get_current_timezone())

    @property
    def acting(self) -> dict[str, Any]:
        self.moment += timedelta(minutes=1)
        return {"by": self.clerk, "at": self.moment}

    @property
    def cycle(self) -> Cycle:
        return Cycle.objects.get(congress=self.congress, slug=self.data["cycle"]["slug"])

    @property
    def round(self) -> Round:
        return Round.objects.select_related("cycle__congress", "rules").get(cycle=self.cycle)

    def vote(self) -> None:
        """Hold the whole vote; the first projects are liked, the others less."""
        cycles.create_cycle(**self.data["cycle"] | {"congress": self.congress}, **self.acting)
        for to in (Stage.SCREENING, Stage.DELIBERATION):
            cycles.move_cycle(self.cycle, to=to, **self.acting)
        for table in self.data["project"]:
            cycles.add_candidate(
                cycle=self.cycle, number=table["number"], name=table["name"], name_en=table["name_en"],
                lead_unit=table["unit"], targets=targets_in("\n".join(table["targets"])),
                milestones=milestones_in("\n".join(table["milestones"])), **self.acting,
            )  # fmt: skip
        cycles.freeze_slate(cycle=self.cycle, **self.acting)
        settings = rules.PRESETS[PRESET] | {"seats": self.cycle.seats}
        rules.draft_rules(cycle=self.cycle, **settings, **self.acting)
        rules.adopt_rules(cycle=self.cycle, **self.acting)
        rolls.freeze_roll(cycle=self.cycle, **self.acting)
        delegate_slips.issue_slips(round_=self.round, **self.acting)
        rolls.set_rest_present(round_=self.round, **self.acting)
        needed, holders = keys.DEFAULT_NEEDED, scrutineers_of(self.congress)[: keys.DEFAULT_ISSUED]
        slips = play_ceremony(round_=self.round, needed=needed, holders=holders, **self.acting)
        keys.try_unsealing(round_=self.round, slips=slips[:needed], **self.acting)
        rounds.open_round(
            round_=self.round, mark=typed_mark(self.round), second=witness_of(self.round), **self.acting
        )
        self._cast()
        rounds.close_round(round_=self.round, **self.acting)
        counts.count_round(round_=self.round, slips=slips[:needed], **self.acting)
        counts.certify_tally(round_=self.round, by=self.scrutineer, at=self.acting["at"])
        notices.publish_notice(round_=self.round, **self.acting)

    def _cast(self) -> None:
        chance, round_ = Random(self.data["cycle"]["slug"]), self.round  # noqa: S311 a demo's ballots
        numbers = [table["number"] for table in self.data["project"]]
        likes = {
            number: chance.randint(*(LIKED if number <= round_.seats else NOT_LIKED)) for number in numbers
        }
        for entry in round_.roll.order_by("number"):
            marks = [number for number in numbers if chance.randrange(100) < likes[number]]
            chosen = chance.sample(marks, round_.seats) if len(marks) > round_.seats else marks
            casting.cast_ballot(entry_id=entry.pk, round_id=round_.pk, chosen=chosen)

    def plan(self) -> None:
        """Break the projects down: units, their officers, groups; then issue it."""
        units = enter_units(congress=self.congress, tables=self.data["unit"])
        leading = dict.fromkeys(table["unit"] for table in self.data["project"])
        self.officers = {name: enter_officer(congress=self.congress, unit=units[name]) for name in leading}
        self.moment = self._at(self.data["times"]["breakdown"])
        deliveries.begin_delivery(cycle=self.cycle, **self.acting)
        delegates = list(self.congress.delegates.filter(is_active=True).order_by("number"))
        for number, table in self._tables():
            delivery = self._delivery(number)
            plan = deliveries.plan_of(delivery)
            deliveries.change_delivery(
                delivery=delivery, lead_unit=units[table["unit"]], targets=plan["targets"],
                milestones=plan["milestones"], content=table["content"],
                supporting_units=table.get("supporting", ""), investment=Decimal(table["investment"]), **self.acting,
            )  # fmt: skip
            group = [each.number for each in delegates[3 * number : 3 * number + 3]]
            supervision.name_group(delivery=delivery, numbers=group, **self.acting)
        deliveries.issue_breakdown(cycle=self.cycle, **self.acting)

    def _tables(self) -> list[tuple[int, Mapping[str, Any]]]:
        return [(table["number"], table) for table in self.data["project"]]

    def _delivery(self, number: int) -> Delivery:
        return (
            Delivery.objects.select_related("cycle__congress", "candidate", "lead_unit")
            .prefetch_related("targets", "milestones")
            .get(cycle=self.cycle, number=number)
        )

    def report(self) -> None:
        """Let every unit report what had happened by now, in the order of the days."""
        told = [
            (report["day"], number, table, report)
            for number, table in self._tables()
            for report in table["reports"]
        ]
        for day, number, table, report in sorted(told, key=lambda each: each[:2]):
            if day > timezone.localdate(self.now):
                continue
            if number == self.data["change"]["number"] and day > self.data["change"]["day"]:
                self._change()
            self._report(number, table, report)
        self._change()
        self._complete()

    def _report(self, number: int, table: Mapping[str, Any], report: Mapping[str, Any]) -> None:
        delivery = self._delivery(number)
        targets, milestones = list(delivery.targets.all()), list(delivery.milestones.all())
        reached = {
            milestones[int(place) - 1]: date.fromisoformat(day) for place, day in report["reached"].items()
        }
        progress.report(
            delivery=delivery, day=report["day"], text=report["text"], delay=report.get("delay", ""),
            figures={target: Decimal(figure) for target, figure in zip(targets, report["figures"], strict=False)},
            spent=Decimal(report["spent"]) if "spent" in report else None,
            reached=reached, by=self.officers[table["unit"]], at=self._at(report["day"]) + timedelta(hours=6),
        )  # fmt: skip

    def _change(self) -> None:
        table = self.data["change"]
        delivery = self._delivery(table["number"])
        if delivery.changes.exists() or table["day"] > timezone.localdate(self.now):
            return
        self.moment = self._at(table["day"])
        officer = self.officers[self.data["project"][table["number"] - 1]["unit"]]
        change = changes.ask_change(
            delivery=delivery, plan={"targets": targets_in("\n".join(table["targets"]))}, reason=table["reason"],
            by=officer, at=self.moment,
        )  # fmt: skip
        changes.decide_change(
            change=change, approved=True, decision=table["decision"], on=table["day"], **self.acting
        )

    def _complete(self) -> None:
        table = self.data["completion"]
        officer = self.officers[self.data["project"][table["number"] - 1]["unit"]]
        delivery = self._delivery(table["number"])
        last = delivery.reports.order_by("day").last()
        reached = {each.target_id: each.figure for each in last.figures.all()} if last else {}
        if any(reached.get(each.pk, 0) < each.number for each in delivery.targets.all()):
            return
        self.moment = self.now
        handed_in = completions.hand_in(
            delivery=delivery, evidence=table["evidence"], by=officer, at=self.now
        )
        completions.decide(completion=handed_in, accepted=True, note=table["note"], **self.acting)

    def supervise(self) -> None:
        for table in self.data["inspection"]:
            if table["day"] > timezone.localdate(self.now):
                continue
            self._inspect(table)
        remark = self.data["remark"][0]
        delegate = self.congress.delegates.filter(is_active=True).select_related("user").earliest("number")
        supervision.remark(
            delivery=self._delivery(remark["number"]), text=remark["text"], by=delegate.user, at=self.now
        )

    def _inspect(self, table: Mapping[str, Any]) -> None:
        delivery = self._delivery(table["number"])
        self.moment = self._at(table["day"])
        unit = delivery.lead_unit
        faults = [(fault["text"], unit, fault["due"]) for fault in table["faults"] if unit]
        visit = supervision.inspect(
            delivery=delivery, day=table["day"], text=table["text"], faults=faults, **self.acting
        )
        finding = Finding.objects.get(inspection=visit)
        officer = self.officers[self.data["project"][table["number"] - 1]["unit"]]
        supervision.reply(finding=finding, text=table["reply"], by=officer, at=self.acting["at"])
        if "closed" in table:
            supervision.close(finding=finding, text=table["closed"], **self.acting)

    def open_survey(self) -> None:
        opens = self.now - timedelta(hours=1)
        surveys.open_survey(
            cycle=self.cycle, opens_at=opens, closes_at=opens + SURVEY, by=self.clerk, at=opens
        )

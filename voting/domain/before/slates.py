"""候选项目: candidates are drafted from proposals, changed in versions, numbered, and amended in deliberation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from accounts.models import User
from voting.domain.core.cycles import SlateFrozen
from voting.domain.core.journal import record
from voting.domain.core.refusals import ReasonMissing, Refused, StepNotAllowed
from voting.models import BallotItem, Candidate, CandidateVersion, Cycle, Proposal, Provenance
from voting.states import WITHOUT_RESULT, Act, Outcome, Stage

#: What a version keeps of a candidate.
KEPT = (
    "name", "name_en", "done_last_year", "target", *Candidate.DOSSIER_FIELDS, "targets", "funds", "investment_total",
    "milestones",
)  # fmt: skip
_OUT_OF_THE_WAY = 10_000


class NotScreened(Refused):
    """A candidate grows from proposals of this cycle that were adopted and stand for themselves."""

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(numbers)
        self.numbers = tuple(numbers)

    def __str__(self) -> str:
        return _("Only adopted proposals can lead to a candidate project; these are not: %s.") % ", ".join(
            str(number) for number in self.numbers
        )


class FundsDoNotAddUp(Refused):
    def __init__(self, funds: Decimal, total: Decimal) -> None:
        super().__init__(funds, total)
        self.funds, self.total = funds, total

    def __str__(self) -> str:
        return _("The sources of funds add up to %(funds)s, the total investment is %(total)s.") % {
            "funds": self.funds,
            "total": self.total,
        }


class NotAllNumbered(Refused):
    def __str__(self) -> str:
        return _("Give every candidate project exactly one place.")


class AmendmentUnexplained(Refused):
    """A candidate is changed in deliberation, before everybody's eyes, without a word why."""

    def __str__(self) -> str:
        return _("Say why: the reason is published beside the change.")


def content(candidate: Candidate) -> dict[str, Any]:
    """Return what the candidate says, as plain data."""
    data = {name: getattr(candidate, name) for name in KEPT}
    total = candidate.investment_total
    return data | {"investment_total": None if total is None else f"{total:.2f}"}


def unfrozen(cycle: Cycle) -> Cycle:
    """Return the cycle, held against a freezing at the same moment. Raises SlateFrozen."""
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if locked.slate_frozen_at:
        raise SlateFrozen
    return locked


@transaction.atomic
def draft_candidate(
    *, cycle: Cycle, proposals: Sequence[int], by: User, at: datetime, **fields: Any
) -> Candidate:
    """Draft a candidate from adopted proposals; it takes the next number until the slate is numbered.

    Raises SlateFrozen, NotScreened, FundsDoNotAddUp, or ValidationError with a sentence per field.
    """
    unfrozen(cycle)
    last = Candidate.objects.filter(cycle=cycle).aggregate(last=Max("number"))["last"] or 0
    candidate = Candidate(cycle=cycle, number=last + 1, **fields)
    _check(candidate)
    candidate.save(force_insert=True)
    _set_provenance(candidate, proposals)
    data = {"number": candidate.number, "name": candidate.name, "proposals": sorted(set(proposals))}
    record(cycle=cycle, act=Act.CANDIDATE_ADDED, by=by, at=at, data=data)
    _keep(candidate, by=by, at=at)
    return candidate


@transaction.atomic
def change_candidate(
    *, candidate: Candidate, proposals: Sequence[int], by: User, at: datetime, reason: str = "", **fields: Any
) -> Candidate:
    """Change a draft; the version before stays readable. Raises as ``draft_candidate`` does."""
    unfrozen(candidate.cycle)
    candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    if not candidate.versions.exists():
        _keep(candidate, by=by, at=at)
    for name, value in fields.items():
        setattr(candidate, name, value)
    _check(candidate)
    candidate.save()
    _set_provenance(candidate, proposals)
    _keep(candidate, by=by, at=at, reason=reason)
    data = {
        "number": candidate.number,
        "name": candidate.name,
        "proposals": sorted(set(proposals)),
        "reason": reason,
    }
    record(cycle=candidate.cycle, act=Act.CANDIDATE_CHANGED, by=by, at=at, data=data)
    return candidate


@transaction.atomic
def drop_candidate(*, candidate: Candidate, reason: str, by: User, at: datetime) -> None:
    """Drop a draft; its proposals are adopted still and free for another. Raises SlateFrozen or ReasonMissing.

    A ballot that was never counted lets it go: the definition of its round keeps the name.
    """
    unfrozen(candidate.cycle)
    if not reason.strip():
        raise ReasonMissing
    data = {"number": candidate.number, "name": candidate.name, "reason": reason.strip()}
    record(cycle=candidate.cycle, act=Act.CANDIDATE_DROPPED, by=by, at=at, data=data)
    BallotItem.objects.filter(candidate=candidate, round__status__in=WITHOUT_RESULT).delete()
    candidate.delete()


@transaction.atomic
def number_slate(*, cycle: Cycle, order: Sequence[int], by: User, at: datetime) -> None:
    """Number the candidates 1, 2, … in the given order of their present numbers. Raises NotAllNumbered, SlateFrozen."""
    unfrozen(cycle)
    present = list(Candidate.objects.filter(cycle=cycle).values_list("number", flat=True))
    if sorted(order) != sorted(present):
        raise NotAllNumbered
    keys = dict(Candidate.objects.filter(cycle=cycle).values_list("number", "pk"))
    Candidate.objects.filter(cycle=cycle).update(number=F("number") + _OUT_OF_THE_WAY)
    for place, number in enumerate(order, start=1):
        Candidate.objects.filter(pk=keys[number]).update(number=place)
    record(cycle=cycle, act=Act.SLATE_NUMBERED, by=by, at=at, data={"order": list(order)})


@transaction.atomic
def amend_candidate(*, candidate: Candidate, reason: str, by: User, at: datetime, **fields: Any) -> Candidate:
    """Change a candidate of the frozen slate in deliberation; the original stays beside the change.

    Raises StepNotAllowed once the official list is confirmed or outside the deliberation, AmendmentUnexplained,
    FundsDoNotAddUp, ValidationError.
    """
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=candidate.cycle_id)
    if cycle.stage != Stage.DELIBERATION or cycle.list_confirmed_at or not cycle.slate_frozen_at:
        raise StepNotAllowed
    if not reason.strip():
        raise AmendmentUnexplained
    candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    if not candidate.versions.exists():
        _keep(candidate, by=by, at=at)
    for name, value in fields.items():
        setattr(candidate, name, value)
    _check(candidate)
    _keep(candidate, by=by, at=at, reason=reason.strip(), in_deliberation=True)
    candidate.save()
    data = {"number": candidate.number, "name": candidate.name, "reason": reason.strip()}
    record(cycle=cycle, act=Act.CANDIDATE_AMENDED, by=by, at=at, data=data)
    return candidate


@transaction.atomic
def confirm_list(*, cycle: Cycle, by: User, at: datetime) -> None:
    """The presidium confirms the official list; nothing of it changes after this. Raises StepNotAllowed."""
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if locked.stage != Stage.DELIBERATION or not locked.slate_frozen_at or locked.list_confirmed_at:
        raise StepNotAllowed
    Cycle.objects.filter(pk=cycle.pk).update(list_confirmed_at=at)
    record(cycle=cycle, act=Act.LIST_CONFIRMED, by=by, at=at, data={"candidates": cycle.candidates.count()})


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return (field, before, after) of everything that two versions say differently, in the dossier's order."""
    return [(name, before.get(name), after.get(name)) for name in KEPT if before.get(name) != after.get(name)]


def _check(candidate: Candidate) -> None:
    candidate.full_clean(exclude=["cycle"])
    amounts = [Decimal(str(each["amount"])) for each in candidate.funds]
    if amounts and candidate.investment_total is None:
        raise ValidationError(
            {"investment_total": _("Give the total investment where the sources of funds are given.")}
        )
    if amounts and sum(amounts) != candidate.investment_total:
        raise FundsDoNotAddUp(sum(amounts, Decimal(0)), candidate.investment_total or Decimal(0))


def _set_provenance(candidate: Candidate, numbers: Sequence[int]) -> None:
    adopted = Proposal.objects.filter(
        cycle=candidate.cycle_id, number__in=numbers, outcome=Outcome.ADOPTED, merged_into=None
    )
    sources = {each.number: each for each in adopted}
    if strangers := sorted(set(numbers) - set(sources)):
        raise NotScreened(strangers)
    candidate.provenance.all().delete()
    Provenance.objects.bulk_create(
        Provenance(candidate=candidate, proposal=each) for each in sources.values()
    )


def _keep(
    candidate: Candidate, *, by: User, at: datetime, reason: str = "", in_deliberation: bool = False
) -> None:
    last = candidate.versions.aggregate(last=Max("number"))["last"] or 0
    CandidateVersion.objects.create(
        candidate=candidate,
        number=last + 1,
        data=content(candidate),
        reason=reason,
        in_deliberation=in_deliberation,
        changed_by=by,
        changed_at=at,
    )

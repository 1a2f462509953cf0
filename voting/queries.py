"""What the public pages read. Nothing here writes, and no page's number of queries grows with its rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet, Value
from django.http import Http404
from django.utils.crypto import constant_time_compare

from accounts.models import Congress, Unit
from accounts.roles import Kind
from accounts.written import Statement, among, later, read_later
from voting.models import (
    Breakdown,
    Call,
    Candidate,
    CandidateVersion,
    Cycle,
    Delivery,
    JournalEntry,
    Proposal,
    Provenance,
    Question,
    Round,
    SlateReport,
    Survey,
    Verification,
)
from voting.states import DELIVERED_STAGES, Stage, Visibility
from voting.text.search import terms

_ROUNDS = (
    Round.objects.select_related("rules", "seal", "notice")
    .defer("seal__hashes", "seal__test_hashes", "definition")
    .order_by("-number")
)
#: What the years of rehearsals are called that are older than the congresses; their short addresses are kept.
_OLD_REHEARSALS = "rehearsal-"
#: How the order by what was seconded most is called in an address.
MOST_SECONDED = "seconded"
_CANDIDATES = Candidate.objects.order_by("number")
#: What belongs to years, read once a page looks at it.
_CANDIDATES_OF = Statement(lambda: _CANDIDATES.filter(among("cycle", "parents")))
_ORIGINS_OF = Statement(
    lambda: (
        Provenance.objects.filter(among("candidate", "parents"))
        .select_related("proposal")
        .order_by("proposal__number")
    )
)
_ROUNDS_OF = Statement(lambda: _ROUNDS.filter(among("cycle", "parents")))


def _of(congress: Congress | Value | None) -> QuerySet[Cycle]:
    """Return the cycles of that congress, or of all where none is named."""
    cycles = Cycle.objects.select_related("congress")
    return cycles.filter(congress=congress) if congress else cycles


def _listed(congress: Congress | Value | None) -> QuerySet[Cycle]:
    """Return the cycles of that congress; where none is named, of all but the rehearsals."""
    return _of(congress) if congress else _of(None).exclude(congress__kind=Kind.REHEARSAL)


def shown_cycles(congress: Congress | None) -> QuerySet[Cycle]:
    """Return the votes of a congress that its home page may name, newest first; no year that is only planned.

    Where no congress is named, those of all, rehearsals aside.
    """
    return _shown(_listed(congress)).prefetch_related(
        Prefetch("candidates", _CANDIDATES), Prefetch("rounds", _ROUNDS)
    )


def _shown(cycles: QuerySet[Cycle]) -> QuerySet[Cycle]:
    named = cycles.exclude(stage=Stage.SOLICITATION, slate_frozen_at=None, call__published_at=None)
    return named.filter(assesses=None).order_by("-year", "slug")


_SHOWN = Statement(lambda: _shown(_listed(None)))
_SHOWN_IN = Statement(lambda: _shown(_listed(later("congress"))))


def years_of(congress: Congress | None) -> list[Cycle]:
    """Return the votes of ``shown_cycles``; their rounds and candidates are read once a page looks at them.

    The rounds are read for all years at once, the candidates of each by themselves.
    """
    cycles = _SHOWN_IN.rows(congress=congress.pk) if congress else _SHOWN.rows()
    if cycles:
        read_later(cycles, "rounds", _ROUNDS_OF)
    for cycle in cycles:
        read_later([cycle], "candidates", _CANDIDATES_OF)
    return cycles


def _addressed(cycles: QuerySet[Cycle]) -> QuerySet[Cycle]:
    return cycles.filter(slug=later("slug")).order_by("congress_id")[:1]


_AT = Statement(lambda: _addressed(_listed(None)))
_AT_OF_ALL = Statement(lambda: _addressed(_of(None)))
_AT_IN = Statement(lambda: _addressed(_listed(later("congress"))))


def public_cycle(congress: Congress | None, slug: str) -> Cycle:
    """Return the cycle at this address; its candidates and rounds are read once a page looks at them. Raises Http404.

    Where no congress is named and several have the address, it is that of the one that was here first. It is never that
    of a rehearsal, but for those from before a rehearsal was a congress: their addresses begin with ``rehearsal-``.
    """
    if congress:
        cycle = _AT_IN.first(slug=slug, congress=congress.pk)
    else:
        cycle = (_AT_OF_ALL if slug.startswith(_OLD_REHEARSALS) else _AT).first(slug=slug)
    if cycle is None:
        raise Http404
    read_later(
        [cycle], "candidates", _CANDIDATES_OF, lambda all_: read_later(all_, "provenance", _ORIGINS_OF)
    )
    read_later([cycle], "rounds", _ROUNDS_OF)
    return cycle


def units_of(congress: Congress) -> QuerySet[Unit]:
    """Return the units of that congress, by their names."""
    return Unit.objects.filter(congress=congress).order_by("name")


def newest_round(cycle: Cycle) -> Round | None:
    """Return the newest round of a cycle from ``public_cycle`` or ``shown_cycles``; costs no query."""
    return next(iter(cycle.rounds.all()), None)


def newest_published(cycle: Cycle) -> Round | None:
    """Return the newest round that has a notice; costs no query."""
    return next((round_ for round_ in cycle.rounds.all() if getattr(round_, "notice", None)), None)


def published_round(cycle: Cycle, number: int) -> Round | None:
    """Return that round of the cycle if it has a notice; costs no query."""
    rounds = [round_ for round_ in cycle.rounds.all() if round_.number == number]
    return next((round_ for round_ in rounds if getattr(round_, "notice", None)), None)


def journal_until(cycle: Cycle, number: int) -> QuerySet[JournalEntry]:
    """Return what was done up to and in that round, in its order, with the persons, in one query."""
    entries = JournalEntry.objects.filter(cycle=cycle).select_related("actor").order_by("sequence")
    return entries.filter(Q(data__round__isnull=True) | Q(data__round__lte=number))


def published_call(cycle: Cycle) -> Call | None:
    """Return the cycle's call once it is published."""
    return calls_of([cycle]).get(cycle.pk)


def open_calls(congress: Congress | None, at: datetime) -> list[Call]:
    """Return the calls of votes that the home page may name which take proposals at this moment."""
    calls = Call.objects.exclude(published_at=None).filter(cycle__in=_listed(congress))
    open_ones = calls.filter(opens_at__lte=at).select_related("cycle__congress")
    return [call for call in open_ones if call.is_open(at)]


_CALLS = Statement(lambda: Call.objects.exclude(published_at=None).filter(among("cycle", "cycles")))
_REPORTED = Statement(
    lambda: (
        SlateReport.objects.exclude(issued_at=None)
        .filter(among("cycle", "cycles"))
        .order_by()
        .values_list("cycle_id")
    )
)
_OPEN_SURVEYS = Statement(
    lambda: Survey.objects.filter(
        among("cycle", "cycles"), opens_at__lte=later("at"), closes_at__gt=later("at")
    )
)


def calls_of(cycles: Iterable[Cycle]) -> dict[int, Call]:
    """Return the published calls of those cycles, by the keys of the cycles; one query."""
    return {call.cycle_id: call for call in _CALLS.rows(cycles=[each.pk for each in cycles])}


def reported(cycles: Iterable[Cycle]) -> set[int]:
    """Return the keys of those cycles that have an issued report on the candidate projects; one query."""
    return {key for (key,) in _REPORTED.rows(cycles=[each.pk for each in cycles])}


def open_surveys(cycles: Iterable[Cycle], at: datetime) -> dict[int, Survey]:
    """Return the surveys of those cycles that are open at this moment, by the keys of the cycles; one query."""
    surveys = _OPEN_SURVEYS.rows(cycles=[each.pk for each in cycles], at=at)
    return {survey.cycle_id: survey for survey in surveys}


def newest_call(congress: Congress | None) -> Call | None:
    """Return the published call of the newest year that the home page may name."""
    calls = Call.objects.exclude(published_at=None).filter(cycle__in=_listed(congress))
    return calls.select_related("cycle__congress").order_by("-cycle__year", "cycle__slug").first()


_NEWEST_REPORT = Statement(
    lambda: (
        SlateReport.objects.filter(cycle=later("cycle"))
        .exclude(issued_at=None)
        .defer("body")
        .order_by("-version")[:1]
    )
)


def newest_report(cycle: Cycle) -> SlateReport | None:
    """Return the newest issued report on the candidate projects, without its text."""
    return _NEWEST_REPORT.first(cycle=cycle.pk)


def shown_proposals(cycle: Cycle, asked: dict[str, str]) -> QuerySet[Proposal]:
    """Return the proposals that the public sees, newest first or most seconded first.

    ``asked`` may have ``q``, source, field, outcome and sort.

    A word is looked for in title, place, content and reason; its pairs of characters must all be there.
    """
    proposals = (
        Proposal.objects.filter(cycle=cycle, standing=Visibility.SHOWN)
        .order_by(*(["-seconds"] if asked.get("sort") == MOST_SECONDED else []), "-number")
        .defer("content", "terms")
    )
    if source := asked.get("source"):
        proposals = proposals.filter(source=source)
    if field := asked.get("field"):
        proposals = proposals.filter(field=field)
    if outcome := asked.get("outcome"):
        proposals = proposals.filter(outcome="" if outcome == "open" else outcome)
    if words := terms(asked.get("q", "")):
        proposals = (
            proposals.filter(terms__contains=words)
            if len(words) > 1 or len(words[0]) > 1
            else proposals.filter(title__contains=words[0])
        )
    return proposals


def _delivered(cycles: QuerySet[Cycle]) -> QuerySet[Cycle]:
    return cycles.filter(stage__in=DELIVERED_STAGES, assesses=None).order_by("-year", "slug")


def _undelivered(cycles: QuerySet[Cycle]) -> QuerySet[Cycle]:
    return _shown(cycles).exclude(stage__in=DELIVERED_STAGES)


_DELIVERED = Statement(lambda: _delivered(_listed(None)))
_DELIVERED_IN = Statement(lambda: _delivered(_listed(later("congress"))))
_UNDELIVERED = Statement(lambda: _undelivered(_listed(None)))
_UNDELIVERED_IN = Statement(lambda: _undelivered(_listed(later("congress"))))


def delivered_cycles(congress: Congress | None) -> list[Cycle]:
    """Return the cycles whose projects are on their way or done, newest first; no assessment."""
    return _DELIVERED_IN.rows(congress=congress.pk) if congress else _DELIVERED.rows()


def undelivered_cycles(congress: Congress | None) -> list[Cycle]:
    """Return the other votes that the home page may name, newest first."""
    return _UNDELIVERED_IN.rows(congress=congress.pk) if congress else _UNDELIVERED.rows()


_SURVEY = Statement(lambda: Survey.objects.filter(cycle=later("cycle")))
_BREAKDOWN = Statement(
    lambda: Breakdown.objects.filter(cycle=later("cycle")).defer("body").order_by("-version")[:1]
)
_ASSESSMENTS = Statement(
    lambda: Cycle.objects.filter(assesses=later("cycle")).select_related("congress").order_by("-year", "slug")
)
_VERSIONS = Statement(
    lambda: CandidateVersion.objects.filter(candidate=later("candidate")).order_by("number")
)
_QUESTIONS = Statement(
    lambda: Question.objects.filter(candidate=later("candidate")).order_by().values_list("pk")
)
_NUMBERS = Statement(lambda: Delivery.objects.filter(cycle=later("cycle")).order_by().values_list("number"))
_OTHERS_DELIVERED = Statement(
    lambda: _delivered(_listed(later("congress"))).exclude(pk=later("cycle")).order_by().values_list("pk")[:1]
)


def survey_of(cycle: Cycle) -> Survey | None:
    """Return the residents' survey of that year."""
    return _SURVEY.first(cycle=cycle.pk)


def newest_breakdown(cycle: Cycle) -> Breakdown | None:
    """Return the newest issued breakdown of that year, without its text."""
    return _BREAKDOWN.first(cycle=cycle.pk)


def assessments_of(cycle: Cycle) -> list[Cycle]:
    """Return the assessments of that year's deliveries."""
    return _ASSESSMENTS.rows(cycle=cycle.pk)


def versions_of(candidate: Candidate) -> list[CandidateVersion]:
    """Return the versions of a project's dossier, the first one first."""
    return _VERSIONS.rows(candidate=candidate.pk)


def number_of_questions(candidate: Candidate) -> int:
    """Return how many questions the delegations asked about a project."""
    return len(_QUESTIONS.rows(candidate=candidate.pk))


def delivery_numbers(cycle: Cycle) -> set[int]:
    """Return the numbers of that year's deliveries."""
    return {number for (number,) in _NUMBERS.rows(cycle=cycle.pk)}


def are_others_delivered(cycle: Cycle) -> bool:
    """Tell whether the congress of that year has another whose projects are on their way or done."""
    return bool(_OTHERS_DELIVERED.rows(congress=cycle.congress_id, cycle=cycle.pk))


def last_verification() -> Verification | None:
    """Return when everything that is kept was last held against everything else (``manage.py verify``).

    A run that this server does not vouch for, for somebody wrote it into the database, is none.
    """
    runs = Verification.objects.order_by("-at")[:5]
    return next((run for run in runs if constant_time_compare(run.mac, run.vouched())), None)

"""For every refusal before the vote the call that meets it; used by tests/integration/test_domain_refusals.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from tests.autumn import Autumn, make_autumn
from tests.factories import NOW
from voting.domain.before import (
    calls,
    candidate_pictures,
    corrections,
    deliberation,
    proposal_lists,
    proposals,
    screening,
    seconding,
    slate_reports,
    slates,
)
from voting.domain.core import imports, uploads
from voting.domain.core.uploads import Cleaned
from voting.models import MOST_PICTURES, Candidate, Cycle, ProposalList
from voting.states import Outcome

ROWS = "标题,内容\n建公厕,河边\n".encode()


def on(until: str, act: Callable[[Autumn], object]) -> Callable[[], Callable[[], object]]:
    """Return a case: an autumn brought to a point, and the call that must be refused there."""

    def case() -> Callable[[], object]:
        autumn = make_autumn(until=until)
        return lambda: act(autumn)

    return case


def flooded() -> Callable[[], object]:
    autumn = make_autumn(until="call")

    def send() -> object:
        return proposals.submit(
            cycle=autumn.cycle,
            ticket=proposals.new_ticket(),
            at=NOW + timedelta(minutes=1),
            fields={"title": "一", "content": "二"},
            address="192.0.2.1",
        )

    for _ in range(proposals.MOST_KNOCKS):
        send()
    return send


def second(autumn: Autumn, *, ticket: str = "", network: int = 1) -> object:
    proposal = autumn.proposals[0]
    return seconding.second(
        proposal=proposal,
        ticket=ticket or seconding.second_ticket(proposal),
        address=f"192.0.2.{network}",
        at=autumn.at,
    )


def seconded(act: Callable[[Autumn], object]) -> Callable[[], Callable[[], object]]:
    """Return a case in which something was done first; the call that is refused is one that seconds."""

    def case() -> Callable[[], object]:
        autumn = make_autumn(until="proposals")
        ticket = seconding.second_ticket(autumn.proposals[0])
        act(autumn)
        # The same form once more, from another network.
        return lambda: second(autumn, ticket=ticket, network=2)

    return case


def seconded_already() -> Callable[[], object]:
    autumn = make_autumn(until="proposals")
    ticket = seconding.second_ticket(autumn.proposals[0])
    second(autumn, ticket=ticket)
    return lambda: second(autumn, ticket=ticket, network=2)


def second_flood() -> Callable[[], object]:
    autumn = make_autumn(until="proposals")
    for _ in range(seconding.MOST_OF_ONE):
        second(autumn)
    return lambda: second(autumn)


def corrected(times: int, **texts: str) -> Callable[[], Callable[[], object]]:
    """Return a case: a proposal that is held back, corrected so often; the next correction is refused."""

    def case() -> Callable[[], object]:
        autumn = make_autumn(until="call")
        held = autumn.propose(content="请打 13800000000")

        def send(number: int) -> object:
            return corrections.correct(
                proposal=held,
                texts={"content": "请打 13800000000"} if times == 0 else {"place": str(number)} | texts,
                address=f"192.0.2.{number}",
                at=autumn.at,
            )

        for number in range(times):
            send(number)
        return lambda: send(times)

    return case


def ask_in_time(autumn: Autumn, days: int) -> object:
    due = timezone.localdate(autumn.at) + timedelta(days=days)
    return screening.ask_opinion(proposal=autumn.proposals[0], unit=autumn.unit, due=due, **autumn.acting)


def another_units(autumn: Autumn) -> object:
    opinion = ask_in_time(autumn, 3)
    return screening.give_opinion(
        opinion=opinion, feasible="yes", text="可以", by=autumn.other_officer, at=autumn.at
    )


def staged(autumn: Autumn, content: bytes = ROWS) -> ProposalList:
    return proposal_lists.stage(cycle=autumn.cycle, file_name="a.csv", content=content, **autumn.acting)


def faulty_list() -> Callable[[], object]:
    autumn = make_autumn(until="call")
    kept = staged(autumn, ROWS + b",x\n")
    return lambda: proposal_lists.apply(cycle=autumn.cycle, staged=kept, leave_out=False, **autumn.acting)


def used_list() -> Callable[[], object]:
    autumn = make_autumn(until="call")
    kept = staged(autumn)
    proposal_lists.drop(staged=kept)
    return lambda: proposal_lists.apply(cycle=autumn.cycle, staged=kept, leave_out=False, **autumn.acting)


def list_again() -> Callable[[], object]:
    autumn = make_autumn(until="call")
    proposal_lists.apply(cycle=autumn.cycle, staged=staged(autumn), leave_out=False, **autumn.acting)
    return lambda: staged(autumn)


def pictured(pictures: int, act: Callable[[Autumn, Candidate], object]) -> Callable[[], Callable[[], object]]:
    """Return a case: a draft with so many pictures, and the call that must be refused there."""

    def case() -> Callable[[], object]:
        autumn = make_autumn(until="screening")
        draft = autumn.draft("公厕项目", 1)
        for number in range(pictures):
            add(autumn, draft, alt=f"第{number}处")
        return lambda: act(autumn, draft)

    return case


def add(autumn: Autumn, draft: Candidate, *, alt: str = "现状", kind: str = "image/png") -> object:
    file = Cleaned("a", kind, b"x")
    return candidate_pictures.add_picture(candidate=draft, file=file, alt=alt, **autumn.acting)


def no_report(autumn: Autumn) -> None:
    cycle = Cycle.objects.get(pk=autumn.cycle.pk)
    deliberation.begin_deliberation(cycle=cycle, **autumn.acting)


def ask(autumn: Autumn, text: str) -> object:
    return deliberation.ask(
        cycle=autumn.cycle, candidate=None, text=text, wants_answer=True, unit=None, by=autumn.delegate.user,
        at=autumn.at,
    )  # fmt: skip


CASES_BEFORE: dict[type[Exception], Callable[[], Callable[[], object]]] = {
    calls.CallNotOpen: on("screening", lambda a: a.propose()),
    calls.PublishedBefore: on("call", lambda a: calls.publish_call(cycle=a.cycle, **a.acting)),
    proposals.TooMany: flooded,
    proposals.CorrectedMeanwhile: on(
        "proposals", lambda a: proposals.show(cycle=a.cycle, numbers=[1], seen=1, **a.acting)
    ),
    seconding.SecondedAlready: seconded_already,
    seconding.TooManySeconds: second_flood,
    seconding.NotToBeSeconded: seconded(
        lambda a: proposals.hide(cycle=a.cycle, number=1, reason="含个人信息", **a.acting)
    ),
    corrections.NothingCorrected: corrected(0),
    corrections.TooManyCorrections: corrected(corrections.MOST_CORRECTIONS),
    corrections.CorrectionTooLate: corrected(1, content="请打电话"),
    proposals.NoPublicReason: on(
        "proposals", lambda a: proposals.hide(cycle=a.cycle, number=1, reason=" ", **a.acting)
    ),
    uploads.BadFile: on("call", lambda _a: uploads.clean("a.png", b"<svg onload='alert(1)'/>")),
    uploads.BadFiles: on("call", lambda _a: uploads.clean_all([uploads.Raw("a.png", b"<svg/>")])),
    screening.CannotMerge: on(
        "proposals", lambda a: screening.merge(cycle=a.cycle, into=1, numbers=[1], **a.acting)
    ),
    screening.DecidedBefore: on(
        "screening", lambda a: (a.draft("公厕项目", 1), a.decide(a.proposals[0], Outcome.DECLINED))
    ),
    screening.DecidedMeanwhile: on(
        "screening", lambda a: a.decide(a.proposals[5], Outcome.DECLINED, knowing=0)
    ),
    screening.NotAllUndecided: on(
        "screening",
        lambda a: screening.decide_together(
            cycle=a.cycle,
            numbers=[1, 99],
            outcome=Outcome.RESERVE,
            checklist={},
            public_reason="储备",
            **a.acting,
        ),
    ),
    screening.NoDecisionStands: on(
        "proposals", lambda a: screening.undo_decision(proposal=a.proposals[0], **a.acting)
    ),
    screening.UnitMissing: on("proposals", lambda a: a.decide(a.proposals[0], Outcome.ORDINARY)),
    screening.NotYourUnit: on("proposals", another_units),
    screening.DueInThePast: on("proposals", lambda a: ask_in_time(a, -1)),
    slates.NotScreened: on("screening", lambda a: a.draft("便道项目", 8)),
    slates.FundsDoNotAddUp: on(
        "screening", lambda a: a.draft("公厕项目", 1, investment_total=Decimal("99.99"))
    ),
    slates.AmendmentUnexplained: on(
        "report",
        lambda a: slates.amend_candidate(candidate=a.cycle.candidates.first(), reason=" ", **a.acting),
    ),
    slates.NotAllNumbered: on(
        "screening",
        lambda a: (a.draft("公厕项目", 1), slates.number_slate(cycle=a.cycle, order=[1, 2], **a.acting)),
    ),
    candidate_pictures.NoPicture: pictured(0, lambda a, draft: add(a, draft, kind="application/pdf")),
    candidate_pictures.WordsMissing: pictured(0, lambda a, draft: add(a, draft, alt=" ")),
    candidate_pictures.TooManyPictures: pictured(MOST_PICTURES, add),
    candidate_pictures.PictureGone: pictured(
        1, lambda a, draft: candidate_pictures.take_picture_off(candidate=draft, position=2, **a.acting)
    ),
    slate_reports.SlateNotFrozen: on("screening", lambda a: slate_reports.issue(cycle=a.cycle, **a.acting)),
    deliberation.NoReport: on("slate", no_report),
    deliberation.NothingSaid: on("report", lambda a: ask(a, " ")),
    imports.FileRefused: on("call", lambda a: staged(a, b"name\nx\n")),
    imports.FaultyRows: faulty_list,
    imports.NotStaged: used_list,
    imports.ImportedAlready: list_again,
}
#: The call before the refused one stands, or its sender was counted against floods.
TRACES_BEFORE = {
    screening.DecidedBefore, screening.NotYourUnit, slates.NotAllNumbered, corrections.CorrectionTooLate,
    corrections.NothingCorrected, corrections.TooManyCorrections,
}  # fmt: skip

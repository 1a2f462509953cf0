"""A year that was lived in: one cycle before its vote, one open, one after it, as many rows of everything as asked."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from PIL import Image

from accounts.roles import Kind, Role
from tests.autumn import FIELDS, Autumn, make_autumn
from tests.cases_after import accept, answer, ask, assess, decide, survey
from tests.factories import NOW, UserFactory, Vote, make_vote
from tests.spring import Spring, make_spring
from tests.worlds import kept
from voting.count.counting import Mark
from voting.domain.after import completions, rectifications, supervision
from voting.domain.before import calls, candidate_pictures, deliberation, proposals
from voting.domain.core import cycles, uploads
from voting.models import ProgressReport, Proposal


@dataclass
class Lived:
    """Cycles 2020 (its call is open), 2019 (deliberated), 2018 (in delivery, once assessed), 2017 (the urn is open)."""

    autumn: Autumn
    spring: Spring
    vote: Vote

    @property
    def proposal_with_file(self) -> Proposal:
        return Proposal.objects.exclude(attachments=None)[0]

    @property
    def report_with_file(self) -> ProgressReport:
        return ProgressReport.objects.filter(delivery__number=1).exclude(files=None)[0]


def picture() -> uploads.Cleaned:
    raw = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(raw, "PNG")
    return uploads.clean("现场.png", raw.getvalue())


@kept
def make_lived(size: int) -> Lived:
    """Return the three cycles with so many rows of everything that grows."""
    autumn = _autumn(size)
    spring = make_spring(candidates=size + 1, seats=size, delegates=size)
    for number in range(1, size + 1):
        _lived(spring, number)
    delegate = spring.vote.delegates[0]
    supervision.name_group(
        delivery=spring.delivery(1), numbers=[each.number for each in spring.vote.delegates], **spring.acting
    )
    for place in range(size):
        supervision.remark(
            delivery=spring.delivery(1), text=f"第{place}句", by=delegate.user, at=spring.acting["at"]
        )
    for place in range(size):
        decide(spring, ask(spring, plan={"content": f"第{place}次调整"}), approved=True)
        handed_in = completions.hand_in(
            delivery=spring.delivery(), evidence="建成。", by=spring.officer, at=spring.acting["at"]
        )
        accept(spring, handed_in, accepted=False)
    held = assess(spring, dict.fromkeys(range(1, size + 1), Mark.AGAINST))
    for number in range(2, size + 1):
        rectifications.order_rectification(
            assessment=held.cycle, delivery=spring.delivery(number), text="整改。", due=date(2019, 6, 1),
            **spring.acting,
        )  # fmt: skip
    answer(spring, survey(spring))
    _call()
    # Another kind, so that the roll of this vote is its own.
    vote = make_vote(
        until="open", slug="2017", kind="demo", delegates=size, candidates=size, seats=size - 1, ballots=[[1]]
    )
    return Lived(autumn, spring, vote)


def _call() -> None:
    """Open the call of the next year, today; a rehearsal, which the first pages do not name."""
    now = timezone.now()
    acting = {"by": UserFactory(role=Role.CLERK, kind=Kind.REHEARSAL), "at": now}
    cycle = cycles.create_cycle(slug="2020", year=2020, seats=3, congress=acting["by"].congress, **acting)
    calls.draft_call(
        cycle=cycle, text="征集建议。", criteria="公益性", out_of_scope="个案", how="填表", fields=FIELDS,
        opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=20), **acting,
    )  # fmt: skip
    calls.publish_call(cycle=cycle, **acting)


def _autumn(size: int) -> Autumn:
    autumn = make_autumn(until="proposals")
    seen = proposals.submit(
        cycle=autumn.cycle, ticket=proposals.new_ticket(), at=NOW + timedelta(hours=1), attachments=[picture()],
        fields={"title": "附照片", "content": "见照片。", "field": FIELDS[0]},
    )[0]  # fmt: skip
    proposals.show(cycle=autumn.cycle, numbers=[seen.number], **autumn.acting)
    more = [autumn.propose(f"又一处{place}") for place in range(size)]
    autumn.run("screening")
    for each in more:
        autumn.decide(each)
        autumn.draft(f"项目{each.number}", each.number)
    candidate_pictures.add_picture(
        candidate=autumn.cycle.candidates.get(number=1), file=picture(), alt="现状照片", **autumn.acting
    )
    autumn.run("slate", "report")
    for place in range(size):
        deliberation.ask(
            cycle=autumn.cycle, candidate=autumn.cycle.candidates.first(), text=f"第{place}问", wants_answer=True,
            unit=autumn.unit, by=autumn.delegate.user, at=autumn.acting["at"],
        )  # fmt: skip
    return autumn


def _lived(spring: Spring, number: int) -> None:
    """Let a project be reported on, inspected and answered for."""
    spring.report(
        number, figures={1: 3, 2: 4}, reached={1: date(2018, 3, 15)}, files=[picture()], delay="汛期。"
    )
    spring.report(number, day=date(2018, 1, 22), figures={1: 10, 2: 800}, delay="汛期。", text="又进一步。")
    fault = [("围挡未拆", spring.unit, date(2018, 4, 30))]
    visit = supervision.inspect(
        delivery=spring.delivery(number),
        day=date(2018, 1, 23),
        text="看了现场。",
        faults=fault,
        **spring.acting,
    )
    supervision.reply(
        finding=visit.findings.get(), text="已拆除。", by=spring.officer, at=spring.acting["at"]
    )

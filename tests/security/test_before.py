"""F9, F10, F11 before the vote: no GET changes anything, no text becomes markup, no cell a formula.

Guards ``voting.views.before.solicitation`` and ``voting.views.before.deliberation``.
"""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client

from tests.autumn import Autumn, make_autumn
from tests.factories import CongressFactory
from tests.security.test_crawl import PARAMETER, database, patterns
from voting.domain.before import deliberation, proposals, screening, slate_reports, slates
from voting.models import Candidate, Proposal
from voting.states import Criterion, Outcome

pytestmark = pytest.mark.django_db

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
SHORT = "<img src=x onerror=a()>"
TAG = re.compile(r"<(?:script>alert|img src=x)")
VALUES = {"slug": "2019", "number": "1", "position": "1", "version": "1"}


def addresses() -> list[str]:
    """Return every address of a year's vote: what the public, delegates, units and the clerk look at."""
    from django.urls import get_resolver  # noqa: PLC0415

    found = set()
    for pattern in patterns(get_resolver()):
        path = "/" + re.sub(r"[\^$]|\\Z", "", pattern).lstrip("/")
        if "slug" in path or path in {"/", "/track/", "/delegate/", "/admin/"}:
            found.add(PARAMETER.sub(lambda match: VALUES.get(match[1] or match[2], "1"), path))
    return sorted(found)


def people(autumn: Autumn) -> list[Client]:
    clients = [Client()]
    for user in (autumn.clerk, autumn.presiding, autumn.officer, autumn.delegate.user):
        client = Client()
        client.force_login(user)
        clients.append(client)
    return clients


def filled_with(text: str, short: str) -> Autumn:
    """Bring a year to the deliberation with *text* in every field that anybody can write."""
    names = dict.fromkeys(
        ("name", "name_en", "place", "place_en", "publisher", "issuer", "issuer_en", "seal"), short
    )
    congress = CongressFactory(**names)
    autumn = make_autumn(until="call", congress=congress, session=short, session_en=short, vote_at=short)
    fields = dict.fromkeys(("title", "place", "beneficiaries", "cost", "contact_name", "contact"), short)
    autumn.propose(short, **{key: fields[key] for key in fields if key != "title"} | {
        "content": text, "reason": text, "field": short[:60],
    })  # fmt: skip
    for name in ("甲", "乙", "丙"):
        autumn.propose(name)
    autumn.unit.name = short
    autumn.unit.save()
    opinion = screening.ask_opinion(
        proposal=autumn.proposals[0],
        unit=autumn.unit,
        due=autumn.at.date().replace(year=2099),
        **autumn.acting,
    )
    screening.give_opinion(opinion=opinion, feasible="yes", text=text, by=autumn.officer, at=autumn.at)
    proposals.hide(cycle=autumn.cycle, number=1, reason=short, **autumn.acting)
    proposals.show(cycle=autumn.cycle, numbers=[1, 2, 3, 4], **autumn.acting)
    from voting.domain.before import calls  # noqa: PLC0415
    from voting.domain.core import cycles  # noqa: PLC0415

    calls.close_call(cycle=autumn.cycle, **autumn.acting)
    calls.begin_screening(cycle=autumn.cycle, **autumn.acting)
    autumn.cycle.refresh_from_db()
    for proposal in autumn.proposals:
        screening.decide(
            proposal=proposal, outcome=Outcome.ADOPTED, checklist=dict.fromkeys(Criterion.values, True),
            public_reason=text, note=text, **autumn.acting,
        )  # fmt: skip
    texts = {name: short for name in Candidate.DOSSIER_FIELDS if name not in {"field", "leader", "deadline"}}
    autumn.draft(
        short, 1, name_en=short, **texts | {
            "targets": [{"text": short, "number": "1", "unit": short}], "content": text, "background": text,
            "funds": [{"source": short, "amount": "100"}], "milestones": [{"month": "2019-01", "text": short}],
        },
    )  # fmt: skip
    for place, name in enumerate(("乙", "丙", "丁"), start=2):
        autumn.draft(name, place)
    cycles.freeze_slate(cycle=autumn.cycle, **autumn.acting)
    slate_reports.save_draft(cycle=autumn.cycle, opening=text, closing=text, **autumn.acting)
    slate_reports.issue(cycle=autumn.cycle, **autumn.acting)
    autumn.cycle.refresh_from_db()
    deliberation.begin_deliberation(cycle=autumn.cycle, **autumn.acting)
    autumn.cycle.refresh_from_db()
    question = deliberation.ask(
        cycle=autumn.cycle, candidate=autumn.cycle.candidates.get(number=1), text=text, wants_answer=True,
        unit=autumn.unit, by=autumn.delegate.user, at=autumn.at,
    )  # fmt: skip
    deliberation.answer(question=question, text=text, by=autumn.officer, at=autumn.at)
    slates.amend_candidate(
        candidate=autumn.cycle.candidates.get(number=1), reason=short, content=text + "2", **autumn.acting
    )
    return autumn


@pytest.mark.parametrize("until", ["proposals", "confirmed"])
def test_f9_no_get_changes_anything(until: str):
    autumn = make_autumn(until=until)
    before = database()
    for client in people(autumn):
        for address in addresses():
            answer = client.get(address)
            assert answer.status_code < 500, address
    assert database() == before


def test_f10_a_script_in_any_text_is_text_on_every_page():
    autumn = filled_with(EVIL, SHORT)
    seen = 0
    for client in people(autumn):
        for address in (
            *addresses(),
            "/en/",
            "/en/2019/",
            "/en/2019/slate-report/",
            "/en/2019/deliberation/",
        ):
            answer = client.get(address)
            if answer.get("Content-Type", "").startswith("text/html"):
                body = answer.content.decode()
                assert not TAG.search(body), address
                seen += body.count("&lt;img src=x")
        told = client.post("/track/", {"code": autumn.codes[0]}).content.decode()
        assert not TAG.search(told)
        assert "&lt;img src=x" in told
    assert seen > 100, "the text was there to be escaped"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_f11_no_cell_of_an_export_begins_like_a_formula(start: str):
    filled_with(f"{start}1+1", f"{start}1+1")
    answer = Client().get("/2019/slate-report.csv")
    cells = [cell for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) for cell in row]
    assert f"'{start}1+1" in cells, "the field of work is one of the rows"
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_f11_a_list_with_formulas_comes_in_as_text():
    autumn = make_autumn(until="call")
    autumn.propose("=1+1")
    assert Proposal.objects.get().title == "=1+1"
    assert "=1+1" in Client().get("/2019/proposals/").content.decode()

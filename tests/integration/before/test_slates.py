"""候选项目: drafts, versions, numbering, freezing, the report and its numbers, amendments, the official list.

Guards ``voting.domain.before.slates``, ``voting.domain.before.slate_reports``,
``voting.domain.before.conditions``, ``voting.domain.before.funnel`` and
``voting.read_models.before.slate_report``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from decimal import Decimal

import pypdf
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from tests.autumn import Autumn, make_autumn
from tests.pages import text_of as said
from voting.domain.before import deliberation, slate_reports, slates
from voting.domain.before.funnel import funnel_of
from voting.domain.core import cycles
from voting.domain.core.cycles import SlateFrozen
from voting.domain.core.refusals import ReasonMissing, StepNotAllowed
from voting.models import Candidate, CandidateVersion, Cycle, Proposal, ReportReading, SlateReport
from voting.read_models.before.slate_report import funnel_rows

pytestmark = pytest.mark.django_db

FORM = {
    "do": "save",
    "name": "公厕项目", "content": "建十座公厕", "investment_total": "120.5", "lead_unit": "区城管局",
    "targets_text": "公厕 | 10 | 座\n绿地 ｜ 1,200.5 ｜ 平方米", "funds_text": "区财政 | 100\n街道 | 20.5",
    "milestones_text": "2019-03 | 选址\n2019-11 | 完工", "proposals": "1, 3",
}  # fmt: skip


def clerk(autumn: Autumn) -> Client:
    client = Client()
    client.force_login(autumn.clerk)
    return client


def amend(autumn: Autumn, number: int = 1, **more):
    given = {"reason": "代表团意见", "targets": [{"text": "公厕", "number": "12", "unit": "座"}]} | more
    candidate = Candidate.objects.get(cycle=autumn.cycle, number=number)
    return slates.amend_candidate(candidate=candidate, **given, **autumn.acting)


# ---------------------------------------------------------------------------------------------------------- drafts


def test_the_clerk_drafts_a_candidate_with_its_dossier():
    autumn = make_autumn(until="screening")
    assert clerk(autumn).post("/admin/vote/2019/candidates/new/", FORM).status_code == 302
    candidate = Candidate.objects.get()
    assert candidate.targets == [
        {"text": "公厕", "number": "10", "unit": "座"},
        {"text": "绿地", "number": "1200.5", "unit": "平方米"},
    ]
    assert candidate.funds == [{"source": "区财政", "amount": "100"}, {"source": "街道", "amount": "20.5"}]
    assert candidate.milestones[1] == {"month": "2019-11", "text": "完工"}
    assert sorted(candidate.provenance.values_list("proposal__number", flat=True)) == [1, 3]
    form = clerk(autumn).get("/admin/vote/2019/candidates/1/").context["form"]
    assert form.initial["targets_text"] == "公厕 | 10 | 座\n绿地 | 1200.5 | 平方米"


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        ({"name": ""}, "name", "必填"),
        ({"targets_text": "公厕 10 座"}, "targets_text", "请用 | 分成 3 部分"),
        ({"targets_text": "公厕 | 十 | 座"}, "targets_text", "不是数字"),
        ({"targets_text": "公厕 | 1e99999 | 座"}, "targets_text", "数值过大"),
        ({"targets_text": "公厕 | -1 | 座"}, "targets_text", "小于零"),
        ({"funds_text": "区财政 | 120.4"}, "funds_text", "合计 120.4"),
        ({"investment_total": ""}, "investment_total", "请填写总投资"),
        ({"investment_total": "-1"}, "investment_total", ""),
        ({"milestones_text": "三月 | 选址"}, "milestones_text", "2019-06"),
        ({"milestones_text": "2019-13 | 选址"}, "milestones_text", "2019-06"),
        ({"proposals": "1 8"}, "proposals", "以下不是：8"),
        ({"proposals": "a"}, "proposals", "只填数字"),
    ],
)
def test_a_mistake_stands_on_its_field_and_what_was_typed_stays(more, field, sentence):
    autumn = make_autumn(until="screening")
    answer = clerk(autumn).post("/admin/vote/2019/candidates/new/", FORM | more)
    assert answer.status_code in {409, 422}
    assert field in answer.context["form"].errors
    assert sentence in said(answer)
    assert "2019-11 | 完工" in said(answer) or "milestones_text" in more
    assert not Candidate.objects.exists()


def test_every_version_stays_with_who_and_when():
    autumn = make_autumn(until="screening")
    client = clerk(autumn)
    client.post("/admin/vote/2019/candidates/new/", FORM)
    client.post("/admin/vote/2019/candidates/1/", FORM | {"content": "建十二座公厕", "reason": "加两座"})
    old, new = CandidateVersion.objects.order_by("number")
    assert (old.data["content"], new.data["content"]) == ("建十座公厕", "建十二座公厕")
    assert (new.changed_by, new.reason) == (autumn.clerk, "加两座")
    page = said(client.get("/admin/vote/2019/candidates/1/"))
    assert "加两座" in page
    assert "建十座公厕" in page
    assert "总投资" not in page[page.index("加两座") :], "the same amount is no change"


def test_a_dropped_draft_sets_its_proposals_free():
    autumn = make_autumn(until="screening")
    candidate = autumn.draft("公厕项目", 1)
    with pytest.raises(ReasonMissing):
        slates.drop_candidate(candidate=candidate, reason=" ", **autumn.acting)
    answer = clerk(autumn).post(
        "/admin/vote/2019/candidates/1/", {"do": "drop", "confirm": "on", "reason": "合并到别的项目"}
    )
    assert answer.status_code == 302
    assert autumn.draft("公厕二期", 1).number == 1


def test_a_proposal_may_lead_to_two_candidates_and_a_draft_needs_none():
    autumn = make_autumn(until="screening")
    autumn.draft("一", 1)
    autumn.draft("二", 1)
    assert autumn.draft("三").provenance.count() == 0


def test_the_slate_is_numbered_as_the_clerk_says():
    autumn = make_autumn(until="screening")
    for name in ("甲", "乙", "丙"):
        autumn.draft(name)
    client = clerk(autumn)
    assert client.post("/admin/vote/2019/candidates/", {"do": "order", "order": "3 1 2"}).status_code == 302
    assert list(Candidate.objects.order_by("number").values_list("name", flat=True)) == ["丙", "甲", "乙"]
    for wrong in ("1 2", "1 2 2", "1 2 3 4", "x"):
        answer = client.post("/admin/vote/2019/candidates/", {"do": "order", "order": wrong})
        assert answer.status_code in {409, 422}, wrong


def test_drafts_are_nobodys_before_the_slate_is_frozen():
    autumn = make_autumn(until="screening")
    autumn.draft("秘密草稿项目", 1)
    for page in ("/", "/2019/", "/2019/proposals/1/", "/2019/slate-report/"):
        assert "秘密草稿项目" not in said(Client().get(page)), page
    assert Client().get("/2019/projects/1/").status_code == 404


def test_fewer_candidates_than_seats_are_not_frozen():
    autumn = make_autumn(until="screening", seats=3)
    autumn.draft("一", 1)
    answer = clerk(autumn).post("/admin/vote/2019/slate/", {"confirm": "on"})
    assert answer.status_code == 409
    autumn.cycle.refresh_from_db()
    assert autumn.cycle.slate_frozen_at is None


def test_as_many_candidates_as_seats_may_be_frozen():
    autumn = make_autumn(until="screening", seats=1)
    autumn.draft("一", 1)
    cycles.freeze_slate(cycle=autumn.cycle, **autumn.acting)
    with pytest.raises(SlateFrozen):
        autumn.draft("二", 3)


# ------------------------------------------------------------------------------------------------- the report (S2)


def numbers_on_page(client: Client) -> list[list[str]]:
    text = client.get("/2019/slate-report/").content.decode()
    rows = re.findall(
        r"<td\s*>\s*(?:<[^>]+>)?([^<]+?)(?:<[^>]+>)?\s*</td>\s*<td\s+class=\"n\"\s*>\s*(\d+)\s*</td>", text
    )
    return [[label, number] for label, number in rows]


def test_the_funnel_says_the_same_on_page_csv_json_and_pdf_and_adds_up():
    autumn = make_autumn(until="report")
    client = Client()
    funnel = funnel_of(autumn.cycle)
    rows = [[label, str(number)] for _caption, lines in funnel_rows(funnel) for label, number in lines]
    assert numbers_on_page(client) == rows
    table = list(csv.reader(io.StringIO(client.get("/2019/slate-report.csv").content.decode("utf-8-sig"))))
    assert [row[1:] for row in table] == rows or [row[1:] for row in table[1:]] == rows
    body = json.loads(client.get("/2019/slate-report.json").content)
    assert body["funnel"] == funnel.as_data()
    pdf = pypdf.PdfReader(io.BytesIO(client.get("/2019/slate-report.pdf").content))
    text = "".join(page.extract_text() for page in pdf.pages)
    flat = re.sub(r"\s", "", text)
    for label, number in rows:
        assert re.sub(r"\s", "", f"{label}{number}") in flat, label
    assert funnel.received == sum(funnel.by_source.values()) == sum(funnel.by_outcome.values()) == 10
    assert funnel.received == sum(funnel.by_field.values())
    assert funnel.matters == funnel.received - funnel.by_outcome["merged"] == 9
    assert funnel.steps == [("received", 10), ("matters", 9), ("adopted", 5), ("candidates", 4)]
    assert funnel.behind == 6, "five that were adopted, and the one that was merged into the first"


def test_an_issued_report_is_fixed_and_has_its_hash():
    autumn = make_autumn(until="report")
    first = autumn.report
    assert hashlib.sha256(first.body.encode()).hexdigest() == first.digest
    assert hashlib.sha256(Client().get("/2019/slate-report.json").content).hexdigest() == first.digest
    before = said(Client().get("/2019/slate-reports/1/"))
    amend(autumn)
    slate_reports.save_draft(cycle=autumn.cycle, opening="第二版", closing="", **autumn.acting)
    slate_reports.issue(cycle=autumn.cycle, **autumn.acting)
    assert first.digest[:8] in before
    after = said(Client().get("/2019/slate-reports/1/"))
    assert "公厕 10 座" in after
    assert "公厕 12 座" not in after
    assert "公厕 12 座" in said(Client().get("/2019/slate-report/"))
    assert Client().get("/2019/slate-reports/3/").status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        SlateReport.objects.filter(pk=first.pk).update(opening="别的话")


def test_there_is_no_report_before_it_is_issued():
    make_autumn(until="slate")
    assert "候选项目" in said(Client().get("/2019/slate-report/"))
    for ending in ("pdf", "json", "csv"):
        assert Client().get(f"/2019/slate-report.{ending}").status_code == 404


def test_the_next_version_begins_with_the_words_of_the_last_one():
    autumn = make_autumn(until="report")
    assert "请予审议。" in said(clerk(autumn).get("/admin/vote/2019/report/"))


def test_each_delegate_finds_the_report_on_signing_in_and_the_clerk_sees_who_opened_it():
    autumn = make_autumn(until="report")
    client = Client()
    client.force_login(autumn.delegate.user)
    assert "您还没有打开" in said(client.get("/delegate/"))
    assert ReportReading.objects.count() == 0, "looking at the own page opens nothing"
    answer = client.post("/delegate/", {"cycle": "2019"})
    assert answer["Location"] == "/2019/slate-report/"
    client.post("/delegate/", {"cycle": "2019"})
    assert ReportReading.objects.count() == 1
    assert "您已打开" in said(client.get("/delegate/"))
    figures = clerk(autumn).get("/admin/vote/2019/report/").context
    assert (figures["opened"], figures["delegates"]) == (1, 1)
    assert client.post("/delegate/", {"cycle": "none"}).status_code == 404


# ---------------------------------------------------------------------------------------- amendments, official list


def test_a_change_in_deliberation_stands_beside_the_original():
    autumn = make_autumn(until="report")
    amend(autumn)
    page = Client().get("/2019/projects/1/").content.decode()
    assert re.search(r"<del>\s*公厕 10 座\s*</del>", page)
    assert re.search(r"<ins>\s*公厕 12 座\s*</ins>", page)
    assert "代表团意见" in page
    assert "总投资" not in page[page.index("代表团意见") :], "only what changed"


def test_the_clerk_amends_on_the_page_and_must_say_why():
    autumn = make_autumn(until="report")
    client = clerk(autumn)
    form = FORM | {"content": "加一条线路", "proposals": ""}
    assert client.post("/admin/vote/2019/candidates/1/", form).status_code == 409
    assert client.post("/admin/vote/2019/candidates/1/", form | {"reason": "审议意见"}).status_code == 302
    assert Candidate.objects.get(number=1).content == "加一条线路"
    assert client.get("/admin/vote/2019/candidates/new/").context["usable"] is False
    assert client.post("/admin/vote/2019/candidates/new/", FORM | {"name": "第五个"}).status_code == 409
    assert (
        client.post(
            "/admin/vote/2019/candidates/1/", {"do": "drop", "confirm": "on", "reason": "x"}
        ).status_code
        == 403
    )


def test_the_database_takes_no_change_of_a_frozen_slate_but_the_one_its_newest_version_tells():
    autumn = make_autumn(until="report")
    amend(autumn)
    candidate = Candidate.objects.get(number=1)
    for change in ({"name": "别的"}, {"number": 9}, {"investment_total": Decimal(7)}, {"targets": []}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Candidate.objects.filter(pk=candidate.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Candidate.objects.filter(number=2).update(content="没有版本的改动")
    with pytest.raises(IntegrityError), transaction.atomic():
        candidate.versions.update(reason="别的理由")


def test_after_the_confirmation_nothing_changes():
    autumn = make_autumn(until="confirmed")
    with pytest.raises(StepNotAllowed):
        amend(autumn)
    with pytest.raises(StepNotAllowed):
        slates.confirm_list(cycle=autumn.cycle, **autumn.acting)
    with pytest.raises(IntegrityError), transaction.atomic():
        Candidate.objects.filter(number=1).update(name="别的")


def test_a_page_of_every_candidate_names_where_it_came_from():
    autumn = make_autumn(until="report")
    page = said(Client().get("/2019/projects/1/"))
    assert "1. 第1处公厕" in page
    assert "2. 第2处公厕" in page, "what was merged is not lost"
    assert "3. 第3处公厕" in page
    assert "项目来源" not in page, "what it grew from is stated"
    assert "候选项目 1. 公厕项目" in re.sub(r"\s+", " ", said(Client().get("/2019/proposals/1/")))
    assert Proposal.objects.filter(cycle=autumn.cycle, led_to=None, outcome="adopted").count() == 0


def test_the_report_needs_a_frozen_slate_and_the_deliberation_a_report():
    autumn = make_autumn(until="slate")
    with pytest.raises(deliberation.NoReport):
        deliberation.begin_deliberation(cycle=Cycle.objects.get(pk=autumn.cycle.pk), **autumn.acting)


def test_a_bad_candidate_is_refused_by_field():
    autumn = make_autumn(until="screening")
    with pytest.raises(ValidationError) as refusal:
        autumn.draft("", 1)
    assert set(refusal.value.error_dict) == {"name"}

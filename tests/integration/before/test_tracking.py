"""A proposer's own page: a link that no server sees the code of, dated steps, text and picture, correction.

Guards ``voting.views.before.tracking`` and ``voting.read_models.after.proposal_story``.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.autumn import Autumn, clock, make_autumn
from tests.factories import CongressFactory
from tests.pages import text_of
from tests.unit.domain.test_uploads import picture
from voting.domain.before import proposals, screening
from voting.models import JournalEntry, Proposal, ProposalVersion
from voting.states import Visibility
from voting.views.before.tracking import picture_key

pytestmark = pytest.mark.django_db

WITH_PHONE = "路灯坏了，请打 13800000000 联系我"


@pytest.fixture
def autumn() -> Autumn:
    return make_autumn(until="call")


def send(autumn: Autumn, client: Client | None = None, page: str = "/2019/propose/", **more) -> HttpResponse:
    client = client or Client()
    with autumn.now():
        ticket = client.get(page).context["form"].initial["ticket"]
        sent = {"title": "修路灯", "content": WITH_PHONE, "ticket": ticket, "sure": "1"}
        return client.post(page, sent | more)


def track(code: str, page: str = "/track/") -> HttpResponse:
    return Client().post(page, {"code": code})


def correct(autumn: Autumn, code: str, **texts: str) -> HttpResponse:
    with autumn.now():
        return Client().post("/track/correct/", {"code": code, **texts})


def test_the_link_to_keep_carries_the_code_where_no_server_sees_it(autumn):
    answer = send(autumn)
    page, code = answer.content.decode(), answer.context["code"]
    address = answer.context["address"]
    assert address == f"http://testserver/track/#{code}"
    assert f'href="{address}"' in page
    assert "<svg" in answer.context["qr"]
    every = re.findall(r'(?:href|action|src|content)="([^"]*)"', page)
    assert code not in " ".join(each.partition("#")[0] for each in every)


def test_no_address_of_the_tracking_pages_has_the_code(autumn):
    code = send(autumn).context["code"]
    for page in (track(code), correct(autumn, code), correct(autumn, code, title="", content="")):
        every = re.findall(r'(?:href|action|src)="([^"]*)"', page.content.decode())
        assert every
        assert not any(code in each for each in every)
        assert "no-store" in page["Cache-Control"]
    assert Client().get(f"/track/?code={code}").context["form"]["code"].value() is None


def test_every_step_has_its_day(autumn):
    code = send(autumn).context["code"]
    day = timezone.localdate(autumn.at)
    autumn.propose("修路灯二")
    autumn.at += timedelta(days=1)
    correct(autumn, code, title="修路灯", content="路灯坏了，请打 13900000000")
    autumn.at += timedelta(days=1)
    proposals.show(cycle=autumn.cycle, numbers=[1], **autumn.acting)
    proposal = Proposal.objects.get(number=1)
    autumn.at += timedelta(days=1)
    opinion = screening.ask_opinion(
        proposal=proposal, unit=autumn.unit, due=day + timedelta(days=20), **autumn.acting
    )
    screening.give_opinion(
        opinion=opinion, feasible="yes", text="内部意见", by=autumn.officer, at=autumn.at + timedelta(days=1)
    )
    autumn.at += timedelta(days=2)
    screening.merge(cycle=autumn.cycle, into=2, numbers=[1], **autumn.acting)
    screening.take_out(cycle=autumn.cycle, number=1, **autumn.acting)
    autumn.decide(proposal)
    page = track(code)
    steps = [((step.day - day).days, step.sentence) for step in page.context["steps"]]
    assert steps == [
        (0, "已收到，编为第 1 号，工作人员查看后才会公开。"),
        (1, "您更正了内容。"),
        (2, "工作人员已查看，现已公开。"),
        (3, "已征求区城管局的意见。"),
        (4, "区城管局已答复意见。"),
        (5, "与内容相同的第 2 号建议合并办理。"),
        (5, "恢复为单独办理。"),
        (5, "筛选结论：已采纳，列入候选项目。"),
    ]
    assert "内部意见" not in text_of(page)


def test_from_candidate_to_result_the_steps_go_on():
    autumn = make_autumn(until="confirmed")
    page = track(autumn.codes[0])
    sentences = [step.sentence for step in page.context["steps"]]
    assert "已列入候选项目1“公厕项目”。" in [each.replace(" ", "") for each in sentences]
    merged = track(autumn.codes[1])
    assert "公厕项目" in text_of(merged), "whoever was merged reads what became of the other one"


def test_the_reason_why_it_is_hidden_is_read_with_its_day(autumn):
    code = send(autumn).context["code"]
    proposals.hide(cycle=autumn.cycle, number=1, reason="含个人电话。", **autumn.acting)
    (*_before, last) = track(code).context["steps"]
    assert (last.sentence, last.text) == ("不予公开，照常筛选。", "含个人电话。")


def test_the_proposer_sees_text_and_picture_though_the_public_does_not(autumn):
    file = SimpleUploadedFile("家门口.jpg", picture())
    code = send(autumn, attachments=file).context["code"]
    page = track(code)
    assert WITH_PHONE in text_of(page)
    (address,) = set(re.findall(r'src="(/gongshu/2019/[^"]*)"', page.content.decode()))
    address = address.replace("&amp;", "&")
    assert Client().get(address)["Content-Type"] == "image/jpeg"
    bare = address.partition("?")[0]
    for nobody in (bare, f"{bare}?key=", f"{bare}?key=x", f"{bare}?key={picture_key(Proposal(pk=999))}"):
        assert Client().get(nobody).status_code == 404, nobody
    with clock(timezone.now() + timedelta(minutes=1)):
        assert Client().get(address).status_code == 200
    key = picture_key(Proposal.objects.get())
    real = __import__("time").time
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", lambda: real() + 16 * 60)
        assert Client().get(f"{bare}?key={key}").status_code == 404, "a quarter of an hour later"


def test_a_held_proposal_is_corrected_and_public_at_once(autumn):
    answer = send(autumn, contact="wechat-4711")
    code = answer.context["code"]
    assert "更正内容" in text_of(answer), "the end page offers it"
    assert "更正内容" in text_of(track(code))
    form = correct(autumn, code)
    assert "似乎含有电话号码" in text_of(form)
    assert WITH_PHONE in text_of(form)
    assert "wechat-4711" not in form.content.decode(), "a code that got lost tells no contact"
    entries = JournalEntry.objects.count()
    done = correct(autumn, code, title="修路灯", content="路灯坏了")
    assert "更正已收到，建议现已公开" in text_of(done)
    assert done.context["steps"][-1].sentence == "您更正了内容，现已公开。"
    assert "路灯坏了" in text_of(Client().get("/2019/proposals/1/"))
    assert "13800000000" not in text_of(Client().get("/2019/proposals/1/"))
    assert JournalEntry.objects.count() == entries
    assert Proposal.objects.get().contact == "wechat-4711"
    clerk = Client()
    clerk.force_login(autumn.clerk)
    shown = text_of(clerk.get("/admin/vote/2019/proposals/1/"))
    assert "路灯坏了" in shown
    assert WITH_PHONE in shown, "the clerk sees both"


@pytest.mark.parametrize(
    ("texts", "sentence", "status"),
    [
        ({"title": "", "content": "改了"}, "请用一句话写明建议", 422),
        ({"title": "修路灯", "content": "字" * 10_001}, "10000", 422),
        ({"title": "修路灯", "content": WITH_PHONE}, "内容与原来相同", 409),
        ({"title": "修路灯", "content": "改了", "website": "x"}, "此栏请留空", 422),
    ],
)
def test_a_mistake_in_a_correction_is_said_and_nothing_is_lost(autumn, texts, sentence, status):
    code = send(autumn).context["code"]
    answer = (
        correct(autumn, code, reason="理由仍在", **texts) if status == 422 else correct(autumn, code, **texts)
    )
    assert answer.status_code == status
    assert sentence in text_of(answer)
    assert status == 409 or "理由仍在" in text_of(answer)
    assert (Proposal.objects.get().content, ProposalVersion.objects.count()) == (WITH_PHONE, 0)


def test_what_was_judged_meanwhile_is_not_corrected(autumn):
    code = send(autumn).context["code"]
    proposals.show(cycle=autumn.cycle, numbers=[1], **autumn.acting)
    for texts in ({}, {"title": "别的", "content": "改了"}):
        answer = correct(autumn, code, **texts)
        assert answer.status_code == 409
        assert "已不能在此更正" in text_of(answer)
    assert Proposal.objects.get().content == WITH_PHONE
    assert "更正内容" not in text_of(track(code))


def test_without_the_code_there_is_no_way_to_the_correction(autumn):
    send(autumn)
    for code in ("", "AAAA-BBBB-CCCC", "x" * 9000):
        answer = correct(autumn, code, title="别的", content="改了")
        assert (answer.status_code, answer["Location"]) == (302, "/track/")
    assert Client().get("/track/correct/").status_code == 302
    assert Proposal.objects.get().content == WITH_PHONE


def test_the_correction_leads_on_in_the_congress_of_the_proposal(autumn):
    elsewhere = make_autumn(until="call", congress=CongressFactory(slug="yuhang"))
    code = send(elsewhere, page="/yuhang/2019/propose/").context["code"]
    done = correct(elsewhere, code, title="修路灯", content="路灯坏了")
    assert 'href="/yuhang/2019/proposals/1/"' in done.content.decode()
    assert Proposal.objects.get(cycle=elsewhere.cycle).standing == Visibility.SHOWN

"""建议: the public form, its refusals, floods, the tracking code, what is held back, the public list.

Guards ``voting.domain.before.proposals``.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from accounts.congresses import are_several
from accounts.roles import Role
from tests.autumn import Autumn, make_autumn
from tests.factories import NOW, CongressFactory, DelegateFactory, UnitFactory, UserFactory
from tests.pages import text_of as said
from tests.unit.domain.test_uploads import paper, picture, with_place
from voting.domain.before import proposals
from voting.models import Attachment, JournalEntry, Knock, Proposal
from voting.states import Outcome, Source, Visibility

pytestmark = pytest.mark.django_db

PAGE = "/2019/propose/"
MOST = 10_000


@pytest.fixture
def autumn() -> Autumn:
    return make_autumn(until="call")


def form(client: Client) -> dict[str, str]:
    ticket = client.get(PAGE).context["form"].initial["ticket"]
    return {
        "title": "建公厕",
        "content": "河边没有公厕，散步不方便。",
        "field": "教育",
        "ticket": ticket,
        "sure": "1",
    }


def send(
    autumn: Autumn, client: Client | None = None, files: list[SimpleUploadedFile] | None = None, **more: str
):
    client = client or Client()
    with autumn.now():
        return client.post(PAGE, form(client) | more | ({"attachments": files} if files else {}))


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def code(answer) -> str:
    return answer.context["code"]


# --------------------------------------------------------------------------------------------------- it comes in


def test_a_resident_proposes_and_reads_the_answer_by_the_code(autumn):
    answer = send(autumn)
    proposal = Proposal.objects.get()
    assert (proposal.number, proposal.source, proposal.standing) == (1, Source.RESIDENT, Visibility.SHOWN)
    assert re.fullmatch(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){2}", code(answer))
    assert "尚无结论" in said(Client().post("/track/", {"code": code(answer)}))
    autumn.decide(proposal, Outcome.RESERVE)
    typed = code(answer).lower().replace("-", " ")
    told = said(Client().post("/track/", {"code": typed}))
    assert "列入储备库" in told
    assert "已采纳，谢谢。" in told


def test_a_delegate_and_a_unit_officer_propose_in_their_own_name(autumn):
    for user, source in ((autumn.delegate.user, Source.DELEGATE), (autumn.officer, Source.UNIT)):
        client = Client()
        client.force_login(user)
        assert send(autumn, client).status_code == 200
        assert Proposal.objects.last().source == source
    one, other = Proposal.objects.order_by("number")
    assert (one.delegate, one.unit) == (autumn.delegate, None)
    assert (other.delegate, other.unit) == (None, autumn.unit)


def test_delegates_and_staff_of_another_congress_are_residents_here(autumn):
    elsewhere = CongressFactory(slug="yuhang")
    namesake = UnitFactory(congress=elsewhere, name=autumn.unit.name)
    delegate = DelegateFactory(congress=elsewhere, number=autumn.delegate.number)
    for user in (UserFactory(role=Role.UNIT, congress=elsewhere, unit=namesake), delegate.user):
        client = Client()
        client.force_login(user)
        assert send(autumn, client).status_code == 200
        proposal = Proposal.objects.latest("number")
        assert (proposal.source, proposal.unit, proposal.delegate) == (Source.RESIDENT, None, None)


def test_the_same_form_sent_twice_is_one_proposal_with_one_code(autumn):
    client = Client()
    with autumn.now():
        data = form(client)
        first, second = client.post(PAGE, data), client.post(PAGE, data)
    assert code(first) == code(second)
    assert Proposal.objects.count() == 1


def test_the_code_is_kept_nowhere(autumn):
    answer = send(autumn)
    plain = code(answer).replace("-", "")
    proposal = Proposal.objects.get()
    kept = " ".join(str(getattr(proposal, each.name)) for each in Proposal._meta.fields)
    journal = " ".join(str(each.data) for each in JournalEntry.objects.all())
    assert plain not in kept + journal
    assert code(answer) not in kept + journal


def test_a_code_leads_to_the_congress_of_its_proposal_wherever_it_is_typed():
    own = make_autumn(until="confirmed").cycle
    make_autumn(congress=CongressFactory(slug="yuhang"))
    typed = proposals.code_of(own.proposals.exclude(led_to=None).first().ticket)
    for address in ("/track/", "/gongshu/track/", "/yuhang/track/"):
        page = Client().post(address, {"code": typed}).content.decode()
        assert re.search(r'href="/gongshu/2019/projects/\d+/"', page), address
        assert "/yuhang/2019/" not in page, address


def test_a_wrong_code_tells_nothing(autumn):
    send(autumn)
    for wrong in ("AAAA-BBBB-CCCC", "1", "' OR 1=1", "x" * 500):
        answer = Client().post("/track/", {"code": wrong})
        assert answer.status_code == 422
        assert "建公厕" not in said(answer)


# ------------------------------------------------------------------------------------------ what is refused, kindly


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"title": ""}, "请用一句话写明建议"),
        ({"content": " "}, "请写明要办什么事"),
        ({"content": "字" * (MOST + 1)}, "10000"),
        ({"title": "题" * 81}, "80"),
        ({"field": "没有的领域"}, "没有的领域"),
        ({"ticket": "forged"}, "打开已超过一天"),
        ({"website": "http://spam"}, "此栏请留空"),
    ],
)
def test_each_mistake_has_its_sentence_and_nothing_is_lost(autumn, more, sentence):
    answer = send(autumn, **({"reason": "理由仍在"} | more))
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert "理由仍在" in said(answer)
    assert more.get("content", "河边没有公厕").strip() in said(answer)
    assert (Proposal.objects.count(), Attachment.objects.count()) == (0, 0)


def test_a_form_older_than_a_day_goes_through_when_it_is_sent_again(autumn):
    client = Client()
    with autumn.now():
        first = client.post(PAGE, form(client) | {"ticket": "old"})
        ticket = re.search(r'name="ticket" value="([^"]+)"', first.content.decode())[1]
        assert client.post(PAGE, form(client) | {"ticket": ticket}).status_code == 200
    assert Proposal.objects.count() == 1


def test_ten_thousand_characters_are_taken(autumn):
    assert send(autumn, content="字" * MOST).status_code == 200


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("big.jpg", b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "超过 5 MB"),
        ("a.png", b"<svg onload='alert(1)'/>", "既不是图片"),
        ("a.jpg", paper(script=True), "含有脚本、表单或其他文件"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "无法读取"),
    ],
)
def test_a_bad_file_has_its_sentence_on_its_field_and_nothing_is_kept(autumn, name, data, sentence):
    answer = send(autumn, files=[upload("good.jpg", picture()), upload(name, data)])
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert name in said(answer)
    assert "请重新选择文件" in said(answer)
    assert "河边没有公厕" in said(answer)
    assert (Proposal.objects.count(), Attachment.objects.count()) == (0, 0)


def test_six_files_are_too_many(autumn):
    answer = send(autumn, files=[upload(f"{n}.jpg", picture()) for n in range(6)])
    assert "最多 5 个文件" in said(answer)
    assert not Attachment.objects.exists()


def test_fifty_from_one_address_in_a_minute(autumn):
    """The first ten come in; the others are told when, with all they typed, and nothing of them is stored."""
    answers = []
    for number in range(50):
        autumn.at = NOW + timedelta(seconds=number)
        answers.append(send(autumn, title=f"建议{number}"))
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 40
    assert Proposal.objects.count() == 10
    assert "请在" in said(answers[-1])
    assert "河边没有公厕" in said(answers[-1])
    digests = set(Knock.objects.values_list("digest", flat=True))
    assert len(digests) == 1
    assert "127.0.0.1" not in str(digests)
    autumn.at = NOW + timedelta(minutes=15)
    assert send(autumn, title="后来的建议").status_code == 200
    assert Knock.objects.count() == 1, "what is older than the window is forgotten"


def test_another_address_and_people_with_an_account_are_not_held_up(autumn):
    for _ in range(proposals.MOST_KNOCKS):
        send(autumn)
    assert send(autumn).status_code == 429
    assert send(autumn, Client(REMOTE_ADDR="192.0.2.7")).status_code == 200
    client = Client()
    client.force_login(autumn.officer)
    assert send(autumn, client).status_code == 200


# ----------------------------------------------------------------------------------------------- what is held back


@pytest.mark.parametrize(
    "text",
    [
        "请打 13800000000 联系我",
        "电话 0571-88880000",
        "a.b@example.org",
        "身份证 11010519491231002X",
        "都是王八蛋",
    ],
)
def test_personal_data_and_abuse_wait_until_somebody_has_looked(autumn, text):
    answer = send(autumn, content=text)
    assert "工作人员查看后才会公开" in said(answer)
    assert text not in said(Client().get("/2019/proposals/"))
    assert Client().get("/2019/proposals/1/").status_code == 404
    proposals.show(cycle=autumn.cycle, numbers=[1], **autumn.acting)
    assert text in said(Client().get("/2019/proposals/1/"))


@pytest.mark.parametrize("text", ["2026年建成，投资1380万元", "编号 20190101 的路灯", "每天 8:00-18:00 开放"])
def test_ordinary_numbers_hold_nothing_back(autumn, text):
    send(autumn, content=text)
    assert Proposal.objects.get().standing == Visibility.SHOWN


def test_the_proposer_reads_why_it_is_not_shown(autumn):
    answer = send(autumn, content="请打 13800000000")
    proposals.hide(cycle=autumn.cycle, number=1, reason="含个人电话。", **autumn.acting)
    told = said(Client().post("/track/", {"code": code(answer)}))
    assert "含个人电话。" in told
    assert "仍照常筛选" in told


def test_the_contact_is_nowhere_public(autumn):
    send(autumn, contact_name="某人甲", contact="wechat-4711")
    pages = ["/2019/proposals/", "/2019/proposals/1/", "/2019/", "/"]
    assert not any(word in said(Client().get(page)) for page in pages for word in ("某人甲", "wechat-4711"))
    client = Client()
    client.force_login(autumn.clerk)
    assert "wechat-4711" in said(client.get("/admin/vote/2019/proposals/1/"))


def test_a_picture_waits_for_somebody_and_runs_nothing(autumn):
    answer = send(autumn, files=[upload("家门口.jpg", with_place()), upload("图纸.pdf", paper())])
    assert answer.status_code == 200
    address = "/2019/proposals/1/files/1/"
    assert Client().get(address).status_code == 404, "held back"
    proposals.show(cycle=autumn.cycle, numbers=[1], **autumn.acting)
    file = Client().get(address)
    assert file["Content-Type"] == "image/jpeg"
    assert file["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file["Content-Security-Policy"]
    assert b"SECRET-NOTE" not in file.content
    assert "家门口" not in file["Content-Disposition"]
    assert Client().get("/2019/proposals/1/files/2/")["Content-Type"] == "application/pdf"
    assert Client().get("/2019/proposals/1/files/3/").status_code == 404


# ------------------------------------------------------------------------------------------------------- the list


def test_search_and_filters(autumn):
    autumn.run("proposals")
    found = said(Client().get("/2019/proposals/?q=停车场"))
    assert "建停车场" in found
    assert "修便道" not in found
    assert "修便道" in said(Client().get("/2019/proposals/?source=delegate"))
    assert "第1处公厕" not in said(Client().get("/2019/proposals/?source=delegate"))
    assert "没有符合条件的建议" in said(Client().get("/2019/proposals/?q=火星基地"))
    for odd in ("?page=99", "?page=x", "?source=nobody", "?outcome=x&field=y", "?q=" + "字" * 300):
        assert Client().get("/2019/proposals/" + odd).status_code == 200, odd


@pytest.mark.parametrize("count", [3, 300])
def test_queries_do_not_grow_with_the_proposals(autumn, count, django_assert_num_queries):
    for number in range(count):
        fields = {"title": f"第{number}条", "content": "内容", "field": "教育"}
        given = proposals.draft_of(
            cycle=autumn.cycle, source=Source.RESIDENT, channel="import", fields=fields,
            ticket=proposals.new_ticket(), at=NOW,
        )  # fmt: skip
        given.number = number + 1
        given.save(force_insert=True)
    are_several()  # which a process asks once in half a minute
    with django_assert_num_queries(5):
        Client().get("/2019/proposals/?q=第")
    client = Client()
    client.force_login(autumn.clerk)
    client.get("/admin/vote/2019/screening/")
    with django_assert_num_queries(17):
        client.get("/admin/vote/2019/screening/")


def test_a_paper_form_is_entered_by_the_clerk(autumn):
    client = Client()
    client.force_login(autumn.clerk)
    data = {"do": "enter", "source": "resident", "title": "修路灯", "content": "小路上没有灯"}
    with autumn.now():
        answer = client.post("/admin/vote/2019/screening/", data, follow=True)
    found = re.search(r"[2-9A-Z]{4}(?:-[2-9A-Z]{4}){2}", said(answer))[0]
    proposal = proposals.by_code(found)
    assert (proposal.title, proposal.channel, proposal.entered_by) == ("修路灯", "form", autumn.clerk)


def test_a_household_with_very_many_addresses_is_one_network(autumn):
    addresses = (f"2001:db8:1:2:{number:x}::7" for number in range(proposals.MOST_KNOCKS + 1))
    answers = [send(autumn, Client(REMOTE_ADDR=each)).status_code for each in addresses]
    assert answers == [200] * proposals.MOST_KNOCKS + [429]
    assert send(autumn, Client(REMOTE_ADDR="2001:db8:1:3::7")).status_code == 200


def test_behind_a_proxy_the_address_that_the_proxy_saw_is_counted(autumn, settings):
    """A client that writes the header itself gains nothing: the proxy's word is the last one."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    forged = (f"203.0.113.{n}, 192.0.2.9" for n in range(proposals.MOST_KNOCKS + 1))
    answers = [send(autumn, Client(HTTP_X_FORWARDED_FOR=each)).status_code for each in forged]
    assert answers == [200] * proposals.MOST_KNOCKS + [429]
    assert send(autumn, Client(HTTP_X_FORWARDED_FOR="192.0.2.10")).status_code == 200


def test_why_a_proposal_is_held_back_is_read_in_the_readers_language_whoever_wrote_it(client):
    autumn = make_autumn(until="call")
    with override("en"):
        held = autumn.propose(title="修路", content="请致电 13800138000。")
    assert held.standing == Visibility.HELD
    client.force_login(autumn.clerk)
    page = f"/admin/vote/{autumn.cycle.slug}/proposals/{held.number}/"
    assert "似乎含有电话号码。" in client.get(page).content.decode()
    assert "It seems to contain a telephone number." in client.get(f"/en{page}").content.decode()
    proposals.hide(
        cycle=autumn.cycle, number=held.number, reason="It has pictures or papers.", **autumn.acting
    )
    assert "It has pictures or papers." in client.get(page).content.decode(), (
        "a person's words stay as they are"
    )

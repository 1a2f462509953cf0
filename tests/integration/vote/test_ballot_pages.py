"""The delegate's pages over HTTP: sign in, mark, review, cast, and every answer that is not a ballot.

Guards ``voting.views.vote.ballot`` and ``voting.read_models.vote.ballot_sheet``.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import attempts
from accounts.codes import void_code
from accounts.kept_sessions import KeptSession
from accounts.models import Attempts
from accounts.names import NamesShown
from accounts.roles import Kind, Role
from accounts.sessions import stored_key
from tests.factories import UserFactory, Vote, make_vote
from tests.pages import text_of as text
from voting.count.counting import BallotType, Mark
from voting.count.sealing import join, private_key, unseal
from voting.domain.vote.counts import certify_tally, count_round
from voting.domain.vote.definitions import definition_of, sealing_info
from voting.domain.vote.notices import publish_notice
from voting.domain.vote.rolls import set_presence
from voting.domain.vote.rounds import close_round
from voting.models import BallotItem, Candidate, RollEntry, Round, SealedBallot
from voting.states import Presence
from voting.views.vote.ballot_lines import rows

pytestmark = pytest.mark.django_db

ENTER, BALLOT, REVIEW, CAST = "/enter/", "/ballot/", "/ballot/review/", "/ballot/cast/"
TEN = list(range(1, 11))


@pytest.fixture
def vote() -> Vote:
    return make_vote(delegates=3, kind=Kind.DEMO)


def slip(vote: Vote, place: int = 0) -> dict[str, str]:
    """What is printed on the slip of the delegate at that place."""
    number = vote.delegates[place].number
    return {"number": number, "code": vote.codes[number]}


def enter(client: Client, vote: Vote, place: int = 0):
    return client.post(ENTER, slip(vote, place))


def fields(response) -> dict[str, list[str]]:
    """The values that the page's form would send: hidden fields and marked circles, but no CSRF token."""
    sent: dict[str, list[str]] = {}
    html = re.sub(r"(?s)<template.*?</template>", "", response.content.decode())
    for tag in re.findall(r"<input[^>]*>", html.split('id="ballot"', 1)[1]):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        plain = attributes["type"] == "hidden" or re.search(r"\schecked", tag)
        if plain and attributes["name"] != "csrfmiddlewaretoken":
            sent.setdefault(attributes["name"], []).append(attributes["value"])
    return sent


def marked(client: Client, marks: list[int]) -> dict[str, list[str]]:
    """A ballot form as the page would send it with these marks."""
    return {"ticket": fields(client.get(BALLOT))["ticket"], "mark": [str(mark) for mark in marks]}


def in_urn(vote: Vote) -> list[tuple[int, ...]]:
    key, info = private_key(join(vote.slips[:3], needed=3)), sealing_info(vote.round)
    blobs = SealedBallot.objects.values_list("blob", flat=True)
    definition = definition_of(vote.round)
    return sorted(definition.decode(unseal(key, bytes(blob), info=info)).marks for blob in blobs)


def receipts(page) -> list[str]:
    """The receipts on a page."""
    return re.findall(r'aria-label="((?:[0-9A-Z]{4}-){7}[0-9A-Z]{4})"', page.content.decode())


def cast(client: Client, marks: list[int]):
    reviewed = client.post(REVIEW, marked(client, marks))
    return client.post(CAST, fields(reviewed))


# ------------------------------------------------------------------------------------------------- signing in


def test_a_delegate_signs_in_with_the_slip_and_sees_the_ballot(client, vote):
    assert client.get(ENTER).status_code == 200
    typed = {"number": f" {slip(vote)['number']} ", "code": slip(vote)["code"].replace(" ", "－")}
    response = client.post(ENTER, typed, follow=True)
    assert response.redirect_chain == [(BALLOT, 302)]
    assert "表决票" in text(response)
    assert str(vote.delegates[0]) in text(response)


@pytest.mark.parametrize(
    "spread",
    ["{}", "\u202a{}\u202c", "\ufeff{}", "\u3000{}\u00a0", "－{}—"],
    ids=["plain", "embedded", "marked", "wide blanks", "dashes"],
)
def test_a_number_without_its_zeros_and_a_pasted_code_open_the_ballot(client, vote, spread):
    """One person alone can be meant by 6; between the pasted digits stands what nobody sees."""
    number, code = slip(vote, 1)["number"], slip(vote, 1)["code"]
    short = number.lstrip("0")
    assert short not in {"", number}
    typed = {"number": spread.format(short), "code": spread.format("\u200b".join(code))}
    assert client.post(ENTER, typed).status_code == 302
    assert number in text(client.get(BALLOT))


def test_a_short_number_that_two_may_have_opens_neither_ballot(client, vote):
    first, second = (delegate.number for delegate in vote.delegates[1:])
    vote.delegates[2].number = f"0{first}"
    vote.delegates[2].save()
    short = first.lstrip("0")
    assert client.post(ENTER, {"number": short, "code": vote.codes[first]}).status_code == 403
    assert client.post(ENTER, {"number": short, "code": vote.codes[second]}).status_code == 403
    assert client.post(ENTER, {"number": first, "code": vote.codes[first]}).status_code == 302


def test_the_session_is_new_after_signing_in_f8(client, vote):
    enter(client, vote, 0)
    before = client.session.session_key
    assert KeptSession.objects.filter(session_key=stored_key(before)).exists()
    enter(client, vote, 1)
    assert client.session.session_key != before
    assert not KeptSession.objects.filter(session_key=stored_key(before)).exists()
    assert str(vote.delegates[1]) in text(client.get(BALLOT))


def test_a_mistyped_code_says_so_and_is_no_attempt(client, vote):
    response = client.post(ENTER, slip(vote) | {"code": slip(vote)["code"][:-1]})
    assert response.status_code == 400
    assert "登录码不完整" in text(response)
    assert not Attempts.objects.exists()


def test_a_wrong_code_says_so_and_names_the_way_out(client, vote):
    response = client.post(ENTER, slip(vote) | {"code": slip(vote, 1)["code"]})
    assert response.status_code == 403
    assert "代表号与登录码不符" in text(response)
    assert "签到处" in text(response)
    assert Attempts.objects.get().times == 1


def test_an_unknown_number_is_answered_like_a_wrong_code(client, vote):
    wrong = client.post(ENTER, slip(vote) | {"code": slip(vote, 1)["code"]})
    unknown = client.post(ENTER, slip(vote, 1) | {"number": "99999"})
    assert text(unknown) == text(wrong)
    assert unknown.status_code == wrong.status_code


def test_f36_many_wrong_codes_are_said_and_hold_nobody_up(client, vote):
    for _ in range(attempts.MOST_WRONG_CODES):
        assert client.post(ENTER, slip(vote) | {"code": slip(vote, 1)["code"]}).status_code == 403
    known, unknown = (
        client.post(ENTER, {"number": number, "code": slip(vote, 1)["code"]})
        for number in (slip(vote)["number"], "99999")
    )
    assert (known.status_code, unknown.status_code) == (429, 429)
    assert text(known) == text(unknown)
    assert "正确的登录码随时有效" in text(known)
    assert enter(client, vote).status_code == 302
    assert enter(client, vote, 1).status_code == 302


def test_an_empty_sign_in_asks_for_both(client, vote):
    response = client.post(ENTER, {})
    assert response.status_code == 400
    assert "请输入登录凭条上的代表号。" in text(response)
    assert "请输入登录凭条上的登录码。" in text(response)


def test_leaving_ends_the_session_and_only_by_post(client, vote):
    enter(client, vote)
    assert client.get("/leave/").status_code == 405
    assert client.post("/leave/").url == ENTER
    assert KeptSession.objects.count() == 0
    assert client.get(BALLOT).url == ENTER


# ------------------------------------------------------------------------------------- marking and reviewing


def test_the_ballot_lists_every_project_in_order_with_its_dossier(client, vote):
    enter(client, vote)
    page = text(client.get(BALLOT))
    places = [page.index(f" 第{n}项目 ") for n in range(1, 13)]
    assert places == sorted(places)
    assert "来源未单列本项目的目标。" in page
    assert "来源未说明" in page
    assert "最多选 10 件" in page


def test_the_review_names_what_is_marked_and_what_is_not(client, vote):
    enter(client, vote)
    response = client.post(REVIEW, marked(client, [2, 5, 11]))
    page = text(response)
    assert "已选 3 件，最多10件" in page
    assert "这张表决票还没有投出。" in page
    assert page.index("第11项目") < page.index("未选（弃权）") < page.index("第1项目")
    assert fields(response)["mark"] == ["2", "5", "11"]
    assert SealedBallot.objects.count() == 0


def test_the_way_back_and_the_other_language_keep_the_marks(client, vote):
    enter(client, vote)
    reviewed = client.post(REVIEW, marked(client, [2, 5, 11]))
    assert 'formaction="/en/ballot/review/"' in reviewed.content.decode()
    for address in (BALLOT, "/en/ballot/"):
        back = client.post(address, fields(reviewed))
        assert fields(back)["mark"] == ["2", "5", "11"]
    assert "Project 12" in text(back)
    assert 'formaction="/ballot/"' in back.content.decode()


def test_eleven_marks_are_refused_with_a_sentence_and_kept(client, vote):
    enter(client, vote)
    response = client.post(REVIEW, marked(client, list(range(1, 12))))
    assert response.status_code == 422
    assert "您选了11件，最多可选10件。请取消1件。您的选择已保留。" in text(response)
    assert fields(response)["mark"] == [str(n) for n in range(1, 12)]
    assert SealedBallot.objects.count() == 0


@pytest.mark.parametrize(
    "extra", [{"mark": ["13"]}, {"mark": ["0"]}, {"mark": ["一"]}, {"mark-3": "perhaps"}, {"mark": [""]}]
)
def test_a_foreign_mark_is_refused_and_the_known_ones_kept(client, vote, extra):
    enter(client, vote)
    form = marked(client, [2])
    form |= {name: ["2", *value] if name == "mark" else value for name, value in extra.items()}
    response = client.post(REVIEW, form)
    assert response.status_code == 422
    assert "不在本表决票上的项目" in text(response)
    assert fields(response)["mark"] == ["2"]
    assert SealedBallot.objects.count() == 0


def test_a_blank_ballot_needs_the_box_ticked_and_the_box_is_not_sent(client, vote):
    """Nobody but the device, or whoever sealed, is to know that it is blank: the browser asks for the tick."""
    enter(client, vote)
    reviewed = client.post(REVIEW, marked(client, []))
    assert "这是一张空白票。" in text(reviewed)
    box = re.search(r'<input[^>]*type="checkbox"[^>]*>', reviewed.content.decode())[0]
    assert 'form="cast-form"' in box
    assert re.search(r"\srequired", box)
    assert "name=" not in box
    assert client.post(CAST, fields(reviewed)).status_code == 200
    assert in_urn(vote) == [(0,) * 12]


def test_a_repeated_mark_counts_once(client, vote):
    enter(client, vote)
    assert cast(client, [3, 3, 3]).status_code == 200
    assert in_urn(vote) == [(0, 0, 1, *(0,) * 9)]


def test_a_per_item_ballot_has_three_circles_and_carries_them(client):
    vote = make_vote(ballot_type="per_item")
    enter(client, vote)
    page = client.get(BALLOT)
    assert page.content.decode().count('type="radio"') == 36
    form = fields(page) | {"mark-1": "for", "mark-2": "against", "mark-12": "abstain"}
    reviewed = client.post(REVIEW, form)
    assert "已表决 3 件，共12件" in text(reviewed)
    back = client.post(BALLOT, fields(reviewed))
    carried = {"mark-1": ["for"], "mark-2": ["against"], "mark-12": ["abstain"]}
    assert {name: value for name, value in fields(back).items() if name != "ticket"} == carried
    assert client.post(CAST, fields(reviewed)).status_code == 200
    assert in_urn(vote) == [(Mark.FOR, Mark.AGAINST, *(Mark.NONE,) * 9, Mark.ABSTAIN)]


def test_against_is_foreign_to_a_ballot_of_up_to_ten(client, vote):
    enter(client, vote)
    assert client.post(REVIEW, marked(client, []) | {"mark-1": "against"}).status_code == 422


# ------------------------------------------------------------------------------------------------- the urn


def test_a_cast_ballot_is_in_the_urn_with_a_receipt_and_the_session_ends(client, vote):
    enter(client, vote)
    response = cast(client, TEN)
    assert response.status_code == 200
    page = text(response)
    assert "您的表决票已投入票箱" in page
    assert "您已退出登录。" in page
    assert (
        len(re.search(r'aria-label="([0-9A-Z]{4}(?:-[0-9A-Z]{4}){7})"', response.content.decode())[1]) == 39
    )
    assert "<svg" in response.content.decode()
    assert in_urn(vote) == [(*(1,) * 10, 0, 0)]
    assert vote.round.roll.get(delegate=vote.delegates[0]).voted
    assert KeptSession.objects.count() == 0
    assert response.cookies["sessionid"].value == ""
    assert client.get(BALLOT).url == ENTER


def test_whoever_has_cast_is_not_told_not_to_vote(client, vote):
    enter(client, vote)
    reviewed = client.post(REVIEW, marked(client, TEN))
    assert "请不要投票，并告知监票人" in text(reviewed)
    ended = text(client.post(CAST, fields(reviewed)))
    assert "如不一致，请告知监票人" in ended
    assert "请不要投票" not in ended


@pytest.mark.parametrize(
    ("language", "limit"),
    [
        ("", "同时持有票箱文件、足够数量的密钥条和您的回执的人，可以读出您的选择。"),
        (
            "/en",
            "Whoever has the file of the urn, enough key slips and your receipt can read what you chose.",
        ),
    ],
)
def test_three_pages_say_one_thing_of_the_limit_of_a_receipt(client, vote, language, limit):
    enter(client, vote)
    reviewed = client.post(REVIEW, marked(client, TEN))
    ended = client.post(f"{language}{CAST}", fields(reviewed))
    for page in (ended, client.get(f"{language}/receipt/"), client.get(f"{language}/secrecy/")):
        assert limit in text(page)


def test_the_end_page_is_the_same_whatever_was_chosen_f12(client, vote):
    pages = []
    for place, marks in enumerate(([4, 7], TEN)):
        enter(client, vote, place)
        page = cast(client, marks).content.decode()
        page = re.sub(r"(?s)<div class=\"qr\">.*?</div>", "", page)
        pages.append(re.sub(r"\b[0-9A-Z]{4}\b", "", page))
    assert pages[0] == pages[1]


def test_a_cast_takes_one_statement_that_ends_the_session_too(client, vote):
    """What the round is sealed to was read at the first cast."""
    vote.cast(1, TEN)
    enter(client, vote)
    reviewed = client.post(REVIEW, marked(client, TEN))
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.post(CAST, fields(reviewed)).status_code == 200
    said = [
        q["sql"] for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]
    assert [sql.split()[0] for sql in said] == ["WITH"]
    assert not KeptSession.objects.exists()


@pytest.mark.parametrize("signed_in_again", [False, True])
def test_a_second_submit_is_told_the_truth_f6(client, vote, signed_in_again):
    enter(client, vote)
    form = fields(client.post(REVIEW, marked(client, TEN)))
    first = client.post(CAST, form)
    if signed_in_again:
        enter(client, vote)
    response = client.post(CAST, form)
    assert response.status_code == 200
    assert "您的表决票已投入票箱" in text(response)
    assert f'aria-label="{receipts(first)[0]}"' in response.content.decode()
    assert SealedBallot.objects.count() == 1
    assert KeptSession.objects.count() == 0
    enter(client, vote)
    used = client.get(BALLOT)
    assert "回执只在投票时显示一次" in text(used)


@pytest.mark.parametrize("address", [REVIEW, BALLOT])
def test_a_form_sent_again_to_another_page_is_told_the_truth(client, vote, address):
    enter(client, vote)
    form = fields(client.post(REVIEW, marked(client, TEN)))
    client.post(CAST, form)
    response = client.post(address, form)
    assert response.status_code == 409
    assert "您的表决票已在票箱内" in text(response)


def test_a_used_code_leads_to_the_truth_and_out_again(client, vote):
    enter(client, vote)
    cast(client, TEN)
    response = client.post(ENTER, slip(vote), follow=True)
    assert response.status_code == 200
    assert "您的表决票已在票箱内" in text(response)
    assert KeptSession.objects.count() == 0


def test_a_second_submit_after_the_close_is_told_the_truth(client, vote):
    enter(client, vote)
    form = fields(client.post(REVIEW, marked(client, TEN)))
    client.post(CAST, form)
    vote.close()
    for _ in "signed out", "signed in again":
        assert "您的表决票已投入票箱" in text(client.post(CAST, form))
        enter(client, vote)


def test_closed_while_marking_says_that_nothing_was_cast(client, vote):
    enter(client, vote)
    form = fields(client.post(REVIEW, marked(client, TEN)))
    vote.close()
    for address in (CAST, REVIEW, BALLOT):
        response = client.post(address, form)
        assert response.status_code == 409
        assert "表决已经截止。这张表决票没有投出，不在票箱内。" in text(response)
    assert SealedBallot.objects.count() == 0


def test_before_the_opening_the_page_asks_to_wait(client):
    vote = make_vote(until="ready")
    enter(client, vote)
    response = client.get(BALLOT)
    assert response.status_code == 409
    assert "表决还没有开始，请等候执行主席宣布。" in text(response)
    vote.open_vote()
    assert client.get(BALLOT).status_code == 200


@pytest.mark.parametrize(
    ("presence", "sentence"), [(Presence.ABSENT, "您还没有签到"), (Presence.ON_LEAVE, "您已请假")]
)
def test_who_is_not_present_gets_no_ballot(client, vote, presence, sentence):
    vote.round.roll.filter(delegate=vote.delegates[0]).update(presence=presence)
    enter(client, vote)
    response = client.get(BALLOT)
    assert response.status_code == 409
    assert sentence in text(response)


def test_who_left_while_marking_keeps_the_marks(client, vote):
    enter(client, vote)
    form = fields(client.post(REVIEW, marked(client, [2, 5])))
    vote.round.roll.filter(delegate=vote.delegates[0]).update(presence=Presence.ON_LEAVE)
    response = client.post(CAST, form)
    assert response.status_code == 409
    assert "请先到签到处签到；您的选择保留在本页。" in text(response)
    assert fields(response)["mark"] == ["2", "5"]
    set_presence(
        round_=vote.round,
        numbers=[vote.delegates[0].number],
        presence=Presence.PRESENT,
        by=vote.clerk,
        at=vote.later(),
    )
    assert fields(client.post(BALLOT, fields(response)))["mark"] == ["2", "5"]


def test_the_form_of_somebody_else_casts_nothing_f8(client, vote):
    enter(client, vote, 0)
    form = fields(client.post(REVIEW, marked(client, TEN)))
    enter(client, vote, 1)
    for address in (CAST, REVIEW, BALLOT):
        response = client.post(address, form)
        assert response.status_code == 403
        assert "这张表决票不属于当前登录的代表" in text(response)
        assert 'name="mark"' not in response.content.decode()
    assert SealedBallot.objects.count() == 0


def test_without_a_session_an_unused_form_casts_nothing(client, vote):
    enter(client, vote)
    form = fields(client.post(REVIEW, marked(client, TEN)))
    client.post("/leave/")
    response = client.post(CAST, form)
    assert response.status_code == 403
    assert "请凭登录凭条重新登录" in text(response)
    assert 'name="mark"' in response.content.decode(), "they come along to the sign-in"
    assert SealedBallot.objects.count() == 0


@pytest.mark.parametrize("ticket", [None, "", "nonsense", "e30:AAAA"])
def test_a_form_without_its_ticket_casts_nothing_f7(client, vote, ticket):
    enter(client, vote)
    form = {"mark": ["1"]} | ({} if ticket is None else {"ticket": ticket})
    response = client.post(CAST, form)
    assert response.status_code == 400
    assert "表单不完整" in text(response)
    assert SealedBallot.objects.count() == 0


def test_a_void_code_ends_the_session_before_the_cast(client, vote):
    enter(client, vote)
    form = fields(client.post(REVIEW, marked(client, TEN)))
    void_code(vote.delegates[0])
    assert client.post(CAST, form).status_code == 403
    assert SealedBallot.objects.count() == 0


def test_a_form_of_an_earlier_round_casts_nothing_f7(client, vote):
    enter(client, vote)
    form = fields(client.post(REVIEW, marked(client, TEN)))
    old = vote.round
    close_round(round_=old, by=vote.clerk, at=vote.later(), second=vote.chief)
    count_round(round_=old, slips=vote.slips[:3], by=vote.clerk, at=vote.later())
    certify_tally(round_=vote.round, by=vote.scrutineer, at=vote.later())
    publish_notice(round_=vote.round, by=vote.clerk, at=vote.later())
    newer = Round.objects.create(
        cycle=old.cycle,
        number=2,
        rules=old.rules,
        seats=old.seats,
        definition=old.definition,
        definition_digest=old.definition_digest,
    )
    RollEntry.objects.create(
        round=newer, delegate=vote.delegates[0], number="1", name="代表", delegation="代表团"
    )
    for address in (CAST, REVIEW, BALLOT):
        response = client.post(address, form)
        assert response.status_code == 409
        assert "这是上一轮的表决票" in text(response)
    assert SealedBallot.objects.count() == 0


def test_staff_get_no_ballot(client, vote):
    client.force_login(UserFactory(role=Role.SCRUTINEER, congress=vote.cycle.congress))
    assert client.get(BALLOT).status_code == 403
    assert "本页供代表使用" in text(client.get(BALLOT))


def test_a_delegate_on_no_roll_is_told_so(client, vote):
    client.force_login(UserFactory(role=Role.DELEGATE, congress=vote.cycle.congress))
    assert client.get(BALLOT)["Location"] == "/delegate/"
    assert "您不在名册中" in text(client.get(BALLOT, follow=True))


# --------------------------------------------------------------------------------------------- all the pages


def test_no_page_is_kept_by_a_cache_and_get_changes_nothing(client, vote):
    enter(client, vote)
    reviewed = client.post(REVIEW, marked(client, TEN))
    pages = [client.get(ENTER), client.get(BALLOT), reviewed, client.get(REVIEW), client.get(CAST)]
    assert [page.status_code for page in pages] == [200, 200, 200, 302, 302]
    pages.append(client.post(CAST, fields(reviewed)))
    assert all("no-store" in page["Cache-Control"] for page in pages)


def test_a_form_without_csrf_token_is_refused_calmly(vote):
    client = Client(enforce_csrf_checks=True)
    response = client.post(CAST, {"mark": ["1"]})
    assert response.status_code == 403
    assert "页面会如实告知您的表决票是否已在票箱内" in text(response)


def test_the_pages_carry_no_inline_style_or_script(client, vote):
    enter(client, vote)
    reviewed = client.post(REVIEW, marked(client, TEN))
    for page in (client.get(ENTER), client.get(BALLOT), reviewed, client.post(CAST, fields(reviewed))):
        html = page.content.decode()
        html = re.sub(r'<script id="booth" type="application/json">', "", html)  # data, which no browser runs
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", html)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


def test_a_line_shows_the_source_s_own_sentence_and_the_dossier_all_of_them():
    candidate = Candidate(
        number=7, name="停车场库建设项目", target=["竣工800个。", "开工2600个。"], site="区内"
    )
    [row] = rows(
        [BallotItem(number=7, candidate=candidate)], {7: Mark.FOR}, units=NamesShown(0), kind=BallotType.UP_TO
    )
    assert (row.number, row.name, row.line, row.checked) == (7, "停车场库建设项目", "竣工800个。", True)
    assert [fact.texts for fact in row.facts] == [["竣工800个。", "开工2600个。"], ["区内"]]
    assert len(row.unstated.split("、")) == len(Candidate.DOSSIER_FIELDS) - 1


@pytest.mark.parametrize("candidates", [1, 3])
def test_the_number_of_statements_does_not_grow_with_the_projects(
    client, candidates, django_assert_num_queries
):
    vote = make_vote(candidates=candidates, seats=1)
    enter(client, vote)
    form = marked(client, [1])
    client.post(REVIEW, form)  # the first one of the round in this process reads what all show
    with django_assert_num_queries(1):
        client.get(BALLOT)
    with django_assert_num_queries(1):
        client.post(REVIEW, form)


def test_the_choice_is_neither_in_a_session_nor_in_an_address(client, vote):
    enter(client, vote)
    before = dict(client.session)
    reviewed = client.post(REVIEW, marked(client, [4, 7]))
    client.post(BALLOT, fields(reviewed))
    assert dict(client.session) == before
    assert "mark" not in reviewed.request["QUERY_STRING"]

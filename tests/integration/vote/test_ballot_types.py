"""Every ballot type over HTTP: page, refusals, review, urn and count; and what ``marks_of`` lets by.

Guards ``voting.domain.vote.ballots`` and ``voting.count.definition``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import Vote, make_vote
from tests.integration.vote.test_ballot_pages import BALLOT, CAST, REVIEW, enter, in_urn, text
from tests.pages import html_of
from voting.count.canonical import canonical_json
from voting.count.counting import BallotType, Mark
from voting.count.definition import Definition, read_definition
from voting.count.formats.definition import DEFINITION
from voting.count.judging import Validity, VoidReason, judge
from voting.count.presets import PRESETS
from voting.domain.vote.ballots import (
    WHOLE,
    BallotRefused,
    ForeignMark,
    MissingPlace,
    NotAllMarked,
    OverSum,
    RepeatedPlace,
    TooFewMarks,
    TooFewPoints,
    TooManyMarks,
    TooManyOnOne,
    TooManyPoints,
    marks_of,
)
from voting.models import Round, SealedBallot

FOR, AGAINST, ABSTAIN = "for", "against", "abstain"
Fields = dict[str, list[str]]


class _Form(HTMLParser):
    """What a browser would send of the page's form: hidden, checked and selected values."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: Fields = {}
        self._select = ""
        self._option: dict[str, str | None] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "select":
            self._select = given["name"] or ""
        elif tag == "option":
            self._option = given
        elif tag == "input" and (given["type"] == "hidden" or "checked" in given):
            self.sent.setdefault(given["name"] or "", []).append(given["value"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "option":
            self._option = None

    def handle_data(self, data: str) -> None:
        if self._option is not None and "selected" in self._option:
            self.sent[self._select] = [self._option.get("value") or data.strip()]


def sent(response: HttpResponse) -> Fields:
    form = _Form()
    form.feed(response.content.decode().split('id="ballot"', 1)[1])
    form.sent.pop("csrfmiddlewaretoken", None)
    return form.sent


#: What a form has beside the marks.
HIDDEN = {"ticket", "mark", "sealed", "sealer"}


def marks_in(response: HttpResponse) -> Fields:
    """The marks that the page's form would send, "for" as the review says it."""
    given = sent(response)
    plain = {name: values for name, values in given.items() if name not in HIDDEN and any(values)}
    fors = [name for name, values in plain.items() if values == [FOR] and name != "mark-0"]
    numbers = given.get("mark", []) + [name.removeprefix("mark-") for name in fors]
    others = {name: values for name, values in plain.items() if name not in fors}
    return others | ({"mark": numbers} if numbers else {})


def ticket(client: Client) -> Fields:
    return {"ticket": sent(client.get(BALLOT))["ticket"]}


def per_item(**words: str) -> Fields:
    return {f"mark-{name.removeprefix('n')}": [word] for name, word in words.items()}


def for_(*numbers: int) -> Fields:
    return {"mark": [str(number) for number in numbers]}


def places(**given: int) -> Fields:
    return {f"place-{name.removeprefix('n')}": [str(place)] for name, place in given.items()}


def points(**given: int) -> Fields:
    return {f"points-{name.removeprefix('n')}": [str(each)] for name, each in given.items()}


@dataclass(frozen=True)
class Case:
    """A ballot type with four projects and two seats: what is refused, what is taken, and what that leaves."""

    settings: dict[str, Any]
    says: list[str]
    good: Fields
    review: list[str]
    urn: tuple[int, ...]
    refused: list[tuple[Fields, str]] = field(default_factory=list)
    seats: int = 2


THREE = per_item(n2=AGAINST, n4=ABSTAIN) | for_(1)
#: In 10 000 yuan.
PURSE: dict[str, Any] = {
    "method": "greedy", "budget": 100, "most_cost": 90, "costs": [40, 70, Decimal("30.5"), 60],
}  # fmt: skip
CASES = {
    "up_to": Case(
        {},
        ["最多选 2 件", "已选 / 最多 2"],
        for_(3),
        ["已选 1 件，最多2件", "未选（弃权）"],
        (0, 0, 1, 0),
        [(for_(1, 2, 3), "您选了3件，最多可选2件。请取消1件。")],
    ),
    "exactly": Case(
        {"ballot_type": "exactly", "under_vote": "void"},
        ["须选 2 件，不多不少", "已选 / 须选 2"],
        for_(1, 3),
        ["已选 2 件，符合规定"],
        (1, 0, 1, 0),
        [
            (for_(3), "须选 2 件，您选了 1 件，还缺 1 件。"),
            (for_(1, 2, 3), "您选了3件，最多可选2件。请取消1件。"),
        ],
    ),
    "per_item": Case(
        {"ballot_type": "per_item"},
        ["请逐件表决：赞成、反对或弃权", "已表决 / 共 4"],
        THREE,
        ["还有 1 件没有表决。", "未表决的按“未按”计", "2 第2项目 反对", "4 第4项目 弃权"],
        (1, 2, 0, 3),
    ),
    "per_item, every one": Case(
        {"ballot_type": "per_item", "under_vote": "void"},
        ["每件项目均须作出表示。"],
        THREE | per_item(n3=ABSTAIN),
        ["已表决 4 件，共4件"],
        (1, 2, 3, 3),
        [(THREE, "未标记：3。")],
    ),
    "per_item_up_to": Case(
        {"ballot_type": "per_item_up_to", "under_vote": "void"},
        ["逐项表决：赞成、反对或弃权；赞成最多 2 件", "赞成 / 最多 2"],
        for_(1, 2) | per_item(n3=AGAINST, n4=ABSTAIN),
        ["赞成 2 件，最多 2 件；已表决 4 件，共 4 件"],
        (1, 1, 2, 3),
        [
            (for_(1, 2, 3) | per_item(n4=ABSTAIN), "您选了3件，最多可选2件。请取消1件。"),
            (for_(2), "未标记：1、3、4。"),
        ],
    ),
    "ranking": Case(
        {"preset": "liyang"},
        ["最多排 2 个名次", "已排 / 最多 2"],
        places(n4=1, n2=2),
        ["第1 第4项目 序号 4 第2 第2项目 序号 2", "未列名次（视为弃权）"],
        (0, 2, 0, 1),
        [
            (places(n1=1, n3=1), "第 1 名给了不止一件：1、3。"),
            (places(n3=2), "第 1 名"),
        ],
    ),
    "ranking, every place": Case(
        {"preset": "liyang", "under_vote": "void"},
        ["须排满 2 个名次", "已排 / 须排 2"],
        places(n1=2, n3=1),
        ["第1 第3项目"],
        (2, 0, 1, 0),
        [(places(n3=1), "须选 2 件，您选了 1 件，还缺 1 件。")],
    ),
    "whole_report": Case(
        {"preset": "yangpu"},
        ["是否同意全部 4 件项目？", "请在名单之后作答"],
        {"mark-0": [AGAINST]},
        ["是否同意全部 4 件项目？ 反对"],
        (2, 2, 2, 2),
        seats=4,
    ),
    "choose_one": Case(
        {"ballot_type": "choose_one"},
        ["请选 1 件", "已选 / 最多 1"],
        for_(3),
        ["已选 1 件，最多1件", "未选（弃权）"],
        (0, 0, 1, 0),
        [(for_(1, 3), "您选了2件，最多可选1件。请取消1件。")],
    ),
    "a sum": Case(
        PURSE,
        ["所选项目合计不得超过 90万元", "已选 / 共 4", "合计最多 90万元", "第2项目 70万元"],
        for_(1, 3),
        ["已选 2 件，件数不限", "合计 70.5万元"],
        (1, 0, 1, 0),
        [(for_(1, 4), "您所选项目合计100万元，最多90万元，超出10万元。")],
        seats=4,
    ),
    "points": Case(
        {"ballot_type": "points", "points": 5, "most_points": 3},
        ["最多可分配 5 分，每件最多 3 分", "已给分 / 最多 5"],
        points(n1=3, n4=1),
        ["已给 4 分，共 5 分", "1 第1项目 3 分", "未给分（视为弃权）"],
        (3, 0, 0, 1),
        [
            (points(n1=3, n2=3), "您给了6分，每张票共5分，多给了1分。"),
            (points(n1=1, n2=4), "每件项目最多给3分，超出的有：2。"),
        ],
    ),
    "points, all of them": Case(
        {"ballot_type": "points", "points": 5, "most_points": 3, "under_vote": "void"},
        ["须将 5 分全部分给各项目", "已给分 / 须为 5"],
        points(n1=3, n4=2),
        ["已给 5 分，共 5 分"],
        (3, 0, 0, 2),
        [(points(n2=3, n3=1), "5分须全部分配，您已给4分，还剩1分。")],
    ),
}


def test_every_type_has_its_case():
    assert {case.settings.get("ballot_type") or case.settings.get("preset") for case in CASES.values()} == {
        None, "exactly", "per_item", "per_item_up_to", "liyang", "yangpu", "choose_one", "points",
    }  # fmt: skip
    assert len(BallotType) == 9, "assessments have their own: test_assessments.py"


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def vote(case: Case, db: None) -> Vote:
    return make_vote(delegates=2, candidates=4, seats=case.seats, **case.settings)


every = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys(), indirect=True)


@every
def test_from_the_page_to_the_count(client: Client, case: Case, vote: Vote, caplog: pytest.LogCaptureFixture):
    enter(client, vote)
    page = text(client.get(BALLOT))
    for words in case.says:
        assert words in page
    session = dict(client.session)
    reviewed = client.post(REVIEW, ticket(client) | case.good)
    for words in case.review:
        assert words in text(reviewed)
    assert dict(client.session) == session
    assert marks_in(reviewed) == case.good
    assert reviewed.request["QUERY_STRING"] == ""
    done = client.post(CAST, sent(reviewed))
    assert "您的表决票已投入票箱" in text(done)
    assert in_urn(vote) == [case.urn]
    assert "mark" not in caplog.text
    assert "place" not in caplog.text
    vote.run("closed", "counted", "certified")
    count = json.loads(vote.tally.working)["outcome"]
    numbered = case.settings.get("preset") == "liyang" or "points" in case.settings
    counted = [
        (item["for"], item["against"], item["abstain"], item["not_pressed"]) for item in count["items"]
    ]
    assert (count["returned"], count["valid"]) == (1, 1)
    for mark, (for_mark, against, abstain, not_pressed) in zip(case.urn, counted, strict=True):
        assert for_mark == (mark > 0 if numbered else mark == Mark.FOR)
        assert against == (mark == Mark.AGAINST and not numbered)
        assert for_mark + against + abstain + not_pressed == 1


@every
def test_the_way_back_and_the_other_language_keep_every_mark(client: Client, case: Case, vote: Vote):
    enter(client, vote)
    reviewed = client.post(REVIEW, ticket(client) | case.good)
    for address in (BALLOT, "/en/ballot/", "/en/ballot/review/"):
        assert marks_in(client.post(address, sent(reviewed))) == case.good


@every
def test_what_is_refused_is_said_and_every_mark_kept(client: Client, case: Case, vote: Vote):
    enter(client, vote)
    for marks, sentence in case.refused:
        response = client.post(REVIEW, ticket(client) | marks)
        assert response.status_code == 422
        assert sentence in text(response)
        assert marks_in(response) == marks
        english = client.post(f"/en{REVIEW}", ticket(client) | marks)
        assert re.search(r"Your (marks|places|points) are kept", text(english))
    assert SealedBallot.objects.count() == 0


@every
def test_a_blank_ballot_is_asked_for_once_more(client: Client, case: Case, vote: Vote):
    enter(client, vote)
    reviewed = client.post(REVIEW, ticket(client))
    assert "这是一张空白票。" in text(reviewed)
    assert "弃权" in text(reviewed)
    assert re.search(r'<input[^>]*type="checkbox"[^>]*\srequired', reviewed.content.decode())
    assert client.post(CAST, sent(reviewed)).status_code == 200
    assert in_urn(vote) == [(0, 0, 0, 0)]


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_blank_ballot_that_would_be_void_is_said_to_be_void(client: Client, case: Case):
    vote = make_vote(delegates=1, candidates=4, seats=case.seats, blank_ballot="void", **case.settings)
    enter(client, vote)
    assert "按照票决办法，空白票为无效票。" in text(client.post(REVIEW, ticket(client)))


@every
def test_the_rows_at_fault_are_pointed_out(client: Client, case: Case, vote: Vote):
    enter(client, vote)
    named = [marks for marks, sentence in case.refused if "：" in sentence]
    for marks in named:
        page = client.post(REVIEW, ticket(client) | marks).content.decode()
        assert 'href="#fault"' in page
        assert page.count('id="fault"') == 1
        assert page.count('aria-invalid="true"') >= 1


@every
def test_a_number_that_is_not_on_the_ballot_is_refused(client: Client, case: Case, vote: Vote):
    enter(client, vote)
    strange = [for_(5), per_item(n5=FOR), places(n5=1), {"mark-1": ["yes"]}, {"place-1": ["x"]}, points(n5=1)]
    for marks in [*strange, *([] if "points" in case.settings else [places(n1=5), points(n1=5)])]:
        response = client.post(REVIEW, ticket(client) | marks)
        assert response.status_code == 422, marks
        assert "不在本表决票上的项目" in text(response)
    assert SealedBallot.objects.count() == 0


# ----------------------------------------------------------------------------------------- the rules of the ballot


def definition(case: Case, *, blank: str = "valid") -> Definition:
    """The frozen definition of such a round, without a database."""
    preset = PRESETS[case.settings.get("preset", "gongshu-2018")]
    rules = preset | {"blank_ballot": blank} | {k: v for k, v in case.settings.items() if k != "preset"}
    costs, sums = (
        rules.pop("costs", []),
        {name: rules[name] for name in ("budget", "most_cost") if name in rules},
    )
    rules |= {name: amount * 10_000 for name, amount in sums.items()}
    items = [
        {"number": number, "name": str(number), "name_en": ""}
        | ({"cost": int(costs[number - 1] * 10_000)} if costs else {})
        for number in range(1, 5)
    ]
    body = {
        "format": DEFINITION.name, "cycle": "2018", "kind": "official", "round": 1, "previous": None,
        "seats": case.seats, "rules": {"seats": case.seats, **rules}, "rules_digest": "0" * 64, "items": items,
    }  # fmt: skip
    return read_definition(canonical_json(body))


def test_a_thousand_open_votes_are_each_parsed_once():
    one = definition(next(iter(CASES.values()))).text
    texts = [one.replace('"cycle":"2018"', f'"cycle":"c{number}"') for number in range(1000)]
    assert len(set(texts)) == 1000
    first = [read_definition(each) for each in texts]
    assert all(read_definition(each) is kept for each, kept in zip(texts, first, strict=True))


CHOSEN = st.dictionaries(st.integers(0, 5), st.integers(0, 5)) | st.sets(st.integers(0, 5))


@given(case=st.sampled_from(list(CASES.values())), blank=st.sampled_from(["valid", "void"]), chosen=CHOSEN)
def test_what_is_let_by_is_valid_or_blank(case: Case, blank: str, chosen: Any):
    frozen = definition(case, blank=blank)
    try:
        marks = marks_of(frozen, chosen)
    except BallotRefused:
        return
    verdict = judge(marks, frozen.rule, items=4)
    if any(marks):
        assert verdict.validity is Validity.VALID
    else:
        assert verdict.validity is Validity.BLANK or verdict.reason is VoidReason.BLANK


@given(case=st.sampled_from(list(CASES.values())), marks=st.tuples(*[st.integers(0, 4)] * 4))
def test_no_valid_ballot_is_kept_out(case: Case, marks: tuple[int, ...]):
    frozen = definition(case)
    if judge(marks, frozen.rule, items=4).validity is Validity.VOID:
        return
    whole = frozen.ballot_type is BallotType.WHOLE_REPORT
    chosen = {WHOLE: marks[0]} if whole else dict(zip(frozen.numbers, marks, strict=True))
    assert marks_of(frozen, chosen) == marks


@pytest.mark.parametrize(
    ("name", "chosen", "refusal"),
    [
        ("up_to", [1, 2, 3], TooManyMarks(3, 2)),
        ("up_to", {1: Mark.AGAINST}, ForeignMark()),
        ("exactly", [1], TooFewMarks(1, 2)),
        ("per_item, every one", {2: 3}, NotAllMarked([1, 3, 4])),
        ("per_item_up_to", {1: 1, 2: 1, 3: 1}, TooManyMarks(3, 2)),
        ("ranking", {1: 1, 2: 1}, RepeatedPlace(1, [1, 2])),
        ("ranking", {1: 2, 4: 2}, RepeatedPlace(2, [1, 4])),
        ("ranking", {1: 2}, MissingPlace(1)),
        ("ranking", {1: 1, 2: 2, 3: 3}, ForeignMark()),
        ("ranking, every place", {1: 1}, TooFewMarks(1, 2)),
        ("choose_one", [2, 4], TooManyMarks(2, 1)),
        ("a sum", [1, 2, 3], OverSum(1_405_000, 900_000)),
        ("points", {1: 3, 2: 3}, TooManyPoints(6, 5)),
        ("points", {1: 9, 3: 4}, TooManyOnOne(3, [1, 3])),
        ("points", {1: -1}, ForeignMark()),
        ("points", {5: 1}, ForeignMark()),
        ("points, all of them", {1: 3}, TooFewPoints(3, 5)),
        ("whole_report", {1: 1}, ForeignMark()),
        ("whole_report", {WHOLE: 4}, ForeignMark()),
    ],
)
def test_each_fault_has_its_refusal(name: str, chosen: Any, refusal: BallotRefused):
    with pytest.raises(type(refusal)) as raised:
        marks_of(definition(CASES[name]), chosen)
    assert raised.value.args == refusal.args


# ------------------------------------------------------------------------------------------------- on paper


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("settings", "sentence", "columns"),
    [
        ({}, "最多 2", ["赞成"]),
        ({"ballot_type": "exactly", "under_vote": "void"}, "2", ["赞成"]),
        ({"ballot_type": "per_item"}, "每行", ["赞成", "反对", "弃权"]),
        ({"preset": "liyang"}, "2", ["名次"]),
        ({"preset": "yangpu", "seats": 4}, "是否同意全部 4 件项目？", ["赞成", "反对", "弃权"]),
        ({"ballot_type": "choose_one"}, "请在1件项目旁画○", ["赞成"]),
        (PURSE | {"seats": 4}, "所选项目合计不得超过90万元", ["金额", "赞成"]),
        ({"ballot_type": "points", "points": 5, "most_points": 3}, "合计最多5分", ["分数"]),
    ],
)
def test_the_specimen_has_the_columns_of_its_type(client: Client, settings, sentence, columns):
    make_vote(until="adopted", candidates=4, **({"seats": 2} | settings))
    response = client.get("/2018/ballot-paper/")
    heads = re.findall(r"<th[^>]*>([^<]+)</th>", html_of(response))
    assert [head for head in heads if head in {"赞成", "反对", "弃权", "名次", "金额", "分数"}] == columns
    assert sentence in text(response)
    assert "空白票" in text(response)
    assert client.get("/en/2018/ballot-paper/").status_code == 200


@pytest.mark.django_db
def test_the_specimen_of_a_further_round_shows_its_own_candidates(client: Client):
    tied = [[1, 2]] * 2 + [[1, 3]] * 2
    vote = make_vote(until="published", delegates=4, candidates=4, seats=2, ballots=tied, floor_base="")
    vote.further()
    shown = text(client.get("/2018/ballot-paper/"))
    assert "第2项目" in shown
    assert "第4项目" not in shown
    assert "第4项目" in text(client.get("/2018/ballot-paper/?round=1"))
    assert text(client.get("/2018/ballot-paper/?round=2")) == shown
    for wrong in ("3", "x", "0"):
        assert client.get(f"/2018/ballot-paper/?round={wrong}").status_code == 404
    assert Round.objects.count() == 2

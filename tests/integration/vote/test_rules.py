"""The voting rules: presets, what cannot go together, the clerk's form, adoption, and the public 票决办法.

Guards ``voting.domain.vote.rules``, ``voting.count.presets`` and ``voting.domain.vote.contradictions``.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.congresses import are_several
from accounts.models import Delegate
from accounts.roles import Kind
from tests.factories import NOW, DelegateFactory, UserFactory, Vote, make_vote
from tests.pages import text_of
from voting.count import counting
from voting.count.counting import Base, BlankBallot, Comparator, Floor, Rule, Scoring, UnderVote
from voting.count.money import Method, Money
from voting.count.presets import PRESETS
from voting.domain.core import cycles
from voting.domain.core.refusals import ConditionsUnmet
from voting.domain.vote import roll_changes, rules
from voting.forms.vote.presets import PRESET_NAMES
from voting.models import JournalEntry, VotingRules

pytestmark = pytest.mark.django_db

MAJORITY = Floor(Base.ALL, 1, 2, Comparator.MORE_THAN)
LANGUAGES = {"zh-hans": "", "en": "/en"}


def rule(ballot_type: str = "up_to", seats: int = 10, floor: Floor | None = MAJORITY, **more: Any) -> Rule:
    return Rule(
        ballot_type=counting.BallotType(ballot_type),
        seats=seats,
        floor=floor,
        blank=BlankBallot.VALID,
        tie_rule=counting.TieRule.FURTHER_BALLOT,
        shortfall_rule=counting.ShortfallRule.FURTHER_ROUND,
        **({"under": UnderVote.VALID} | more),
    )


RULES = {
    "gongshu-2018": rule(),
    "binjiang": rule(floor=None),
    "dongyang": rule("per_item"),
    "liyang": rule("ranking", floor=None, scoring=Scoring.POINTS),
    "yangpu": rule("whole_report", seats=12),
    "shigu": rule(floor=Floor(Base.ALL, 2, 3, Comparator.MORE_THAN), group_floor=MAJORITY),
    "seats-and-sum": rule(money=Money(Method.GREEDY, 1_000_000)),
    "sum": rule(seats=12, floor=None, money=Money(Method.GREEDY, 1_000_000)),
    "shares": rule(seats=12, floor=None, money=Money(Method.EQUAL_SHARES, 1_000_000)),
}


def seats_of(preset: str) -> int:
    return 12 if preset in {"yangpu", "sum", "shares"} else 10


def desk(vote: Vote) -> Client:
    client = Client()
    client.force_login(vote.clerk, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(language: str = "zh-hans") -> str:
    return f"{LANGUAGES[language]}/admin/vote/2018/rules/"


def values(answer: Any) -> dict[str, Any]:
    """Return what the form shows, ready to be sent back."""
    draft = answer.context["forms"]["draft"]
    return {"do": "draft"} | {name: draft[name].value() for name in draft.fields}


def draft(vote: Vote, **settings: Any) -> VotingRules:
    return rules.draft_rules(cycle=vote.cycle, by=vote.clerk, at=vote.later(), **settings)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_filled_in_with_one_tap_saved_adopted_and_public(preset: str):
    vote = make_vote(until="drafted", delegates=10, tie_rule="lot", costs=[10] * 12)
    client = desk(vote)
    entries = JournalEntry.objects.count()
    filled = client.get(page(), {"preset": preset})
    assert JournalEntry.objects.count() == entries, "filling in saves nothing"
    assert str(PRESET_NAMES[preset].seen) in text_of(filled)
    money = {"budget": "100"} if "method" in PRESETS[preset] else {}  # no preset knows the sum
    assert client.post(page(), values(filled) | money).status_code == 302
    saved = VotingRules.objects.get()
    assert saved.preset == preset
    assert rules.counting_rule(rules.settings_of(saved), seats=saved.seats) == RULES[preset]
    assert "票决办法经大会通过后在此公布。" in text_of(client.get("/2018/rules/"))
    assert client.post(page(), {"do": "adopt", "confirm": "on"}).status_code == 302
    for prefix, title in (("", "年民生实事项目人大代表票决办法"), ("/en", "Rules for the vote on")):
        shown = client.get(f"{prefix}/2018/rules/")
        assert title.replace(" ", "") in text_of(shown).replace(" ", "")
        assert VotingRules.objects.get().digest[:8] in text_of(shown)


def test_every_preset_has_a_name_and_says_what_is_seen_and_what_is_assumed():
    assert PRESET_NAMES.keys() == PRESETS.keys() == RULES.keys()
    for language, seen, assumed in (("zh-hans", "见诸报道：", "推定："), ("en", "Reported", "Assumed:")):
        with override(language):
            for preset in PRESET_NAMES.values():
                assert str(preset.seen).startswith(seen)
                assert str(preset.assumed).startswith(assumed)


def test_a_draft_that_departs_from_every_preset_names_none():
    vote = make_vote(until="drafted", delegates=1)
    assert draft(vote).preset == "gongshu-2018"
    assert draft(vote, tie_rule="lot").preset == ""
    assert draft(vote, **PRESETS["shigu"] | {"group_name": "代表"}).preset == "shigu"


UNREACHABLE = (
    "这一比例无法达到：应大于 0；选“超过”时应小于 1。",
    "Nobody could reach this fraction: it must lie above 0, and “more than” needs it below 1.",
)
NO_DENOMINATOR = ("分母至少为 1。", "The lower number of a fraction is at least 1.")
NO_MAJORITY = (
    "整体表决须规定以什么为基数的多数通过；不作规定的，一票赞成即告通过。",
    (
        "A vote on the whole list needs a majority to pass, and the rules must say of what: without one, a single vote "
        "would carry it."
    ),
)
NOT_ALL = (
    "整体表决要么全部入选，要么全部不入选，应选数须等于候选项目数 12 件。",
    (
        "A vote on the whole list chooses all of it or nothing, so as many projects are to be chosen as there are "
        "candidates: 12."
    ),
)
GROUP = {"group_name": "人大代表", "group_base": "all"}
#: Settings over Gongshu's, and what is said on which field.
IMPOSSIBLE: list[tuple[dict[str, Any], dict[str, tuple[str, str]]]] = [
    ({"quorum_numerator": 3, "quorum_comparator": "gt"}, {"quorum_numerator": UNREACHABLE}),
    ({"quorum_numerator": 4}, {"quorum_numerator": UNREACHABLE}),
    ({"quorum_numerator": 0}, {"quorum_numerator": UNREACHABLE}),
    ({"quorum_denominator": 0}, {"quorum_denominator": NO_DENOMINATOR}),
    ({"floor_numerator": 2}, {"floor_numerator": UNREACHABLE}),
    ({"floor_numerator": 0, "floor_comparator": "ge"}, {"floor_numerator": UNREACHABLE}),
    ({"floor_base": "", "floor_numerator": 3}, {"floor_numerator": UNREACHABLE}),
    (GROUP | {"group_numerator": 2}, {"group_numerator": UNREACHABLE}),
    ({"group_denominator": 0}, {"group_denominator": NO_DENOMINATOR}),
    (
        {"group_base": "all"},
        {
            "group_name": (
                "设第二项条件的，应填写以哪一部分人员计算，例如“人大代表”。",
                "A second threshold needs the name of the sub-group whose members it is measured against.",
            )
        },
    ),
    (
        {"group_name": "人大代表"},
        {
            "group_base": (
                "已填写部分人员的名称，还须选择第二项条件的基数；不设第二项条件的，名称请留空。",
                (
                    "A sub-group is named, so say what its threshold is measured against. Without a second threshold, "
                    "leave the name empty."
                ),
            )
        },
    ),
    ({"seats": 0}, {"seats": ("至少应选一个项目。", "At least one project must be chosen.")}),
    (
        {"seats": 13},
        {
            "seats": (
                "候选项目只有 12 件，应选数不得超过此数。",
                "There are only 12 candidate projects to choose from.",
            )
        },
    ),
    (
        {"under_vote": "void"},
        {
            "under_vote": (
                "“最多选 N 件”允许少选，少选的票不能规定为无效；如须选满，请选“应选满 N 件”。",
                (
                    "With “up to N” fewer marks are allowed, so a ballot with fewer cannot be void. "
                    "If it shall be void, choose “exactly N”."
                ),
            )
        },
    ),
    (
        {"ballot_type": "exactly"},
        {
            "under_vote": (
                "“应选满 N 件”少选的票即为无效；如允许少选，请选“最多选 N 件”。",
                "With “exactly N” a ballot with fewer marks is void. If it shall be valid, choose “up to N”.",
            )
        },
    ),
    (
        {"ballot_type": "ranking"},
        {
            "scoring": (
                "排序表决须规定如何计算：按位次计分，或者先比第一位的票数。",
                "A ranking needs a rule by which it is read: points by place, or first places first.",
            )
        },
    ),
    (
        {"scoring": "points"},
        {
            "scoring": (
                "只有排序表决才按位次计算。请改选“不排序”，或者把表决方式改为排序。",
                "Only a ranking is read by places. Choose “nothing is ranked”, or the ballot type that ranks.",
            )
        },
    ),
    ({"ballot_type": "whole_report"}, {"seats": NOT_ALL}),
    ({"ballot_type": "whole_report", "floor_base": ""}, {"seats": NOT_ALL, "floor_base": NO_MAJORITY}),
    (
        {"ballot_type": "whole_report", "seats": 12, "under_vote": "void"},
        {
            "under_vote": (
                "整体表决的票要么有一处表示，要么空白；空白票是否有效在“空白票”一项规定，此处请选“有效”。",
                (
                    "A ballot on the whole list has one mark or none. Whether one without a mark is void is said under "
                    "“a blank ballot”; choose “valid” here."
                ),
            )
        },
    ),
]


@pytest.mark.parametrize(("settings", "said"), IMPOSSIBLE, ids="-".join)
def test_what_cannot_go_together_is_refused_on_its_field_with_the_reason(settings, said):
    vote = make_vote(until="drafted", delegates=1)
    client, before = desk(vote), rules.settings_of(VotingRules.objects.get())
    entries = JournalEntry.objects.count()
    for place, language in enumerate(LANGUAGES):
        expected = {field: [sentences[place]] for field, sentences in said.items()}
        with override(language):
            with pytest.raises(ValidationError) as refused:
                draft(vote, **settings)
            assert refused.value.message_dict == expected
        answer = client.post(page(language), values(client.get(page(language))) | settings)
        assert answer.status_code == 409
        assert answer.context["forms"]["draft"].errors == expected
        for field, sentences in expected.items():
            assert re.search(rf'href="#(div_)?id_{field}"', answer.content.decode())
            least = 2 + text_of(answer).startswith(sentences[0])
            assert text_of(answer).count(sentences[0]) == least, "in the list at the top, and on the field"
    assert rules.settings_of(VotingRules.objects.get()) == before
    assert JournalEntry.objects.count() == entries


def test_every_contradiction_that_the_count_knows_has_its_sentence():
    known = re.findall(r"``(\w+)``", str(counting.ImpossibleRule.__doc__))
    of_settings = [
        code
        for code in known
        if re.match(
            r"up_to|exactly|ranking|scoring|report_(?!seats)|grades_|satisfied_|item_|no_money|money_"
            r"|one_|points_|cost_|no_cost|shares_",
            code,
        )
    ]
    from voting.domain.vote.contradictions import _CONTRADICTIONS  # noqa: PLC0415

    assert _CONTRADICTIONS.keys() == {*of_settings, "no_seats"}


def test_before_there_is_a_slate_nothing_is_held_against_it_and_at_adoption_everything():
    clerk = UserFactory()
    cycle = cycles.create_cycle(by=clerk, at=NOW, congress=clerk.congress, slug="2020", year=2020, seats=3)
    rules.draft_rules(cycle=cycle, by=clerk, at=NOW, **PRESETS["yangpu"] | {"seats": 3})
    for number in (1, 2):
        cycles.add_candidate(cycle=cycle, by=clerk, at=NOW, number=number, name=f"第{number}项目", name_en="")
    with pytest.raises(ConditionsUnmet) as unmet:
        rules.adopt_rules(cycle=cycle, by=clerk, at=NOW)
    assert NOT_ALL[0].replace("12", "2") in str(unmet.value)


def test_a_sub_group_so_small_that_its_votes_could_be_told_stops_the_roll():
    vote = make_vote(until="drafted", delegates=12, **GROUP)
    saved = VotingRules.objects.get()
    for members, met in ((4, False), (5, True), (7, True), (8, False), (12, True)):
        Delegate.objects.update(in_group=False)
        Delegate.objects.filter(pk__in=[d.pk for d in vote.delegates[:members]]).update(in_group=True)
        (condition,) = rules.group_conditions(vote.cycle, saved)
        assert condition.met is met, members
    draft(vote, group_name="", group_base="")
    assert rules.group_conditions(vote.cycle, VotingRules.objects.get()) == []


def test_the_form_keeps_what_was_typed_and_notes_every_setting():
    vote = make_vote(until="drafted", delegates=1)
    client = desk(vote)
    sent = values(client.get(page())) | {"group_name": "议事会成员", "seats": "twelve"}
    answer = client.post(page(), sent)
    assert answer.status_code == 422
    assert answer.context["forms"]["draft"].errors.keys() == {"seats"}
    assert 'value="议事会成员"' in answer.content.decode()
    parts = list(answer.context["forms"]["draft"].parts())
    shown = [field.name for part in parts for row in part.rows for field in row.fields]
    assert sorted(shown) == sorted((*rules.SETTINGS, *rules.LIMITS, *rules.SUM))
    assert all(row.note for part in parts for row in part.rows)


def test_an_unknown_preset_leaves_the_draft_as_it_is():
    vote = make_vote(until="drafted", delegates=1, tie_rule="lot")
    answer = desk(vote).get(page(), {"preset": "nowhere"})
    assert values(answer)["tie_rule"] == "lot"
    assert answer.context["filled"] is None


def test_the_page_works_the_articles_out_for_the_delegates_in_office():
    vote = make_vote(until="drafted", delegates=9, **GROUP)
    Delegate.objects.filter(pk__in=[d.pk for d in vote.delegates[:5]]).update(in_group=True)
    shown = text_of(desk(vote).get(page()))
    assert "应到 9 人，须得 5 票。" in shown
    assert "该部分人员应到 5 人，须得 3 票。" in shown


def test_a_draft_is_not_public(client: Client):
    make_vote(until="drafted", delegates=1)
    for address in ("/2018/rules/", "/2018/"):
        shown = text_of(client.get(address))
        assert "票决办法经大会通过后在此公布。" in shown
        assert "过半数" not in shown
    assert client.get("/1999/rules/").status_code == 404


def test_adopted_rules_are_public_before_there_is_a_roll(client: Client):
    make_vote(until="adopted", delegates=4)
    assert "2018年1月23日通过" in text_of(client.get("/2018/rules/")).replace(" ", "")
    assert "应到 4 人" not in text_of(client.get("/2018/rules/"))


def test_the_public_rules_are_worked_out_for_those_who_count_on_the_roll(client: Client):
    vote = make_vote(until="rolled", delegates=4)
    number, at = vote.delegates[0].number, vote.later()
    roll_changes.exclude(round_=vote.round, number=number, reason="辞职", by=vote.clerk, at=at)
    assert "应到 3 人，须得 2 票。" in text_of(client.get("/2018/rules/"))
    assert "Of 3 delegates that is 2 votes." in text_of(client.get("/en/2018/rules/"))


@pytest.mark.parametrize("address", ["/2018/", "/2018/ballot-paper/"])
def test_the_rules_are_linked(client: Client, address: str):
    make_vote(until="adopted", delegates=1)
    assert f'href="{reverse("voting:rules", args=["2018"])}"' in client.get(address).content.decode()


def test_a_demo_says_where_its_rules_come_from_and_an_official_vote_does_not(client: Client):
    make_vote(until="adopted", delegates=1, kind=Kind.DEMO)
    make_vote(until="adopted", delegates=1, slug="2019")
    assert "各项规则均为推定" in text_of(client.get("/2018/rules/"))
    assert "推定" not in text_of(client.get("/2019/rules/"))


@pytest.mark.parametrize("delegates", [1, 3])
def test_the_public_page_costs_the_same_queries_for_one_delegate_and_for_three(
    client: Client, delegates: int, django_assert_num_queries
):
    vote = make_vote(until="rolled", delegates=delegates)
    DelegateFactory.create_batch(delegates)
    assert vote.round.roll.count() == delegates
    are_several()  # which a process asks once in half a minute
    with django_assert_num_queries(4):  # the cycle, its candidates, its rounds with the rules, the roll
        client.get("/2018/rules/")


def test_the_notice_of_a_further_round_tells_the_rules_of_the_whole_vote(client: Client):
    tied = [range(1, 11)] * 2 + [[*range(1, 10), 11]] * 2
    vote = make_vote(until="published", delegates=4, ballots=tied, floor_base="")
    vote.further()
    vote.finish(chosen=[[10], [10], [10], [11]])
    shown = text_of(client.get("/2018/notice/"))
    assert "从 12 件候选项目中票决产生 10 件。" in shown
    assert "从 2 件" not in shown

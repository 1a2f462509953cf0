"""The 票决办法 in words: the presets' articles to the letter, and every setting in both languages.

``articles/`` holds the whole text of Gongshu's, and of each other preset the articles that differ from it. Whoever
changes a word changes it there too, and so reads it.

Guards ``voting.read_models.vote.rule_words.assessment``, ``voting.read_models.vote.rule_words.conduct``,
``voting.read_models.vote.rule_words.deciding``, ``voting.read_models.vote.rule_words.example``,
``voting.read_models.vote.rule_words.marking``, ``voting.read_models.vote.rule_words.measures``,
``voting.read_models.vote.rule_words.numerals`` and ``voting.read_models.vote.rule_words.thresholds``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from voting.count import counting
from voting.count.presets import ASSESSMENTS, PRESETS, WITHOUT_NUMBER
from voting.labels import BALLOT_TYPES, FLOOR_BASES, GROUP_BASES, SHORTFALL_RULES, TIE_RULES
from voting.read_models.vote.rule_words import articles, sentences
from voting.read_models.vote.rule_words.deciding import scoring
from voting.read_models.vote.rule_words.numerals import exact_share, numeral, share_word

ARTICLES = Path(__file__).parent / "articles"
LANGUAGES = ("zh-hans", "en")
ROLL = {"roll": 298, "group_roll": 35}
CANDIDATES = 12
SUM = 500_000_000  # yuan


def settings(preset: str = "gongshu-2018", **changes: Any) -> dict[str, Any]:
    seats = CANDIDATES if preset in {"yangpu", "zhenhai", *WITHOUT_NUMBER} else 10
    chosen = (PRESETS | ASSESSMENTS)[preset]
    money = {"budget": SUM} if chosen.get("method") else {}
    return chosen | {"seats": seats} | money | changes


def rendered(preset: str) -> list[str]:
    return [
        "\n".join([f"{article.heading} {article.title}", *article.sentences])
        for article in articles(settings(preset), candidates=CANDIDATES, **ROLL)
    ]


def unnumbered(article: str) -> str:
    return re.sub(r"^(第[一二三四五六七八九十]+条|Article \d+)", "", article)


def written(preset: str, language: str) -> str:
    """Return what ``articles/`` says of the preset."""
    with override(language):
        said, common = rendered(preset), {unnumbered(article) for article in rendered("gongshu-2018")}
    if preset != "gongshu-2018":
        said = [article for article in said if unnumbered(article) not in common]
    return "\n\n".join(said) + "\n"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("preset", [*PRESETS, *ASSESSMENTS])
def test_the_articles_of_every_preset_word_for_word(preset: str, language: str):
    assert written(preset, language) == (ARTICLES / f"{preset}.{language}.txt").read_text()


def all_settings() -> Iterator[dict[str, Any]]:
    """Every setting that words depend on, in every combination a vote can be held under."""
    for kind, under, blank, base, group, tie, shortfall in product(
        BALLOT_TYPES, ("valid", "void"), ("valid", "void"), FLOOR_BASES, GROUP_BASES,
        TIE_RULES, SHORTFALL_RULES,
    ):  # fmt: skip
        for score in ("points", "first_preferences") if kind == "ranking" else ("",):
            if (kind, under) in {
                ("up_to", "void"), ("exactly", "valid"), ("whole_report", "void"), ("choose_one", "void"),
            }:  # fmt: skip
                continue
            if kind in {"whole_report", "grades"} and not base:
                continue
            if kind == "grades" and group:
                continue
            yield settings(
                "zhenhai" if kind == "grades" else "gongshu-2018",
                ballot_type=kind, under_vote=under, blank_ballot=blank, floor_base=base, scoring=score,
                group_base=group, group_name="人大代表" if group else "", tie_rule=tie, shortfall_rule=shortfall,
                **({"satisfied_base": base} if kind == "grades" else {}),
                **({"points": 5, "most_points": 3} if kind == "points" else {}),
            )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_combination_is_said_whole_and_in_one_language(language: str):
    foreign = re.compile(r"[A-Za-z]{2,}" if language == "zh-hans" else r"[一-鿿]")
    with override(language):
        for chosen in all_settings():
            whole = articles(chosen, candidates=CANDIDATES, **ROLL)
            text = "\n".join(
                sentence for article in whole for sentence in (article.title, *article.sentences)
            )
            text += "\n".join(sentences(chosen, candidates=CANDIDATES, **ROLL))
            assert not foreign.search(text.replace("人大代表", "")), text
            assert "%(" not in text
            assert "" not in text.split("\n")
            worked = [] if chosen["ballot_type"] == "grades" else [None]
            assert [article.number for article in whole] == [*range(1, len(whole) + 1 - len(worked)), *worked]


def test_a_threshold_on_those_present_is_worked_out_for_the_quorum_and_for_all():
    with override("en"):
        said = articles(settings(floor_base="present"), candidates=12, roll=298)[-1].sentences
    assert said[2:4] == (
        "Measured against the delegates present: 199 × 1/2 = 99 1/2; more than that: 100 votes.",
        "Measured against the delegates present: 298 × 1/2 = 149; more than that: 150 votes.",
    )


def test_without_a_roll_no_figure_is_worked_out():
    with override("zh-hans"):
        said = articles(settings("shigu"), candidates=0)
    assert said[-1].title == "附则"
    assert "应到 " not in "".join(sentence for article in said for sentence in article.sentences)
    assert said[2].sentences[0] == "从候选项目中票决产生 10 件。"


def test_at_least_includes_and_more_than_does_not():
    def floor(language: str, **changes: Any) -> str:
        with override(language):
            return sentences(settings(**changes), candidates=12, roll=298)[4]

    assert floor("zh-hans", floor_comparator="ge") == (
        "项目须获得全体代表的半数以上（含本数）赞成，方可入选。应到 298 人，须得 149 票。"
    )
    assert floor("zh-hans", floor_numerator=60, floor_denominator=100) == (
        "项目须获得全体代表的百分之六十以上（不含本数）赞成，方可入选。应到 298 人，须得 179 票。"
    )
    assert floor("en", floor_comparator="ge") == (
        "To be chosen, a project needs the votes of at least half of all delegates on the roll. "
        "Of 298 delegates that is 149 votes."
    )


def test_as_many_candidates_as_places_cannot_tie_in_the_example():
    with override("zh-hans"):
        said = articles(settings(seats=12), candidates=12, roll=298)
    assert said[2].sentences[1] == "候选项目与应选名额相等，实行等额票决。"
    assert not any("得票相等" in sentence for sentence in said[-1].sentences)


def test_admitting_all_says_how_many_that_makes():
    with override("zh-hans"):
        said = articles(settings(tie_rule="admit_all"), candidates=12, roll=298)
    assert (
        said[-1].sentences[-1]
        == "如第 10 名与第 11 名得票相等，前 9 件入选；按第八条，这两件也一并入选，共 11 件。"
    )


@pytest.mark.parametrize("seats", range(3, 13))
def test_the_example_of_points_is_what_the_count_makes_of_it(seats: int):
    places = [1] * 3 + [2] * 2 + [seats]
    ballots = [_ballot(place, seats) for place in places]
    rule = counting.Rule(
        ballot_type=counting.BallotType.RANKING,
        seats=seats,
        floor=None,
        blank=counting.BlankBallot.VALID,
        tie_rule=counting.TieRule.LOT,
        shortfall_rule=counting.ShortfallRule.STAY_EMPTY,
        scoring=counting.Scoring.POINTS,
    )
    counted = counting.count(
        rule, range(1, seats + 1), ballots, counting.Turnout(roll=9, present=9, issued=9)
    )
    with override("en"):
        example = scoring(settings("liyang", seats=seats))[2]
    assert example.endswith(f"= {counted.items[0].points} points.")


def _ballot(place: int, seats: int) -> tuple[int, ...]:
    """A whole ranking that gives the first project that place."""
    return (place, *(other for other in range(1, seats + 1) if other != place))


@pytest.mark.parametrize(
    ("number", "chinese"),
    [
        (1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (35, "三十五"), (100, "一百"), (101, "一百零一"),
        (110, "一百一十"), (298, "二百九十八"), (1005, "一千零五"), (1050, "一千零五十"), (9999, "九千九百九十九"),
        (10000, "10000"), (0, "0"),
    ],
)  # fmt: skip
def test_chinese_numerals(number: int, chinese: str):
    with override("zh-hans"):
        assert numeral(number) == chinese
    with override("en"):
        assert numeral(number) == str(number)


def test_fractions_are_exact_in_words_and_in_figures():
    with override("zh-hans"):
        assert [share_word(2, 3), share_word(60, 100), share_word(1, 1000)] == [
            "三分之二",
            "百分之六十",
            "千分之一",
        ]
        assert [exact_share(298, 2, 3), exact_share(298, 1, 2)] == ["198 又 2/3", "149"]
    with override("en"):
        assert [share_word(2, 3), exact_share(298, 2, 3)] == ["2/3", "198 2/3"]

"""What an official paper says of days, halves, money, the quorum and the lights; and what other sites show of a page.

Guards ``voting.read_models.core.days``, ``voting.templatetags.days``, ``voting.templatetags.piaojue`` and
``voting.domain.core.sentences``.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils.translation import override
from PIL import Image

from tests.factories import make_vote
from tests.integration.core.test_query_counts import addresses
from tests.lived import make_lived
from tests.pages import Lines
from voting.domain.before.proposals import flag_sentence, standing_words
from voting.domain.core.refusals import Condition, ConditionsUnmet
from voting.models import Cycle, Proposal
from voting.read_models.core.days import day_words, half_words, moment_words, money_words, month_words
from voting.read_models.vote import documents
from voting.read_models.vote.result_tables import as_csv
from voting.read_models.vote.results import Result
from voting.states import Stage, Visibility

#: Late in the evening of the day before, in Greenwich.
AT = datetime(2026, 11, 28, 17, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["2026年11月29日", "2026年11月29日01:05", "2026年3月", "上半年", "下半年", "420万元"]),
        (
            "en",
            [
                "2026-11-29",
                "2026-11-29 01:05",
                "2026-03",
                "first half",
                "second half",
                "4.2\u00a0million\u00a0yuan",
            ],
        ),
    ],
)
def test_days_halves_and_money(language, words):
    with override(language):
        money = money_words(Decimal("420.00"))
        month = month_words(date(2026, 3, 1))
        assert [day_words(AT), moment_words(AT), month, half_words(1), half_words(2), money] == words
        assert day_words(None) == moment_words(None) == money_words(None) == ""
        assert money_words(Decimal("12.50")).startswith(("12.5万", "125\u00a0000\u00a0yuan"))


def test_days_and_amounts_of_the_templates_stay_on_one_line():
    page = Template("{% load days %}{{ at|day }} {{ at|moment }} {{ sum|money }} {{ none|day }}")
    for language, wholes in (
        ("zh-hans", 3),
        ("en", 2),
    ):  # An English amount has no blank that a line may end at.
        with override(language):
            html = page.render(Context({"at": AT, "sum": Decimal(60), "none": None}))
            assert html.count('<span class="whole">') >= wholes
            assert re.sub("</?span[^>]*>", "", html).split() == [
                *day_words(AT).split(), *moment_words(AT).split(), *money_words(Decimal(60)).split(),
            ]  # fmt: skip


def test_sentences_of_one_refusal_stand_in_a_row_as_the_language_writes_them():
    proposal = Proposal(standing=Visibility.HELD)
    kinds = ("phone", "attached")
    proposal.standing_reason = " ".join(flag_sentence(each) for each in kinds)
    for language, between in (("zh-hans", ""), ("en", " ")):
        with override(language):
            assert standing_words(proposal) == between.join(flag_sentence(each) for each in kinds)
            unmet = [Condition(met=False, text=each) for each in ("甲。", "乙。")]
            assert str(ConditionsUnmet(unmet)) == f"甲。{between}乙。"


@pytest.mark.django_db
def test_the_notice_names_its_body_the_quorum_and_the_day():
    vote = make_vote(until="published", delegates=3, ballots=[range(1, 11)] * 2)
    result = Result(vote.round.notice)
    with override("zh-hans"):
        paper = documents.notice(result)
        assert paper.title == f"{result.letterhead.issuer}公告"
        assert "应到代表3名，实到3名，符合法定人数（2名），表决有效。" in paper.blocks[0].text
        assert paper.sealed_by[-1] == day_words(result.published_at)
        rows = list(csv.reader(io.StringIO(as_csv(result).decode("utf-8-sig"))))
    tasks = [row for row in rows[1:] if row[-1] == "是"]
    assert tasks
    assert {row[rows[0].index("结果")] for row in tasks} == {"年度任务"}, "the file says what the page says"


#: What looks clumsy on a Chinese page, whoever wrote the sentence: in the words between the tags, or in the tags.
CLUMSY = {
    "a blank before a mark": re.compile(r"[^\s>]+\s+[，。；：、）]"),
    "a blank behind a stop": re.compile(r"[。；！？] +(?=[\u4e00-\u9fff])[^。]*"),
    "a date for programs": re.compile(r"(?:19|20)\d\d-\d\d(?:-\d\d)?(?![\w-])"),
}
CLUMSY_TAGS = {
    "a Latin colon": re.compile(r"<label[^>]*>[^<]*:</label>"),
    "an empty block": re.compile(r'<(p|dl|ul|ol|h\d)( class="(?!sending)[^"]*")?>\s*</\1>'),
}
#: Names of files, hashes and programs' words are as they are.
AS_THEY_ARE = re.compile(
    r'<(code|pre|script|template|textarea)\b.*?</\1>|<(p|span|dd) class="digest".*?</\2>|<a[^>]*>[^<]*\.json</a>',
    re.DOTALL,
)


def clumsy(body: str) -> list[tuple[str, str]]:
    """Return what a page of ours says or lays out as no official would."""
    main = " ".join(AS_THEY_ARE.sub("", body.partition("<main")[2]).split())
    words = re.sub(
        r"<[^>]+>", "", re.sub(r"</?(p|li|h\d|d[tdl]|t[dhr]|div|section|br|option|label)\b[^>]*>", "\n", main)
    )
    found = [(what, each[0]) for what, fits in CLUMSY_TAGS.items() for each in fits.finditer(main)]
    lines = [" ".join(line.split()) for line in words.split("\n")]
    return found + [
        (what, each[0]) for what, fits in CLUMSY.items() for line in lines for each in fits.finditer(line)
    ]


def broken_headings(page: str) -> list[str]:
    """Return the headings of our own that a narrow screen may break within their chief word."""
    headings = [each for _level, each in re.findall(r"<h([12])\b[^>]*>(.*?)</h\1>", page, re.DOTALL)]
    bare = [re.sub(r'<span\s+class="nb"\s*>[^<]*</span>', "", each) for each in headings]
    return [" ".join(each.split()) for each in bare if "民生实事项目" in each and each != "民生实事项目"]


@pytest.mark.django_db
def test_every_public_page_says_what_other_sites_show_and_gives_no_role_to_parts_of_a_table():
    client, pages, wrong = Client(), 0, []
    for _pattern, _slug, address in addresses(make_lived(3)):
        answer = client.get(address)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        page = answer.getvalue().decode()
        wrong += [(address, *each) for each in clumsy(page)]
        if not address.endswith("/screen/"):  # A wall has room.
            wrong += [(address, "a heading broken within a word", each) for each in broken_headings(page)]
        wrong += [(address, "an amount that a line may break", each) for each in Lines(page).bare]
        assert not re.search(r"<(table|thead|tbody|tr|th|td)\b[^>]*\srole=", page), address
        if "<main" in page and 'rel="canonical"' in page:
            pages += 1
            assert 'rel="apple-touch-icon"' in page, address
            assert re.search(r'property="og:image"\s+content="http', page), address
    assert pages > 30
    assert wrong == []


@pytest.mark.django_db
def test_the_picture_of_the_year_is_small_and_is_what_its_pages_share(client):
    make_lived(3)
    Cycle.objects.filter(slug="2018").update(stage=Stage.DELIVERY)
    page = client.get("/2018/delivery/").content.decode()
    [address] = re.findall(r'property="og:image"\s+content="(http[^"]+)"', page)
    answer = client.get(address)
    assert answer["Content-Type"] == "image/png"
    assert len(answer.content) < 60_000
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (1200, 630)
    assert client.get(address).content == answer.content

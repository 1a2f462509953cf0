"""Chinese pages are written as Chinese is: no blank behind a full stop, no day as programs write it.

Guards ``voting.templatetags.piaojue`` and ``voting.templatetags.days``.
"""

from __future__ import annotations

import re

import pytest
from django.utils.translation import override

from tests.integration.core.test_query_counts import addresses, clients_of
from tests.lived import make_lived
from voting.templatetags.piaojue import flowing

pytestmark = pytest.mark.django_db

#: What is no sentence of ours: fields, programs, what somebody wrote and is quoted.
NOT_OURS = re.compile(r"<(textarea|script|style|head|option|code|pre)\b.*?</\1>", re.DOTALL)
TAG = re.compile(r"</?(?:a|b|em|i|small|span|strong)\b[^>]*>")
BLANK = re.compile(r"[^<>\s]{0,9}[。！？；]\s+[\u3400-\u9fff][^<>\s]{0,9}")
#: The minutes list their events by the second, one under the other.
LISTS = re.compile(r".*/minutes/$")
PROGRAMS_DAY = re.compile(r">[^<>]*\b20\d\d-\d\d-\d\d\b[^<>]*<")


def chinese_pages():
    lived = make_lived(3)
    clients = clients_of(lived)
    for pattern, _slug, address in addresses(lived):
        if pattern.startswith("/admin/"):
            continue
        for who in ("nobody", "delegate", "voter"):
            answer = clients[who].get(address)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                yield pattern, NOT_OURS.sub("", answer.getvalue().decode())


def test_no_chinese_page_has_a_blank_behind_a_full_stop_or_a_day_as_programs_write_it():
    blanks, days, read = {}, {}, set()
    for pattern, page in chinese_pages():
        read.add(pattern)
        blanks |= dict.fromkeys(BLANK.findall(TAG.sub("", page)), pattern)
        if not LISTS.match(pattern):
            days |= dict.fromkeys(PROGRAMS_DAY.findall(page), pattern)
    assert (blanks, days) == ({}, {})
    assert len(read) > 40


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("zh-hans", "表决结果已定。票决产生 10 件。</b>其余列入。<a>查看</a>"),
        ("en", "表决结果已定。 票决产生 10 件。</b>\n  其余列入。 <a>查看</a>"),
    ],
)
def test_sentences_flow_as_the_language_writes_them(language, sentences):
    with override(language):
        assert flowing("表决结果已定。 票决产生 10 件。</b>\n  其余列入。 <a>查看</a>") == sentences

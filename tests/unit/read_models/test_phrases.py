"""A heading is broken between its words, and says what it said.

Guards ``voting.read_models.core.phrases``.
"""

from __future__ import annotations

import re

import pytest

from voting.read_models.core.phrases import phrased


@pytest.mark.parametrize(
    ("heading", "whole"),
    [
        ("2018年民生实事项目人大代表票决办法", ["2018年", "民生实事项目", "人大代表", "票决办法"]),
        ("2026 年民生实事项目责任分解表", ["2026 年", "民生实事项目", "责任分解表"]),
        ("乙镇人民代表大会主席团公告", ["人民代表大会", "主席团公告"]),
        (
            "关于2018年政府民生实事候选项目形成情况的报告",
            ["2018年政府", "民生实事候选项目", "形成情况", "的报告"],
        ),
        ("What became of the projects", []),
    ],
)
def test_the_words_of_a_heading_stay_whole(heading, whole):
    marked = str(phrased(heading))
    assert re.findall(r'<span class="nb">([^<]*)</span>', marked) == whole
    assert re.sub(r"<[^>]+>", "", marked) == heading


def test_what_somebody_wrote_is_no_markup():
    assert phrased("<b>票决") == '&lt;b&gt;<span class="nb">票决</span>'

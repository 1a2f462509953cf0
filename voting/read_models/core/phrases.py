"""What stays whole where a line ends: words of headings, amounts, days. A browser breaks Chinese anywhere."""

from __future__ import annotations

import re

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from voting.text.amounts import wholes_in

#: The words of our own headings that are read as one; longer ones first.
_PHRASES = re.compile(
    r"\d{4} ?年(?:度|政府)?|民生实事候选项目|民生实事项目|候选项目|人民代表大会|常务委员会|主席团公告|主席团|人大代表"
    r"|居民|票决办法|票决结果|票决|责任分解表|进展情况表|满意度测评|测评票|表决票|形成情况|计票报告单|会议记录|办得怎样"
    r"|一图读懂|对比|的报告"
)
_WHOLE = '<span class="nb">%s</span>'


def phrased(heading: str) -> SafeString:
    """Return a heading whose words stay whole where a narrow screen breaks it; whoever copies it copies the same."""
    escaped = conditional_escape(heading)
    return mark_safe(_PHRASES.sub(lambda match: _WHOLE % match[0], escaped))  # noqa: S308 it is escaped, the words are ours


#: An element for what stays on one line.
ON_ONE_LINE = '<span class="whole">%s</span>'


def unbroken(text: str) -> SafeString:
    """Return a text in which no line ends within an amount or a day: 1200万元; whoever copies it copies the same."""
    return mark_safe(wholes_in(conditional_escape(text), ON_ONE_LINE))  # noqa: S308 it is escaped, these have no mark

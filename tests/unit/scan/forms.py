"""Ballots of every type as they are printed, without a database."""

from __future__ import annotations

from functools import cache

from voting.count.measures import BallotType
from voting.printing.sheets import PrintedSheet, drawn_layout
from voting.scan.layout import Layout, make_layout

NAMES = (
    "回迁安置项目", "老旧小区改造项目", "停车泊位建设项目", "学校幼儿园新建扩建项目",
    "农贸市场改造提升项目", "居家养老服务照料中心项目", "道路整治与断头路打通项目",
    "社区卫生服务提升项目", "城中村生活污水治理项目", "运河文化惠民工程项目",
    "食品安全放心工程项目", "智慧安防小区建设项目",
)  # fmt: skip
_WORDS = {
    "number": "序号", "name": "候选项目", "for": "赞成", "against": "反对", "abstain": "弃权", "satisfied": "满意",
    "basically": "基本满意", "unsatisfied": "不满意", **{str(place): str(place) for place in range(1, 11)},
}  # fmt: skip
#: Ballot type, projects, places, and how many of ten sheets are of it.
FORMS = (
    (BallotType.UP_TO, 12, 10, 4),
    (BallotType.PER_ITEM, 12, 10, 2),
    (BallotType.RANKING, 12, 10, 1),
    (BallotType.GRADES, 10, 10, 1),
    (BallotType.PER_ITEM, 30, 20, 1),
    (BallotType.WHOLE_REPORT, 12, 12, 1),
)


def sheet_of(
    ballot_type: BallotType, projects: int = 12, places: int = 10, *, definition: str = "ab" * 32
) -> PrintedSheet:
    layout = make_layout(ballot_type, range(1, projects + 1), places=places, definition=definition)
    return PrintedSheet(
        layout=layout,
        overline="",
        title="杭州市拱墅区\n2018年民生实事项目表决票",
        below="",
        headings=tuple(_WORDS.items()),
        names=tuple((number, NAMES[(number - 1) % len(NAMES)]) for number in range(1, projects + 1)),
        question="是否同意全部12个项目？",
        note="请在赞成的项目右边方框内画一个圆圈○，最多10个；超过的为废票。\n圆圈画在方框之内。票面不作其他记号。空白票视为弃权。",
        seal="公章",
        stamp="票序（开箱后由监票人加盖）",
        code=f"拱墅 2018 1 {layout.digest}",
        code_alt="票样",
    )


@cache
def form(
    ballot_type: BallotType, projects: int = 12, places: int = 10, *, definition: str = "ab" * 32
) -> Layout:
    return drawn_layout(sheet_of(ballot_type, projects, places, definition=definition))

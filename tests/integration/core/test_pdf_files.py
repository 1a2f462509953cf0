"""A PDF is complete in itself: its fonts are in it, every name in its text, and tags, dates and language are right.

Guards ``voting.printing.fonts``, ``voting.printing.pdf``, ``voting.domain.core.undrawn`` and
``voting.domain.vote.step_papers``.
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from django.test import Client
from django.utils.translation import override
from PIL import Image

from accounts.models import Congress, Delegate
from tests.factories import make_vote
from tests.security.test_crawl import BACKEND
from voting.domain.core.undrawn import undrawn
from voting.domain.vote.rolls import freeze_roll
from voting.domain.vote.running_order import RunningOrder
from voting.domain.vote.step_keys import StepKey
from voting.models import Cycle
from voting.printing.blocks import Bars, Document, Facts, Figures, Heading, Listing, Table, Text, Tile, Tiles
from voting.printing.fonts import font_files, ranges_of, undrawable
from voting.printing.pdf import Undrawable, as_pdf, as_picture

RARE = "𠮷𬭎𫚖㛃·䶮𬱖"
#: In Unicode, and in none of the fonts.
MISSING = "𫝪"
DAY = datetime(2018, 1, 5, 9, 30, tzinfo=UTC)
TILE = Tile(
    1,
    "名",
    "签",
    True,
    "green",
    "正常",
    [("里程", "1/2", "50.00")],
    ["reached", "late"],
    "节点",
    ["注"],
    "/1/",
)


def document(*blocks, dated: datetime | None = DAY, **more) -> Document:
    return Document(
        "公告", "某县", "", list(blocks) or [Text("字")], [("散列", "ab" * 32)], dated=dated, **more
    )


EVERY = document(
    Heading("甲"), Text(RARE), Listing([(1, "甲")]), Facts([("a", "乙")]), Bars("图", [("a", 1), ("b", 2)]),
    Figures([("a", 1)]), Tiles("表", [TILE]), Table("表", ["序", "名"], [["1", RARE]], frozenset({0})),
    signatures=["总监票人"], sealed_by=["某县", "2018-01-05"],
)  # fmt: skip


def read(raw: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(raw))


def fonts_in(reader: pypdf.PdfReader) -> list[pypdf.generic.DictionaryObject]:
    """Return every font that a page uses."""
    fonts_: dict[str, pypdf.generic.DictionaryObject] = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            fonts_[font.get_object()["/BaseFont"]] = font.get_object()
    return list(fonts_.values())


def test_every_font_is_embedded_as_a_subset_and_can_be_read_back():
    used = fonts_in(read(as_pdf(EVERY)))
    assert {name.split("+")[1][:9] for name in (font["/BaseFont"] for font in used)} == {
        "NotoSerif",
        "NotoSansC",
    }
    for font in used:
        [drawn] = font["/DescendantFonts"]
        descriptor = drawn.get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor), font["/BaseFont"]
        assert font["/BaseFont"][7] == "+", "a subset is named after its six letters"
        assert "/ToUnicode" in font


def test_rare_characters_stay_themselves_in_the_text():
    text = "".join(page.extract_text() for page in read(as_pdf(EVERY)).pages)
    assert [letter for letter in RARE if letter not in text] == []


def test_what_no_font_has_is_named_and_never_replaced():
    assert undrawable([RARE, "甲\n乙\tabc"]) == []
    assert undrawable([f"甲{MISSING}", MISSING, "\ufe0f"]) == [MISSING, "\ufe0f"]
    with pytest.raises(Undrawable) as refused:
        as_pdf(document(Table("表", ["名"], [[f"王{MISSING}"]], shares=(1,))))
    assert refused.value.characters == [MISSING]


def test_fonts_of_the_installation_are_asked_too(settings, tmp_path: Path):
    serif = next(path for path in font_files() if "Serif" in path.name)
    assert next(iter(ranges_of(serif.read_bytes())))[0] >= 0x20
    (tmp_path / "other.otf").write_bytes(serif.read_bytes())
    before = font_files()
    settings.MORE_FONTS = [str(tmp_path)]
    assert font_files() == [*before, tmp_path / "other.otf"]
    assert as_pdf(document(Text(RARE)))


@pytest.mark.parametrize(("language", "lang"), [("zh-hans", "zh-CN"), ("en", "en")])
def test_the_file_says_its_language_its_title_and_that_it_is_tagged(language, lang):
    with override(language):
        reader = read(as_pdf(EVERY))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == lang
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "公告"
    xmp = root["/Metadata"].get_data().decode()
    for word in ("<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<"):
        assert word in xmp
    kinds = structure(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/P", "/Table", "/TR", "/TH", "/TD"} <= kinds


def test_an_archive_finds_everything_inside_the_file():
    """What PDF/A asks for and can be seen without its validator: of every object, those of drawings and fonts too."""
    reader = read(as_pdf(EVERY))
    every = [reader.get_object(number) for number in range(1, reader.trailer["/Size"])]
    known = [each for each in every if isinstance(each, pypdf.generic.DictionaryObject)]
    fonts_ = [each for each in known if each.get("/Type") == "/Font" and each["/Subtype"] != "/Type0"]
    assert {each["/Subtype"][:8] for each in fonts_} == {"/CIDFont"}, "none is left to the viewer"
    assert all({"/FontFile2", "/FontFile3"} & set(each["/FontDescriptor"].get_object()) for each in fonts_)
    [intent] = reader.trailer["/Root"]["/OutputIntents"]
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    assert intent.get_object()["/DestOutputProfile"].get_object().get_data()[36:40] == b"acsp"
    assert len(reader.trailer["/ID"]) == 2
    assert "/Encrypt" not in reader.trailer
    assert "/Filter" not in reader.trailer["/Root"]["/Metadata"].get_object(), "read without a decoder"
    keys = set().union(*known)
    assert not keys & {
        "/JS",
        "/JavaScript",
        "/AA",
        "/OpenAction",
        "/EmbeddedFiles",
        "/Launch",
        "/FFilter",
        "/Alternates",
    }


def test_everything_drawn_is_in_a_tag_or_said_to_be_decoration():
    depth, outside = 0, []
    for operands, operator in [
        each for page in read(as_pdf(EVERY)).pages for each in page.get_contents().operations
    ]:
        if operator in {b"BDC", b"BMC"}:
            depth += 1
        elif operator == b"EMC":
            depth -= 1
        elif (
            operator in {b"Tj", b"TJ", b"'", b'"', b"f", b"f*", b"S", b"s", b"B", b"Do", b"sh"} and not depth
        ):
            outside.append((operator, operands))
    assert outside == []
    assert depth == 0


def structure(node) -> set[str]:
    """Return the kinds of all tags below."""
    node = node.get_object()
    children = node.get("/K", []) if isinstance(node, dict) else []
    children = children if isinstance(children, list) else [children]
    kinds = {node["/S"]} if isinstance(node, dict) and "/S" in node else set()
    return kinds.union(*(structure(child) for child in children if not isinstance(child, int)))


def test_the_file_is_dated_by_its_record_and_is_always_the_same():
    first = as_pdf(document())
    assert read(first).metadata["/CreationDate"] == "D:20180105093000Z"
    assert as_pdf(document()) == first
    undated = as_pdf(document(dated=None))
    assert "/CreationDate" not in read(undated).metadata
    assert as_pdf(document(dated=None)) == undated


@pytest.mark.parametrize("rows", [*range(30, 60)])
def test_what_is_signed_never_stands_on_a_page_of_its_own(rows):
    table = Table("表", ["序", "名"], [[str(n), f"项目{n}"] for n in range(rows)], frozenset({0}))
    last = read(as_pdf(document(table, signatures=["总监票人"]))).pages[-1].extract_text()
    assert "总监票人" in last
    assert f"项目{rows - 1}" in last


def test_a_hash_in_a_narrow_cell_stays_on_the_sheet_and_is_copied_whole():
    digest = "0123456789abcdef" * 4
    raw = as_pdf(
        document(Table("表", ["时", "事", "人"], [["1", f"散列{digest}。", "乙"]], shares=(5, 1, 5)))
    )
    [page] = read(raw).pages
    assert digest in page.extract_text().replace("\n", "")


def test_the_staff_are_told_before_the_paper_is_issued_and_can_go_on():
    told = undrawn([{"name": f"王{MISSING}"}, ["李"]])
    assert MISSING in told.split(f"王{MISSING}")[0], "the letter by itself"
    assert f"王{MISSING}" in told
    assert undrawn([{"name": RARE}]) == ""


@pytest.mark.django_db
def test_a_rare_name_is_told_at_the_roll_and_keeps_nobody_from_freezing_it(client: Client):
    vote = make_vote(until="adopted")
    client.force_login(vote.clerk, backend=BACKEND)
    assert MISSING not in client.get("/admin/vote/2018/roll/").content.decode()
    Delegate.objects.filter(pk=vote.delegates[0].pk).update(name=f"王{MISSING}")
    assert f"王{MISSING}" in client.get("/admin/vote/2018/roll/").content.decode()
    assert (
        freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
        .roll.filter(name=f"王{MISSING}")
        .exists()
    )


@pytest.mark.django_db
def test_a_rare_name_is_told_before_the_notice_and_whoever_asks_for_the_pdf_reads_which(client: Client):
    vote = make_vote(until="certified", delegates=3, ballots=[[1]])
    Congress.objects.update(issuer=f"{MISSING}县主席团")
    step = RunningOrder(Cycle.objects.get(), user=vote.clerk).step(StepKey.PUBLISH)
    assert MISSING in step.told
    assert step.possible
    vote.run("published")
    answer = client.get("/en/2018/notice.pdf")
    assert answer.status_code == 503
    assert f"No font of this server has {MISSING}." in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert f"{MISSING}县主席团" in client.get("/2018/notice/").content.decode()


@pytest.mark.parametrize("projects", [1, 2, 10, 31, 120])
def test_the_picture_to_share_is_one_picture_however_many_projects_there_are(projects: int):
    tiles = [replace(TILE, number=place, name="名" * 40) for place in range(1, projects + 1)]
    blocks = [Figures([("项目总数", projects), ("已完成", 0)]), Tiles("图解", tiles)]
    drawn = as_picture(Document("一图读懂", "拱墅区", "", blocks, [("摘要", "0" * 64)], one_page=True))
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.size == (1200, 630)
        lowest = picture.convert("L").crop((0, 592, 300, 630))
        assert lowest.getextrema()[0] > 200, "nothing runs over its lower edge"


@pytest.mark.parametrize("amount", ["1200万元", "7.5 亿元", "4.2\u00a0million\u00a0yuan"])
def test_no_line_of_a_paper_ends_within_an_amount(amount: str):
    texts = ["字" * length + amount + "，字" for length in range(30, 60)]
    facts = Facts([("a", text) for text in texts])
    table = Table("表", ["序", "名"], [["1", text] for text in texts], shares=(1, 9))
    paper = document(*map(Text, texts), facts, table)
    lines = "\n".join(page.extract_text() for page in read(as_pdf(paper)).pages).replace("\u00a0", " ")
    assert lines.count(amount.replace("\u00a0", " ")) == 3 * len(texts)

"""Files that were made to stop a server: small, and made here by code, never kept."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

_TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
<Override PartName="/xl/sharedStrings.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>"""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TOP = (
    f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
_BOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
    "</workbook>"
)
_PARTS = (
    f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}/worksheet" '
    f'Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{_OFFICE}/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>'
)


def workbook(rows: str, strings: str = "", *, after: str = "") -> bytes:
    """Return a workbook whose only sheet has these rows, and that after them."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", _TYPES)
        packed.writestr("_rels/.rels", _TOP)
        packed.writestr("xl/workbook.xml", _BOOK)
        packed.writestr("xl/_rels/workbook.xml.rels", _PARTS)
        packed.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>',
        )
        packed.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{strings}</sst>')
    return made.getvalue()


def inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADER = f'<row r="1">{inline("A1", "代表证号")}{inline("B1", "姓名")}{inline("C1", "代表团")}</row>'


def far_cell() -> bytes:
    """A list with one cell more, at the last place that there is."""
    return workbook(HEADER + f'<row r="1048576">{inline("XFD1048576", "x")}</row>')


def far_column() -> bytes:
    return workbook(
        HEADER + "".join(f'<row r="{line}">{inline(f"XFD{line}", "x")}</row>' for line in range(2, 3000))
    )


def hidden_far_cell() -> bytes:
    """The same as ``far_cell``, written so that no search for it in the text finds it: as UTF-16."""
    made, plain = io.BytesIO(), zipfile.ZipFile(io.BytesIO(far_cell()))
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in plain.namelist():
            text = plain.read(part).decode()
            sheet = f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16")
            packed.writestr(part, sheet if "sheet1" in part else text)
    return made.getvalue()


def string_bomb() -> bytes:
    """One text of 30 000 characters, shown in 200 000 cells."""
    cells = "".join(
        f'<row r="{line}">'
        + "".join(f'<c r="{letter}{line}" t="s"><v>0</v></c>' for letter in "ABCDEFGHIJ")
        + "</row>"
        for line in range(2, 20_002)
    )
    return workbook(HEADER + cells, f"<si><t>{'x' * 30_000}</t></si>")


def long_string_bomb() -> bytes:
    """A text of 200 MB that packs to 200 KB."""
    return workbook(
        HEADER + '<row r="2"><c r="A2" t="s"><v>0</v></c></row>', f"<si><t>{'x' * 200_000_000}</t></si>"
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def scan_bomb(
    *, pages: int = 1, side: int = 2000, filters: bytes = b"/FlateDecode", pictures: int = 1
) -> bytes:
    """A scanner's PDF: so many pages, each with so many grey pictures of so many points square, all of them white."""
    packer = zlib.compressobj(9)
    line = b"\xff" * side
    data = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    picture = b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8" % (
        side, side,
    ) + b" /Filter %s /Length %d >>\nstream\n%s\nendstream" % (filters, len(data), data)  # fmt: skip
    drawn = b"q 595 0 0 842 0 0 cm /I Do Q " * pictures
    words = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    page += b" /Resources << /XObject << /I 3 0 R >> >> >>"
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + pages))
    tree = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids)
    return _pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree, picture, words, *[page] * pages])


def picture_bomb(width: int = 8000, height: int = 5000, *, colours: int = 6) -> bytes:
    """A PNG of 40 million points in some 160 KB; ``colours`` 6 has four bytes a point."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0))
    packer, line = zlib.compressobj(9), bytes(1 + width * {2: 3, 6: 4}[colours])
    data = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _pdf(objects: list[bytes]) -> bytes:
    made, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(made)


def page_tree_bomb(levels: int = 9) -> bytes:
    """A tree of pages in which every branch has ten times the next one: a thousand million pages in 1 KB."""
    tree = [
        b"<< /Type /Pages /Count 1000000000 /Kids [%s] >>" % b" ".join([b"%d 0 R" % (number + 1)] * 10)
        for number in range(2, 2 + levels)
    ]
    leaf = b"<< /Type /Page /MediaBox [0 0 9 9] >>"
    return _pdf([b"<< /Type /Catalog /Pages 2 0 R >>", *tree, leaf])


def nested_bomb(depth: int = 200_000) -> bytes:
    """Lists in lists, so deep that whoever reads them one inside the other runs out of stack."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /X %s%s >>" % (b"[" * depth, b"]" * depth)
    return _pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>", page])


def packed_bomb(size: int = 500_000_000) -> bytes:
    """A table of places that unpacks to half a gigabyte."""
    packer, zeros = zlib.compressobj(9), bytes(1 << 20)
    data = b"".join(packer.compress(zeros) for _ in range(size >> 20)) + packer.flush()
    head = b"<< /Type /XRef /Size 300000000 /W [1 3 1] /Root 1 0 R /Filter /FlateDecode /Length %d >>" % len(
        data
    )
    made = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    made += b"2 0 obj\n<< /Type /Pages /Count 0 /Kids [] >>\nendobj\n"
    return made + b"3 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        head,
        data,
        len(made),
    )

"""Demand 7: what was cut never counts as whole, however neatly it was closed; the whole does."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from eakte.domain.findings import FindingCode
from eakte.errors import UnusableInputError
from eakte.pages.inspect import REASONS, inspect
from tests.integration.page_samples import (
    SIZE,
    bitonal,
    drawn_pdf,
    encoded,
    g4_strip,
    letter,
    scanner_pdf,
    tiff,
)

MAIL = Path(__file__).parents[2] / "sample_mail"
SHARES = (0.01, *(step / 10 for step in range(1, 10)), 0.95, 0.99, 0.999)
REFUSED = {"35-beschwerde-verschluesselt", "36-widerspruch-abgebrochen"}
EOFB = b"\x00\x10\x01"
"""Group 4's end of block, as many encoders write it: on a byte of its own."""


def _smallest_of_each_kind() -> dict[str, Path]:
    """One sample letter per media type and way of writing it."""
    found: dict[str, Path] = {}
    scans = (path for path in MAIL.glob("*/*") if path.suffix in {".pdf", ".jpg", ".png", ".tif"})
    for path in sorted(scans, key=lambda path: path.stat().st_size):
        if path.parent.name not in REFUSED:
            data = path.read_bytes()
            way = (b"/Linearized" in data[:1024], b"\nxref" in data, b"DCTDecode" in data)
            progressive = b"\xff\xc2" in data[:2000]
            found.setdefault(
                f"{path.suffix[1:]}{''.join(str(int(one)) for one in (*way, progressive))}", path
            )
    return found


def _made() -> dict[str, bytes]:
    page, black = letter(), bitonal()
    pages = [page, page]
    return {
        "pdf-xref-stream": scanner_pdf(pages, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        "pdf-linearised": scanner_pdf([page], linearize=True),
        "pdf-fax": scanner_pdf([black]),
        "pdf-drawn": drawn_pdf(),
        "jpeg-progressive": encoded(page, "JPEG", quality=70, progressive=True),
        "png-interlaced-free-grey": encoded(page.convert("L"), "PNG"),
        "tiff-fax": tiff([black, black], "group4"),
        "tiff-jpeg": tiff(pages, "jpeg"),
        "tiff-deflate": tiff([black], "tiff_adobe_deflate"),
        "tiff-packbits": tiff([black], "packbits"),
        "tiff-raw": tiff([black], "raw"),
    }


SAMPLES = {
    **{name: path.read_bytes() for name, path in _smallest_of_each_kind().items()},
    **_made(),
}


def _reason(tmp_path: Path, data: bytes) -> str:
    """Give why it is refused, or `whole`; any other exception fails the test."""
    (tmp_path / "scan").write_bytes(data)
    try:
        inspect(tmp_path / "scan")
    except UnusableInputError as refused:
        return str(refused.facts["reason"])
    return "whole"


@pytest.mark.parametrize("name", SAMPLES)
def test_whole_is_whole_and_cut_is_not(name: str, tmp_path: Path) -> None:
    """Demand 7: cut at 1 %, 10 % … 99.9 % and by the last byte that counts."""
    data = SAMPLES[name]
    assert _reason(tmp_path, data) == "whole"
    spare = 5 if name.startswith("tif") else 1  # unused bytes behind the last directory
    last = len(data.rstrip(b"\0\n\r")) - spare
    for length in sorted({min(last, max(1, int(len(data) * share))) for share in SHARES} | {last}):
        assert _reason(tmp_path, data[:length]) in set(REASONS) - {"encrypted"}, length


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith("pdf")])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_a_cut_pdf_with_a_forged_end(name: str, share: float, tmp_path: Path) -> None:
    data = SAMPLES[name]
    table = data[data.rindex(b"startxref") :]
    for end in (b"\nstartxref\n0\n%%EOF\n", b"\n" + table, b"\nendstream\nendobj\n" + table):
        assert _reason(tmp_path, data[: int(len(data) * share)] + end) != "whole", end


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.98])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_cut_jpeg_with_a_forged_end(share: float, *, progressive: bool, tmp_path: Path) -> None:
    data = encoded(letter(), "JPEG", quality=80, progressive=progressive)
    assert _reason(tmp_path, data[: int(len(data) * share)] + b"\xff\xd9") == "truncated"


def test_a_progressive_jpeg_without_its_last_scans(tmp_path: Path) -> None:
    """Cut exactly between two scans: every scan that is there is complete."""
    data = encoded(letter(), "JPEG", quality=80, progressive=True)
    scans = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xda"]
    for at in scans[1:]:
        header = data.rindex(b"\xff\xc4", 0, at)  # the scan's own tables go with it
        assert _reason(tmp_path, data[:header] + b"\xff\xd9") == "truncated"


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_a_png_with_a_forged_end_after_missing_rows(mode: str, tmp_path: Path) -> None:
    rows = {"1": 105, "L": 840, "RGB": 2520}[mode]
    kinds = {"1": (1, 0), "L": (8, 0), "RGB": (8, 2)}[mode]
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", *SIZE, *kinds, 0, 0, 0))
    pixels = b"\0" + b"\xff" * rows
    head, end = b"\x89PNG\r\n\x1a\n" + header, _chunk(b"IEND", b"")
    whole = zlib.compress(pixels * SIZE[1])
    assert _reason(tmp_path, head + _chunk(b"IDAT", whole) + end) == "whole"
    closed = zlib.compress(pixels * (SIZE[1] - 40))
    assert _reason(tmp_path, head + _chunk(b"IDAT", closed) + end) == "truncated"
    assert _reason(tmp_path, head + _chunk(b"IDAT", whole[:-40]) + end) == "truncated"
    changed = bytearray(head + _chunk(b"IDAT", whole) + end)
    changed[len(head) + 20] ^= 1
    assert _reason(tmp_path, bytes(changed)) == "damaged"


def _fax_tiff(strip: bytes, rows: int = SIZE[1]) -> bytes:
    """A TIFF whose directory comes first and whose one strip says its own length."""
    entries = [(256, SIZE[0]), (257, rows), (259, 4), (262, 0), (273, 102), (278, rows)]
    entries.append((279, len(strip)))
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    head = struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + directory + bytes(4)
    return head.ljust(102, b"\0") + strip


@pytest.mark.parametrize("end", [b"", EOFB, b"\0" * 8])
def test_fax_rows_that_are_missing_are_noticed(end: bytes, tmp_path: Path) -> None:
    """A strip that was cut, its length corrected, and perhaps the mark for its end set anew."""
    strip = g4_strip(bitonal())
    assert _reason(tmp_path, _fax_tiff(strip)) == "whole"
    assert _reason(tmp_path, scanner_pdf([bitonal()])) == "whole"
    for share in (0.2, 0.5, 0.8):
        cut = strip[: int(len(strip) * share)] + end
        assert _reason(tmp_path, _fax_tiff(cut)) != "whole", share
        with pikepdf.open(io.BytesIO(scanner_pdf([bitonal()]))) as pdf:
            image = pdf.pages[0].obj.Resources.XObject.Scan
            told = Dictionary(K=-1, Columns=SIZE[0], Rows=SIZE[1])
            image.write(cut, filter=Name.CCITTFaxDecode, decode_parms=told)
            buffer = io.BytesIO()
            pdf.save(buffer)
        assert _reason(tmp_path, buffer.getvalue()) != "whole", share


def test_a_white_fax_page_is_whole(tmp_path: Path) -> None:
    """All rows alike, each a single bit: the fewest bytes a page can have."""
    assert _reason(tmp_path, _fax_tiff(g4_strip(Image.new("1", SIZE, 1)))) == "whole"
    assert _reason(tmp_path, _fax_tiff(g4_strip(Image.new("1", SIZE, 0)))) == "whole"


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_tiff_jpeg_strips_that_were_cut_and_pointed_to_anew(share: float, tmp_path: Path) -> None:
    """The last strip is shortened, its length corrected and its end marker set anew."""
    data = bytearray(tiff([letter()], "jpeg"))
    with Image.open(io.BytesIO(data)) as file:
        offsets, counts = file.tag_v2[273], file.tag_v2[279]
        place = file.tag_v2.offset
    length = int(counts[-1] * share)
    data[offsets[-1] + length : offsets[-1] + length + 2] = b"\xff\xd9"
    (entries,) = struct.unpack_from("<H", data, place)
    for index in range(entries):
        tag, _kind, number, value = struct.unpack_from("<HHII", data, place + 2 + 12 * index)
        if tag == 279:
            struct.pack_into("<I", data, value + 4 * (number - 1), length + 2)
    assert _reason(tmp_path, bytes(data)) == "truncated"


def test_a_tiff_whose_chain_of_pages_points_outside(tmp_path: Path) -> None:
    data = bytearray(tiff([bitonal(), bitonal()], "group4"))
    (first,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, first)
    link = first + 2 + 12 * entries
    assert _reason(tmp_path, bytes(data)) == "whole"
    struct.pack_into("<I", data, link, len(data) + 1000)
    assert _reason(tmp_path, bytes(data)) == "truncated"


@pytest.mark.parametrize("head", [b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0"])
def test_a_big_tiff_is_refused_by_its_name(head: bytes, tmp_path: Path) -> None:
    (tmp_path / "scan").write_bytes(head + bytes(100))
    with pytest.raises(UnusableInputError) as refused:
        inspect(tmp_path / "scan")
    assert refused.value.facts["reason"] == "unknown_type"
    assert "BigTIFF" in str(refused.value.facts["detail"])


def _with_stream(data: bytes, **entries: object) -> bytes:
    """A whole PDF with one more stream, used by its first page as a font's program."""
    with pikepdf.open(io.BytesIO(drawn_pdf())) as pdf:
        stream = pikepdf.Stream(pdf, data, **entries)
        pdf.pages[0].obj.Resources.Font.F1.FontDescriptor = Dictionary(FontFile2=stream)
        buffer = io.BytesIO()
        pdf.save(buffer, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return buffer.getvalue()


def test_every_stream_is_decoded_wherever_it_is_used(tmp_path: Path) -> None:
    """Demand 7: "undecodable stream → quarantine", though no picture is drawn with it."""
    packed = zlib.compress(bytes(range(256)) * 40)
    assert _reason(tmp_path, _with_stream(packed, Filter=Name.FlateDecode)) == "whole"
    assert _reason(tmp_path, _with_stream(packed[:-30], Filter=Name.FlateDecode)) == "truncated"
    assert _reason(tmp_path, _with_stream(b"x" + packed, Filter=Name.FlateDecode)) == "damaged"
    wrong = packed[:-4] + b"\1\2\3\4"
    assert _reason(tmp_path, _with_stream(wrong, Filter=Name.FlateDecode)) == "damaged"


def test_a_missing_checksum_alone_is_no_loss(tmp_path: Path) -> None:
    """Some programs leave it out; every byte of the data is there."""
    packed = zlib.compress(bytes(range(256)) * 40)[:-4]
    assert _reason(tmp_path, _with_stream(packed, Filter=Name.FlateDecode)) == "whole"


def _codestream(part: int) -> bytes:
    """The skeleton of a JPEG 2000 codestream with one tile-part of that length."""
    tile = struct.pack(">HHHIBB", 0xFF90, 10, 0, part, 0, 1) + b"\xff\x93" + bytes(86)
    return b"\xff\x4f\xff\x51" + struct.pack(">H", 41) + bytes(39) + tile + b"\xff\xd9"


def test_jpeg_2000_and_jbig2_parts_must_be_there(tmp_path: Path) -> None:
    jpx = {"Filter": Name.JPXDecode}
    assert _reason(tmp_path, _with_stream(_codestream(100), **jpx)) == "whole"
    assert _reason(tmp_path, _with_stream(_codestream(900), **jpx)) == "truncated"
    page = struct.pack(">IBBBI", 0, 48, 0, 1, 19) + bytes(19)
    region = struct.pack(">IBBBI", 1, 38, 0, 1, 40) + bytes(40)
    jbig2 = {"Filter": Name.JBIG2Decode}
    assert _reason(tmp_path, _with_stream(page + region, **jbig2)) == "whole"
    assert _reason(tmp_path, _with_stream(page + region[:-9], **jbig2)) == "truncated"
    assert _reason(tmp_path, _with_stream(page, **jbig2)) == "truncated"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (encoded(letter(), "JPEG"), "whole"),
        (encoded(letter(), "PNG"), "whole"),
        (tiff([bitonal()], "group4"), "whole"),
        (scanner_pdf([letter()]), "whole"),
    ],
    ids=["jpeg", "png", "tiff", "pdf"],
)
def test_what_follows_the_end_is_told(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "scan"
    for tail, told in ((b"", False), (b"\0" * 600, False), (b"another letter " * 50, True)):
        path.write_bytes(data + tail)
        assert _reason(tmp_path, data + tail) == reason
        codes = {finding.code for finding in inspect(path).findings}
        assert (FindingCode.TRAILING_DATA in codes) is told
    path.write_bytes(data + b"another letter " * 9000)
    try:
        codes = {finding.code for finding in inspect(path).findings}
    except UnusableInputError:
        codes = {FindingCode.TRAILING_DATA}
    assert FindingCode.TRAILING_DATA in codes


def test_what_qpdf_remarks_without_loss_is_no_reason(tmp_path: Path) -> None:
    """A table that promises more objects than there are, or a key written twice, lost nothing."""
    with pikepdf.open(io.BytesIO(scanner_pdf([letter()]))) as pdf:
        pdf.Root.Spare = 123456789
        pdf.save(tmp_path / "spare")
    data = (tmp_path / "spare").read_bytes()
    more = data.replace(b"/Size ", b"/Size 9")
    twice = data.replace(b"/Spare 123456789", b"/Spare 1/Spare 2")
    assert twice != data
    for spoilt in (more, twice):
        (tmp_path / "scan").write_bytes(spoilt)
        with pikepdf.open(tmp_path / "scan") as pdf:
            assert pdf.get_warnings()
        assert _reason(tmp_path, spoilt) == "whole"


def test_an_array_of_filters_with_one_name_is_read_as_that_name(tmp_path: Path) -> None:
    packed = zlib.compress(bytes(range(256)) * 40)
    names = Array([Name.FlateDecode])
    assert _reason(tmp_path, _with_stream(packed, Filter=names)) == "whole"
    assert _reason(tmp_path, _with_stream(packed[:-30], Filter=names)) == "truncated"

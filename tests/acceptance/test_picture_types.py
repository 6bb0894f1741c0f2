"""Issue 4, point 3: pictures of every type, through sealing, taken out again by poppler."""

from __future__ import annotations

import io
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from eakte.domain.findings import FindingCode
from eakte.domain.mail import Inspection
from eakte.pages.inspect import inspect
from eakte.pdfa.build import build
from eakte.pdfa.metadata import with_transfervermerk
from eakte.seal.signer import Sealer
from tests.benchmarks.memory_stages import note
from tests.integration import picture_kinds as kinds
from tests.integration.page_samples import CORPUS
from tests.unit.seal.making import CLOCK, trust

BITONAL, GREY, COLOUR = kinds.bitonal(), kinds.grey(), kinds.colour()


@dataclass(frozen=True)
class Sealed:
    """What arrived, and the pictures that poppler takes out of what was sealed, per page."""

    inspection: Inspection
    pdf: Path
    coded: dict[int, list[Path]]
    pixels: dict[int, list[Path]]


class Mailroom:
    """Seals scans with one demo key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sealer = Sealer(trust(folder), CLOCK)

    def seal(self, name: str, data: bytes) -> Sealed:
        work = self._folder / name
        work.mkdir()
        scan = work / "scan"
        scan.write_bytes(data)
        found = inspect(scan)
        build(scan, found.media_type, found.pages, {}, work / "archive.pdf")
        with_transfervermerk(work / "archive.pdf", note(len(found.pages)), work / "noted.pdf")
        self._sealer.seal(work / "noted.pdf", "Posteingang", work / "sealed.pdf")
        sealed = work / "sealed.pdf"
        return Sealed(found, sealed, _taken(sealed, "-all"), _taken(sealed, "-png"))


def _taken(pdf: Path, option: str) -> dict[int, list[Path]]:
    """Give the files that pdfimages writes, by page; `-p` puts the page into their names."""
    target = pdf.parent / f"{pdf.name}{option}"
    target.mkdir()
    subprocess.run(["pdfimages", option, "-p", pdf, target / "p"], check=True, capture_output=True)
    files: dict[int, list[Path]] = {}
    for path in sorted(target.iterdir()):
        if path.suffix != ".params":
            files.setdefault(int(path.stem.split("-")[1]), []).append(path)
    return files


@pytest.fixture(scope="module")
def mailroom(tmp_path_factory: pytest.TempPathFactory) -> Mailroom:
    return Mailroom(tmp_path_factory.mktemp("mailroom"))


def _fax(rows: int = 0, **told: int) -> kinds.TiffPage:
    tags = {int(tag[1:]): value for tag, value in told.items()}
    return kinds.by_pillow(BITONAL, "group3", rows, tiffinfo=tags)


def _bits_reversed(page: kinds.TiffPage) -> kinds.TiffPage:
    pieces = [piece.translate(kinds.REVERSED) for piece in page.pieces]
    return kinds.replace(page, pieces=pieces).told(266, 2)


GROUP_4 = kinds.by_pillow(BITONAL, "group4")
HUFFMAN = kinds.by_pillow(BITONAL, "tiff_ccitt", 16)
KEPT_FAX = {
    "group 4": GROUP_4,
    "group 4, black is zero": GROUP_4.told(262, 1),
    "group 4, bits reversed": _bits_reversed(GROUP_4),
    "group 3": _fax(),
    "group 3, strips": _fax(16),
    "group 3, two dimensions": _fax(t292=1),
    "group 3, fill bits": _fax(t292=4),
    "group 3, bits reversed": _bits_reversed(_fax(16)),
    "modified huffman, strips": HUFFMAN,
    **{f"group 4, orientation {turn}": GROUP_4.told(274, turn) for turn in range(2, 9)},
}
"""Fax codes that stay bit for bit; several strips of them follow each other without a break."""


def test_fax_codes_stay_bit_for_bit(mailroom: Mailroom) -> None:
    sealed = mailroom.seal("fax", kinds.write_tiff(list(KEPT_FAX.values())))
    for number, (name, page) in enumerate(KEPT_FAX.items(), start=1):
        coded = b"".join(page.pieces)
        if page.tags.get(266) == ("H", (2,)):
            coded = coded.translate(kinds.REVERSED)
        (taken,) = sealed.coded[number]
        assert (name, taken.suffix) == (name, ".ccitt")
        assert taken.read_bytes() == coded, name
        with Image.open(sealed.pixels[number][0]) as shown:
            inverted = page.tags[262][1] != GROUP_4.tags[262][1]
            assert np.array_equal(np.asarray(shown.convert("1")) ^ inverted, BITONAL), name


def _rgba(extra: int) -> kinds.TiffPage:
    pixels = np.asarray(kinds.seen_through()).tobytes()
    return kinds.raw_page(kinds.SIZE, (8,) * 4, 2, [pixels]).told(338, extra)


def _tiles(picture: Image.Image) -> list[Image.Image]:
    wide, high = picture.size
    corners = [(x, y) for y in range(0, high, 256) for x in range(0, wide, 256)]
    return [picture.crop((x, y, x + 256, y + 256)) for x, y in corners]


def _tiled(pieces: list[bytes], **told: int) -> kinds.TiffPage:
    page = kinds.raw_page(kinds.SIZE, (8, 8, 8), 2, pieces, **told)
    return kinds.replace(page, tiled=True).told(322, 256).told(323, 256).without(278)


def _raw(bits: int, pixels: np.ndarray, photometric: int = 1) -> kinds.TiffPage:
    return kinds.raw_page(kinds.SIZE, (bits,), photometric, [pixels.tobytes()])


LEVELS = np.asarray(GREY)
PLANES = [np.asarray(COLOUR)[:, :, index].tobytes() for index in range(3)]
LOSSLESS: dict[str, tuple[kinds.TiffPage, Image.Image]] = {
    "group 4, strips": (kinds.by_pillow(BITONAL, "group4", 16), BITONAL),
    "group 4, strips, bits reversed": (
        _bits_reversed(kinds.by_pillow(BITONAL, "group4", 16)),
        BITONAL,
    ),
    "bitonal, white is zero": (
        _raw(1, kinds.packed(~np.asarray(BITONAL) & 1, 1), 0),
        BITONAL,
    ),
    **{
        f"{coding}, {picture.mode}, {rows} rows": (kinds.by_pillow(picture, coding, rows), picture)
        for coding in ("raw", "tiff_lzw", "packbits", "tiff_adobe_deflate")
        for picture in (BITONAL, GREY, COLOUR)
        for rows in ((0, 16) if coding == "tiff_adobe_deflate" else (16,))
    },
    "deflate with predictor": (
        kinds.by_pillow(COLOUR, "tiff_adobe_deflate", tiffinfo={317: 2}),
        COLOUR,
    ),
    "grey, white is zero": (_raw(8, 255 - LEVELS, 0), GREY),
    "grey of 2 bit": (_raw(2, kinds.packed(LEVELS >> 6, 2)), GREY.point(lambda g: (g >> 6) * 85)),
    "grey of 4 bit": (_raw(4, kinds.packed(LEVELS >> 4, 4)), GREY.point(lambda g: (g >> 4) * 17)),
    "palette": (kinds.by_pillow(COLOUR.quantize(16), "raw"), COLOUR.quantize(16).convert("RGB")),
    "planes": (kinds.raw_page(kinds.SIZE, (8, 8, 8), 2, PLANES, planes=2), COLOUR),
    "tiles": (_tiled([tile.tobytes() for tile in _tiles(COLOUR)]), COLOUR),
    "alpha, unassociated": (_rgba(2), COLOUR),
    "a fourth sample that is no alpha": (_rgba(0), COLOUR),
    "turned, not compressed": (kinds.by_pillow(GREY, "raw").told(274, 8), GREY),
    "turned and mirrored": (kinds.by_pillow(COLOUR, "tiff_lzw", 16).told(274, 7), COLOUR),
}
"""Pages whose pixels stay as they are, in a coding without loss: what poppler shall find."""


@pytest.mark.parametrize("order", ["<", ">"])
def test_other_tiffs_keep_every_pixel(order: str, mailroom: Mailroom) -> None:
    """In files of the other byte order too, so far as that is not within the coded bytes."""
    name = "tiff" if order == "<" else "tiff-big-endian"
    sealed = mailroom.seal(name, kinds.write_tiff([page for page, _ in LOSSLESS.values()], order))
    for number, (kind, (_, picture)) in enumerate(LOSSLESS.items(), start=1):
        coded = sealed.coded[number][0]
        assert (coded.suffix == ".ccitt") == (picture.mode == "1"), kind
        with Image.open(sealed.pixels[number][0]) as shown:
            assert np.array_equal(shown.convert(picture.mode), picture), kind
    number = list(LOSSLESS).index("alpha, unassociated") + 1
    with Image.open(sealed.pixels[number][1]) as mask:
        assert np.array_equal(mask, kinds.seen_through().getchannel("A"))


def test_samples_of_16_bit_and_of_inks_are_kept(mailroom: Mailroom) -> None:
    """pdfimages cuts 16 bit down to 8: qpdf gives the samples."""
    inks = COLOUR.convert("CMYK")
    deep = kinds.deep()
    steps = deep.copy()
    steps[:, 1:] -= deep[:, :-1]
    packed = kinds.zlib.compress(steps.astype("<u2").tobytes())
    pages = {
        "grey": (_raw(16, (LEVELS.astype("<u2") * 256 + 3)), LEVELS.astype(">u2") * 256 + 3),
        "rgb": (kinds.raw_page(kinds.SIZE, (16,) * 3, 2, [deep.astype("<u2").tobytes()]), deep),
        "rgb, predicted": (
            kinds.raw_page(kinds.SIZE, (16,) * 3, 2, [packed], compression=8).told(317, 2),
            deep,
        ),
        "inks": (kinds.by_pillow(inks, "tiff_lzw", 16), np.asarray(inks)),
        "inks, deflate": (kinds.by_pillow(inks, "tiff_adobe_deflate"), np.asarray(inks)),
    }
    sealed = mailroom.seal("deep", kinds.write_tiff([page for page, _ in pages.values()]))
    with pikepdf.open(sealed.pdf) as pdf:
        for sheet, (name, (_, samples)) in zip(pdf.pages, pages.items(), strict=True):
            data = sheet.obj.Resources.XObject.Im0.read_bytes()
            wanted = samples.astype(">u2") if samples.dtype.itemsize > 1 else samples
            assert data == wanted.tobytes(), name
    told = {(found.code, found.page) for page in sealed.inspection.pages for found in page.findings}
    assert {(FindingCode.NO_COLOUR_PROFILE, number) for number in (4, 5)} <= told
    assert (FindingCode.NO_COLOUR_PROFILE, 2) not in told


def test_jpeg_in_tiff_is_not_coded_anew(mailroom: Mailroom) -> None:
    whole, tiles = kinds.encoded(COLOUR, "JPEG"), _tiles(COLOUR)
    coded = [kinds.encoded(tile, "JPEG") for tile in tiles]
    tiled = _tiled(coded, compression=7).told(262, 6).told(530, 2, 2)
    old = kinds.raw_page(kinds.SIZE, (8, 8, 8), 6, [], compression=6).without(278)
    strips = kinds.by_pillow(COLOUR, "jpeg", 16)
    pages = [kinds.replace(old, whole=whole), tiled, strips, kinds.by_pillow(GREY, "jpeg", 16)]
    sealed = mailroom.seal("jpeg-in-tiff", kinds.write_tiff(pages))
    assert [path.read_bytes() for path in sealed.coded[1]] == [whole]
    assert len(sealed.coded[2]) == len(tiles)
    for path, tile in zip(sealed.coded[2], coded, strict=True):
        assert path.read_bytes().endswith(tile[2:])
    joined = sealed.coded[3][0].read_bytes()
    assert all(_scan_of(piece) in joined for piece in strips.pieces)
    assert {path.suffix for files in sealed.coded.values() for path in files} == {".jpg"}


def _scan_of(jpeg: bytes) -> bytes:
    """Give the coded data of a JPEG with one scan."""
    start = jpeg.index(b"\xff\xda")
    return jpeg[start + 2 + int.from_bytes(jpeg[start + 2 : start + 4], "big") : -2]


def _without(jpeg: bytes, marker: bytes) -> bytes:
    start = jpeg.index(marker)
    return jpeg[:start] + jpeg[start + 2 + int.from_bytes(jpeg[start + 2 : start + 4], "big") :]


def _turned(value: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = value
    return kinds.encoded(COLOUR, "JPEG", exif=exif)


JPEGS = {
    "baseline": kinds.encoded(COLOUR, "JPEG"),
    "progressive": kinds.encoded(COLOUR, "JPEG", progressive=True),
    "restarts": kinds.encoded(COLOUR, "JPEG", restart_marker_rows=1),
    "profile": kinds.encoded(COLOUR, "JPEG", icc_profile=kinds.srgb_profile()),
    "grey": kinds.encoded(GREY, "JPEG"),
    "adobe-rgb": _without(kinds.encoded(COLOUR, "JPEG", keep_rgb=True), b"\xff\xe0"),
    "named-rgb": _without(
        _without(kinds.encoded(COLOUR, "JPEG", keep_rgb=True), b"\xff\xe0"), b"\xff\xee"
    ),
    "adobe-cmyk": kinds.encoded(COLOUR.convert("CMYK"), "JPEG"),
    "turned": _turned(6),
    "mirrored": _turned(5),
}


@pytest.mark.parametrize("kind", JPEGS)
def test_jpegs_stay_byte_for_byte(kind: str, mailroom: Mailroom) -> None:
    sealed = mailroom.seal(f"jpeg-{kind}", JPEGS[kind])
    (taken,) = sealed.coded[1]
    assert taken.read_bytes() == JPEGS[kind]
    shown = _drawn(sealed.pdf)
    if kind in ("turned", "mirrored"):
        turn = {"turned": Image.Transpose.ROTATE_270, "mirrored": Image.Transpose.TRANSPOSE}[kind]
        wanted = COLOUR.transpose(turn)
    else:
        wanted = GREY.convert("RGB") if kind == "grey" else COLOUR
    difference = np.asarray(shown, int) - np.asarray(wanted.resize(shown.size), int)
    assert np.abs(difference).mean() < 12


def _drawn(pdf: Path) -> Image.Image:
    """Let poppler draw the page."""
    done = subprocess.run(["pdftoppm", "-r", "75", pdf], capture_output=True, check=True)
    return Image.open(io.BytesIO(done.stdout)).convert("RGB")


def _png(bits: int, kind: int, pixels: np.ndarray, **chunks: bytes) -> bytes:
    named = {name.encode(): data for name, data in chunks.items()}
    return kinds.write_png(bits, kind, kinds.png_rows(pixels), named)


PALETTE = COLOUR.quantize(16)
DEEP = kinds.deep().astype(">u2").view(np.uint8)
PNGS: dict[str, tuple[bytes, Image.Image]] = {
    "grey-1": (_png(1, 0, kinds.packed(LEVELS >> 7, 1)), GREY.point(lambda g: (g >> 7) * 255)),
    "grey-2": (_png(2, 0, kinds.packed(LEVELS >> 6, 2)), GREY.point(lambda g: (g >> 6) * 85)),
    "grey-4": (_png(4, 0, kinds.packed(LEVELS >> 4, 4)), GREY.point(lambda g: (g >> 4) * 17)),
    "grey-8": (kinds.encoded(GREY, "PNG"), GREY),
    "grey-16": (_png(16, 0, (LEVELS.astype(">u2") * 257).view(np.uint8)), GREY),
    "rgb-8": (kinds.encoded(COLOUR, "PNG"), COLOUR),
    "rgb-16": (_png(16, 2, DEEP), Image.fromarray((kinds.deep() >> 8).astype(np.uint8))),
    "palette": (kinds.encoded(PALETTE, "PNG"), PALETTE.convert("RGB")),
    "palette-transparent": (
        kinds.encoded(PALETTE, "PNG", transparency=bytes([0, 90, 255])),
        PALETTE.convert("RGB"),
    ),
    "rgb-transparent": (kinds.encoded(COLOUR, "PNG", transparency=(250, 246, 235)), COLOUR),
    "gamma": (_png(8, 2, np.asarray(COLOUR), gAMA=(100_000).to_bytes(4, "big")), COLOUR),
    "profile": (kinds.encoded(COLOUR, "PNG", icc_profile=kinds.srgb_profile()), COLOUR),
}


@pytest.mark.parametrize("kind", PNGS)
def test_pngs_keep_their_compressed_pixels(kind: str, mailroom: Mailroom) -> None:
    data, picture = PNGS[kind]
    sealed = mailroom.seal(f"png-{kind}", data)
    with pikepdf.open(sealed.pdf) as pdf:
        kept = pdf.pages[0].obj.Resources.XObject.Im0
        assert kept.read_raw_bytes() == _pixels_of(data)
        assert ("/ICCBased" in str(kept.ColorSpace)) == (kind == "profile")
        assert ("/SMask" in kept) == (kind == "palette-transparent")
        assert ("/Mask" in kept) == (kind == "rgb-transparent")
    with Image.open(sealed.pixels[1][0]) as shown:
        difference = np.asarray(shown.convert(picture.mode), int) - np.asarray(picture, int)
        assert np.abs(difference).max() <= ("16" in kind)


def _pixels_of(png: bytes) -> bytes:
    data, at = b"", 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    return data


RECODED = {
    "rgba": (kinds.encoded(kinds.seen_through(), "PNG"), COLOUR),
    "grey-alpha": (kinds.encoded(kinds.seen_through().convert("LA"), "PNG"), GREY),
    "interlaced": (
        kinds.write_png(8, 2, kinds.adam7(np.asarray(COLOUR)), {}, interlaced=True),
        COLOUR,
    ),
    "interlaced-grey": (kinds.write_png(8, 0, kinds.adam7(LEVELS), {}, interlaced=True), GREY),
}


@pytest.mark.parametrize("kind", RECODED)
def test_pngs_with_alpha_or_interlacing_keep_every_pixel(kind: str, mailroom: Mailroom) -> None:
    data, picture = RECODED[kind]
    sealed = mailroom.seal(f"png-{kind}", data)
    with Image.open(sealed.pixels[1][0]) as shown:
        assert np.array_equal(shown.convert(picture.mode), picture)
    if "alpha" in kind or kind == "rgba":
        with Image.open(sealed.pixels[1][1]) as mask:
            assert np.array_equal(mask, kinds.seen_through().getchannel("A"))


def _jbig2() -> bytes:
    """A JBIG2 stream as PDF embeds it: a page, and one generic region in MMR (ITU-T T.88, 6.2)."""
    wide, high = kinds.SIZE
    region = kinds.struct.pack(">IIIIBB", wide, high, 0, 0, 0, 1) + GROUP_4.pieces[0]
    page = kinds.struct.pack(">IIIIBH", wide, high, 0, 0, 0, 0)
    parts = [(0, 48, page), (1, 38, region)]
    return b"".join(
        kinds.struct.pack(">IBBBI", number, kind, 0, 1, len(body)) + body
        for number, kind, body in parts
    )


def _flat(picture: Image.Image) -> bytes:
    return kinds.zlib.compress(picture.tobytes())


_JPEG = kinds.encoded(COLOUR, "JPEG")
_A85 = kinds.a85(_JPEG)
PDF_PICTURES: dict[str, tuple[bytes, dict[str, object]]] = {
    "dct": (_JPEG, {"Filter": "/DCTDecode"}),
    "a85, dct": (_A85, {"Filter": ["/ASCII85Decode", "/DCTDecode"]}),
    "flate, dct": (kinds.zlib.compress(_JPEG), {"Filter": ["/FlateDecode", "/DCTDecode"]}),
    "raw": (COLOUR.tobytes(), {}),
    "flate": (_flat(COLOUR), {"Filter": "/FlateDecode"}),
    "colour key": (
        _flat(COLOUR),
        {"Filter": "/FlateDecode", "Mask": [250, 250, 246, 246, 235, 235]},
    ),
    "negative": (
        _flat(GREY),
        {"Filter": "/FlateDecode", "ColorSpace": "/DeviceGray", "Decode": [1, 0]},
    ),
    "bitonal": (
        kinds.zlib.compress(kinds.packed(np.asarray(BITONAL) & 1, 1).tobytes()),
        {"Filter": "/FlateDecode", "ColorSpace": "/DeviceGray", "BitsPerComponent": 1},
    ),
    "jbig2, generic": (
        _jbig2(),
        {"Filter": "/JBIG2Decode", "ColorSpace": "/DeviceGray", "BitsPerComponent": 1},
    ),
    "soft mask": (_JPEG, {"Filter": "/DCTDecode", "SMask": kinds.seen_through().getchannel("A")}),
    "profile": (_JPEG, {"Filter": "/DCTDecode", "ColorSpace": kinds.srgb_profile()}),
}


def test_pictures_of_pdfs_stay_as_they_are(mailroom: Mailroom, tmp_path: Path) -> None:
    """What poppler takes out of the sealed file is what it takes out of the scan."""
    (tmp_path / "scan.pdf").write_bytes(kinds.pdf_of(list(PDF_PICTURES.values())))
    before = _taken(tmp_path / "scan.pdf", "-all")
    sealed = mailroom.seal("pdf", (tmp_path / "scan.pdf").read_bytes())
    for number, name in enumerate(PDF_PICTURES, start=1):
        pairs = zip(before[number], sealed.coded[number], strict=True)
        assert all(here.read_bytes() == there.read_bytes() for here, there in pairs), name
    codings = {path.suffix for files in sealed.coded.values() for path in files}
    assert codings == {".jpg", ".png", ".jb2e"}
    assert not [
        found
        for page in sealed.inspection.pages
        for found in page.findings
        if found.code is FindingCode.JBIG2
    ]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpus")
def test_symbol_coding_is_told_and_kept_as_it_arrived(mailroom: Mailroom) -> None:
    """Drawing it anew would not bring swapped characters back, only hide where they come from."""
    scan = CORPUS / "odd_pdfs" / "jbig2.pdf"
    sealed = mailroom.seal("symbols", scan.read_bytes())
    before = _taken(sealed.pdf.parent / "scan", "-all")
    assert [path.read_bytes() for path in sealed.coded[1]] == [
        path.read_bytes() for path in before[1]
    ]
    assert FindingCode.JBIG2 in {found.code for found in sealed.inspection.pages[0].findings}

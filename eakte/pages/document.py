"""PDF: its pages, proven whole, and what each of them holds."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Name
from PIL import Image

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import POINTS_PER_INCH, PageKind, SourcePage
from eakte.i18n import N_
from eakte.pages.content import Drawing, DrawnPicture, Rectangle, read_page, spanned
from eakte.pages.glance import GLANCE_DPI
from eakte.pages.jbig2 import jbig2_findings
from eakte.pages.limits import check_count, check_pixels
from eakte.pages.pictures import grey_glance
from eakte.pages.render import draw, open_document
from eakte.pages.sight import see
from eakte.pages.sniff import refusal
from eakte.pages.whole import check_jpeg, check_jpeg_filled, cut_off

_TAIL = 2048
_COVERED = 0.9
_LENGTH_OF_LINEARISED = re.compile(rb"/Linearized\b[^>]{0,400}?/L\s+(\d+)", re.DOTALL)
_BROKEN_STRUCTURE = (
    pikepdf.PdfError,
    pypdfium2.PdfiumError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    OSError,
    OverflowError,
    RecursionError,
)


def inspect_document(path: Path) -> tuple[tuple[SourcePage, ...], tuple[Finding, ...]]:
    """Give pages and findings of a PDF; raises UnusableInputError unless it is whole."""
    data = path.read_bytes()
    _check_tail(data)
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            check_count(len(pdf.pages))
            return _look_into(pdf, path, data)
    except pikepdf.PasswordError:
        raise refusal(FindingCode.ENCRYPTED, "") from None
    except MemoryError:
        raise refusal(FindingCode.TOO_LARGE, N_("a page does not fit into memory")) from None
    except _BROKEN_STRUCTURE as problem:
        raise refusal(FindingCode.DAMAGED, str(problem)) from None


def _look_into(
    pdf: pikepdf.Pdf, path: Path, data: bytes
) -> tuple[tuple[SourcePage, ...], tuple[Finding, ...]]:
    with open_document(path) as drawable:
        pages = tuple(
            _page(page, number, drawable) for number, page in enumerate(pdf.pages, start=1)
        )
    findings = _file_findings(pdf, data)
    _check_warnings(pdf)
    return pages, findings


def _check_tail(data: bytes) -> None:
    tail = data[-_TAIL:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise cut_off(N_("the PDF has no end marker"))
    linearised = _LENGTH_OF_LINEARISED.search(data[:_TAIL])
    if linearised and int(linearised.group(1)) > len(data):
        raise cut_off(N_("the PDF is shorter than it says"))


def _check_warnings(pdf: pikepdf.Pdf) -> None:
    """Anything that qpdf had to repair may be lost data: the PDF does not count as whole."""
    warnings = [str(warning) for warning in pdf.get_warnings()]
    if warnings:
        raise refusal(FindingCode.DAMAGED, warnings[0])


def _page(page: pikepdf.Page, number: int, drawable: pypdfium2.PdfDocument) -> SourcePage:
    box = visible_box(page)
    width, height = box[2] - box[0], box[3] - box[1]
    drawing = read_page(page, box)
    for drawn in drawing.pictures:
        _check_stream(drawn.stream)
    picture = _scanner_picture(drawing, box)
    dpi = None if picture is None else _placed_dpi(picture)
    bitonal = picture is not None and _is_bitonal(picture.stream)
    glance = _glance(picture, dpi, drawable, number)
    sight = see(number, glance, dpi, bitonal=bitonal)
    streams = (item.stream for item in drawing.pictures)
    jbig2 = (stream for stream in streams if "/JBIG2Decode" in filters_of(stream))
    return SourcePage(
        number=number,
        width=width,
        height=height,
        kind=PageKind.BORN_DIGITAL if picture is None else PageKind.PICTURE,
        dpi=dpi,
        bitonal=bitonal,
        findings=(*sight.findings, *jbig2_findings(number, jbig2)),
        separator=sight.separator,
        rotation=int(page.obj.get(Name.Rotate, 0)) % 360,
        picture=None if picture is None else picture.place,
        marks=sight.marks,
    )


def visible_box(page: pikepdf.Page) -> Rectangle:
    """Give the part of the page that viewers show, the crop box within the media box."""
    boxes = [[float(value) for value in box] for box in (page.mediabox, page.cropbox)]
    media, crop = ((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)) for x0, y0, x1, y1 in boxes)
    box = (
        max(media[0], crop[0]),
        max(media[1], crop[1]),
        min(media[2], crop[2]),
        min(media[3], crop[3]),
    )
    if box[2] - box[0] < 1 or box[3] - box[1] < 1:
        raise refusal(FindingCode.DAMAGED, N_("a page has no area"))
    return box


def filters_of(stream: pikepdf.Stream) -> tuple[str, ...]:
    """Give the names of a stream's filters, in order."""
    filters: Any = stream.get(Name.Filter)
    if filters is None:
        return ()
    return (str(filters),) if isinstance(filters, Name) else tuple(str(item) for item in filters)


def _check_stream(stream: pikepdf.Stream) -> None:
    """Prove that a picture can be decoded, as far as the filter can tell."""
    check_pixels(int(stream.Width), int(stream.Height))
    filters = filters_of(stream)
    if filters == ("/DCTDecode",):
        data = stream.read_raw_bytes()
        check_jpeg(data)
        check_jpeg_filled(data)
    elif not set(filters) & {"/CCITTFaxDecode", "/JBIG2Decode", "/JPXDecode"}:
        expected = -(-int(stream.Width) * _bits_per_pixel(stream) // 8) * int(stream.Height)
        if len(stream.read_bytes(pikepdf.StreamDecodeLevel.all)) < expected:
            raise cut_off(N_("a picture has fewer pixels than it should"))


def _bits_per_pixel(stream: pikepdf.Stream) -> int:
    space: Any = stream.get(Name.ColorSpace)
    family = str(space if isinstance(space, Name) else space[0]) if space is not None else ""
    components = {"/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/DeviceCMYK": 4}.get(family, 1)
    if family == "/ICCBased":
        components = int(space[1].N)
    return components * int(stream.get(Name.BitsPerComponent, 1))


def _scanner_picture(drawing: Drawing, box: Rectangle) -> DrawnPicture | None:
    if drawing.drawn or len(drawing.pictures) != 1:
        return None
    (picture,) = drawing.pictures
    x0, y0, x1, y1 = spanned(picture.place.matrix)
    across = max(0.0, min(x1, box[2]) - max(x0, box[0]))
    up = max(0.0, min(y1, box[3]) - max(y0, box[1]))
    page_area = (box[2] - box[0]) * (box[3] - box[1])
    return picture if across * up >= _COVERED * page_area else None


def _placed_dpi(picture: DrawnPicture) -> float:
    a, b, c, d = picture.place.matrix[:4]
    across = int(picture.stream.Width) / max((a * a + b * b) ** 0.5, 1e-6)
    up = int(picture.stream.Height) / max((c * c + d * d) ** 0.5, 1e-6)
    return float(min(across, up) * POINTS_PER_INCH)


def _is_bitonal(stream: pikepdf.Stream) -> bool:
    one_bit = int(stream.get(Name.BitsPerComponent, 8)) == 1
    return one_bit or bool(set(filters_of(stream)) & {"/CCITTFaxDecode", "/JBIG2Decode"})


def _glance(
    picture: DrawnPicture | None, dpi: float | None, drawable: pypdfium2.PdfDocument, number: int
) -> Image.Image:
    """Look at the page: a scanner's JPEG is decoded small, anything else is drawn small."""
    if picture is not None and dpi is not None and filters_of(picture.stream) == ("/DCTDecode",):
        with Image.open(io.BytesIO(picture.stream.read_raw_bytes())) as file:
            if file.mode in ("L", "RGB"):
                return grey_glance(file, dpi)
    glance, drawn_dpi = draw(drawable, number, GLANCE_DPI)
    glance.info["dpi"] = (drawn_dpi, drawn_dpi)
    return glance


def _file_findings(pdf: pikepdf.Pdf, data: bytes) -> tuple[Finding, ...]:
    root: Any = pdf.Root
    names: Any = root.get(Name.Names, {})
    found = {
        FindingCode.INCOMING_SIGNATURE: b"/ByteRange" in data or _has_signature(pdf),
        FindingCode.EMBEDDED_FILES: Name.EmbeddedFiles in names or Name.AF in root,
    }
    return tuple(Finding(code) for code, present in found.items() if present)


def _has_signature(pdf: pikepdf.Pdf) -> bool:
    root: Any = pdf.Root
    fields = list(root.get(Name.AcroForm, {}).get(Name.Fields, []))
    for _turn in range(10_000):
        if not fields:
            return False
        item = fields.pop()
        if item.get(Name.FT) == Name.Sig and Name.V in item:
            return True
        fields.extend(item.get(Name.Kids, []))
    return True

"""PDF: its pages, proven whole, and what each of them holds."""

from __future__ import annotations

import io
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
from eakte.pages.ends import check_end, check_repairs
from eakte.pages.glance import GLANCE_DPI
from eakte.pages.jbig2 import jbig2_findings
from eakte.pages.layered import hidden_layer
from eakte.pages.limits import check_count
from eakte.pages.missing import check_parts, check_resources
from eakte.pages.pictures import grey_glance
from eakte.pages.render import Sheets
from eakte.pages.sight import see
from eakte.pages.sniff import refusal
from eakte.pages.streams import check_streams, filters_of
from eakte.pages.whole import contains

_COVERED = 0.9
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
    RuntimeError,  # RecursionError, and qpdf's own
)


def inspect_document(path: Path) -> tuple[tuple[SourcePage, ...], tuple[Finding, ...]]:
    """Give pages and findings of a PDF; raises UnusableInputError unless it is whole."""
    findings = check_end(path)
    try:
        check_resources(path)
        with pikepdf.open(path, access_mode=pikepdf.AccessMode.stream) as pdf:
            check_count(len(pdf.pages))
            pages = _look_into(pdf, path)
            return pages, (*findings, *_file_findings(pdf, path))
    except pikepdf.PasswordError:
        raise refusal(FindingCode.ENCRYPTED, "") from None
    except MemoryError:
        raise refusal(FindingCode.TOO_LARGE, N_("a page does not fit into memory")) from None
    except _BROKEN_STRUCTURE as problem:
        detail = str(problem).removeprefix(str(path)).lstrip(":, ")
        raise refusal(FindingCode.DAMAGED, detail) from None


def _look_into(pdf: pikepdf.Pdf, path: Path) -> tuple[SourcePage, ...]:
    check_streams(pdf, path.stat().st_size)
    check_repairs(pdf, path)
    with Sheets(path) as sheets:
        _check_page_tree(len(pdf.pages), sheets.count)
        pages = tuple(_page(page, number, sheets) for number, page in enumerate(pdf.pages, start=1))
    check_repairs(pdf, path)
    return pages


def _check_page_tree(found: int, told: int) -> None:
    """Refuse a PDF that tells of other pages than were found: qpdf drops what it cannot follow."""
    if found != told:
        detail = f"{found} ≠ {told}"
        raise refusal(FindingCode.DAMAGED, detail)


def _page(page: pikepdf.Page, number: int, sheets: Sheets) -> SourcePage:
    check_parts(page)
    box = visible_box(page)
    width, height = box[2] - box[0], box[3] - box[1]
    drawing = read_page(page, box)
    picture = _scanner_picture(drawing, box)
    dpi = None if picture is None else _placed_dpi(picture)
    bitonal = picture is not None and _is_bitonal(picture.stream)
    glance = _glance(picture, dpi, sheets, number)
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
        rotation=int(int(page.obj.get(Name.Rotate, 0)) / 90) % 4 * 90,
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
    picture: DrawnPicture | None, dpi: float | None, sheets: Sheets, number: int
) -> Image.Image:
    """Look at the page: a scanner's JPEG is decoded small, anything else is drawn small."""
    if picture is not None and dpi is not None and filters_of(picture.stream) == ("/DCTDecode",):
        with Image.open(io.BytesIO(picture.stream.read_raw_bytes())) as file:
            if file.mode in ("L", "RGB"):
                return grey_glance(file, dpi)
    glance, drawn_dpi = sheets.draw(number, GLANCE_DPI)
    glance.info["dpi"] = (drawn_dpi, drawn_dpi)
    return glance


def _file_findings(pdf: pikepdf.Pdf, path: Path) -> tuple[Finding, ...]:
    root: Any = pdf.Root
    names: Any = root.get(Name.Names, {})
    found = {
        FindingCode.INCOMING_SIGNATURE: _has_signature(pdf) or contains(path, b"/ByteRange"),
        FindingCode.EMBEDDED_FILES: Name.EmbeddedFiles in names or Name.AF in root,
    }
    layer = hidden_layer(pdf)
    looks = () if layer is None else (Finding(FindingCode.SEVERAL_LOOKS, None, layer),)
    return (*(Finding(code) for code, present in found.items() if present), *looks)


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

"""Page pictures as files: JPEG, PNG, TIFF and the PDFs that scanners make of them."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING

import pikepdf
from PIL import Image, ImageChops

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sample_mail.generator.model import Scan

_TIFF_STRIP_OFFSETS = 273
_TIFF_STRIP_COUNTS = 279


def extension(kind: str) -> str:
    """The file name extension of a kind of file."""
    return {"jpeg": "jpg", "png": "png", "tiff": "tif", "tiff-g4": "tif"}.get(kind, "pdf")


def encode(pages: Sequence[Image.Image], scan: Scan) -> bytes:
    """The pages as one file of the scan's kind."""
    if scan.kind == "jpeg":
        return jpeg(pages[0], scan)
    if scan.kind == "png":
        return _png(pages[0], scan.dpi)
    if scan.kind.startswith("tiff"):
        return _tiff(pages, scan)
    return scanner_pdf(pages, scan)


def jpeg(page: Image.Image, scan: Scan) -> bytes:
    """A baseline JPEG at the scan's quality."""
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=scan.quality, dpi=(scan.dpi, scan.dpi), optimize=True)
    return buffer.getvalue()


def _png(page: Image.Image, dpi: int) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, "PNG", dpi=(dpi, dpi), optimize=True)
    return buffer.getvalue()


def _tiff(pages: Sequence[Image.Image], scan: Scan) -> bytes:
    buffer = io.BytesIO()
    coding = {"compression": "group4"} if scan.kind == "tiff-g4" else {"compression": "jpeg"}
    extra = {} if scan.kind == "tiff-g4" else {"quality": scan.quality}
    pages[0].save(
        buffer,
        "TIFF",
        save_all=True,
        append_images=list(pages[1:]),
        dpi=(scan.dpi, scan.dpi),
        **coding,
        **extra,
    )
    return buffer.getvalue()


def _g4_strip(page: Image.Image) -> bytes:
    """The page as one bare CCITT Group 4 strip, taken out of a TIFF.

    Pillow codes ones as black runs; paper is to be white runs, so the page goes in inverted.
    """
    buffer = io.BytesIO()
    ImageChops.invert(page).save(
        buffer, "TIFF", compression="group4", strip_size=page.width * page.height
    )
    tags = Image.open(io.BytesIO(buffer.getvalue())).tag_v2  # type: ignore[attr-defined]
    (offset,), (count,) = tags[_TIFF_STRIP_OFFSETS], tags[_TIFF_STRIP_COUNTS]
    return buffer.getvalue()[offset : offset + count]


def _picture(pdf: pikepdf.Pdf, page: Image.Image, scan: Scan) -> pikepdf.Stream:
    """The page picture as an image XObject, in the coding of the scan."""
    bitonal = page.mode == "1"
    data = _g4_strip(page) if bitonal else jpeg(page, scan)
    picture = pikepdf.Stream(pdf, data)
    picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    picture.Width, picture.Height = page.size
    picture.BitsPerComponent = 1 if bitonal else 8
    colour = pikepdf.Name.DeviceRGB if page.mode == "RGB" else pikepdf.Name.DeviceGray
    picture.ColorSpace = colour
    picture.Filter = pikepdf.Name.CCITTFaxDecode if bitonal else pikepdf.Name.DCTDecode
    if bitonal:
        picture.DecodeParms = pikepdf.Dictionary(
            K=-1, Columns=page.width, Rows=page.height, BlackIs1=False
        )
    return picture


def scanner_pdf(pages: Sequence[Image.Image], scan: Scan) -> bytes:
    """A PDF with one page picture a page and nothing else; same pages, same bytes."""
    pdf = pikepdf.new()
    for page in pages:
        wide, high = (72 * edge / scan.dpi for edge in page.size)
        sheet = pdf.add_blank_page(page_size=(wide, high))
        sheet.obj.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(Im0=_picture(pdf, page, scan))
        )
        content = f"q {wide:.3f} 0 0 {high:.3f} 0 0 cm /Im0 Do Q"
        sheet.obj.Contents = pikepdf.Stream(pdf, content.encode())
    pdf.docinfo["/Producer"] = "Neuscan 8.2 (Poststelle)"
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def fingerprint(pictures: Sequence[Image.Image]) -> str:
    """A checksum over the decoded pixels of the pictures."""
    total = 0
    for picture in pictures:
        total = zlib.crc32(picture.tobytes(), zlib.crc32(repr(picture.size).encode(), total))
    return f"{total:08x}"

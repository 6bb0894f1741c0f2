"""From a sample's source to its file: draw, scan, encode."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, cast

import pikepdf
from PIL import Image, ImageSequence

from sample_mail.generator import einvoice, guarded
from sample_mail.generator.files import encode, extension, scanner_pdf
from sample_mail.generator.model import SOURCES, load
from sample_mail.generator.scanner import scanned
from sample_mail.generator.surface import PdfSurface, RasterSurface
from sample_mail.generator.typeset import draw, draw_separator

if TYPE_CHECKING:
    from sample_mail.generator.model import Sample
    from sample_mail.generator.surface import Surface

_BORN = {"born", "e-invoice", "signed"}


def file_name(sample: Sample) -> str:
    """The name of the sample's file; a copy has its original's ending."""
    kind = original(sample).scan.kind if sample.scan.copy_of else sample.scan.kind
    return f"{sample.slug}.{extension(kind)}"


def original(sample: Sample) -> Sample:
    """The sample that this one is a copy of."""
    return load(SOURCES / f"{sample.scan.copy_of}.toml")


def build(sample: Sample) -> bytes:
    """The bytes of the sample's file."""
    kind = sample.scan.kind
    if sample.scan.copy_of:
        return build(original(sample))
    if kind in _BORN:
        return _born(sample)
    pages = pictures(sample)
    if kind == "encrypted":
        return guarded.encrypted(scanner_pdf(pages, sample.scan))
    if kind == "truncated":
        return guarded.truncated(scanner_pdf(pages, sample.scan))
    return encode(pages, sample.scan)


def draw_all(surface: Surface, sample: Sample) -> list[int]:
    """Draw the letters with separators between; the pages of each letter."""
    counts = []
    for number, letter in enumerate(sample.letters):
        if number:
            draw_separator(surface)
        counter = _Counter(surface)
        draw(counter, letter)
        counts.append(counter.pages)
    return counts


class _Counter:
    """A surface that counts the pages begun on it."""

    def __init__(self, surface: Surface) -> None:
        self.pages = 0
        self._surface = surface
        self.text = surface.text
        self.stroke = surface.stroke
        self.fill = surface.fill
        self.picture = surface.picture

    def next_page(self) -> None:
        self.pages += 1
        self._surface.next_page()


def page_counts(sample: Sample) -> list[int]:
    """How many pages each letter of the sample has."""
    return draw_all(RasterSurface(20, colour=False), sample)


def pictures(sample: Sample) -> list[Image.Image]:
    """The scanned page pictures before they are encoded."""
    scan = sample.scan
    surface = RasterSurface(scan.dpi, colour=scan.mode == "colour")
    draw_all(surface, sample)
    sheets = []
    for number, page in enumerate(surface.pages, 1):
        sheet = scanned(page, scan, (sample.seed, number))
        turned = number in scan.upside_down
        sheets.append(sheet.transpose(Image.Transpose.ROTATE_180) if turned else sheet)
    return sheets


def _born(sample: Sample) -> bytes:
    surface = PdfSurface(sample.letters[0].subject)
    draw_all(surface, sample)
    pdf = surface.bytes()
    if sample.scan.kind == "e-invoice":
        return einvoice.carry(pdf)
    if sample.scan.kind == "signed":
        return guarded.signed(pdf, sample.letters[0].author)
    return pdf


def decoded(content: bytes, suffix: str) -> list[Image.Image]:
    """The page pictures in a file, decoded; none for a file without or with broken ones."""
    if suffix != ".pdf":
        return [frame.copy() for frame in ImageSequence.Iterator(Image.open(io.BytesIO(content)))]
    try:
        pdf = pikepdf.open(io.BytesIO(content), suppress_warnings=True)
    except pikepdf.PasswordError:
        pdf = pikepdf.open(io.BytesIO(content), password=guarded.PASSWORD)
    except pikepdf.PdfError:
        return []
    found = [picture for page in pdf.pages for picture in page.get_images().values()]
    return [pikepdf.PdfImage(cast("pikepdf.Stream", picture)).as_pil_image() for picture in found]

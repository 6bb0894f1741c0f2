"""Does the archive copy show what the scan shows, page by page, and say what was read?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Dictionary, Name
from PIL import Image

from eakte.domain.findings import FindingCode
from eakte.domain.mail import POINTS_PER_INCH, MediaType, SourcePage
from eakte.domain.text import RecognisedPage
from eakte.errors import UnusableInputError
from eakte.i18n import N_
from eakte.pdfa.images import on_white
from eakte.pdfa.opening import Pages, open_pdf
from eakte.pdfa.textlayer import FONT, usable

_DRAWN_DPI, _REDUCTION = 144, 4
"""Drawn finer than compared: renderers differ in hairlines and in how they thin out pixels."""
_LARGEST_EDGE = 4000
_MEAN_DIFFERENCE = 6.0
_PATCH, _PATCH_DIFFERENCE = 8, 60.0
"""Grey levels: over the whole page, and over the worst patch of so many pixels (some 6 mm)."""
_TO_UNICODE = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")


def require_same(
    source: Path,
    media_type: MediaType,
    pages: tuple[SourcePage, ...],
    texts: Mapping[int, RecognisedPage],
    archive: Path,
) -> None:
    """Raise UnusableInputError (`conversion_failed`) unless pages, look and text are the same."""
    with Pages(archive) as copy, open_pdf(archive) as structure, ExitStack() as opened:
        if len(copy) != len(pages):
            raise _differs(N_("the copy has another number of pages"))
        original = _originals(source, media_type, opened)
        for index, (page, sheet) in enumerate(zip(pages, structure.pages, strict=True)):
            shown = _drawn(copy.page(index))
            if _far_apart(original(page, shown.size), shown):
                raise _differs(f"page {page.number} looks different")
            read = texts.get(page.number)
            wanted = "" if read is None else "".join(usable(word.text) for word in read.words)
            if _solid(_written(sheet)) != _solid(wanted):
                raise _differs(f"page {page.number} lost text")


def _differs(detail: str) -> UnusableInputError:
    return UnusableInputError(reason=FindingCode.CONVERSION_FAILED.value, detail=detail)


def _drawn(page: pypdfium2.PdfPage) -> Image.Image:
    """Draw a page small and grey, as stored (before /Rotate); PDFium draws grey half as fast."""
    dpi = min(_DRAWN_DPI, POINTS_PER_INCH * _LARGEST_EDGE / max(page.get_size()))
    turn_back = (360 - page.get_rotation()) % 360
    bitmap = page.render(scale=dpi / POINTS_PER_INCH, rotation=turn_back)
    picture: Image.Image = bitmap.to_pil()
    page.close()
    return picture.convert("L")


def _originals(
    source: Path, media_type: MediaType, opened: ExitStack
) -> Callable[[SourcePage, tuple[int, int]], Image.Image]:
    """Give what shows a page of the scan in a wanted size; pages are best asked for in order."""
    if media_type is MediaType.PDF:
        document = opened.enter_context(Pages(source))
        return lambda page, size: _drawn(document.page(page.number - 1)).resize(size)
    if media_type is MediaType.TIFF:
        file = opened.enter_context(Image.open(source))
        return lambda page, size: _of_picture(file, page, size)
    return lambda page, size: _of_file(source, page, size)


def _of_file(source: Path, page: SourcePage, size: tuple[int, int]) -> Image.Image:
    with Image.open(source) as file:
        file.draft("RGB" if file.mode == "CMYK" else "L", size)
        return _of_picture(file, page, size)


def _of_picture(file: Image.Image, page: SourcePage, size: tuple[int, int]) -> Image.Image:
    file.seek(page.number - 1)
    return _grey(file).resize(size, Image.Resampling.BOX)


def _grey(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    return on_white(picture).convert("L")


def _far_apart(here: Image.Image, there: Image.Image) -> bool:
    grey = [np.asarray(picture.reduce(_REDUCTION), np.float32) for picture in (here, there)]
    difference = np.abs(grey[0] - grey[1])
    rows, columns = (max(1, edge // _PATCH) * _PATCH for edge in difference.shape)
    missing = (
        max(0, wanted - edge)
        for wanted, edge in zip((rows, columns), difference.shape, strict=True)
    )
    difference = np.pad(difference, [(0, spare) for spare in missing])
    patches = difference[:rows, :columns].reshape(rows // _PATCH, _PATCH, -1, _PATCH)
    worst = float(patches.mean((1, 3)).max())
    return float(difference.mean()) > _MEAN_DIFFERENCE or worst > _PATCH_DIFFERENCE


def _solid(text: str) -> str:
    """Leave out white space: between words it is the text layer's own."""
    return "".join(text.split())


def _written(page: pikepdf.Page) -> str:
    """Read the text layer as a viewer does that copies text: code by code, by ToUnicode."""
    fonts: Any = page.obj.Resources.get(Name.Font, Dictionary())
    if FONT not in fonts:
        return ""
    pairs = _TO_UNICODE.findall(fonts[FONT].ToUnicode.read_bytes())
    letters = {int(code, 16): bytes.fromhex(text.decode()) for code, text in pairs}
    shown = []
    for instruction in pikepdf.parse_content_stream(page, "Tj"):
        operands: Any = instruction.operands
        codes = bytes(operands[0])
        shown += [
            letters[high << 8 | low] for high, low in zip(codes[::2], codes[1::2], strict=True)
        ]
    return b"".join(shown).decode("utf-16-be")

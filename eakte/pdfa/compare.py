"""Does the archive copy show what the scan shows, page by page, and say what was read?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name
from PIL import Image

from eakte.domain.archive import Likeness
from eakte.domain.mail import POINTS_PER_INCH, MediaType, PageKind, SourcePage
from eakte.domain.text import RecognisedPage
from eakte.i18n import N_
from eakte.pdfa.difference import Difference, difference
from eakte.pdfa.document import layer_words
from eakte.pdfa.font import FONT
from eakte.pdfa.large import large_jpeg
from eakte.pdfa.opening import Pages, open_pdf
from eakte.pdfa.plain_page import look_of
from eakte.pdfa.plan import Job, Plan, UnfitError
from eakte.pdfa.same_picture import shows_same_picture
from eakte.pdfa.scanned import drawn_page, visible_box
from eakte.pdfa.textlayer import usable
from eakte.pictures.image import on_white

_LARGEST_EDGE = 4000
_LEAST_WORDS_KEPT = 0.99
_SIZE_SLACK = 0.01
_TO_UNICODE = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")


class _Fineness(NamedTuple):
    """At how many dots per inch pages are drawn, and how much smaller they are compared."""

    dpi: int
    reduction: int


_FINE, _COARSE = _Fineness(144, 4), _Fineness(72, 2)
"""Drawn finer than compared: renderers differ in hairlines and in how they thin out pixels."""
_NO_DIFFERENCE = Difference(0.0, 0.0)
_SAME_PICTURE = MediaType.PDF, PageKind.PICTURE
"""Such pages have the same picture on both sides, decoded by the same rules: coarse will do."""


@dataclass(frozen=True)
class _Seen:
    """A page drawn small, as stored (before /Rotate), and the words that it says.

    The picture is in RGB, or grey if it is large.
    """

    picture: Image.Image
    words: Counter[str] = field(default_factory=Counter)


def compare(job: Job, plan: Plan) -> Likeness:
    """Give how alike scan and copy are; raises UnfitError with the pages that are not the same.

    The same are: the number of pages, their sizes and rotation, what they look like, the words of
    pages that keep what a program drew, and the words of the text layer.
    """
    far, details, worst = set[int](), list[str](), Likeness()
    with ExitStack() as opened:
        copy = opened.enter_context(Pages(job.out))
        structure = opened.enter_context(open_pdf(job.out))
        _check_pages(job, structure, len(copy))
        scan = opened.enter_context(open_pdf(job.source)) if _is_document(job) else None
        original, unit = _originals(job, plan, opened, scan), _units(scan)
        for index, (page, sheet) in enumerate(zip(job.pages, structure.pages, strict=True)):
            told = plan.promoted(page)
            if scan is not None and _same(plan, page, sheet, scan):
                apart, kept = _NO_DIFFERENCE, 1.0
            else:
                large = _large(page, sheet)
                fine = _fineness(job, page)
                shown = _Seen(large) if large else _seen(copy.page(index), fine, told=told)
                look = partial(original, page, told)
                before, apart = _apart(look, shown.picture, fine, told=told)
                kept = _kept(_seen_words(before.words, job.texts.get(page.number)), shown.words)
            worst = Likeness(max(worst.difference, apart.mean), min(worst.words_kept, kept))
            faults = (
                (apart.is_visible(drawn=told), "looks different"),
                (kept < _LEAST_WORDS_KEPT or _lost_layer(job, plan, page, sheet), "lost text"),
                (not _same_place(page, sheet, unit(page)), "has another size"),
            )
            for detail in (detail for fault, detail in faults if fault):
                far.add(page.number)
                details.append(f"page {page.number} {detail}")
    if far:
        raise UnfitError("; ".join(details[:3]), frozenset(far))
    return Likeness(round(worst.difference, 3), round(worst.words_kept, 4))


def _is_document(job: Job) -> bool:
    return job.media_type is MediaType.PDF


def _same(plan: Plan, page: SourcePage, sheet: pikepdf.Page, scan: pikepdf.Pdf) -> bool:
    """Tell whether no renderer need be asked: a page of one picture, and it is the very same."""
    kept = page.kind is PageKind.PICTURE and page.number not in plan.redrawn
    return kept and shows_same_picture(sheet, scan.pages[page.number - 1])


def _apart(
    original: Callable[[tuple[int, int], bool], _Seen],
    shown: Image.Image,
    fine: _Fineness,
    *,
    told: bool,
) -> tuple[_Seen, Difference]:
    """Compare with the scan; a page that looks different is looked at again, by PDFium only."""
    for plainly in (True, False):
        before = original(shown.size, plainly)
        apart = difference(before.picture, shown, fine.reduction)
        if not apart.is_visible(drawn=told):
            break
    return before, apart


def _fineness(job: Job, page: SourcePage) -> _Fineness:
    return _COARSE if (job.media_type, page.kind) == _SAME_PICTURE else _FINE


def _check_pages(job: Job, structure: pikepdf.Pdf, shown: int) -> None:
    """Require the pages of the part and no other: none that no viewer shows, either."""
    if shown != len(job.pages) or len(structure.pages) != len(job.pages):
        raise UnfitError(N_("the copy has another number of pages"))
    held = sum(
        isinstance(item, Dictionary) and item.get(Name.Type) == Name.Page
        for item in structure.objects
    )
    if held != len(job.pages):
        raise UnfitError(N_("the copy hides pages"))


def _units(scan: pikepdf.Pdf | None) -> Callable[[SourcePage], float]:
    """Give what tells the user unit of a page, in 72nds of an inch; pictures have none."""
    if scan is None:
        return lambda _: 1.0
    return lambda page: _unit(scan.pages[page.number - 1])


def _unit(sheet: pikepdf.Page) -> float:
    return float(sheet.obj.get(Name.UserUnit, 1))


def _same_place(page: SourcePage, sheet: pikepdf.Page, unit: float) -> bool:
    left, low, right, top = visible_box(sheet)
    turned = int(sheet.obj.get(Name.Rotate, 0)) % 360
    apart = max(abs(right - left - page.width), abs(top - low - page.height))
    return apart <= _SIZE_SLACK and turned == page.rotation and unit == _unit(sheet)


def _seen_words(words: Counter[str], read: RecognisedPage | None) -> Counter[str]:
    """Leave out the words that no one sees, if that was found out: they may go."""
    if read is None or not read.own_words:
        return words
    return words & Counter(word.text for word in read.words[-read.own_words :])


def _kept(before: Counter[str], after: Counter[str]) -> float:
    """Give the share of words (each as often as it stands there) that are still there."""
    return (before & after).total() / before.total() if before else 1.0


def _lost_layer(job: Job, plan: Plan, page: SourcePage, sheet: pikepdf.Page) -> bool:
    layer = layer_words(job.texts.get(page.number), page, plan)
    wanted = "" if layer is None else "".join(usable(word.text) for word in layer.words)
    return bool(wanted) and _solid(_written(sheet)) != _solid(wanted)


def _seen(page: pypdfium2.PdfPage, fine: _Fineness, *, told: bool) -> _Seen:
    """Look at a page; `told`: read it, too. PDFium draws grey half as fast as colour."""
    words = Counter[str]()
    if told:
        text = page.get_textpage()
        words.update(text.get_text_range().split())
        text.close()
    dpi = min(fine.dpi, POINTS_PER_INCH * _LARGEST_EDGE / max(page.get_size()))
    turn_back = (360 - page.get_rotation()) % 360
    bitmap = page.render(scale=dpi / POINTS_PER_INCH, rotation=turn_back, rev_byteorder=True)
    picture: Image.Image = bitmap.to_pil()
    page.close()
    return _Seen(picture.convert("RGB"), words)


_Look = Callable[[SourcePage, bool, tuple[int, int], bool], _Seen]
"""Of a page, `told` its words or not, in a size, `plainly` (see plain_page) or not."""


def _originals(job: Job, plan: Plan, opened: ExitStack, scan: pikepdf.Pdf | None) -> _Look:
    """Give what shows a page of the scan in a wanted size; pages are best asked for in order.

    PDFium lays tiles of patterns at whole pixels, so that they drift with the resolution: pages
    that were drawn anew are compared with what is drawn as fine.
    """
    if scan is not None:
        document = opened.enter_context(Pages(job.source))
        look = partial(_of_document, job, document, scan)
        return lambda page, told, size, plainly: (
            _of_drawn(document, page, size)
            if page.number in plan.redrawn
            else look(page, told, size, plainly)
        )
    if job.media_type is MediaType.TIFF:
        file = opened.enter_context(Image.open(job.source))
        return lambda page, _, size, __: _Seen(_of_picture(file, page, size))
    return lambda page, _, size, __: _Seen(_of_file(job.source, page, size))


def _large(page: SourcePage, sheet: pikepdf.Page) -> Image.Image | None:
    """Give what PDFium cannot draw within the memory that we have: a plan as one JPEG."""
    return large_jpeg(sheet, _LARGEST_EDGE) if page.kind is PageKind.PICTURE else None


def _of_document(
    job: Job,
    document: Pages,
    structure: pikepdf.Pdf,
    page: SourcePage,
    told: bool,  # noqa: FBT001
    size: tuple[int, int],
    plainly: bool,  # noqa: FBT001
) -> _Seen:
    sheet = structure.pages[page.number - 1]
    large = _large(page, sheet)
    if large:
        return _Seen(large.resize(size))
    look = look_of(sheet, size) if plainly and not told else None
    if look:
        return _Seen(look)
    seen = _seen(document.page(page.number - 1), _fineness(job, page), told=told)
    return _Seen(seen.picture.resize(size), seen.words)


def _of_drawn(document: Pages, page: SourcePage, size: tuple[int, int]) -> _Seen:
    drawn = drawn_page(document.page(page.number - 1), page).convert("RGB")
    return _Seen(drawn.resize(size, Image.Resampling.BOX))


def _of_file(source: Path, page: SourcePage, size: tuple[int, int]) -> Image.Image:
    with Image.open(source) as file:
        file.draft("L" if file.mode == "L" else "RGB", size)
        return _of_picture(file, page, size)


def _of_picture(file: Image.Image, page: SourcePage, size: tuple[int, int]) -> Image.Image:
    file.seek(page.number - 1)
    return on_white(file).convert("RGB").resize(size, Image.Resampling.BOX)


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
    contents: Any = page.obj.Contents
    layer = contents[-1] if isinstance(contents, Array) else contents
    shown = []
    for instruction in pikepdf.parse_content_stream(layer, "Tj TJ"):
        codes = _codes(instruction.operands[0])
        shown += [
            letters[high << 8 | low] for high, low in zip(codes[::2], codes[1::2], strict=True)
        ]
    return b"".join(shown).decode("utf-16-be")


def _codes(shown: Any) -> bytes:
    """Give the bytes of a string, or of the strings among kernings."""
    if isinstance(shown, pikepdf.Array):
        return b"".join(bytes(each) for each in shown if isinstance(each, pikepdf.String))
    return bytes(shown)

"""Scans whose words are known: German pages, drawn and then damaged as scanners and faxes do.

Two origins: the born-digital invoices of ../shared/corpus/invoices, whose text layer is the truth,
and letters of our own generator, whose drawn texts are the truth. Every damage is a pure function
from picture to picture; all chance comes from a seed made of the page's name.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
from PIL import Image, ImageChops, ImageFilter

from sample_mail.generator.build import draw_all
from sample_mail.generator.files import _g4_strip
from sample_mail.generator.model import SOURCES as LETTERS
from sample_mail.generator.model import load
from sample_mail.generator.surface import RasterSurface
from sample_mail.generator.truth import printed

INVOICES = Path(__file__).parents[3] / "shared" / "corpus" / "invoices"

_LETTERS = (
    "01-widerspruch-abfallgebuehr",
    "03-widerspruch-baugebuehr",
    "04-einspruch-bussgeld-parken",
    "06-sondernutzung-aussengastronomie",
    "09-bauantrag-unterlagen",
    "12-rechnung-kopierpapier",
    "16-mahnung-letzte",
    "17-bewerbung-sachbearbeitung",
    "23-auskunftsersuchen-meldedaten",
    "26-ratsanfrage-schulsanierung",
    "28-akteneinsicht-bebauungsplan",
    "40-widerspruch-unbekannte-akte",
)
"""Serif, sans, slab and typewriter faces; without barcodes between letters and without script."""

_MARKS = str.maketrans(
    dict.fromkeys("\u00ad\ufffe\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | dict.fromkeys("\u201e\u201c\u201d\u00ab\u00bb", '"')
    | dict.fromkeys("\u201a\u2018\u2019\u00b4`", "'")
    | {"\u00a0": " ", "\x02": "- "}
)
_WORD = re.compile(r"[^\W_](?:.*[^\W_])?")
"""From the first letter or digit to the last."""
_NOT_AS_PRINTED = "factur-x-invalid-xml-encoding-attribute"
"""An English sample whose text layer runs words together that stand apart in print."""

Damage = Callable[[Image.Image, int], Image.Image]
"""A picture and a seed give a picture."""


@dataclass(frozen=True)
class Printed:
    """A page as printed, in colour, and its words in drawing order."""

    name: str
    picture: Image.Image
    words: tuple[str, ...]


@dataclass(frozen=True)
class Scan:
    """A page as scanned: mode 1, L or RGB; dots per inch across and down."""

    name: str
    picture: Image.Image
    dpi: tuple[float, float]
    words: tuple[str, ...]
    quality: int = 75

    @property
    def suffix(self) -> str:
        """What `picture_file` gives: .tif (Group 4) for a bitonal picture, .jpg for others."""
        return ".tif" if self.picture.mode == "1" else ".jpg"


def words(text: str) -> tuple[str, ...]:
    """Give the words of a text: split at white space, NFC, from first letter or digit to last.

    So marks at the ends do not count (7% and 7 % are one word, the same), case and marks within
    (12,50) do. Hyphens, quotes and apostrophes count as one kind each; PDFium gives a hyphen at
    the end of a line as U+0002.
    """
    plain = unicodedata.normalize("NFC", text).translate(_MARKS)
    return tuple(word[0] for each in plain.split() if (word := _WORD.search(each)))


def sources(invoices: int = 99, letters: int = 99) -> tuple[str, ...]:
    """Give the names of the documents: so many invoices, then so many letters."""
    pdfs = sorted(path.stem for path in INVOICES.glob("*.pdf") if path.stem != _NOT_AS_PRINTED)
    return (*pdfs[:invoices], *_LETTERS[:letters])


def pages(source: str, dpi: int = 300) -> Iterator[Printed]:
    """Draw the pages of a document in colour."""
    if source in _LETTERS:
        yield from _letter(source, dpi)
        return
    with pypdfium2.PdfDocument(INVOICES / f"{source}.pdf") as pdf:
        for number in range(len(pdf)):
            page = pdf[number]
            text = page.get_textpage().get_text_bounded()
            picture = page.render(scale=dpi / 72).to_pil().convert("RGB")
            yield Printed(f"{source}-{number + 1}", picture, words(text))


def _letter(source: str, dpi: int) -> Iterator[Printed]:
    sample = load(LETTERS / f"{source}.toml")
    surface = RasterSurface(dpi, colour=True)
    draw_all(surface, sample)
    drawn = zip(surface.pages, printed(sample), strict=True)
    for number, (picture, text) in enumerate(drawn, 1):
        yield Printed(f"{source}-{number}", picture, words(text))


def seed_of(name: str) -> int:
    """Give the same number for the same name, always."""
    return zlib.crc32(name.encode())


def skewed(picture: Image.Image, seed: int, degrees: float = 1.0) -> Image.Image:
    """Lay the sheet askew by up to so many degrees, at least half of it."""
    chance = np.random.default_rng(seed)
    angle = degrees * chance.uniform(0.5, 1.0) * chance.choice((-1, 1))
    white = (255, 255, 255) if picture.mode == "RGB" else 255
    return picture.rotate(angle, Image.Resampling.BICUBIC, fillcolor=white)


def blurred(picture: Image.Image, seed: int, radius: float = 0.8) -> Image.Image:
    """Put the page out of focus; the radius is in pixels."""
    del seed
    return picture.filter(ImageFilter.GaussianBlur(radius))


def noisy(picture: Image.Image, seed: int, spread: float = 6.0) -> Image.Image:
    """Add grain of so many grey levels, the same in all channels."""
    grain = np.random.default_rng(seed).normal(0.0, spread, picture.size[::-1])
    levels = np.asarray(picture, np.float32)
    added = levels + (grain[..., None] if levels.ndim == 3 else grain).astype(np.float32)
    return Image.fromarray(np.clip(np.rint(added), 0, 255).astype(np.uint8))


def peppered(picture: Image.Image, seed: int, share: float = 0.002) -> Image.Image:
    """Strew black and white dots over this share of the pixels."""
    chance = np.random.default_rng(seed).random(picture.size[::-1])
    levels = np.array(picture)
    levels[chance < share / 2] = 0
    levels[chance > 1 - share / 2] = 255
    return Image.fromarray(levels)


def faint(picture: Image.Image, seed: int, contrast: float = 0.35) -> Image.Image:
    """Leave this share of the contrast: grey print on greyish paper."""
    del seed
    return picture.point(lambda level: round(225 - (255 - level) * contrast))


def unevenly_lit(picture: Image.Image, seed: int, depth: float = 90.0) -> Image.Image:
    """Let the light fall off from one corner by so many levels, as in a photograph."""
    chance = np.random.default_rng(seed)
    across, down = np.meshgrid(np.linspace(0, 1, 64), np.linspace(0, 1, 64))
    field = (across * chance.uniform(0.5, 1) + down * chance.uniform(0.5, 1)) / 2
    field = np.rot90(field, int(chance.integers(4))) * depth
    light = Image.fromarray((255 - field).astype(np.uint8))
    light = light.resize(picture.size, Image.Resampling.BICUBIC)
    layers = light if picture.mode == "L" else Image.merge("RGB", (light,) * 3)
    return ImageChops.multiply(picture, layers)


def tinted(picture: Image.Image, seed: int) -> Image.Image:
    """Print on recycled paper of a yellowish tint."""
    del seed
    paper = Image.new("RGB", picture.size, (244, 238, 219))
    return ImageChops.multiply(picture.convert("RGB"), paper)


def grey(picture: Image.Image, seed: int) -> Image.Image:
    """Scan in grey."""
    del seed
    return picture.convert("L")


def bitonal(picture: Image.Image, seed: int, threshold: int = 150) -> Image.Image:
    """Cut at a fixed threshold, as scanners and faxes do."""
    del seed
    return picture.convert("L").point(lambda level: 255 * (level > threshold)).convert("1")


def office(picture: Image.Image, seed: int) -> Image.Image:
    """Do all that an everyday colour scan does: tint, light, skew, focus, grain."""
    chance = np.random.default_rng(seed)
    each: tuple[Damage, ...] = (
        tinted,
        partial(unevenly_lit, depth=chance.uniform(10, 45)),
        partial(skewed, degrees=1.0),
        partial(blurred, radius=chance.uniform(0.5, 1.0)),
        partial(noisy, spread=chance.uniform(3, 7)),
    )
    return done(picture, seed, each)


def done(picture: Image.Image, seed: int, damages: tuple[Damage, ...]) -> Image.Image:
    """Do one damage after the other."""
    for number, damage in enumerate(damages):
        picture = damage(picture, seed + number)
    return picture


@dataclass(frozen=True)
class Condition:
    """A way to scan: what is done to the printed page, dots per inch, and the JPEG quality."""

    name: str
    damages: tuple[Damage, ...]
    dpi: tuple[int, int] = (300, 300)
    quality: int = 75


EVERYDAY = Condition("everyday 300 dpi colour", (office,))
CONDITIONS = (
    Condition("clean 300 dpi", ()),
    EVERYDAY,
    Condition("200 dpi grey", (grey, skewed, blurred, noisy), (200, 200)),
    Condition("150 dpi grey", (grey, partial(blurred, radius=0.5), noisy), (150, 150)),
    Condition("skew of 4 degrees", (partial(skewed, degrees=4.0),)),
    Condition("blur", (grey, partial(blurred, radius=2.2))),
    Condition("grain", (grey, partial(noisy, spread=40.0))),
    Condition("dots", (grey, partial(peppered, share=0.02))),
    Condition("low contrast", (grey, partial(faint, contrast=0.2), partial(noisy, spread=4.0))),
    Condition("uneven light", (unevenly_lit, partial(unevenly_lit, depth=120.0), noisy)),
    Condition("hard JPEG", (blurred, noisy), quality=12),
    Condition("300 dpi bitonal", (skewed, blurred, noisy, bitonal)),
    Condition("200 dpi bitonal", (skewed, noisy, bitonal), (200, 200)),
    Condition("fax, fine", (skewed, partial(peppered, share=0.004), bitonal), (204, 196)),
    Condition("fax, standard", (partial(peppered, share=0.002), bitonal), (204, 98)),
)


def scanned(page: Printed, condition: Condition, drawn_dpi: int = 300) -> Scan:
    """Scan a page drawn at `drawn_dpi` in this condition."""
    across, down = condition.dpi
    picture = page.picture
    if (across, down) != (drawn_dpi, drawn_dpi):
        size = picture.width * across // drawn_dpi, picture.height * down // drawn_dpi
        picture = picture.resize(size, Image.Resampling.BOX)
    picture = done(picture, seed_of(page.name), condition.damages)
    return Scan(page.name, picture, condition.dpi, page.words, condition.quality)


def picture_file(scan: Scan) -> bytes:
    """Give the page as a picture file: a Group 4 TIFF or a JPEG, with its resolution."""
    buffer = io.BytesIO()
    if scan.picture.mode == "1":
        scan.picture.save(buffer, "TIFF", compression="group4", dpi=scan.dpi)
    else:
        dpi = math.floor(scan.dpi[0]), math.floor(scan.dpi[1])
        scan.picture.save(buffer, "JPEG", quality=scan.quality, dpi=dpi)
    return buffer.getvalue()


def pdf_file(scans: tuple[Scan, ...]) -> bytes:
    """Give the pages as a scanner's PDF: one picture a page, as it is, and nothing else."""
    pdf = pikepdf.new()
    for scan in scans:
        across, down = scan.dpi
        wide, high = 72 * scan.picture.width / across, 72 * scan.picture.height / down
        sheet = pdf.add_blank_page(page_size=(wide, high))
        pictures = pikepdf.Dictionary(Im0=_stream(pdf, scan))
        sheet.obj.Resources = pikepdf.Dictionary(XObject=pictures)
        content = f"q {wide:.3f} 0 0 {high:.3f} 0 0 cm /Im0 Do Q"
        sheet.obj.Contents = pikepdf.Stream(pdf, content.encode())
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def _stream(pdf: pikepdf.Pdf, scan: Scan) -> pikepdf.Stream:
    is_bitonal = scan.picture.mode == "1"
    data = _g4_strip(scan.picture) if is_bitonal else picture_file(scan)
    coded = pikepdf.Stream(pdf, data)
    coded.Type, coded.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    coded.Width, coded.Height = scan.picture.size
    coded.BitsPerComponent = 1 if is_bitonal else 8
    colour = scan.picture.mode == "RGB"
    coded.ColorSpace = pikepdf.Name.DeviceRGB if colour else pikepdf.Name.DeviceGray
    coded.Filter = pikepdf.Name.CCITTFaxDecode if is_bitonal else pikepdf.Name.DCTDecode
    if is_bitonal:
        coded.DecodeParms = pikepdf.Dictionary(
            K=-1, Columns=scan.picture.width, Rows=scan.picture.height, BlackIs1=False
        )
    return coded

"""What letters are drawn on: a page picture (Pillow) or a born-digital page (reportlab).

Both take millimetres from the top left corner of an A4 page; text stands on its baseline.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Protocol, TypeAlias

from PIL import Image, ImageColor, ImageDraw
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from sample_mail.generator.faces import MM_PER_POINT, Ink, font, font_path, width

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE_WIDTH = 210.0
PAGE_HEIGHT = 297.0
_MM_PER_INCH = 25.4

Point: TypeAlias = tuple[float, float]


class Surface(Protocol):
    """Somewhere to draw pages, one after the other."""

    def next_page(self) -> None:
        """Start a new page."""

    def text(self, at: Point, text: str, ink: Ink, angle: float = 0.0) -> None:
        """Write the text from `at` on its baseline, turned counter-clockwise by `angle` degrees."""

    def stroke(self, points: Sequence[Point], breadth: float, colour: str) -> None:
        """Draw a line through the points."""

    def fill(self, points: Sequence[Point], colour: str) -> None:
        """Fill the polygon."""

    def picture(self, at: Point, size: Point, picture: Image.Image) -> None:
        """Place a bitonal picture (a barcode) at its top left corner."""


class RasterSurface:
    """Pages as pictures at a resolution, in colour or in grey."""

    def __init__(self, dpi: int, *, colour: bool) -> None:
        """Pages of `dpi` dots an inch, three channels or one."""
        self.pages: list[Image.Image] = []
        self._dpi = dpi
        self._mode = "RGB" if colour else "L"
        self._scale = dpi / _MM_PER_INCH

    def next_page(self) -> None:
        """Start a new white page."""
        size = (round(PAGE_WIDTH * self._scale), round(PAGE_HEIGHT * self._scale))
        self.pages.append(Image.new(self._mode, size, self._tone("#ffffff")))

    def _tone(self, colour: str) -> int | tuple[int, ...]:
        return ImageColor.getcolor(colour, self._mode)

    def _pixels(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]

    def text(self, at: Point, text: str, ink: Ink, angle: float = 0.0) -> None:
        """Write the text; a turned text goes through a mask of its own."""
        typeface = font(font_path(ink), ink.size * self._dpi / 72)
        x, y = self._pixels([at])[0]
        if not angle:
            draw = ImageDraw.Draw(self.pages[-1])
            draw.text((x, y), text, fill=self._tone(ink.colour), font=typeface, anchor="ls")
            return
        reach = math.ceil(typeface.getlength(text) + typeface.size) + 2
        mask = Image.new("L", (2 * reach, 2 * reach))
        ImageDraw.Draw(mask).text((reach, reach), text, fill=255, font=typeface, anchor="ls")
        mask = mask.rotate(angle, Image.Resampling.BICUBIC)
        left, top = round(x) - reach, round(y) - reach
        box = (left, top, left + 2 * reach, top + 2 * reach)
        self.pages[-1].paste(self._tone(ink.colour), box, mask)

    def stroke(self, points: Sequence[Point], breadth: float, colour: str) -> None:
        """Draw a line with round joints."""
        draw = ImageDraw.Draw(self.pages[-1])
        pixels = max(1, round(breadth * self._scale))
        draw.line(self._pixels(points), self._tone(colour), pixels, joint="curve")

    def fill(self, points: Sequence[Point], colour: str) -> None:
        """Fill the polygon."""
        ImageDraw.Draw(self.pages[-1]).polygon(self._pixels(points), fill=self._tone(colour))

    def picture(self, at: Point, size: Point, picture: Image.Image) -> None:
        """Scale the picture without smoothing and paste it."""
        (x, y), (w, h) = self._pixels([at, size])
        scaled = picture.convert("L").resize((round(w), round(h)), Image.Resampling.NEAREST)
        self.pages[-1].paste(scaled.convert(self._mode), (round(x), round(y)))


class PdfSurface:
    """Born-digital pages with real text; only TrueType faces (not the TeX Gyre ones)."""

    def __init__(self, title: str) -> None:
        """A document of this title, free of times and random ids."""
        self._buffer = io.BytesIO()
        size = (PAGE_WIDTH / MM_PER_POINT, PAGE_HEIGHT / MM_PER_POINT)
        self._canvas = Canvas(self._buffer, pagesize=size, invariant=1, lang="de-DE")
        self._canvas.setTitle(title)
        self._begun = False

    def bytes(self) -> bytes:
        """The finished document."""
        self._canvas.save()
        return self._buffer.getvalue()

    def next_page(self) -> None:
        """Finish the page before, if any."""
        if self._begun:
            self._canvas.showPage()
        self._begun = True

    def _flip(self, point: Point) -> Point:
        return point[0] / MM_PER_POINT, (PAGE_HEIGHT - point[1]) / MM_PER_POINT

    def text(self, at: Point, text: str, ink: Ink, angle: float = 0.0) -> None:
        """Write the text in an embedded subset."""
        name = font_path(ink).stem
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(font_path(ink))))
        self._canvas.saveState()
        self._canvas.setFillColor(ink.colour)
        self._canvas.setFont(name, ink.size)
        self._canvas.translate(*self._flip(at))
        self._canvas.rotate(angle)
        self._canvas.drawString(0, 0, text)
        self._canvas.restoreState()

    def _path(self, points: Sequence[Point], *, closed: bool) -> None:
        path = self._canvas.beginPath()
        path.moveTo(*self._flip(points[0]))
        for point in points[1:]:
            path.lineTo(*self._flip(point))
        if closed:
            path.close()
        self._canvas.drawPath(path, stroke=0 if closed else 1, fill=1 if closed else 0)

    def stroke(self, points: Sequence[Point], breadth: float, colour: str) -> None:
        """Draw a line through the points."""
        self._canvas.setLineWidth(breadth / MM_PER_POINT)
        self._canvas.setStrokeColor(colour)
        self._path(points, closed=False)

    def fill(self, points: Sequence[Point], colour: str) -> None:
        """Fill the polygon."""
        self._canvas.setFillColor(colour)
        self._path(points, closed=True)

    def picture(self, at: Point, size: Point, picture: Image.Image) -> None:
        """Place the picture."""
        x, y = self._flip((at[0], at[1] + size[1]))
        self._canvas.drawInlineImage(picture, x, y, size[0] / MM_PER_POINT, size[1] / MM_PER_POINT)


def rectangle(at: Point, size: Point) -> list[Point]:
    """The closed outline of a rectangle."""
    (x, y), (w, h) = at, size
    return [(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)]


def ellipse(centre: Point, radius: Point) -> list[Point]:
    """The closed outline of an ellipse."""
    turns = [math.tau * step / 48 for step in range(49)]
    return [
        (centre[0] + radius[0] * math.cos(t), centre[1] + radius[1] * math.sin(t)) for t in turns
    ]


def text_right(surface: Surface, at: Point, text: str, ink: Ink) -> None:
    """Write the text so that it ends at `at`."""
    surface.text((at[0] - width(text, ink), at[1]), text, ink)


def text_centred(surface: Surface, at: Point, text: str, ink: Ink) -> None:
    """Write the text so that its middle stands at `at`."""
    surface.text((at[0] - width(text, ink) / 2, at[1]), text, ink)

"""Pages of known text: drawn by a program, scanned, spoilt, and where their words truly are."""

from __future__ import annotations

import ctypes
import math
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pypdfium2
from PIL import Image
from pypdfium2 import raw
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from eakte.ocr.tesseract import recognise
from eakte.pages.inspect import inspect
from eakte.pages.prepare import prepare
from eakte.pdfa.build import build
from tests.integration.page_samples import FONT

DPI = 300
WIDTH, HEIGHT = 420.0, 440.0
BODY = (
    "Sehr geehrte Damen und Herren,",
    "hiermit lege ich gegen den Bescheid vom 12.03.2026 über die",
    "Festsetzung der Abfallgebühren Widerspruch ein. Die Bemessung",
    "ist unzutreffend, weil das Grundstück seit dem 1. Oktober 2025 nur",
    "noch von zwei Personen bewohnt wird; eine Abmeldung (Anlage)",
    "liegt Ihnen vor. Ich bitte Sie, den Bescheid aufzuheben und die",
    "Gebühren neu festzusetzen. Außerdem beantrage ich, die Vollziehung",
    "bis zur Entscheidung auszusetzen. Änderungen der Bankverbindung",
    "teile ich Ihnen gesondert mit. Für Rückfragen stehe ich gern zur",
    "Verfügung und danke für Ihre Mühe. Den Bescheid füge ich bei, auch",
    "eine Vollmacht meines Mannes liegt diesem Schreiben bei.",
)
Place = tuple[float, float, float, float]
Words = list[tuple[str, Place]]


@dataclass(frozen=True)
class Drawn:
    """A page as a picture, and its words with the boxes of their glyphs, in points."""

    picture: Image.Image
    words: list[tuple[str, list[Place]]]
    width: float
    height: float


def drawn(path: Path, draw: Callable[[Canvas], None]) -> Drawn:
    """Draw a page of A5's size or so, and render it at 300 dpi."""
    pdfmetrics.registerFont(TTFont("DejaVu", FONT))
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), invariant=1)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    with pypdfium2.PdfDocument(path) as document:
        picture = document[0].render(scale=DPI / 72, grayscale=True).to_pil().convert("L")
        return Drawn(picture, _glyphs(document[0]), WIDTH, HEIGHT)


def letter(canvas: Canvas) -> None:
    """A heading, a letter, and a small table with a rule under its head."""
    canvas.setFont("DejaVu", 15)
    canvas.drawString(40, 390, "Widerspruch gegen den Gebührenbescheid")
    canvas.setFont("DejaVu", 10)
    for row, line in enumerate(BODY):
        canvas.drawString(40, 355 - 14 * row, line)
    canvas.setFont("DejaVu", 9)
    for row, cells in enumerate(
        (("Nr.", "Bezeichnung", "Betrag"), ("10", "Abmeldung der Person", "24,50"))
    ):
        for x, cell in zip((40, 90, 300), cells, strict=True):
            canvas.drawString(x, 150 - 20 * row, cell)
    canvas.line(40, 145, 380, 145)


def columns(canvas: Canvas) -> None:
    """Two columns whose lines stand beside each other."""
    canvas.setFont("DejaVu", 9)
    words = " ".join(BODY[1:]).split()
    for column in range(2):
        rest = words[column:] + words[:column]
        for row in range(18):
            line: list[str] = []
            while rest and canvas.stringWidth(" ".join([*line, rest[0]]), "DejaVu", 9) < 155:
                line.append(rest.pop(0))
            canvas.drawString(35 + 195 * column, 390 - 13 * row, " ".join(line))


def spoilt(page: Drawn, turn: int, skew: float) -> tuple[Image.Image, Words]:
    """Turn the page clockwise by quarters, or skew it counterclockwise, with its words."""
    picture = page.picture.rotate(skew, Image.Resampling.BICUBIC, fillcolor=255)
    words = [(text, _around(_skewed(page, boxes, skew))) for text, boxes in page.words]
    steps = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180}
    steps[270] = Image.Transpose.ROTATE_90
    turned = picture.transpose(steps[turn]) if turn else picture
    return turned, [(text, _turned(page, box, turn)) for text, box in words]


def archived(picture: Image.Image, folder: Path) -> Path:
    """Scan, read and archive a picture; gives the archive copy."""
    source, out = folder / "scan.png", folder / "archive.pdf"
    picture.save(source, dpi=(DPI, DPI))
    inspection = inspect(source)
    page = inspection.pages[0]
    prepared = prepare(source, inspection.media_type, 1, folder / "page.tif")
    read = recognise(120, prepared, 1, page.width, page.height, "deu+eng")
    build(source, inspection.media_type, inspection.pages, {1: read}, out)
    return out


def seen_by_poppler(pdf: Path) -> Words:
    """Give the words and boxes that pdftotext finds."""
    command = ["pdftotext", "-bbox", str(pdf), "-"]
    xml = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pattern = r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>'
    found = re.findall(pattern, xml)
    return [(unescape(text), tuple(map(float, box))) for *box, text in found]  # type: ignore[misc]


def seen_by_pdfium(pdf: Path) -> Words:
    """Give the words and boxes that Chrome would mark."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [(text, _around(boxes)) for text, boxes in _glyphs(document[0])]


def far_off(true: Words, found: Words, points: float = 2.0) -> tuple[int, list[tuple[str, float]]]:
    """Compare every true word with the nearest found one of its text.

    Gives how many were found, and those with an edge that is farther off than `points`.
    """
    rest, distances = list(found), list[tuple[str, float]]()
    for text, box in true:
        near = [each for each in rest if each[0] == text]
        if near:
            nearest = min(near, key=lambda each: _distance(each[1], box))
            rest.remove(nearest)
            distances.append((text, round(_distance(nearest[1], box), 1)))
    return len(distances), [each for each in distances if each[1] > points]


def _distance(here: Place, there: Place) -> float:
    return max(abs(one - other) for one, other in zip(here, there, strict=True))


def _glyphs(page: pypdfium2.PdfPage) -> list[tuple[str, list[Place]]]:
    textpage, height = page.get_textpage(), page.get_height()
    words: list[tuple[str, list[Place]]] = [("", [])]
    edges = [ctypes.c_double() for _ in range(4)]
    for index in range(textpage.count_chars()):
        letter_ = chr(raw.FPDFText_GetUnicode(textpage, index) or 0xFFFD)
        if letter_.isspace():
            words.append(("", []))
            continue
        raw.FPDFText_GetCharBox(textpage, index, *(ctypes.byref(edge) for edge in edges))
        x0, x1, low, high = (edge.value for edge in edges)
        text, boxes = words[-1]
        words[-1] = text + letter_, [*boxes, (x0, height - high, x1, height - low)]
    return [word for word in words if word[1]]


def _around(boxes: Sequence[Place]) -> Place:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def _skewed(page: Drawn, boxes: list[Place], skew: float) -> list[Place]:
    cos, sin = math.cos(math.radians(skew)), math.sin(math.radians(skew))
    points = [
        (x - page.width / 2, y - page.height / 2)
        for x0, y0, x1, y1 in boxes
        for x, y in ((x0, y0), (x1, y0), (x0, y1), (x1, y1))
    ]
    placed = [
        (page.width / 2 + x * cos + y * sin, page.height / 2 - x * sin + y * cos) for x, y in points
    ]
    return [(x, y, x, y) for x, y in placed]


def _turned(page: Drawn, box: Place, turn: int) -> Place:
    x0, y0, x1, y1 = box
    if turn == 90:
        return page.height - y1, x0, page.height - y0, x1
    if turn == 180:
        return page.width - x1, page.height - y1, page.width - x0, page.height - y0
    if turn == 270:
        return y0, page.width - x1, y1, page.width - x0
    return box

"""What is drawn rather than typed: signatures, stamps, emblems, plan sketches and barcodes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import zxingcpp
from PIL import Image

from sample_mail.generator.chance import dice
from sample_mail.generator.faces import Ink, width
from sample_mail.generator.surface import ellipse, rectangle, text_centred

if TYPE_CHECKING:
    from sample_mail.generator.surface import Point, Surface

_BLUE = "#1b2f7a"


def signature(surface: Surface, at: Point, name: str) -> None:
    """An illegible pen signature, always the same for the same name; about 40 mm wide."""
    chance = dice("signature", name)
    x, y = at
    points = [(x, y - chance.uniform(1, 4))]
    high = {0, chance.randint(1, 2), chance.randint(3, 7)}
    for part in range(chance.randint(3, 9)):
        tall = chance.uniform(5, 10) if part in high else chance.uniform(0.6, 3)
        stride = chance.uniform(1.8, 5.5)
        lean = chance.uniform(-1, 3)
        points += _loop((x, y), stride, tall, lean)
        x += stride
    points += [(x + 6, y - chance.uniform(-1, 2)), (x + 12, y - chance.uniform(0, 3))]
    surface.stroke(_smooth(points), 0.42, _BLUE)
    if chance.random() < 0.5:
        surface.stroke([(at[0] + 2, y + 2), (x + 8, y + chance.uniform(0, 2))], 0.35, _BLUE)


def _loop(at: Point, stride: float, tall: float, lean: float) -> list[Point]:
    """One letter of the pen: up, over, down below the line and half up again."""
    x, y = at
    dip = (tall * 7 + stride) % 2.2
    return [
        (x + lean, y - tall),
        (x + lean + stride * 0.35, y - tall * 0.95),
        (x + stride * 0.5 + lean * 0.2, y + dip - 0.8),
        (x + stride * 0.85, y - tall * (0.2 + dip * 0.2)),
    ]


def _smooth(points: list[Point], steps: int = 8) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    curve = np.array([points[0], *points, points[-1]])
    before, begin, end, after = curve[:-3], curve[1:-2], curve[2:-1], curve[3:]
    smooth: list[Point] = []
    for step in range(steps):
        t = step / steps
        bend = (end - before) * t + (2 * before - 5 * begin + 4 * end - after) * t**2
        bend += (3 * begin - before - 3 * end + after) * t**3
        smooth.append(begin + bend / 2)
    return [(float(x), float(y)) for x, y in np.stack(smooth, 1).reshape(-1, 2)]


def round_stamp(surface: Surface, centre: Point, text: str, colour: str = "#6a2a8a") -> None:
    """A round rubber stamp, the text along its edge and a shield in its middle."""
    for radius in (15.0, 14.3, 9.5):
        surface.stroke(ellipse(centre, (radius, radius)), 0.3, colour)
    ink = Ink("sans", 7.5, bold=True, colour=colour)
    angle = 200.0
    for char in text:
        step = (width(char, ink) + 0.25) / 10.6
        rad = math.radians(angle)
        foot = (centre[0] + 10.6 * math.cos(rad), centre[1] - 10.6 * math.sin(rad))
        surface.text((foot[0], foot[1]), char, ink, angle - 90 - math.degrees(step) / 2)
        angle -= math.degrees(step)
    shield(surface, (centre[0] - 4, centre[1] - 5), 8, colour)


def frame_stamp(surface: Surface, at: Point, lines: list[str], colour: str = "#b02030") -> None:
    """A rectangular sender's stamp of a few lines, slightly turned."""
    ink = Ink("sans", 9.5, bold=True, colour=colour)
    room = max(width(line, ink) for line in lines) + 6
    tall = 5 * len(lines) + 3
    lean = math.radians(3)
    corners = [
        (at[0] + x * math.cos(lean) + y * math.sin(lean), at[1] + y - x * math.sin(lean))
        for x, y in rectangle((0, 0), (room, tall))
    ]
    surface.stroke(corners, 0.5, colour)
    for number, line in enumerate(lines):
        drop = 5.5 + 5 * number
        surface.text((at[0] + 3, at[1] + drop), line, ink, 3)


def shield(surface: Surface, at: Point, breadth: float, colour: str) -> None:
    """A plain heraldic shield with a bend: no real coat of arms."""
    x, y = at
    b = breadth
    outline = [(x, y), (x + b, y), (x + b, y + b * 0.7)]
    outline += [(x + b / 2, y + b * 1.2), (x, y + b * 0.7), (x, y)]
    surface.stroke(outline, 0.4, colour)
    surface.fill([(x, y), (x + b * 0.3, y), (x + b, y + b * 0.55), (x + b, y + b * 0.7)], colour)


def emblem(surface: Surface, at: Point, seed: str, colour: str) -> None:
    """A firm's abstract emblem, 12 mm wide."""
    chance = dice("emblem", seed)
    x, y = at
    shape = chance.randrange(3)
    if shape == 0:
        for step in range(3):
            surface.fill(rectangle((x + 4.2 * step, y + 8 - 4 * step), (3.4, 4 + 4 * step)), colour)
    elif shape == 1:
        surface.fill(ellipse((x + 6, y + 6), (6, 6)), colour)
        surface.fill(ellipse((x + 8, y + 5), (4, 4)), "#ffffff")
    else:
        surface.fill([(x, y + 12), (x + 6, y), (x + 12, y + 12)], colour)
        surface.fill([(x + 4, y + 12), (x + 6, y + 7), (x + 8, y + 12)], "#ffffff")


def barcode(surface: Surface, at: Point, size: Point, text: str) -> None:
    """A Code 128 barcode without its human-readable line."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    bars = np.array(zxingcpp.write_barcode_to_image(code, scale=2), dtype=np.uint8)
    surface.picture(at, size, Image.fromarray(bars).convert("1"))


_SITE_LABELS = (
    ("Flst. 1184/2", 18, 14),
    ("Flst. 1184/3", 68, 14),
    ("Flst. 1185", 122, 14),
    ("Wohnhaus", 79, 48),
    ("Carport neu", 105, 66),
    ("Grenzabstand 2,50 m", 108, 36),
)
_TERRACE_LABELS = (
    ("Marktplatz", 66, 10),
    ("Tischfläche 24 m²", 24, 44),
    ("Rettungsgasse 3,50 m", 24, 24),
    ("Gaststätte", 66, 80),
    ("Eingang", 110, 58),
)
_SITE_BOXES = ((60, 20, 55, 70), (74, 38, 26, 20), (102, 60, 22, 12), (8, 20, 52, 70))
_TERRACE_BOXES = ((20, 30, 60, 26), (20, 60, 120, 32), (106, 60, 18, 2))


def sketch(surface: Surface, at: Point, name: str) -> None:
    """A plan sketch, `site` or `terrace`, 165 by 100 mm, with labels and a north arrow."""
    site = name == "site"
    x, y = at
    surface.stroke(rectangle(at, (165, 100)), 0.4, "#303030")
    for bx, by, bw, bh in _SITE_BOXES if site else _TERRACE_BOXES:
        surface.stroke(rectangle((x + bx, y + by), (bw, bh)), 0.5, "#202020")
    surface.stroke([(x + 6, y + 95), (x + 159, y + 95)], 0.7, "#555555")
    for label, lx, ly in _SITE_LABELS if site else _TERRACE_LABELS:
        surface.text((x + lx, y + ly), label, Ink("sans", 8))
    surface.stroke([(x + 152, y + 30), (x + 152, y + 14)], 0.6, "#202020")
    surface.fill([(x + 150, y + 17), (x + 152, y + 11), (x + 154, y + 17)], "#202020")
    text_centred(surface, (x + 152, y + 36), "N", Ink("sans", 10, bold=True))

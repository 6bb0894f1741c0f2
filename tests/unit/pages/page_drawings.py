"""Pages drawn as a scanner's glance shows them, at GLANCE_DPI: paper, pencil, type, scrawl."""

from __future__ import annotations

import math
import random
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from eakte.pages.glance import GLANCE_DPI

PER_MM = GLANCE_DPI / 25.4
A4 = round(210 * PER_MM), round(297 * PER_MM)
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
LINE = "Zustellung des Bescheids an den Beteiligten, Blatt 2"


def glance(picture: Image.Image) -> Image.Image:
    picture.info["dpi"] = (GLANCE_DPI, GLANCE_DPI)
    return picture


@cache
def _noise() -> np.ndarray:
    edge = max(A4)
    return np.random.default_rng(7).standard_normal((edge, edge), np.float32)


def grainy(picture: Image.Image, grain: float) -> Image.Image:
    noise = grain * _noise()[: picture.height, : picture.width]
    levels = np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8)
    return glance(Image.fromarray(levels))


def bare(tint: int = 245, light: str = "even", *, fold: bool = False) -> Image.Image:
    """Paper without grain; light "ramp" falls off across it, "corner" has a shadow in a corner."""
    return glance(_bare(tint, light, fold).copy())


@cache
def _bare(tint: int, light: str, fold: bool) -> Image.Image:
    y, x = np.mgrid[0 : A4[1], 0 : A4[0]].astype(np.float32)
    levels = np.full(y.shape, tint, np.float32)
    if light == "ramp":
        levels -= 50 * x / A4[0]
    if light == "corner":
        levels -= 70 * np.exp(-((x - A4[0]) ** 2 + (y - A4[1]) ** 2) / 300**2)
    for crease in (A4[1] / 3, 2 * A4[1] / 3) if fold else ():
        levels -= tint * 0.12 * np.exp(-(((y - crease - x * 0.01) / 4) ** 2))
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def punched(page: Image.Image) -> Image.Image:
    draw = ImageDraw.Draw(page)
    for height in (28.5, 108.5, 188.5, 268.5):
        x, y, r = 12 * PER_MM, height * PER_MM, 3 * PER_MM
        draw.ellipse((x - r, y - r, x + r, y + r), fill=74)
    return page


def paraphe(page: Image.Image, grey: int, breadth: float, at: tuple[int, int]) -> Image.Image:
    """Initials of 8 mm in pencil: `grey` as on white paper, `breadth` in mm, `at` in pixels."""
    edge, times = round(8 * PER_MM), 10
    fine = Image.new("L", (edge * times, edge * times), 255)
    turns = np.linspace(0, 5, 60)
    points = [
        (20 + 430 * t / 5, 240 - 150 * math.sin(1.9 * t) * math.exp(-t / 6)) for t in turns.tolist()
    ]
    ImageDraw.Draw(fine).line(points, grey, round(breadth * PER_MM * times), joint="curve")
    pencil = np.asarray(fine.resize((edge, edge), Image.Resampling.BOX), np.float32) / 255
    under = np.asarray(page.crop((*at, at[0] + edge, at[1] + edge)), np.float32)
    page.paste(Image.fromarray((under * pencil).astype(np.uint8)), at)
    return page


@cache
def _typed(lines: int, tone: int) -> Image.Image:
    page = Image.new("L", A4, 255)
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, 21)
    for line in range(lines):
        draw.text((150, 200 + 40 * line), LINE, fill=tone, font=font)
    return page


def typed(lines: int = 30, tone: int = 40) -> Image.Image:
    return glance(_typed(lines, tone).copy())


def shining_through(strength: float) -> Image.Image:
    """White paper, through which the type of the reverse shows mirrored and blurred."""
    reverse = typed().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    ink = 255 - np.asarray(reverse.filter(ImageFilter.GaussianBlur(3)), np.float32)
    return glance(Image.fromarray((250 * (1 - strength * ink / 255)).astype(np.uint8)))


def turned(page: Image.Image, clockwise: float) -> Image.Image:
    return glance(page.rotate(-clockwise, Image.Resampling.BICUBIC, fillcolor=255))


def textured(size: tuple[int, int], spots: int) -> Image.Image:
    """A picture like a photograph: soft spots of every grey."""
    levels = np.random.default_rng(3).integers(0, 255, (spots, spots), dtype=np.uint8)
    return Image.fromarray(levels).resize(size, Image.Resampling.BICUBIC)


def scrawl(
    page: Image.Image, lines: int, top: int, *, letter: int = 22, seed: int = 1
) -> Image.Image:
    """Write illegible words by hand: loops of uneven height on uneven lines."""
    chance, draw = random.Random(seed), ImageDraw.Draw(page)
    for line in range(lines):
        x, y = page.width * 0.11, top + line * letter * 3.5
        slope = chance.uniform(-0.015, 0.015)
        while x < page.width * 0.82:
            points = _word(x, y + slope * x, letter, chance)
            draw.line(points, fill=50, width=max(2, letter // 6), joint="curve")
            x = points[-1][0] + chance.randint(20, 40)
    return page


def _word(x: float, y: float, letter: int, chance: random.Random) -> list[tuple[float, float]]:
    points = []
    for _ in range(chance.randint(2, 8)):
        tall = letter * chance.choice((0.8, 0.9, 1, 1, 1.1, 2.0, -1.0))
        wide = letter * chance.uniform(0.5, 0.9)
        for turn in np.linspace(0, 2 * math.pi, 14).tolist():
            lean = 0.35 * letter * math.sin(turn)
            up = tall * (1 - math.cos(turn)) / 2
            points.append((x + wide * turn / (2 * math.pi) + lean, y - up))
        x += wide
    return points

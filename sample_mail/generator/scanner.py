"""What a document scanner does to a sheet: tint, shadow, holes, skew, blur and grain."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

from sample_mail.generator.chance import dice, grains

if TYPE_CHECKING:
    from sample_mail.generator.model import Scan

_TILE = 384
_THRESHOLD = 150


@cache
def _tile(strength: float) -> np.ndarray:
    """A tile of slightly correlated grain around 128."""
    grain = grains("grain", strength).normal(128.0, strength * 1.6, (_TILE, _TILE))
    smooth = (grain + np.roll(grain, 1, 0) + np.roll(grain, 1, 1)) / 3
    return np.clip(np.rint(smooth), 0, 255).astype(np.uint8)


def _grain(size: tuple[int, int], seed: object, strength: float) -> Image.Image:
    chance = dice("shift", seed)
    tile = np.roll(_tile(strength), (chance.randrange(_TILE), chance.randrange(_TILE)), (0, 1))
    times = (size[1] // _TILE + 1, size[0] // _TILE + 1)
    return Image.fromarray(np.tile(tile, times)[: size[1], : size[0]])


def _shade(size: tuple[int, int], seed: object) -> Image.Image:
    """Light falling off towards one edge: a small picture, enlarged."""
    chance = dice("shade", seed)
    depth, edge = chance.uniform(6, 16), chance.randrange(4)
    ramp = np.linspace(0.0, 1.0, 64) ** 5 * depth
    field = np.rot90(np.tile(ramp, (64, 1)), edge)
    levels = (255 - field - chance.uniform(0, 3)).astype(np.uint8)
    return Image.fromarray(levels).resize(size, Image.Resampling.BICUBIC)


def _holes(sheet: Image.Image, dpi: int) -> None:
    """Two filing holes on the left, dark as the scanner's lid."""
    draw = ImageDraw.Draw(sheet)
    scale = dpi / 25.4
    for height in (108.5, 188.5):
        x, y, r = 12 * scale, height * scale, 2.8 * scale
        tone = "#4a4a46" if sheet.mode == "RGB" else 74
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tone)


def _dust(sheet: Image.Image, seed: object, dpi: int) -> None:
    chance = dice("dust", seed)
    draw = ImageDraw.Draw(sheet)
    for _ in range(chance.randint(6, 18)):
        x, y = chance.randrange(sheet.width), chance.randrange(sheet.height)
        r = chance.uniform(0.3, 1.2) * dpi / 300
        tone = chance.randint(120, 200)
        draw.ellipse(
            (x - r, y - r, x + r, y + r), fill=(tone,) * 3 if sheet.mode == "RGB" else tone
        )


def _layered(sheet: Image.Image, layer: Image.Image) -> Image.Image:
    return layer if sheet.mode == "L" else Image.merge("RGB", (layer,) * 3)


def _paper(sheet: Image.Image, scan: Scan, seed: object) -> Image.Image:
    """The ink on tinted, unevenly lit paper."""
    tint = Image.new(sheet.mode, sheet.size, ImageColor.getcolor(scan.tint, sheet.mode))
    sheet = ImageChops.multiply(sheet, tint)
    return ImageChops.multiply(sheet, _layered(sheet, _shade(sheet.size, seed)))


def scanned(page: Image.Image, scan: Scan, seed: object) -> Image.Image:
    """The page as the scanner delivers it; mode "1" for a bitonal scan."""
    chance = dice("scan", seed)
    sheet = page.copy()
    if scan.holes:
        _holes(sheet, scan.dpi)
    _dust(sheet, seed, scan.dpi)
    bitonal = scan.mode == "bitonal"
    if not bitonal:
        sheet = _paper(sheet, scan, seed)
    angle = scan.skew + chance.uniform(-0.25, 0.25)
    back = "#ffffff" if bitonal else scan.tint
    fill = ImageColor.getcolor(back, sheet.mode)
    sheet = sheet.rotate(angle, Image.Resampling.BICUBIC, fillcolor=fill)
    sheet = sheet.filter(ImageFilter.GaussianBlur(chance.uniform(0.35, 0.6) * scan.dpi / 200))
    strength = 7.0 if bitonal else chance.uniform(1.6, 2.6)
    grain = _grain(sheet.size, seed, round(strength, 1))
    sheet = ImageChops.add(sheet, _layered(sheet, grain), 1, -128)
    return sheet.point(lambda v: 255 * (v > _THRESHOLD)).convert("1") if bitonal else sheet

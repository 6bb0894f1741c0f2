"""The printed text of each page, in drawing order: the truth that OCR is measured against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sample_mail.generator.build import draw_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from sample_mail.generator.faces import Ink
    from sample_mail.generator.model import Sample
    from sample_mail.generator.surface import Point


class TextSurface:
    """Keeps the texts and draws nothing; turned texts (stamps) are left out."""

    def __init__(self) -> None:
        """No page yet."""
        self.pages: list[list[str]] = []

    def next_page(self) -> None:
        """Start a new page."""
        self.pages.append([])

    def text(self, at: Point, text: str, ink: Ink, angle: float = 0.0) -> None:
        """Keep the text."""
        del at, ink
        if not angle:
            self.pages[-1].append(text)

    def stroke(self, points: Sequence[Point], breadth: float, colour: str) -> None:
        """Nothing."""

    def fill(self, points: Sequence[Point], colour: str) -> None:
        """Nothing."""

    def picture(self, at: Point, size: Point, picture: Image.Image) -> None:
        """Nothing."""


def printed(sample: Sample) -> list[str]:
    """The text of each page of the sample, lines separated by line breaks."""
    surface = TextSurface()
    draw_all(surface, sample)
    return ["\n".join(lines) for lines in surface.pages]

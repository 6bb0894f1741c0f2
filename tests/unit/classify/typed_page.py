"""A recognised page made from lines placed like on a typewriter, for tests of extraction."""

from __future__ import annotations

from collections.abc import Iterable

from eakte.domain.text import Box, RecognisedPage, Word

WIDTH, HEIGHT = 595.0, 842.0
_LETTER = 5.0


def words_at(text: str, left: float, top: float, line: int, height: float = 10.0) -> list[Word]:
    """Place the words of one line; every letter is five points wide."""
    placed = []
    for word in text.split():
        box = Box(left, top, left + _LETTER * len(word), top + height)
        placed.append(Word(word, box, 0.95, line))
        left += _LETTER * (len(word) + 1)
    return placed


def typed(
    lines: Iterable[tuple[float, float, str] | tuple[float, float, str, float]],
    number: int = 1,
    rotation: int = 0,
) -> RecognisedPage:
    """Make a page from (left, top, text[, height]); turned, it is stored upside down or so."""
    words = []
    texts = []
    for count, (left, top, text, *height) in enumerate(lines):
        words += words_at(text, left, top, count, *height)
        texts.append(text)
    stored = [Word(w.text, _turned(w.box, rotation), w.confidence, w.line) for w in words]
    size = (HEIGHT, WIDTH) if rotation % 180 else (WIDTH, HEIGHT)
    return RecognisedPage(
        number, *size, tuple(stored), "\n".join(texts), rotation, 0.95, complete=True, engine="test"
    )


def _turned(box: Box, rotation: int) -> Box:
    """Give the place in a picture that must be turned clockwise by `rotation` to be read."""
    match rotation:
        case 90:
            return Box(box.y0, WIDTH - box.x1, box.y1, WIDTH - box.x0)
        case 180:
            return Box(WIDTH - box.x1, HEIGHT - box.y1, WIDTH - box.x0, HEIGHT - box.y0)
        case 270:
            return Box(HEIGHT - box.y1, box.x0, HEIGHT - box.y0, box.x1)
        case _:
            return box


LETTER = (
    (70.0, 60.0, "Gudrun Tannhauser"),
    (70.0, 130.0, "Gudrun Tannhauser · Rosenweg 5 · 79999 Neuenfurt", 6.0),
    (70.0, 160.0, "Stadt Neuenfurt"),
    (70.0, 174.0, "Ordnungsamt"),
    (70.0, 188.0, "Rathausplatz 1"),
    (70.0, 202.0, "79999 Neuenfurt"),
    (350.0, 160.0, "Ihr Zeichen:"),
    (440.0, 160.0, "32.1-112.05/2026-0417"),
    (350.0, 174.0, "Ihre Nachricht vom:"),
    (460.0, 174.0, "12.01.2026"),
    (350.0, 216.0, "Neuenfurt, den 2. März 2026"),
    (70.0, 270.0, "Widerspruch gegen den Gebührenbescheid für das Aufstellen"),
    (70.0, 284.0, "von zwei Tischen vor meinem Laden"),
    (70.0, 312.0, "Sehr geehrte Damen und Herren,"),
    (
        70.0,
        336.0,
        "gegen Ihren Bescheid vom 10.02.2026 lege ich Widerspruch ein, geboren am 03.04.1961",
    ),
    (70.0, 350.0, "bin ich übrigens. Auch im Verfahren 66.1-657.30/2026-0009 habe ich gewonnen."),
    (70.0, 400.0, "Mit freundlichen Grüßen"),
    (70.0, 450.0, "Gudrun Tannhauser"),
)

"""Counting pages with other programs than eakte's own; they read hostile bytes: in the sandbox."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pypdfium2
from PIL import Image, ImageSequence


def count_elsewhere(source: Path) -> int:
    """Give how many pages PDFium or Pillow find; 0 if they cannot open the file."""
    if b"%PDF-" in source.read_bytes()[:1024]:
        with contextlib.suppress(pypdfium2.PdfiumError):
            return len(pypdfium2.PdfDocument(source))
        return 0
    try:
        with Image.open(source) as picture:
            return sum(1 for _frame in ImageSequence.Iterator(picture))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError):
        return 0

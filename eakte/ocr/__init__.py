"""OCR: from the picture of a page to words with their places."""

from __future__ import annotations

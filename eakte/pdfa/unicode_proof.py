"""Stub until the branch `claims` is merged."""

from __future__ import annotations

import pikepdf


def unproven(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    """Give why not."""
    del pdf
    return ("stub",)

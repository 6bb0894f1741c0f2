"""Stub until the branch `normal` is merged."""

from __future__ import annotations

import pikepdf

from eakte.domain.findings import Finding


def normalise(pdf: pikepdf.Pdf, part: int) -> tuple[Finding, ...]:
    """Do nothing."""
    del pdf, part
    return ()

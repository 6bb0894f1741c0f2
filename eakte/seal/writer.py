"""Appending to a PDF without touching what it says of itself."""

from __future__ import annotations

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


class QuietWriter(IncrementalPdfFileWriter):
    """A writer that leaves XMP and /Info as they are (trap 3), and the version at PDF 1.7."""

    output_version = (1, 7)

    def _update_meta(self) -> None:
        """Do nothing, where pyHanko would rewrite XMP and break PDF/A."""

"""What was read on the pages of a letter, left on disk: a long one does not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from eakte.domain.codec import from_json
from eakte.domain.text import RecognisedPage


class KeptTexts(Mapping[int, RecognisedPage]):
    """Page number to what was read there; each look-up reads the page's JSON file anew."""

    def __init__(self, files: Mapping[int, Path]) -> None:
        """Read these files when asked for their pages."""
        self._files = files

    def __getitem__(self, number: int) -> RecognisedPage:
        """Read a page; raises KeyError, and ValueError if the file holds something else."""
        return from_json(RecognisedPage, self._files[number].read_bytes())

    def __iter__(self) -> Iterator[int]:
        """Give the numbers of the pages."""
        return iter(self._files)

    def __len__(self) -> int:
        """Count the pages."""
        return len(self._files)

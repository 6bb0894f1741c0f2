"""What an OCR engine has to be able to do."""

from __future__ import annotations

from typing import Protocol

from eakte.domain.text import PreparedPicture, RecognisedPage


class OcrEngine(Protocol):
    """Port: reads one prepared picture."""

    def __call__(
        self,
        seconds: float,
        picture: PreparedPicture,
        number: int,
        width: float,
        height: float,
        languages: str,
    ) -> RecognisedPage:
        """Read page `number`, `width` by `height` points as stored; boxes in stored coordinates.

        A page that takes more than `seconds` is given as far as it was read, not `complete`.
        """
        ...

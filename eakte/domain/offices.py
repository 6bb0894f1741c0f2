"""The offices of a city and the shapes of their references (pure): pipelines/offices/*.toml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from eakte.i18n import N_

_MARKS = {"#": r"\d", "JJJJ": r"(?P<year>\d{4})"}
_OLDEST = 1950
IMPLAUSIBLE = N_("no office gives such an Aktenzeichen")
"""The doubt about a reading that has no office's shape; that its Akte exists dispels it."""


@dataclass(frozen=True)
class Office:
    """An office: `id` is the number before its Aktenzeichen.

    `aktenzeichen`: the shapes that it gives, as "32.#-###.##/JJJJ-####" (# a digit, JJJJ a year).
    """

    id: str
    name: str
    aktenzeichen: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse shapes that are no Aktenzeichen of this office (ValueError)."""
        for shape in self.aktenzeichen:
            if not shape.startswith(self.id) or shape.count("JJJJ") != 1:
                raise ValueError(f"{shape!r} does not begin with {self.id!r} or lacks JJJJ")


def is_plausible(aktenzeichen: str, offices: Sequence[Office], received: date) -> bool:
    """Tell whether an office gives such an Aktenzeichen, of a year up to that of the receipt.

    Without offices only the year counts.
    """
    year = re.search(r"/(\d{4})-", aktenzeichen)
    if year is None or not _OLDEST <= int(year[1]) <= received.year:
        return False
    shapes = [shape for office in offices for shape in office.aktenzeichen]
    return not shapes or any(_pattern(shape).fullmatch(aktenzeichen) for shape in shapes)


@lru_cache(maxsize=256)
def _pattern(shape: str) -> re.Pattern[str]:
    parts = re.split(r"(#|JJJJ)", shape)
    return re.compile("".join(_MARKS.get(part, re.escape(part)) for part in parts))

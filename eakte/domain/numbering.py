"""How Aktenzeichen are built: a pattern with places for office, unit, year and running number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eakte.domain.akten import is_aktenzeichen, unit_of

DEFAULT = "{office}-{unit}/{year}-{number:04}"
"""As in 32.1-112.05/2026-0417."""
_PLACE = re.compile(r"\{(?P<name>office|unit|year|number)(?::0(?P<width>[1-9]))?\}")
_SHAPES = {"office": r"[0-9A-Za-z.]+", "unit": r"[0-9A-Za-z.\-]+", "year": r"\d{4}"}
_SERIES = "#"


@dataclass(frozen=True)
class Numbering:
    """A pattern such as `{office}-{unit}/{year}-{number:04}`; `:04` pads the number to four."""

    pattern: str = DEFAULT

    def __post_init__(self) -> None:
        """Refuse a pattern without exactly one number, or with other places (ValueError)."""
        names = [found["name"] for found in _PLACE.finditer(self.pattern)]
        rest = _PLACE.sub("", self.pattern)
        padded = [found for found in _PLACE.finditer(self.pattern) if found["width"]]
        if names.count("number") != 1 or "unit" not in names or set("{}#* ") & set(rest):
            raise ValueError(f"{self.pattern!r} needs {{number}} once and {{unit}}, and no others")
        if any(found["name"] != "number" for found in padded):
            raise ValueError(f"{self.pattern!r}: only {{number}} can be padded")

    def write(self, office: str, unit: str, year: int, number: int) -> str:
        """Build an Aktenzeichen."""
        return self.pattern.format(office=office, unit=unit, year=year, number=number)

    def series(self, office: str, unit: str, year: int) -> str:
        """Name the series in which a number is drawn only once."""
        return _PLACE.sub(
            lambda found: (
                _SERIES
                if found["name"] == "number"
                else {"office": office, "unit": unit, "year": str(year)}[found["name"]]
            ),
            self.pattern,
        )

    def fits(self, aktenzeichen: str) -> bool:
        """Tell whether text is an Aktenzeichen: of this pattern, or of the usual form."""
        return is_aktenzeichen(aktenzeichen) or bool(self._shape().fullmatch(aktenzeichen))

    def unit_of(self, aktenzeichen: str) -> str:
        """Give the unit that an Aktenzeichen names, "" if it is none."""
        found = self._shape().fullmatch(aktenzeichen)
        return found["unit"] if found else unit_of(aktenzeichen)

    def _shape(self) -> re.Pattern[str]:
        parts, end, seen = list[str](), 0, set[str]()
        for found in _PLACE.finditer(self.pattern):
            parts.append(re.escape(self.pattern[end : found.start()]))
            name, width = found["name"], found["width"]
            shape = _SHAPES.get(name, rf"\d{{{width or 1},9}}")
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{shape})")
            seen.add(name)
            end = found.end()
        return re.compile("".join(parts) + re.escape(self.pattern[end:]), re.ASCII)

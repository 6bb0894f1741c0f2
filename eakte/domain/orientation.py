"""How a stored picture is to be seen: the orientation that EXIF and TIFF tell (tag 274)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Orientation:
    """Mirror it left to right, if so, then turn it clockwise by degrees."""

    mirrored: bool = False
    degrees: int = 0


_SEEN = {
    2: Orientation(mirrored=True),
    3: Orientation(degrees=180),
    4: Orientation(mirrored=True, degrees=180),
    5: Orientation(mirrored=True, degrees=270),
    6: Orientation(degrees=90),
    7: Orientation(mirrored=True, degrees=90),
    8: Orientation(degrees=270),
}


def orientation(value: object) -> Orientation:
    """Give what a value of tag 274 means (TIFF 6.0, section 8); anything unknown means upright."""
    return _SEEN.get(value, Orientation()) if isinstance(value, int) else Orientation()

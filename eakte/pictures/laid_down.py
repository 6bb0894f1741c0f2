"""A picture as its page lays it down: mirrored if need be, but not turned: /Rotate does that."""

from __future__ import annotations

from PIL import Image
from PIL.ExifTags import Base

from eakte.domain.orientation import Orientation, orientation

_MIRROR = Image.Transpose.FLIP_LEFT_RIGHT
_BACK = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


def orientation_of(file: Image.Image) -> Orientation:
    """Tell how an opened picture is to be seen; to be asked before its pixels are loaded."""
    if file.format == "TIFF":
        return orientation(file.tag_v2.get(Base.Orientation))  # type: ignore[attr-defined]
    if file.format == "PNG" and "exif" not in file.info:
        return Orientation()  # Pillow would load the pixels to look behind them
    return orientation(file.getexif().get(Base.Orientation))


def laid_down(file: Image.Image) -> Image.Image:
    """Load a picture; what Pillow has turned is turned back, what it has not mirrored is mirrored.

    Pillow follows the orientation of a TIFF when it loads the pixels, and of no other file.
    """
    if file.format is None:
        return file
    seen = orientation_of(file)
    _load(file)
    if file.format == "TIFF":
        return file.transpose(_BACK[seen.degrees]) if seen.degrees else file
    return file.transpose(_MIRROR) if seen.mirrored else file


def _load(file: Image.Image) -> None:
    """Load the pixels; Pillow forgets the orientation of a TIFF that it maps into memory."""
    name = getattr(file, "filename", "")
    file.filename = ""  # type: ignore[attr-defined]
    file.load()
    file.filename = name  # type: ignore[attr-defined]


def stored(file: Image.Image) -> Image.Image:
    """Load a picture as the file holds it: neither turned nor mirrored."""
    mirrored = file.format == "TIFF" and orientation_of(file).mirrored
    picture = laid_down(file) if file.format == "TIFF" else file
    return picture.transpose(_MIRROR) if mirrored else picture


def stored_size(file: Image.Image) -> tuple[int, int]:
    """Give width and height as stored; of a TIFF that is to be turned Pillow swaps them at once."""
    turned = file.format == "TIFF" and orientation_of(file).degrees in (90, 270)
    return (file.height, file.width) if turned else file.size

"""Samples of 16 bit from a TIFF in RGB, of which Pillow would give only the higher bytes."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image

_WIDTH, _HEIGHT, _ROWS, _COMPRESSION, _PREDICTOR, _PLANES, _SAMPLES = (
    256,
    257,
    278,
    259,
    317,
    284,
    277,
)
_HORIZONTAL = 2


def deep_samples(tags: dict[int, object], strips: list[bytes], order: str) -> np.ndarray | None:
    """Give rows of samples; None if they lie in tiles or planes.

    The strips are read as a grey picture that is wider by the number of samples: libtiff decodes
    it in the same way but for the predictor, which is undone here (TIFF 6.0, section 14).
    `order` is `<` or `>`, the byte order of the file.
    """
    if not strips or tags.get(_PLANES, 1) != 1:
        return None
    width, height, samples = (int(str(tags[tag])) for tag in (_WIDTH, _HEIGHT, _SAMPLES))
    rows = int(str(tags.get(_ROWS, height)))
    compression = int(str(tags.get(_COMPRESSION, 1)))
    data = _grey_tiff((width * samples, height), rows, compression, strips, order)
    with Image.open(io.BytesIO(data), formats=["TIFF"]) as file:
        pixels = np.asarray(file, np.uint16)
    if tags.get(_PREDICTOR, 1) == _HORIZONTAL:
        steps = pixels.reshape(height, width, samples)
        pixels = np.add.accumulate(steps, axis=1, dtype=np.uint16).reshape(height, -1)
    return pixels


def _grey_tiff(
    size: tuple[int, int], rows: int, compression: int, strips: list[bytes], order: str
) -> bytes:
    count, entries = len(strips), 10
    lists = 8 + 2 + 12 * entries + 4
    start = lists + 8 * count
    places = [start + sum(len(one) for one in strips[:index]) for index in range(count)]
    lengths = [len(one) for one in strips]
    single = count == 1
    told = [
        (256, 1, size[0]),
        (257, 1, size[1]),
        (258, 1, 16),
        (259, 1, compression),
        (262, 1, 1),
        (273, count, places[0] if single else lists),
        (277, 1, 1),
        (278, 1, rows),
        (279, count, lengths[0] if single else lists + 4 * count),
        (317, 1, 1),
    ]
    head = struct.pack(f"{order}2sHIH", b"II" if order == "<" else b"MM", 42, 8, entries)
    directory = b"".join(struct.pack(f"{order}HHII", tag, 4, *rest) for tag, *rest in told)
    numbers = struct.pack(f"{order}{2 * count}I", *places, *lengths)
    return head + directory + bytes(4) + numbers + b"".join(strips)

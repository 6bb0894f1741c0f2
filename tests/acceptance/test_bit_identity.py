"""Issue 2, point 4: the archived picture is the scanner's, taken out of the sealed file again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageSequence

from eakte.domain.akten import Document, DocumentState
from eakte.pipeline.desk import Desk
from eakte.records import documents, scans


def _filed(desk: Desk, suffix: str) -> list[tuple[Path, Path, Document]]:
    """Give scan, sealed original and record of every filed letter of a file type."""
    with desk.engine.connect() as connection:
        letters = documents.in_state(connection, DocumentState.FILED)
        found = [(letter, scans.get(connection, letter.scan).scan.name) for letter in letters]
    return [
        (desk.store.path(letter.scan), desk.store.path(letter.sealed), letter)
        for letter, name in found
        if name.endswith(suffix) and letter.sealed
    ]


def _raw_pictures(pdf: Path, pages: tuple[int, ...]) -> list[tuple[str, bytes]]:
    """Give filter and raw bytes of every picture of some pages, in order."""
    with pikepdf.open(pdf) as opened:
        return [
            (str(picture.get("/Filter")), picture.read_raw_bytes())
            for number in pages
            for picture in opened.pages[number - 1].get_images().values()
        ]


def test_jpeg_scans_are_in_the_sealed_file_byte_for_byte(desk: Desk, tmp_path: Path) -> None:
    letters = _filed(desk, ".jpg")
    assert letters
    for scan, sealed, letter in letters:
        target = tmp_path / letter.id
        subprocess.run(["pdfimages", "-all", sealed, target], check=True)
        (extracted,) = tmp_path.glob(f"{letter.id}-*.jpg")
        assert extracted.read_bytes() == scan.read_bytes()


@pytest.mark.parametrize("suffix", [".tif", ".png"])
def test_pictures_of_other_types_have_the_same_pixels(
    desk: Desk, tmp_path: Path, suffix: str
) -> None:
    letters = _filed(desk, suffix)
    assert letters
    for scan, sealed, letter in letters:
        subprocess.run(["pdfimages", "-png", sealed, tmp_path / letter.id], check=True)
        extracted = sorted(tmp_path.glob(f"{letter.id}-*.png"))
        with Image.open(scan) as opened:
            frames = [frame.copy() for frame in ImageSequence.Iterator(opened)]
        assert len(frames) == len(extracted) == len(letter.pages)
        for frame, path in zip(frames, extracted, strict=True):
            with Image.open(path) as again:
                assert again.size == frame.size
                assert again.convert("RGB").tobytes() == frame.convert("RGB").tobytes()


def test_g4_scans_stay_ccitt_g4(desk: Desk) -> None:
    bitonal = []
    for scan, sealed, letter in _filed(desk, ".tif"):
        with Image.open(scan) as opened:
            if opened.mode == "1":
                pages = tuple(range(1, len(letter.pages) + 1))
                bitonal += [name for name, _raw in _raw_pictures(sealed, pages)]
    assert bitonal
    assert set(bitonal) == {"/CCITTFaxDecode"}


def test_scanner_pdfs_keep_their_picture_streams(desk: Desk) -> None:
    """Demands 11 and 12."""
    compared, filters = 0, set()
    for scan, sealed, letter in _filed(desk, ".pdf"):
        if any(finding.code.value == "rasterised" for finding in letter.findings):
            continue
        came = _raw_pictures(scan, letter.pages)
        kept = _raw_pictures(sealed, tuple(range(1, len(letter.pages) + 1)))
        assert came == kept
        filters |= {name for name, _raw in came}
        compared += len(came)
    assert compared >= 30
    assert {"/DCTDecode", "/CCITTFaxDecode"} <= filters

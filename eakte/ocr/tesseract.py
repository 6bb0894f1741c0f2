"""Tesseract reads a page; finding out which way up it is is pytesseract's part.

One call gives words, boxes and confidence; text is derived from them. A page that reads badly is
turned as Tesseract's orientation detection says and read again, and so is one whose lines were read
lying on their side; the surer reading counts.
Callers run this in the sandbox: Tesseract inherits its limits and stays in its process group.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

import pytesseract
from PIL import Image

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.text import PreparedPicture, RecognisedPage
from eakte.errors import EnvironmentProblemError
from eakte.i18n import _
from eakte.ocr import engine
from eakte.ocr.engine import TimedOutError
from eakte.ocr.handwriting import seems_handwritten
from eakte.ocr.places import on_picture, to_points
from eakte.ocr.tsv import Reading, lying

LOW_CONFIDENCE = 0.80
"""Clean letters read at 0.90 to 0.96, a letter at 40 dpi at 0.60, a map at 0.71."""

_DOUBTFUL = 0.70
"""A first reading below this may be of a turned page."""
_LEAST_INK = 0.0005
"""With less ink than this there is nothing that could be turned."""
_LEGIBLE = 0.50
"""A turned page is believed from here: handwriting, turned or not, reads at 0.10 to 0.40."""
_UNREAD_INK = 0.002
"""More ink than this is a mark that should have given words; punch holes stay below."""
_ROTATE = re.compile(r"^Rotate: (\d+)$", re.MULTILINE)
_CLOCKWISE = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def recognise(
    seconds: float,
    picture: PreparedPicture,
    number: int,
    width: float,
    height: float,
    languages: str,
) -> RecognisedPage:
    """Read a prepared page, all runs of Tesseract together within so many seconds."""
    deadline = time.monotonic() + seconds
    complete, extra, reading = True, 0, Reading(())
    try:
        reading = _read(picture.path, picture, languages, deadline)
        extra = lying(reading.words)
        if reading.confidence < _DOUBTFUL and picture.ink > _LEAST_INK:
            extra = _orientation(picture, deadline)
        if extra:
            extra, reading = _read_turned(picture, languages, deadline, reading, extra)
    except TimedOutError:
        complete = False
    read_at = (picture.turned + extra) % 360
    words = to_points(reading.words, picture, read_at, width, height)
    handwritten = complete and seems_handwritten(picture, on_picture(reading.words, picture, extra))
    extra += lying(reading.words)
    return RecognisedPage(
        number=number,
        width=width,
        height=height,
        words=words,
        text=reading.text,
        rotation=(picture.turned + extra) % 360,
        confidence=round(reading.confidence, 4),
        complete=complete,
        engine=f"tesseract {engine.version()}",
        findings=_found(
            number,
            {
                FindingCode.OCR_INCOMPLETE: not complete,
                FindingCode.UPSIDE_DOWN: (picture.turned + extra - picture.asked) % 360 != 0,
                FindingCode.LOW_OCR_CONFIDENCE: complete and _is_doubtful(reading, picture.ink),
                FindingCode.HANDWRITING: handwritten,
            },
        ),
    )


def _found(number: int, codes: dict[FindingCode, bool]) -> tuple[Finding, ...]:
    return tuple(Finding(code, number) for code, present in codes.items() if present)


def _is_doubtful(reading: Reading, ink: float) -> bool:
    """Tell whether a page was hard to read; much ink without a word counts, too."""
    return reading.confidence < LOW_CONFIDENCE if reading.words else ink > _UNREAD_INK


def _read_turned(
    picture: PreparedPicture, languages: str, deadline: float, first: Reading, extra: int
) -> tuple[int, Reading]:
    """Turn the page by so many degrees clockwise, if that reads better."""
    if extra not in _CLOCKWISE:
        return 0, first
    path = picture.path.with_suffix(f".turned{extra}.tif")
    try:
        with Image.open(picture.path) as file:
            turned = file.transpose(_CLOCKWISE[extra])
        packed = "group4" if turned.mode == "1" else None
        turned.save(path, "TIFF", compression=packed, dpi=(picture.dpi, picture.dpi))
        second = _read(path, picture, languages, deadline)
    finally:
        path.unlink(missing_ok=True)
    better = second.weight > first.weight and second.confidence >= _LEGIBLE
    return (extra, second) if better else (0, first)


def _orientation(picture: PreparedPicture, deadline: float) -> int:
    config = f"--psm 0 --dpi {round(picture.dpi)}"
    with suppress(pytesseract.TesseractError):  # too few characters to tell
        answer = _within(
            deadline, pytesseract.image_to_osd, picture.path, lang="osd", config=config
        )
        match = _ROTATE.search(answer)
        return int(match.group(1)) if match else 0
    return 0


def _read(path: Path, picture: PreparedPicture, languages: str, deadline: float) -> Reading:
    return engine.read(path, picture.dpi, languages, deadline - time.monotonic())


def _within(deadline: float, run: object, path: Path, **options: str) -> str:
    """Call pytesseract on a file, kill it at the deadline, and leave no process behind."""
    _set_up()
    left = deadline - time.monotonic()
    if left <= 0 or not callable(run):
        raise TimedOutError
    before = _children()
    try:
        return str(run(str(path), timeout=left, **options))
    except pytesseract.TesseractError:
        raise
    except RuntimeError as stopped:
        _reap(_children() - before)
        raise TimedOutError from stopped
    except pytesseract.TesseractNotFoundError:
        raise EnvironmentProblemError(detail=_("tesseract is not installed")) from None


def _children() -> set[int]:
    """Give the children of this process; a thread's that ends are another's then."""
    found: set[int] = set()
    for listing in Path("/proc/self/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            found.update(map(int, listing.read_text().split()))
    return found


def _reap(pids: set[int]) -> None:
    """Take leave of the Tesseract that pytesseract killed without waiting for it."""
    for pid in pids:
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _set_up() -> None:
    """One thread per process, and the program by its path, which is given."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    program = shutil.which("tesseract")
    if program is None:
        raise EnvironmentProblemError(detail=_("tesseract is not installed"))
    pytesseract.pytesseract.tesseract_cmd = program

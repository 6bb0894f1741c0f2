"""Tesseract within this process: the only module that knows tesserocr.

Starting Tesseract takes an eighth of the time of reading a page. It is started once for a set of
languages; processes that are forked later, one for each page, have it (see eakte.pipeline.warm).
The caller limits memory and CPU: a fault of the library ends this process.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from functools import cache
from pathlib import Path

import tesserocr

from eakte.ocr.languages import require_languages, tessdata
from eakte.ocr.tsv import Reading, parse_tsv

_MILLISECONDS = 1000
_AT_WORK = threading.Lock()
"""Two pages at once end the process (SIGABRT): the next one waits for one that ran out of time."""


class TimedOutError(Exception):
    """Tesseract did not finish in time."""


def read(picture: Path, dpi: float, languages: str, seconds: float) -> Reading:
    """Read a picture file as a page of text; boxes are in pixels of the picture.

    Raises TimedOutError after so many seconds, whatever Tesseract does, and
    EnvironmentProblemError if a language is not installed.
    """
    if seconds <= 0:
        raise TimedOutError
    answer: Future[str] = Future()
    work = threading.Thread(
        target=_answer, args=(answer, picture, dpi, languages, seconds), daemon=True
    )
    work.start()
    try:
        return parse_tsv(answer.result(seconds))
    except TimeoutError:
        answer.cancel()
        raise TimedOutError from None


def start(languages: str) -> None:
    """Make Tesseract ready to read: forks of this process need not.

    Raises EnvironmentProblemError if a language is not installed.
    """
    _started(languages)


def version() -> str:
    """Give Tesseract's version, as in `5.5.4`."""
    return str(tesserocr.tesseract_version()).split("\n")[0].removeprefix("tesseract ")


def _answer(answer: Future[str], picture: Path, dpi: float, languages: str, seconds: float) -> None:
    """Read in a thread of its own: Tesseract looks at its clock only between words."""
    try:
        with _AT_WORK:
            if not answer.set_running_or_notify_cancel():
                return
            engine = _started(languages)
            engine.SetImageFile(str(picture))
            engine.SetSourceResolution(round(dpi))
            if engine.Recognize(round(seconds * _MILLISECONDS)):
                answer.set_result(engine.GetTSVText(0))
            else:
                answer.set_exception(TimeoutError())
            engine.Clear()
    except BaseException as problem:  # noqa: BLE001 - it belongs to who waits for the answer
        answer.set_exception(problem)


@cache
def _started(languages: str) -> tesserocr.PyTessBaseAPI:
    require_languages(languages)
    engine = tesserocr.PyTessBaseAPI(path=tessdata(), lang=languages, psm=tesserocr.PSM.AUTO)
    engine.SetVariable("debug_file", "/dev/null")
    engine.SetVariable("textord_all_prop", "1")  # seeks no fixed pitch: nothing here uses it
    return engine

from __future__ import annotations

import stat
from pathlib import Path

import pypdfium2
import pytest
from typer.testing import CliRunner

from eakte.cli.app import program
from eakte.domain.mail import Batch, Side
from eakte.errors import RefusedError
from eakte.pages.batches import batch_of
from eakte.pages.inspect import inspect


def _run(*args: str) -> int:
    result = CliRunner().invoke(program(), ["separator", *args])
    if isinstance(result.exception, RefusedError):
        raise result.exception
    return result.exit_code


def _words(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return str(document[0].get_textpage().get_text_bounded())


def test_separator_sheets_are_printed_privately(tmp_path: Path) -> None:
    out = tmp_path / "sheets.pdf"
    assert _run(str(out), "--count", "3", "--aktenzeichen", "32.1-112.05/2026-0417") == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    pages = inspect(out).pages
    assert [page.separator for page in pages] == [True] * 3
    assert "32.1-112.05/2026-0417" in {mark.value for mark in pages[2].marks}


def test_a_vorblatt_tells_its_batch(tmp_path: Path) -> None:
    out = tmp_path / "cover.pdf"
    options = ("--cover", "2026-17", "--pages", "45", "--side", "even", "--in-order")
    assert _run(str(out), *options) == 0
    assert batch_of(inspect(out).pages) == Batch("2026-17", 45, Side.EVEN, in_order=True)


def test_the_counting_rule_stands_on_the_vorblatt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAKTE_LANG", "en")
    out = tmp_path / "cover.pdf"
    _run(str(out), "--cover", "2026-17", "--pages", "45")
    assert "Every page of the scan counts except this one" in _words(out)
    assert "pages: 45" in _words(out)


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "sheets.pdf"
    out.write_bytes(b"mine")
    with pytest.raises(RefusedError):
        _run(str(out))
    assert out.read_bytes() == b"mine"


@pytest.mark.parametrize(
    "options",
    [
        ("--aktenzeichen", "32.1-112.05/26-417"),
        ("--count", "0"),
        ("--pages", "4"),
        ("--side", "odd"),
        ("--in-order",),
        ("--cover", "2026 17"),
        ("--cover", "a17"),
        ("--cover", "17", "--pages", "10000"),
        ("--cover", "17", "--count", "2"),
        ("--cover", "17", "--in-order"),
        ("--cover", "17", "--side", "odd", "--in-order"),
    ],
)
def test_wrong_usage_makes_nothing(tmp_path: Path, options: tuple[str, ...]) -> None:
    out = tmp_path / "sheets.pdf"
    assert _run(str(out), *options) == 2
    assert not out.exists()

"""A password opens an encrypted PDF; it never makes a damaged one look whole."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from eakte.errors import RefusedError, UnusableInputError
from eakte.pages.inspect import inspect
from eakte.pages.unlock import unlock

WORD = "Schlüssel-4711"
PAGES = 3


def _plain(path: Path) -> Path:
    with pikepdf.new() as pdf:
        for number in range(PAGES):
            pdf.add_blank_page()
            pdf.pages[-1].Contents = pdf.make_stream(b"%% page %d" % number)
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return path


def _encrypted(path: Path, strength: int = 6) -> Path:
    locked = pikepdf.Encryption(
        owner="chef", user=WORD, R=strength, aes=strength >= 4, metadata=strength >= 4
    )
    with pikepdf.open(_plain(path), allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=locked, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return path


@pytest.mark.parametrize("strength", [3, 4, 6])
def test_the_password_gives_all_pages(tmp_path: Path, strength: int) -> None:
    """Demand 52, with umlauts, in each way of encryption that is in use."""
    source, out = _encrypted(tmp_path / "locked.pdf", strength), tmp_path / "out.pdf"
    assert unlock(source, WORD, out)
    assert len(inspect(out).pages) == PAGES
    first = out.read_bytes()
    unlock(source, WORD, out)
    assert out.read_bytes() == first, "a second try makes no other view"


def test_a_wrong_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        unlock(_encrypted(tmp_path / "locked.pdf"), "falsch", tmp_path / "out.pdf")


def test_a_page_that_is_lost_is_not_hidden_by_the_password(tmp_path: Path) -> None:
    """Demand 7: qpdf drops a page that it cannot read, and writes the others as a whole file."""
    source, out = _encrypted(tmp_path / "locked.pdf"), tmp_path / "out.pdf"
    with pikepdf.open(source, password=WORD) as pdf:
        header = b"\n%d 0 obj" % pdf.pages[1].objgen[0]
    data = source.read_bytes()
    assert data.count(header) == 1
    source.write_bytes(data.replace(header, header.replace(b"obj", b"obX")))
    with pytest.raises(UnusableInputError):
        unlock(source, WORD, out)
    assert not out.exists()


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_what_was_cut_is_not_mended_by_the_password(tmp_path: Path, share: float) -> None:
    """Demand 7."""
    source, out = _encrypted(tmp_path / "locked.pdf"), tmp_path / "out.pdf"
    data = source.read_bytes()
    source.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UnusableInputError):
        unlock(source, WORD, out)
    assert not out.exists()


def test_what_is_not_encrypted_gets_no_view(tmp_path: Path) -> None:
    """A file is in quarantine for another reason then, which a password cannot change."""
    with pytest.raises(RefusedError), pytest.warns(UserWarning, match="no password was needed"):
        unlock(_plain(tmp_path / "plain.pdf"), WORD, tmp_path / "out.pdf")

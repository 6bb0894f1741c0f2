from __future__ import annotations

import pytest

from eakte.inbox.settle import (
    FileState,
    Observation,
    is_of_the_system,
    is_settled,
    is_temporary,
)


def _seen(size: int, at: float, mtime: int = 1, inode: int = 5, others: int = 0) -> Observation:
    beside = tuple(FileState(f"{each}.p7s", 1, 1, each) for each in range(others))
    return Observation((FileState("a.pdf", size, mtime, inode), *beside), at)


def test_settled_only_after_standing_still() -> None:
    assert not is_settled(_seen(10, 0.0), _seen(10, 1.9), 2.0)
    assert is_settled(_seen(10, 0.0), _seen(10, 2.0), 2.0)


@pytest.mark.parametrize(
    "changed",
    [_seen(11, 9.0), _seen(10, 9.0, mtime=2), _seen(10, 9.0, inode=6), _seen(10, 9.0, others=1)],
)
def test_any_change_starts_the_wait_anew(changed: Observation) -> None:
    assert not is_settled(_seen(10, 0.0), changed, 2.0)


@pytest.mark.parametrize(
    "name",
    [
        "a.tmp",
        "b.PDF.part",
        ".hidden.pdf",
        "c.filepart",
        "d.pdf~",
        "e.crdownload",
        "~$brief.docx",
        "f.pdf.partial",
    ],
)
def test_temporary_names(name: str) -> None:
    assert is_temporary(name)


@pytest.mark.parametrize("name", ["a.pdf", "part.pdf", "tmp.tif", "Scan 1.JPG", "noending", "a~b"])
def test_ordinary_names(name: str) -> None:
    assert not is_temporary(name)
    assert not is_of_the_system(name)


@pytest.mark.parametrize("name", ["Thumbs.db", "desktop.ini", ".DS_Store"])
def test_files_of_the_system(name: str) -> None:
    assert is_of_the_system(name)

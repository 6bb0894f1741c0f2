from __future__ import annotations

import pytest

from eakte.inbox.settle import Observation, is_settled, is_temporary


def _seen(size: int, at: float, mtime: int = 1, inode: int = 5) -> Observation:
    return Observation(size, mtime, inode, at)


def test_settled_only_after_standing_still() -> None:
    assert not is_settled(_seen(10, 0.0), _seen(10, 1.9), 2.0)
    assert is_settled(_seen(10, 0.0), _seen(10, 2.0), 2.0)


@pytest.mark.parametrize(
    "changed", [_seen(11, 9.0), _seen(10, 9.0, mtime=2), _seen(10, 9.0, inode=6)]
)
def test_any_change_starts_the_wait_anew(changed: Observation) -> None:
    assert not is_settled(_seen(10, 0.0), changed, 2.0)


@pytest.mark.parametrize(
    "name", ["a.tmp", "b.PDF.part", ".hidden.pdf", "c.filepart", "d.pdf~", "e.crdownload"]
)
def test_temporary_names(name: str) -> None:
    assert is_temporary(name)


@pytest.mark.parametrize("name", ["a.pdf", "part.pdf", "tmp.tif", "Scan 1.JPG", "noending"])
def test_ordinary_names(name: str) -> None:
    assert not is_temporary(name)

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from eakte.inbox.watch import FolderWatch


@pytest.fixture
def watch(tmp_path: Path) -> FolderWatch:
    return FolderWatch(tmp_path / "inbox", 2.0, threading.Event())


def test_files_that_were_there_before_are_found(watch: FolderWatch) -> None:
    """Demand 47: events are hints, the rescan is the truth."""
    watch.folder.mkdir()
    (watch.folder / "old.pdf").write_bytes(b"x")
    assert watch.look(0.0).waiting == 1
    assert [path.name for path in watch.look(2.0).settled] == ["old.pdf"]
    watch.stop()


def test_a_growing_file_waits(watch: FolderWatch) -> None:
    watch.folder.mkdir()
    file = watch.folder / "grow.pdf"
    for second in range(4):
        file.write_bytes(b"x" * (second + 1))
        look = watch.look(float(2 * second))
        assert (look.settled, look.waiting) == ((), 1)
    assert watch.look(8.0).settled == (file,)
    watch.stop()


def test_the_order_is_that_of_arrival(watch: FolderWatch) -> None:
    watch.folder.mkdir()
    for name, age in (("b.pdf", 30), ("a.pdf", 20), ("c.pdf", 10)):
        (watch.folder / name).write_bytes(b"x")
        os.utime(watch.folder / name, (1_000_000 - age, 1_000_000 - age))
    watch.look(0.0)
    assert [path.name for path in watch.look(5.0).settled] == ["b.pdf", "a.pdf", "c.pdf"]
    watch.stop()


def test_links_temporary_names_and_folders_are_left_alone(
    watch: FolderWatch, tmp_path: Path
) -> None:
    watch.folder.mkdir()
    (tmp_path / "secret").write_bytes(b"x")
    (watch.folder / "link.pdf").symlink_to(tmp_path / "secret")
    (watch.folder / "x.part").write_bytes(b"x")
    (watch.folder / "sub").mkdir()
    os.mkfifo(watch.folder / "fifo.pdf")
    watch.look(0.0)
    look = watch.look(9.0)
    assert (look.settled, look.waiting) == ((), 0)
    watch.stop()


def test_events_wake_the_loop_also_after_the_folder_was_made_anew(tmp_path: Path) -> None:
    """Demand 48: a root that was removed and made again gives events after a rescan."""
    wake = threading.Event()
    watch = FolderWatch(tmp_path / "inbox", 2.0, wake)
    watch.look(0.0)
    (watch.folder / "one.pdf").write_bytes(b"x")
    assert wake.wait(5)
    shutil.rmtree(watch.folder)
    watch.look(1.0)
    wake.clear()
    (watch.folder / "two.pdf").write_bytes(b"x")
    assert wake.wait(5)
    watch.stop()

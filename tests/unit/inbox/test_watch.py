from __future__ import annotations

import errno
import logging
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from watchdog.observers.api import BaseObserver

from eakte.inbox import events
from eakte.inbox.watch import FolderWatch, Look


@pytest.fixture
def wake() -> threading.Event:
    return threading.Event()


@pytest.fixture
def watch(tmp_path: Path, wake: threading.Event) -> Iterator[FolderWatch]:
    made = FolderWatch(tmp_path / "inbox", 2.0, wake)
    made.folder.mkdir()
    yield made
    made.stop()


def _names(look: Look) -> list[str]:
    return [unit.main for unit in look.settled]


def test_files_that_were_there_before_are_found(watch: FolderWatch) -> None:
    """Demands 47, 51: events are hints, the rescan is the truth, also at the start."""
    (watch.folder / "old.pdf").write_bytes(b"x")
    assert watch.look(0.0).waiting == 1
    look = watch.look(2.0)
    assert (_names(look), look.sizes) == (["old.pdf"], (1,))


def test_a_growing_file_waits(watch: FolderWatch) -> None:
    """Demand 6."""
    file = watch.folder / "grow.pdf"
    for second in range(4):
        file.write_bytes(b"x" * (second + 1))
        look = watch.look(float(2 * second))
        assert (look.settled, look.waiting) == ((), 1)
    assert _names(watch.look(8.0)) == ["grow.pdf"]


def test_a_file_that_arrives_by_rename_is_seen(watch: FolderWatch) -> None:
    (watch.folder / "a.pdf.part").write_bytes(b"x")
    look = watch.look(0.0)
    assert (look.waiting, len(look.left_alone)) == (0, 1)
    (watch.folder / "a.pdf.part").rename(watch.folder / "a.pdf")
    assert watch.look(1.0).waiting == 1
    assert _names(watch.look(3.0)) == ["a.pdf"]


def test_a_signature_is_waited_for_with_its_file(watch: FolderWatch) -> None:
    (watch.folder / "a.pdf").write_bytes(b"x")
    watch.look(0.0)
    (watch.folder / "a.pdf.p7s").write_bytes(b"x")
    assert watch.look(2.0).settled == ()
    (unit,) = watch.look(4.0).settled
    assert unit.names == ("a.pdf", "a.pdf.p7s")


def test_a_delivery_folder_waits_for_its_slowest_file(watch: FolderWatch) -> None:
    (watch.folder / "sendung").mkdir()
    assert watch.look(0.0).unsettled_folders == ("sendung",)
    (watch.folder / "sendung" / "vhn.xml").write_bytes(b"x")
    watch.look(1.0)
    (watch.folder / "sendung" / "brief.pdf").write_bytes(b"x")
    assert watch.look(3.0).settled == ()
    assert _names(watch.look(5.0)) == ["sendung"]


def test_the_order_is_that_of_arrival(watch: FolderWatch) -> None:
    for name, age in (("b.pdf", 30), ("a.pdf", 20), ("c.pdf", 10), ("0.pdf", 20)):
        (watch.folder / name).write_bytes(b"x")
        os.utime(watch.folder / name, (1_000_000 - age, 1_000_000 - age))
    watch.look(0.0)
    assert _names(watch.look(5.0)) == ["b.pdf", "0.pdf", "a.pdf", "c.pdf"]


def _wakes(watch: FolderWatch, wake: threading.Event, name: str) -> bool:
    wake.clear()
    (watch.folder / name).write_bytes(b"x")
    return wake.wait(5)


def test_events_wake_the_loop_also_after_the_folder_was_made_anew(
    watch: FolderWatch, wake: threading.Event
) -> None:
    """Demand 48: a root that was removed and made again gives events after a rescan."""
    watch.look(0.0)
    assert _wakes(watch, wake, "one.pdf")
    shutil.rmtree(watch.folder)
    watch.folder.mkdir()
    watch.look(1.0)
    assert _wakes(watch, wake, "two.pdf")


def test_a_new_folder_that_got_the_old_one_s_number_is_watched_too(
    watch: FolderWatch, wake: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demand 48: file systems give numbers again; the observer tells that its folder went."""
    monkeypatch.setattr(watch, "_present", lambda: (1, 1))
    watch.look(0.0)
    wake.clear()
    shutil.rmtree(watch.folder)
    assert wake.wait(5)
    watch.folder.mkdir()
    watch.look(1.0)
    assert _wakes(watch, wake, "two.pdf")


def test_events_wake_the_loop_also_after_the_observer_died(
    watch: FolderWatch, wake: threading.Event
) -> None:
    """Demand 48."""
    watch.look(0.0)
    observer = watch._events._observer
    assert observer is not None
    observer.stop()
    observer.join()
    watch.look(1.0)
    assert _wakes(watch, wake, "seen.pdf")


def test_a_folder_that_vanishes_is_told_and_never_made(watch: FolderWatch, tmp_path: Path) -> None:
    """Demand 49: an unmounted share is not "everything deleted"; it is over when it is back."""
    (watch.folder / "a.pdf").write_bytes(b"x")
    watch.look(0.0)
    away = watch.folder.rename(tmp_path / "away")
    look = watch.look(2.0)
    assert look.trouble is not None
    assert "missing" in look.trouble
    assert not watch.folder.exists()
    away.rename(watch.folder)
    assert watch.look(3.0).trouble is None
    assert _names(watch.look(5.0)) == ["a.pdf"]


def test_an_empty_mount_point_is_told(
    watch: FolderWatch, wake: threading.Event, tmp_path: Path
) -> None:
    """Demand 49: the share is gone, the empty folder below it shows; then it is mounted again."""
    (watch.folder / "a.pdf").write_bytes(b"x")
    watch.look(0.0)
    away = watch.folder.rename(tmp_path / "away")
    watch.folder.mkdir()
    for now in (1.0, 2.0):
        look = watch.look(now)
        assert look.trouble is not None
        assert "empty" in look.trouble
    watch.folder.rmdir()
    away.rename(watch.folder)
    assert watch.look(3.0).trouble is None
    assert _wakes(watch, wake, "b.pdf")
    watch.look(4.0)
    assert sorted(_names(watch.look(6.0))) == ["a.pdf", "b.pdf"]


def test_a_folder_in_the_place_of_another_is_the_inbox_when_something_lies_in_it(
    watch: FolderWatch, wake: threading.Event, tmp_path: Path
) -> None:
    """Demand 48: the share moved to another disk."""
    watch.look(0.0)
    watch.folder.rename(tmp_path / "away")
    watch.folder.mkdir()
    assert watch.look(1.0).trouble is not None
    assert _wakes(watch, wake, "a.pdf")
    assert watch.look(2.0).trouble is None
    assert _names(watch.look(4.0)) == ["a.pdf"]


def test_a_missing_folder_is_made_at_the_start_only_where_wanted(
    tmp_path: Path, wake: threading.Event
) -> None:
    foreign = FolderWatch(tmp_path / "share", 2.0, wake, make=False)
    assert foreign.look(0.0).trouble is not None
    assert not foreign.folder.exists()
    own = FolderWatch(tmp_path / "own", 2.0, wake, make=True)
    assert own.look(0.0).trouble is None
    own.stop()


@pytest.mark.parametrize(
    ("number", "limit"),
    [
        (errno.ENOSPC, "fs.inotify.max_user_watches"),
        (errno.EMFILE, "fs.inotify.max_user_instances"),
    ],
)
def test_the_inotify_limit_is_told_once_and_files_are_found(
    watch: FolderWatch,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    number: int,
    limit: str,
) -> None:
    """Demand 50."""
    asked = []

    def refuse(_self: BaseObserver) -> None:
        asked.append(1)
        raise OSError(number, "inotify limit reached")

    monkeypatch.setattr(BaseObserver, "start", refuse)
    (watch.folder / "a.pdf").write_bytes(b"x")
    with caplog.at_level(logging.WARNING):
        for now in (0.0, 1.0, 2.0):
            look = watch.look(now)
    assert _names(look) == ["a.pdf"]
    assert [limit in record.getMessage() for record in caplog.records] == [True]
    assert len(asked) == 1


def test_a_share_is_only_rescanned(
    watch: FolderWatch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Demand 49: where events of other machines are not told, none are waited for."""
    monkeypatch.setattr(events, "needs_polling", lambda _folder: True)
    monkeypatch.setattr(BaseObserver, "start", lambda _self: pytest.fail("no observer is wanted"))
    (watch.folder / "a.pdf").write_bytes(b"x")
    watch.look(0.0)
    assert _names(watch.look(2.0)) == ["a.pdf"]
    assert "network share" in caplog.text

"""A folder of backups: objects once, nothing half, and every damage with its place."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from eakte.domain.backups import File
from eakte.domain.ids import digest_of
from eakte.errors import BackupDamagedError, NotFoundError, RefusedError
from eakte.store.backups import BackupFolder
from tests.unit.domain.test_backups import MANIFEST


@pytest.fixture
def folder(tmp_path: Path) -> BackupFolder:
    made = BackupFolder(tmp_path / "dest")
    made.prepare()
    return made


def _file(folder: BackupFolder, data: bytes) -> Path:
    path = folder.root.parent / "source"
    path.write_bytes(data)
    return path


def test_an_object_is_kept_once_and_is_private(folder: BackupFolder) -> None:
    with folder.alone():
        for _twice in range(2):
            assert folder.add(_file(folder, b"brief")) == (digest_of(b"brief"), 5)
    assert folder.written.objects == {digest_of(b"brief")}
    assert folder.written.bytes == 5
    assert list(folder.objects()) == [digest_of(b"brief")]
    assert list(folder.incoming.iterdir()) == []
    for path in (folder.root, *folder.root.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_of_a_large_file_only_changed_pieces_are_written(folder: BackupFolder) -> None:
    data = bytearray(os.urandom(3_500_000))
    before = folder.add_in_pieces(_file(folder, data), "eakte.db")
    assert (before.size, len(before.pieces)) == (3_500_000, 14)
    folder.written.objects.clear()
    data[1_500_000] ^= 1
    after = folder.add_in_pieces(_file(folder, data), "eakte.db")
    assert folder.written.objects == {after.pieces[5]}
    assert b"".join(folder.chunks(after)) == data
    swapped = replace(before, pieces=after.pieces)
    with pytest.raises(BackupDamagedError, match=r"do not make eakte\.db"):
        list(folder.chunks(swapped))


def test_a_shortened_object_is_written_anew(folder: BackupFolder) -> None:
    digest, _size = folder.add(_file(folder, b"brief"))
    folder.path(digest).write_bytes(b"br")
    folder.add(_file(folder, b"brief"))
    assert b"".join(folder.object(digest, "x")) == b"brief"


def test_damage_is_told_with_its_place(folder: BackupFolder) -> None:
    digest, size = folder.add(_file(folder, b"brief"))
    file, path = File("inbox/brief.pdf", 0o600, size, digest), folder.path(digest)
    assert list(folder.chunks(file)) == [b"brief"]
    path.write_bytes(b"briex")
    _refused(folder, file, "changed")
    path.unlink()
    _refused(folder, file, "missing")
    path.symlink_to(_file(folder, b"brief"))
    _refused(folder, file, "symbolic")
    path.unlink()
    os.mkfifo(path)
    _refused(folder, file, "no plain file")


def _refused(folder: BackupFolder, file: File, said: str) -> None:
    with pytest.raises(BackupDamagedError, match=said) as refused:
        list(folder.chunks(file))
    assert str(folder.path(file.sha256)) in str(refused.value)


def test_what_else_lies_somewhere_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("mine")
    with pytest.raises(RefusedError, match="not empty"):
        BackupFolder(tmp_path).prepare()
    assert [each.name for each in tmp_path.iterdir()] == ["letter"]
    with pytest.raises(NotFoundError), BackupFolder(tmp_path).reading():
        pass


def test_one_writes_and_then_nobody_reads(folder: BackupFolder) -> None:
    other = BackupFolder(folder.root)
    with folder.alone():
        with pytest.raises(RefusedError, match="at work"), other.alone():
            pass
        with pytest.raises(RefusedError, match="at work"), other.reading():
            pass
    with folder.reading(), other.reading(), pytest.raises(RefusedError), other.alone():
        pass


def test_a_backup_is_found_by_the_beginning_of_its_name(folder: BackupFolder) -> None:
    with folder.alone():
        first = folder.publish(MANIFEST)
        second = folder.publish(replace(MANIFEST, events=4))
    (folder.root / "backups" / "notes.json").write_text("{}")
    assert folder.names() == tuple(sorted((first, second)))
    assert folder.find("") == folder.names()[-1]
    assert folder.find(first[:30]) == first
    for prefix in ("2026", "2027"):
        with pytest.raises(NotFoundError):
            folder.find(prefix)
    with folder.alone():
        folder.remove([first])
    assert folder.names() == (second,)
    assert folder.manifest(second).events == 4

"""A package appears whole, checked, under the name of the standard; or not at all."""

from __future__ import annotations

import hashlib
import os
import stat
import zipfile
from dataclasses import replace

import pytest

from eakte.domain.handover import Edition, Message
from eakte.errors import RefusedError, SystemRefusedError
from eakte.handover import package
from eakte.handover.message import message_xml
from tests.unit.handover.making import (
    CONTENTS,
    LETTER,
    PROCESS,
    SEALED,
    akte,
    handover,
    letter,
    other_letter,
    place,
)

_NAMES = {
    (Message.ABGABE, Edition.V3_1): f"{PROCESS}_Abgabe.Abgabe.0401",
    (Message.ANBIETEVERZEICHNIS, Edition.V3_1): f"{PROCESS}_Aussonderung.Anbieteverzeichnis.0501",
    (Message.AUSSONDERUNG, Edition.V3_1): f"{PROCESS}_Aussonderung.Aussonderung.0503",
    (Message.ANBIETEVERZEICHNIS, Edition.V4_0): f"{PROCESS}_0501_1",
    (Message.AUSSONDERUNG, Edition.V4_0): f"{PROCESS}_0503_1",
}


@pytest.fixture
def places(tmp_path):
    (tmp_path / "files").mkdir()
    return place(tmp_path / "files")


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


class Told:
    """Remembers what was noted, and whether anything had appeared by then."""

    def __init__(self, out):
        self.out, self.packages, self.seen = out, [], []

    def __call__(self, made):
        self.packages.append(made)
        self.seen += [each.name for each in self.out.iterdir() if each.suffix == ".zip"]


@pytest.mark.parametrize(("message", "edition"), list(_NAMES))
def test_the_package_holds_message_and_files(places, out, message, edition):
    given, told = handover(message, edition), Told(out)
    made = package.publish(given, places.__getitem__, out, told)
    name = _NAMES[message, edition]
    assert made.path == out / f"{name}.zip"
    assert [each.name for each in out.iterdir()] == [f"{name}.zip"]
    assert told.packages == [made]
    assert told.seen == [], "it is noted before it appears"
    data = made.path.read_bytes()
    assert (made.sha256, made.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None
        told = {each.date_time for each in archive.infolist()}
        assert told == {(2026, 10, 5, 8, 30, 14)}, "a zip tells even seconds"
        inside = {each: archive.read(each) for each in archive.namelist()}
    files = CONTENTS if message.has_files else {}
    assert inside == {f"{name}.xml": message_xml(given)} | files
    assert made.files == len(files)


def test_the_same_hand_over_gives_the_same_bytes(places, out):
    given = handover(Message.AUSSONDERUNG, Edition.V4_0)
    first = package.publish(given, places.__getitem__, out, Told(out))
    data = first.path.read_bytes()
    first.path.unlink()
    package.publish(given, places.__getitem__, out, Told(out))
    assert first.path.read_bytes() == data


def test_nothing_is_overwritten(places, out):
    given = handover(Message.ABGABE, Edition.V3_1)
    target = out / f"{given.name}.zip"
    target.write_bytes(b"there")
    told = Told(out)
    with pytest.raises(RefusedError, match="exists already"):
        package.publish(given, places.__getitem__, out, told)
    assert told.packages == []
    assert target.read_bytes() == b"there"


def test_nothing_is_overwritten_that_appears_meanwhile(places, out):
    given = handover(Message.ABGABE, Edition.V3_1)
    target = out / f"{given.name}.zip"
    with pytest.raises(RefusedError, match="exists already"):
        package.publish(given, places.__getitem__, out, lambda _made: target.write_bytes(b"there"))
    assert [each.read_bytes() for each in out.iterdir()] == [b"there"]


@pytest.mark.parametrize(
    "wrong",
    [
        letter(uuid="4711"),
        letter(versions=(replace(letter().versions[1], name=""),)),
        letter(versions=(replace(letter().versions[1], name="../evil.pdf"),)),
        letter(versions=()),
    ],
)
def test_what_is_wrong_is_caught_before_writing(places, out, wrong):
    told = Told(out)
    given = handover(Message.ABGABE, Edition.V3_1, akte=akte((wrong, other_letter())))
    with pytest.raises(RefusedError):
        package.publish(given, places.__getitem__, out, told)
    assert list(out.iterdir()) == told.packages == []


def _reading(monkeypatch, change):
    """Let the writer make another message than it should."""
    monkeypatch.setattr(package, "message_xml", lambda given: change(message_xml(given)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda xml: xml.replace(SEALED.encode(), b"another.pdf"), "exactly the files"),
        (lambda xml: xml.replace(LETTER.encode(), b"4711"), "is no UUID"),
        (lambda xml: xml.replace(LETTER.encode(), PROCESS.encode()), "a record is missing"),
        (lambda xml: xml.replace(PROCESS.encode(), LETTER.encode()), "another process"),
        (lambda xml: xml.replace(b"Aussonderung.0503", b"Aussonderung.0504"), "another name"),
        (
            lambda xml: xml.replace(hashlib.sha256(CONTENTS[SEALED]).hexdigest().encode(), b"0"),
            "the digest of",
        ),
    ],
)
def test_a_message_that_contradicts_its_package_is_never_published(
    places, out, monkeypatch, change, message
):
    _reading(monkeypatch, change)
    told = Told(out)
    given = handover(Message.AUSSONDERUNG, Edition.V4_0)
    with pytest.raises(RefusedError, match=message):
        package.publish(given, places.__getitem__, out, told)
    assert list(out.iterdir()) == told.packages == []


def test_files_that_changed_are_never_published(places, out):
    changed = next(iter(places.values()))
    changed.write_bytes(b"other bytes")
    given = handover(Message.ABGABE, Edition.V3_1)
    with pytest.raises(RefusedError, match="is not the one of the record"):
        package.publish(given, places.__getitem__, out, Told(out))
    assert list(out.iterdir()) == []


def test_what_cannot_be_noted_does_not_appear(places, out):
    def refuse(_made):
        raise RefusedError(detail="the log is full")

    given = handover(Message.ABGABE, Edition.V3_1)
    with pytest.raises(RefusedError, match="the log is full"):
        package.publish(given, places.__getitem__, out, refuse)
    assert list(out.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(places, tmp_path):
    given = handover(Message.ABGABE, Edition.V3_1)
    with pytest.raises(SystemRefusedError):
        package.publish(given, places.__getitem__, tmp_path / "none", Told(tmp_path))


def test_a_disk_that_fails_leaves_nothing(places, out, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    given = handover(Message.ABGABE, Edition.V3_1)
    with pytest.raises(SystemRefusedError, match="No space left"):
        package.publish(given, places.__getitem__, out, Told(out))
    assert list(out.iterdir()) == []

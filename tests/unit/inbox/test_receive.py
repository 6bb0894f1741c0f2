from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eakte.domain.codec import from_json
from eakte.domain.ids import Digest, digest_of
from eakte.domain.mail import Delivery, DeliveryKind, EnclosureRole
from eakte.errors import StoreError
from eakte.inbox.listing import readable
from eakte.inbox.receive import digest_in, is_being_written, keep, scan_of
from eakte.inbox.units import Unit
from eakte.store.local import LocalBlobStore

_NOW = datetime(2026, 10, 5, tzinfo=UTC)
_LETTER = Unit("scan.pdf")


@pytest.fixture
def store(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path / "store")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "scan.pdf").write_bytes(b"%PDF- a letter")
    return folder


@pytest.fixture
def delivery(inbox: Path) -> Unit:
    (inbox / "sendung" / "b").mkdir(parents=True)
    for name, data in (("vhn.xml", b"<x/>"), ("b/2.pdf", b"22"), ("a.pdf", b"1")):
        (inbox / "sendung" / name).write_bytes(data)
    return Unit("sendung", is_folder=True)


def test_a_file_is_kept_and_stays(store: LocalBlobStore, inbox: Path) -> None:
    """Demand 1."""
    kept = keep(inbox, _LETTER, store)
    assert store.get(kept.digest) == b"%PDF- a letter"
    assert (inbox / "scan.pdf").exists()
    scan = scan_of(kept, ("post", "posteingang"), _NOW)
    assert (scan.name, scan.size, scan.station) == ("scan.pdf", 14, "post")
    assert (kept.mark, kept.enclosures) == (kept.digest, ())


class _FullStore(LocalBlobStore):
    """A store on a full disk."""

    def put_file(self, source: Path) -> Digest:
        raise StoreError(path=source, detail="No space left on device")


def test_what_cannot_be_kept_stays(tmp_path: Path, inbox: Path) -> None:
    with pytest.raises(StoreError):
        keep(inbox, _LETTER, _FullStore(tmp_path / "full"))
    assert (inbox / "scan.pdf").exists()


def test_a_signature_is_an_enclosure(store: LocalBlobStore, inbox: Path) -> None:
    """Demand 3: what came signed is kept with its signature."""
    (inbox / "scan.pdf.p7s").write_bytes(b"signature")
    kept = keep(inbox, Unit("scan.pdf", ("scan.pdf.p7s",)), store)
    (signature,) = kept.enclosures
    assert (kept.digest, kept.size) == (digest_of(b"%PDF- a letter"), 14)
    assert (signature.name, signature.role) == ("scan.pdf.p7s", EnclosureRole.SIGNATURE)
    assert store.get(signature.digest) == b"signature"


def test_a_folder_is_kept_whole_with_its_manifest(
    store: LocalBlobStore, inbox: Path, delivery: Unit
) -> None:
    kept = keep(inbox, delivery, store)
    manifest = from_json(Delivery, store.get(kept.digest))
    assert (manifest.kind, manifest.name) == (DeliveryKind.FOLDER, "sendung")
    assert manifest.members == kept.enclosures
    contents = {member.name: store.get(member.digest) for member in manifest.members}
    assert contents == {"vhn.xml": b"<x/>", "b/2.pdf": b"22", "a.pdf": b"1"}
    assert (kept.name, kept.size) == ("sendung", 7)
    assert keep(inbox, delivery, store) == kept


def test_any_change_shows_in_the_mark(store: LocalBlobStore, inbox: Path, delivery: Unit) -> None:
    """Demand 6: hashing again before letting go finds a change of any file."""
    (inbox / "scan.pdf.p7s").write_bytes(b"signature")
    signed = Unit("scan.pdf", ("scan.pdf.p7s",))
    for unit, file in ((signed, "scan.pdf.p7s"), (signed, "scan.pdf"), (delivery, "sendung/a.pdf")):
        before = keep(inbox, unit, store)
        assert before.changed_since(before.mark) is None
        assert digest_in(before.mark) == before.digest
        with (inbox / file).open("ab") as writer:
            writer.write(b" more")
        after = keep(inbox, unit, store)
        assert after.changed_since(before.mark) not in {None, before.digest}
    before = keep(inbox, delivery, store)
    (inbox / "sendung" / "late.pdf").write_bytes(b"late")
    assert keep(inbox, delivery, store).changed_since(before.mark) is not None


def test_a_writer_is_noticed(inbox: Path, delivery: Unit) -> None:
    (inbox / "scan.p7s").write_bytes(b"s")
    signed = Unit("scan.pdf", ("scan.p7s",))
    for unit, file in ((signed, "scan.pdf"), (signed, "scan.p7s"), (delivery, "sendung/b/2.pdf")):
        assert not is_being_written(inbox, unit)
        with (inbox / file).open("ab"):
            assert is_being_written(inbox, unit)
        assert not is_being_written(inbox, unit)


def test_links_and_pipes_are_refused(
    store: LocalBlobStore, inbox: Path, delivery: Unit, tmp_path: Path
) -> None:
    """Demand 54: also if one takes a file's place after it was looked at."""
    (inbox / "link.pdf").symlink_to(inbox / "scan.pdf")
    os.mkfifo(inbox / "pipe.pdf")
    (inbox / "linked").symlink_to(inbox / "sendung")
    units = [Unit("link.pdf"), Unit("pipe.pdf"), Unit("linked", is_folder=True)]
    for unit in units:
        with pytest.raises(StoreError, match="plain file"):
            keep(inbox, unit, store)
    (inbox / "sendung" / "b" / "link").symlink_to(tmp_path)
    with pytest.raises(StoreError, match="plain file"):
        keep(inbox, delivery, store)


def test_names_become_readable_text() -> None:
    assert readable("Gebu\u0308hr.pdf") == "Gebühr.pdf"
    assert readable(os.fsdecode(b"br\xfccke.pdf")) == "br\ufffdcke.pdf"


_LOOKED_AT = """
import fcntl, os, sys
from pathlib import Path
from eakte.inbox.receive import is_being_written
from eakte.inbox.units import Unit

control = fcntl.fcntl

def opened_meanwhile(descriptor, command, argument):
    answer = control(descriptor, command, argument)
    if (command, argument) == (fcntl.F_SETLEASE, fcntl.F_RDLCK):
        try:
            os.close(os.open(sys.argv[1], os.O_WRONLY | os.O_NONBLOCK))
        except BlockingIOError:
            print("the lease was broken")
    return answer

fcntl.fcntl = opened_meanwhile
path = Path(sys.argv[1])
is_being_written(path.parent, Unit(path.name))
"""


def test_who_writes_at_that_very_moment_does_not_end_the_watcher(inbox: Path) -> None:
    """A broken lease is told by SIGIO, of which a process dies unless it asked for another one."""
    command = [sys.executable, "-c", _LOOKED_AT, str(inbox / "scan.pdf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "the lease was broken\n"
    assert done.returncode == 0, done.stderr

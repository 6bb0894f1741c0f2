"""Manifests of backups: what their names prove, and what none may say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eakte.domain import backups
from eakte.domain.backups import File, Folder, Manifest
from eakte.domain.ids import Digest, digest_of
from tests.conftest import NOW

_DIGEST, _OTHER = digest_of(b"1"), digest_of(b"2")
MANIFEST = Manifest(
    version=1,
    made_at=NOW,
    eakte="0.1.0",
    organisation="Stadt",
    revision="0001",
    first="a" * 64,
    events=3,
    root="b" * 64,
    keys=True,
    folders=(Folder("trust", 0o700),),
    files=(
        File("eakte.db", 0o600, 2, digest_of(b"12"), (_DIGEST, _OTHER)),
        File("trust/root.pem", 0o644, 1, _DIGEST),
    ),
    blobs=((_OTHER, 1),),
    slots=(("sealed/1-1/2", _OTHER),),
    left_out=(),
    lost=(),
)
_FILE = MANIFEST.files[1]


def test_what_is_written_is_read() -> None:
    name, data = backups.write(MANIFEST)
    assert name == f"20261005T083015.123456Z-{digest_of(data)}"
    assert backups.read(name, data) == MANIFEST
    assert MANIFEST.size == 4
    assert MANIFEST.digests == {_DIGEST, _OTHER}
    assert [of for digest, of in MANIFEST.objects() if digest == _OTHER] == [
        "eakte.db",
        f"store/blobs/{_OTHER[:2]}/{_OTHER[2:]}",
    ]


def test_an_edited_manifest_is_refused() -> None:
    name, data = backups.write(MANIFEST)
    edited = data.replace(b"Stadt", b"Stodt")
    with pytest.raises(ValueError, match="name"):
        backups.read(name, edited)
    with pytest.raises(ValueError, match="name"):
        backups.read("x", data)
    spaced = data.replace(b'"version":1', b'"version": 1')
    with pytest.raises(ValueError, match="version 1"):
        backups.read(name.replace(digest_of(data), digest_of(spaced)), spaced)
    later = name.replace("2026", "2027")
    with pytest.raises(ValueError, match="version 1"):
        backups.read(later, data)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"files": (replace(_FILE, path="../evil"), MANIFEST.files[0])}, "'../evil' leads out"),
        ({"files": (replace(_FILE, path="trust/../../x"), MANIFEST.files[0])}, "leads out"),
        ({"files": (replace(_FILE, path="/etc/passwd"), MANIFEST.files[0])}, "leads out"),
        ({"files": (replace(_FILE, path="trust//x"), MANIFEST.files[0])}, "leads out"),
        ({"files": (replace(_FILE, path="trust/./x"), MANIFEST.files[0])}, "leads out"),
        ({"files": (replace(_FILE, path="a\0b"), MANIFEST.files[0])}, "leads out"),
        ({"folders": (*MANIFEST.folders, Folder("..", 0o700))}, "leads out"),
        ({"slots": (("../../x", _OTHER),)}, "leads out"),
        ({"files": (replace(_FILE, path="gone/x"), MANIFEST.files[0])}, "lies in no folder"),
        ({"files": (_FILE, *MANIFEST.files)}, "a path twice"),
        ({"folders": (*MANIFEST.folders, Folder("store", 0o700))}, "where none may be"),
        ({"folders": (*MANIFEST.folders, Folder("work", 0o700))}, "where none may be"),
        ({"files": (_FILE,)}, "no database"),
        ({"files": (replace(_FILE, mode=0o4755), MANIFEST.files[0])}, "a mode"),
        ({"blobs": ((_OTHER, 1), (Digest("../../etc/passwd"), 1))}, "an object that is none"),
        ({"slots": (("sealed/1-1/2", _DIGEST),)}, "without its blob"),
        ({"version": 2}, "version 1"),
    ],
)
def test_what_no_manifest_may_say(changed: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        backups.read(*backups.write(replace(MANIFEST, **changed)))  # type: ignore[arg-type]


def test_the_newest_stay() -> None:
    names = ["3", "1", "2"]
    assert backups.to_prune(names, 2) == ("1",)
    assert backups.to_prune(names, 9) == ()
    assert backups.to_prune(names, 0) == ("1", "2"), "never all"

"""Which files of a home are backed up, and in which order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eakte.config import Home, Inbox, Seal, Settings, TokenKey, Tsa
from eakte.services.home_files import HomeFiles

_FILES = (
    "eakte.toml", "eakte.db", "eakte.db-wal", "index.lock", "anchors/.lock", "anchors/c.json",
    "inbox/post/b.pdf", "inbox/post/.taken/t/a.pdf", "inbox/post/folder/x.pdf", "pipelines/p.toml",
    "secret/tsa", "secret/pin", "services/s", "store/blobs/ab/cd", "trust/keys/k.p12",
    "trust/refused/r", "trust/root.pem", "work/w",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    for name in _FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    key = TokenKey(kind="pkcs11", module=Path("/usr/lib/token.so"), pin_file=Path("secret/pin"))
    inboxes = (
        Inbox(folder=Path("inbox/post"), station="a"),
        Inbox(folder=Path("/mnt/scans"), station="b"),
    )
    tsa = Tsa(url="https://tsa.example", credentials=Path("secret/tsa"))
    settings = Settings(organisation="Stadt", inboxes=inboxes, tsa=(tsa,), seal=Seal(key=key))
    return Home(tmp_path, settings)


def _plain(entries) -> list[str]:
    return [each.path for each in entries if each.is_file]


def test_each_file_is_steady_moving_or_left(home: Home) -> None:
    files = HomeFiles(home, home.root / "eakte.db", keys=True)
    assert _plain(files.steady().values()) == [
        "eakte.toml", "pipelines/p.toml", "secret/pin", "secret/tsa", "trust/root.pem",
        "trust/keys/k.p12",
    ]  # fmt: skip
    assert _plain(files.moving()) == [
        "anchors/c.json", "inbox/post/b.pdf", "inbox/post/folder/x.pdf",
        "inbox/post/.taken/t/a.pdf", "services/s",
    ]  # fmt: skip
    assert files.outside() == ("/mnt/scans", "/usr/lib/token.so")
    assert files.secrets() == ()


def test_without_keys_no_secret_is_taken(home: Home) -> None:
    files = HomeFiles(home, home.root / "eakte.db", keys=False)
    assert _plain(files.steady().values()) == ["eakte.toml", "pipelines/p.toml", "trust/root.pem"]
    assert files.secrets() == ("secret/pin", "secret/tsa", "trust/keys")


def test_what_goes_from_the_inbox_while_it_is_walked_is_found_set_aside(home: Home) -> None:
    found = []
    for entry in HomeFiles(home, None, keys=True).moving():
        found.append(entry.path)
        if entry.path == "inbox/post/.taken/t/a.pdf":
            (home.root / "inbox/post/folder").rename(home.root / "inbox/post/.taken/t/folder")
    assert any(each.endswith("folder/x.pdf") for each in found), "what is set aside comes last"


def test_a_scan_that_is_being_written_is_left(home: Home) -> None:
    files = HomeFiles(home, None, keys=True)
    entries = {each.path: each for each in files.moving()}
    now = entries["inbox/post/b.pdf"].found.st_mtime
    assert files.is_arriving(entries["inbox/post/b.pdf"], now + 1)
    assert not files.is_arriving(entries["inbox/post/b.pdf"], now + 2)
    assert not files.is_arriving(entries["anchors/c.json"], now)


def test_every_change_shows(home: Home) -> None:
    files = HomeFiles(home, None, keys=True)
    before = files.steady()["eakte.toml"].signature
    os.utime(home.root / "eakte.toml", ns=(1, 1))
    assert files.steady()["eakte.toml"].signature != before
    (home.root / "pipelines").chmod(0o500)
    assert files.steady()["pipelines"].mode == 0o500

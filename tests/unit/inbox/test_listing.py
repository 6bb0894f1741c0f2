from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from eakte.inbox.listing import MOST_FILES, list_inbox


def _reasons(folder: Path) -> dict[str, str]:
    return {Path(left.path).name: left.reason for left in list_inbox(folder).left_alone}


def test_everything_else_is_left_alone_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demands 53, 54: only plain files are opened, nothing lies there without a word."""
    inbox = tmp_path / "in"
    inbox.mkdir()
    (tmp_path / "secret").write_bytes(b"x")
    (inbox / "link.pdf").symlink_to(tmp_path / "secret")
    (inbox / "dangling.pdf").symlink_to(tmp_path / "nothing")
    (inbox / "linked-folder").symlink_to(tmp_path)
    os.mkfifo(inbox / "pipe.pdf")
    monkeypatch.chdir(inbox)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.pdf")
    for name in ("x.part", ".x", "~$x.docx", "Thumbs.db"):
        (inbox / name).write_bytes(b"x")
    (inbox / ".taken").mkdir()
    (inbox / "good.pdf").write_bytes(b"x")
    assert [unit.names for unit, _files in list_inbox(inbox).units] == [("good.pdf",)]
    reasons = _reasons(inbox)
    assert {name for name, why in reasons.items() if "a link" in why} == {
        "link.pdf",
        "dangling.pdf",
        "linked-folder",
    }
    assert {name for name, why in reasons.items() if "pipe" in why} == {"pipe.pdf", "socket.pdf"}
    assert {name for name, why in reasons.items() if "temporary" in why} == {
        "x.part",
        ".x",
        "~$x.docx",
    }
    assert "operating system" in reasons["Thumbs.db"]
    assert len(reasons) == 9


def test_a_delivery_folder_is_one_unit(tmp_path: Path) -> None:
    delivery = tmp_path / "sendung"
    (delivery / "anlagen").mkdir(parents=True)
    for name in ("VHN.xml", "brief.pdf", "brief.pdf.p7s", "anlagen/1.pdf"):
        (delivery / name).write_bytes(b"x")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.pdf").write_bytes(b"x")
    found = list_inbox(tmp_path)
    ((unit, files),) = found.units
    assert (unit.main, unit.is_folder) == ("sendung", True)
    names = [state.name for state in files]
    assert names == ["VHN.xml", "anlagen/1.pdf", "brief.pdf", "brief.pdf.p7s"]
    assert [name for name, _files in found.folders] == ["other"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / "a.pdf.part").write_bytes(b"x"), "temporary"),
        (lambda folder: (folder / "link").symlink_to("/etc/passwd"), "link"),
        (lambda folder: (folder / "deep").symlink_to("/etc"), "link"),
        (lambda folder: os.mkfifo(folder / "pipe"), "pipe"),
        (lambda folder: folder.joinpath(*["d"] * 500).mkdir(parents=True), "looked at"),
        (
            lambda folder: [(folder / f"{n}").touch() for n in range(MOST_FILES)],
            "more than 1000",
        ),
    ],
    ids=["temporary", "link", "linked folder", "pipe", "deep", "large"],
)
def test_a_delivery_that_cannot_be_taken_says_why(
    tmp_path: Path, spoil: object, reason: str
) -> None:
    folder = tmp_path / "sendung"
    folder.mkdir()
    (folder / "vhn.xml").write_bytes(b"<x/>")
    assert len(list_inbox(tmp_path).units) == 1
    spoil(folder)  # type: ignore[operator]
    assert list_inbox(tmp_path).units == []
    assert reason in _reasons(tmp_path)["sendung"]


def test_names_that_are_no_text_can_be_told(tmp_path: Path) -> None:
    os.symlink("/x", os.path.join(os.fsencode(tmp_path), b"br\xfccke.pdf"))  # noqa: PTH118, PTH211
    (left,) = list_inbox(tmp_path).left_alone
    assert left.path.encode().endswith("br\ufffdcke.pdf".encode())


def test_a_station_with_a_vhn_xml_in_it_is_no_delivery(tmp_path: Path) -> None:
    """Demand 53: one stray file must not carry off a station's folder with all that lies in it."""
    (tmp_path / "station" / ".taken").mkdir(parents=True)
    (tmp_path / "station" / "vhn.xml").write_bytes(b"<vhn/>")
    listing = list_inbox(tmp_path)
    assert [name for name, _files in listing.folders] == ["station"]
    assert listing.units == []

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eakte.errors import StoreError
from eakte.inbox.places import (
    complete,
    let_go,
    mark_recorded,
    places,
    set_aside,
    sync_taken,
    unit_at,
)
from eakte.inbox.units import Unit

_SIGNED = Unit("a.pdf", ("a.pdf.p7s",))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    for name in ("a.pdf", "a.pdf.p7s", "b.pdf"):
        (tmp_path / name).write_text(name)
    return tmp_path


def test_a_unit_set_aside_is_found_again_and_let_go(inbox: Path) -> None:
    """Demand 9: another file of the same name is another file."""
    place = set_aside(inbox, _SIGNED)
    sync_taken(inbox)
    (inbox / "a.pdf").write_text("another")
    assert places(inbox) == [place]
    assert (place.mark, unit_at(place)) == ("", _SIGNED)
    marked = mark_recorded(place, "digest.more")
    assert places(inbox) == [marked]
    assert (marked.mark, unit_at(marked)) == ("digest.more", _SIGNED)
    assert (marked.folder / "a.pdf").read_text() == "a.pdf"
    again = mark_recorded(marked, "other")
    assert again.mark == "other"
    let_go(again)
    assert places(inbox) == []
    assert (inbox / "a.pdf").read_text() == "another"


def test_a_folder_is_moved_as_a_whole(inbox: Path) -> None:
    (inbox / "sendung" / "deep").mkdir(parents=True)
    (inbox / "sendung" / "deep" / "vhn.xml").write_text("x")
    place = set_aside(inbox, Unit("sendung", is_folder=True))
    assert not (inbox / "sendung").exists()
    assert unit_at(place) == Unit("sendung", is_folder=True)
    let_go(place)
    assert places(inbox) == []


def test_a_signature_left_behind_by_a_crash_is_fetched(inbox: Path) -> None:
    """Demand 1: the crash came between the two moves."""
    place = set_aside(inbox, Unit("a.pdf"))
    unit = unit_at(place)
    assert unit == Unit("a.pdf")
    assert complete(place, inbox, unit) == _SIGNED == unit_at(place)
    assert sorted(path.name for path in inbox.iterdir()) == [".taken", "b.pdf"]


def test_a_signature_of_a_newer_file_stays_with_it(inbox: Path) -> None:
    place = set_aside(inbox, Unit("a.pdf"))
    (inbox / "a.pdf").write_text("newer")
    assert complete(place, inbox, Unit("a.pdf")) == Unit("a.pdf")
    assert (inbox / "a.pdf.p7s").exists()


def test_an_empty_place_is_removed(inbox: Path) -> None:
    """Demand 1: the crash came between making the place and moving the file."""
    (inbox / ".taken" / "0123").mkdir(parents=True)
    (place,) = places(inbox)
    assert unit_at(place) is None
    assert places(inbox) == []


def test_links_pipes_and_foreign_places_are_refused(inbox: Path, tmp_path: Path) -> None:
    """Demand 54."""
    (inbox / "link.pdf").symlink_to(inbox / "b.pdf")
    os.mkfifo(inbox / "pipe.pdf")
    for name in ("link.pdf", "pipe.pdf"):
        with pytest.raises(StoreError, match="plain file"):
            set_aside(inbox, Unit(name))
        assert os.path.lexists(inbox / name)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (inbox / ".taken").symlink_to(elsewhere)
    for attempt in (lambda: set_aside(inbox, Unit("b.pdf")), lambda: places(inbox)):
        with pytest.raises(StoreError, match="plain file"):
            attempt()
    assert (inbox / "b.pdf").exists()

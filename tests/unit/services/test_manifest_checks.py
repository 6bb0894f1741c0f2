"""What may differ from a manifest, and what may not."""

from __future__ import annotations

from dataclasses import replace

from eakte.domain.manifest import (
    Content,
    Departed,
    ListedDocument,
    ListedEntry,
    ListedVorgang,
    Version,
)
from eakte.services.manifest_checks import compared

AKTE = "20.1-702.11/2026-0003"


def versions(record, *numbers):
    return tuple(Version(f"{record}:{number}", f"{record}-{number}") for number in numbers)


def letter(name, place=1):
    return ListedDocument(
        id=name,
        parent=f"{AKTE}#{place}",
        scan="a" * 64,
        part=1,
        pages=(1,),
        sealed="b" * 64,
        former=(),
        transfervermerk="c" * 64,
        versions=versions(f"document:{name}", 1),
    )


def vorgang(number, *letters):
    told = versions(f"vorgang:{AKTE}#{number}", 1)
    return ListedVorgang(f"uuid-{number}", number, AKTE, told, letters)


A, B, C = letter("a-1"), letter("b-1"), letter("c-1")
NOTE = ListedEntry("note", "a-1", versions("entry:note", 1))
LAST = Content(AKTE, "uuid", versions(f"akte:{AKTE}", 1), (vorgang(1, A, B),), (NOTE,), ())


def now(*letters, vorgaenge=(), entries=(NOTE,), departed=()):
    return replace(
        LAST, vorgaenge=(vorgang(1, *letters), *vorgaenge), entries=entries, departed=departed
    )


def test_the_same_and_what_the_history_tells_is_no_fault():
    assert compared(LAST, LAST) == []
    renewed = replace(A, sealed="d" * 64, former=(A.sealed,))
    assert compared(LAST, now(renewed, B)) == []
    assert compared(LAST, now(C, A, B)) == [], "a new document may stand before others"
    later = (
        Departed("document:a-1", versions("document:a-1", 1, 2)),
        Departed("entry:note", NOTE.versions),
    )
    assert compared(LAST, now(B, entries=(), departed=later)) == []
    elsewhere = replace(letter("a-1", place=2), versions=versions("document:a-1", 1, 2))
    assert compared(LAST, now(B, vorgaenge=(vorgang(2, elsewhere),))) == []


def test_what_was_erased_is_no_fault_and_nothing_else_is_excused():
    gone = now(B, entries=())
    assert compared(LAST, gone, {"document:a-1", "entry:note"}) == []
    assert "a-1" in compared(LAST, gone)
    assert "entry:note:1" in compared(LAST, gone, {"document:a-1"})
    changed = replace(A, versions=(Version("document:a-1:1", "other"),))
    assert compared(LAST, now(changed, B), {"document:a-1"}) == ["document:a-1:1"]


def test_whatever_no_version_tells_of_is_named():
    assert compared(LAST, now(B, A)) == [f"{AKTE}#1"], "the order"
    assert compared(LAST, now(A, B, replace(C, versions=()))) == ["c-1"], "added"
    assert compared(LAST, now(replace(A, part=2), B)) == ["a-1"]
    assert compared(LAST, now(replace(A, transfervermerk=""), B)) == ["a-1"]
    forgotten = replace(A, sealed="d" * 64)
    assert compared(LAST, now(forgotten, B)) == ["a-1"], "a renewal that forgets what it renewed"
    moved = letter("a-1", place=2)
    assert compared(LAST, now(B, vorgaenge=(vorgang(2, moved),))) == ["a-1"]
    unknown = replace(vorgang(2), versions=())
    assert compared(LAST, now(A, B, vorgaenge=(unknown,))) == [f"{AKTE}#2"]
    assert compared(LAST, replace(LAST, vorgaenge=())) != []
    assert compared(LAST, now(A, B, entries=(replace(NOTE, parent="b-1"),))) == ["note"]
    assert compared(LAST, replace(LAST, uuid="x")) == [AKTE]

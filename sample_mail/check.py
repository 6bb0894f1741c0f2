"""Comparing what eakte made of the sample letters with their expected.toml."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eakte.domain.akten import Document
from eakte.domain.findings import FindingCode
from eakte.domain.mail import ScanState
from eakte.pipeline.desk import Desk
from eakte.records import documents, scans

SAMPLES = Path(__file__).parent


@dataclass(frozen=True)
class ExpectedLetter:
    """One letter of a file: its pages, class, Akte ({year}: of receipt) and fields."""

    pages: int
    class_id: str
    akte: str
    fields: dict[str, str]


@dataclass(frozen=True)
class ExpectedFile:
    """One sample file: the state it must end in, a reason code if it waits, and its letters."""

    path: Path
    pages: int
    state: str
    reason: str
    letters: tuple[ExpectedLetter, ...]
    inbox: str = ""
    """Name of the inbox folder it is dropped into; empty: the first."""


@dataclass(frozen=True)
class Comparison:
    """How many classes and fields are right, of how many, and every difference in words."""

    files: int
    states_right: int
    classes_right: int
    classes: int
    fields_right: int
    fields: int
    other_differences: int
    """Wrong Akten, page counts and numbers of letters: there must be none."""
    differences: tuple[str, ...]


@dataclass(frozen=True)
class _Point:
    """One thing that is right or wrong."""

    kind: str
    right: bool
    difference: str


def expectations(folder: Path = SAMPLES) -> tuple[ExpectedFile, ...]:
    """Read every expected.toml, in order of the file names."""
    return tuple(_read(path) for path in sorted(folder.glob("*/expected.toml")))


def compare(desk: Desk, expected: tuple[ExpectedFile, ...]) -> Comparison:
    """Hold the records of a home against what was expected of the files."""
    points = [point for each in expected for point in _compare_file(desk, each)]
    return Comparison(
        files=len(expected),
        states_right=_right(points, "state"),
        classes_right=_right(points, "class"),
        classes=_count(points, "class"),
        fields_right=_right(points, "field"),
        fields=_count(points, "field"),
        other_differences=sum(
            not point.right for point in points if point.kind in {"akte", "pages", "letters"}
        ),
        differences=tuple(point.difference for point in points if not point.right),
    )


def _read(path: Path) -> ExpectedFile:
    plain = tomllib.loads(path.read_text(encoding="utf-8"))
    return ExpectedFile(
        path=path.parent / plain["file"],
        pages=plain["pages"],
        state=plain["state"],
        reason=plain.get("reason", ""),
        letters=tuple(_letter(each, plain.get("reason", "")) for each in plain.get("document", [])),
        inbox=plain.get("inbox", ""),
    )


def _letter(plain: dict[str, Any], reason: str) -> ExpectedLetter:
    """Give what is expected of a letter: of a date that the sender got wrong, no value at all."""
    fields = {name: str(value) for name, value in plain.get("fields", {}).items()}
    if reason == FindingCode.DOUBTFUL_DATE.value:
        fields["date"] = ""
    return ExpectedLetter(plain["pages"], plain["class"], plain["akte"], fields)


def _right(points: list[_Point], kind: str) -> int:
    return sum(point.right for point in points if point.kind == kind)


def _count(points: list[_Point], kind: str) -> int:
    return sum(point.kind == kind for point in points)


def _compare_file(desk: Desk, expected: ExpectedFile) -> Iterator[_Point]:
    name = expected.path.name
    state, reasons, letters = _found(desk, name)
    right = state == expected.state and (not expected.reason or expected.reason in reasons)
    wanted = f"{expected.state} {expected.reason}".strip()
    found = f"{state} {','.join(sorted(reasons))}".strip()
    yield _Point("state", right, f"{name}: state {found} instead of {wanted}")
    if len(letters) != len(expected.letters):
        count = f"{name}: {len(letters)} letters instead of {len(expected.letters)}"
        yield _Point("letters", False, count)
        return
    for letter, wanted_letter in zip(letters, expected.letters, strict=True):
        yield from _compare_letter(name, letter, wanted_letter)


def _found(desk: Desk, name: str) -> tuple[str, frozenset[str], tuple[Document, ...]]:
    """Give state, finding codes and letters of the file with that name."""
    with desk.engine.connect() as connection:
        again = {receipt.name for receipt in scans.receipts(connection, again_only=True)}
        named = [each for each in scans.every(connection) if each.scan.name == name]
        if not named:
            state = "duplicate" if name in again else "missing"
            return state, frozenset({"duplicate"} if name in again else ()), ()
        record = named[0]
        letters = documents.of_scan(connection, record.scan.digest)
    codes = [each.code.value for each in record.findings]
    codes += [each.code.value for letter in letters for each in letter.findings]
    if record.state is not ScanState.PROCESSED:
        return record.state.value, frozenset(codes), letters
    states = {letter.state.value for letter in letters}
    return states.pop() if len(states) == 1 else "mixed", frozenset(codes), letters


def _compare_letter(name: str, letter: Document, wanted: ExpectedLetter) -> Iterator[_Point]:
    class_id = letter.classification.class_id or ""
    detail = f"{name}: class {class_id or '?'} instead of {wanted.class_id}"
    yield _Point("class", class_id == wanted.class_id, detail)
    akte = wanted.akte.replace("{year}", str(letter.received_at.year))
    detail = f"{name}: Akte {letter.aktenzeichen or '-'} instead of {akte or '-'}"
    yield _Point("akte", letter.aktenzeichen == akte, detail)
    pages = f"{name}: {len(letter.pages)} pages instead of {wanted.pages}"
    yield _Point("pages", len(letter.pages) == wanted.pages, pages)
    for field, value in wanted.fields.items():
        found = {each.name.value: each.value for each in reversed(letter.extraction.fields)}
        detail = f"{name}: {field} {found.get(field, '-')!r} instead of {value!r}"
        yield _Point("field", _same(found.get(field, ""), value), detail)


def _same(found: str, wanted: str) -> bool:
    """Compare without regard to case, white space and punctuation; every letter counts."""
    return _plain(found) == _plain(wanted)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", text).casefold())

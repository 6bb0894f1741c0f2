"""The README of an evidence bundle: for a judge's expert, in German and English (pure).

Lines that begin with `$ ` are commands for bash with coreutils and openssl 3, with the names and
numbers of this very bundle; a test runs them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_TEXT = Path(__file__).with_name("bundle_readme.txt")
_TRUST = "-CAfile trust/anchors.pem"


@dataclass(frozen=True)
class Stamped:
    """A file (without suffix, or a time-stamp), the time of its time-stamp, what that is about."""

    name: str
    at: datetime
    root: str


@dataclass(frozen=True)
class Sealed:
    """A sealed PDF: how many bytes stand before the container of the seal, and where it ends."""

    name: str
    before: int
    behind: int
    end: int
    at: datetime | None


@dataclass(frozen=True)
class Proof:
    """An event, and the hashes beside its way up, each with the side on which it stands."""

    name: str
    steps: tuple[tuple[str, str], ...]
    """`left` or `right`, and the hash."""


@dataclass(frozen=True)
class Record:
    """The first time-stamp of an evidence record, and the way up to it."""

    stamp: Stamped
    digest: str
    lists: tuple[tuple[str, ...], ...]
    """Without the hash of the object itself."""


@dataclass(frozen=True)
class Told:
    """What a README tells of its bundle; its examples are those of the first document."""

    name: str
    organisation: str
    made_at: datetime
    verifier: str
    """SHA-256 of verify.py."""
    states: tuple[Stamped, ...]
    proof: Proof | None
    seal: Sealed | None
    record: Record | None


def readme(told: Told) -> str:
    """Write it."""
    return _TEXT.read_text(encoding="utf-8").format(
        name=told.name,
        organisation=told.organisation,
        made_at=f"{told.made_at:%Y-%m-%d %H:%M:%S} UTC",
        verifier=told.verifier,
        checkpoint="\n".join(_checkpoint(told.states)),
        event="\n".join(_event(told)),
        seal="\n".join(_seal(told.seal)),
        record="\n".join(_record(told)),
    )


def _checkpoint(states: Sequence[Stamped]) -> Iterator[str]:
    if not states:
        yield "(kein gesiegelter Prüfpunkt vorhanden / there is no signed checkpoint)"
    for each in states:
        files = f"-in {each.name}.tst -data {each.name}.p7s"
        yield f"$ openssl ts -verify -token_in {files} {_stamp(each.at)}"
        files = f"-in {each.name}.p7s -content {each.name}.json"
        yield f"$ openssl cms -verify -binary -inform DER {files} {_cms(each.at)}"


def _event(told: Told) -> Iterator[str]:
    if told.proof is None or told.seal is None:
        yield "(nicht ohne gesiegelten Prüfpunkt / not possible without a signed checkpoint)"
        return
    yield "$ leaf() { (printf '\\000'; cat \"$1\") | sha256sum | cut -c1-64; }"
    yield (
        '$ node() { printf "\\\\x01$(printf %s "$1$2" | sed \'s/../\\\\x&/g\')"'
        " | sha256sum | cut -c1-64; }"
    )
    yield f"$ h=$(leaf {told.proof.name})"
    for side, part in told.proof.steps:
        yield f'$ h=$(node "$h" {part})' if side == "right" else f'$ h=$(node {part} "$h")'
    yield f'$ grep -c "$h" {told.states[-1].name}.json'
    yield f'$ grep -c "$(sha256sum {told.seal.name} | cut -c1-64)" {told.proof.name}'


def _seal(seal: Sealed | None) -> Iterator[str]:
    if seal is None:
        yield "(kein Dokument / no document)"
        return
    yield "$ work=$(mktemp -d)"
    # head first: it would end a pipe that is still written to (SIGPIPE)
    yield f"$ head -c {seal.before} {seal.name} > $work/signed"
    yield f"$ head -c {seal.end} {seal.name} | tail -c +{seal.behind + 1} >> $work/signed"
    cut = f"head -c {seal.behind - 1} {seal.name} | tail -c +{seal.before + 2}"
    yield f"$ {cut} | basenc --base16 -d > $work/seal.p7s"
    yield (
        "$ openssl cms -verify -binary -inform DER -in $work/seal.p7s -content $work/signed "
        f"{_cms(seal.at)}"
    )


def _record(told: Told) -> Iterator[str]:
    if told.record is None or told.seal is None:
        yield "(noch kein Evidence Record / there is no evidence record yet)"
        return
    program = f"{told.record.digest}sum"
    yield (
        "$ tree() { printf \"$(printf '%s\\n' \"$@\" | sort | tr -d '\\n' | sed 's/../\\\\x&/g')\""
        f" | {program} | cut -d' ' -f1; }}"
    )
    yield f"$ h=$({program} {told.seal.name} | cut -d' ' -f1)"
    for others in told.record.lists:
        yield f'$ h=$(tree "$h" {" ".join(others)})'
    stamp = told.record.stamp
    yield f"$ openssl ts -verify -token_in -in {stamp.name} -digest $h {_stamp(stamp.at)}"


def _stamp(at: datetime) -> str:
    return f"{_TRUST} -untrusted trust/others.pem -attime {int(at.timestamp())}"


def _cms(at: datetime | None) -> str:
    when = f" -attime {int(at.timestamp())}" if at else ""
    only = "-no-CApath -no-CAstore -purpose any -out /dev/null"
    return f"{_TRUST} -certfile trust/others.pem {only}{when}"

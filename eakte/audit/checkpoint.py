"""Checkpoints: what the log was at a moment, in forms that can be kept where nobody can change it.

**A signed checkpoint** is three files that are named alike, after the size (12 digits):

- `checkpoint-000000001234.json`: canonical JSON (RFC 8785; UTF-8, no newline at the end) with
  exactly these names: `{"at":1795421000123456,"home":"Stadt Neuenfurt","root":"9f86…","size":1234,
  "v":1}`. `at` is when it was made by the home's clock, in microseconds since 1970-01-01 UTC;
  `home` the organisation; `root` the Merkle tree hash (RFC 6962 §2.1, SHA-256, 64 lower-case
  hexadecimal digits) over the first `size` entries of the log, at least one.
- `checkpoint-000000001234.p7s`: a detached CMS signature (DER; SHA-256; CAdES: it names its
  certificate) over exactly the bytes of the .json, by the seal key, with the chain of certificates.
- `checkpoint-000000001234.tst`: a TimeStampToken (DER, RFC 3161) over the SHA-256 of the .p7s, with
  the chain of its authority and without revocation data, which `openssl ts` cannot read.

By hand, with the root certificate(s) in roots.pem:

    openssl cms -verify -binary -inform DER -in X.p7s -content X.json \
        -CAfile roots.pem -purpose any -out /dev/null
    openssl ts -verify -token_in -in X.tst -data X.p7s -CAfile roots.pem

**A line** says the same without a signature; who keeps it vouches for it: in `checkpoints.jsonl`
(`{"at": …, "root": …, "size": …}`, `at` in ISO 8601), or printed on paper and typed again:

    eakte-checkpoint 1234 2026-11-23T07:43:20Z 9f86d081 884c7d65 (six more) check 1a2b3c4d

where `check` is the beginning of the SHA-256 of `<size> <time> <root>`: it tells a typing error
from another root.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from eakte.domain.canonical import canonical
from eakte.domain.moments import from_micros, to_micros
from eakte.i18n import N_

STATEMENT, SIGNATURE, TOKEN = ".json", ".p7s", ".tst"
"""Suffixes of the files of a signed checkpoint."""
LINES = "checkpoints.jsonl"
_VERSION = 1
_NAME = "checkpoint-"
STATEMENTS = f"{_NAME}*{STATEMENT}"
"""Pattern of the names of all statements in a folder."""
_WORD = "eakte-checkpoint"
_GROUP = 8
_ROOT = re.compile(r"[0-9a-f]{64}")
_PRINTED = re.compile(
    r"\s+([1-9][0-9]{0,14})\s+(\S+)\s+((?:[0-9a-f]{8}\s+){8})check\s+([0-9a-f]{8})(?![0-9a-f])"
)


@dataclass(frozen=True)
class Checkpoint:
    """Size and root of the log at a time; kept outside the database, it pins the past."""

    size: int
    root: str
    at: str
    """ISO 8601; what was said, not what is proven."""


class Kind(StrEnum):
    """How a checkpoint was kept, and so what it proves."""

    LINE = N_("line")
    """Whoever kept it vouches for it."""
    SIGNED = N_("signed")
    STAMPED = N_("signed and time-stamped")


@dataclass(frozen=True)
class Anchor:
    """A checkpoint as it was found outside the database."""

    source: str
    """The name of its file."""
    kind: Kind
    checkpoint: Checkpoint | None
    """None: it cannot be read."""
    flaw: str = ""
    """Why it does not count: then it confirms nothing, and contradicts nothing."""
    signer: str = ""
    stamped_at: datetime | None = None
    authority: str = ""


def name_of(size: int) -> str:
    """Give the name of the files of a signed checkpoint, without suffix."""
    return f"{_NAME}{size:012}"


def statement(size: int, root: str, at: datetime, home: str) -> bytes:
    """Give the bytes of the .json file."""
    plain = {"at": to_micros(at), "home": home, "root": root, "size": size, "v": _VERSION}
    return canonical(plain).encode()


def read_statement(data: bytes) -> Checkpoint:
    """Read a .json file; raises ValueError for any bytes that `statement` would not write."""
    plain = json.loads(data)
    if not isinstance(plain, dict) or canonical(plain).encode() != data:
        raise ValueError("no canonical JSON")
    if set(plain) != {"at", "home", "root", "size", "v"} or plain["v"] != _VERSION:
        raise ValueError("no checkpoint of version 1")
    try:
        moment = from_micros(_integer(plain["at"]))
    except OverflowError as problem:
        raise ValueError("its time is none") from problem
    return _checkpoint(_integer(plain["size"]), plain["root"], moment.isoformat())


def line(size: int, root: str, at: datetime) -> bytes:
    """Give a line of checkpoints.jsonl, without its end."""
    plain = {"at": at.isoformat(), "root": root, "size": size}
    return json.dumps(plain, sort_keys=True).encode()


def read_line(data: bytes) -> Checkpoint | None:
    """Read a line of checkpoints.jsonl; None if it is none."""
    try:
        plain = json.loads(data)
        return Checkpoint(int(plain["size"]), str(plain["root"]), str(plain["at"]))
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


def printed(checkpoint: Checkpoint) -> str:
    """Give the line for paper, in characters that every printer has."""
    moment = datetime.fromisoformat(checkpoint.at).astimezone(UTC)
    at = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    root = checkpoint.root
    groups = " ".join(root[start : start + _GROUP] for start in range(0, len(root), _GROUP))
    return f"{_WORD} {checkpoint.size} {at} {groups} check {_check(checkpoint.size, at, root)}"


def read_printed(text: str) -> Iterator[Checkpoint | None]:
    """Give each checkpoint in a typed text, wrapped as it may be; None for one that is mistyped."""
    for part in text.split(_WORD)[1:]:
        found = _PRINTED.match(part)
        if found is None:
            yield None
            continue
        size, at, groups, check = found.groups()
        root = "".join(groups.split())
        right = _check(int(size), at, root) == check
        yield Checkpoint(int(size), root, at) if right else None


def _checkpoint(size: int, root: object, at: str) -> Checkpoint:
    if size < 1 or not isinstance(root, str) or not _ROOT.fullmatch(root):
        raise ValueError("no size and root of a log")
    return Checkpoint(size, root, at)


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("no whole number")  # noqa: TRY004 - of bytes from outside
    return value


def _check(size: int, at: str, root: str) -> str:
    return hashlib.sha256(f"{size} {at} {root}".encode()).hexdigest()[:_GROUP]

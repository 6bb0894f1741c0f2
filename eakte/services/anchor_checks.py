"""Reading anchors that may be hostile, and checking their signatures and time-stamps.

An anchor is a file that was kept elsewhere: the statement of a signed checkpoint (its other files
beside it), an e-mail with the three attached, a copy of checkpoints.jsonl, or a text with lines
typed from paper; or a folder of such files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path, PurePath

from eakte.audit import checkpoint as format_of
from eakte.audit.checkpoint import (
    SIGNATURE,
    STATEMENT,
    TOKEN,
    Anchor,
    Checkpoint,
    Kind,
)
from eakte.i18n import _
from eakte.seal import attesting
from eakte.seal.trust import TrustAnchors

_LARGEST = 8 << 20
_CLOCKS_DIFFER = timedelta(minutes=1)
_MAIL = ".eml"


def judged(files: tuple[Path, ...], trust: tuple[Path, ...], at: datetime) -> tuple[Anchor, ...]:
    """Read files and check what is signed in them, against all these anchors of trust."""
    anchors = TrustAnchors.load_several(trust)
    return tuple(found for file in files for found in _of_file(file, anchors, at))


def _of_file(file: Path, anchors: TrustAnchors, at: datetime) -> Iterator[Anchor]:
    if file.stat().st_size > _LARGEST:
        yield _unread(file.name, _("the file is too large"))
        return
    try:
        if file.suffix == STATEMENT:
            beside = (file.with_suffix(suffix) for suffix in (SIGNATURE, TOKEN))
            parts = {each.suffix: each.read_bytes() for each in beside if each.is_file()}
            yield _signed(file.name, file.read_bytes(), parts, anchors, at)
        elif file.suffix.lower() == _MAIL:
            yield from _mailed(file, anchors, at)
        else:
            yield from _typed(file)
    except (OSError, ValueError) as problem:
        yield _unread(file.name, str(problem))


def _typed(file: Path) -> Iterator[Anchor]:
    """Read lines that a person typed; a wrong check group is a typing error, not another root."""
    found = list(format_of.read_printed(file.read_text(encoding="utf-8")))
    if not found:
        yield _unread(file.name, _("there is no checkpoint in it"))
    for checkpoint in found:
        if checkpoint is None:
            yield _unread(file.name, _("the line is mistyped: its check group does not fit"))
        else:
            yield Anchor(file.name, Kind.LINE, checkpoint)


def _mailed(file: Path, anchors: TrustAnchors, at: datetime) -> Iterator[Anchor]:
    """Read the three files attached to an e-mail, whatever stands around them."""
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    parts: dict[str, dict[str, bytes]] = {}
    for part in message.walk():
        name = PurePath(part.get_filename() or "")
        content = part.get_payload(decode=True)
        if name.suffix in {STATEMENT, SIGNATURE, TOKEN} and isinstance(content, bytes):
            parts.setdefault(name.stem, {})[name.suffix] = content
    found = {stem: each for stem, each in parts.items() if STATEMENT in each}
    if not found:
        yield _unread(file.name, _("there is no checkpoint in it"))
    for each in found.values():
        yield _signed(file.name, each[STATEMENT], each, anchors, at)


def _signed(
    source: str, said: bytes, parts: Mapping[str, bytes], anchors: TrustAnchors, at: datetime
) -> Anchor:
    checkpoint = format_of.read_statement(said)
    signature, token = parts.get(SIGNATURE), parts.get(TOKEN)
    if signature is None and token is None:
        return Anchor(source, Kind.LINE, checkpoint)
    kind = Kind.SIGNED if token is None else Kind.STAMPED
    if signature is None:
        return Anchor(source, kind, checkpoint, _("there is a time-stamp, but no signature"))
    found = attesting.check(said, signature, token, anchors, at)
    flaw = found.flaw or _too_early(checkpoint, found.stamped_at)
    return Anchor(source, kind, checkpoint, flaw, found.signer, found.stamped_at, found.authority)


def _too_early(checkpoint: Checkpoint, stamped_at: datetime | None) -> str:
    """Refuse a statement that claims to be younger than the time-stamp over its signature."""
    said = datetime.fromisoformat(checkpoint.at)
    if stamped_at is None or said <= stamped_at + _CLOCKS_DIFFER:
        return ""
    return _("it says a later time than its time-stamp")


def _unread(source: str, why: str) -> Anchor:
    return Anchor(source, Kind.LINE, None, why)

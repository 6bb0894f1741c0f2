"""What a hand-over must fulfil before anything is written, by the standard and by itself.

The XSDs check forms only; most of what stands here no schema can tell.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterator

from eakte.domain.handover import HandedDocument, HandedFile, Handover, Reference
from eakte.handover.markup import plain
from eakte.i18n import _

_FILE_NAME = re.compile(r"(?P<uuid>[0-9a-f-]{36})\.[a-z0-9]{1,8}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID of RFC 4122 in its one canonical form."""
    try:
        read = uuid.UUID(text)
    except ValueError:
        return False
    return str(read) == text and read.variant == uuid.RFC_4122


def is_file_name(name: str) -> bool:
    """Tell whether a name is one that eakte gives to a file: a UUID and an ending, no path."""
    found = _FILE_NAME.fullmatch(name)
    return found is not None and is_uuid(found["uuid"])


def lacking(handover: Handover) -> tuple[str, ...]:
    """Give a sentence for everything that keeps the hand-over from being written."""
    return (
        *_message(handover),
        *_identities(handover),
        *_files(handover),
        *_references(handover),
    )


def _message(handover: Handover) -> Iterator[str]:
    message, akte = handover.message, handover.akte
    if not handover.edition.knows(message):
        told = _("eakte does not write message {message} in xdomea {edition}")
        yield told.format(message=message.value, edition=handover.edition.value)
    if not handover.sender.strip() or not handover.recipient.strip():
        yield _("sender and recipient must be named")
    if message.to_archive and akte.closed is None:
        yield _("only a closed Akte is offered or given to the archive; close {akte} first").format(
            akte=akte.name
        )
    if message.to_archive and akte.retention is None:
        told = _("the Aktenplan tells no retention for the unit {unit} of {akte}")
        yield told.format(unit=akte.unit.key, akte=akte.name)


def _identities(handover: Handover) -> Iterator[str]:
    akte = handover.akte
    named = [
        ("ProzessID", handover.process),
        (_("message"), handover.uuid),
        (akte.name, akte.uuid),
        *((each.name, each.uuid) for each in akte.vorgaenge),
        *((each.name, each.uuid) for each in akte.documents()),
    ]
    for name, identity in named:
        if not is_uuid(identity):
            told = _("“{uuid}” of {name} is no UUID (RFC 4122)")
            yield told.format(uuid=identity, name=name)
    for identity, times in Counter(handover.records()).items():
        if times > 1:
            yield _("the UUID {uuid} names {times} records").format(uuid=identity, times=times)
    places = [("", each.number) for each in akte.vorgaenge]
    places += [(each.uuid, one.number) for each in akte.vorgaenge for one in each.documents]
    for (_place, number), times in Counter(places).items():
        if times > 1:
            yield _("the number {number} is given {times} times in one container").format(
                number=number, times=times
            )


def _files(handover: Handover) -> Iterator[str]:
    if not handover.message.has_files:
        return
    for document in handover.akte.documents():
        if not document.versions:
            yield _("the document {name} has no file").format(name=document.name)
        yield from _files_of(document)
    names = Counter(file.name for file in handover.files())
    yield from (
        _("the file name {name} is given {times} times").format(name=name, times=times)
        for name, times in names.items()
        if times > 1
    )


def _files_of(document: HandedDocument) -> Iterator[str]:
    for file in document.files():
        if not is_file_name(file.name):
            told = _("“{file}” of {name} is no file name that can be handed over")
            yield told.format(file=file.name, name=document.name)
        elif file.name.startswith(document.uuid):
            told = _("the file {file} bears the UUID of its document {name} instead of its own")
            yield told.format(file=file.name, name=document.name)
        if _nameless(file):
            told = _("the format or the digest of {file} is not told")
            yield told.format(file=file.name)


def _nameless(file: HandedFile) -> bool:
    other = file.format is file.format.OTHER and not plain(file.other).strip()
    return other or _DIGEST.fullmatch(file.digest) is None


def _references(handover: Handover) -> Iterator[str]:
    inside = set(handover.records())
    akte = handover.akte
    linked = [(akte.name, each) for each in akte.references]
    linked += [(one.name, each) for one in akte.documents() for each in one.references]
    for name, reference in linked:
        if not _resolves(reference, inside):
            yield _("a link of {name} leads nowhere: “{target}”").format(
                name=name, target=reference.uuid or reference.remark
            )


def _resolves(reference: Reference, inside: set[str]) -> bool:
    """Tell whether a link can be followed: inside the message, or by a name outside of it."""
    if reference.uuid and not is_uuid(reference.uuid):
        return False
    return bool(reference.name.strip()) or reference.uuid in inside

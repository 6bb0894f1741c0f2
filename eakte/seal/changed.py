"""Which objects the revisions after a signature wrote: named, where they cannot be classified."""

from __future__ import annotations

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from eakte.i18n import _
from eakte.seal.reader import Reader

_MOST = 40
_UNREADABLE = (PdfError, LookupError, ValueError, TypeError, AttributeError, AssertionError)


def changed_objects(reader: Reader, item: EmbeddedPdfSignature) -> tuple[str, ...]:
    """Give the objects that later revisions added or wrote anew, by number, with what they are."""
    before, after = set[generic.Reference](), set[generic.Reference]()
    for revision in range(reader.xrefs.total_revisions):
        found = reader.xrefs.explicit_refs_in_revision(revision)
        (before if revision <= item.signed_revision else after).update(found)
    numbers = sorted(after, key=lambda one: (one.idnum, one.generation))
    listed = [_described(one, new=one not in before) for one in numbers[:_MOST]]
    if len(numbers) > _MOST:
        listed.append(_("{count} more").format(count=len(numbers) - _MOST))
    return tuple(listed)


def _described(reference: generic.Reference, *, new: bool) -> str:
    what = _kind(reference)
    told = _("{number} ({what}, added)") if new else _("{number} ({what}, changed)")
    return told.format(number=reference.idnum, what=what)


def _kind(reference: generic.Reference) -> str:
    """Name a dictionary by its /Type or /Subtype, anything else by its sort."""
    try:
        value = reference.get_object()
    except _UNREADABLE:
        return "?"
    if not isinstance(value, generic.DictionaryObject):
        return type(value).__name__.removesuffix("Object")
    names = [str(value[key]) for key in ("/Type", "/Subtype") if key in value]
    return " ".join(name[:30] for name in names) or (
        "stream" if _is_stream(value) else "dictionary"
    )


def _is_stream(value: object) -> bool:
    return isinstance(value, generic.StreamObject)

"""The one way to write a JSON value as text: RFC 8785 (JCS), with all text in Unicode's form NFC.

Names are sorted by their UTF-16 code units, nothing is escaped that need not be, and there are no
spaces. Numbers are integers that every reader of JSON holds exactly: fractions and moments are
written as whole units. Whoever hashes or signs JSON here writes it with this.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence

_LARGEST = 2**53 - 1
"""RFC 8785 takes numbers as IEEE 754 doubles (RFC 7493 §2.2)."""


class NotCanonicalError(ValueError):
    """A value without a canonical form; its text says why."""


def canonical(value: object) -> str:
    """Write a value of mappings, sequences, texts, integers, booleans and None.

    Raises NotCanonicalError for others, for integers beyond 2⁵³ − 1, for text that is no Unicode
    (lone surrogates), and for names that differ in their Unicode form only.
    """
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    """Give the value with texts in NFC and names in order."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_plain(each) for each in value]
    raise NotCanonicalError(f"a value of type {type(value).__name__} has no canonical form")


def _object(value: Mapping[object, object]) -> dict[str, object]:
    named = {_text(name): _plain(each) for name, each in value.items()}
    if len(named) != len(value):
        raise NotCanonicalError("two names differ in their Unicode form only")
    return {name: named[name] for name in sorted(named, key=_utf16)}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise NotCanonicalError(f"a name of type {type(value).__name__} has no canonical form")
    if value.isascii():
        return value
    text = unicodedata.normalize("NFC", value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotCanonicalError("the text is no Unicode: it holds half a character") from None
    return text


def _integer(value: int) -> int:
    if abs(value) > _LARGEST:
        raise NotCanonicalError(f"{value} is too large to be a number in every reader of JSON")
    return value


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be")

"""Values to JSON and back, checked by their type annotations (never pickle)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


_adapters: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def ready(kind: Any) -> None:
    """Make what coding and decoding this kind needs: it takes milliseconds the first time."""
    _adapter(kind)


def to_json(value: object, kind: Any = None) -> bytes:
    """Encode a dataclass (or anything pydantic knows) as UTF-8 JSON."""
    return _adapter(kind or type(value)).dump_json(value)


def from_json(kind: type[T], data: bytes | str) -> T:
    """Decode JSON into `kind`; raises ValueError (pydantic's) if it does not fit."""
    return cast("T", _adapter(kind).validate_json(data))


def each_from_json(kind: type[T], data: bytes) -> Iterator[T]:
    """Decode a JSON array as `to_json` writes it, one item at a time: it may be long.

    Raises ValueError if an item does not fit.
    """
    text, decoder, place = data.decode(), json.JSONDecoder(), 1
    while text[place : place + 1] != "]":
        item, end = decoder.raw_decode(text, place)
        yield cast("T", from_plain(kind, item))
        place = end + (text[end : end + 1] == ",")


def to_plain(value: object, kind: Any = None) -> Any:
    """Encode as dicts, lists, strings and numbers only."""
    return _adapter(kind or type(value)).dump_python(value, mode="json")


def from_plain(kind: Any, data: object) -> Any:
    """Decode dicts and lists into `kind`; raises pydantic.ValidationError if it does not fit."""
    return _adapter(kind).validate_python(data)

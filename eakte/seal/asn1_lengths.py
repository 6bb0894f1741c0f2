"""Correct asn1crypto 1.5.1: it takes some definite lengths for indefinite ones.

It looks at the last byte of a header only, so that a length such as 0x0280 (one in 256) makes it
encode the whole value anew, and in nested values built by pyHanko that takes 3^depth steps: now
and then one seal took 15 seconds instead of 40 ms. `correct` makes such a header be built again
before asn1crypto looks at it; real indefinite lengths, one byte 0x80, stay what they are. Known
since 2022 (github.com/wbond/asn1crypto/issues/249), not released yet.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from asn1crypto import core

_Dump = Callable[..., bytes]
_INDEFINITE = b"\x80"


def correct() -> None:
    """Correct the library for this process; doing it twice does no harm."""
    for kind in (core.Sequence, core.SequenceOf, core.Choice):
        if not hasattr(kind.dump, "__wrapped__"):
            kind.dump = _corrected(kind.dump)


def _corrected(dump: _Dump) -> _Dump:
    @wraps(dump)
    def corrected(value: Any, force: bool = False) -> bytes:  # noqa: FBT001, FBT002
        header = value._header  # noqa: SLF001 - there is no other way to it
        if header is not None and header.endswith(_INDEFINITE) and header[1:] != _INDEFINITE:
            value._header = None  # noqa: SLF001
        return dump(value, force=force)

    return corrected

"""Canonical JSON against the examples of RFC 8785 and another implementation from PyPI."""

from __future__ import annotations

import contextlib
import unicodedata

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from eakte.domain.canonical import NotCanonicalError, canonical

_VALUES = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=12,
)


def _composed(value):
    """Give the value with all text in NFC; RFC 8785 leaves that to whoever writes."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_composed(each) for each in value]
    if isinstance(value, dict):
        return {_composed(name): _composed(each) for name, each in value.items()}
    return value


@settings(max_examples=200, deadline=None)
@given(_VALUES)
def test_another_implementation_writes_the_same(value):
    with contextlib.suppress(_TwoNamesError):
        text = _written(value)
        assert text.encode() == rfc8785.dumps(_composed(value))
        assert unicodedata.is_normalized("NFC", text)


class _TwoNamesError(Exception):
    """Names that differ in their form only: of these `_composed` would drop one."""


def _written(value):
    try:
        return canonical(value)
    except NotCanonicalError as problem:
        if "two names differ" in str(problem):
            raise _TwoNamesError from problem
        raise


def test_the_example_of_the_standard():
    """RFC 8785 §3.2.3 sorts by UTF-16 code units: the emoji before the ligature."""
    names = ["\u20ac", "\r", "\ufb00", "1", "\U0001f600", "\u0080", "\u00f6"]
    ordered = ["\\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb00"]
    expected = ",".join(f'"{name}":null' for name in ordered)
    assert canonical(dict.fromkeys(names)) == f"{{{expected}}}"


def test_text_is_composed_before_it_is_escaped():
    """Composed after it, a tilde behind a line break would join the letter of the escape."""
    assert canonical("a\n\u0303o\u0308\u0000") == '"a\\n\u0303ö\\u0000"'


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("half \ud83d", "no Unicode"),
        ({"\udc00": 1}, "no Unicode"),
        ({"ö": 1, "o\u0308": 2}, "two names"),
        ({1: 2}, "a name of type int"),
        (2**53, "too large"),
        (1.5, "type float"),
        (b"x", "type bytes"),
        ([{"a": {1}}], "type set"),
    ],
)
def test_what_has_no_form_is_refused(value, why):
    with pytest.raises(NotCanonicalError, match=why):
        canonical(value)

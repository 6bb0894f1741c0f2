"""Read a trusted list from a file that nobody vouches for: signature first, then content.

The XML has no DOCTYPE, so no entities; nothing is fetched; broken XML is refused, where pyHanko's
reader recovers. Only what the signature covers is looked at. Run it through `eakte.sandbox`.

pyHanko's own reader of lists is not used: it forgets sequence number, NextUpdate and every period
in which a service was not granted, which is what a status at the time of signing needs.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from pathlib import Path
from typing import TypeAlias
from xml.parsers import expat

from cryptography import x509
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from eakte.errors import UnusableInputError
from eakte.i18n import N_, _
from eakte.seal.lists.content import NAMESPACE, content_of
from eakte.seal.lists.model import TrustedList

_MAX_SIZE = 64 << 20
_DEEPEST = 60
_ROOT = f"{{{NAMESPACE}}}TrustServiceStatusList"

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for it


class _BrokenError(ValueError):
    """The XML is not to be read."""


def read_list(file: Path, signers: tuple[str, ...], at: datetime) -> TrustedList:
    """Give a list that one of the certificates (DER in Base64) signed, which is in force at `at`.

    Raises UnusableInputError: malformed, not signed by any of them, or its NextUpdate has passed.
    """
    if file.stat().st_size > _MAX_SIZE:
        raise _refused(N_("it is too large for a trusted list"))
    data = file.read_bytes()
    try:
        root = _parsed(data)
        signed, signer = _signed(root, signers, at)
        found = content_of(signed, signer, hashlib.sha256(data).hexdigest())
    except (ValueError, LookupError, TypeError, AttributeError) as problem:
        raise _refused(f"{type(problem).__name__}: {problem}"[:300]) from problem
    if found.holds_until < at:
        text = _("another list should have followed by {date:%Y-%m-%d}")
        raise _refused(text.format(date=found.holds_until))
    return found


def _refused(detail: str) -> UnusableInputError:
    return UnusableInputError(reason="trusted-list", detail=detail)


def _parsed(data: bytes) -> Element:
    _walk(data)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as problem:
        raise _BrokenError(str(problem)) from problem
    if root.tag != _ROOT:
        raise _BrokenError(_("it is no trusted list"))
    return root


def _walk(data: bytes) -> None:
    """Refuse a DOCTYPE and endless depth before a tree is built of it."""
    depth = 0

    def start(*_names: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise _BrokenError(_("its elements are too deep"))

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_names: object) -> None:
        raise _BrokenError(_("it has a DOCTYPE, which is not allowed"))

    walk = expat.ParserCreate()
    walk.StartElementHandler, walk.EndElementHandler = start, end
    walk.StartDoctypeDeclHandler = doctype
    try:
        walk.Parse(data, True)
    except expat.ExpatError as problem:
        raise _BrokenError(str(problem)) from problem


def _signed(root: Element, signers: tuple[str, ...], at: datetime) -> tuple[Element, str]:
    """Give the signed list and its signer's name; what is not signed is left behind."""
    config = XAdESSignatureConfiguration(
        location="./", expect_references=True, verification_time=at
    )
    problems = []
    for text in signers:
        pinned = x509.load_der_x509_certificate(base64.b64decode(text))
        try:
            found = XAdESVerifier().verify(root, x509_cert=pinned, expect_config=config)
        except (SignXMLException, ValueError, LookupError, TypeError, AttributeError) as problem:
            problems.append(f"{pinned.subject.rfc4514_string()}: {problem}")
            continue
        for one in found:
            if one.signed_xml is not None and one.signed_xml.tag == _ROOT:
                return one.signed_xml, pinned.subject.rfc4514_string()
        problems.append(_("the signature does not cover the list"))
    raise _BrokenError(_("no valid signature of whom you named: ") + "; ".join(problems))

"""The Aktenplan that a message of xdomea carries: 0301, 0511, or records (0401, 0501, 0503).

Editions 3.0.0, 3.1.0 and 4.0.0 say it alike (XSD types AktenplanType, AktenplanBewertungType and
AktenplaneinheitType); the message comes as XML, or in a zip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from eakte.deliveries.archive import extract
from eakte.deliveries.limits import refusal
from eakte.deliveries.xml import Element, found, local, read_xml, value
from eakte.domain.aktenplan import Disposal, Unit
from eakte.domain.deliveries import clean_text
from eakte.domain.findings import FindingCode
from eakte.i18n import N_

_ZIP = b"PK"
_NAMESPACE = re.compile(r"urn:xoev-de:xdomea:schema:(3\.0\.0|3\.1\.0|4\.0\.0)")
_YEARS = re.compile(r"\d{1,5}")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class ReadPlan:
    """What a message says of the Aktenplan, and what of that eakte has no place for."""

    message: str
    """Name of the message, as in `Aktenplan.Aktenplan.0301`."""
    title: str
    version: str
    units: tuple[Unit, ...]
    """Those above before those below them."""
    endless: tuple[str, ...] = ()
    """Keys of units whose Akten are kept without end; eakte notes no retention for them."""
    closed: tuple[str, ...] = ()
    """Keys of units that are stillgelegt; they are units like the others here."""
    configured: tuple[str, ...] = ()
    """Keys of units whose Aussonderungsart is none of A, B, V; eakte notes none for them."""


def read_plan(source: Path, out: Path) -> ReadPlan:
    """Read the Aktenplan of a message; `out` is an empty folder for the files of a zip.

    Raises UnusableInputError: what `read_xml` and `extract` refuse; `unknown_type` if it is no
    message of xdomea that eakte reads, or carries no Aktenplan; `damaged` for a unit without key.
    """
    root = read_xml(_message_of(source, out))
    if not _NAMESPACE.fullmatch(etree.QName(root).namespace or ""):
        detail = N_("it is no message of xdomea 3.0.0, 3.1.0 or 4.0.0")
        raise refusal(FindingCode.UNKNOWN_TYPE, detail)
    plans = list(found(root, "Aktenplan"))
    if not plans:
        raise refusal(FindingCode.UNKNOWN_TYPE, N_("the message carries no Aktenplan"))
    units = [(element, parent) for plan in plans for element, parent in _units(plan)]
    return ReadPlan(
        message=local(root),
        title=_text(plans[0], "Bezeichnung"),
        version=_text(plans[0], "Version"),
        units=tuple(_unit(element, parent) for element, parent in units),
        endless=tuple(_key(each) for each, _parent in units if _is_endless(each)),
        closed=tuple(_key(each) for each, _parent in units if _is_true(each, "Stillgelegt")),
        configured=tuple(
            _key(each)
            for each, _parent in units
            if next(found(each, "Aussonderungsart"), None) is not None and _disposal(each) is None
        ),
    )


def _message_of(source: Path, out: Path) -> Path:
    """Give the file with the message: the source, or the one XML file in it."""
    with source.open("rb") as file:
        if file.read(len(_ZIP)) != _ZIP:
            return source
    messages = [ours for name, ours in extract(source, out) if name.lower().endswith(".xml")]
    if len(messages) != 1:
        detail = N_("the package must hold exactly one message (XML)")
        raise refusal(FindingCode.UNKNOWN_TYPE, detail)
    return out / messages[0]


def _units(plan: Element) -> Iterator[tuple[Element, str]]:
    """Give every unit with the key of the one above it, "" at the top; in order, from above."""
    stack = [(each, "") for each in reversed(list(found(plan, "Einheit")))]
    while stack:
        element, parent = stack.pop()
        yield element, parent
        key = _key(element)
        stack.extend((each, key) for each in reversed(list(found(element, "Einheit"))))


def _unit(element: Element, parent: str) -> Unit:
    key = _key(element)
    if not key:
        raise refusal(FindingCode.DAMAGED, N_("a unit of the Aktenplan has no Kennzeichen"))
    title = _text(element, "BetreffKurz") or _text(element, "Inhaltsangabe") or key
    return Unit(key, parent, title, retention_years=_years(element), disposal=_disposal(element))


def _key(element: Element) -> str:
    return _text(element, "Kennzeichen")


def _text(element: Element, path: str) -> str:
    """Give a text in one line, "" if it is missing."""
    first = next(found(element, path), None)
    return "" if first is None else _SPACE.sub(" ", clean_text(value(first))).strip()


def _years(element: Element) -> int | None:
    text = _text(element, "Aufbewahrungsdauer/AnzahlJahre")
    if text and not _YEARS.fullmatch(text):
        detail = N_("the retention of a unit of the Aktenplan is no number of years")
        raise refusal(FindingCode.DAMAGED, detail)
    return int(text) if text else None


def _is_endless(element: Element) -> bool:
    return _is_true(element, "Aufbewahrungsdauer/Unbefristet")


def _is_true(element: Element, path: str) -> bool:
    return _text(element, path) in {"1", "true"}


def _disposal(element: Element) -> Disposal | None:
    code = _text(element, "Aussonderungsart/Aussonderungsart/code")
    code = code or _text(element, "Aussonderungsart/AussonderungsartKonfigurierbar")
    return Disposal(code) if code in set(Disposal) else None

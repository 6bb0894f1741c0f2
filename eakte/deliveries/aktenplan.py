"""The Aktenplan that a message of xdomea carries: 0301, 0511, or records (0401, 0501, 0503).

Editions 3.0.0, 3.1.0 and 4.0.0 say it alike (XSD types AktenplanType, AktenplanBewertungType and
AktenplaneinheitType); the message comes as XML, or in a zip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eakte.deliveries.limits import refusal
from eakte.deliveries.messages import disposal_of, read_message, text_of
from eakte.deliveries.xml import Element, found, local
from eakte.domain.aktenplan import Unit
from eakte.domain.findings import FindingCode
from eakte.i18n import N_

_YEARS = re.compile(r"\d{1,5}")


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
    root = read_message(source, out)
    plans = list(found(root, "Aktenplan"))
    if not plans:
        raise refusal(FindingCode.UNKNOWN_TYPE, N_("the message carries no Aktenplan"))
    units = [(element, parent) for plan in plans for element, parent in _units(plan)]
    return ReadPlan(
        message=local(root),
        title=text_of(plans[0], "Bezeichnung"),
        version=text_of(plans[0], "Version"),
        units=tuple(_unit(element, parent) for element, parent in units),
        endless=tuple(_key(each) for each, _parent in units if _is_endless(each)),
        closed=tuple(_key(each) for each, _parent in units if _is_true(each, "Stillgelegt")),
        configured=tuple(
            _key(each)
            for each, _parent in units
            if next(found(each, "Aussonderungsart"), None) is not None and disposal_of(each) is None
        ),
    )


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
    title = text_of(element, "BetreffKurz") or text_of(element, "Inhaltsangabe") or key
    return Unit(key, parent, title, retention_years=_years(element), disposal=disposal_of(element))


def _key(element: Element) -> str:
    return text_of(element, "Kennzeichen")


def _years(element: Element) -> int | None:
    text = text_of(element, "Aufbewahrungsdauer/AnzahlJahre")
    if text and not _YEARS.fullmatch(text):
        detail = N_("the retention of a unit of the Aktenplan is no number of years")
        raise refusal(FindingCode.DAMAGED, detail)
    return int(text) if text else None


def _is_endless(element: Element) -> bool:
    return _is_true(element, "Aufbewahrungsdauer/Unbefristet")


def _is_true(element: Element, path: str) -> bool:
    return text_of(element, path) in {"1", "true"}

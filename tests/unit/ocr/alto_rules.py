"""What ALTO 4.4 demands of the elements that we write, in our own words, and a check of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_SHARED = Path(__file__).parents[4] / "shared"
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_XLINK = b"""<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:x="http://www.w3.org/1999/xlink"
 targetNamespace="http://www.w3.org/1999/xlink"><attributeGroup name="simpleLink"/></schema>"""


def _is_float(value: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", value) is not None


def _is_share(value: str) -> bool:
    return _is_float(value) and 0 <= float(value) <= 1


def _is_language(value: str) -> bool:
    return re.fullmatch(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", value) is not None


def _any(_value: str) -> bool:
    return True


_Check = Callable[[str], bool]
_PLACE: dict[str, _Check] = dict.fromkeys(("HEIGHT", "WIDTH", "HPOS", "VPOS"), _is_float)
_ID: dict[str, _Check] = {"ID": lambda value: _NAME.fullmatch(value) is not None}


@dataclass(frozen=True)
class _Rule:
    children: str
    """A regular expression over the children's names, each followed by a space."""
    required: frozenset[str] = frozenset()
    attributes: dict[str, _Check] | None = None
    text: bool = False


_TEXT = _Rule("", text=True)
_RULES = {
    "alto": _Rule("(Description )?Layout ", frozenset(), {"SCHEMAVERSION": _any}),
    "Description": _Rule("MeasurementUnit (sourceImageInformation )?(Processing )*"),
    "MeasurementUnit": _TEXT,
    "sourceImageInformation": _Rule("(fileName )?(fileIdentifier )*(documentIdentifier )*"),
    "fileIdentifier": _Rule("", attributes={"fileIdentifierLocation": _any}, text=True),
    "documentIdentifier": _Rule("", attributes={"documentIdentifierLocation": _any}, text=True),
    "Processing": _Rule(
        "(processingCategory )?(processingDateTime )?(processingAgency )?"
        "(processingStepDescription )*(processingStepSettings )?(processingSoftware )?",
        frozenset({"ID"}),
        _ID,
    ),
    "processingCategory": _TEXT,
    "processingStepSettings": _TEXT,
    "processingSoftware": _Rule("(softwareCreator )?(softwareName )?(softwareVersion )?"),
    "softwareName": _TEXT,
    "softwareVersion": _TEXT,
    "Layout": _Rule("(Page )+"),
    "Page": _Rule(
        "(TopMargin )?(LeftMargin )?(RightMargin )?(BottomMargin )?(PrintSpace )?",
        frozenset({"ID", "PHYSICAL_IMG_NR"}),
        _ID
        | {"HEIGHT": _is_float, "WIDTH": _is_float, "PHYSICAL_IMG_NR": _is_float, "PC": _is_share}
        | {"ROTATION": _is_float, "LANG": _is_language, "QUALITY_DETAIL": _any}
        | {"PROCESSINGREFS": _any},
    ),
    "PrintSpace": _Rule("(TextBlock )*", frozenset(), _ID | _PLACE),
    "TextBlock": _Rule("(TextLine )*", frozenset({"ID"}), _ID | _PLACE),
    "TextLine": _Rule("(String (SP )?)+(HYP )?", frozenset(), _ID | _PLACE),
    "String": _Rule("", frozenset({"CONTENT"}), _ID | _PLACE | {"CONTENT": _any, "WC": _is_share}),
    "SP": _Rule("", frozenset(), _ID | _PLACE),
}


def check(data: bytes) -> Any:
    """Give the root of an ALTO file; fails with what it does against the schema's rules."""
    root = etree.fromstring(data, etree.XMLParser(huge_tree=True))
    for element in root.iter():
        _check_element(element)
    names = [element.get("ID") for element in root.iter() if element.get("ID") is not None]
    assert len(names) == len(set(names)), "an ID occurs twice"
    for page in root.iter(f"{{{NAMESPACE}}}Page"):
        assert set(page.get("PROCESSINGREFS", "").split()) <= set(names)
    assert root.findtext(f"{{{NAMESPACE}}}Description/{{{NAMESPACE}}}MeasurementUnit") in {
        "pixel",
        "mm10",
        "inch1200",
    }
    return root


def _check_element(element: Any) -> None:
    tag = etree.QName(element)
    assert tag.namespace == NAMESPACE
    assert tag.localname in _RULES, f"there is no {tag.localname}"
    rule = _RULES[tag.localname]
    children = "".join(f"{etree.QName(child).localname} " for child in element)
    assert re.fullmatch(rule.children, children), f"{tag.localname} holds {children}"
    assert rule.required <= set(element.attrib), f"{tag.localname} lacks an attribute"
    for name, value in element.attrib.items():
        known = (rule.attributes or {}).get(name)
        assert known is not None, f"{tag.localname} has no {name}"
        assert known(value), f"{tag.localname} {name}={value}"
    assert rule.text or not (element.text or "").strip()


class _NoNetwork(etree.Resolver):
    def resolve(self, _url: str, _name: str, context: Any) -> Any:
        return self.resolve_string(_XLINK, context)


def schema() -> Any | None:
    """Give the ALTO 4 schema named by EAKTE_ALTO_XSD or in ../shared; None without one."""
    named = os.environ.get("EAKTE_ALTO_XSD")
    found = [Path(named)] if named else sorted(_SHARED.glob("**/alto-4-*.xsd"))
    if not found:
        return None
    document = etree.fromstring(found[-1].read_bytes())
    for link in document.iter("{http://www.w3.org/2001/XMLSchema}import"):
        link.set("schemaLocation", "xlink.xsd")
    parser = etree.XMLParser()
    parser.resolvers.add(_NoNetwork())
    return etree.XMLSchema(etree.fromstring(etree.tostring(document), parser))

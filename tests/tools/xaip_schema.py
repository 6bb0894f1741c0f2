"""The XSD of XAIP 1.3, where `../shared` has it: it is not ours, so tests without it skip."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from lxml import etree

_FILE = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "xaip" / "tr-esor-xaip-v1.3.xsd"
needs_schema = pytest.mark.skipif(not _FILE.is_file(), reason="needs ../shared/corpus/xaip")


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_FILE, etree.XMLParser(no_network=True)))


def faults(file: Path) -> list[str]:
    """Give what the schema finds wrong with a package; an empty list if nothing."""
    _schema().validate(etree.parse(file))
    return [str(each) for each in _schema().error_log]

"""The XSDs of xdomea, where `../shared` has them: they are not ours, so tests without them skip."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from eakte.domain.handover import Edition, Message

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "xdomea"
needs_schemas = pytest.mark.skipif(not FOLDER.is_dir(), reason="needs ../shared/corpus/xdomea")


class _Beside(etree.Resolver):
    """Finds what a schema imports from the network among the files beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resolve(self, url, _public_id, context):
        local = self.folder / url.rpartition("/")[2]
        return self.resolve_filename(str(local), context) if local.is_file() else None


@cache
def schema(edition: str, group: str) -> etree.XMLSchema:
    """Give the schema of a group of messages, as in `AussonderungDurchfuehren`."""
    folder = FOLDER / edition
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Beside(folder))
    return etree.XMLSchema(etree.parse(folder / f"xdomea-Nachrichten-{group}.xsd", parser))


def schema_for(message: Message, edition: Edition) -> etree.XMLSchema:
    """Give the schema that a message must fulfil."""
    group = "AussonderungDurchfuehren" if message.to_archive else "AbgabeDurchfuehren"
    return schema(edition.value, group)


def faults(message: Message, edition: Edition, xml: bytes) -> list[str]:
    """Give what the schema finds wrong; an empty list if nothing."""
    found = schema_for(message, edition)
    found.validate(etree.fromstring(xml))
    return [str(each) for each in found.error_log]

"""The Transfervermerk in the archive copy: written, read again, and conforming."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pikepdf
import pytest
from PIL import Image

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import MediaType
from eakte.domain.transfervermerk import Release, ReleaseKind, Transfervermerk
from eakte.errors import UnusableInputError
from eakte.pages.inspect import inspect
from eakte.pdfa import check
from eakte.pdfa.build import build
from eakte.pdfa.metadata import read_transfervermerk, with_transfervermerk
from eakte.pdfa.xmp import NAMESPACE, PREFIX, Facts, packet
from tests.integration.page_samples import encoded, letter

MORNING = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
VERMERK = Transfervermerk(
    document="0123456789abcdef-1",
    source_sha256="ab" * 32,
    pages=(1,),
    creator="Anna Müller <Poststelle> & Co ]]>",
    organisation="Stadt Neustadt",
    environment="Station 1, eakte 0.1",
    verfahrensdokumentation="1.0 cd",
    anomalies=(Finding(FindingCode.BITONAL, 1), Finding(FindingCode.RASTERISED, 1)),
    received_at=MORNING,
    recognised_at=MORNING,
    released_at=MORNING,
    release=Release(ReleaseKind.PERSON, "amueller", "", MORNING, "clerk"),
    complete=True,
    qa_result="Sichtprüfung ohne Befund",
    match_statement="Bild und Inhalt stimmen mit dem Papier überein.",
    schutzbedarf="normal",
    level_reached="demo",
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    source, out = tmp_path / "scan", tmp_path / "archive.pdf"
    source.write_bytes(encoded(letter(), "JPEG"))
    build(source, MediaType.JPEG, inspect(source).pages, {}, out)
    return out


def test_it_is_read_again_as_it_was_written(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "released.pdf"
    copy = with_transfervermerk(archive, VERMERK, out)
    assert copy.verdict == "pass"
    assert copy.rasterised == (1,)
    assert read_transfervermerk(out) == VERMERK
    assert read_transfervermerk(archive) is None
    assert out.read_bytes().endswith(b"%%EOF\n")


def test_the_picture_is_not_touched(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "released.pdf"
    with_transfervermerk(archive, VERMERK, out)
    with pikepdf.open(archive) as before, pikepdf.open(out) as after:
        streams = [
            pdf.pages[0].obj.Resources.XObject.Im0.read_raw_bytes() for pdf in (before, after)
        ]
    assert streams[0] == streams[1]
    assert Image.open(io.BytesIO(streams[0])).size == letter().size


def test_the_same_vermerk_gives_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    outs = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    copies = [with_transfervermerk(archive, VERMERK, out) for out in outs]
    assert copies[0] == copies[1]
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_every_property_is_declared_by_the_extension_schema() -> None:
    text = packet(Facts(transfervermerk=VERMERK)).decode().split("?>", 1)[1].rsplit("<?", 1)[0]
    tree = ET.fromstring(text)  # noqa: S314 - our own packet
    used = {
        node.tag.split("}")[1] for node in tree.iter() if node.tag.startswith(f"{{{NAMESPACE}}}")
    }
    declared = set(re.findall(r"<pdfaProperty:name>(\w+)</pdfaProperty:name>", text))
    assert used == declared
    assert f"<pdfaSchema:prefix>{PREFIX}</pdfaSchema:prefix>" in text
    assert not re.search(
        r'<\?xpacket begin="[^"]*"[^>]*(bytes|encoding)=',
        packet(Facts(transfervermerk=VERMERK)).decode(),
    )


def test_control_characters_do_not_break_the_packet() -> None:
    odd = replace(VERMERK, creator="Anna\x0bMüller\x00", qa_result="\ufffe \x1b")
    text = packet(Facts(transfervermerk=odd)).decode().split("?>", 1)[1].rsplit("<?", 1)[0]
    ET.fromstring(text)  # noqa: S314 - our own packet


def test_xmp_that_is_not_ours_does_not_pass(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "released.pdf"
    with_transfervermerk(archive, VERMERK, out)
    assert check.verdict(out, Facts(transfervermerk=VERMERK)) == check.PASS
    assert check.verdict(out, Facts()) != check.PASS
    forged = out.read_bytes().replace(b"Sichtpr", b"Blickpr")
    out.write_bytes(forged)
    with pytest.raises(UnusableInputError) as refused:
        check.require_pass(out, Facts(transfervermerk=VERMERK))
    assert refused.value.facts["reason"] == "conversion_failed"
    assert not out.exists()

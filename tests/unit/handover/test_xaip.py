"""A package of TR-ESOR: valid by its schema, and read back before it appears."""

from __future__ import annotations

import base64
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from lxml import etree

from eakte.domain.ids import digest_of
from eakte.domain.xaip import DataObject, MetaData, Record, Report, Unit, Xaip
from eakte.errors import RefusedError
from eakte.handover import xaip
from eakte.handover.xaip_reread import contradictions
from tests.tools.xaip_schema import faults, needs_schema

SEALED, SCAN = b"%PDF sealed", b"II*\0scan" * 300_000
REPORT = b'<r:Report xmlns:r="urn:x"><r:IDs VersionID="V001">checkSum</r:IDs></r:Report>'


def package():
    letter = Unit("D-1", "Dokument", "Betreff \x01 & <mehr>", ("S-1",), ("T-1", "O-1"))
    return Xaip(
        id="P-1",
        aoid="9b0f4c52-55f8-4d0a-8c0e-6f1d7a0c2b31",
        info="Akte 20.1-702.11/2026-0003",
        at=datetime(2026, 10, 5, 8, 30, 15, tzinfo=UTC),
        retention=date(2036, 12, 31),
        product="eakte",
        organisation="Stadt",
        unit=Unit("A1", "Akte", "Titel", ("M1",), units=(letter,)),
        objects=(
            DataObject("S-1", digest_of(SEALED), "application/pdf"),
            DataObject("O-1", digest_of(SCAN), "image/tiff"),
        ),
        metadata=(
            MetaData("M1", ("S-1",), "Manifest der Akte", "application/json", b"{}"),
            MetaData("T-1", ("S-1",), "Transfervermerk", "application/json", b'{"a":1}'),
        ),
        records=(Record("E1", "M1", b"\x30\x01a"), Record("E2", "S-1", b"\x30\x02bb")),
        reports=(Report("R1", "S-1", REPORT),),
    )


@pytest.fixture
def places(tmp_path):
    (tmp_path / "store").mkdir()
    for data in (SEALED, SCAN):
        (tmp_path / "store" / digest_of(data)).write_bytes(data)
    return lambda digest: tmp_path / "store" / digest


def publish(given, places, target):
    return xaip.publish(given, places, target, lambda _made: None)


def test_it_holds_all_parts_byte_for_byte(places, tmp_path):
    target, told = tmp_path / "akte.xml", []
    made = xaip.publish(
        package(), places, target, lambda made: told.append((made, target.exists()))
    )
    assert told == [(made, False)], "it is noted before it appears"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert made.sha256 == digest_of(target.read_bytes())
    root = etree.parse(target).getroot()
    found = [base64.b64decode(each.text) for each in root.iter("{*}binaryData")]
    assert found == [SEALED, SCAN]
    sums = [each.text.lower() for each in root.iter("{*}checkSum") if each.text]
    assert sums == [digest_of(data) for data in (b"{}", b'{"a":1}', SEALED, SCAN)]
    assert root.findtext(".//{*}packageInfoUnit/{*}packageInfoUnit/{*}textInfo").endswith("<mehr>")
    with pytest.raises(RefusedError, match="exists already"):
        publish(package(), places, target)


@needs_schema
def test_it_fulfils_the_schema(places, tmp_path):
    given = package()
    manifest = replace(given.metadata[0], about=("V001",))
    empty = replace(
        given,
        unit=replace(given.unit, units=()),
        objects=(),
        metadata=(manifest,),
        records=given.records[:1],
        reports=(),
    )
    for number, each in enumerate((given, empty)):
        target = tmp_path / f"{number}.xml"
        publish(each, places, target)
        assert faults(target) == []


_CHANGES = {
    "content": (base64.b64encode(SEALED), base64.b64encode(b"%PDF changed")),
    "no base64": (base64.b64encode(SEALED), b"%%%%"),
    "metadata": (base64.b64encode(b'{"a":1}'), base64.b64encode(b'{"a":2}')),
    "record": (base64.b64encode(b"\x30\x01a"), base64.b64encode(b"\x30\x01b")),
    "sum": (digest_of(SEALED).upper().encode(), b"0" * 64),
    "part": (b'credentialID="R1"', b'credentialID="R2"'),
    "pointer": (b"<xaip:unprotectedObjectPointer>T-1</xaip:unprotectedObjectPointer>", b""),
    "nowhere": (b'relatedObjects="S-1" credentialID="R1"', b'relatedObjects="X" credentialID="R1"'),
    "proof": (b'relatedObjects="M1"', b'relatedObjects="T-1"'),
    "cut": (b"</xaip:XAIP>", b""),
    "doctype": (b"<xaip:XAIP", b'<!DOCTYPE a [<!ENTITY b "c">]><xaip:XAIP'),
}


@pytest.mark.parametrize("name", list(_CHANGES))
def test_what_was_not_written_as_it_should_be_is_found(places, tmp_path, name):
    target = tmp_path / "akte.xml"
    publish(package(), places, target)
    assert contradictions(target, package()) == ()
    old, new = _CHANGES[name]
    data = target.read_bytes()
    assert data.count(old) == 1, old
    target.write_bytes(data.replace(old, new))
    assert contradictions(target, package())


def test_a_wrong_blob_leaves_nothing_behind(places, tmp_path):
    places(digest_of(SEALED)).write_bytes(b"%PDF other")
    (tmp_path / "out").mkdir()
    with pytest.raises(RefusedError, match="S-1"):
        publish(package(), places, tmp_path / "out" / "akte.xml")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_large_part_is_not_held_in_memory(tmp_path):
    command = [sys.executable, "-m", "tests.unit.handover.xaip_memory", str(tmp_path), "60"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 30

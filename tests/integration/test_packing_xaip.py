"""Documents and Akten as packages of TR-ESOR: taken apart, their proofs hold by themselves."""

from __future__ import annotations

import base64
import getpass
import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from lxml import etree

from eakte.audit import log
from eakte.config import open_home
from eakte.database import transaction
from eakte.database.schema import evidence_leaf
from eakte.domain.akten import Akte, DocumentState
from eakte.domain.clock import SystemClock
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.entries import Note
from eakte.domain.events import Action
from eakte.domain.ids import digest_of
from eakte.domain.verification import Verdict
from eakte.errors import NotFoundError, NotPermittedError, RefusedError
from eakte.pipeline import attaching, casework
from eakte.pipeline.desk import Desk
from eakte.pipeline.keeping import By
from eakte.records import documents, manifests
from eakte.seal.evidence.verify import Case
from eakte.seal.opening import open_archive_stamper
from eakte.services import evidence_checks, evidence_trees
from eakte.services.packing_xaip import pack
from tests.integration.sealed_letters import file, seal
from tests.integration.waiting_letters import new_desk
from tests.tools import homes
from tests.tools.xaip_schema import faults, needs_schema

_AKTE = "20.1-702.11/2026-0003"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A home with two sealed letters in an Akte, and their evidence records."""
    desk = new_desk(tmp_path_factory.mktemp("xaip") / "home")
    by = By("m.brandt", desk.clock.now())
    with transaction(desk.engine) as connection:
        casework.open_akte(connection, Akte(_AKTE, "Abfall", "20.1", by.at), by.actor)
    letters = [seal(desk, _AKTE, mark) for mark in ("1", "2")]
    with transaction(desk.engine) as connection:
        for letter in letters:
            file(connection, desk, letter)
        attaching.attach(connection, letters[0].id, Note("Original im Tresor"), by)
    assert evidence_trees.create(desk, _stamper(desk)).kept.objects == 3
    desk.engine.dispose()
    return desk.home.root


@pytest.fixture
def desk(kept, tmp_path):
    copied = Desk(open_home(homes.copy(kept, tmp_path / "home")), SystemClock())
    yield copied
    copied.engine.dispose()


def _stamper(desk):
    return open_archive_stamper(desk.home, desk.clock)


def _letters(desk):
    with desk.engine.connect() as connection:
        return documents.of_akte(connection, _AKTE)


def _parts(target):
    """Give content and record of every protected part, read by nothing of eakte."""
    root = etree.parse(target).getroot()
    content = {
        each.get("dataObjectID") or each.get("metaDataID"): base64.b64decode(each[0].text)
        for each in root.iter("{*}dataObject", "{*}metaDataObject")
    }
    records = {
        each.get("relatedObjects"): base64.b64decode(each.findtext(".//{*}asn1EvidenceRecord"))
        for each in root.iter("{*}credential")
        if each.find("{*}evidenceRecord") is not None
    }
    pointers = {each.text for each in root.iter("{*}protectedObjectPointer")}
    assert pointers == records.keys()
    return root, content, records


def _verdict(desk, folder, content, record):
    (folder / "object").write_bytes(content)
    (folder / "record.ers").write_bytes(record)
    case = Case(folder / "record.ers", (folder / "object",), (desk.home.trust,))
    return evidence_checks.verify_file(case, desk.clock.now()).report.verdict


def test_an_akte_taken_apart_again_is_proven_without_its_home(desk, tmp_path):
    target = tmp_path / "akte.xml"
    done = pack(desk, _stamper(desk), _AKTE, target)
    assert (done.documents, done.records, done.warnings) == (2, 3, ())
    root, content, records = _parts(target)
    for name, record in records.items():
        assert _verdict(desk, tmp_path, content[name], record) is Verdict.VALID
        assert _verdict(desk, tmp_path, content[name] + b" ", record) is Verdict.INVALID
    letters = _letters(desk)
    with desk.engine.connect() as connection:
        (manifest,) = manifests.of_akte(connection, _AKTE)
        (event,) = log.of_action(connection, Action.EXPORTED, _AKTE)
    assert digest_of(content["M1"]) == manifest.digest == event.after["manifest"]
    assert event.after["sha256"] == done.package.sha256 == digest_of(target.read_bytes())
    for letter in letters:
        assert digest_of(content[f"S-{letter.id}"]) == letter.sealed
        assert digest_of(content[f"O-{letter.scan[:16]}"]) == letter.scan
        made = json.loads(content[f"T-{letter.id}"])
        assert made["document"] == letter.id
        listed = json.loads(content["M1"])["content"]["vorgaenge"][0]["documents"]
        told = {each["id"]: each["transfervermerk"] for each in listed}
        assert told[letter.id] == digest_of(content[f"T-{letter.id}"])
    kinds = [each.text for each in root.iter("{*}unitType")]
    assert kinds == ["Akte", "Vorgang", "Dokument", "Dokument"]
    assert root.findtext(".//{*}retentionPeriod") == f"{desk.clock.now().year + 10}-12-31"
    reports = root.findall(".//{*}other/{http://uri.etsi.org/19102/v1.2.1#}ValidationReport")
    assert len(reports) == 3
    told = [each.text for one in reports for each in one.iter("{*}MainIndication")]
    assert {each.rpartition(":")[2] for each in told} == {"total-passed"}


@needs_schema
def test_packages_fulfil_the_schema(desk, tmp_path):
    for number, name in enumerate((_AKTE, _letters(desk)[0].id)):
        target = tmp_path / f"{number}.xml"
        pack(desk, _stamper(desk), name, target)
        assert faults(target) == []


def test_one_document(desk, tmp_path):
    letter, target = _letters(desk)[1], tmp_path / "letter.xml"
    done = pack(desk, _stamper(desk), letter.id, target)
    _root, content, records = _parts(target)
    assert (done.documents, list(records)) == (1, [f"S-{letter.id}"])
    (record,) = records.values()
    assert _verdict(desk, tmp_path, content[f"S-{letter.id}"], record) is Verdict.VALID
    assert len(content) == 3, "with its scan and its Transfervermerk"
    with pytest.raises(RefusedError, match="exists already"):
        pack(desk, _stamper(desk), letter.id, target)
    with pytest.raises(NotFoundError):
        pack(desk, _stamper(desk), letter.id, tmp_path / "nowhere" / "letter.xml")
    with pytest.raises(NotFoundError):
        pack(desk, _stamper(desk), "20.1-702.11/1999-0001", target)


def _refused(desk, name, folder, why):
    with pytest.raises(RefusedError, match=why):
        pack(desk, _stamper(desk), name, folder / "akte.xml")
    assert not list(folder.glob("*.xml")) + list(folder.glob(".eakte*"))


def test_a_missing_proof_is_told_before_anything_is_written(desk, tmp_path):
    """A changed Akte has a new manifest, which nothing proves until the next evidence records."""
    letter, by = _letters(desk)[0], By("m.brandt", desk.clock.now())
    with transaction(desk.engine) as connection:
        casework.correct_document(connection, letter.id, by, subject="Anders")
    _refused(desk, _AKTE, tmp_path, "the newest manifest: INDETERMINATE")
    evidence_trees.create(desk, _stamper(desk))
    assert pack(desk, _stamper(desk), _AKTE, tmp_path / "akte.xml").records == 3


def test_a_wrong_proof_is_told_before_anything_is_written(desk, tmp_path):
    letter = _letters(desk)[0]
    with transaction(desk.engine) as connection:
        mine = evidence_leaf.c.object == letter.sealed
        connection.execute(sa.update(evidence_leaf).where(mine).values(path=""))
    _refused(desk, letter.id, tmp_path, f"{letter.id}: INVALID")
    _refused(desk, _AKTE, tmp_path, f"{letter.id}: INVALID")


def test_a_scan_with_letters_of_another_akte_stays_here(desk, tmp_path):
    letter = _letters(desk)[0]
    with transaction(desk.engine) as connection:
        other = replace(
            letter, id=f"{letter.scan[:16]}-2", part=2, sealed=None, state=DocumentState.REVIEW
        )
        documents.add(connection, replace(other, aktenzeichen="", vorgang_id=None))
    done = pack(desk, _stamper(desk), letter.id, tmp_path / "letter.xml")
    assert done.warnings == (f"the scan of {letter.id} holds more than this, and stays here",)
    _root, content, _records = _parts(tmp_path / "letter.xml")
    assert f"O-{letter.scan[:16]}" not in content


def test_a_scan_with_a_letter_that_one_may_not_see_stays_here(desk, tmp_path):
    """Also if that one is in the same Akte: its office is not enough."""
    letter = _letters(desk)[0]
    with transaction(desk.engine) as connection:
        secret = {"confidentiality": Confidentiality.GEHEIM, "part": 2, "sealed": None}
        documents.add(connection, replace(letter, id=f"{letter.scan[:16]}-2", **secret))
    everybody = pack(desk, _stamper(desk), letter.id, tmp_path / "all.xml")
    assert everybody.warnings == ()
    listed = _listed(desk, "clerk", "offen")
    done = pack(listed, _stamper(listed), letter.id, tmp_path / "letter.xml")
    assert len(done.warnings) == 1
    assert f"O-{letter.scan[:16]}" not in _parts(tmp_path / "letter.xml")[1]
    listed.engine.dispose()


def _listed(desk, role, clearance):
    settings = desk.home.root / "eakte.toml"
    person = f'[[persons]]\naccount = "{getpass.getuser()}"\nname = "A"\nroles = ["{role}"]\n'
    level = f'offices = ["20"]\nclearance = "{clearance}"\n' if clearance else ""
    settings.write_text(f"{settings.read_text()}\n{person}{level}")
    return Desk(open_home(desk.home.root), desk.clock)


@pytest.mark.parametrize(("role", "clearance"), [("auditor", ""), ("clerk", "vs-nfd")])
def test_an_akte_goes_whole_or_not_at_all(desk, tmp_path, role, clearance):
    listed = _listed(desk, role, clearance)
    with pytest.raises((NotPermittedError, RefusedError)):
        pack(listed, _stamper(listed), _AKTE, tmp_path / "akte.xml")
    listed.engine.dispose()

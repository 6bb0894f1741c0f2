"""An Akte with sealed letters, handed over in every message, read back and held against records."""

from __future__ import annotations

import getpass
import hashlib
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from eakte.audit import log
from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.akten import Akte
from eakte.domain.clock import FixedClock, SystemClock
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.entries import Link, Note, Party
from eakte.domain.events import Action
from eakte.domain.handover import Edition, Message
from eakte.domain.moments import local_day
from eakte.errors import NotFoundError, NotPermittedError, RefusedError
from eakte.pipeline import attaching, casework
from eakte.pipeline.desk import Desk
from eakte.pipeline.keeping import By
from eakte.records import akten, documents, manifests
from eakte.seal.verify import verify
from eakte.services.handing_over import Order, hand_over
from eakte.services.importing import import_xdomea
from tests.conftest import NOW
from tests.integration.sealed_letters import file, seal
from tests.integration.waiting_letters import new_desk
from tests.tools import homes
from tests.tools.xdomea_schemas import faults, needs_schemas
from tests.unit.deliveries.plans import message as plan_message
from tests.unit.deliveries.plans import unit

_AKTE = "20.1-702.11/2026-0003"
_PLAN = unit("702", "Abgaben", unit("702.11", "Abfallgebühren", years="6", disposal="A"))
_KINDS = [
    (Message.ABGABE, Edition.V3_1),
    (Message.ANBIETEVERZEICHNIS, Edition.V3_1),
    (Message.AUSSONDERUNG, Edition.V3_1),
    (Message.ANBIETEVERZEICHNIS, Edition.V4_0),
    (Message.AUSSONDERUNG, Edition.V4_0),
]
every_kind = pytest.mark.parametrize(("message", "edition"), _KINDS)


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """A home with two sealed letters in an Akte that is still open; nobody opens it."""
    folder = tmp_path_factory.mktemp("office")
    desk = new_desk(folder / "home")
    by = By("m.brandt", desk.clock.now())
    with transaction(desk.engine) as connection:
        casework.open_akte(connection, Akte(_AKTE, "Abfall", "20.1", by.at), by.actor)
    letters = [seal(desk, _AKTE, mark) for mark in ("1", "2")]
    (folder / "plan.xml").write_bytes(plan_message(_PLAN))
    import_xdomea(desk, folder / "plan.xml")
    with transaction(desk.engine) as connection:
        for letter in letters:
            file(connection, desk, letter)
        _work(connection, *(letter.id for letter in letters))
    desk.engine.dispose()
    return desk.home.root


def _work(connection, first, second):
    """Do what clerks do in an Akte."""
    by = By("m.brandt", SystemClock().now())
    attaching.attach(connection, first, Link(second, "Anlage"), by)
    attaching.attach(connection, first, Note("Original im Tresor"), by)
    attaching.attach(connection, _AKTE, Party("Schuldner", "Erika Muster", "Gasse 1"), by)
    casework.correct_document(connection, second, by, subject="Berichtigter Betreff")
    level = Confidentiality.VERTRAULICH
    casework.correct_document(connection, second, by, confidentiality=level)


@pytest.fixture
def desk(kept, tmp_path) -> Iterator[Desk]:
    """A copy of that home, where time stands still."""
    copied = Desk(open_home(homes.copy(kept, tmp_path / "home")), FixedClock(NOW))
    yield copied
    copied.engine.dispose()


@pytest.fixture
def closed(desk) -> Desk:
    _close(desk)
    return desk


def _close(desk):
    by = By("m.brandt", SystemClock().now())
    with transaction(desk.engine) as connection:
        casework.close_akte(connection, _AKTE, by)


def _uuids() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield str(uuid.UUID(int=number, version=4))


def _export(desk, out, message, edition=Edition.V3_1, **more):
    source = _uuids()
    return hand_over(desk, _AKTE, out, Order(message, edition, **more), lambda: next(source))


def _opened(package: Path):
    """Give the message and the files of a package, read by nothing of eakte."""
    with zipfile.ZipFile(package) as archive:
        names = archive.namelist()
        (message,) = [name for name in names if name.endswith(".xml")]
        assert message == f"{package.stem}.xml"
        files = {name: archive.read(name) for name in names if name != message}
        return archive.read(message), files


def _texts(element, *path):
    steps = "/".join(f"*[local-name()='{name}']" for name in path)
    return [each.text for each in element.xpath(f".//{steps}")]


def _letters(desk):
    with desk.engine.connect() as connection:
        return documents.of_akte(connection, _AKTE)


@needs_schemas
@every_kind
def test_every_message_fulfils_its_schema(closed, tmp_path, message, edition):
    found = _export(closed, tmp_path, message, edition)
    xml, _files = _opened(found.package.path)
    assert faults(message, edition, xml) == []


class Read:
    """A package as another program reads it, and the records that it should tell of."""

    def __init__(self, desk, found, edition):
        xml, self.files = _opened(found.package.path)
        self.root = etree.fromstring(xml)
        self.letters = _letters(desk)
        with desk.engine.connect() as connection:
            self.akte = akten.get(connection, _AKTE)
            (self.vorgang,) = akten.vorgaenge(connection, _AKTE)
        self.older = edition is Edition.V3_1
        identifier = "ID" if self.older else "xdomeaUUID"
        self.identities = self("Identifikation", identifier)
        self.linked = self("Dokument", "Verweis", identifier)

    def __call__(self, *path):
        return _texts(self.root, *path)


@every_kind
def test_akte_and_vorgang_are_as_the_records_say(closed, tmp_path, message, edition):
    found = _export(closed, tmp_path, message, edition, recipient="Stadtarchiv")
    read = Read(closed, found, edition)
    akte, closing = read.akte, local_day(read.akte.closed_at)
    names = read("Institution" if read.older else "NameInstitution", "Name")
    assert sorted(names) == ["Stadt (DEMO)", "Stadtarchiv"]
    assert read.identities[:2] == [akte.uuid, read.vorgang.uuid]
    assert len(set(read.identities)) == len(read.identities) == 4
    assert read("Akte", "AllgemeineMetadaten", "Betreff") == [akte.title]
    assert read("Akte", "AllgemeineMetadaten", "Federfuehrung") == [akte.office]
    assert read("Aktenplaneinheit", "Kennzeichen") == ["702.11"]
    assert read("Aktenplaneinheit", "Inhaltsangabe") == ["Abfallgebühren"]
    assert set(read("ZdADatum")) == {closing.isoformat()}
    assert read("Akte", "Laufzeit", "Beginn") == [akte.begins]
    assert set(read("AnzahlJahre")) == {"6"}
    assert set(read("Aussonderungsart", "Aussonderungsart", "code")) == {"A"}
    assert set(read("Aufbewahrungsende")) == {f"{closing.year + 6}-12-31"}
    assert read("Kontakt", "UnstrukturierteAnschrift", "Zeile1") == ["Erika Muster"]
    assert read("Kontakt", "UnstrukturierteAnschrift", "Zeile2") == ["Gasse 1"]


@every_kind
def test_documents_are_as_the_records_say(closed, tmp_path, message, edition):
    read = Read(closed, _export(closed, tmp_path, message, edition), edition)
    subjects = read("Dokument", "AllgemeineMetadaten", "Betreff")
    assert subjects == [letter.subject for letter in read.letters]
    assert "Berichtigter Betreff" in subjects
    names = read("Dokument", "AllgemeineMetadaten", "Kennzeichen")
    assert names == [letter.id for letter in read.letters]
    assert read("Dokument", "DatumDesSchreibens") == ["2026-10-01"] * 2
    assert read("Dokument", "Posteingangsdatum") == [
        local_day(letter.received_at).isoformat() for letter in read.letters
    ]
    assert read.linked == [read.identities[3], read.identities[2]]
    assert read("Dokument", "AllgemeineMetadaten", "Bemerkung") == ["Original im Tresor"]
    code = "Vertraulichkeitsstufe" if read.older else "Geheimhaltungsgrad"
    wanted = {Confidentiality.OFFEN: "003", Confidentiality.VERTRAULICH: "005"}
    levels = [wanted[letter.confidentiality] for letter in read.letters]
    assert sorted(levels) == ["003", "005"]
    assert read(code, "code") == ["005", "005", *levels]


@every_kind
def test_the_sealed_originals_travel_with_their_digests(closed, tmp_path, message, edition):
    read = Read(closed, _export(closed, tmp_path, message, edition), edition)
    if message is Message.ANBIETEVERZEICHNIS:
        assert (read.files, read("Dateiname")) == ({}, [])
        return
    sealed = [letter.sealed for letter in read.letters]
    assert read("Dateiname") == list(read.files)
    assert [hashlib.sha256(data).hexdigest() for data in read.files.values()] == sealed
    assert read("Format", "Name", "code") == ["044", "044"]
    assert read("Format", "Version") == [str(each.conversion.claim) for each in read.letters]
    assert read("SignaturSiegelEingebettet") == ["1", "1"]
    if read.older:
        assert set(sealed) <= set(read("Feld", "Wert"))
    else:
        assert read("Hash", "Wert") == sealed


def test_the_history_tells_who_did_what_and_nothing_of_who_looked(closed, tmp_path):
    found = _export(closed, tmp_path, Message.ABGABE)
    root = etree.fromstring(_opened(found.package.path)[0])
    first, second = sorted(
        root.xpath("//*[local-name()='Dokument']"),
        key=lambda each: "Berichtigter" in "".join(each.itertext()),
    )
    told = _texts(second, "HistorienProtokollInformation", "Aktion")
    for step in ("eingegangen", "erfasst", "geprüft und freigegeben", "gesiegelt", "abgelegt"):
        assert told.count(step) == 1, (step, told)
    assert told.index("eingegangen") < told.index("gesiegelt") <= told.index("abgelegt")
    names = _texts(second, "HistorienProtokollInformation", "MetadatumName")
    before = _texts(second, "HistorienProtokollInformation", "MetadatumAlterWert")
    after = _texts(second, "HistorienProtokollInformation", "MetadatumNeuerWert")
    assert (names, before, after) == (
        ["Betreff", "Vertraulichkeitsstufe"],
        ["Rechnung 1", "offen"],
        ["Berichtigter Betreff", "vs-vertraulich"],
    )
    assert _texts(first, "HistorienProtokollInformation", "MetadatumName") == [
        "Verweis auf",
        "Beziehung",
        "Text",
    ]
    assert _texts(root, "Akte", "HistorienProtokollInformation", "Aktion")[0] == "Akte eröffnet"
    assert "Akte geschlossen (zdA)" in _texts(root, "HistorienProtokollInformation", "Aktion")
    moments = _texts(second, "HistorienProtokollInformation", "DatumUhrzeit")
    assert moments == sorted(moments)
    assert "viewed" not in _opened(found.package.path)[0].decode()


def test_a_document_that_came_from_another_akte_keeps_name_and_history(desk, tmp_path):
    other, by = "20.1-702.11/2026-0004", By("m.brandt", SystemClock().now())
    (letter, stays) = _letters(desk)
    before = etree.fromstring(_opened(_export(desk, tmp_path, Message.ABGABE).package.path)[0])
    with transaction(desk.engine) as connection:
        casework.open_akte(connection, Akte(other, "Andere", "20.1", by.at), "m.brandt")
        casework.move(connection, letter.id, other, 0, by)
    found = hand_over(desk, other, tmp_path, Order(Message.ABGABE))
    after = etree.fromstring(_opened(found.package.path)[0])
    (name,) = _texts(after, "Dateiname")
    assert name in _texts(before, "Dateiname")
    told = _texts(after, "Dokument", "HistorienProtokollInformation", "Aktion")
    assert told.count("abgelegt") == 1
    assert told[-1] == "umgehängt"
    assert "Eintrag hinzugefügt" in told
    (outside,) = after.xpath("//*[local-name()='Verweis']")
    assert _texts(outside, "SGOKennzeichen") == [stays.id]
    assert _texts(outside, "ID") == []


def test_the_sealed_files_are_valid_where_they_arrive(closed, tmp_path):
    found = _export(closed, tmp_path, Message.AUSSONDERUNG)
    for name, data in _opened(found.package.path)[1].items():
        (tmp_path / name).write_bytes(data)
        report = verify(tmp_path / name, closed.home.trust, SystemClock().now())
        assert report.verdict.value == "VALID", report.reason


def test_the_log_names_the_package_and_its_process_goes_on(closed, tmp_path):
    offer = _export(closed, tmp_path, Message.ANBIETEVERZEICHNIS)
    given = hand_over(closed, _AKTE, tmp_path, Order(Message.AUSSONDERUNG))
    assert given.process == offer.process
    other = hand_over(closed, _AKTE, tmp_path, Order(Message.ABGABE))
    assert other.process != offer.process
    with closed.engine.connect() as connection:
        events = log.of_action(connection, Action.EXPORTED, _AKTE)
    assert [dict(event.after) for event in events] == [
        {
            "message": message.value,
            "edition": "3.1.0",
            "process": each.process,
            "sha256": hashlib.sha256(each.package.path.read_bytes()).hexdigest(),
            "files": str(files),
        }
        for message, each, files in (
            (Message.ANBIETEVERZEICHNIS, offer, 0),
            (Message.AUSSONDERUNG, given, 2),
            (Message.ABGABE, other, 2),
        )
    ]
    named = hand_over(
        closed, _AKTE, tmp_path, Order(Message.AUSSONDERUNG, Edition.V4_0, "", other.process)
    )
    assert named.package.path.name == f"{other.process}_0503_1.zip"


def test_the_same_records_give_the_same_bytes(closed, tmp_path):
    (tmp_path / "a").mkdir()
    closed.engine.dispose()
    copy = Desk(open_home(homes.copy(closed.home.root, tmp_path / "copy")), closed.clock)
    first = _export(closed, tmp_path, Message.AUSSONDERUNG, Edition.V4_0)
    again = _export(copy, tmp_path / "a", Message.AUSSONDERUNG, Edition.V4_0)
    copy.engine.dispose()
    assert again.package.path.read_bytes() == first.package.path.read_bytes()


def test_an_open_akte_is_given_to_another_authority_but_not_to_the_archive(desk, tmp_path):
    for message in (Message.ANBIETEVERZEICHNIS, Message.AUSSONDERUNG):
        with pytest.raises(RefusedError, match="only a closed Akte"):
            _export(desk, tmp_path, message)
    assert [each for each in tmp_path.iterdir() if each.suffix == ".zip"] == []
    found = _export(desk, tmp_path, Message.ABGABE)
    assert found.documents == 2
    root = etree.fromstring(_opened(found.package.path)[0])
    assert _texts(root, "Akte", "ZdA") == ["0"]


def test_what_speaks_against_it_is_told(closed, tmp_path):
    found = _export(closed, tmp_path, Message.AUSSONDERUNG)
    assert ["retention ends" in each for each in found.warnings] == [True]
    assert found.levels == ("demo",)
    assert "Demo" in _opened(found.package.path)[0].decode()


def test_a_damaged_sealed_file_is_not_handed_over(closed, tmp_path):
    (letter, _other) = _letters(closed)
    blob = closed.store.path(letter.sealed)
    blob.chmod(0o600)
    blob.write_bytes(b"%PDF changed")
    with pytest.raises(Exception, match="changed"):
        _export(closed, tmp_path, Message.ABGABE)
    assert [each for each in tmp_path.iterdir() if each.name != "home"] == []


def test_a_wrong_uuid_is_caught(closed, tmp_path):
    with pytest.raises(RefusedError, match="no UUID"):
        _export(closed, tmp_path, Message.ABGABE, process="4711")


def test_an_akte_that_contradicts_its_history_is_not_handed_over(closed, tmp_path):
    with transaction(closed.engine) as connection:
        connection.exec_driver_sql("UPDATE vorgang SET uuid = 'no-uuid'")
    with pytest.raises(RefusedError, match=f"{_AKTE}#1"):
        _export(closed, tmp_path, Message.AUSSONDERUNG)
    assert [each for each in tmp_path.iterdir() if each.name != "home"] == []


def test_an_akte_that_is_handed_over_has_a_manifest(desk, tmp_path):
    _export(desk, tmp_path, Message.ABGABE)
    with desk.engine.connect() as connection:
        made = log.of_action(connection, Action.MANIFEST_MADE, _AKTE)
        (row,) = manifests.of_akte(connection, _AKTE)
    assert [each.after["sha256"] for each in made] == [row.digest]


def test_an_akte_or_folder_that_is_not_there(closed, tmp_path):
    with pytest.raises(NotFoundError):
        hand_over(closed, "20.1-702.11/2026-9999", tmp_path, Order(Message.ABGABE))
    with pytest.raises(NotFoundError):
        hand_over(closed, _AKTE, tmp_path / "none", Order(Message.ABGABE))


def _as(desk, roles, offices="", clearance="streng-geheim"):
    """Give the home as a person with these roles sees it."""
    with (desk.home.root / "eakte.toml").open("a") as settings:
        settings.write(
            f'\n[[persons]]\naccount = "{getpass.getuser()}"\nname = "P. Erson"\n'
            f'roles = {roles}\noffices = [{offices}]\nclearance = "{clearance}"\n'
        )
    return Desk(open_home(desk.home.root), desk.clock)


@pytest.mark.parametrize(
    ("roles", "offices", "clearance", "refusal"),
    [
        ('["scanner"]', "", "streng-geheim", NotPermittedError),
        ('["auditor"]', "", "streng-geheim", NotPermittedError),
        ('["clerk"]', '"32"', "streng-geheim", NotFoundError),
        ('["clerk"]', '"20"', "geheim", RefusedError),
    ],
)
def test_who_may_not_hand_over_learns_nothing(closed, tmp_path, roles, offices, clearance, refusal):
    other = _as(closed, roles, offices, clearance)
    told = set()
    for name in (_AKTE, "20.1-702.11/2026-9999"):
        with pytest.raises(refusal) as refused:
            hand_over(other, name, tmp_path, Order(Message.ABGABE))
        told.add(str(refused.value).replace(name, ""))
    assert len(told) == 1, "what is there and what is not are told alike"
    assert [each for each in tmp_path.iterdir() if each.name != "home"] == []


@pytest.mark.parametrize("roles", ['["clerk"]', '["admin"]'])
def test_who_may_hand_over(closed, tmp_path, roles):
    found = hand_over(_as(closed, roles, '"20"'), _AKTE, tmp_path, Order(Message.ABGABE))
    assert found.documents == 2

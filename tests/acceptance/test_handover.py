"""The demo's Akten, closed and handed over by command: valid against the XSDs, and readable."""

from __future__ import annotations

import hashlib
import json
import zipfile

from lxml import etree

from eakte.audit.verify import verify as verify_log
from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.clock import SystemClock
from eakte.domain.handover import Edition, Message
from eakte.pipeline import casework
from eakte.pipeline.desk import Desk
from eakte.pipeline.keeping import By
from eakte.services import records
from eakte.services.handing_over import Order, hand_over
from tests.tools.xdomea_schemas import faults, needs_schemas

_KINDS = [
    (Message.ABGABE, Edition.V3_1),
    (Message.AUSSONDERUNG, Edition.V3_1),
    (Message.ANBIETEVERZEICHNIS, Edition.V4_0),
    (Message.AUSSONDERUNG, Edition.V4_0),
]


@needs_schemas
def test_every_akte_of_the_demo_fulfils_the_schemas(home, tmp_path):
    desk = Desk(open_home(home), SystemClock())
    names = _with_letters(desk)
    assert len(names) >= 15
    by = By("test", desk.clock.now())
    with transaction(desk.engine) as connection:
        for name in names:
            casework.close_akte(connection, name, by)
    for name in names:
        for message, edition in _KINDS:
            found = hand_over(desk, name, tmp_path, Order(message, edition))
            _require_sound(found.package.path, message, edition, found)
    with desk.engine.connect() as connection:
        assert verify_log(connection).intact


def _with_letters(desk):
    return [akte.aktenzeichen for akte, letters in records.list_akten(desk).akten if letters]


def _require_sound(path, message, edition, found):
    data = path.read_bytes()
    assert hashlib.sha256(data).hexdigest() == found.package.sha256
    with zipfile.ZipFile(path) as archive:
        xml = archive.read(f"{path.stem}.xml")
        files = {each: archive.read(each) for each in archive.namelist() if each[-4:] != ".xml"}
    assert faults(message, edition, xml) == []
    root = etree.fromstring(xml)
    named = [each.text for each in root.iter("{*}Dateiname", "{*}SignaturSiegelDatei")]
    assert sorted(named) == sorted(files)
    assert (len(files) >= found.documents) is message.has_files
    assert len(list(root.iter("{*}Dokument"))) == found.documents > 0
    for digest in root.iter("{*}Hash"):
        name = digest.getparent().findtext("{*}Dateiname")
        assert hashlib.sha256(files[name]).hexdigest() == digest.findtext("{*}Wert")


def test_commands_say_what_was_done_and_what_is_wrong(eakte, desk, tmp_path):
    name = _with_letters(desk)[0]

    def code(*arguments):
        return eakte("export", "xdomea", name, str(tmp_path), *arguments).returncode

    done = eakte("export", "xdomea", name, str(tmp_path), "--message", "0401", EAKTE_LANG="de")
    assert done.returncode == 0, done.stderr
    (package,) = tmp_path.glob("*_Abgabe.Abgabe.0401.zip")
    for told in (package.name, "ProzessID", "Demo"):
        assert told in done.stdout
    assert code() == code("--message", "0502") == 2
    assert code("--message", "0401", "--edition", "4.0.0") == 6
    assert code("--message", "0503") == 6, "an open Akte is not given to the archive"
    assert list(tmp_path.glob("*.zip")) == [package]
    told = eakte("export", "xdomea", name, str(tmp_path), "--message", "0401", "--json")
    assert json.loads(told.stdout)["documents"] > 0
    (tmp_path / "plan.xml").write_bytes(b"<a/>")
    assert eakte("import", "xdomea", str(tmp_path / "plan.xml")).returncode == 8
